"""What pages share that show a file of a draft as a form: what was posted, and the way on where somebody was faster."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from training.core.errors import NotFound
from training.drafts import actions
from training.drafts.contents import texts_of
from training.drafts.kinds import OutlineGroup, part_with
from training.drafts.models import DraftFile, MaterialDraft
from training.drafts.rules import typed_text
from training.parsing.text import clean, counting_number
from training.web.render import actor, identity, redirect


@dataclass(frozen=True)
class PostedFields:
    """The text that the fields were made of (`base`), the revision it had (`seen`), and what was typed.

    `lists` are the fields whose names end in `[]`, by their names without it.
    """

    base: str
    seen: int
    words: dict[str, str]
    lists: dict[str, list[str]]


async def posted_fields(request: Request, found: DraftFile, *, most: int) -> PostedFields:
    """Reads the fields of a form that was made of a file; `most` is how many there may be."""
    async with request.form(max_fields=most) as posted:
        names = [name for name in posted if name not in ("base", "revision")]
        return PostedFields(
            base=typed_text(str(posted.get("base", "")), found.text or ""),
            seen=counting_number(str(posted.get("revision", ""))),
            words={name: clean(str(posted[name])) for name in names if not name.endswith("[]")},
            lists={name[:-2]: [clean(str(one)) for one in posted.getlist(name)] for name in names
                   if name.endswith("[]")},
        )  # fmt: skip


async def file_with_form(
    request: Request, form: str, outline: Callable[[Mapping[str, str]], Sequence[OutlineGroup]]
) -> tuple[MaterialDraft, DraftFile]:
    """Finds the file of the address, and its draft; NotFound where the outline gives it no such form."""
    draft = await actions.draft_for(actor(request), identity(request))
    path = request.path_params["path"]
    found = await DraftFile.get_or_none(draft_id=draft.id, path=path, text__isnull=False)
    part = part_with(outline(await texts_of(draft.id)), path)
    if found is None or part is None or part.form != form:
        raise NotFound(f"There is no such {form} in this draft.", "Look at the draft again.")
    return draft, found


def to_both(request: Request, draft: MaterialDraft, called: str) -> Response:
    """Leads to the draft, which keeps the words of whoever came later beside the newer ones and shows both."""
    notice = f"Somebody else has changed this {called} since you opened it. What you wrote is kept below, as a change."
    return redirect(request, f"/drafts/{draft.id}", notice=notice)
