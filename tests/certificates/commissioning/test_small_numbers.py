"""No number that is hidden can be worked out from those that are shown, even by who knows how they are hidden."""

from collections import defaultdict
from itertools import product
from random import Random

import pytest

from certificates.commissioning.rules import FEWER, NOT_SHOWN, SMALL, Branch, shown


def tree(numbers, groups):
    """A tree of as many areas as there are groups, with the numbers of their sites."""
    left, areas = iter(numbers), []
    for place, size in enumerate(groups):
        sites = tuple(Branch(f"{place}.{one}", next(left)) for one in range(size))
        areas.append(Branch(str(place), below=sites) if size > 1 else Branch(str(place), sites[0].own))
    return Branch("all", below=tuple(areas))


def numbers_of(branch):
    return {branch.key: branch.total} | {key: value for one in branch.below for key, value in numbers_of(one).items()}


@pytest.mark.parametrize(
    ("groups", "most"), [((1, 1), 40), ((1, 1, 1), 16), ((1, 1, 1, 1), 10), ((2, 2), 10), ((3, 1), 10), ((2, 1, 1), 9)]
)
def test_whatever_is_shown_fits_several_values_of_each_hidden_number(groups, most):
    """Tries every table there is: all that look alike must differ in each number that they hide."""
    alike = defaultdict(lambda: defaultdict(set))
    for numbers in product(range(most + 1), repeat=sum(groups)):
        whole = tree(numbers, groups)
        # So large that a table beside it, with a larger number, was left out: nothing can be said of it.
        if whole.total <= most:
            told = shown(whole)
            for key, number in numbers_of(whole).items():
                alike[tuple(told.items())][key].add(number)
    for told, numbers in alike.items():
        for key, cell in told:
            if isinstance(cell, int):
                assert numbers[key] == {cell} and cell >= SMALL
            else:
                assert len(numbers[key]) > 1, (told, key, numbers[key])


def test_in_any_tree_each_hidden_number_may_still_be_any_small_one():
    chance = Random(20)
    hidden = seen = 0

    def grown(key, depth):
        if depth == 0 or chance.random() < 0.3:
            return Branch(key, chance.choice((0, 1, 3, 5, 7, 12, 80)))
        return Branch(key, below=tuple(grown(f"{key}.{one}", depth - 1) for one in range(chance.randrange(1, 6))))

    def looked_at(branch, told):
        nonlocal hidden, seen
        parts = [(told[one.key], one.total) for one in branch.below]
        if not isinstance(told[branch.key], int):
            assert {cell for cell, _ in parts} <= {told[branch.key]}, "below a hidden number all is hidden alike"
        elif branch.below:
            assert told[branch.key] == branch.total >= SMALL
            left = branch.total - sum(cell for cell, _ in parts if isinstance(cell, int))
            small, others = ([cell for cell, _ in parts].count(word) for word in (FEWER, NOT_SHOWN))
            assert small + others != 1, "one alone is what is left over"
            if small:
                assert left - SMALL * others >= SMALL - 1, "each small one can be 4, and the others make up for 0"
            hidden, seen = hidden + small + others, seen + len(parts) - small - others
        assert all(number >= SMALL for cell, number in parts if isinstance(cell, int))
        for one in branch.below:
            looked_at(one, told)

    for _ in range(2000):
        whole = grown("all", 3)
        looked_at(whole, shown(whole))
    assert hidden > 500 and seen > 500
