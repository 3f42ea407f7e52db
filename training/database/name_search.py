"""Names as they are searched for: a column `folded` beside a name, without accents and in small letters."""

from typing import Any

from tortoise.expressions import Q

from training.parsing.text import folded

FOLDED_LETTERS = 400


def searched(name: str) -> str:
    """Gives a name, or a part of one, as it is searched for: without accents, in small letters."""
    return folded(name)[:FOLDED_LETTERS]


def folding(row: Any, saved: dict[str, Any]) -> dict[str, Any]:
    """Folds the name of a row that is about to be saved; gives what its `save` is called with."""
    row.folded = searched(row.name)
    columns = saved.get("update_fields") or ()
    return saved | {"update_fields": [*columns, "folded"]} if "name" in columns else saved


def called(name: str) -> dict[str, str]:
    """Gives the columns to write when somebody or something is called anew."""
    return {"name": name, "folded": searched(name)}


def has_in_name(part: str, prefix: str = "") -> Q:
    """Filters to rows with these letters in their name, whatever the accents; `prefix` leads to what has the name."""
    as_written: dict[str, str] = {f"{prefix}name__icontains": part}  # one from before has not been folded yet
    folds: dict[str, str] = {f"{prefix}folded__contains": searched(part)} if searched(part) else as_written
    return Q(Q(**folds), Q(**as_written), join_type=Q.OR)
