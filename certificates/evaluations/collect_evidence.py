"""Reads from the floors below all that is known about a person, or a site, as records of the pathway language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from certificates.evaluations.changes import MERGED
from certificates.evaluations.models import Certification, Decision, PathwayVersion, StateChange
from certificates.evaluations.pathway_versions import read
from certificates.evaluations.standing import GRANTING, MARKS
from certificates.pathways.asked import asked_requirements, looks_at_sites
from certificates.pathways.forms import PERSONAL
from certificates.pathways.language.schema import Pathway
from courses.learning.evidence import learning_evidence
from training.assessments.evidence import assessment_evidence
from training.core.dates import local_day
from training.people.holders import Holder, held_by
from training.people.models import Membership, Person, Relation
from training.programmes.models import ProgrammeRole
from training.programmes.places import places_of, reaches, stays_of, stays_of_site
from training.records.evidence import evidence_of
from training.records.models import Record
from training.sites.models import zone_of

Row = dict[str, Any]

PROGRAMME = "programme"
"""Under which name the rooms below tell the programme that a record belongs to; the language knows no such key."""
NOT_TOLD = ("lapsed", "replaced", "provisional", "lifted")
"""Changes the engine must not hear of: it finds them by itself, or by the award they come from."""
TAKEN_BACK, GAVE_WAY = ("withdrawn", "mistake"), ("replaced", MERGED)
"""How a certification ended whose decision is to be made anew, and one beside which another runs longer."""

ROLE_NAMES = {"central": "central_unit"}
"""Our role → the name that pathways use, where they differ."""


async def collect_evidence(
    holder: Holder, version: PathwayVersion, also: Iterable[Row] = (), *, as_of: date,
    besides: PathwayVersion | None = None,
) -> Row:  # fmt: skip
    """Gathers the evidence of a holder for a pathway: the mapping of an evidence file, with those who signed.

    `also` are records that are not written yet; whoever signs them is looked up too. Moments become days of the unit.
    The site is the one at which the person takes part on the day `as_of`; what it did and holds itself stands beside
    what the person did where the rules look at it. `besides` is another version of the same rules: what
    that looks at is gathered, too.
    """
    rules = [read(one) for one in (version, besides) if one]
    pathway, zone = version.slug, await zone_of(holder.unit_id)
    own: list[Row] = [*also]
    sites = [holder.id]
    if isinstance(holder, Person):
        own += await _of_person(holder.id, version, zone)
        found = await _site(holder.id, version.programme_id, as_of=as_of)
        sites = [found] if found and any(map(looks_at_sites, rules)) else []
    else:
        found = holder.id
    for site in sites:
        whose = {} if site == holder.id else {"who": str(site)}
        own += [row | whose for row in await _of_site(site, version, zone)]
    people = {holder.id, *_signatories(own)}
    decided = await _awards([*people, *sites], holder.id, pathway, zone)
    people |= _signatories(decided)
    held = [
        *await _roles(people, holder.id),
        *await _programme_roles(people, holder, version, zone),
        *decided,
        *await _of_signatories(people - {holder.id}, rules, version.programme_id, zone),
        *await told_changes([*people, *sites], holder.id, pathway, zone),
    ]
    return {
        "holder": str(holder.id),
        **({} if isinstance(holder, Person) else {"kind": "site"}),
        "site": str(found) if found else None,
        "records": sorted(own + held, key=itemgetter("id")),
    }


async def _of_person(person_id: UUID, version: PathwayVersion, zone: str) -> list[Row]:
    practised = [*await evidence_of(person_id, zone), *await assessment_evidence(person_id, zone)]
    rows = await Relation.filter(person_id=person_id).values()
    return [
        *await learning_evidence(person_id, zone),
        *_of_programme(practised, version.programme_id, alone=await _is_alone(version)),
        *[record for row in rows for record in _relation(row, zone)],
    ]


async def _of_site(site_id: UUID, version: PathwayVersion, zone: str) -> list[Row]:
    held = await evidence_of(site_id, zone, of_site=True)
    return [*_of_programme(held, version.programme_id, alone=await _is_alone(version))]


async def _is_alone(version: PathwayVersion) -> bool:
    """Whether the unit has one programme only, so that what names none can mean no other."""
    return not await PathwayVersion.filter(unit_id=version.unit_id).exclude(slug=version.slug).exists()


def _of_programme(rows: Iterable[Row], programme: UUID, *, alone: bool) -> Iterator[Row]:
    """Leaves the records of other programmes out; what they correct does not come back because of that.

    A record that ought to name its programme and does not is of unknown worth in each of several: nobody has signed it
    here, and it may count.
    """
    for row in rows:
        named = row.pop(PROGRAMME, None)
        if row["type"] in PERSONAL or named == programme or (named is None and alone):
            yield row
        elif named is None:
            yield {key: value for key, value in row.items() if key != "by"} | {"result": "pending"}
        elif "replaces" in row:
            yield {key: row[key] for key in ("id", "type", "what", "on", "recorded_at", "replaces")} | {"void": True}


def _relation(row: Row, zone: str) -> list[Row]:
    """Tells a relation, and what took it back. Whoever is a relative always was, also where nobody gave a day."""
    always = date(1900, 1, 1) if row["kind"] == "relative" else "unknown"
    said = {
        "id": f"relation-{row['id']}",
        "type": "relation",
        "what": row["kind"],
        "who": str(row["other_id"]),
        "on": row["starts"] or always,
        "recorded_at": local_day(row["recorded"], zone),
        **({"until": row["ends"]} if row["ends"] else {}),
    }
    if row["taken_back"] is None:
        return [said]
    back = {"id": f"{said['id']}-void", "recorded_at": local_day(row["taken_back"], zone), "void": True}
    return [said, said | back | {"replaces": said["id"]}]


async def _roles(people: Iterable[UUID], holder: UUID) -> list[Row]:
    rows = await Membership.filter(person_id__in=list(people)).values("id", "person_id", "role", "starts", "ends")
    return [
        {
            "id": f"role-{row['id']}",
            "type": "role",
            "what": ROLE_NAMES.get(row["role"], row["role"]),
            "on": row["starts"],
            **({"until": row["ends"]} if row["ends"] else {}),
            **_owner(row["person_id"], holder),
        }
        for row in rows
    ]


async def _programme_roles(people: Iterable[UUID], holder: Holder, version: PathwayVersion, zone: str) -> list[Row]:
    """Tells the roles in this programme of the holder, and of all who signed those that reached the holder."""
    found = ProgrammeRole.filter(person_id__in=list(people), programme_id=version.programme_id, taken_back__isnull=True)
    is_person = isinstance(holder, Person)
    stays = await (stays_of(holder.id, version.programme_id) if is_person else stays_of_site(holder.id))
    rows = await found.prefetch_related("area")
    return [
        {
            "id": f"role-{row.id}",
            "type": "role",
            "what": row.role,
            "on": row.starts,
            "recorded_at": local_day(row.recorded, zone),
            **({"until": row.ends} if row.ends else {}),
            **_owner(row.person_id, holder.id),
        }
        for row in rows
        if row.person_id == holder.id or reaches(row, stays)
    ]


async def _awards(holders: list[UUID], holder: UUID, pathway: str, zone: str) -> list[Row]:
    rows = await Decision.filter(held_by(holders)).order_by("recorded").select_related("pathway", "appeal")
    made = StateChange.filter(certification__decision_id__in=[row.id for row in rows]).order_by("turn")
    last: dict[UUID, StateChange] = {}
    marked: dict[UUID, str] = {}
    for change in await made.select_related("certification"):
        if change.state in MARKS:
            marked[change.certification.decision_id] = change.state
        else:
            last[change.certification.decision_id] = change
    anew = _to_decide_anew([row for row in rows if holder in (row.person_id, row.holder_site_id)], last)
    ends = await _ends_beside(rows, last)
    told = {
        row.id: {
            "id": f"award-{_in_order(row.recorded)}-{row.id}",
            "type": "award",
            "what": _award_name(row.pathway.slug, row.level, pathway),
            **_per(row.per),
            **(row.attributes or {}),
            "outcome": "deferred" if row.id in anew else _outcome(row, holder, marked.get(row.id)),
            "on": row.on,
            "recorded_at": local_day(row.recorded, zone),
            **({"until": until} if (until := ends.get(row.id) or row.until) else {}),
            **_deciders(row),
            **_owner(row.person_id or row.holder_site_id, holder),
        }
        for row in rows
    }
    gone = [_not_said(told[row.id], last[row.id], zone) for row in _that_gave_way(rows, last)]
    return [*told.values(), *gone, *(_withdrawal(told[one], last[one], zone) for one in anew)]


def _to_decide_anew(own: Iterable[Decision], last: Mapping[UUID, StateChange]) -> set[UUID]:
    """Finds the first grants of a level, made by somebody, of which the certificate was withdrawn as a mistake.

    Of a renewal the certificate before it would count again, which has ended; what rules alone grant would come back.
    """
    found: set[UUID] = set()
    granted: set[tuple[str, ...]] = set()
    for row in own:
        level = (row.pathway.slug, row.level, row.per)
        if row.outcome not in GRANTING:
            continue
        if level not in granted and row.deciders and _ended(last.get(row.id)) == TAKEN_BACK:
            found.add(row.id)
        else:
            granted.add(level)
    return found


def _that_gave_way(rows: Iterable[Decision], last: Mapping[UUID, StateChange]) -> Iterator[Decision]:
    """Finds the awards that gave way to one which was decided before them and runs longer.

    Two records became one person; the rules would take the award that was decided last.
    """
    granted: set[tuple[Any, ...]] = set()
    for row in sorted((one for one in rows if one.outcome in GRANTING), key=lambda one: (one.on, one.recorded)):
        if _level_of(row) in granted and _ended(last.get(row.id)) == GAVE_WAY:
            yield row
        granted.add(_level_of(row))


async def _ends_beside(rows: Iterable[Decision], last: Mapping[UUID, StateChange]) -> dict[UUID, date]:
    """Reads the last days of the awards to which others gave way, by decision.

    The two may go by different versions of the rules, and the person goes on by one of them.
    """
    gave_way = {row.id: _level_of(row) for row in rows if _ended(last.get(row.id)) == GAVE_WAY}
    stay = [row.id for row in rows if row.id not in gave_way and _level_of(row) in gave_way.values()]
    if not stay:
        return {}
    held = Certification.filter(decision_id__in=stay, ends__isnull=False)
    return {row["decision_id"]: row["ends"] for row in await held.values("decision_id", "ends")}


def _level_of(row: Decision) -> tuple[Any, ...]:
    return (row.person_id, row.pathway.slug, row.level, row.per)


def _not_said(row: Row, change: StateChange, zone: str) -> Row:
    """Takes a record back from the day on which a change was recorded."""
    back = {"recorded_at": local_day(change.recorded, zone), "void": True, "replaces": row["id"]}
    return row | {"id": f"{row['id']}-void"} | back


def _withdrawal(award: Row, change: StateChange, zone: str) -> Row:
    """Takes the withdrawal of an award back that is decided anew: it would end the next one of the same day, too."""
    said = {"id": _change_id(change.recorded, change.turn, change.id), "type": "state", "what": award["what"]}
    return _not_said(said | {"state": change.state, "on": change.effective}, change, zone)


def _ended(change: StateChange | None) -> tuple[str, str]:
    return (change.state, change.grounds) if change else ("", "")


def _outcome(row: Decision, holder: UUID, mark: str | None) -> str:
    return "certified" if _without_condition(row, holder, mark) else row.outcome


def _without_condition(row: Decision, holder: UUID, mark: str | None) -> bool:
    """Tells whether the condition of a grant fell on an appeal, or, of an award of somebody else, was met.

    Of the holder's own award the engine finds by itself whether the condition is met; of others it cannot.
    """
    if row.appeal and row.appeal.finding == "overturned":
        return row.outcome == "conditional"
    return mark == "lifted" and holder not in (row.person_id, row.holder_site_id)


def _deciders(row: Decision) -> Row:
    found = row.deciders
    return {"by": list(found) if row.panel is not None else found[0]} if found else {}


async def told_changes(holders: list[UUID], holder: UUID, pathway: str, zone: str) -> list[Row]:
    """Reads the changes of certifications, of people and sites, that the engine hears of.

    Why the award of somebody's site lapsed the engine cannot find by itself: it hears of it as of a suspension, which
    ends in the same ways.
    """
    rows = await Certification.filter(held_by(holders), changes__id__isnull=False).values(
        "person_id", "holder_site_id", "pathway_slug", "level", id="changes__id", state="changes__state",
        turn="changes__turn", on="changes__effective", until="changes__until", recorded="changes__recorded",
    )  # fmt: skip
    for row in rows:
        if row["state"] == "lapsed" and row["holder_site_id"] not in (None, holder):
            row["state"] = "suspended"
    return [
        {
            "id": _change_id(row["recorded"], row["turn"], row["id"]),
            "type": "state",
            "what": _award_name(row["pathway_slug"], row["level"], pathway),
            "state": row["state"],
            "on": row["on"],
            "recorded_at": local_day(row["recorded"], zone),
            **({"until": row["until"]} if row["until"] else {}),
            **_owner(row["person_id"] or row["holder_site_id"], holder),
        }
        for row in rows
        if row["state"] not in NOT_TOLD
    ]


def _change_id(recorded: datetime, turn: int, change_id: UUID) -> str:
    return f"state-{_in_order(recorded)}-{turn:03}-{change_id}"


async def _site(person_id: UUID, programme_id: UUID, *, as_of: date) -> UUID | None:
    place = (await places_of(person_id, on=as_of)).get(programme_id)
    if place and place.site_id:
        return place.site_id
    row = await Membership.filter(person_id=person_id, site_id__isnull=False).order_by("-starts").first()
    return row.site_id if row else None


def _in_order(recorded: datetime) -> str:
    """Writes a moment so that texts sort by it: the engine orders what happened on one day by id."""
    return f"{recorded.astimezone(UTC):%Y%m%dT%H%M%S%f}"


async def _of_signatories(people: Iterable[UUID], rules: Iterable[Pathway], programme: UUID, zone: str) -> list[Row]:
    """Tells of those who signed what rules ask of a signatory, and the awards they brought from before or elsewhere."""
    every = (one for pathway in rules for one in asked_requirements(pathway))
    asked = {kind for one in every if one.section == "signing" for kind, _ in one.kinds()}
    rows: list[Row] = []
    found = Record.filter(person_id__in=list(people), type__in=["award", *asked]).distinct()
    known = {UUID(str(one)) for one in await found.values_list("person_id", flat=True)}
    for person_id in people if asked else known:
        own = await evidence_of(person_id, zone) if person_id in known else []
        own += [*await learning_evidence(person_id, zone), *await assessment_evidence(person_id, zone)] if asked else []
        told = (one for one in own if one["type"] in ("award", *asked))
        rows += [{**one, "who": str(person_id)} for one in _of_programme(told, programme, alone=False)]
    return rows


def _award_name(slug: str, level: str, pathway: str) -> str:
    return level if slug == pathway else f"{slug}/{level}"


def _per(per: str) -> Row:
    name, _, value = per.partition("=")
    return {name: value} if value else {}


def _owner(person_id: UUID | None, holder: UUID) -> Row:
    return {} if person_id == holder else {"who": str(person_id)}


def _signatories(rows: Iterable[Row]) -> set[UUID]:
    """The people who signed or taught; a name that is no id is a body or somebody outside."""
    named = [one for row in rows for one in (row["by"] if isinstance(row.get("by"), list) else [row.get("by")])]
    return {found for one in named if one and (found := _person(str(one)))}


def _person(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
