"""What waits for somebody as an assessor, in the order of their day: to rate, to agree, to sign, to stay one."""

from datetime import date, datetime
from urllib.parse import urlencode

from tortoise.expressions import Q

from certificates.evaluations import pathway_versions
from certificates.evaluations.models import Decision, Evaluation, current
from training.app.own_tasks.task import SHOWN, Task
from training.assessments.calibration.standing import lines_of
from training.assessments.countersignatures import waiting
from training.assessments.emails import TURNS, turn_of
from training.assessments.models import Rater
from training.core.dates import day
from training.people.actor import Actor

RATE, AGREE, SIGN, COUNTERSIGN, CALIBRATE, CERTIFICATE = range(1, 7)
"""The order of an assessor's tasks."""
ENDING = ("in_grace", "renewal_due")
"""Standings of an award that is to be renewed now."""


async def to_rate(me: Actor, now: datetime) -> list[Task]:
    """Assessments that wait for the person's rating; not those whose visit is still to come."""
    todo = Rater.filter(person_id=me.person_id, assessment__unit_id=me.unit_id, state="rating").exclude(
        assessment__state="signed"
    )
    watched = Q(assessment__visit__id__isnull=True) | Q(assessment__visit__ends__lte=now)
    rows = (
        await todo.filter(watched)
        .order_by("assessment__observed", "id")
        .limit(SHOWN)
        .values("assessment_id", "assessment__observed", name="assessment__person__name")
    )
    return [
        Task("Finish your rating", f"{row['name']}, watched on {day(row['assessment__observed'])}.",
             f"/assessments/{row['assessment_id']}", "Continue", turn=RATE)
        for row in rows
    ]  # fmt: skip


async def to_agree_or_sign(me: Actor, now: datetime) -> list[Task]:
    """Assessments in which everybody has handed in, and the person has to agree or to sign."""
    todo = Rater.filter(person_id=me.person_id, assessment__unit_id=me.unit_id, state="submitted")
    todo = todo.filter(assessment__state__in=list(TURNS)).order_by("-assessment__touched")
    rows = [part.assessment for part in await todo.limit(SHOWN).select_related("assessment__person")]
    return [
        Task(turn_of(row)[0], f"{row.person.name}, watched on {day(row.observed)}.", f"/assessments/{row.id}",
             since=row.touched, turn=AGREE if row.state == "reconciling" else SIGN)
        for row in rows
    ]  # fmt: skip


async def to_countersign(me: Actor, now: datetime) -> list[Task]:
    """Assessments of colleagues that wait for a countersignature, and that the person may countersign today."""
    return [
        Task(f"Countersign: {row['person']}", f"Watched on {day(row['observed'])}, rated by {row['raters']}.",
             f"/assessments/{row['id']}/countersign", since=row["since"], turn=COUNTERSIGN)
        for row in await waiting.to_countersign(me, most=SHOWN)
    ]  # fmt: skip


async def to_calibrate(me: Actor, now: datetime) -> list[Task]:
    """The person's own calibrations that a programme asks for and that have run out or are about to."""
    if not me.may("assess"):
        return []
    return [
        Task(f"Your calibration: {line['instrument']}", f"{line['programme']} asks for it. {line['words']}.",
             "/assessments/calibrate", "Calibrate", turn=CALIBRATE)
        for line in await lines_of([(me.person_id, "")], me, only_asked=True) if line["state"] != "calibrated"
    ]  # fmt: skip


async def to_renew(me: Actor, now: datetime) -> list[Task]:
    """The assessor's own certificates that are to be renewed."""
    if not me.may("assess"):
        return []
    return [
        Task(f"Renew your certificate: {level_of(row)}", f"It counts until {day(until)}.", pathway_path(row),
             "See what is left", turn=CERTIFICATE)
        for until, row in await awards_of(me) if row.standing in ENDING
    ]  # fmt: skip


async def awards_of(me: Actor) -> list[tuple[date, Evaluation]]:
    """Lists what somebody holds that ends on a day, with that day, the first to end first."""
    held = current().filter(person_id=me.person_id, standing__in=[*ENDING, "certified"])
    ends = [(row.verdict["standing"]["valid_until"], row) for row in await held.prefetch_related("pathway")]
    known = [(date.fromisoformat(until), row) for until, row in ends if until]
    return sorted(known, key=lambda one: (one[0], str(one[1].id)))


def level_of(row: Evaluation) -> str:
    """Names the level that an evaluation is about."""
    return pathway_versions.read(row.pathway).levels[row.level].title or row.level


def pathway_path(row: Evaluation | Decision) -> str:
    """Returns the page of the programme in which somebody stands so."""
    return f"/pathways?{urlencode({'programme': row.pathway.slug})}"
