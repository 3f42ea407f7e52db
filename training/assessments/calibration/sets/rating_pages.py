"""Pages on which an assessor rates a set blind, hands it in, and sees where they differ from the standard."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.calibration.sets import tries
from training.assessments.calibration.sets.models import (
    CalibrationAttempt,
    Vignette,
    attempts_visible_to,
    begun_by,
    offered_to,
)
from training.assessments.calibration.sets.rules import compared, why_no_try
from training.assessments.calibration.standing import lines_of
from training.assessments.cards import cards_of, in_words, seen_in_words, typed_marks
from training.assessments.marks import Mark, titles_of, unpacked
from training.assessments.reading import instrument_of
from training.core import clock
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.instruments.schema import InstrumentSchema
from training.parsing.text import counting_number
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render

HOME = "/assessments/calibrate"
RESULTS = "/assessments/calibrated"


async def mine(request: Request) -> Response:
    """Shows how the assessor stands, which sets can be rated today, and what came of earlier tries."""
    me: Actor = actor(request)
    begun = [one async for one in begun_by(me).filter(state="closed").order_by("title", "id").select_related("version")]
    offered = [one async for one in offered_to(me).order_by("title", "id").select_related("version")]
    own = await CalibrationAttempt.filter(person_id=me.person_id).order_by("-begun").select_related("set")
    shown = []
    for one in (*begun, *offered):
        tried = [each for each in own if each.set_id == one.id]
        days = tries.days_of_tries(tried, me.zone)
        going_on = len(days) < len(tried)
        why = "" if going_on else why_no_try(days, tries=one.tries, wait_days=one.wait_days, on=me.today)
        shown.append({
            "id": one.id, "title": one.title, "with": one.version.title, "going_on": going_on,
            "why": "You made this set, so you know its marks" if me.person_id in await tries.makers_of(one) else why,
            "left": one.tries - len(days), "closed": one.state == "closed",
        })  # fmt: skip
    lines = [one for one in await lines_of([(me.person_id, "")], me) if one["asked"] or one["held"]]
    done = [one for one in own if one.handed_in]
    return render(
        request, "sets/mine.html", lines=lines, sets=shown, done=done, home=HOME, results=RESULTS,
        back=("Assessments", "/assessments"),
    )  # fmt: skip


async def begin(request: Request) -> Response:
    """Begins a try at a set, or goes on with it, at the first vignette with an item that has no mark."""
    me: Actor = actor(request)
    try:
        attempt = await tries.begin(identity(request), actor=me, now=clock.now())
    except (Conflict, NotAllowed) as refused:
        return redirect(request, HOME, notice=str(refused))
    _, found, instrument = await tries.open_try(attempt.set_id, me)
    missing = await tries.missing_of(attempt, instrument)
    first = next((position for position, number in missing.items() if number), next(iter(missing), 1))
    return redirect(request, f"{HOME}/{found.id}/{first}")


async def rate(request: Request) -> Response:
    """Shows a vignette with its cards; saves the marks and goes on to the next one, or to the end."""
    me: Actor = actor(request)
    attempt, found, instrument = await tries.open_try(identity(request), me)
    vignettes = await Vignette.filter(set_id=found.id).order_by("position")
    position = counting_number(request.path_params["number"])
    row = next((one for one in vignettes if one.position == position), None)
    if row is None:
        raise NotFound("There is no such vignette.", "Look at the set again.")
    saved = attempt.draft.get(str(row.position), {})
    given = {item: (unpacked(mark), "") for item, mark in saved.items()}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        given = typed_marks(instrument, values)
        try:
            await tries.save(found.id, row.position, given, actor=me)
            if values.get("step") == "later":
                return redirect(request, HOME, notice="Saved. You can go on when you like.")
            problems = {item: "Choose an answer" for item, (mark, _) in given.items() if mark is None}
        except Invalid as wrong:
            problems = wrong.problems
        if not problems:
            later = [one.position for one in vignettes if one.position > row.position]
            return redirect(request, f"{HOME}/{found.id}/{later[0] if later else 'end'}")
    return render(
        request, "sets/rate.html", 422 if problems else 200, problems=problems, set=found, vignette=row,
        number=vignettes.index(row) + 1, many=len(vignettes), cards=cards_of(instrument, given), instrument=instrument,
        path=f"{HOME}/{found.id}/{row.position}", back=("Calibrate", HOME),
    )  # fmt: skip


async def end(request: Request) -> Response:
    """Shows what is still missing; posted, hands the try in and shows where it differs."""
    me: Actor = actor(request)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            done = await tries.hand_in(identity(request), actor=me, now=clock.now())
            return redirect(request, f"{RESULTS}/{done.id}")
        except Invalid as wrong:
            problems = wrong.problems
    attempt, found, instrument = await tries.open_try(identity(request), me)
    rows = await Vignette.filter(set_id=found.id).order_by("position")
    missing = await tries.missing_of(attempt, instrument)
    return render(
        request, "sets/end.html", 422 if problems else 200, problems=problems, set=found,
        rows=[(one.title, f"{HOME}/{found.id}/{one.position}", missing[one.position]) for one in rows],
        complete=not any(missing.values()), path=f"{HOME}/{found.id}/end", back=("Calibrate", HOME),
    )  # fmt: skip


async def result(request: Request) -> Response:
    """Shows of a try each mark beside the standard, and why the standard is what it is."""
    me: Actor = actor(request)
    found = attempts_visible_to(me).filter(handed_in__isnull=False).select_related("set__version", "person")
    attempt = await found.get_or_none(id=identity(request))
    if attempt is None:
        raise NotFound("There is no such result.", "Look at the list of calibrations.")
    instrument = instrument_of(attempt.set.version)
    own = attempt.person_id == me.person_id
    lines = await lines_of([(attempt.person_id, attempt.person.name)], me)
    stands = [one for one in lines if one["instrument_id"] == attempt.set.version.instrument_id]
    vignettes = await Vignette.filter(set_id=attempt.set_id).order_by("position")
    back = ("Calibrate", HOME) if own else (attempt.set.title, f"/assessments/calibration/sets/{attempt.set_id}")
    return render(
        request, "sets/result.html", attempt=attempt, own=own, stands=stands,
        parts=[_part(instrument, one, attempt) for one in vignettes], back=back,
    )  # fmt: skip


def _part(instrument: InstrumentSchema, vignette: Vignette, attempt: CalibrationAttempt) -> dict[str, Any]:
    standard = tries.plain_marks(vignette.marks)
    given = tries.plain_marks(attempt.answers[str(vignette.position)])
    marks = {one.item: one for one in compared(instrument, standard, given, attempt.set.tolerance)}
    items = [
        {
            "title": title, "agrees": marks[item].agrees, "note": vignette.notes.get(item, ""),
            "standard": _said(instrument, item, marks[item].standard),
            "given": _said(instrument, item, marks[item].given),
        }
        for item, title in titles_of(instrument).items()
    ]  # fmt: skip
    return {"title": vignette.title, "text": vignette.text, "items": items}


def _said(instrument: InstrumentSchema, item: str, mark: Mark | None) -> str:
    return "; ".join([in_words(instrument, item, mark), *seen_in_words(instrument, item, mark)])
