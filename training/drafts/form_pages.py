"""What pages share that show a file of a draft as a form: what was posted, and the way on where somebody was faster."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from training.drafts.models import DraftFile, MaterialDraft
from training.drafts.rules import typed_text
from training.parsing.text import clean, counting_number
from training.web.render import redirect


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


def to_both(request: Request, draft: MaterialDraft, called: str) -> Response:
    """Leads to the draft, which keeps the words of whoever came later beside the newer ones and shows both."""
    notice = f"Somebody else has changed this {called} since you opened it. What you wrote is kept below, as a change."
    return redirect(request, f"/drafts/{draft.id}", notice=notice)
