"""Hides small numbers of people in a tree of areas, with so many others that nobody can work one out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

SMALL = 5
FEWER, NOT_SHOWN = f"fewer than {SMALL}", "not shown"
Cell = int | str
"""A number as it is shown, `FEWER` for a small one, or `NOT_SHOWN` for one that would give a small one away."""


@dataclass(frozen=True)
class Branch:
    """An area, or the sites that lie in it and in no area below: how many people are there, below it or itself."""

    key: str
    own: int = 0
    below: tuple["Branch", ...] = ()

    @cached_property
    def total(self) -> int:
        """How many people are there in all."""
        return self.own + sum(one.total for one in self.below)

    def keys(self) -> Iterator[str]:
        """Names all that lies below."""
        for one in self.below:
            yield one.key
            yield from one.keys()


def shown(whole: Branch) -> Mapping[str, Cell]:
    """Says of each branch what may be shown; whatever has branches below has nobody of its own.

    Below a number that is hidden everything is hidden alike. So each number that is shown, with those right below it,
    is one sum, and no hidden number stands in two sums that are told.
    """
    if whole.total < SMALL:
        return dict.fromkeys((whole.key, *whole.keys()), FEWER)
    return {whole.key: whole.total} | _below(whole)


def _below(branch: Branch) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for one, cell in zip(branch.below, _parts([one.total for one in branch.below]), strict=True):
        found[one.key] = cell
        found |= _below(one) if isinstance(cell, int) else dict.fromkeys(one.keys(), cell)
    return found


def _parts(numbers: Sequence[int]) -> list[Cell]:
    """Says what may be shown of the parts of a number that everybody knows.

    Others are hidden, the first ones in a fixed order, until every small number could be any from 0 up. Chosen by their
    size, they would tell something. Where there are not enough of them, no part says even that it is small.
    """
    hidden = sum(one for one in numbers if one < SMALL)
    others: set[int] = set()
    if all(one >= SMALL for one in numbers):
        return list(numbers)
    for place, number in enumerate(numbers):
        if number >= SMALL:
            others.add(place)
            hidden += number
            if hidden >= SMALL * len(others) + SMALL - 1:
                return [NOT_SHOWN if at in others else FEWER if one < SMALL else one for at, one in enumerate(numbers)]
    return [NOT_SHOWN] * len(numbers)
