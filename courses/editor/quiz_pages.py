"""The page of a quiz as a form: its questions, choices and feedback, written into its YAML."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from courses.editor.quiz_form import filled_in, kind_of, questions_in
from courses.editor.structure import outline
from training.core import clock
from training.drafts import actions, publishing
from training.drafts.contents import texts_of
from training.drafts.form_pages import file_with_form, posted_fields, to_both
from training.drafts.kinds import OutlineGroup, part_with
from training.drafts.models import DraftFile, MaterialDraft
from training.drafts.resources import DraftResources
from training.parsing.text import counting_number
from training.parsing.yaml_edits.members import STEPS
from training.parsing.yaml_edits.places import NotByButton, value_at
from training.web.render import actor, redirect, render

KINDS = (
    ("one", "One choice is right"),
    ("many", "Several are right, and all of them are chosen"),
    ("order", "Put in order"),
    ("match", "Match each with what it goes with"),
    ("number", "Write a number"),
)


async def quiz(request: Request) -> Response:
    """Shows a quiz as a form; posted, writes what was typed into its file, and does what was pressed."""
    draft, found = await file_with_form(request, "quiz", outline)
    path = found.path
    if request.method == "GET":
        return await _shown(request, draft, found, found.text or "", {})
    posted = await posted_fields(request, found, most=5000)
    given = posted.words
    try:
        text = filled_in(posted.base, given, given.get("do", ""))
    except NotByButton as trouble:
        problems = {"form": f"This cannot be done here: {trouble}. Write it in the file itself"}
        return await _shown(request, draft, found, posted.base, given, problems)
    try:
        await actions.write(draft, path, text, seen=posted.seen, actor=actor(request), now=clock.now())
    except actions.Overtaken:
        return to_both(request, draft, "quiz")
    return redirect(request, f"/drafts/{draft.id}/quiz/{path}?open={_opened(text, given)}", notice="Saved.")


def _opened(text: str, given: Mapping[str, str]) -> int:
    """Numbers the question that is shown open after something was pressed: that which it was about; 0 is none."""
    pressed = given.get("do", "")
    if pressed == "add question":
        return len(questions_in(text))
    found = re.match(r"q(\d{1,4})(-c\d+)? (\w+)", pressed)
    if found is None or (not found[2] and found[3] == "remove"):
        return 0
    return int(found[1]) + 1 + (0 if found[2] else STEPS.get(found[3], 0))


async def _shown(
    request: Request, draft: MaterialDraft, found: DraftFile, text: str, given: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    resources, texts = DraftResources.of(request), await texts_of(draft.id)
    kind = resources.draft_kinds[draft.kind]
    wrong = await publishing.mistakes_in_file(draft, kind, found.path, resources.settings.storage)
    try:
        questions, top = questions_in(text), {key: value_at(text, (key,)) for key in ("title", "pass", "tries")}
    except NotByButton:
        return redirect(request, f"/drafts/{draft.id}/files/{found.path}", notice="Mend the file first.")
    groups = outline(texts)
    part = part_with(groups, found.path)
    shown = part.files[found.path] if part else ""
    return render(
        request, "editor/quiz.html", 422 if problems else 200, draft=draft, path=found.path, base=text,
        revision=found.revision, problems=problems or {}, questions=[_typed(one, number, given) for number, one
                                                                     in enumerate(questions)],
        values={key: given.get(key, "" if value is None else str(value)) for key, value in top.items()},
        mistakes=wrong, advice=kind.advice(texts, found.path), kinds=KINDS, pages=_pages(groups, found.path),
        opened=counting_number(request.query_params.get("open")),
        preview=f"/drafts/{draft.id}/preview/{shown}" if shown else "", is_open=draft.state == "open",
        back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


def _typed(question: Mapping[str, Any], number: int, given: Mapping[str, str]) -> dict[str, Any]:
    """Gives a question as it is written, or as it was typed where that could not be written."""
    keys = ("ask", "why", "reread", "answer", "within", "unit", "below", "above")
    written = {key: "" if question.get(key) is None else str(question[key]) for key in keys}
    shown: dict[str, Any] = {key: given.get(f"q{number}-{key}", written[key]) for key in keys}
    shown |= {"kind": kind_of(question), "chosen_kind": given.get(f"q{number}-kind", kind_of(question))}
    shown["shuffle"] = f"q{number}-shuffle" in given if given else question.get("shuffle") is True
    shown["choices"] = [
        {key: given.get(f"q{number}-c{at}-{key}", str(choice.get(key) or "")) for key in ("text", "to", "why")}
        | {"right": f"q{number}-c{at}-right" in given if given else choice.get("right") is True}
        for at, choice in enumerate(question["choices"])
    ]
    return shown


def _pages(groups: Iterable[OutlineGroup], path: str) -> list[tuple[str, str]]:
    """Lists the pages of the quiz's module, to be read again after a wrong answer."""
    group = next((one for one in groups if path.startswith(f"{one.name}/")), None)
    pages = [part for part in group.parts if part.word == "Page"] if group else []
    return [("", "No page"), *((part.file.rpartition("/")[2], part.title) for part in pages)]
