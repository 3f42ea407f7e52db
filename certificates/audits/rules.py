"""How a sample is drawn, so that anybody can draw it again."""

import random
from collections.abc import Iterable


def draw(ids: Iterable[str], *, size: int, seed: str) -> list[str]:
    """Draws a sample of ids without repeats; the same ids, size and seed give the same sample in the same order."""
    known = sorted(ids)
    return random.Random(seed).sample(known, min(size, len(known)))  # noqa: S311 - fair and repeatable, not secret
