"""Where a rater works: the cards, their drafts, the check before handing in, and agreeing with the other rater."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments import actions, signing
from training.assessments.actions import Noted, Stale, own_rating
from training.assessments.cards import cards_of, in_words, seen_in_words, typed_marks
from training.assessments.marks import JUDGED, Mark, MarkRow, apart
from training.assessments.models import Assessment, Rater
from training.assessments.outcome import as_it_stands
from training.assessments.reading import draft_name, drafts_of, notes_of, rows_of
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.instruments.schema import Instrument
from training.people.actor import Actor
from training.people.models import Person
from training.web.render import actor, form_data, identity, redirect, render

Given = Mapping[str, tuple[Mark | None, str]]


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
        await _save(rater, given, me, str(values.get("seen", "")))
        if values.get("step") == "save":
            return redirect(request, f"{where}/rate", notice="Saved")
        problems = {item: "Choose an answer" for item, (mark, _) in given.items() if mark is None}
        if problems:
            raise Invalid("There is a problem", problems=problems)
    except Stale as stale:
        return await _cards(request, rater, instrument, given, {"form": f"{stale.message} {stale.remedy}"}, 409)
    except Invalid as wrong:
        return await _cards(request, rater, instrument, given, wrong.problems, 422)
    return redirect(request, f"{where}/check")


async def draft(request: Request) -> Response:
    """Saves what is marked so far, as the page does by itself while somebody works on it; answers with its name."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    values = await form_data(request)
    saved = await _save(rater, typed_marks(instrument, values), me, str(values.get("seen", "")))
    return Response(status_code=204, headers={"Draft": saved})


async def _save(rater: Rater, given: Given, me: Actor, seen: str) -> str:
    noted = {item: Noted(mark, text) for item, (mark, text) in given.items()}
    return await actions.save_draft(rater.assessment_id, noted, actor=me, now=clock.now(), seen=seen)


async def _cards(
    request: Request, rater: Rater, instrument: Instrument, given: Given, problems: Mapping[str, str], status: int
) -> Response:
    titles = {item.id: item.title for item in instrument.items.values()}
    assessment = rater.assessment
    return render(
        request,
        "assessments/rate.html",
        status,
        problems={
            item: words if item == "form" else f"{titles.get(item, 'Your judgement')}: {words.lower()}"
            for item, words in problems.items()
        },
        cards=cards_of(instrument, given),
        seen=await draft_name(rater),
        done=sum(mark is not None for mark, _ in given.values()),
        instrument=instrument,
        person=(await Person.get(id=assessment.person_id)).name,
        assessment=assessment,
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
        stands=as_it_stands(instrument, [MarkRow(str(me.person_id), marks, reasons=given.get(JUDGED, (None, ""))[1])]),
        path=where,
        back=("Change your answers", f"{where}/rate"),
    )


def _answer(instrument: Instrument, name: str, given: Given) -> dict[str, Any]:
    mark, text = given.get(name, (None, ""))
    titles = {item.id: item.title for item in instrument.items.values()}
    said: dict[str, Any] = {"item": name, "title": titles.get(name, "Your judgement"), "note": text}
    said |= {"seen": seen_in_words(instrument, name, mark)}
    return said | {"words": in_words(instrument, name, mark), "answered": mark is not None}


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
    apart_ones = await _apart(assessment, instrument, given)
    told = {
        "items": apart_ones,
        "path": f"{where}/agree",
        "stop_path": f"{where}/stop",
        "stands": as_it_stands(instrument, await rows_of(assessment.id)),
        "back": ("Assessments", "/assessments"),
    }
    return render(request, "assessments/agree.html", 422 if problems else 200, problems=problems, **told)


async def _apart(assessment: Assessment, instrument: Instrument, given: Given) -> list[dict[str, Any]]:
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
            "marks": [(names[row.by], *_said(instrument, item, row)) for row in rows],
            "notes": notes.get(item, []),
        }
        for item in differ
    ]


def _said(instrument: Instrument, item: str, row: MarkRow) -> tuple[str, str]:
    mark = row.marks.get(item)
    return in_words(instrument, item, mark), "; ".join(seen_in_words(instrument, item, mark))
