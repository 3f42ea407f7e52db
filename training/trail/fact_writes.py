"""What each kind of fact may do to sealed rows: what else was done to them no fact takes for true.

A kind stands here with the tables that it writes: `+` makes rows, `-` removes some, a name is a column that it changes.
A column that no kind names is written once, with its row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

MAKES, REMOVES, EVERYTHING, EVERYWHERE = "+", "-", "*", "*"

_STATE_CHANGE = {"certificates.StateChange": "+", "people.Permission": "+ ends ended_because"}
_RECORDED = {"records.Record": "+", "records.Participant": "+", "records.Tailoring": "+", "records.RecordFile": "+"}
_KEY = "state slot ended"
_SESSION = "title held_on last_day minutes days mode topics learning attributes trainer_id trainer_name"
_PLACE_ENDS = "ends end_reason end_recorded"
_TAKEN_BACK = "taken_back note"
_ANSWERED = "state slot"
_PROVIDER = "name issuer client_id domains strong_values"
_RESET = f"{_ANSWERED} answered answered_by_id"
_UNIT = "name contact language zone head_address appeal_days appeal_look_days appeal_decide_days"
_MET = {"people.Person": "+", "lti.Identity": "+ person_id"}
_ENTERED = (
    "issuer client_id auth_url token_url jwks_url token_audience deployment_policy staff_sessions service_hosts name "
    "site_id state"
)

WRITES: Mapping[str, Mapping[str, str]] = {
    # trail
    "trail.accepted": {EVERYWHERE: "+ - *"},
    "trail.baseline": {EVERYWHERE: "+"},
    # sites
    "unit.added": {
        "sites.CentralUnit": "+",
        # what the demo begins with
        "sites.Programme": "+",
        "sites.Area": "+",
        "sites.Site": "+",
        "people.Person": "+",
        "people.Email": "+",
        "people.Membership": "+",
        "people.Relation": "+",
        "programmes.Adoption": "+",
        "programmes.Place": "+",
    },
    "unit.changed": {"sites.CentralUnit": _UNIT},
    "area.added": {"sites.Area": "+"},
    "area.changed": {"sites.Area": "name", "sites.FormerValue": "+"},
    "site.added": {"sites.Site": "+"},
    "site.changed": {"sites.Site": "name contact telephone area_id", "sites.FormerValue": "+"},
    # people
    "membership.given": {"people.Membership": "+", **_MET},
    "membership.ended": {"people.Membership": "ends end_recorded"},
    "person.added": {"people.Email": "+", **_MET},
    "person.changed": {"people.Person": "name", "people.Email": "+ mail_only", "sites.FormerValue": "+"},
    "person.address_ended": {"people.Email": "- mail_only confirmed"},
    "person.invited": {"people.Email": "mail_only"},
    "person.named": {"people.Person": "name", "sites.FormerValue": "+"},
    "person.launched": {"lti.Identity": "+ person_id"},
    "person.recognised": {"lti.Identity": "+"},
    "person.signed_in": {"people.Email": "confirmed"},
    "difference.declared": {"people.Difference": "+"},
    "difference.taken_back": {"people.Difference": "pair taken_back taken_back_by_id note"},
    "factor.added": {"people.Factor": "+"},
    "factor.renamed": {"people.Factor": "name"},
    "factor.removed": {"people.Factor": "removed"},
    "openid_provider.set": {"people.OpenIdProvider": f"+ {_PROVIDER}"},
    "openid_provider.removed": {"people.OpenIdProvider": "-"},
    "sign_in_number.set": {"people.SignInNumber": "+ number added"},
    "sign_in_number.removed": {"people.SignInNumber": "-"},
    "text_gateway.set": {"people.TextGateway": "+ url country_code"},
    "text_gateway.removed": {"people.TextGateway": "-"},
    "sign_in_policy.set": {"people.SignInPolicy": "+ second_step_roles second_step_from"},
    "sign_in_reset.asked": {"people.SignInReset": "+"},
    "sign_in_reset.agreed": {"people.SignInReset": f"+ {_RESET}", "people.Factor": "removed"},
    "sign_in_reset.refused": {"people.SignInReset": _RESET},
    "person.erased": {
        "people.Person": "name erased_at",
        "people.Email": "-",
        "people.Factor": "-",
        "people.SignInNumber": "-",
        "people.Membership": "ends end_recorded",
        "programmes.Place": f"{_PLACE_ENDS} note",
        "programmes.ProgrammeRole": "ends end_recorded note",
        "programmes.Application": f"{_ANSWERED} words answer answered",
        "sites.FormerValue": "value",
        "lti.Identity": "sub",
        "courses.QuizAttempt": "+",  # one that was open, and of which nothing was said before
        "records.RecordFile": "file_name stored",
        "courses.TaskEntry": "note file_name stored",
        "courses.TaskReply": "words",
        "courses.Attendance": "note",
        "certificates.Certificate": "facts bare_sha256",
        "certificates.Artefact": "path",
        "certificates.Appeal": "files",
    },
    "relation.declared": {"people.Relation": "+"},
    "relation.noted": {"people.Relation": "+"},
    "relation.taken_back": {"people.Relation": "taken_back note"},
    # programmes
    "components.published": {"programmes.ComponentList": "+"},
    "programme.adopted": {"programmes.Adoption": "+"},
    "programme.given_up": {"programmes.Adoption": "ends end_recorded"},
    "programme.joined": {"programmes.Place": "+"},
    "programme.left": {"programmes.Place": _PLACE_ENDS},
    "programme.moved": {"programmes.Place": f"+ {_PLACE_ENDS}"},
    "programme.place_taken_back": {"programmes.Place": _TAKEN_BACK},
    "programme.role_given": {"programmes.ProgrammeRole": "+"},
    "programme.role_ended": {"programmes.ProgrammeRole": "ends end_recorded"},
    "programme.role_taken_back": {"programmes.ProgrammeRole": _TAKEN_BACK},
    "programme.applied": {"programmes.Application": "+"},
    "programme.answered": {"programmes.Application": f"{_ANSWERED} answer answered answered_by_id"},
    "programme.withdrawn": {"programmes.Application": f"{_ANSWERED} answered"},
    # batches
    "batch.rows_undone": {
        "sites.Area": "- name",
        "sites.Site": "- name contact telephone area_id",
        "sites.FormerValue": "-",
        "people.Person": "- name",
        "people.Email": "- mail_only",
        "people.Membership": "- ends end_recorded",
        "people.Relation": "-",
        "people.Permission": "-",
        "programmes.Place": f"- {_PLACE_ENDS}",
        "programmes.ProgrammeRole": "-",
        "records.Record": "-",
        "records.Participant": "-",
        "certificates.Evaluation": "-",
        "certificates.Decision": "-",
        "certificates.Certification": "-",
        "certificates.EarlierCertificate": "-",
        "certificates.StateChange": "-",
    },
    # records
    "record.logged": _RECORDED,
    "record.corrected": _RECORDED,
    "record.taken_back": _RECORDED,
    "tailoring.judged": {"records.Tailoring": "judged judged_by_id judged_note"},
    "feedback.opened": {"records.FeedbackRound": "+"},
    "feedback.given": {"records.FeedbackAnswer": "+", "records.FeedbackRound": "last_answer"},
    "feedback.closed": {"records.FeedbackRound": "closed"},
    "confirmation.asked": {"records.Confirmation": "+"},
    "confirmation.given": {"records.Confirmation": "+ state strength answered dispute_until note"},
    "confirmation.disputed": {"records.Confirmation": "+ state disputed dispute_note"},
    "confirmation.expired": {"records.Confirmation": "state closed note"},
    # assessments
    "instrument.published": {"assessments.Instrument": "+", "assessments.InstrumentVersion": "+"},
    "calibration.recorded": {"assessments.CalibrationRun": "+"},
    "assessment.opened": {"assessments.Assessment": "+", "assessments.Rater": "+"},
    "assessment.submitted": {
        "assessments.Assessment": "state",
        "assessments.Rater": "state submitted",
        "assessments.Rating": "+",
    },
    "assessment.reconciled": {"assessments.Assessment": "state", "assessments.Reconciliation": "+"},
    "assessment.signed": {"assessments.Assessment": "state signed outcome summary"},
    "assessment.set_aside": {"assessments.Assessment": "set_aside set_aside_because"},
    "assessment.cancelled": {"assessments.Assessment": "state cancelled_because"},
    "rater.joined": {"assessments.Rater": "+ state note"},
    "rater.left": {"assessments.Rater": "state note"},
    "rating.signed": {"assessments.Signature": "+", "assessments.Rater": "state eligibility"},
    # lti
    "registration.added": {"lti.Registration": "+", "lti.Deployment": "+"},
    "registration.approved": {"lti.Registration": "state site_id", "lti.Deployment": "state"},
    "registration.changed": {"lti.Registration": _ENTERED},
    "deployment.added": {"lti.Deployment": "+"},
    "deployment.approved": {"lti.Deployment": "state"},
    "deployment.refused": {"lti.Deployment": "state"},
    # courses
    "course.published": {
        "courses.Course": "+",
        "courses.CourseVersion": "+",
        "courses.Module": "+",
        "courses.Activity": "+",
        "courses.Media": "+",
    },
    "course.started": {"courses.Enrolment": "+"},
    "course.completed": {"courses.Completion": "+"},
    "module.completed": {"courses.Completion": "+"},
    "quiz.handed_in": {"courses.QuizAttempt": "+"},
    "task.handed_in": {"courses.TaskEntry": "+"},
    "cohort.added": {"courses.Cohort": "+"},
    "cohort.changed": {"courses.Cohort": "name starts ends trainer_id learning"},
    "task.answered": {"courses.TaskReply": "+"},
    "session.added": {"courses.Session": "+"},
    "session.changed": {"courses.Session": _SESSION},
    "session.removed": {"courses.Session": "-"},
    "attendance.recorded": {"courses.Attendance": "+"},
    "place.given": {"courses.Seat": "+ ends"},
    "place.ended": {"courses.Seat": "ends"},
    # certificates
    "pathway.published": {"certificates.PathwayVersion": "+", "sites.Programme": "+"},
    "person.considered": {"certificates.Evaluation": "+ slot awaiting"},
    "site.considered": {"certificates.Evaluation": "+ slot awaiting"},
    "vote.cast": {"certificates.Vote": "+"},
    "vote.changed": {"certificates.Vote": "evaluation_id choice reasons attributes cast"},
    "decision.made": {"certificates.Decision": "+", "certificates.Evaluation": "awaiting"},
    "certificate.awarded": {
        "certificates.Certificate": "+",
        "certificates.Certification": "+",
        "certificates.StateChange": "+",
        "people.Permission": "+",
    },
    "certificate.imported": {
        "certificates.Evaluation": "+",
        "certificates.Decision": "+",
        "certificates.Certification": "+",
        "certificates.EarlierCertificate": "+",
        "certificates.StateChange": "+",
        "people.Permission": "+",
    },
    "certificate.published": {"certificates.Certificate": "published"},
    "artefact.stored": {"certificates.Artefact": "+"},
    "certificate.replaced": _STATE_CHANGE,
    "certificate.withdrawn": _STATE_CHANGE,
    "certification.conditional": _STATE_CHANGE,
    "certification.lapsed": _STATE_CHANGE,
    "certification.lifted": _STATE_CHANGE,
    "certification.restored": _STATE_CHANGE,
    "certification.suspended": _STATE_CHANGE,
    "permission.given": {"people.Permission": "+"},
    "permission.ended": {"people.Permission": "ends ended_because"},
    "sheet.drawn_up": {"certificates.SheetDesign": "+"},
    "sheet.used": {"certificates.SheetDesign": "used"},
    "status.raised": {"certificates.RaisedBit": "+"},
    "status.lowered": {"certificates.RaisedBit": "-"},
    "appeal.made": {"certificates.Appeal": "+"},
    "appeal.accepted": {"certificates.Appeal": "accepted accepted_because accepted_by_id look_by decide_by"},
    "appeal.looked_at": {"certificates.Appeal": "looked_at looked_at_by_id"},
    "appeal.answered": {"certificates.Appeal": "finding reasons answered answered_by_id"},
    "key.announced": {"certificates.IssuerKey": "+"},
    "key.activated": {"certificates.IssuerKey": "+ state slot activated"},
    "key.retired": {"certificates.IssuerKey": _KEY},
    "key.compromised": {"certificates.IssuerKey": _KEY},
    # audits
    "audit.drawn": {"audits.Audit": "+", "audits.AuditCase": "+"},
    "audit.finding": {"audits.AuditCase": "finding reasons found found_by_id"},
}
"""Kind → table → what it may do there. A kind that stands here with no table of a row, or not at all, changes none."""


@dataclass(frozen=True)
class Writes:
    """What one kind of fact may do to the rows of one table."""

    makes: bool
    removes: bool
    everything: bool
    columns: frozenset[str]

    def changes(self, column: str) -> bool:
        """Tells whether it may change a column."""
        return self.everything or column in self.columns


@cache
def writes_of(kind: str, table: str) -> Writes:
    """Tells what a kind may do to the rows of a table."""
    tables = WRITES.get(kind, {})
    words = frozenset(tables.get(table, tables.get(EVERYWHERE, "")).split())
    columns = words - {MAKES, REMOVES, EVERYTHING}
    return Writes(MAKES in words, REMOVES in words, EVERYTHING in words, columns)
