"""Why two answers to one question differ, as far as the trail tells: what was recorded between them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from certificates.reports.asking import SUBJECTS
from certificates.reports.models import ReportAnswer
from training.core.dates import day, local_day
from training.people.actor import Actor
from training.trail.models import Fact

WORDS: Mapping[str, str] = {
    "certificate.awarded": "a certificate was awarded",
    "certificate.imported": "a certificate from before this service was brought in",
    "certificate.issued_again": "a certificate was issued again",
    "certificate.withdrawn": "a certificate was withdrawn",
    "certificate.replaced": "a newer certificate took its place",
    "certification.conditional": "it began to hang on a condition",
    "certification.lapsed": "it lapsed by the rules",
    "certification.lifted": "a condition was met",
    "certification.restored": "it was restored",
    "certification.suspended": "it was suspended",
    "attendance.recorded": "it was noted who came to a session",
    "assessment.signed": "an assessment was signed",
    "assessment.set_aside": "an assessment was set aside",
    "course.completed": "a course was finished",
    "membership.given": "a role at a site was recorded",
    "membership.ended": "a role at a site ended",
    "record.logged": "practice was recorded",
    "record.corrected": "a record was corrected",
    "record.taken_back": "a record was taken back",
    "programme.joined": "a place in a programme was recorded",
    "programme.left": "a place in a programme ended",
    "programme.moved": "a place moved to another site",
    "programme.place_taken_back": "a place was taken back",
    "site.changed": "a site was changed",
    "area.changed": "an area was changed",
    "person.erased": "the details of a person were erased",
    "merge.made": "two records of one person were put together",
    "merge.undone": "two records were taken apart again",
    "batch.undone": "what was done to many at once was undone",
    "pathway.published": "a version of the rules was published",
    "pathway.taken_back": "a version of the rules was taken back",
    "pathway.brought_back": "a version of the rules was brought back",
}
"""Kind of fact that an answer can depend on → what happened."""
OF_WHAT_WAS_KNOWN = frozenset(
    {"person.erased", "merge.made", "merge.undone", "batch.undone", "pathway.published", "pathway.taken_back",
     "pathway.brought_back", "certificate.imported"}
)  # fmt: skip
"""Kinds that can change what was known at a moment that is past."""
MOST_READ = 5_000
DAYS = ("effective", "starts", "ends", "on")
"""Where the detail of a fact says of which day it is."""


@dataclass(frozen=True)
class AnswerReasons:
    """What was recorded between two answers: of each row that differs, by its key, and of everybody together."""

    by_row: Mapping[str, Sequence[str]]
    all_together: Sequence[str]


async def reasons_for(
    first: ReportAnswer, again: ReportAnswer, listing: str, keys: Sequence[str], me: Actor
) -> AnswerReasons:
    """Looks in the trail for what was recorded after the first answer and could be known in the second."""
    until = again.extracted
    kinds = sorted(WORDS if again.known > first.known else OF_WHAT_WAS_KNOWN)
    since = min(first.known, first.extracted) if again.known > first.known else first.extracted
    between = Fact.filter(unit_id=me.unit_id, kind__in=kinds, recorded__gt=since, recorded__lte=until)
    people = await _people_of(listing, keys)
    by_row: dict[str, list[str]] = defaultdict(list)
    if people or SUBJECTS[listing].people:
        rows = {str(person): key for key, person in people.items()} | {key: key for key in keys}
        about = Q(person_id__in=list(people.values())) | Q(subject_id__in=list(keys))
        for fact in await between.filter(about).order_by("id").limit(MOST_READ):
            key = rows.get(fact.subject_id) or rows.get(str(fact.person_id), "")
            by_row[key].append(_words(fact, first, me.zone))
    return AnswerReasons(by_row, await _all_together(between.order_by("id").limit(MOST_READ), first, me.zone))


async def _people_of(listing: str, keys: Sequence[str]) -> dict[str, UUID]:
    people = SUBJECTS[listing].people
    return await people([UUID(key) for key in keys]) if people and keys else {}


async def _all_together(facts: QuerySet[Fact], first: ReportAnswer, zone: str) -> list[str]:
    found: Counter[tuple[str, bool]] = Counter()
    for fact in await facts:
        found[fact.kind, _is_late(fact, first, zone)] += 1
    return [
        f"{count:,} × {WORDS[kind]}{', about a day before the first answer' if late else ''}"
        for (kind, late), count in sorted(found.items(), key=lambda one: (-one[0][1], one[0][0]))
    ]


def _words(fact: Fact, first: ReportAnswer, zone: str) -> str:
    told, recorded = _day_of(fact, zone), day(local_day(fact.recorded, zone))
    late = "Recorded late: " if _is_late(fact, first, zone) else ""
    words = f"{late}{WORDS[fact.kind]}, from {day(told)}, recorded {recorded}"
    return words[0].upper() + words[1:]


def _is_late(fact: Fact, first: ReportAnswer, zone: str) -> bool:
    """Tells whether it is about a day up to the one that was asked about, and was recorded after the answer."""
    return _day_of(fact, zone) <= first.as_of and fact.recorded > first.known


def _day_of(fact: Fact, zone: str) -> date:
    for name in DAYS:
        if told := fact.detail.get(name):
            return date.fromisoformat(str(told)[:10])
    happened: datetime = fact.happened
    return local_day(happened, zone)
