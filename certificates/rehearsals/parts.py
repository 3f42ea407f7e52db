"""What the pages of a draft of rules show besides: the rehearsals that there are, and whether one holds."""

from typing import Any

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.pathways.comparison import compare
from certificates.pathways.form_list import form_rows, unrecordable
from certificates.pathways.rule_tree import facts_of, rule_tree
from certificates.rehearsals.actions import is_current, newest_of, rules_of
from certificates.rehearsals.models import rehearsals_visible_to
from training.drafts.kinds import Files, Part
from training.drafts.models import MaterialDraft
from training.parsing.messages import FileError
from training.people.actor import Actor

SHOWN = 10
NO_WORDS: Part = {"facts": (), "levels": (), "forms": (), "nobody": (), "published": "", "changes": ()}
STATES = {"working": "Being rehearsed", "done": "Rehearsed", "stopped": "Stopped"}


async def on_draft(draft: MaterialDraft, me: Actor) -> Part:
    """Shows the rehearsals of a draft, and leads to a new one."""
    published, rules = await newest_of(me.unit_id, draft.name), await rules_of(draft)
    return {
        "template": "rehearsals/on_draft.html",
        "rehearsals": await _rehearsals_of(draft, rules, me),
        "is_new": published is None,
        "may_try": me.may("read register"),
        **_in_words(rules, published),
    }


def _in_words(rules: PathwayVersion, published: PathwayVersion | None) -> Part:
    """Tells the rules as a tree, what they change, and the forms that they make; nothing where they cannot be read."""
    try:
        pathway = read(rules)
    except FileError:
        return NO_WORDS
    return {
        "facts": facts_of(pathway),
        "levels": rule_tree(pathway),
        "forms": [
            (row["title"], row["nobody"] or ", ".join(row["forms"]), "" if row["nobody"] else row["made_by_words"])
            for row in form_rows(pathway)
        ],
        "nobody": [str(one) for one in unrecordable(pathway)],
        "published": published.version if published else "",
        "changes": compare(read(published), pathway) if published else [],
    }


async def on_publishing(draft: MaterialDraft, _: Files, me: Actor) -> Part:
    """Warns where the rules that are about to be published were not rehearsed as they stand."""
    published, rules = await newest_of(me.unit_id, draft.name), await rules_of(draft)
    found = await _rehearsals_of(draft, rules, me)
    holds = [one for one in found if one["current"] and one["state"] == "done"]
    return {
        "template": "rehearsals/on_publishing.html",
        "rehearsals": holds or found[:1],
        "holds": bool(holds),
        "is_new": published is None,
        **_in_words(rules, published),
    }


async def _rehearsals_of(draft: MaterialDraft, rules: PathwayVersion, me: Actor) -> list[dict[str, Any]]:
    """Lists the latest rehearsals of a draft, each with whether its rules are still those of the draft."""
    rows = await rehearsals_visible_to(me).filter(draft_id=draft.id).order_by("-made").limit(SHOWN)
    return [
        {"id": row.id, "as_of": row.as_of, "made": row.made, "state": row.state, "word": STATES[row.state],
         "current": is_current(row, rules)}
        for row in rows
    ]  # fmt: skip
