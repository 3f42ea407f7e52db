"""Where two records of one person disagree: what is done about it, and what must not become of one person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.decisions.models import Vote
from certificates.merging.two_certificates import in_words, two_certificates
from courses.learning.models import Enrolment
from training.people.contact.addresses import pair_of
from training.people.merging.moving import MergePlan, model_of
from training.people.models import Difference, Membership, Person
from training.people.roles import ROLES
from training.programmes.models import Place

TO_DECIDE = {"way": "decision", "called_off__isnull": True, "assessment__state__not": "cancelled"}
STANDS = {"record__void": False, "record__replaced_by__isnull": True}


@dataclass(frozen=True)
class MergeConflict:
    """What does not agree, and what is done about it; or, where it is `refused`, why nothing can be done."""

    what: str
    outcome: str
    refused: bool = False


@dataclass(frozen=True)
class OfTheOther:
    """What nobody may do of themselves: a row in which `doer` is one of the two and `of` the other."""

    table: str
    doer: str
    of: str
    words: str
    only: Mapping[str, Any]


NEVER_OF_ONESELF = (
    OfTheOther("assessments.Rater", "person_id", "assessment__person_id", "rated {other} in an assessment",
               {"state__not": "left", "assessment__state__not": "cancelled"}),
    OfTheOther("assessments.Disagreement", "person_id", "assessment__person_id",
               "was asked to settle what raters said of {other}", TO_DECIDE),
    OfTheOther("assessments.Disagreement", "person_id", "assessment__raters__person_id",
               "was asked to decide between marks of {other}",
               {**TO_DECIDE, "assessment__raters__state__not": "left"}),
    OfTheOther("assessments.CalibrationRun", "recorded_by", "person_id", "recorded how well {other} rates",
               {"taken_back__isnull": True}),
    OfTheOther("assessments.Countersignature", "person_id", "assessment__person_id",
               "countersigned or returned an assessment of {other}", {"assessment__set_aside__isnull": True}),
    OfTheOther("assessments.Countersignature", "person_id", "assessment__raters__person_id",
               "countersigned or returned what {other} rated",
               {"assessment__set_aside__isnull": True, "assessment__raters__state__not": "left"}),
    OfTheOther("assessments.QualitySample", "found_by_id", "assessment__person_id",
               "looked again at an assessment of {other}", {"assessment__set_aside__isnull": True}),
    OfTheOther("assessments.QualitySample", "found_by_id", "assessment__raters__person_id",
               "looked again at what {other} rated",
               {"assessment__set_aside__isnull": True, "assessment__raters__state__not": "left"}),
    OfTheOther("assessments.AccompaniedVisit", "recorded_by_id", "person_id", "went along with {other} to watch them",
               {"taken_back__isnull": True}),
    OfTheOther("assessments.CalibrationAttempt", "set__made_by_id", "person_id",
               "made the calibration set that {other} rated",
               {"handed_in__isnull": False, "run__taken_back__isnull": True}),
    OfTheOther("records.Confirmation", "confirmer_id", "person_id", "was asked to confirm a record of {other}",
               {"state__in": ["asked", "confirmed"]}),
    OfTheOther("records.Participant", "person_id", "record__person_id", "took part in or signed a record of {other}",
               STANDS),
    OfTheOther("records.Record", "recorded_by_id", "person_id", "recorded something of {other} that counts at once",
               {"counts_at_once": True, "void": False, "replaced_by__isnull": True}),
    OfTheOther("records.Tailoring", "judged_by_id", "record__person_id", "judged what {other} changed", STANDS),
    OfTheOther("courses.TaskReply", "person_id", "entry__enrolment__person_id", "answered a task of {other}", {}),
    OfTheOther("courses.Attendance", "trainer_id", "person_id", "led a session that {other} came to", {}),
    OfTheOther("courses.Attendance", "recorded_by", "person_id", "noted that {other} came to a session", {}),
    OfTheOther("programmes.Application", "answered_by_id", "person_id", "answered an application of {other}", {}),
    OfTheOther("certificates.Decision", "decided_by_id", "person_id", "decided about {other}", {}),
    OfTheOther("certificates.StateChange", "actor_id", "certification__person_id",
               "changed a certification of {other}", {}),
    OfTheOther("certificates.Vote", "member_id", "evaluation__person_id", "voted about {other}", {}),
    OfTheOther("certificates.Appeal", "accepted_by_id", "person_id", "accepted an appeal of {other}", {}),
    OfTheOther("certificates.Appeal", "looked_at_by_id", "person_id", "looked at an appeal of {other}", {}),
    OfTheOther("certificates.Appeal", "answered_by_id", "person_id", "decided an appeal of {other}", {}),
    OfTheOther("certificates.Appeal", "answered_by_id", "decision__decided_by_id",
               "decided an appeal against a decision of {other}", {}),
    OfTheOther("certificates.Appeal", "answered_by_id", "change__actor_id",
               "decided an appeal against a change by {other}", {}),
    OfTheOther("audits.AuditCase", "found_by_id", "certification__person_id",
               "judged a case of {other} in an audit", {}),
)  # fmt: skip
NEVER_TWICE: tuple[tuple[str, str, str, str, Mapping[str, Any]], ...] = (
    ("assessments.Rater", "assessment_id", "person_id", "Both rate in one assessment.", {"state__not": "left"}),
    ("certificates.Vote", "turn", "member_id", "Both voted in one panel.", {}),
    ("records.Participant", "record_id", "person_id", "Both took part in what one record tells.", STANDS),
)
"""Table, what is one, who is two, what is said, and of which rows."""


async def refusals(stays: Person, shut: Person, *, today: date) -> list[MergeConflict]:
    """Lists why the two may not become one person, as far as the rows tell."""
    found: list[MergeConflict] = []
    if await Difference.filter(pair=pair_of(stays.id, shut.id)).exists():
        why = "Take that back first, on the page of records that may be of one person."
        found.append(MergeConflict("Somebody said that these are two different people.", why, refused=True))
    for one in NEVER_OF_ONESELF:
        for doer, other in ((stays, shut), (shut, stays)):
            wanted: dict[str, Any] = {one.doer: doer.id, one.of: other.id, **one.only}
            if await model_of(one.table).filter(**wanted).exists():
                what = f"{doer.name} {one.words.format(other=other.name)}."
                why = "Nobody does this of themselves. It has to be set aside, corrected or taken back first."
                found.append(MergeConflict(what, why, refused=True))
    for table, which, who, words, only in NEVER_TWICE:
        model, theirs = model_of(table), {who: shut.id}
        held = await model.filter(**theirs, **only).values_list(which, flat=True)
        if held and await model.filter(**{who: stays.id, f"{which}__in": list(held)}, **only).exists():
            why = "That takes two people. It has to be set aside, corrected or taken back first."
            found.append(MergeConflict(words, why, refused=True))
    if await Vote.filter(evaluation__person_id=shut.id, evaluation__awaiting=True).exists():
        why = "Wait until the panel has decided."
        found.append(MergeConflict(f"A panel votes about {shut.name} now.", why, refused=True))
    both = [one for one in await two_certificates(stays, shut, today=today) if not one.settled]
    return [*found, *(MergeConflict(*in_words(one), refused=True) for one in both)]


async def told(stays: Person, shut: Person, plan: MergePlan, *, today: date) -> list[MergeConflict]:
    """Lists what both records have or say, and what becomes of it."""
    both = [one for one in await two_certificates(stays, shut, today=today) if one.settled]
    found = [MergeConflict(*in_words(one)) for one in both]
    if stays.name != shut.name:
        stay = f"{stays.name} stays. A certificate keeps the name that stands on it."
        found.append(MergeConflict(f"The names differ: {stays.name} and {shut.name}.", stay))
    kept: dict[str, list[str]] = {}
    for table, key in plan.kept:
        kept.setdefault(table, []).append(key)
    behind = "The one of the record that stays goes on. The other is ended and kept with the shut record."
    for row in await Place.filter(id__in=kept.pop("programmes.Place", [])).select_related("programme"):
        found.append(MergeConflict(f"Both have a place in {row.programme.title}.", behind))
    for held in await Membership.filter(id__in=kept.pop("people.Membership", [])).select_related("site"):
        where = f" at {held.site.name}" if held.site else ""
        found.append(MergeConflict(f"Both have the role {ROLES[held.role].lower()}{where}.", behind))
    progress = "Each module that one of them finished counts. The place in the course is that of the record that stays."
    for begun in await Enrolment.filter(id__in=kept.pop("courses.Enrolment", [])).select_related("version__course"):
        found.append(
            MergeConflict(f"Both have begun the course {begun.version.course.slug.replace('-', ' ')}.", progress)
        )
    return [*found, *_others(kept)]


ALSO = {
    "people.Relation": "The two are noted as working with each other.",
    "people.Phone": "Both have the same telephone number.",
    "people.SignInNumber": "Both get codes by text to a number.",
    "people.NameRequest": "For both a change of name is asked for.",
    "people.SignInReset": "For both a reset of signing in is asked for.",
    "programmes.Application": "Both have applied to the same programme.",
    "programmes.ProgrammeRole": "Both have the same role in a programme.",
    "courses.Completion": "Both have finished the same module.",
    "courses.Seat": "Both have a seat in the same cohort.",
    "courses.Attendance": "Both were noted at the same session.",
    "certificates.StaffListing": "Both agreed to the same public list.",
}


def _others(kept: Mapping[str, Iterable[str]]) -> list[MergeConflict]:
    outcome = "That of the record that stays counts. The other is kept with the shut record."
    return [MergeConflict(ALSO.get(table, "Both have the same entry."), outcome) for table in kept]
