"""One of many, chosen in a form: from all of them where they are few, else from those found by a part of the name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.core.errors import Invalid
from training.parsing.text import folded, uuid_of

MOST_LISTED = 20
LOOKS = "find"
"""Name of the button that looks for somebody, in any form."""
TYPED, FOUND = "find-", "found-"
"""How the names of fields begin that hold what is typed to look for, and what the page was searched for."""
UNCHOSEN = "Type a part of the name, press Find, then choose"
Option = tuple[str, str]


@dataclass(frozen=True)
class Shortlist:
    """What a field offers: `options` as (value, words), of which the value `chosen` is marked.

    Where there are too many to show, `typed` is what was looked for: "" at first, and None where all are shown.
    `looked` says that it was looked for just now, `nothing` that nobody has these letters, `more` that there are more.
    """

    options: list[Option]
    chosen: str | None
    typed: str | None = None
    looked: bool = False
    nothing: bool = False
    more: bool = False

    @property
    def several(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.options) > 1 or self.typed is not None


@dataclass(frozen=True)
class ShortlistField:
    """A field in which one of many is chosen.

    `has` filters to those with some letters in their name. Each is `called` by its name; `words` tell found ones apart
    where that takes more. What is sent is the column `key`, after `prefix`. What else can be chosen stands `first`, and
    is chosen unless something else is, or `last`; a list of all begins with `ask` instead, where something has to be
    chosen.
    """

    name: str
    has: Callable[[str], Q]
    words: Callable[[Sequence[Any]], Awaitable[list[str]]] | None = None
    key: str = "id"
    prefix: str = ""
    first: Sequence[Option] = ()
    last: Sequence[Option] = ()
    ask: str = ""
    order: tuple[str, ...] = ("name", "id")
    called: Callable[[Any], str] = lambda row: str(row.name)

    def option(self, row: Any, words: str) -> Option:
        """Returns one that can be chosen."""
        return f"{self.prefix}{getattr(row, self.key)}", words

    def is_sent(self, value: str) -> Q | None:
        """Filters to the one that a value of the field means; None where it can mean none."""
        key = value.removeprefix(self.prefix)
        if not value.startswith(self.prefix) or not key or (self.key == "id" and uuid_of(key) is None):
            return None
        named: dict[str, Any] = {self.key: key}
        return Q(**named)


async def shortlist_of(
    found: QuerySet[Any], asked: ShortlistField, values: Mapping[str, Any], *, keeps: Callable[[Any], bool] = bool
) -> Shortlist:
    """Offers all that are found where they are few, else those with the letters typed, and the one chosen before."""
    default = asked.first[0][0] if asked.first else None
    chosen = str(values[asked.name]) if asked.name in values else default
    if len(await found.limit(MOST_LISTED + 1)) <= MOST_LISTED:  # in no order: that of a nation is not asked for
        rows = [row for row in await found.order_by(*asked.order) if keeps(row)]
        start = [("", asked.ask)] if asked.ask else asked.first
        return Shortlist([*start, *(asked.option(row, asked.called(row)) for row in rows), *asked.last], chosen)
    typed = str(values.get(f"{TYPED}{asked.name}") or "").strip()
    near = await found.filter(asked.has(typed)).order_by(*asked.order).limit(MOST_LISTED + 1) if typed else []
    is_chosen = asked.is_sent(chosen or "")
    before = await found.filter(is_chosen).limit(1) if is_chosen else []
    found_now = [row for row in near[:MOST_LISTED] if keeps(row)]
    rows = [*before, *(row for row in found_now if row not in before)]
    told = await asked.words(rows) if asked.words else [asked.called(row) for row in rows]
    named = [asked.option(row, words) for row, words in zip(rows, told, strict=True)]
    last = asked.last if len(asked.last) <= MOST_LISTED else [one for one in asked.last if _fits(one, typed, chosen)]
    nothing = bool(typed) and not found_now and not any(_fits(one, typed, None) for one in asked.last)
    return Shortlist(
        [*named, *asked.first, *last], chosen, typed, looked=asked.name in _looked(values),
        nothing=nothing, more=len(near) > MOST_LISTED,
    )  # fmt: skip


def _fits(option: Option, typed: str, chosen: str | None) -> bool:
    return option[0] == chosen or (bool(typed) and folded(typed) in folded(option[1]))


def unchosen(values: Mapping[str, Any]) -> dict[str, str]:
    """Names the fields in which nothing was chosen of what was found, each with what to do.

    Raises Invalid without a problem where the form was sent to look for somebody: the page shows who is found.
    """
    if _looked(values):
        raise Invalid("Look at what is found")
    return {name: UNCHOSEN for name in _asked(values) if name not in values}


def refuse_unchosen(values: Mapping[str, Any]) -> None:
    """Raises Invalid where a form was sent to look for somebody, or without choosing of what was found."""
    if problems := unchosen(values):
        raise Invalid("There is a problem", problems=problems)


def _looked(values: Mapping[str, Any]) -> set[str]:
    """Names the fields in which the form was sent to look: by their button, or by other letters than before."""
    typed = {name for name in _asked(values) if values[f"{TYPED}{name}"] != values.get(f"{FOUND}{name}", "")}
    return typed | {str(values[LOOKS])} if LOOKS in values else typed


def _asked(values: Mapping[str, Any]) -> list[str]:
    """Names the fields of a sent form in which one is looked for."""
    return [name.removeprefix(TYPED) for name in values if name.startswith(TYPED)]
