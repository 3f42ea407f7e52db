"""What waits for somebody: one list of duties, each with the page that settles it, made from what is open."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from certificates.credentials.models import Damage
from certificates.decisions.appeals import overdue
from certificates.decisions.deciders import nobody_decides, number_of_cases, panel_size, who_waits
from certificates.decisions.panels import cases_to_vote
from certificates.evaluations.models import appeals_visible_to, current
from certificates.evidence.actions import claims_for
from certificates.evidence.signing import sites_to_sign_for
from courses.cohorts.task_replies import cohorts_to_read
from courses.cohorts.views import sessions_to_note
from courses.learning.outline import in_language
from courses.versions.models import asked_of_person
from training.app.own_tasks import assessing
from training.app.own_tasks.task import SHOWN, Task
from training.assessments.calibration.rules import COUNTERSIGNED
from training.assessments.calibration.standing import assessors_for, lines_of
from training.assessments.countersignatures.rules import WEEK
from training.assessments.countersignatures.waiting import waiting_since_before
from training.assessments.disagreement.actions import disagreements_for
from training.assessments.quality.models import samples_visible_to
from training.core.dates import day, local_day
from training.core.languages import spoken, translations
from training.drafts.models import publishing_requests_visible_to
from training.drafts.publishing_requests import why_may_not
from training.lti.models import Identity
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.contact.emails import known_addresses, letters_visible_to, open_
from training.people.contact.name_requests import name_requests_for
from training.people.holders import holder_of
from training.people.names import NEUTRAL, has_name
from training.people.second_step.resets import resets_for
from training.people.visibility import reach
from training.programmes.models import applications_for
from training.records.models import Confirmation
from training.records.overview import asked_of
from training.records.shown import shown_record


async def tasks_of(me: Actor, *, now: datetime) -> list[Task]:
    """Lists all that waits for somebody, what came last first; what has no moment stands on top."""
    found = [task for look in LOOKS for task in await look(me, now)]
    return sorted(found, key=lambda task: task.since or now, reverse=True)


async def _confirm(me: Actor, now: datetime) -> list[Task]:
    """Records of others that name the person as who was there."""
    rows, language = await asked_of(me, now=now), spoken(me.language)
    say = translations(language).gettext
    return [
        Task(
            say("Say whether it is right: %(about)s") % {"about": row["about"].lower()},
            say("%(name)s says that you were there. Answer by %(day)s.")
            % {"name": row["person"], "day": day(local_day(row["expires"], me.zone), language)},
            f"/practice/confirmations/{row['id']}", say("Look at it"), since=row["asked"], language=language,
        )
        for row in rows[:SHOWN]
    ]  # fmt: skip


async def _accept(me: Actor, now: datetime) -> list[Task]:
    """Claims that the person may say yes to, as who looks after the holder or whom the rules name."""
    tasks = []
    for row in await claims_for(me, most=SHOWN):
        words = await shown_record(row)
        path = f"/practice/records/{row.id}/answer"
        tasks.append(Task(f"Have you seen it? {words.title}", f"{words.holder} says so.", path, since=row.recorded))
    return tasks


async def _sign(me: Actor, now: datetime) -> list[Task]:
    """Sites for which the person signs by a role in a programme, and whose level is not met yet."""
    return [
        Task(f"You sign for {site.name}", f"{version.title}: the rules ask for your signature.",
             f"/practice/sites/{site.id}/new", "See what you can sign")
        for site, version in (await sites_to_sign_for(me))[:SHOWN]
    ]  # fmt: skip


async def _collect(me: Actor, now: datetime) -> list[Task]:
    """A yes on paper from people who can only be reached by telephone."""
    asked = Confirmation.filter(reach(me, "manage people"), state="asked", expires__gt=now, confirmer_id__isnull=True)
    rows = await asked.exclude(Q(contact__contains="@")).exclude(person_id=me.person_id).order_by("-asked").limit(
        SHOWN
    ).values("id", "confirmer_name", "contact", "asked", name="person__name")  # fmt: skip
    return [
        Task(
            f"Get a yes from {row['confirmer_name']}",
            f"{row['name']} names them. Call {row['contact'] or 'them'}, and keep their yes on paper.",
            f"/practice/confirmations/{row['id']}/paper", since=row["asked"],
        )
        for row in rows
    ]  # fmt: skip


async def _calibrate(me: Actor, now: datetime) -> list[Task]:
    """Assessors whose signature does not count alone until they are calibrated anew, or soon does not."""
    if not me.everywhere("decide"):
        return []
    people = [(UUID(str(one)), str(name)) for one, name in await assessors_for(me, "decide").values_list("id", "name")]
    lines = await lines_of(people, me, only_asked=True)
    late, due = (
        len({line["person_id"] for line in lines if line["state"] in states}) for states in (COUNTERSIGNED, ("due",))
    )
    if not late + due:
        return []
    words = f"{many(late, 'assessor')} cannot sign alone until then. {many(due, 'assessor')} due within 60 days."
    return [Task("Calibrate assessors", words, "/assessments/calibration", "Look at them")]


async def _find_countersigner(me: Actor, now: datetime) -> list[Task]:
    """Assessments that have waited for a countersignature for a week: a colleague has to be found."""
    if not me.everywhere("decide"):
        return []
    rows = await waiting_since_before(me, now - timedelta(days=WEEK)).order_by("touched").limit(SHOWN).values(
        "id", "observed", "touched", "person_id", name="person__name"
    )  # fmt: skip
    return [
        Task(f"Nobody has countersigned: {row['name']}",
             f"Watched on {day(row['observed'])}. It does not count until then. Ask an assessor who may do it.",
             f"/assessments/eligible/{row['person_id']}", "See who may", since=row["touched"])
        for row in rows
    ]  # fmt: skip


async def _settle(me: Actor, now: datetime) -> list[Task]:
    """Assessments whose raters do not agree and ask the person to decide."""
    rows = disagreements_for(me).order_by("raised").limit(SHOWN).select_related("assessment__person")
    return [
        Task(f"Raters do not agree: {row.assessment.person.name}", f"Watched on {day(row.assessment.observed)}.",
             f"/assessments/{row.assessment_id}/decide", "Decide what counts", since=row.raised)
        for row in (await rows if me.may("decide") else [])
    ]  # fmt: skip


async def _look_again(me: Actor, now: datetime) -> list[Task]:
    """Sampled assessments that nobody has looked at."""
    waiting = samples_visible_to(me).filter(finding="open").order_by("added")
    if not me.may("audit") or not (first := await waiting.first()):
        return []
    words = f"{many(await waiting.count(), 'assessment')} to look at again."
    return [Task("Look at sampled assessments", words, "/assessments/quality?finding=open", since=first.added)]


async def _publish(me: Actor, now: datetime) -> list[Task]:
    """Drafts that somebody asks to have published, and that the person may publish."""
    if not me.everywhere("load material"):
        return []
    rows = publishing_requests_visible_to(me).filter(state="waiting").order_by("asked").select_related("draft")
    return [
        Task(f"Publish: {row.draft.name}", "Somebody who wrote in it asks you to look at it.",
             f"/drafts/{row.draft_id}/publish", since=row.asked)
        for row in [one for one in await rows if not await why_may_not(one.draft, me)][:SHOWN]
    ]  # fmt: skip


async def _mend_draft(me: Actor, now: datetime) -> list[Task]:
    """Drafts that came back to the person who asked for their publication, until somebody changes them."""
    rows = publishing_requests_visible_to(me).filter(asked_by_id=me.person_id, state="sent back", draft__state="open")
    found = await rows.order_by("-asked").select_related("draft")
    of_drafts = publishing_requests_visible_to(me).filter(draft_id__in=[one.draft_id for one in found])
    last = {one.draft_id: one.id for one in await of_drafts.order_by("asked")}
    return [
        Task(f"It came back: {row.draft.name}", "Read what is to be changed, then ask again.",
             f"/drafts/{row.draft_id}", since=row.answered)
        for row in found if row.answered and row.draft.changed < row.answered and last[row.draft_id] == row.id
    ][:SHOWN]  # fmt: skip


async def _decide(me: Actor, now: datetime) -> list[Task]:
    """People for whom everything is met."""
    if not (waiting := who_waits(*await number_of_cases(me))):
        return []
    return [Task("Decide", f"{waiting} for a decision.", "/certificates/decisions", "Look at them")]


async def _appeals(me: Actor, now: datetime) -> list[Task]:
    """Appeals that wait, with how many are late; those that nobody without a part in them can decide."""
    rows = await appeals_visible_to(me).filter(finding="open").order_by("made")
    if not rows:
        return []
    late = sum(bool(overdue(row, local_day(now, me.zone))) for row in rows)
    words = f"{many(len(rows), 'appeal')} open, {late} late." if late else f"{many(len(rows), 'appeal')} open."
    return [Task("Look at the appeals", words, "/certificates/appeals", since=rows[0].made)]


async def _vote(me: Actor, now: datetime) -> list[Task]:
    """Cases on whose panel the person sits, and that wait for their vote."""
    tasks = []
    for row in (await cases_to_vote(me))[:SHOWN]:
        holder = await holder_of(row)
        words = f"{row.pathway.title}. {panel_size(row)} votes are needed."
        tasks.append(Task(f"Vote: {holder.name}", words, f"/certificates/decisions/{row.id}", "Vote", row.made))
    return tasks


async def _answer(me: Actor, now: datetime) -> list[Task]:
    """People who ask to join a programme."""
    rows = await applications_for(me).filter(state="waiting").order_by("-made").limit(SHOWN).values(
        "id", "made", name="person__name", programme="programme__title", site="site__name"
    )  # fmt: skip
    return [
        Task(f"{row['name']} asks to join {row['programme']}", f"At {row['site']}. Say yes or no.",
             f"/applications/{row['id']}", since=row["made"])
        for row in rows
    ]  # fmt: skip


async def _appoint(me: Actor, now: datetime) -> list[Task]:
    """Roles that somebody has to hold before those who wait can be decided on."""
    if not me.everywhere("decide"):
        return []
    tasks = []
    for role, programme, area, needed, count in await nobody_decides(me):
        who = f"Nobody is {role}" if needed == 1 else f"A panel of {needed} is not there: too few hold the role {role}"
        waits = f"{many(count, 'person', 'people')} {'waits' if count == 1 else 'wait'}"
        title = f"{who} for {programme}{' in ' + area if area else ''}: {waits}"
        tasks.append(Task(title, "Give somebody this role, on their page.", "/certificates/decisions"))
    return tasks


async def _mend(me: Actor, now: datetime) -> list[Task]:
    """Certificates that do not say any more what was signed."""
    if not me.everywhere("read register"):
        return []
    found = Damage.filter(
        Q(certificate__person__unit_id=me.unit_id) | Q(certificate__holder_site__unit_id=me.unit_id)
    ).order_by("found")
    first = await found.first().values("found", "certificate__certification_id")
    if first is None:
        return []
    count = await found.count()
    words = "1 certificate does" if count == 1 else f"{count} certificates do"
    path = f"/register/{first['certificate__certification_id']}"
    return [Task("A record is damaged", f"{words} not say any more what was signed.", path, since=first["found"])]


async def _note(me: Actor, now: datetime) -> list[Task]:
    """Sessions that the person led, and of which it is not noted who came."""
    return [
        Task("Note who came", f"{session.title}, {day(session.held_on)}.",
             f"/courses/cohorts/{session.cohort_id}/sessions/{session.id}", "Note it")
        for session in (await sessions_to_note(me))[:SHOWN]
    ]  # fmt: skip


async def _read(me: Actor, now: datetime) -> list[Task]:
    """Work that trainees handed in and that the person reads."""
    return [
        Task("Read what was handed in", f"{many(count, 'task')} of {cohort.name} not read yet.",
             f"/courses/cohorts/{cohort.id}")
        for cohort, count in (await cohorts_to_read(me))[:SHOWN]
    ]  # fmt: skip


async def _learn_what_is_new(me: Actor, now: datetime) -> list[Task]:
    """What is new in courses that the person has done, with the day by which they are asked to do it."""
    language = spoken(me.language)
    say = translations(language).gettext
    return [
        Task(
            say("Learn what is new in %(course)s") % {"course": in_language(one.version.title, me.language)},
            say("You had until %(day)s. You can still do it." if one.due < me.today else "Please do it by %(day)s.")
            % {"day": day(one.due, language)},
            f"/courses/{one.version.course.slug}/top-up", say("See what is new"), since=one.given, language=language,
        )
        for one in await asked_of_person(me.person_id)
    ]  # fmt: skip


async def _own_address(me: Actor, now: datetime) -> list[Task]:
    """A person whose every address is one at which mail does not arrive."""
    known = await known_addresses(me.person_id)
    if not known or any(works for _, works in known):
        return []
    say = translations(language := spoken(me.language)).gettext
    words = say("Our mail to you came back. Give us an address that works.")
    title, button = say("Your e-mail address does not work"), say("Give another address")
    return [Task(title, words, "/address", button, language=language)]


async def _letters(me: Actor, now: datetime) -> list[Task]:
    """Letters that could not be delivered."""
    letters = letters_visible_to(me).filter(open_(now))
    latest = letters.order_by("-made").limit(SHOWN)
    rows = await latest.values("id", "subject", "addressee", "made", name="person__name")
    tasks = [
        Task(f"Hand a letter to {row['name'] or row['addressee']}", f"It could not be sent: {row['subject']}.",
             f"/letters/{row['id']}", since=row["made"])
        for row in rows
    ]  # fmt: skip
    if (more := await letters.count() - len(tasks)) > 0:
        tasks.append(Task(f"{more} more", "Letters that could not be delivered.", "/letters"))
    return tasks


async def _resets(me: Actor, now: datetime) -> list[Task]:
    """Resets of how somebody signs in that wait for a second person."""
    rows = await resets_for(me).order_by("asked").limit(SHOWN).values("person_id", "asked", name="person__name")
    return [
        Task(f"{row['name']} lost a device", "Somebody asks to reset how they sign in. Agree, or refuse.",
             f"/people/{row['person_id']}/sign-in", since=row["asked"])
        for row in rows
    ]  # fmt: skip


async def _names_needed(me: Actor, now: datetime) -> list[Task]:
    """People whose certificate waits for their name."""
    ready = current().filter(reach(me, "manage people"), standing__in=["ready", "in_training"], result="met")
    rows = (
        await ready.filter(person__name__startswith=f"{NEUTRAL} ")
        .limit(SHOWN)
        .values("person_id", "made", name="person__name")
    )
    return [
        Task(f"Name needed: {row['name']}", "Their certificate waits until somebody tells their name.",
             f"/people/{row['person_id']}/name", since=row["made"])
        for row in {row["person_id"]: row for row in rows if not has_name(row["person_id"], row["name"])}.values()
    ]  # fmt: skip


async def _names_asked(me: Actor, now: datetime) -> list[Task]:
    """People who ask for another name."""
    rows = (
        await name_requests_for(me).order_by("-made").limit(SHOWN).values("id", "name", "made", called="person__name")
    )
    return [
        Task(f"{row['called']} asks for another name", f"They want to be called {row['name']}.",
             f"/name-requests/{row['id']}", since=row["made"])
        for row in rows
    ]  # fmt: skip


async def _names_told(me: Actor, now: datetime) -> list[Task]:
    """People whom a learning system calls by another name than they have here."""
    told = Identity.filter(reach(me, "manage people"), proposed_name__isnull=False).exclude(person_id=me.person_id)
    rows = await told.order_by("created").limit(SHOWN).values("person_id", "proposed_name", name="person__name")
    return [
        Task(f"Another name for {row['name']}", f"Their learning system calls them {row['proposed_name']}.",
             f"/people/{row['person_id']}")
        for row in rows
        if row["proposed_name"] != row["name"]
    ]  # fmt: skip


LOOKS: tuple[Callable[[Actor, datetime], Awaitable[list[Task]]], ...] = (
    _own_address, _learn_what_is_new, _mend, _appeals, _settle, _decide, _vote, _appoint, _answer, _accept, _sign,
    _collect, _confirm,
    assessing.to_rate, assessing.to_agree_or_sign, assessing.to_countersign,
    assessing.to_calibrate, assessing.to_renew, _calibrate,
    _find_countersigner, _publish, _mend_draft,
    _look_again,
    _note, _read, _letters, _resets, _names_needed, _names_asked, _names_told,
)  # fmt: skip
"""Where to look for duties: each gives those of one kind that the person may settle."""
