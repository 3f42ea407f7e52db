"""What waits for somebody: one list of duties, each with the page that settles it, made from what is open."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

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
from training.assessments.emails import TURNS
from training.assessments.models import Rater
from training.core.dates import day, local_day
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

SHOWN = 5
"""Tasks of one kind in the list; the others are one click away."""


@dataclass(frozen=True)
class Task:
    """One thing that waits: what it is, in a sentence, where it is settled, and since when it waits."""

    title: str
    text: str
    path: str
    button: str = "Look at it"
    since: datetime | None = None


async def tasks_of(me: Actor, *, now: datetime) -> list[Task]:
    """Lists all that waits for somebody, what came last first; what has no moment stands on top."""
    found = [task for look in LOOKS for task in await look(me, now)]
    return sorted(found, key=lambda task: task.since or now, reverse=True)


async def _confirm(me: Actor, now: datetime) -> list[Task]:
    """Records of others that name the person as who was there."""
    rows = await asked_of(me, now=now)
    return [
        Task(
            f"Say whether it is right: {row['about'].lower()}",
            f"{row['person']} says that you were there. Answer by {day(local_day(row['expires'], me.zone))}.",
            f"/practice/confirmations/{row['id']}", since=row["asked"],
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


async def _rate(me: Actor, now: datetime) -> list[Task]:
    """Assessments that wait for the person's rating."""
    todo = Rater.filter(person_id=me.person_id, assessment__unit_id=me.unit_id, state="rating").exclude(
        assessment__state="signed"
    )
    rows = await todo.limit(SHOWN).values("assessment_id", "assessment__observed", name="assessment__person__name")
    return [
        Task("Finish your rating", f"{row['name']}, watched on {day(row['assessment__observed'])}.",
             f"/assessments/{row['assessment_id']}", "Continue")
        for row in rows
    ]  # fmt: skip


async def _turn(me: Actor, now: datetime) -> list[Task]:
    """Assessments in which everybody has handed in, and the person has to agree or to sign."""
    todo = Rater.filter(person_id=me.person_id, assessment__unit_id=me.unit_id, state="submitted")
    todo = todo.filter(assessment__state__in=list(TURNS)).order_by("-assessment__touched")
    rows = await todo.limit(SHOWN).values(
        "assessment_id", state="assessment__state", observed="assessment__observed", since="assessment__touched",
        name="assessment__person__name",
    )  # fmt: skip
    return [
        Task(TURNS[row["state"]][0], f"{row['name']}, watched on {day(row['observed'])}.",
             f"/assessments/{row['assessment_id']}", since=row["since"])
        for row in rows
    ]  # fmt: skip


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


async def _own_address(me: Actor, now: datetime) -> list[Task]:
    """A person whose every address is one at which mail does not arrive."""
    known = await known_addresses(me.person_id)
    if not known or any(works for _, works in known):
        return []
    words = "Our mail to you came back. Give us an address that works."
    return [Task("Your e-mail address does not work", words, "/address", "Give another address")]


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
    _own_address, _mend, _appeals, _decide, _vote, _appoint, _answer, _accept, _sign, _collect, _confirm, _rate, _turn,
    _note, _read, _letters, _resets, _names_needed, _names_asked, _names_told,
)  # fmt: skip
"""Where to look for duties: each gives those of one kind that the person may settle."""
