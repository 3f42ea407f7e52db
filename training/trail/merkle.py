"""Hash trees over lists of entries: one root for all, a short proof for each.

Source: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

Side = Literal["left", "right"]
Path = Sequence[tuple[Side, bytes]]  # the neighbours on the way up, each with the side it stands on


def leaf(entry: bytes) -> bytes:
    """Hashes an entry."""
    return sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Hashes all leaves into one."""
    level = list(leaves) or [sha256(b"").digest()]
    while len(level) > 1:
        level = _up(level)
    return level[0]


def path(leaves: Sequence[bytes], position: int) -> Path:
    """Gives the proof that the leaf at the position belongs to the root."""
    steps: list[tuple[Side, bytes]] = []
    level = list(leaves)
    while len(level) > 1:
        neighbour = position ^ 1
        if neighbour < len(level):
            steps.append(("left" if neighbour < position else "right", level[neighbour]))
        level, position = _up(level), position // 2
    return tuple(steps)


def climb(start: bytes, steps: Path) -> bytes:
    """Follows a proof from a leaf to the root it leads to."""
    for side, neighbour in steps:
        start = _node(neighbour, start) if side == "left" else _node(start, neighbour)
    return start


def _up(level: Sequence[bytes]) -> list[bytes]:
    # A last one without a neighbour goes up as it is: the same tree as the RFC's split at the largest power of two.
    pairs = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return pairs + ([level[-1]] if len(level) % 2 else [])


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
