"""How many are drawn, and that anybody draws the same again."""

from uuid import uuid4

from training.assessments.quality.rules import drawn, size_of


def test_all_draws_together_take_the_share_and_the_first_few_give_one() -> None:
    taken = before = 0
    for found in (3, 4, 1, 12):
        size = size_of(10, found=found, found_before=before, drawn_before=taken)
        taken, before = taken + size, before + found
    assert (taken, before) == (2, 20)
    assert size_of(10, found=3, found_before=0, drawn_before=0) == 1
    assert size_of(0, found=3, found_before=0, drawn_before=0) == 0
    assert size_of(100, found=3, found_before=5, drawn_before=0) == 3


def test_the_same_seed_draws_the_same_whatever_the_order_and_another_seed_others() -> None:
    found = {"share": [str(uuid4()) for _ in range(200)], "new": [str(uuid4()) for _ in range(20)]}
    sizes = {"share": 20, "new": 10}
    one = drawn(found, sizes, "seed")
    assert len(set(one)) == 30 and [group for _, group in one].count("new") == 10
    assert drawn({group: ids[::-1] for group, ids in found.items()}, sizes, "seed") == one
    assert set(drawn(found, sizes, "other")) != set(one)
