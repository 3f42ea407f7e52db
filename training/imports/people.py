"""Imports people with their roles and places: adds them, gives roles, changes names, languages and last days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from tortoise.expressions import Q

from training.database.name_search import called, searched
from training.imports.columns import DAY, Column
from training.imports.kinds import ImportRequest, RowPlan, Written, save
from training.imports.people_known import HeldRole, KnownPerson, People, Sites, programmes_of
from training.parsing.csv import CsvLine, day
from training.parsing.text import folded, straight
from training.people.actor import Actor
from training.people.contact.actions import ADDRESS
from training.people.models import Email, Membership, Person
from training.people.names import LONGEST
from training.people.renaming import rename
from training.people.roles import AT_A_SITE, ROLES, UNIT_WIDE
from training.people.sessions import end_sessions_of
from training.programmes.load import UNASKED
from training.programmes.models import Adoption, Place
from training.programmes.rules import overlaps_any
from training.sites.load import LANGUAGE
from training.sites.models import Programme, Site
from training.trail.facts import FactDraft, record_all

ROLE_WORDS = {folded(word): role for role, title in ROLES.items() for word in (role, title)}
"""What a role may be called in a table → the role."""


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of people."""
    return (
        Column("name", "Name", needed=True, known_as=("full name", "staff name", "person", "employee")),
        Column("email", "E-mail address", known_as=("e-mail", "mail", "email address", "work email"),
               hint="By this we know somebody again. Without one, by name, role, site and first day."),
        Column("role", "Role", needed=True, known_as=("job", "position"), hint=f"One of: {', '.join(ROLES.values())}."),
        Column("site", "Site", known_as=("organisation", "team", "site code", "centre"), hint="Its code or its name."),
        Column("starts", "First day", DAY, needed=True, known_as=("start", "start date", "from", "since", "joined")),
        Column("ends", "Last day", DAY, known_as=("end", "end date", "until", "to", "left", "leaving date")),
        Column("former_name", "Former name", known_as=("old name", "maiden name", "previous name"),
               hint="Needed where somebody of this address is called anew."),
        Column("language", "Language", known_as=("lang",), hint="A code like en or cy."),
        Column("programmes", "Programmes", known_as=("programme", "course"),
               hint="Names of programmes, with ; between them."),
    )  # fmt: skip


@dataclass
class PersonTodo:
    """What a row of people does: for whom, which role, which places, what is called anew, and what ends."""

    known: KnownPerson
    role: HeldRole | None = None
    joins: tuple[UUID, ...] = ()
    site_id: UUID | None = None
    starts: date | None = None
    name: str = ""
    language: str = ""
    ends: tuple[HeldRole, date] | None = None
    lets_in: Email | None = None


@dataclass
class PeopleImport:
    """Knows the people, sites and programmes that the rows speak of."""

    asked: ImportRequest
    people: People
    programmes: dict[str, Programme]
    adopted: list[Adoption]
    places: dict[tuple[UUID, UUID], list[tuple[date, date | None]]] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up whom these lines name, with the places that they have."""
        fresh = await self.people.learn(lines, "name")
        for one in await Place.filter(person_id__in=fresh, taken_back__isnull=True):
            self.places.setdefault((one.person_id, one.programme_id), []).append((one.starts, one.ends))

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan = RowPlan(line)
        role, site, starts, ends, programmes = self._read(plan)
        where = f" at {site.name}" if site else ""
        plan.words = f"{line['name'] or line['email']}, {ROLES.get(role, line['role']).lower()}{where}"
        if plan.problems or starts is None:
            return plan
        known = self._who(plan, choice, role=role, site=site, starts=starts)
        if plan.outcome in ("refused", "alike"):
            return plan
        plan.todo = todo = PersonTodo(known or self._new(line), site_id=site.id if site else None, starts=starts)
        plan.person_id = todo.known.id
        self._give(plan, todo, role, ends, is_new=known is None)
        self._join(plan, todo, role, programmes)
        if known is None:
            plan.outcome = "new"
        elif plan.outcome != "refused":
            self._call_anew(plan, todo)
            plan.outcome = "changed" if plan.changes else "same"
        return plan

    def _read(self, plan: RowPlan) -> tuple[str, Site | None, date | None, date | None, list[Programme]]:
        """Reads the values of a row; everything that is wrong is noted."""
        line, address = plan.line, plan.line["email"].lower()
        role, ends = ROLE_WORDS.get(folded(line["role"]), ""), day(line["ends"])
        if not line["name"]:
            plan.refuse("name", "it is empty", "Write the name")
        plan.limit({"name": LONGEST})
        if address and (not ADDRESS.fullmatch(address) or len(address) > 254):
            plan.refuse("email", f"{address} is no e-mail address", "Write it like name@example.org")
        if not role:
            plan.refuse("role", f"{line['role'] or 'nothing'} is no role", f"Write one of {', '.join(ROLES.values())}")
        site = self.people.sites.find(plan, needed=role in AT_A_SITE)
        if site and role in UNIT_WIDE:
            plan.refuse("site", f"{ROLES[role]} is a role for the whole unit", "Leave the site empty")
        starts = plan.first_day(self.asked.actor.today)
        if line["ends"] and ends is None:
            plan.refuse("ends", f"{line['ends']} is no day", "Write it like 3 March 2027")
        elif ends and starts and ends < starts:
            plan.refuse("ends", "it is before the first day", "Write a later day")
        if line["language"] and not LANGUAGE.fullmatch(line["language"]):
            plan.refuse("language", f"{line['language']} is no language", "Write a code like en or cy")
        named = [one.strip() for one in line["programmes"].split(";") if one.strip()]
        for one in named:
            if searched(one) not in self.programmes:
                plan.refuse("programmes", f"there is no programme {one}", "Write the name of one that is published")
        return (
            role,
            site,
            starts,
            ends,
            [self.programmes[key] for one in named if (key := searched(one)) in self.programmes],
        )

    def _who(self, plan: RowPlan, choice: str, *, role: str, site: Site | None, starts: date) -> KnownPerson | None:
        """Finds whom a row means; None for somebody new. Where it may be somebody we have, that is asked."""
        line, address = plan.line, plan.line["email"].lower()
        names = {folded(straight(one)) for one in (line["name"], line["former_name"])}
        if address and (known := self.people.by_address.get(address)):
            if folded(straight(known.name)) not in names:
                plan.refuse(
                    "name", f"{address} belongs to {known.name}, and not to {line['name']}",
                    f"Write the other person's own address; for a new name, {known.name} in a column Former name",
                )  # fmt: skip
            return known
        alike = [one for name in names if name for one in self.people.by_name.get(searched(name), ())]
        if chosen := next((one for one in alike if str(one.id) == choice), None):
            return chosen
        if not address:
            there = (role, site.id if site else None, starts)
            same = [one for one in alike if any((held.role, held.site_id, held.starts) == there for held in one.roles)]
            if len(same) == 1:
                return same[0]
        if alike and choice != "other":
            plan.outcome = "alike"
            plan.alike = [(str(one.id), self.people.told_apart(one)) for one in alike]
        return None

    def _new(self, line: CsvLine) -> KnownPerson:
        language = line["language"] or self.asked.actor.language
        known = KnownPerson(uuid4(), line["name"], language, fresh=line.number)
        if address := line["email"].lower():
            known.addresses[address] = Email(
                id=uuid4(), unit_id=self.asked.actor.unit_id, person_id=known.id, address=address
            )
            self.people.by_address[address] = known
        self.people.add(known)
        return known

    def _give(self, plan: RowPlan, todo: PersonTodo, role: str, ends: date | None, *, is_new: bool) -> None:
        """Gives the role of the row, or sets the last day of the one that is there."""
        assert todo.starts is not None
        here = [one for one in todo.known.roles if (one.role, one.site_id) == (role, todo.site_id)]
        same = next((one for one in here if one.starts == todo.starts), None)
        if same is None and overlaps_any((todo.starts, ends), [(one.starts, one.ends) for one in here]):
            since = next(one.starts for one in here if overlaps_any((todo.starts, ends), [(one.starts, one.ends)]))
            plan.refuse(
                "starts", f"they hold this role there already, from {since} on", f"Write {since}, or end it first"
            )
        elif same is None:
            todo.role = HeldRole(uuid4(), role, todo.site_id, todo.starts, ends)
            todo.known.roles.append(todo.role)
            plan.changes += [] if is_new else [f"gets the role {ROLES[role].lower()} from {todo.starts}"]
        elif ends and same.ends != ends:
            plan.changes.append(f"last day {same.ends or 'none'} → {ends}")
            todo.ends, same.ends = (same, ends), ends

    def _join(self, plan: RowPlan, todo: PersonTodo, role: str, programmes: Sequence[Programme]) -> None:
        """Gives the places that the row names; a learner gets the only programme of the unit unasked."""
        assert todo.starts is not None
        all_ones = {one.id: one for one in self.programmes.values()}
        if not programmes and role in UNASKED and len(all_ones) == 1:
            there = [one for one in self.adopted if one.site_id == todo.site_id]
            here = {one.programme_id for one in there if overlaps_any((todo.starts, todo.starts), [_days(one)])}
            programmes = [one for key, one in all_ones.items() if not self.adopted or key in here]
        for one in programmes:
            held = self.places.setdefault((todo.known.id, one.id), [])
            if not overlaps_any((todo.starts, None), held):
                held.append((todo.starts, todo.role.ends if todo.role else None))
                todo.joins = (*todo.joins, one.id)
                plan.changes.append(f"joins {one.title} from {todo.starts}")

    def _call_anew(self, plan: RowPlan, todo: PersonTodo) -> None:
        line, known = plan.line, todo.known
        if straight(known.name) != straight(line["name"]) and not known.fresh:
            plan.changes.append(f"name {known.name} → {line['name']}")
            todo.name, known.name = line["name"], line["name"]
        if line["language"] and line["language"] != known.language:
            plan.changes.append(f"language {known.language} → {line['language']}")
            todo.language, known.language = line["language"], line["language"]
        email = known.addresses.get(line["email"].lower())
        if email and email.mail_only:
            plan.changes.append("may sign in by this address")
            todo.lets_in, email.mail_only = email, False

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes new people, roles and places together, and changes one after the other."""
        written = Written()
        for plan in plans:
            self._write_new(plan, written)
        await save(written, self.asked)
        for plan in plans:
            await self._change(plan, plan.todo)

    def _write_new(self, plan: RowPlan, written: Written) -> None:
        todo, actor, now = plan.todo, self.asked.actor, self.asked.now
        known: KnownPerson = todo.known
        if plan.outcome == "new":
            person = Person(
                id=known.id, unit_id=actor.unit_id, **called(known.name), language=known.language, created=now
            )
            emails = [*known.addresses.values()]
            written.rows += [plan.made(person), *map(plan.made, emails)]
            written.facts.append(FactDraft("person.added", person, person=known.id, rows=emails))
        if todo.role:
            held = Membership(
                id=todo.role.id, person_id=known.id, role=todo.role.role, site_id=todo.role.site_id,
                starts=todo.role.starts, ends=todo.role.ends, recorded=now,
            )  # fmt: skip
            detail = {"role": held.role, "site": _text(held.site_id), "starts": held.starts.isoformat()}
            written.rows.append(plan.made(held))
            written.facts.append(FactDraft("membership.given", held, person=known.id, detail=detail))
        for programme_id in todo.joins:
            ends = todo.role.ends if todo.role else None
            place = Place(
                id=uuid4(), person_id=known.id, programme_id=programme_id, site_id=todo.site_id, starts=todo.starts,
                ends=ends, end_reason="left" if ends else "", end_recorded=now if ends else None, recorded=now,
                recorded_by_id=actor.person_id,
            )  # fmt: skip
            detail = {"programme": str(programme_id), "site": _text(todo.site_id),
                      "starts": place.starts.isoformat(), "because": "load"}  # fmt: skip
            written.rows.append(plan.made(place))
            written.facts.append(FactDraft("programme.joined", place, person=known.id, detail=detail))

    async def _change(self, plan: RowPlan, todo: PersonTodo) -> None:
        """Changes what a row says anew of somebody: name, language, address, last day."""
        now, drafts = self.asked.now, []
        person_id, rows, columns_ = todo.known.id, [], []
        if todo.name or todo.language or todo.lets_in:
            person = await Person.get(id=person_id)
            if todo.name:
                former = await rename(person, todo.name, now=now) or []
                plan.changed(person, called(person.name), called(todo.name))
                rows, columns_ = [plan.made(one) for one in former], ["name"]
            if todo.language:
                await Person.filter(id=person_id).update(language=todo.language)
                plan.changed(person, {"language": person.language}, {"language": todo.language})
                columns_.append("language")
            if todo.lets_in:
                await Email.filter(id=todo.lets_in.id).update(mail_only=False)
                plan.changed(todo.lets_in, {"mail_only": True}, {"mail_only": False})
                rows, columns_ = [*rows, todo.lets_in], [*columns_, "email"]
            drafts.append(
                FactDraft("person.changed", person, person=person_id, detail={"columns": columns_}, rows=rows)
            )
        if todo.ends:
            held, ends = todo.ends
            row = await Membership.get(id=held.id)
            still = Q(ends=row.ends) if row.ends else Q(ends__isnull=True)
            await Membership.filter(still, id=row.id).update(ends=ends, end_recorded=now)
            plan.changed(row, {"ends": row.ends, "end_recorded": row.end_recorded}, {"ends": ends})
            await end_sessions_of(person_id, now=now)
            drafts.append(FactDraft("membership.ended", row, person=person_id, detail={"ends": ends.isoformat()}))
        await record_all(drafts, actor=self.asked.actor.person_id, unit=self.asked.actor.unit_id, now=now)


def _days(one: Adoption) -> tuple[date, date | None]:
    return one.starts, one.ends


def _text(key: UUID | None) -> str | None:
    return str(key) if key else None


async def begin(asked: ImportRequest) -> PeopleImport:
    """Begins an import of people."""
    unit_id = asked.actor.unit_id
    programmes, people = await programmes_of(unit_id), People(unit_id, await Sites.of(unit_id))
    return PeopleImport(asked, people, programmes, await Adoption.filter(site__unit_id=unit_id))
