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
_SAFEGUARDING = "safeguarding_lead safeguarding_telephone help_lines"
_UNIT = "name contact language zone head_address appeal_days appeal_look_days appeal_decide_days second_publisher"
_PUBLIC_WORDS = "description evidence evidence_link cost cost_source adoption ask"
_OFF_SHOW = "taken_down taken_down_by_id"
_MET = {"people.Person": "+", "lti.Identity": "+ person_id"}
_MERGED = {
    "people.Merge": "+",
    "people.Person": "merged_into_id",
    "people.Email": "person_id",
    "people.Factor": "person_id",
    "people.Membership": "person_id ends end_recorded",
    "people.Permission": "person_id",
    "people.Relation": "person_id other_id declared_by",
    "people.SignInNumber": "person_id",
    "people.SignInReset": "person_id slot asked_by_id answered_by_id",
    "programmes.Adoption": "recorded_by_id",
    "programmes.Application": "person_id slot answered_by_id",
    "programmes.ComponentList": "published_by_id",
    "programmes.Place": "person_id recorded_by_id ends end_reason end_recorded",
    "programmes.ProgrammeRole": "person_id recorded_by_id ends end_recorded",
    "records.Confirmation": "person_id confirmer_id",
    "records.FeedbackRound": "opened_by_id",
    "records.Participant": "person_id",
    "records.Record": "person_id recorded_by_id",
    "records.Tailoring": "judged_by_id",
    "assessments.Assessment": "person_id opened_by_id",
    "assessments.AccompaniedVisit": "person_id recorded_by_id",
    "assessments.CalibrationAttempt": "person_id",
    "assessments.CalibrationSet": "made_by_id",
    "assessments.CalibrationRun": "person_id recorded_by taken_back_by",
    "assessments.Countersignature": "person_id",
    "assessments.Disagreement": "raised_by_id person_id",
    "assessments.Film": "person_id uploaded_by_id",
    "assessments.FilmConsent": "recorded_by_id withdrawn_by_id",
    "assessments.InstrumentVersion": "published_by",
    "assessments.QualityDraw": "drawn_by_id",
    "assessments.QualityPlan": "made_by_id",
    "assessments.QualitySample": "found_by_id",
    "assessments.Rater": "person_id",
    "assessments.Reconciliation": "person_id",
    "assessments.Signature": "person_id",
    "lti.Identity": "person_id",
    "courses.CourseVersion": "published_by",
    "courses.Completion": "person_id",
    "courses.Enrolment": "person_id",
    "courses.TaskReply": "person_id",
    "courses.TopUp": "person_id",
    "courses.VersionChoice": "chosen_by_id",
    "courses.Attendance": "person_id trainer_id recorded_by",
    "courses.Cohort": "trainer_id",
    "courses.Seat": "person_id ends",
    "courses.TrainingSession": "trainer_id",
    "certificates.Appeal": "person_id accepted_by_id looked_at_by_id answered_by_id",
    "certificates.Certificate": "person_id",
    "certificates.Certification": "person_id",
    "certificates.Decision": "person_id decided_by_id panel",
    "certificates.EarlierCertificate": "person_id",
    "certificates.Evaluation": "person_id slot awaiting",
    "certificates.PathwayVersion": "published_by_id",
    "certificates.PublicPage": "saved_by_id published_by_id taken_down_by_id",
    "certificates.StateChange": "actor_id",
    "certificates.Vote": "member_id",
    "audits.Audit": "drawn_by_id",
    "audits.AuditCase": "found_by_id",
}
_SEPARATED = _MERGED | {"people.Merge": "slot undone undone_by_id undone_because not_put_back"}
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
    "site.changed": {"sites.Site": f"name contact telephone area_id {_SAFEGUARDING}", "sites.FormerValue": "+"},
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
    "merge.made": _MERGED,
    "merge.went_on": _MERGED | {"people.Merge": "moved kept"},
    "merge.undone": _SEPARATED,
    "merge.finished": {"people.Merge": "finished"},
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
        "assessments.Film": "state removed removed_because file_name",
        "assessments.FilmConsent": "name given_by",
        "courses.TaskEntry": "note file_name stored",
        "courses.TaskReply": "words",
        "courses.Attendance": "note",
        "certificates.Certificate": "facts bare_sha256 because",
        "certificates.Artefact": "path",
        "certificates.Appeal": "files",
        "certificates.EarlierProof": "file_name stored",
    },
    **{key: {"people.Relation": "+"} for key in ("relation.declared", "relation.noted")},
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
    "calibration.taken_back": {"assessments.CalibrationRun": "taken_back taken_back_by note"},
    "calibration_set.made": {"assessments.CalibrationSet": "+", "assessments.Vignette": "+"},
    "calibration_set.changed": {"assessments.Vignette": "+ - title text marks notes"},
    "calibration_set.published": {"assessments.CalibrationSet": "state published"},
    "calibration_set.closed": {"assessments.CalibrationSet": "state"},
    "calibration_set.begun": {"assessments.CalibrationAttempt": "+"},
    "calibration_set.rated": {"assessments.CalibrationAttempt": "handed_in answers agreement run_id"},
    "assessment.opened": {"assessments.Assessment": "+", "assessments.Rater": "+"},
    "assessment.submitted": {
        "assessments.Assessment": "state",
        "assessments.Rater": "state submitted",
        "assessments.Rating": "+",
        "assessments.Reconciliation": "+",
        "assessments.Disagreement": "settled",
    },
    "assessment.reconciled": {
        "assessments.Assessment": "state",
        "assessments.Reconciliation": "+",
        "assessments.Disagreement": "settled",
    },
    "disagreement.raised": {"assessments.Disagreement": "+", "assessments.Assessment": "state"},
    "disagreement.called_off": {"assessments.Disagreement": "called_off", "assessments.Assessment": "state"},
    "assessment.signed": {"assessments.Assessment": "state signed outcome summary"},
    "assessment.to_countersign": {"assessments.Assessment": "state"},
    "assessment.countersigned": {"assessments.Countersignature": "+"},
    "assessment.returned": {"assessments.Assessment": "state", "assessments.Countersignature": "+"},
    "assessment.reopened": {"assessments.Assessment": "+", "assessments.Rater": "+"},
    "assessment.set_aside": {"assessments.Assessment": "set_aside set_aside_because"},
    "assessment.counts_again": {"assessments.Assessment": "set_aside set_aside_because"},
    "assessment.cancelled": {"assessments.Assessment": "state cancelled_because"},
    "assessment.closed": {"assessments.Assessment": "state cancelled_because"},
    "assessment.extended": {"assessments.Assessment": "extended"},
    "film.begun": {"assessments.Film": "+"},
    "film.received": {"assessments.Film": "state received"},
    "film.checked": {"assessments.Film": "state problem kind seconds sha256 removed"},
    "film.used": {"assessments.Film": "assessment_id"},
    "film.consents_stated": {"assessments.Film": "stated"},
    "film.removed": {"assessments.Film": "state removed removed_because file_name"},
    "film_consent.recorded": {"assessments.FilmConsent": "+"},
    "film_consent.given": {"assessments.FilmConsent": "given way withdrawn withdrawn_by_id"},
    "film_consent.withdrawn": {"assessments.FilmConsent": "withdrawn withdrawn_by_id"},
    "quality.planned": {"assessments.QualityPlan": "+"},
    "quality.drawn": {"assessments.QualityDraw": "+", "assessments.QualitySample": "+"},
    "quality.sampled": {"assessments.QualitySample": "+"},
    "quality.found": {"assessments.QualitySample": "finding reasons found found_by_id"},
    "visit.accompanied": {"assessments.AccompaniedVisit": "+"},
    "visit.accompanied_taken_back": {"assessments.AccompaniedVisit": "taken_back"},
    "rater.joined": {
        "assessments.Rater": "+ state note",
        "assessments.Assessment": "raters_needed",
        "assessments.Disagreement": "person_id",
    },
    "rater.left": {"assessments.Rater": "state note"},
    "rating.signed": {"assessments.Signature": "+", "assessments.Rater": "state eligibility"},
    **{key: {"assessments.Assessment": "observed site_id"} for key in ("visit.planned", "visit.changed")},
    # lti
    "registration.added": {"lti.Registration": "+", "lti.Deployment": "+"},
    "registration.approved": {"lti.Registration": "state site_id", "lti.Deployment": "state"},
    "registration.changed": {"lti.Registration": _ENTERED},
    "deployment.added": {"lti.Deployment": "+"},
    **{key: {"lti.Deployment": "state"} for key in ("deployment.approved", "deployment.refused")},
    # clients
    "client.added": {"clients.ApiClient": "+"},
    "client.changed": {"clients.ApiClient": "name contact scopes key_set_url keys former_keys area_id site_id"},
    **{key: {"clients.ApiClient": "state"} for key in ("client.ended", "client.resumed", "client.suspended")},
    "webhook.set": {"clients.Webhook": "+ url events stopped"},
    "webhook.secret_changed": {"clients.Webhook": "former_until"},
    # courses
    "course.published": {
        "courses.Course": "+",
        "courses.CourseVersion": "+",
        "courses.Module": "+",
        "courses.Activity": "+",
        "courses.Media": "+",
        "courses.PackageArchive": "+",
    },
    "course.package_kept": {"courses.PackageArchive": "+"},
    **{key: {"courses.Enrolment": "+"} for key in ("course.started", "course.moved")},
    "course.chosen": {"courses.VersionChoice": "+"},
    "top_up.given": {"courses.TopUp": "+ whole due state given missed ended"},
    **{key: {"courses.TopUp": "state ended"} for key in ("top_up.called_off", "top_up.done")},
    "top_up.missed": {"courses.TopUp": "missed"},
    **{key: {"courses.Completion": "+"} for key in ("course.completed", "module.completed")},
    "quiz.handed_in": {"courses.QuizAttempt": "+"},
    "task.handed_in": {"courses.TaskEntry": "+"},
    "cohort.added": {"courses.Cohort": "+"},
    "cohort.changed": {"courses.Cohort": "name starts ends trainer_id learning"},
    "task.answered": {"courses.TaskReply": "+"},
    "session.added": {"courses.TrainingSession": "+"},
    "session.changed": {"courses.TrainingSession": _SESSION},
    "session.removed": {"courses.TrainingSession": "-"},
    "attendance.recorded": {"courses.Attendance": "+"},
    "place.given": {"courses.Seat": "+ ends"},
    "place.ended": {"courses.Seat": "ends"},
    # certificates
    **{key: {"certificates.PathwayVersion": "taken_back"} for key in ("pathway.brought_back", "pathway.taken_back")},
    "pathway.published": {"certificates.PathwayVersion": "+", "sites.Programme": "+"},
    **{key: {"certificates.Evaluation": "+ slot awaiting"} for key in ("person.considered", "site.considered")},
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
    "proof.added": {"certificates.EarlierProof": "+"},
    "proof.removed": {"certificates.EarlierProof": "file_name stored removed"},
    "proof.brought_back": {"certificates.EarlierProof": "removed"},
    "proof.forgotten": {"certificates.EarlierProof": "file_name stored"},
    "certificate.issued_again": {"certificates.Certificate": "+"},
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
    "public_page.saved": {"certificates.PublicPage": f"+ {_PUBLIC_WORDS} saved saved_by_id"},
    "public_page.published": {"certificates.PublicPage": f"slot published published_by_id {_OFF_SHOW}"},
    "public_page.taken_down": {"certificates.PublicPage": f"slot {_OFF_SHOW}"},
    "public_page.put_back": {"certificates.PublicPage": f"slot {_OFF_SHOW}"},
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
    **{key: {"certificates.IssuerKey": _KEY} for key in ("key.retired", "key.compromised")},
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
