"""What the page of a draft shows of an instrument: the ways to its form, to trying it, and to its print."""

from training.drafts.kinds import Part
from training.drafts.models import MaterialDraft
from training.people.actor import Actor


async def on_draft(draft: MaterialDraft, actor: Actor) -> Part:
    """Adds the ways to the form of an instrument."""
    return {"template": "instrument_editor/on_draft.html"}
