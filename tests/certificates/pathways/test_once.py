"""Records are handed out so that none serves two, exactly as trying every way would find."""

from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pathways.engine.allocation import Want, can_serve, hand_out
from training.parsing.values import Result

IDS = "abcde"


def _by_trying(needs: Sequence[int], ids: Sequence[Sequence[str]]) -> bool:
    """Whether some way to give each record to one leaf, or to none, serves all leaves."""
    for owners in product(range(-1, len(needs)), repeat=len(IDS)):
        given_to = [sum(owner == leaf and one in ids[leaf] for one, owner in zip(IDS, owners, strict=True))
                    for leaf in range(len(needs))]  # fmt: skip
        if all(have >= need for have, need in zip(given_to, needs, strict=True)):
            return True
    return False


SOME = st.lists(st.sampled_from(IDS), unique=True).map(sorted)


@given(st.lists(st.tuples(st.integers(1, 3), SOME), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_leaves_can_be_served_exactly_when_some_way_to_hand_out_serves_them(
    leaves: list[tuple[int, list[str]]],
) -> None:
    needs = {str(place): need for place, (need, _) in enumerate(leaves)}
    ids = {str(place): some for place, (_, some) in enumerate(leaves)}
    assert can_serve(needs, ids) == _by_trying([need for need, _ in leaves], [some for _, some in leaves])


@given(st.lists(st.tuples(st.integers(1, 3), SOME, SOME), min_size=1, max_size=3))
@settings(deadline=None)
def test_what_is_shown_serves_every_met_leaf_and_no_record_twice(
    leaves: list[tuple[int, list[str], list[str]]],
) -> None:
    wants = [
        Want(str(place), need, tuple(surely), tuple(one for one in perhaps if one not in surely))
        for place, (need, surely, perhaps) in enumerate(leaves)
    ]
    results, shown = hand_out(wants)
    handed_out = [one for some in shown.values() for one in some]
    assert len(handed_out) == len(set(handed_out))
    for want in wants:
        assert set(shown[want.name]) <= set(want.surely)
        assert (len(shown[want.name]) == want.need) >= (results[want.name] is Result.MET)


def test_earlier_leaves_come_first_when_there_is_not_enough_for_all() -> None:
    results, shown = hand_out([Want("one", 1, ("a",), ()), Want("two", 1, ("a",), ())])
    assert results == {"one": Result.MET, "two": Result.NOT_MET}
    assert shown == {"one": ("a",), "two": ()}
