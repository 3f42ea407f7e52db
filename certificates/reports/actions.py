"""Reports are saved, changed, put away and used again; who gets the link is chosen, and can stop it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from certificates.reports.models import ABILITY, ReportReader, SavedReport, reports_for
from certificates.reports.rules import EVERY, NEVER, Days, due_at, following
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.parsing.text import clean_line
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.roles import ABILITIES
from training.people.visibility import active_on, people_for
from training.trail import facts

LONGEST_NAME = 80


@dataclass(frozen=True)
class ReportWords:
    """What somebody says of a report: its name and days, how often it comes, and whether all may see it."""

    name: str
    days: Days
    every: str = NEVER
    shared: bool = True


async def report_of(report_id: UUID, actor: Actor) -> SavedReport:
    """Finds a report that the actor may see; raises NotFound."""
    found = await reports_for(actor).get_or_none(id=report_id)
    if found is None:
        raise NotFound("There is no such report.", "Look at the list of reports.")
    return found


def who_may_read(actor: Actor) -> QuerySet[Person]:
    """Lists who may see reports of the unit today, so that a link can be sent to them."""
    roles = sorted(ABILITIES[ABILITY])
    held = Membership.filter(active_on(actor.today), role__in=roles, site_id__isnull=True).values("person_id")
    return people_for(actor, "see people").filter(id__in=Subquery(held), erased_at__isnull=True)


def _checked(words: ReportWords) -> str:
    name = clean_line(words.name)
    if not name or len(name) > LONGEST_NAME:
        wanted = f"Enter a name for the report in at most {LONGEST_NAME} letters"
        raise Invalid("There is a problem", problems={"name": wanted})
    if words.every not in EVERY:
        raise Invalid("There is a problem", problems={"every": "Choose how often it is asked from the list"})
    return name


def _next_due(every: str, actor: Actor, now: datetime) -> datetime | None:
    return due_at(following(every, local_day(now, actor.zone)), actor.zone) if every else None


async def save(
    listing: str, filters: Mapping[str, str], words: ReportWords, *, actor: Actor, now: datetime
) -> SavedReport:
    """Saves a question under a name; whoever saves it gets the link, until they stop it. Raises Invalid."""
    name = _checked(words)
    async with transaction():
        report = await SavedReport.create(
            id=uuid4(), unit_id=actor.unit_id, owner_id=actor.person_id, name=name, listing=listing,
            filters=dict(filters), days=vars(words.days), shared=words.shared, every=words.every, made=now,
            next_due=_next_due(words.every, actor, now),
        )  # fmt: skip
        await ReportReader.create(id=uuid4(), report_id=report.id, person_id=actor.person_id, added=now)
        detail = {"list": listing, "every": words.every, "shared": words.shared}
        await facts.record(
            "report.saved", report, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail
        )  # fmt: skip
    return report


async def change(report_id: UUID, words: ReportWords, *, actor: Actor, now: datetime) -> SavedReport:
    """Changes a report; the answers that it gave stay, each with the question that it had."""
    report, name = await report_of(report_id, actor), _checked(words)
    if report.owner_id != actor.person_id and words.shared != report.shared:
        raise Invalid("There is a problem", problems={"shared": "Ask whoever saved it to change who may see it"})
    keeps = report.put_away or report.every == words.every
    due = report.next_due if keeps else _next_due(words.every, actor, now)
    told = {"name": name, "days": vars(words.days), "every": words.every, "shared": words.shared, "next_due": due}
    before = {"every": report.every, "shared": report.shared, "days": report.days}
    async with transaction():
        await SavedReport.filter(id=report.id).update(**told)
        after = {"every": words.every, "shared": words.shared, "days": vars(words.days)}
        await facts.record(
            "report.changed", report, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"before": before, "after": after},
        )  # fmt: skip
    return report


async def put_away(report_id: UUID, *, actor: Actor, now: datetime) -> SavedReport:
    """Puts a report away: it is not asked by itself any more, and its answers stay."""
    report = await report_of(report_id, actor)
    async with transaction():
        if not await SavedReport.filter(id=report.id, put_away__isnull=True).update(put_away=now, next_due=None):
            raise Conflict("This report is put away already.", "Look at it again.")
        await facts.record("report.put_away", report, actor=actor.person_id, unit=actor.unit_id, now=now)
    return report


async def use_again(report_id: UUID, *, actor: Actor, now: datetime) -> SavedReport:
    """Takes a report up again, with the link as often as before."""
    report = await report_of(report_id, actor)
    due = _next_due(report.every, actor, now)
    async with transaction():
        if not await SavedReport.filter(id=report.id, put_away__isnull=False).update(put_away=None, next_due=due):
            raise Conflict("This report is in use already.", "Look at it again.")
        await facts.record("report.used_again", report, actor=actor.person_id, unit=actor.unit_id, now=now)
    return report


async def add_reader(report_id: UUID, person_id: UUID, *, actor: Actor, now: datetime) -> Person:
    """Sends the link to somebody from now on, who may see reports. Raises Invalid."""
    report = await report_of(report_id, actor)
    person = await who_may_read(actor).get_or_none(id=person_id)
    if person is None:
        wanted = "Choose somebody of the central unit or an auditor. Nobody else may see reports"
        raise Invalid("There is a problem", problems={"person": wanted})
    async with transaction():
        reader, fresh = await ReportReader.get_or_create(
            {"id": uuid4(), "added": now}, report_id=report.id, person_id=person.id
        )
        if fresh or reader.stopped:
            await ReportReader.filter(id=reader.id).update(stopped=None)
            await facts.record(
                "report.reader_added", report, actor=actor.person_id, unit=actor.unit_id, now=now, person=person.id
            )
    return person


async def remove_reader(report_id: UUID, person_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Sends the link to somebody no more: to the actor, or to somebody else."""
    report = await report_of(report_id, actor)
    async with transaction():
        reading = ReportReader.filter(report_id=report.id, person_id=person_id, stopped__isnull=True)
        if not await reading.update(stopped=now):
            raise Conflict("They do not get this report any more.", "Look at it again.")
        await facts.record(
            "report.reader_left", report, actor=actor.person_id, unit=actor.unit_id, now=now, person=person_id
        )
