"""Pages of the sessions of a cohort: a new one, who came, with what somebody made it up, and its correction."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from courses.cohorts import attendance
from courses.cohorts import sessions as actions
from courses.cohorts.actions import changeable
from courses.cohorts.attendance import MakingUp, NotedMeanwhile
from courses.cohorts.models import Cohort, TrainingSession, leads, may_change, seats_in, seats_noted_by
from courses.cohorts.pages import id_of, visible_cohort
from courses.cohorts.resources import CohortResources
from courses.cohorts.rules import (
    ABSENT,
    CHOICES,
    MADE_UP,
    PART,
    PRESENT,
    LearningName,
    Presence,
    SessionPlan,
    attribute_of,
    hours_of,
    topics_of,
)
from courses.cohorts.views import presences_of, session_words, trainer_choices
from courses.learning import words
from courses.learning.journey import current_version
from courses.learning.outline import in_language, outline_of
from training.core import clock
from training.core.dates import day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.parsing.labels import MODES
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import ShortlistField, shortlist_of

LONGEST_NUMBER = 6
"""Digits of the number of a note that a page has shown."""
OWN_FIELD = "own-"
"""How the names of fields begin that only some trainings have."""
MODE_CHOICES = [("", "Choose how"), *MODES.items()]


def _called(held: TrainingSession) -> str:
    return f"{held.title}, {day(held.held_on)}, {held.cohort.name}"


OTHER_SESSION = ShortlistField(
    "session_id", lambda part: Q(title__icontains=part) | Q(cohort__name__icontains=part),
    first=[("", "None of these")], order=("-held_on", "title", "id"), called=_called,
)  # fmt: skip


class SessionForm(BaseModel):
    """What is typed about a session."""

    title: str = Field(title="what the session is called", max_length=200)
    held_on: date = Field(title="the day")
    last_day: date | None = Field(None, title="the last day")
    hours: Decimal = Field(title="the hours", max_digits=6, decimal_places=2)
    days: Decimal | None = Field(None, title="the days it counts for", max_digits=5, decimal_places=2)
    mode: str = ""
    topics: list[str] = []
    other_topics: str = ""
    learning: str = Field("", title="what it counts as", max_length=200)
    trainer_id: UUID | None = None
    trainer_name: str = Field("", title="the name of the trainer", max_length=200)

    def plan(self, attributes: Mapping[str, str | int | float]) -> SessionPlan:
        """Returns what was typed as a plan, with what else the rules read of it."""
        return SessionPlan(
            title=self.title,
            held_on=self.held_on,
            last_day=self.last_day,
            minutes=round(self.hours * 60),
            days=None if self.days is None else float(self.days),
            mode=self.mode,
            topics=topics_of("\n".join([*self.topics, self.other_topics])),
            learning=" ".join(self.learning.split()),
            trainer_id=self.trainer_id,
            trainer_name=self.trainer_name,
            attributes=attributes,
        )


class MakingUpForm(BaseModel):
    """What is typed about how somebody made up a session."""

    session_id: UUID | None = None
    work: str = ""
    on: date | None = Field(None, title="the day")
    mode: str = ""


async def sessions(request: Request) -> Response:
    """Shows the form of a new session, with what the last one was; posted, adds it."""
    me: Actor = actor(request)
    found = await changeable(me, identity(request))
    if request.method == "GET":
        last = await TrainingSession.filter(cohort_id=found.id).order_by("-held_on").first()
        same = ("hours", "days", "mode", "learning", "trainer_id", "trainer_name")
        before = _typed(last) if last else {"learning": found.learning, "trainer_id": str(found.trainer_id or "")}
        return await _session_form(request, found, {name: before[name] for name in same if name in before})
    values = await form_data(request)
    try:
        plan = validate(SessionForm, _listed(values)).plan(await _attributes(request, values))
        made = await actions.add_session(found, plan, actor=me, now=clock.now())
    except Invalid as error:
        return await _session_form(request, found, values, problems=error.problems)
    return redirect(request, f"/courses/cohorts/{found.id}/sessions/{made.id}", notice="The session is added.")


async def change(request: Request) -> Response:
    """Shows the form that corrects a session; posted, corrects it, or removes it where nothing was noted."""
    me: Actor = actor(request)
    found = await changeable(me, identity(request))
    held, home = await _session(request, found), f"/courses/cohorts/{found.id}"
    if request.method == "GET":
        return await _session_form(request, found, _typed(held), held)
    values = await form_data(request)
    try:
        if values.get("step") == "remove":
            await actions.remove_session(held, actor=me, now=clock.now())
            return redirect(request, home, notice="The session is removed.")
        plan = validate(SessionForm, _listed(values)).plan(await _attributes(request, values))
        await actions.change_session(held, plan, actor=me, now=clock.now())
    except Conflict as refused:
        problems = {"form": str(refused)}
        return await _session_form(request, found, _typed(held), held, problems)
    except Invalid as error:
        return await _session_form(request, found, values, held, error.problems)
    return redirect(request, f"{home}/sessions/{held.id}", notice="The session is corrected.")


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    ticked = values.get("topics") or []
    numbers = {name: str(values.get(name, "")).replace(",", ".") for name in ("hours", "days")}
    return {**values, **numbers, "topics": [ticked] if isinstance(ticked, str) else ticked}


def _typed(held: TrainingSession) -> dict[str, Any]:
    return {
        "title": held.title,
        "held_on": held.held_on.isoformat(),
        "last_day": held.last_day.isoformat() if held.last_day else "",
        "hours": hours_of(held.minutes),
        "days": "" if held.days is None else f"{held.days:g}",
        "mode": held.mode,
        "topics": held.topics.splitlines(),
        "learning": held.learning,
        "trainer_id": str(held.trainer_id or ""),
        "trainer_name": held.trainer_name,
        **{f"{OWN_FIELD}{name}": value for name, value in (held.attributes or {}).items()},
    }


async def _attributes(request: Request, values: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Reads what rules ask of the training beside what every session has; by the name that was typed."""
    me: Actor = actor(request)
    names = await CohortResources.of(request).learning_names(me.unit_id, me.language)
    known = names.get(" ".join(str(values.get("learning") or "").split()), LearningName())
    typed = {field: str(values.get(f"{OWN_FIELD}{field.name}") or "").strip() for field in known.fields}
    found = {field.name: attribute_of(field, text) for field, text in typed.items() if text}
    if wrong := [name for name, value in found.items() if value is None]:
        problems = {f"{OWN_FIELD}{name}": "Enter a number, such as 1 or 2.5" for name in wrong}
        raise Invalid("There is a problem", problems=problems)
    return {name: value for name, value in found.items() if value is not None}


async def _session_form(
    request: Request,
    found: Cohort,
    values: Mapping[str, Any],
    held: TrainingSession | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    me: Actor = actor(request)
    names = await CohortResources.of(request).learning_names(me.unit_id, me.language)
    asked = names.get(str(values.get("learning") or found.learning), LearningName())
    known = list(dict.fromkeys([*await _course_topics(found, me), *asked.topics]))
    ticked = _listed(values)["topics"]
    other = "\n".join(one for one in ticked if one not in known)
    home = f"/courses/cohorts/{found.id}"
    return render(
        request,
        "cohorts/session_form.html",
        422 if problems else 200,
        values={**values, "topics": ticked, "other_topics": values.get("other_topics") or other},
        problems=problems or {},
        topics=[(one, one) for one in known],
        names=list(names),
        fields=[
            (f"{OWN_FIELD}{one.name}", one.label, one.hint, [("", "Choose"), *((text, text) for text in one.values)])
            for one in asked.fields
        ],
        modes=MODE_CHOICES,
        trainers=await trainer_choices(me, values, now_by=held.trainer_id if held else found.trainer_id),
        adds=held is None,
        path=f"{home}/sessions/{held.id}/change" if held else f"{home}/sessions",
        back=(held.title, f"{home}/sessions/{held.id}") if held else (found.name, home),
    )


async def _course_topics(found: Cohort, me: Actor) -> list[str]:
    await found.fetch_related("course")
    if found.course is None:
        return []
    outline = await outline_of((await current_version(me, found.course.slug)).id)
    return [in_language(chapter.title, outline.languages[0]) for chapter in outline.chapters]


async def session(request: Request) -> Response:
    """Shows who came to a session; posted, notes it, unless somebody has noted otherwise since the page was shown."""
    me: Actor = actor(request)
    found = await visible_cohort(request)
    held = await _session(request, found)
    if request.method == "GET":
        return await _who_came(request, found, held)
    if not _notes(me, found, held):
        raise NotAllowed("Who came is noted by the trainer, or by whoever looks after the people.", "Ask one of them.")
    values = await form_data(request)
    shown = values.get("seen") or []
    seen = dict(_seen(text) for text in ([shown] if isinstance(shown, str) else shown))
    problems: dict[str, str] = {}
    rest = values.get("step") == "rest"
    given = {
        person: presence
        for person, number in seen.items()
        if (presence := _presence(values, person, problems, otherwise=PRESENT if rest and not number else ""))
    }
    try:
        if problems:
            raise Invalid("There is a problem", problems=problems)
        count = await attendance.note_attendance(held, given, actor=me, now=clock.now(), seen=seen)
    except NotedMeanwhile as conflict:
        return await _who_came(request, found, held, 409, values=values, newer=conflict.people)
    except Invalid as error:
        told = error.problems or {"form": str(error)}
        return await _who_came(request, found, held, 422, values=values, problems=told)
    notice = f"It is noted who came: {words.many(count, 'change')}." if count else "Nothing has changed."
    return redirect(request, f"/courses/cohorts/{found.id}/sessions/{held.id}", notice=notice)


def _presence(values: Mapping[str, Any], person: UUID, problems: dict[str, str], *, otherwise: str) -> Presence | None:
    """Reads what was chosen for a person, with the hours and the word beside it."""
    came = str(values.get(f"came-{person}") or otherwise)
    typed, note = (" ".join(str(values.get(f"{name}-{person}") or "").split()) for name in ("hours", "note"))
    if came not in CHOICES or came == ABSENT or not typed:
        return Presence(came, None, note) if came else None
    try:
        hours = Decimal(typed.replace(",", "."))
        minutes = round(hours * 60) if hours.is_finite() and abs(hours) < 10**LONGEST_NUMBER else -1
    except InvalidOperation:
        minutes = -1
    if minutes < 0:
        problems[f"came-{person}"] = "Enter the hours as a number, such as 2.5"
    return Presence(came, minutes, note)


def _seen(text: str) -> tuple[UUID, int]:
    person, _, number = text.partition(" ")
    return id_of(person), int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else 0


def _notes(me: Actor, found: Cohort, held: TrainingSession) -> bool:
    return may_change(me, found) or leads(me, found, held)


async def _session(request: Request, found: Cohort) -> TrainingSession:
    held = await TrainingSession.get_or_none(id=identity(request, "session"), cohort_id=found.id).select_related(
        "trainer"
    )
    if held is None:
        raise NotFound("There is no such session.", "Look at the cohort again.")
    return held


async def _who_came(
    request: Request,
    found: Cohort,
    held: TrainingSession,
    status: int = 200,
    *,
    values: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    newer: Collection[UUID] = frozenset(),
) -> Response:
    """Shows who came as it is noted, or as it was chosen, beside what others have noted meanwhile."""
    me: Actor = actor(request)
    home, over = f"/courses/cohorts/{found.id}", (held.last_day or held.held_on) <= me.today
    notes = _notes(me, found, held)
    seats = seats_noted_by(me, found, held) if notes else seats_in(me, found, held)
    path = f"{home}/sessions/{held.id}"
    people = [
        _chosen(one, values) | {"newer": UUID(one["id"]) in newer, "make_up": f"{path}/made-up/{one['id']}"}
        for one in await presences_of(held, seats)
    ]
    return render(
        request,
        "cohorts/session.html",
        status,
        title=held.title,
        about=session_words(held, held.trainer.name if held.trainer else ""),
        hours=hours_of(held.minutes),
        people=people,
        problems=_named(problems or {}, people),
        choices=list(CHOICES.items()),
        newer=bool(newer),
        unnoted=sum(not one["number"] for one in people),
        path=path,
        change_path=f"{path}/change" if may_change(me, found) else "",
        notes=notes and over,
        to_come=not over,
        back=(found.name, home),
    )


def _named(problems: Mapping[str, str], people: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """Puts before each problem whose it is, as several people may have the same one."""
    names = {f"came-{one['id']}": f"{one['name']}: " for one in people}
    return {field: f"{names.get(field, '')}{words}" for field, words in problems.items()}


def _chosen(one: dict[str, Any], values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Returns a person with what was typed on the page, where it was sent."""
    person = one["id"]
    typed = {name: values[f"{name}-{person}"] for name in ("came", "hours", "note") if f"{name}-{person}" in values} \
        if values else {}  # fmt: skip
    shown = one | typed
    return shown | {
        "choice": "" if shown["came"] == MADE_UP else shown["came"],
        "missed": one["came"] in (ABSENT, PART, MADE_UP),
        "opened": bool(shown["note"]) or shown["came"] == PART,
    }


async def made_up(request: Request) -> Response:
    """Shows how it is said with what somebody made up a session; posted, notes it."""
    me: Actor = actor(request)
    found = await visible_cohort(request)
    held, person = await _session(request, found), identity(request, "person")
    if not _notes(me, found, held):
        raise NotAllowed("This is noted by the trainer, or by whoever looks after the people.", "Ask one of them.")
    seats = seats_noted_by(me, found, held).filter(person_id=person)
    people = await presences_of(held, seats)
    if not people:
        raise NotFound("There is no such person in this cohort.", "Look at the session again.")
    path, values = f"/courses/cohorts/{found.id}/sessions/{held.id}", await form_data(request)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            asked = validate(MakingUpForm, values)
            given = MakingUp(asked.session_id, asked.work, asked.on, asked.mode)
            await attendance.make_up(held, person, given, actor=me, now=clock.now())
            notice = f"{people[0]['name']} has made it up. It counts as attended."
            return redirect(request, path, notice=notice)
        except Invalid as error:
            problems = error.problems
    there = attendance.sessions_to_make_up_in(held, found, actor=me, today=me.today)
    others = await shortlist_of(there, OTHER_SESSION, values)
    return render(
        request,
        "cohorts/made_up.html",
        422 if problems else 200,
        name=people[0]["name"],
        title=held.title,
        others=others if others.several else None,
        modes=MODE_CHOICES,
        values=values or {"mode": held.mode},
        problems=problems,
        path=f"{path}/made-up/{person}",
        back=(held.title, path),
    )
