"""Which columns hold a person and follow when two records are merged; which stay as they are, each with the reason.

A house test compares this with the tables, so that no column of a person can be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from training.trail.fact_writes import WRITES

UNSEALED: Mapping[str, str] = {
    "people.Letter": "person_id settled_by_id",
    "people.NameRequest": "person_id answered_by_id",
    "people.Phone": "person_id",
    "people.RecoveryCode": "person_id",
    "assessments.FilmComment": "person_id",
    "assessments.FilmConsentLink": "made_by_id",
    "batches.Batch": "made_by_id",
    "batches.BatchRow": "person_id",
    "drafts.MaterialDraft": "begun_by_id changed_by_id ended_by_id",
    "drafts.DraftFile": "changed_by_id",
    "drafts.DraftChange": "by_id",
    "drafts.PublishingRequest": "asked_by_id answered_by_id",
    "lti.FormerUser": "person_id",
    "certificates.StaffListing": "person_id",
    "certificates.Rehearsal": "made_by_id",
    "certificates.RehearsedStanding": "person_id",
    "reports.SavedReport": "owner_id",
    "reports.ReportReader": "person_id",
    "reports.ReportAnswer": "asked_by_id",
}
"""Table → its columns that follow, where no fact speaks of its rows; those of sealed tables stand in `fact_writes`."""

LEFT: Mapping[str, str] = {
    "trail.Fact.person_id": "what was written in the trail stays; whoever reads it asks for all records of a person",
    "trail.Fact.actor_id": "what was written in the trail stays",
    "trail.Fact.on_behalf_of_id": "what was written in the trail stays",
    "trail.Fact.subject_id": "what was written in the trail stays",
    "trail.Followup.subject_id": "work that was planned finds what it is about by that row",
    "sites.FormerValue.subject_id": "what that record was called before; the other has names of its own",
    "people.Difference.one_id": "was said of this record; of the one that stays it is asked again",
    "people.Difference.other_id": "was said of this record; of the one that stays it is asked again",
    "people.Difference.declared_by_id": "was said of this record; of the one that stays it is asked again",
    "people.Difference.taken_back_by_id": "was said of this record; of the one that stays it is asked again",
    "people.Merge.stays_id": "tells what was merged; a record that is merged again is found by `merged_into`",
    "people.Merge.shut_id": "tells what was merged",
    "people.Merge.made_by_id": "tells who merged",
    "people.Merge.undone_by_id": "tells who undid it",
    "people.SavedFilter.person_id": "how the record that is shut liked to look at lists",
    "people.TaskList.person_id": "is counted anew",
    "people.Session.person_id": "ends with the merge",
    "people.SignInLink.person_id": "ends with the merge",
    "people.TextCode.person_id": "ends within ten minutes",
    "clients.ApiClient.registered_by_id": "says who registered a program",
    "lti.DeepLinkingSession.person_id": "ends within an hour",
    "lti.LaunchTrace.person_id": "says how a launch went, and is gone after 90 days",
}
"""Column, as `room.Model.column` → why it goes on naming the record that is shut."""

NO_PERSON = frozenset(
    {
        "trail.Fact.unit_id",
        "trail.Followup.lease",
        "people.Permission.because",
        "people.Session.registration_id",
        "records.FeedbackAnswer.slip",
        "records.Record.entry_key",
        "records.Record.program_id",
        "assessments.Assessment.entry_key",
        "courses.ScormAttempt.launch",
        "drafts.DraftChange.step",
        "certificates.Rehearsal.after",
        "assessments.Draft.device_draft",
        "assessments.Assessment.delivery_id",
        "certificates.Certificate.status_list_id",
    }
)
"""Columns with an id that is nobody's."""


@dataclass(frozen=True)
class PeriodColumns:
    """Rows that say the same of a person for a time: with these columns alike, one within the other says nothing more.

    `ended` is written to one that is left behind and still runs; `running` leaves it behind wherever both run.
    """

    alike: tuple[str, ...]
    ended: Mapping[str, str]
    running: bool = False


PERIODS: Mapping[str, PeriodColumns] = {
    "people.Membership": PeriodColumns(("role", "site_id", "programme_id"), {"end_recorded": "now"}),
    "programmes.Place": PeriodColumns(("programme_id",), {"end_recorded": "now", "end_reason": "left"}, running=True),
    "programmes.ProgrammeRole": PeriodColumns(("programme_id", "role", "site_id", "area_id"), {"end_recorded": "now"}),
    "courses.Seat": PeriodColumns(("cohort_id",), {}),
}
"""Table → when one of two rows is left behind, though the database would take both."""

SAME: Mapping[str, tuple[str, ...]] = {"courses.Completion": ("version_id", "module")}
"""Table → the columns that make two rows say one thing, beside what the database keeps unique."""

SLOTS = frozenset(
    {
        "people.NameRequest",
        "people.SignInReset",
        "programmes.Application",
        "assessments.Assessment",
        "certificates.Evaluation",
    }
)
"""Tables whose `slot` names the person while something waits or holds."""
JUDGED = "certificates.Evaluation"
"""The table of what the rules said: of two records they say it anew, so what they said of one holds no more."""


def moved() -> dict[str, tuple[str, ...]]:
    """Returns table → its columns that hold a person and follow."""
    spoken = {table: words for table, words in WRITES["merge.made"].items() if table != "people.Merge"}
    written = {table: tuple(word for word in words.split() if _names_somebody(word)) for table, words in spoken.items()}
    return written | {table: tuple(words.split()) for table, words in UNSEALED.items()}


def _names_somebody(word: str) -> bool:
    return word.endswith(("_id", "_by"))
