"""Where a rater works: the cards, their drafts, the check before handing in, and agreeing with the other rater."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments import actions, signing
from training.assessments.actions import Noted, Stale, own_rating
from training.assessments.cards import Typed, cards_of, in_words, said_by_each, seen_in_words, typed_marks
from training.assessments.eligible import why_not_alone
from training.assessments.films.reading import films_beside, unused_films
from training.assessments.marks import JUDGED, Mark, MarkRow, apart
from training.assessments.models import THIRD, Assessment, Rater
from training.assessments.outcome import as_it_stands
from training.assessments.reading import draft_name, drafts_of, notes_of, rows_of, why_needless
from training.core import clock
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.instruments.schema import InstrumentSchema
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.models import Person
from training.web.render import actor, form_data, identity, redirect, render

Given = Mapping[str, tuple[Mark | None, str]]
NOTHING: tuple[Mark | None, str] = (None, "")
CHOICE, HERE, THERE = "between-", "here", "there"
"""Fields in which somebody chooses between their answer on this device and the one that was saved elsewhere."""


async def rate(request: Request) -> Response:
    """Shows one card an item with what was marked so far; saves the draft, and goes on to the check."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    where = f"/assessments/{rater.assessment_id}"
    if rater.state != "rating":
        return redirect(request, where)
    if request.method == "GET":
        return await _cards(request, rater, instrument, await drafts_of(rater), {}, 200)
    values = await form_data(request)
    given = typed_marks(instrument, values)
    try:
        await _save(rater, given, me, values)
        if values.get("step") == "save":
            return redirect(request, f"{where}/rate", notice="Saved")
        problems = {item: "Choose an answer" for item, (mark, _) in given.items() if mark is None}
        if problems:
            raise Invalid("There is a problem", problems=problems)
    except Stale:
        return await _compared(request, rater, instrument, given, values)
    except Invalid as wrong:
        return await _cards(request, rater, instrument, given, wrong.problems, 422)
    return redirect(request, f"{where}/check")


async def paper(request: Request) -> Response:
    """Shows the form without an answer, to print and fill in by hand where no device is wanted."""
    rater, instrument = await own_rating(identity(request), actor(request))
    assessment: Assessment = rater.assessment
    return render(
        request, "assessments/paper.html", cards=cards_of(instrument, {}), instrument=instrument, assessment=assessment,
        person=(await Person.get(id=assessment.person_id)).name, back=("Rate", f"/assessments/{assessment.id}"),
    )  # fmt: skip


async def draft(request: Request) -> Response:
    """Saves what is marked so far, as the page does by itself while somebody works on it; answers with its name.

    Where other answers were saved elsewhere, it saves nothing and answers 412 (RFC 9110, 15.5.13). Where nothing can be
    saved any more, it answers 410: 404 is what proxies say, too, while the service is away.
    """
    me: Actor = actor(request)
    values = await form_data(request)
    _refuse_other(me, values)
    try:
        rater, instrument = await own_rating(identity(request), me)
        saved = await _save(rater, typed_marks(instrument, values), me, values)
    except Stale:
        return Response(status_code=412)
    except (Conflict, NotFound):
        return Response(status_code=410)
    return Response(status_code=204, headers={"Draft": saved})


async def _save(rater: Rater, given: Given, me: Actor, values: Typed) -> str:
    _refuse_other(me, values)
    noted = {item: Noted(mark, text) for item, (mark, text) in given.items()}
    return await actions.save_draft(
        rater.assessment_id, noted, actor=me, now=clock.now(), seen=str(values.get("seen", "")),
        device_draft=uuid_of(values.get("device_draft")),
    )  # fmt: skip


def _refuse_other(me: Actor, values: Typed) -> None:
    """Refuses answers of whoever was signed in before in the same browser: both may rate the same visit."""
    if values.get("reader", str(me.person_id)) != str(me.person_id):
        raise NotAllowed(
            "Somebody else has signed in in this browser since this page was opened. Nothing was saved.",
            "Sign in as the person who gave these answers, and send them again.",
        )


async def compare(request: Request) -> Response:
    """Shows answers of this device beside those that were saved elsewhere, and saves what is chosen of both."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    where = f"/assessments/{rater.assessment_id}"
    if rater.state != "rating":
        return redirect(request, where)
    values = await form_data(request)
    _refuse_other(me, values)
    given, saved = typed_marks(instrument, values), await drafts_of(rater)
    apart_ones = _apart_from(given, saved)
    chosen = {item: str(values.get(f"{CHOICE}{item}", "")) for item in apart_ones}
    if values.get("step") != "choose":
        return await _compared(request, rater, instrument, given, values)
    problems = {item: "Choose one of the two answers" for item, one in chosen.items() if one not in (HERE, THERE)}
    if problems:
        return await _compared(request, rater, instrument, given, values, problems)
    merged = {item: saved.get(item, one) if one == NOTHING else one for item, one in given.items()}
    merged |= {item: saved[item] for item, one in chosen.items() if one == THERE}
    try:
        await _save(rater, merged, me, {**values, "device_draft": ""})
    except Stale:
        return await _compared(request, rater, instrument, given, values)
    return redirect(request, f"{where}/rate?settled={uuid_of(values.get('device_draft')) or ''}", notice="Saved")


def _apart_from(given: Given, saved: Given) -> list[str]:
    """Lists the items that were answered in both places, and not alike."""
    return [
        item for item, one in given.items() if NOTHING not in (one, saved.get(item, NOTHING)) and one != saved[item]
    ]


async def _compared(
    request: Request, rater: Rater, instrument: InstrumentSchema, given: Given, values: Typed,
    problems: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    saved = await drafts_of(rater)
    items = [
        {
            "id": f"{CHOICE}{item}",
            "title": _title(instrument, item),
            "choices": [
                {"value": side, "title": title, **_said_of(instrument, item, ones), "checked": chosen == side}
                for side, title, ones in ((HERE, "On this device", given), (THERE, "Saved elsewhere", saved))
                for chosen in [values.get(f"{CHOICE}{item}")]
            ],
        }
        for item in _apart_from(given, saved)
    ]
    return render(
        request, "assessments/compare.html", 422 if problems else 409, items=items, kept=_fields(values),
        seen=await draft_name(rater), problems={f"{CHOICE}{item}": words for item, words in (problems or {}).items()},
        person=(await Person.get(id=rater.assessment.person_id)).name, path=f"/assessments/{rater.assessment_id}",
        back=("Assessments", "/assessments"),
    )  # fmt: skip


def _said_of(instrument: InstrumentSchema, item: str, ones: Given) -> dict[str, Any]:
    mark, note = ones.get(item, NOTHING)
    return {"words": in_words(instrument, item, mark), "seen": seen_in_words(instrument, item, mark), "note": note}


def _fields(values: Typed) -> list[tuple[str, str]]:
    """Gives what was typed as the fields of a form, without what was chosen between two answers."""
    left = {name: one for name, one in values.items() if not name.startswith(CHOICE) and name not in ("seen", "step")}
    several = {name: list(one) for name, one in left.items() if not isinstance(one, str)}
    return [(name, str(one)) for name, one in left.items() if isinstance(one, str)] + [
        (f"{name}[]", one) for name, ones in several.items() for one in ones
    ]


async def _cards(
    request: Request, rater: Rater, instrument: InstrumentSchema, given: Given, problems: Mapping[str, str], status: int
) -> Response:
    assessment = rater.assessment
    return render(
        request,
        "assessments/rate.html",
        status,
        problems={
            item: words if item == "form" else f"{_title(instrument, item)}: {words.lower()}"
            for item, words in problems.items()
        },
        cards=cards_of(instrument, given),
        seen=await draft_name(rater),
        settled=str(request.query_params.get("settled", "")),
        done=sum(mark is not None for mark, _ in given.values()),
        instrument=instrument,
        person=(await Person.get(id=assessment.person_id)).name,
        assessment=assessment,
        needless=await why_needless(assessment),
        films=await films_beside(assessment, actor(request)),
        unused=await unused_films(assessment, actor(request)),
        path=f"/assessments/{assessment.id}",
        back=("Assessments", "/assessments"),
    )


async def check(request: Request) -> Response:
    """Shows all answers before they are handed in; hands them in, and signs when nobody else rates."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    where = f"/assessments/{rater.assessment_id}"
    if rater.state != "rating":
        return redirect(request, where)
    given = await drafts_of(rater)
    if request.method == "POST":
        seen = str((await form_data(request)).get("seen", ""))
        try:
            row = await actions.submit_rating(rater.assessment_id, actor=me, now=clock.now(), seen=seen)
        except Invalid as wrong:
            return await _cards(request, rater, instrument, given, wrong.problems, 422)
        if row.state == "submitted" and row.raters_needed == 1:
            await signing.sign(row.id, actor=me, now=clock.now())
        return redirect(request, where)
    names = list(instrument.items) or list(given)
    rows = [_answer(instrument, name, given) for name in names]
    marks = {item: mark for item, (mark, _) in given.items() if mark is not None}
    return render(
        request,
        "assessments/check.html",
        rows=rows,
        seen=await draft_name(rater),
        missing=sum(not row["answered"] for row in rows),
        person=(await Person.get(id=rater.assessment.person_id)).name,
        alone=rater.assessment.raters_needed == 1,
        several=rater.assessment.raters_needed > 2,
        third=rater.assessment.state == THIRD,
        beside=await why_not_alone(me.person_id, rater.assessment, today=me.today),
        stands=as_it_stands(instrument, [MarkRow(str(me.person_id), marks, reasons=given.get(JUDGED, (None, ""))[1])]),
        path=where,
        back=("Change your answers", f"{where}/rate"),
    )


def _answer(instrument: InstrumentSchema, name: str, given: Given) -> dict[str, Any]:
    mark, _ = given.get(name, NOTHING)
    told = {"item": name, "title": _title(instrument, name), "answered": mark is not None}
    return told | _said_of(instrument, name, given)


def _title(instrument: InstrumentSchema, name: str) -> str:
    item = instrument.items.get(name)
    return item.title if item else "Your judgement"


async def agree(request: Request) -> Response:
    """Shows the items on which the raters are apart, with both marks, and takes the mark that they agree on."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    assessment: Assessment = rater.assessment
    where = f"/assessments/{assessment.id}"
    if assessment.state != "reconciling":
        return redirect(request, where)
    given: Given = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        given = typed_marks(instrument, await form_data(request))
        try:
            agreed = {item: Noted(mark, text) for item, (mark, text) in given.items()}
            await actions.reconcile(assessment.id, agreed, actor=me, now=clock.now())
            return redirect(request, where)
        except Invalid as wrong:
            problems = wrong.problems
    apart_ones = await items_apart(assessment, instrument, given)
    told = {
        "items": apart_ones,
        "several": assessment.raters_needed > 2,
        "path": f"{where}/agree",
        "disagree_path": f"{where}/disagree",
        "stop_path": f"{where}/stop",
        "stands": as_it_stands(instrument, await rows_of(assessment.id)),
        "back": ("Assessments", "/assessments"),
    }
    return render(request, "assessments/agree.html", 422 if problems else 200, problems=problems, **told)


async def items_apart(assessment: Assessment, instrument: InstrumentSchema, given: Given) -> list[dict[str, Any]]:
    """Lists the items on which raters are apart: the card, the marks of each with their name, and all notes."""
    rows = await rows_of(assessment.id)
    names = {str(row["id"]): row["name"] for row in await Person.filter(id__in=[row.by for row in rows]).values()}
    notes = await notes_of(assessment.id, list(names))
    differ = apart(instrument, rows)
    cards = {card.id: card for card in cards_of(instrument, given)}
    if not set(differ) <= cards.keys():
        raise NotFound("There is nothing to agree on.", "Look at the assessment again.")
    return [
        {
            "card": cards[item],
            "marks": said_by_each(instrument, item, rows, names),
            "notes": notes.get(item, []),
        }
        for item in differ
    ]
