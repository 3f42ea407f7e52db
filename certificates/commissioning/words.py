"""What a programme asks of its people, in words: each level of its rules with what comes before, in it and after."""

from collections.abc import Iterator
from typing import Any

from certificates.pathways.language.schema import Group, Level, Pathway, Requirements
from certificates.pathways.language.titles import spelt
from training.parsing.labels import plain

Row = dict[str, Any]
HOLDERS = {"person": "For people", "site": "For sites"}


def level_words(pathway: Pathway) -> list[Row]:
    """Tells each level as people read it; the pathway has titles everywhere, as a published one is read."""
    return [
        {
            "title": level.title or plain(level.id),
            "holder": HOLDERS.get(level.holder, ""),
            "parts": [{"heading": heading, "asked": asked} for heading, part in _parts(level)
                      if (asked := _asked(part or ()))],
            "holds": _holds(level),
        }
        for level in pathway.levels.values()
    ]  # fmt: skip


def _parts(level: Level) -> Iterator[tuple[str, Requirements | None]]:
    yield "Before they begin", level.entry
    yield "What they do", level.requires
    yield "What must stay true", level.keep
    yield "To renew", level.renewal
    yield "To come back after a break", level.return_


def _asked(requirements: Requirements) -> list[Row]:
    found = []
    for one in requirements:
        group = one.ask if isinstance(one.ask, Group) else None
        below = _asked(group.children) if group else []
        words = "Advice only" if one.advisory else _how(group) if group and len(below) > 1 else ""
        found.append({"title": one.title, "how": words, "below": below})
    return found


def _how(group: Group) -> str:
    if group.kind == "all_of":
        return "All of these"
    return "None of these" if group.kind == "none_of" else f"At least {group.at_least} of these"


def _holds(level: Level) -> str:
    says = []
    if level.valid and level.valid.lasting:
        says.append(f"It holds for {spelt(level.valid.lasting)}.")
    elif level.unlimited:
        says.append("It has no last day.")
    if level.grace:
        says.append(f"After that there are {spelt(level.grace)} of grace.")
    return " ".join(says)
