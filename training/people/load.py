"""Loads people and what they are from CSV files; loading the same file again changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from tortoise.expressions import Q

from training.core.dates import local_day
from training.database.load_report import By, Loading, LoadReport, all_or_nothing
from training.parsing.csv import CsvLine, Sheet, day
from training.parsing.text import folded
from training.people.contact.actions import ADDRESS
from training.people.models import Email, Membership, Person
from training.people.renaming import rename
from training.people.roles import AT_A_SITE, ROLES, UNIT_WIDE, fault_of_first_day
from training.people.sessions import end_sessions_of
from training.sites.load import LANGUAGE, fits
from training.sites.models import Programme, Site, zone_of
from training.trail import facts

COLUMNS = ("name", "former_name", "email", "role", "site", "starts", "ends", "language", "programmes")
NEEDED = ("name", "email", "role", "site", "starts")


@dataclass(frozen=True)
class PersonLine:
    """A row that can be loaded."""

    line: CsvLine
    address: str
    role: str
    site_id: UUID | None
    starts: date
    ends: date | None
    programmes: tuple[UUID, ...] = ()

    @property
    def what(self) -> str:
        """Names the row in the report."""
        return f"{self.address}, {self.role}{' at ' + self.line['site'] if self.site_id else ''}"


Placing = Callable[[PersonLine, Person, By], Awaitable[list[str]]]
"""Gives the person of a row their places in programmes, and says what has changed."""


async def load_people(sheet: Sheet, by: By, *, place: Placing | None = None) -> LoadReport:
    """Adds people, known by their e-mail address, with their roles; changes names and the last days of roles.

    An address that belongs to somebody of another name is refused, unless `former_name` says that name: families
    share addresses.
    """
    sheet.must_have(NEEDED, COLUMNS)
    return await all_or_nothing(Loading(sheet, by), partial(_people, place=place))


async def _people(loading: Loading, *, place: Placing | None) -> None:
    programmes = {row.slug: row.id for row in await Programme.filter(unit_id=loading.by.unit_id)}
    sites = {row.code: row.id for row in await Site.filter(unit_id=loading.by.unit_id)}
    names: dict[str, CsvLine] = {}
    today = local_day(loading.by.now, await zone_of(loading.by.unit_id))
    for line in loading.sheet.lines:
        row = _row(line, loading.sheet, sites, programmes, today)
        if row is None or not _same_name(row, names, loading.sheet):
            continue
        if not loading.twice(line, (row.address, row.role, row.site_id, row.starts)):
            await _load(row, loading, place)


def _row(
    line: CsvLine, sheet: Sheet, sites: dict[str, UUID], programmes: dict[str, UUID], today: date
) -> PersonLine | None:
    """Checks a row; everything that is wrong in it is noted."""
    address, role, before = line["email"].lower(), line["role"].lower(), len(sheet.mistakes)
    starts, ends = day(line["starts"]), day(line["ends"])
    fits(line, sheet, "name", needed=True)
    if not ADDRESS.fullmatch(address) or len(address) > 254:
        sheet.refuse(line.number, f"{address or 'nothing'} is no e-mail address", "write it like name@example.org")
    if role not in ROLES:
        sheet.refuse(line.number, f"{role or 'nothing'} is no role", f"write one of {', '.join(ROLES)}")
    site = line["site"]
    if site and role in UNIT_WIDE:
        sheet.refuse(line.number, f"{role} is a role for the whole unit", "leave site empty")
    elif site and site not in sites:
        sheet.refuse(line.number, f"there is no site {site}", "write the code of a site, or load the site with it")
    elif not site and role in AT_A_SITE:
        sheet.refuse(line.number, f"{role} needs a site", "write the code of the site")
    joined = [one.strip() for one in line["programmes"].split(";") if one.strip()]
    for slug in joined:
        if slug not in programmes:
            sheet.refuse(line.number, f"there is no programme {slug}", "load its pathway with it, or before")
    if starts is None:
        sheet.refuse(line.number, f"{line['starts'] or 'nothing'} is no day (starts)", "write it like 2027-03-03")
    elif fault_of_first_day(starts, today):
        sheet.refuse(line.number, f"{starts} is too long ago to be the first day", "look at the year again")
    if line["ends"] and (ends is None or (starts and ends < starts)):
        sheet.refuse(line.number, f"{line['ends']} cannot be the last day", "write a later one, like 2027-03-03")
    if line["language"] and not LANGUAGE.fullmatch(line["language"]):
        sheet.refuse(line.number, f"{line['language']} is no language", "write a code like en or cy")
    if starts is None or len(sheet.mistakes) > before:
        return None
    joins = tuple(programmes[slug] for slug in dict.fromkeys(joined))
    return PersonLine(line, address, role, sites.get(line["site"]), starts, ends, joins)


def _same_name(row: PersonLine, names: dict[str, CsvLine], sheet: Sheet) -> bool:
    first = names.setdefault(row.address, row.line)
    if first["name"] == row.line["name"]:
        return True
    what = f"{row.address} has another name on line {first.number}"
    sheet.refuse(row.line.number, what, "write one name, or the other person's own address")
    return False


async def _load(row: PersonLine, loading: Loading, place: Placing | None) -> None:
    by = loading.by
    email = await Email.get_or_none(unit_id=by.unit_id, address=row.address).select_related("person")
    person = email.person if email else await _add(row, by)
    held = await Membership.filter(person_id=person.id, role=row.role, site_id=row.site_id)
    same = next((one for one in held if one.starts == row.starts), None)
    if same is None and (other := _overlapping(row, held)):
        what = f"{row.address} is {row.role} there already, from {other.starts} on"
        return loading.sheet.refuse(row.line.number, what, f"write {other.starts}, or end that one first")
    if email and not _is_meant(row, person):
        what = f"{row.address} belongs to {person.name} and not to {row.line['name']}"
        mend = f"write the other person's own address; for a new name, {person.name} in a column former_name"
        return loading.sheet.refuse(row.line.number, what, mend)
    changes = await _rename(row, person, by) if email else []
    changes += await _let_in(email, by) if email else []
    if same is None:
        given = await Membership.create(
            id=uuid4(), person_id=person.id, role=row.role, site_id=row.site_id, starts=row.starts, ends=row.ends,
            recorded=by.now,
        )  # fmt: skip
        detail = {"role": row.role, "site": str(row.site_id) if row.site_id else None, "starts": row.starts.isoformat()}
        await facts.record(
            "membership.given", given, actor=by.actor_id, now=by.now, person=person.id, unit=by.unit_id, detail=detail
        )
    else:
        changes += await _end(row, same, by)
    placed = await place(row, person, by) if place else []
    changes += placed if email else []
    words = f"{row.what}: {', '.join(changes)}" if changes else row.what
    if same is None or changes:
        (loading.changed if email else loading.new)(row.line, words)
    else:
        loading.same += 1
    return None


def _is_meant(row: PersonLine, person: Person) -> bool:
    """Tells whether a row is about the person that the address belongs to; accents and capitals may differ."""
    names = {folded(row.line["name"]), folded(row.line["former_name"])}
    return folded(person.name) in names


def _overlapping(row: PersonLine, held: list[Membership]) -> Membership | None:
    last = row.ends or date.max
    return next((one for one in held if one.starts <= last and (one.ends or date.max) >= row.starts), None)


async def _let_in(email: Email, by: By) -> list[str]:
    """Lets somebody sign in by an address that a site had typed for letters alone: the table vouches for it."""
    if not await Email.filter(id=email.id, mail_only=True).update(mail_only=False):
        return []
    await facts.record(
        "person.changed", email.person, actor=by.actor_id, now=by.now, person=email.person_id, unit=by.unit_id,
        detail={"columns": ["email"]}, rows=[email],
    )  # fmt: skip
    return ["may sign in by this address"]


async def _add(row: PersonLine, by: By) -> Person:
    language = row.line["language"] or by.language
    person = await Person.create(
        id=uuid4(), unit_id=by.unit_id, name=row.line["name"], language=language, created=by.now
    )
    email = await Email.create(id=uuid4(), unit_id=by.unit_id, person_id=person.id, address=row.address)
    await facts.record(
        "person.added", person, actor=by.actor_id, now=by.now, person=person.id, unit=by.unit_id, rows=[email]
    )
    return person


async def _rename(row: PersonLine, person: Person, by: By) -> list[str]:
    wanted = {"name": row.line["name"]} | ({"language": row.line["language"]} if row.line["language"] else {})
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if changed:
        former = await rename(person, row.line["name"], now=by.now) if "name" in changed else []
        if "language" in changed:
            await Person.filter(id=person.id).update(language=wanted["language"])
        await facts.record(
            "person.changed", person, actor=by.actor_id, now=by.now, person=person.id, unit=by.unit_id,
            detail={"columns": changed}, rows=former or [],
        )  # fmt: skip
    return [f"{name} {getattr(person, name)} → {wanted[name]}" for name in changed]


async def _end(row: PersonLine, held: Membership, by: By) -> list[str]:
    """Sets the last day of a role; an empty one in the file leaves it as it is."""
    if row.ends is None or held.ends == row.ends:
        return []
    still = Q(ends=held.ends) if held.ends else Q(ends__isnull=True)
    await Membership.filter(still, id=held.id).update(ends=row.ends, end_recorded=by.now)
    await end_sessions_of(held.person_id, now=by.now)
    await facts.record(
        "membership.ended", held, actor=by.actor_id, now=by.now, person=held.person_id, unit=by.unit_id,
        detail={"ends": row.ends.isoformat()},
    )  # fmt: skip
    return [f"ends {row.ends}"]
