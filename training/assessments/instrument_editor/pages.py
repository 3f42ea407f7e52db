"""Pages of an instrument that is being written: its form, a rating to try it, and the blank form on paper."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.cards import DEGREE_WORDS, cards_of, in_words, typed_marks
from training.assessments.instrument_editor import instrument_advice, instrument_form
from training.assessments.instrument_editor.instrument_buttons import pressed
from training.assessments.instrument_editor.instrument_form import Given, faults, filled_in, form_of, typed_line
from training.assessments.marks import JUDGED, MarkRow, titles_of
from training.assessments.outcome import STANDS, outcome_of
from training.core import clock
from training.core.errors import Conflict, NotFound
from training.drafts import actions, publishing
from training.drafts.contents import FileContent, of_text
from training.drafts.form_pages import posted_fields, to_both
from training.drafts.models import DraftFile, MaterialDraft
from training.drafts.resources import DraftResources
from training.instruments.check import KEYS_OF_KIND
from training.instruments.read import read_instrument_text
from training.instruments.schema import InstrumentSchema
from training.parsing.keywords import INSTRUMENT_KINDS
from training.parsing.messages import FileError
from training.parsing.yaml_edits.members import STEPS
from training.parsing.yaml_edits.places import NotByButton
from training.web.render import actor, form_data, identity, redirect, render

KINDS = {
    "behaviours": "Behaviours that are ticked; the level follows from them",
    "scale": "A level on a scale, for each item",
    "checklist": "Yes or no, for each item",
    "numbers": "A number that is counted or measured, for each item",
    "judgement": "One judgement of the whole, with reasons",
}
RULES = {
    "percent": "So many percent of all points",
    "mean": "A mean of at least",
    "every_item": "Every item at this level or above",
    "no_item_at": "No item at this level or below",
    "items_at": "So many items at this level or above",
    "number": "A number for each item",
    "judged": "Judged to be satisfactory",
    "score": "A score, where the record has one",
    "agreement": "Agreement, where the record has it",
}


async def form(request: Request) -> Response:
    """Shows an instrument as a form; posted, writes what was typed into its file, and does what was pressed."""
    draft, found = await _instrument(request)
    if request.method == "GET":
        return await _shown(request, draft, found, found.text or "", {})
    posted = await posted_fields(request, found, most=10_000)
    base, button, given = posted.base, posted.words.get("do", ""), posted.words | posted.lists
    try:
        if problems := faults(form_of(base), given):
            return await _shown(request, draft, found, base, given, problems)
        text = filled_in(base, given)
        fresh, words = pressed(text, button, posted.words.get(f"{button}-chosen", ""))
    except NotByButton as trouble:
        problems = {"form": f"This cannot be done here: {trouble}"}
        return await _shown(request, draft, found, base, given, problems)
    me, now = actor(request), clock.now()
    try:
        await actions.write(draft, found.path, text, seen=posted.seen, actor=me, now=now)
    except actions.Overtaken:
        return to_both(request, draft, "instrument")
    if words:
        await actions.change(draft, words, _over(found.path, text, fresh), actor=me, now=now)
    at = f"/drafts/{draft.id}/instrument/{found.path}"
    return redirect(request, f"{at}{_place(button, fresh, given)}", notice=f"{words}." if words else "Saved.")


def _over(path: str, text: str, fresh: str) -> Callable[[dict[str, str]], dict[str, FileContent | None]]:
    """Puts a text in place of the one that was saved a moment ago, if that is what stands there still."""

    def changed(texts: dict[str, str]) -> dict[str, FileContent | None]:
        if texts.get(path) != text:
            raise Conflict("Somebody else wrote here in the same moment.", "What you typed is saved. Look at it again.")
        return {path: of_text(fresh)}

    return changed


def _place(button: str, text: str, given: Given) -> str:
    """Gives the end of the address at which the page is opened again: the item or part that the button was about."""
    if typed_line(given.get("new-item")):
        about = f"i{len(form_of(text).items) - 1}"
    elif button in ("add rule", "add level"):
        return "#passing" if button == "add rule" else "#scale"
    else:
        what, _, about = button.partition(" ")
        if (item := re.fullmatch(r"i(\d{1,4})", about)) and what in STEPS:
            about = f"i{int(item[1]) + STEPS[what]}"
    about = about.split("-")[0]
    return f"?open={about}#{about}" if about else ""


async def _instrument(request: Request) -> tuple[MaterialDraft, DraftFile]:
    draft = await actions.draft_for(actor(request), identity(request))
    path = DraftResources.of(request).draft_kinds[draft.kind].head(draft.name)
    found = await DraftFile.get_or_none(draft_id=draft.id, path=path, text__isnull=False)
    if draft.kind != "instrument" or found is None or request.path_params["path"] != path:
        raise NotFound("There is no such instrument in this draft.", "Look at the draft again.")
    return draft, found


async def _shown(
    request: Request, draft: MaterialDraft, found: DraftFile, text: str, given: Given,
    problems: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    resources = DraftResources.of(request)
    kind = resources.draft_kinds[draft.kind]
    wrong = await publishing.mistakes_in_file(draft, kind, found.path, resources.settings.storage)
    try:
        shown = form_of(text)
    except NotByButton:
        return redirect(request, f"/drafts/{draft.id}/files/{found.path}", notice="Mend the file first.")
    return render(
        request, "instrument_editor/form.html", 422 if problems else 200, draft=draft, path=found.path, base=text,
        revision=found.revision, problems=problems or {}, given=given, values=dict(shown.head) | dict(given),
        form=shown, kinds=[(key, KINDS[key]) for key in INSTRUMENT_KINDS], rules=RULES, degrees=DEGREE_WORDS,
        section_words=instrument_form.in_words, item_names=[(one.id, one.title) for one in shown.items],
        keys=KEYS_OF_KIND.get(shown.kind, ()),
        mistakes=wrong, advice=instrument_advice.advice(text),
        opened=request.query_params.get("open", ""), is_open=draft.state == "open",
        back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


async def rate(request: Request) -> Response:
    """Shows the cards that a rater will see; posted, tells what these marks would come to and why. Nothing is kept."""
    draft, found = await _instrument(request)
    try:
        instrument = read_instrument_text(found.text or "", found.path)
    except FileError:
        return redirect(request, f"/drafts/{draft.id}", notice="Mend the instrument first, then try it.")
    given = typed_marks(instrument, await form_data(request)) if request.method == "POST" else {}
    return render(
        request, "instrument_editor/rate.html", draft=draft, path=found.path, instrument=instrument, problems={},
        cards=cards_of(instrument, given), result=_result(instrument, given) if given else None,
        back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


def _result(instrument: InstrumentSchema, given: Mapping[str, Any]) -> dict[str, Any]:
    marks = {item: mark for item, (mark, _) in given.items() if mark is not None}
    reasons = given.get(JUDGED, (None, ""))[1]
    rows = [MarkRow(str(number), marks, reasons=reasons) for number in range(max(1, instrument.raters))]
    outcome = outcome_of(instrument, rows)
    return {
        "stands": STANDS[outcome.finding], "lines": [one.words for one in outcome.lines], "raters": len(rows),
        "marks": [(title, in_words(instrument, item, given[item][0])) for item, title in titles_of(instrument).items()],
    }  # fmt: skip


async def paper(request: Request) -> Response:
    """Shows the form of a draft without an answer, to be printed."""
    draft, found = await _instrument(request)
    try:
        instrument = read_instrument_text(found.text or "", found.path)
    except FileError:
        return redirect(request, f"/drafts/{draft.id}", notice="Mend the instrument first, then print it.")
    return render(
        request, "instrument_editor/paper.html", cards=cards_of(instrument, {}), instrument=instrument,
        back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip
