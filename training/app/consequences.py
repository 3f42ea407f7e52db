"""What comes after: fact kind → the work that follows, and who does each piece. Every side effect is on this page."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from certificates.credentials import keys as credentials_keys
from certificates.credentials import publish, status_lists
from certificates.decisions import appeals, emails, jobs, panels
from certificates.decisions.reissue import actions as reissue
from certificates.imports import proofs
from certificates.merging import actions as merges
from certificates.merging import emails as merging
from certificates.register import events
from certificates.rehearsals import actions as rehearsals
from certificates.reports import answers
from certificates.reports import emails as reported
from courses.learning import emails as learners
from courses.versions import actions as versions
from courses.versions import emails as newer
from training.app import results
from training.app.handlers import (
    Handler,
    after_whom,
    check_trail,
    consider,
    evaluate_signed_for,
    fact_id,
    home_and_now,
    mail_broken,
    mail_change,
    mail_confirmer,
    mail_film_consent,
    mail_head,
    mail_notice,
    mail_sign_in_link,
    plan_reminders,
    print_certificate,
    seal_trail,
    subject_id,
    telling,
    telling_either,
)
from training.app.own_tasks import lists as task_lists
from training.app.resources import Resources
from training.app.trail import heads, reports
from training.assessments import emails as raters
from training.assessments.attempts import emails as attempts
from training.assessments.calibration import emails as calibrations
from training.assessments.countersignatures import emails as countersignatures
from training.assessments.deadlines import emails as deadlines
from training.assessments.deadlines.actions import close_late
from training.assessments.disagreement import emails as disagreements
from training.assessments.films import checks as film_checks
from training.assessments.films import emails as films
from training.assessments.films import retention
from training.assessments.films.actions import MAIL_LINK
from training.assessments.quality import plans as quality
from training.assessments.visits import emails as visits
from training.batches import actions as batches
from training.batches import running
from training.clients.tokens import forget_used
from training.clients.webhooks import messages
from training.drafts import emails as draft_emails
from training.imports import actions as imports
from training.lti.identities import programme_places
from training.lti.launch import actions as lti
from training.lti.launch import notices
from training.lti.platform import score_delivery
from training.lti.registration.approval import end_late_sessions
from training.people.contact import bounces
from training.people.contact import emails as contact_emails
from training.people.contact.name_requests import NAME_REQUEST, of_name_request
from training.people.second_step import emails as sign_in_emails
from training.people.sessions import forget_sign_ins
from training.people.text_messages import codes as texts
from training.programmes import emails as participation
from training.records import asking
from training.records import emails as confirmations
from training.trail import facts
from training.trail.worker import Lane, Worker
from training.web.rate_limits import forget_tries

CONSIDER, SIGNED_FOR = "consider certification", "consider whom they signed for"
SCORE, EARLIER_SCORES = "report score", "report earlier scores"
TURNS, PLACES = "mail raters their turn", "give places to learners"
HEADS, HEAD = "mail heads of the trail", "mail head of the trail"
BOUNCES, TASKS, LATE = "read bounces", "plan mails of tasks", "close late assessments"
TOP_UPS, TOP_UP, TOPPED_UP, MOVED = "look after versions", "mail top-up", "settle top-up", "mail newer version"
SAMPLE, DRAW, DUE = "sample after a complaint", "draw samples of assessments", "plan mails of calibrations"
CHECK = "check trail"
CHANGED = ("mail change", CONSIDER, SIGNED_FOR)

TELLING = (attempts, countersignatures, deadlines, disagreements, draft_emails, films, visits)
"""Rooms that tell by mail what is new."""
AFTER: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("person.asked_for_link", "person.invited"), ("mail sign-in link",)),
    "text_code.asked": (texts.SEND,),
    **dict.fromkeys(sign_in_emails.TOLD, (sign_in_emails.CHANGE,)),
    "quiz.handed_in": (SCORE, CONSIDER),
    "assessment.signed": (SCORE, CONSIDER, attempts.TELL),
    **dict.fromkeys(("module.completed", "lesson.reported"), (SCORE,)),
    "course.completed": (SCORE, CONSIDER, TOPPED_UP),
    "course.moved": (MOVED,),
    **dict.fromkeys(("top_up.given", "top_up.missed"), (TOP_UP, CONSIDER)),
    "top_up.done": (CONSIDER,),
    "task.answered": ("mail answer to task",),
    **dict.fromkeys(("link.opened", "context.joined"), (EARLIER_SCORES,)),
    "registration.changed": ("end sessions of a closed system",),
    "confirmation.asked": ("mail confirmer",),
    "confirmation.given": ("mail notice to confirmer", "mail holder of record", CONSIDER),
    "confirmation.disputed": ("mail holder of record", CONSIDER),
    **dict.fromkeys(("record.logged", "record.corrected", "record.taken_back", "feedback.given"), (CONSIDER,)),
    **dict.fromkeys(("calibration.recorded", "calibration.taken_back", "person.named"), (CONSIDER,)),
    **dict.fromkeys(("relation.declared", "relation.noted", "relation.taken_back", "batch.person_undone"), (CONSIDER,)),
    **dict.fromkeys(("assessment.submitted", "assessment.reconciled"), (TURNS,)),
    **dict.fromkeys(("rater.joined", "rater.left"), (raters.PART,)),
    **{kind: (room.TELL,) for room in TELLING for kind in room.NEWS},
    "film.received": (film_checks.CHECK,),
    "programme.answered": (participation.APPLICATION,),
    **dict.fromkeys(("programme.adopted", "programme.given_up"), (CONSIDER,)),
    **dict.fromkeys(("attendance.recorded", "certificate.imported"), (CONSIDER,)),
    **dict.fromkeys((f"programme.{what}" for what in ("joined", "left", "moved", "place_taken_back")), (CONSIDER,)),
    **dict.fromkeys((f"programme.role_{what}" for what in ("given", "ended", "taken_back")), (CONSIDER, SIGNED_FOR)),
    **dict.fromkeys(("batch.begun", "batch.undo_begun"), (running.GO_ON,)),
    "certificate.awarded": ("publish certificate", SCORE, SIGNED_FOR),
    "certificate.published": ("print certificate", "plan reminders", "mail certificate", events.TELL),
    "certificate.signed_again": ("print certificate", "mail signed again"),
    "person.name_answered": (NAME_REQUEST, reissue.AFTER_NAME),
    "certificate.issued_again": ("publish certificate",),
    "decision.due": (panels.ASK,),
    "appeal.made": (SAMPLE,),
    "decision.made": ("mail decision", CONSIDER),
    **dict.fromkeys(("appeal.answered", "assessment.set_aside", "assessment.counts_again"), (CONSIDER,)),
    "merge.made": (merging.MERGED, merges.LATE, CONSIDER, SIGNED_FOR),
    "merge.undone": (merging.MERGED, CONSIDER, SIGNED_FOR),
    **dict.fromkeys(("merge.went_on", "person.unmerged"), (CONSIDER, SIGNED_FOR)),
    "certificate.withdrawn": ("settle status bit", "mail change", CONSIDER, SIGNED_FOR, events.TELL),
    "certificate.replaced": ("settle status bit",),
    **{f"certification.{what}": CHANGED for what in ("suspended", "lapsed", "lifted", "conditional")},
    "certification.restored": ("settle status bit", *CHANGED),
}
"""Fact kind → names of the work that follows."""

FORGET = ("done work", "letters", "sign-ins", "rows of batches", "imported files")
EVERY: Mapping[str, timedelta] = {
    **dict.fromkeys(("seal trail", BOUNCES), timedelta(minutes=10)),
    **dict.fromkeys(
        (TASKS, answers.PLAN, "forget launches", "forget tries", "forget proofs", "turn keys over"), timedelta(hours=1)
    ),
    PLACES: timedelta(minutes=5),
    **dict.fromkeys((HEADS, CHECK, DRAW, DUE, TOP_UPS, jobs.EVERYONE, jobs.EVERY_SITE, jobs.FILES), timedelta(days=1)),
    **dict.fromkeys((*(f"forget {what}" for what in FORGET), proofs.FORGET, "finish merges", LATE), timedelta(days=1)),
    retention.FORGET: timedelta(days=1),
}
"""Name of the work → how often it comes back by itself."""

APART = (
    Lane(frozenset({versions.SETTLE, versions.REMIND})),  # comes for thousands when a course is new
    Lane(frozenset({"mail sign-in link", texts.SEND})),  # somebody sits and waits for it
    Lane(frozenset({"lti score", notices.WORK})),  # an LMS may let us wait for half a minute, each time
    Lane(frozenset({messages.SEND}), each=2),  # so may a program, and others are told meanwhile
    Lane(frozenset({running.GO_ON, rehearsals.GO_ON, film_checks.CHECK})),  # takes minutes, and somebody looks on
    Lane(frozenset({*EVERY, jobs.REMIND, task_lists.WEEKLY, answers.ASK})),  # comes by the clock, and may take its time
    Lane(frozenset({CONSIDER, SIGNED_FOR}), width=4),  # comes for thousands after an import, and waits for nobody
)
"""Kinds of work that nothing else may delay, and that may delay nothing else."""


AFTER_FACTS = {
    TURNS: raters.tell_turns, raters.PART: raters.tell_part, SAMPLE: quality.sample_after_complaint,
    events.TELL: events.tell, **{room.TELL: room.tell for room in TELLING},
}  # fmt: skip
"""Work that is done by the fact that it follows → what does it."""

HANDLERS: Mapping[str, Handler] = {
    "mail sign-in link": mail_sign_in_link,
    texts.SEND: lambda work, out: texts.send(
        subject_id(work), settings=out.settings, outbound=out.outbound, now=out.now()
    ),
    sign_in_emails.CHANGE: telling(sign_in_emails.of_change),
    raters.MAIL_PART: telling(raters.of_rater, "told_by", "ended", today=True),
    NAME_REQUEST: telling_either(of_name_request),
    **dict.fromkeys(AFTER_FACTS, lambda work, out: AFTER_FACTS[work.kind](fact_id(work), now=out.now())),
    raters.TURN: telling(raters.of_turn),
    MAIL_LINK: mail_film_consent,
    film_checks.CHECK: lambda work, out: film_checks.check(subject_id(work), settings=out.settings, now=out.now()),
    visits.REMIND: lambda work, out: visits.remind(subject_id(work), work.payload["day"], now=out.now()),
    **{room.MAIL: telling(room.of_news, "to", "news") for room in TELLING},
    "mail answer to task": telling(learners.of_reply),
    versions.SETTLE: lambda work, out: versions.settle(subject_id(work), work.key, after_whom(work), now=out.now()),
    TOP_UPS: lambda work, out: versions.look_after(now=out.now()),
    TOPPED_UP: lambda work, out: versions.settle_by_completion(subject_id(work), now=out.now()),
    MOVED: telling(newer.of_move),
    versions.MAIL_MOVE: telling(newer.of_coming_move, "choice"),
    TOP_UP: telling(newer.of_top_up, today=True),
    versions.REMIND: telling(newer.of_top_up, "due", today=True),
    participation.APPLICATION: telling_either(participation.of_application),
    "mail confirmer": mail_confirmer,
    "mail notice to confirmer": mail_notice,
    "mail holder of record": telling(confirmations.of_answer),
    "mail certificate": telling(emails.of_certificate, today=True),
    panels.ASK: lambda work, out: panels.ask_members(subject_id(work), now=out.now()),
    panels.ASK_MEMBER: telling(emails.of_case, "to"),
    "mail decision": telling(emails.of_decision),
    appeals.TELL: telling(emails.of_appeal, "step"),
    appeals.TELL_WHO_DECIDES: telling(emails.of_appeal_to_decide, "step", "to"),
    "mail change": mail_change,
    "mail signed again": telling(emails.of_new_signature),
    "expire confirmation": lambda work, out: asking.expire(subject_id(work), now=out.now()),
    CONSIDER: consider,
    SIGNED_FOR: evaluate_signed_for,
    SCORE: lambda work, out: results.report(work, now=out.now()),
    EARLIER_SCORES: lambda work, out: results.report_earlier(work, now=out.now()),
    "end sessions of a closed system": lambda work, out: end_late_sessions(subject_id(work), now=out.now()),
    "lti score": lambda work, out: score_delivery.deliver(work, out.platform, now=out.now()),
    notices.WORK: lambda work, out: notices.subscribe(work, out.platform, now=out.now()),
    reissue.AFTER_NAME: lambda work, out: reissue.follow_name(subject_id(work), **home_and_now(out)),
    "publish certificate": lambda work, out: publish.publish(
        subject_id(work), keys=out.keys, store=out.store, now=out.now()
    ),
    "print certificate": print_certificate,
    "settle status bit": lambda work, out: status_lists.settle_bit(subject_id(work), now=out.now()),
    "plan reminders": plan_reminders,
    jobs.REMIND: telling(events.reminder, today=True),
    jobs.EVERYONE: lambda work, out: jobs.evaluate_everyone(work.key, after=after_whom(work), **home_and_now(out)),
    jobs.EVERY_SITE: lambda work, out: jobs.evaluate_sites(work.key, after=after_whom(work), **home_and_now(out)),
    jobs.PEOPLE_OF: lambda work, out: jobs.evaluate_people_of(
        subject_id(work), work.key, after=after_whom(work), **home_and_now(out)
    ),
    jobs.END: telling(emails.ended, today=True),
    jobs.FILES: lambda work, o: jobs.look_through(work.key, work.payload, keys=o.keys, store=o.store, now=o.now()),
    running.GO_ON: lambda work, out: running.go_on(subject_id(work), out),
    rehearsals.GO_ON: lambda work, out: rehearsals.go_on(subject_id(work), now=out.now()),
    merging.MERGED: telling(merging.of_merge),
    merges.LATE: lambda work, out: merges.bring_late(subject_id(work), now=out.now()),
    retention.FORGET: lambda _, out: retention.forget_films(settings=out.settings, now=out.now()),
    LATE: lambda _, out: close_late(now=out.now()),
    "finish merges": lambda work, out: merges.finish(storage=out.settings.storage, now=out.now()),
    "forget imported files": lambda work, out: imports.forget_files(storage=out.settings.storage, now=out.now()),
    proofs.FORGET: lambda work, out: proofs.forget_removed(storage=out.settings.storage, now=out.now()),
    "forget rows of batches": lambda work, out: batches.forget_rows(now=out.now()),
    DRAW: lambda work, out: quality.draw_all(None, seeds=lambda: secrets.token_hex(16), actor=None, now=out.now()),
    DUE: lambda work, out: calibrations.plan_mails(now=out.now()),
    calibrations.MAIL: telling(calibrations.of_calibration, "instrument", "until", "word", today=True),
    "seal trail": seal_trail,
    HEADS: lambda work, out: heads.plan_mails(HEAD, work.key, now=out.now()),
    HEAD: mail_head,
    CHECK: check_trail,
    reports.BROKEN: mail_broken,
    "forget letters": lambda work, out: contact_emails.forget_letters(now=out.now()),
    TASKS: lambda work, out: task_lists.plan_mails(now=out.now()),
    task_lists.WEEKLY: telling(task_lists.of_week, today=True),
    answers.PLAN: lambda work, out: answers.plan(now=out.now()),
    answers.ASK: lambda work, out: answers.ask_queued(subject_id(work), work.payload, now=out.now()),
    answers.MAIL: telling(reported.of_answer, "to", today=True),
    BOUNCES: lambda work, out: bounces.read_mailbox(out.settings, now=out.now()),
    "forget done work": lambda work, out: facts.forget_done(now=out.now()),
    "forget sign-ins": lambda work, out: forget_sign_ins(now=out.now()),
    "forget tries": lambda work, out: forget_tries(now=out.now()),
    messages.SEND: lambda work, out: messages.send(work, out.outbound, out.tool.encryptor, now=out.now()),
    "forget proofs": lambda work, out: forget_used(now=out.now()),
    "forget launches": lambda work, out: lti.forget(now=out.now()),
    PLACES: lambda work, out: programme_places.give_places(now=out.now()),
    "turn keys over": lambda work, out: credentials_keys.turn_over(now=out.now()),
}
"""Name of the work → the function that does it; each may be called twice and takes effect once."""


def worker(outside: Resources) -> Worker[Resources]:
    """Makes the worker of this process."""
    return Worker(HANDLERS, outside, repeats=EVERY, apart=APART)
