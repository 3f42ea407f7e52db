"""What comes after: fact kind → the work that follows, and who does each piece. Every side effect is on this page."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from certificates.credentials import keys as credentials_keys
from certificates.credentials import publish, status_lists
from certificates.credentials.pdf.pool import SwitchedOff, Unprintable
from certificates.decisions import appeals, emails, jobs, panels
from certificates.decisions.reissue import actions as reissue
from certificates.evaluations.models import Certificate, StateChange
from certificates.imports import proofs
from certificates.merging import actions as merges
from certificates.merging import emails as merging
from certificates.register import events
from certificates.rehearsals import actions as rehearsals
from courses.learning import emails as learners
from training.app import results, sites_own, trail_heads, trail_reports
from training.app.own_tasks import lists as task_lists
from training.app.resources import Resources
from training.assessments import emails as raters
from training.assessments.attempts import emails as attempts
from training.assessments.calibration import emails as calibrations
from training.assessments.countersignatures import emails as countersignatures
from training.assessments.deadlines import emails as deadlines
from training.assessments.deadlines.actions import close_late
from training.assessments.disagreement import emails as disagreements
from training.assessments.quality import plans as quality
from training.assessments.visits import emails as visits
from training.batches import actions as batches
from training.batches import running
from training.clients.tokens import forget_used
from training.clients.webhooks import messages
from training.core.errors import Invalid
from training.imports import actions as imports
from training.lti.identities import programme_places
from training.lti.identities.addresses import mail_address
from training.lti.launch import actions as lti
from training.lti.launch import notices
from training.lti.platform import score_delivery
from training.lti.registration.approval import end_late_sessions
from training.people.authentication.emails import of_link
from training.people.contact import bounces
from training.people.contact import emails as contact_emails
from training.people.contact.name_requests import NAME_REQUEST, of_name_request
from training.people.models import Person
from training.people.second_step import emails as sign_in_emails
from training.people.sessions import forget_sign_ins
from training.people.text_messages import codes as texts
from training.programmes import emails as participation
from training.records import asking
from training.records import emails as confirmations
from training.records.models import Confirmation
from training.sites.models import CentralUnit
from training.trail import facts, seals
from training.trail.models import Fact, Followup
from training.trail.verify import verify_trail
from training.trail.worker import Worker
from training.web.rate_limits import forget_tries

Handler = Callable[[Followup, Resources], Awaitable[Any]]

CONSIDER, SIGNED_FOR = "consider certification", "consider whom they signed for"
SCORE, EARLIER_SCORES = "report score", "report earlier scores"
TURNS, PLACES = "mail raters their turn", "give places to learners"
HEADS, HEAD = "mail heads of the trail", "mail head of the trail"
BOUNCES, TASKS, LATE = "read bounces", "plan mails of tasks", "close late assessments"
SAMPLE, DRAW, DUE = "sample after a complaint", "draw samples of assessments", "plan mails of calibrations"
CHECK, BROKEN = "check trail", "mail broken trail"
CHANGED = ("mail change", CONSIDER, SIGNED_FOR)

ASSESSED = (attempts, countersignatures, deadlines, disagreements, visits)
"""Rooms of assessments that tell by mail what is new."""
AFTER: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("person.asked_for_link", "person.invited"), ("mail sign-in link",)),
    "text_code.asked": (texts.SEND,),
    **dict.fromkeys(sign_in_emails.TOLD, (sign_in_emails.CHANGE,)),
    **dict.fromkeys(("quiz.handed_in", "course.completed"), (SCORE, CONSIDER)),
    "assessment.signed": (SCORE, CONSIDER, attempts.TELL),
    "module.completed": (SCORE,),
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
    **{kind: (room.TELL,) for room in ASSESSED for kind in room.NEWS},
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
    **dict.fromkeys((TASKS, "forget launches", "forget tries", "forget proofs", "turn keys over"), timedelta(hours=1)),
    PLACES: timedelta(minutes=5),
    **dict.fromkeys((HEADS, CHECK, DRAW, DUE, jobs.EVERYONE, jobs.EVERY_SITE, jobs.FILES), timedelta(days=1)),
    **dict.fromkeys((*(f"forget {what}" for what in FORGET), proofs.FORGET, "finish merges", LATE), timedelta(days=1)),
}
"""Name of the work → how often it comes back by itself."""

APART = (
    frozenset({"mail sign-in link", texts.SEND}),  # somebody sits and waits for it
    frozenset({"lti score", notices.WORK, messages.SEND}),  # an LMS may let us wait for half a minute, each time
    frozenset({running.GO_ON, rehearsals.GO_ON}),  # takes minutes, and somebody looks on
    frozenset({*EVERY, jobs.REMIND, task_lists.WEEKLY}),  # comes by the clock, much at once, and may take its time
)
"""Kinds of work that nothing else may delay, and that may delay nothing else."""


async def mail_sign_in_link(work: Followup, outside: Resources) -> None:
    """Mails the one-time link; the link is signed here and stored nowhere."""
    await _post(outside, work, await of_link(_id(work), secret_key=outside.settings.secret_key))


async def mail_confirmer(work: Followup, outside: Resources) -> None:
    """Asks the one who was there to confirm, by a link that works once."""
    asked = await Confirmation.get(id=work.subject_id)
    await task_lists.count_again(asked.confirmer_id, now=outside.now())
    await _mail_with_link(work, outside, confirmations.request_letter)


async def mail_notice(work: Followup, outside: Resources) -> None:
    """Tells a confirmer what was confirmed in their name, and how to dispute it."""
    await _mail_with_link(work, outside, confirmations.notice_letter)


async def _mail_with_link(
    work: Followup, outside: Resources, write: Callable[..., Awaitable[confirmations.PracticeEmail | None]]
) -> None:
    found = await write(UUID(work.subject_id), token=secrets.token_urlsafe(32), now=outside.now())
    if found is None:
        await contact_emails.drop(work.key, now=outside.now())
        return
    draft = contact_emails.EmailDraft(
        found.person_id, found.to, found.mail, found.addressee, found.language, secret=True
    )
    await _post(outside, work, draft)
    if not found.to:
        raise Invalid(confirmations.NO_ADDRESS, confirmations.INSTEAD)


async def mail_change(work: Followup, outside: Resources) -> None:
    """Tells the holder that the certification has changed, and why."""
    fact = await _fact(work)
    made = StateChange.filter(certification_id=work.subject_id, state=fact.detail["to"])
    change = await (made.filter(id=fact.detail["change"]) if "change" in fact.detail else made).order_by("-turn").get()
    await _tell(outside, work, await emails.of_change(change.id))


async def print_certificate(work: Followup, outside: Resources) -> None:
    """Prints the PDF before anybody asks for it; a name that the typefaces cannot print has its page."""
    with suppress(SwitchedOff, Unprintable):
        await publish.print_document(_id(work), press=outside.press, store=outside.store, now=outside.now())


async def consider(work: Followup, outside: Resources) -> None:
    """Asks the rules about the person whom the fact concerns; of many facts that wait, for the last only.

    Where it concerns a site, they are asked about the site, and then about those whose rules look at their site.
    """
    fact, home = await _fact(work), outside.settings.public_url
    if fact.person_id is None:
        await sites_own.consider(fact, home=home, now=outside.now())
    elif await Person.exists(id=fact.person_id) and not await _comes_again(work, fact, outside.now()):
        await jobs.evaluate_and_follow(fact.person_id, home=home, now=outside.now())
    for one in {fact.actor_id, fact.person_id}:
        await task_lists.count_again(one, now=outside.now())


async def evaluate_signed_for(work: Followup, outside: Resources) -> None:
    """Asks the rules about those for whom somebody signed whose own standing has changed."""
    if (fact := await _fact(work)).person_id:
        await jobs.evaluate_signed_for(fact.person_id, home=outside.settings.public_url, now=outside.now())


async def _comes_again(work: Followup, fact: Fact, now: datetime) -> bool:
    """Tells whether the same person is about to be considered for a later fact, which covers this one too.

    About to be: still queued, or claimed in the same moment as this, so that it reads what was written until then.
    One that runs since before may have read already.
    """
    later = Followup.filter(kind=CONSIDER, fact_id__gt=fact.id, fact__person_id=fact.person_id)
    return await later.filter(Q(state="queued", due__lte=now) | Q(state="running", lease=work.lease)).exists()


async def plan_reminders(work: Followup, outside: Resources) -> None:
    """Sets the timers of the reminders before a certification ends."""
    await jobs.plan_reminders((await Certificate.get(id=work.subject_id)).certification_id, now=outside.now())


async def seal_trail(work: Followup, outside: Resources) -> None:
    """Seals what is new in the trail, signed by every issuer."""
    if sign := await outside.keys.seal_signer(now=outside.now()):
        await seals.seal_trail(now=outside.now(), sign=sign)


async def mail_head(work: Followup, outside: Resources) -> None:
    """Mails the end of the trail to the address that the central unit chose."""
    unit, seal = await CentralUnit.get(id=work.subject_id), await trail_heads.end()
    if seal and unit.head_address:
        await trail_heads.send(outside.settings, unit, key=work.key, letter=trail_heads.letter(seal))


async def check_trail(work: Followup, outside: Resources) -> None:
    """Compares the trail with its seals and the rows with the trail, and tells when somebody else was at them."""
    last = await trail_reports.newest()
    if last and last.recorded >= work.due:
        return
    await outside.keys.seal_signer(now=outside.now())  # with another secret key nothing can be said, and this waits
    report = await verify_trail(now=outside.now(), keys=await outside.keys.seal_keys(), share=0.5)
    await trail_reports.note(report, mail=BROKEN, key=work.key, now=outside.now())


async def mail_broken(work: Followup, outside: Resources) -> None:
    """Tells somebody of the unit, or the address where it has the end of the trail kept, what the check has found."""
    found = await Fact.get(id=work.payload["fact"])
    letter = trail_reports.letter(found.detail)
    unit = await CentralUnit.get_or_none(id=work.subject_id)
    if unit is None:
        await _tell(outside, work, contact_emails.PersonEmail(_id(work), letter))
    elif unit.head_address:
        await trail_heads.send(outside.settings, unit, key=work.key, letter=letter)


async def _fact(work: Followup) -> Fact:
    return await Fact.get(id=_fact_id(work))


async def _tell(outside: Resources, work: Followup, letter: emails.HolderEmail | None) -> None:
    """Sends a letter to wherever mail for the person may go; what is not true any more is not sent."""
    if isinstance(letter, emails.SiteEmail):
        to = await sites_own.addressed(letter, work, now=outside.now())
        if to is None:
            return  # queued for each of those who coordinate the site
        letter = to
    if letter is None or await Person.filter(id=letter.person_id, erased_at__isnull=False).exists():
        await contact_emails.drop(work.key, now=outside.now())
        return
    address = await mail_address(letter.person_id)
    await _post(outside, work, contact_emails.EmailDraft(letter.person_id, address, letter.mail))
    await task_lists.count_again(letter.person_id, now=outside.now())


def _telling(write: Callable[..., Awaitable[emails.HolderEmail | None]], *names: str, today: bool = False) -> Handler:
    """Makes the work that sends the letter about the subject, with what the work says under `names`, as of `today`."""

    async def tell(work: Followup, outside: Resources) -> None:
        told = {name: work.payload.get(name, "") for name in names} | ({"now": outside.now()} if today else {})
        await _tell(outside, work, await write(_id(work), **told))

    return tell


def _telling_either(write: Callable[[UUID, UUID | None], Awaitable[contact_emails.PersonEmail | None]]) -> Handler:
    """Makes the work that tells whoever answers that a person asks, or that person the answer."""

    async def tell(work: Followup, outside: Resources) -> None:
        await _tell(outside, work, await write(_id(work), UUID(work.payload["to"]) if work.payload else None))

    return tell


async def _post(outside: Resources, work: Followup, draft: contact_emails.EmailDraft) -> None:
    await contact_emails.post(draft, key=work.key, settings=outside.settings, now=outside.now())


def _fact_id(work: Followup) -> int:
    return int(work.fact_id or work.payload["fact"])


def _id(work: Followup) -> UUID:
    return UUID(work.subject_id)


def _after(work: Followup) -> UUID | None:
    """After whom a long round goes on; at its beginning nobody."""
    return UUID(work.payload["after"]) if work.payload else None


def _here(outside: Resources) -> dict[str, Any]:
    return {"home": outside.settings.public_url, "now": outside.now()}


AFTER_FACTS = {
    TURNS: raters.tell_turns, raters.PART: raters.tell_part, SAMPLE: quality.sample_after_complaint,
    events.TELL: events.tell, **{room.TELL: room.tell for room in ASSESSED},
}  # fmt: skip
"""Work that is done by the fact that it follows → what does it."""

HANDLERS: Mapping[str, Handler] = {
    "mail sign-in link": mail_sign_in_link,
    texts.SEND: lambda work, out: texts.send(_id(work), settings=out.settings, outbound=out.outbound, now=out.now()),
    sign_in_emails.CHANGE: _telling(sign_in_emails.of_change),
    raters.MAIL_PART: _telling(raters.of_rater, "told_by", "ended", today=True),
    NAME_REQUEST: _telling_either(of_name_request),
    **dict.fromkeys(AFTER_FACTS, lambda work, out: AFTER_FACTS[work.kind](_fact_id(work), now=out.now())),
    raters.TURN: _telling(raters.of_turn),
    visits.REMIND: lambda work, out: visits.remind(_id(work), work.payload["day"], now=out.now()),
    **{room.MAIL: _telling(room.of_news, "to", "news") for room in ASSESSED},
    "mail answer to task": _telling(learners.of_reply),
    participation.APPLICATION: _telling_either(participation.of_application),
    "mail confirmer": mail_confirmer,
    "mail notice to confirmer": mail_notice,
    "mail holder of record": _telling(confirmations.of_answer),
    "mail certificate": _telling(emails.of_certificate, today=True),
    panels.ASK: lambda work, out: panels.ask_members(_id(work), now=out.now()),
    panels.ASK_MEMBER: _telling(emails.of_case, "to"),
    "mail decision": _telling(emails.of_decision),
    appeals.TELL: _telling(emails.of_appeal, "step"),
    appeals.TELL_WHO_DECIDES: _telling(emails.of_appeal_to_decide, "step", "to"),
    "mail change": mail_change,
    "mail signed again": _telling(emails.of_new_signature),
    "expire confirmation": lambda work, out: asking.expire(_id(work), now=out.now()),
    CONSIDER: consider,
    SIGNED_FOR: evaluate_signed_for,
    SCORE: lambda work, out: results.report(work, now=out.now()),
    EARLIER_SCORES: lambda work, out: results.report_earlier(work, now=out.now()),
    "end sessions of a closed system": lambda work, out: end_late_sessions(_id(work), now=out.now()),
    "lti score": lambda work, out: score_delivery.deliver(work, out.platform, now=out.now()),
    notices.WORK: lambda work, out: notices.subscribe(work, out.platform, now=out.now()),
    reissue.AFTER_NAME: lambda work, out: reissue.follow_name(_id(work), **_here(out)),
    "publish certificate": lambda work, out: publish.publish(_id(work), keys=out.keys, store=out.store, now=out.now()),
    "print certificate": print_certificate,
    "settle status bit": lambda work, out: status_lists.settle_bit(_id(work), now=out.now()),
    "plan reminders": plan_reminders,
    jobs.REMIND: _telling(events.reminder, today=True),
    jobs.EVERYONE: lambda work, out: jobs.evaluate_everyone(work.key, after=_after(work), **_here(out)),
    jobs.EVERY_SITE: lambda work, out: jobs.evaluate_sites(work.key, after=_after(work), **_here(out)),
    jobs.PEOPLE_OF: lambda work, out: jobs.evaluate_people_of(_id(work), work.key, after=_after(work), **_here(out)),
    jobs.END: _telling(emails.ended, today=True),
    jobs.FILES: lambda work, o: jobs.look_through(work.key, work.payload, keys=o.keys, store=o.store, now=o.now()),
    running.GO_ON: lambda work, out: running.go_on(_id(work), out),
    rehearsals.GO_ON: lambda work, out: rehearsals.go_on(_id(work), now=out.now()),
    merging.MERGED: _telling(merging.of_merge),
    merges.LATE: lambda work, out: merges.bring_late(_id(work), now=out.now()),
    LATE: lambda _, out: close_late(now=out.now()),
    "finish merges": lambda work, out: merges.finish(storage=out.settings.storage, now=out.now()),
    "forget imported files": lambda work, out: imports.forget_files(storage=out.settings.storage, now=out.now()),
    proofs.FORGET: lambda work, out: proofs.forget_removed(storage=out.settings.storage, now=out.now()),
    "forget rows of batches": lambda work, out: batches.forget_rows(now=out.now()),
    DRAW: lambda work, out: quality.draw_all(None, seeds=lambda: secrets.token_hex(16), actor=None, now=out.now()),
    DUE: lambda work, out: calibrations.plan_mails(now=out.now()),
    calibrations.MAIL: _telling(calibrations.of_calibration, "instrument", "until", "word", today=True),
    "seal trail": seal_trail,
    HEADS: lambda work, out: trail_heads.plan_mails(HEAD, work.key, now=out.now()),
    HEAD: mail_head,
    CHECK: check_trail,
    BROKEN: mail_broken,
    "forget letters": lambda work, out: contact_emails.forget_letters(now=out.now()),
    TASKS: lambda work, out: task_lists.plan_mails(now=out.now()),
    task_lists.WEEKLY: _telling(task_lists.of_week, today=True),
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
