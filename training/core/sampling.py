"""How a sample is drawn, so that anybody can draw it again."""

import random


def draw(found: int, *, size: int, seed: str) -> list[int]:
    """Draws positions without repeats among as many ids as were found, in the order of ids.

    The same number, size and seed give the same positions in the same order.
    """
    return random.Random(seed).sample(range(found), min(size, found))  # noqa: S311 - fair and repeatable, not secret
