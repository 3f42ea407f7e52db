"""What becomes of those who know an earlier version: chosen, done to each of them, changed by a later choice."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from tortoise.expressions import Q

from courses.learning.journey import journey_of
from courses.learning.models import Enrolment
from courses.learning.newer_versions import go_on, version_after
from courses.packages.models import Course, CourseVersion
from courses.versions.certified import HeldCertificate, holdings_of
from courses.versions.changed_parts import changed_parts
from courses.versions.groups import Knower, enrolments_before, knowers, sizes
from courses.versions.models import TopUp, VersionChoice, choice_of
from courses.versions.rules import REMINDERS, Wish, due_day, problems_of
from training.core.dates import local_day, moment_at
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit, zone_of
from training.trail import facts

SETTLE, REMIND, MAIL_MOVE = "settle who knows a course", "remind of a top-up", "mail coming version"
AT_ONCE = 100
MORNING = time(8)


async def choose(version: CourseVersion, wish: Wish, *, actor: Actor, now: datetime) -> VersionChoice:
    """Keeps what is to become of those who know an earlier version, and begins to do it; the last choice holds."""
    if problems := problems_of(wish, actor.today):
        raise Invalid("There is a problem", problems=problems)
    course = await Course.get(id=version.course_id)
    counted = (await sizes(course.id, course.programme_id, version)).counted
    async with transaction():
        await CourseVersion.select_for_update().get(id=version.id)  # two who choose at once take turns
        last = await choice_of(version.id)
        made = await VersionChoice.create(
            id=uuid4(), version_id=version.id, turn=last.turn + 1 if last else 1, middle=wish.middle,
            middle_on=wish.middle_on if wish.middle == "day" else None, done=wish.done,
            done_by=wish.done_by if wish.done in ("top_up", "again") else None, late=wish.late, because=wish.because,
            classes=dict(wish.classes), counted=counted, chosen=now, chosen_by_id=actor.person_id,
        )  # fmt: skip
        await facts.record(
            "course.chosen", made, actor=actor.person_id, unit=actor.unit_id, now=now, version=version.number,
            detail={"course": course.slug, "middle": made.middle, "done": made.done},
        )  # fmt: skip
        await facts.schedule(SETTLE, f"{SETTLE}/{made.id}/first", due=now, subject_id=str(made.id))
    return made


async def look_after(*, now: datetime) -> None:
    """Queues, each day, what is to be done for the newest version of each course, and notes whose day has passed."""
    newest: dict[UUID, UUID] = {}
    for row in await CourseVersion.all().order_by("published", "id").only("id", "course_id"):
        newest[row.course_id] = row.id
    async with transaction():
        for version_id in newest.values():
            choice = await choice_of(version_id)
            if choice and (choice.middle != "stay" or choice.done != "none"):
                key = f"{SETTLE}/{choice.id}/{now.isoformat()}"
                await facts.schedule(SETTLE, key, due=now, subject_id=str(choice.id))
    for unit in await CentralUnit.all():
        await _note_missed(unit, now=now)


async def settle(choice_id: UUID, key: str, after: UUID | None, *, now: datetime) -> None:
    """Does what was chosen to some of those who know an earlier version, and queues the work on those after them.

    Called twice it takes effect once: who was moved, or asked, is found to be so.
    """
    choice = await VersionChoice.get(id=choice_id).select_related("version__course")
    version = choice.version
    newer = CourseVersion.filter(course_id=version.course_id, published__gt=version.published)
    holds = await choice_of(version.id)
    if holds is None or holds.id != choice.id:
        return
    if after is None and choice.done == "none":
        for top_up in await TopUp.filter(version_id=version.id, state="open").select_related("version"):
            await _call_off(top_up, now=now)
    if await newer.exists():
        return
    course = version.course
    zone = await zone_of(course.unit_id)
    today, since = local_day(now, zone), local_day(choice.chosen, zone)
    asked = enrolments_before(version, course.id)
    rows = await (asked.filter(id__gt=after) if after else asked).order_by("id").limit(AT_ONCE)
    found = await knowers(rows)
    done = [one.enrolment.person_id for one in found if one.finished]
    holdings = await holdings_of(done, course.programme_id) if choice.done == "renewal" else {}
    for one in found:
        if one.finished:
            until = _renewal_day(holdings.get(one.enrolment.person_id))
            if choice.done_by:
                until = due_day(choice.done_by, chosen=since, finished=local_day(one.finished, zone), today=today)
            await _settle_done(one, choice, until, today=today, now=now)
        else:
            await _settle_middle(one, choice, today=today, now=now)
    if rows:
        onward = f"{key.partition('>')[0]}>{rows[-1].id}"
        async with transaction():
            await facts.schedule(
                SETTLE, onward, due=now, subject_id=str(choice.id), payload={"after": str(rows[-1].id)}
            )


async def _settle_middle(one: Knower, choice: VersionChoice, *, today: date, now: datetime) -> None:
    if choice.middle == "now" or (choice.middle_on and choice.middle_on <= today):
        journey = await journey_of(one.enrolment)
        await go_on(journey, await version_after(journey, choice.version_id), actor=None, now=now)
    elif choice.middle_on:
        async with transaction():
            await facts.schedule(
                MAIL_MOVE, f"{MAIL_MOVE}/{choice.id}/{one.enrolment.id}", due=now, subject_id=str(one.enrolment.id),
                payload={"choice": str(choice.id)},
            )  # fmt: skip


def _renewal_day(holding: HeldCertificate | None) -> date | None:
    return holding.until if holding and holding.renews else None


async def _settle_done(one: Knower, choice: VersionChoice, due: date | None, *, today: date, now: datetime) -> None:
    person = one.enrolment.person_id
    asked = await TopUp.get_or_none(person_id=person, version_id=choice.version_id).select_related("version")
    whole = choice.done == "again"
    if due and not whole:
        parts = await changed_parts(one.enrolment.version_id, choice.version_id)
        due = due if any(part.in_top_up for part in parts) else None
    is_asked = asked is not None and asked.state == "open"
    if asked and is_asked and asked.given >= choice.chosen and asked.whole == whole:
        return  # the day stays as it was worked out when they were asked
    if due is None:
        if asked and is_asked and not (choice.done == "renewal" and await _asked_to_renew(asked)):
            await _call_off(asked, now=now)
    elif asked is None or asked.state == "called off" or (is_asked and (asked.due, asked.whole) != (due, whole)):
        await _ask(asked or TopUp(id=uuid4(), person_id=person, version_id=choice.version_id, given=now), choice,
                   due=due, whole=whole, today=today, now=now)  # fmt: skip


async def _asked_to_renew(top_up: TopUp) -> bool:
    """Tells whether somebody was asked as they could renew: they stay asked once they have renewed."""
    held = VersionChoice.filter(version_id=top_up.version_id, chosen__lte=top_up.given)
    last = await held.order_by("-turn").first()
    return last is not None and last.done == "renewal"


async def _ask(top_up: TopUp, choice: VersionChoice, *, due: date, whole: bool, today: date, now: datetime) -> None:
    top_up.due, top_up.whole, top_up.state = due, whole, "open"
    top_up.given, top_up.missed, top_up.ended = now, None, None
    async with transaction():
        await top_up.save()
        earlier = TopUp.filter(person_id=top_up.person_id, version__course_id=choice.version.course_id, state="open")
        for one in await earlier.exclude(id=top_up.id).select_related("version"):
            await _call_off(one, now=now)  # what it asks for is in this one
        await _record("top_up.given", top_up, choice.version.number, now=now, due=due.isoformat())
        await _plan_reminders(top_up, today)


async def _plan_reminders(top_up: TopUp, today: date) -> None:
    person = await Person.get(id=top_up.person_id).select_related("unit")
    days = [top_up.due - timedelta(days=before) for before in REMINDERS]
    await facts.schedule_all(
        _reminder(top_up, on, due=moment_at(on, MORNING, person.unit.zone)) for on in days if on > today
    )


def _reminder(top_up: TopUp, on: date, *, due: datetime) -> facts.Timer:
    key = f"{REMIND}/{top_up.id}/{top_up.due}/{on}"
    return facts.Timer(REMIND, key, due, {"due": top_up.due.isoformat()}, str(top_up.id))


async def _note_missed(unit: CentralUnit, *, now: datetime) -> None:
    """Notes whose day has passed, and has those reminded each week of whom that was chosen.

    Of a record that was erased, or merged into another that is asked itself, nothing is asked any more.
    """
    gone = Q(person__erased_at__isnull=False) | Q(person__merged_into_id__isnull=False)
    for one in await TopUp.filter(gone, state="open", person__unit_id=unit.id).select_related("version"):
        await _call_off(one, now=now)
    today = local_day(now, unit.zone)
    late = TopUp.filter(state="open", due__lt=today, person__unit_id=unit.id).order_by("due", "id")
    for one in await late.select_related("version"):
        choice = await choice_of(one.version_id)
        async with transaction():
            if await TopUp.filter(id=one.id, state="open", missed__isnull=True).update(missed=now):
                one.missed = now
                await _record("top_up.missed", one, one.version.number, now=now, due=one.due.isoformat())
            elif choice and choice.late == "remind" and (today - one.due).days % 7 == 1:
                await facts.schedule_all([_reminder(one, today, due=now)])


async def _call_off(top_up: TopUp, *, now: datetime) -> None:
    async with transaction():
        if await TopUp.filter(id=top_up.id, state="open").update(state="called off", ended=now):
            top_up.state, top_up.ended = "called off", now
            await _record("top_up.called_off", top_up, top_up.version.number, now=now)


async def settle_by_completion(enrolment_id: UUID, *, now: datetime) -> None:
    """Notes as done what is asked of somebody who has done that version, or a later one."""
    enrolment = await Enrolment.get(id=enrolment_id).select_related("version")
    asked = TopUp.filter(person_id=enrolment.person_id, version__course_id=enrolment.course_id, state="open")
    for one in await asked.filter(version__published__lte=enrolment.version.published).select_related("version"):
        async with transaction():
            if await TopUp.filter(id=one.id, state="open").update(state="done", ended=now):
                one.state, one.ended = "done", now
                await _record("top_up.done", one, one.version.number, now=now, enrolment=str(enrolment.id))


async def begin_top_up(actor: Actor, slug: str, *, now: datetime) -> Enrolment:
    """Begins what is asked of the actor in a course: only what they have to do is left to do."""
    asked = await own_top_up(actor, slug)
    if asked is None:
        raise NotFound("Nothing new is asked of you in this course.", "Open it from My courses.")
    before = await latest_before(asked)
    if before is None:
        raise Conflict("You have begun this version already.", "Go on where you left.")
    journey = await journey_of(before)
    newer = await version_after(journey, asked.version_id)
    if asked.whole:
        counts: Mapping[UUID, UUID] = {}
        same, as_done = counts, frozenset[UUID]()
    else:
        wanted = {one.part.id for one in await changed_parts(before.version_id, asked.version_id) if one.in_top_up}
        every = {part.id for chapter in newer.outline.chapters for part in chapter.parts}
        # Two records may be one by now, of which the other had done it: then this one has the rest left to do.
        has_done = "" in journey.completed
        counts, same, as_done = newer.counts, newer.same, frozenset(every - wanted if has_done else ())
    plan = type(newer)(newer.outline, counts, same, as_done)
    return await go_on(journey, plan, actor=actor, now=now)


async def own_top_up(actor: Actor, slug: str) -> TopUp | None:
    """Finds what is asked of the actor in a course."""
    mine = TopUp.filter(person_id=actor.person_id, state="open", version__course__slug=slug)
    return await mine.filter(version__course__unit_id=actor.unit_id).select_related("version").first()


async def latest_before(asked: TopUp) -> Enrolment | None:
    """Finds the enrolment from which a top-up leads on; None once its version, or a later one, is begun."""
    theirs = Enrolment.filter(person_id=asked.person_id, course_id=asked.version.course_id)
    last = await theirs.order_by("-started", "-id").select_related("version").first()
    return last if last and last.version.published < asked.version.published else None


async def _record(kind: str, top_up: TopUp, number: str, *, now: datetime, **detail: str) -> None:
    person = await top_up.person
    await facts.record(
        kind, top_up, actor=None, now=now, person=top_up.person_id, unit=person.unit_id, version=number, detail=detail
    )
