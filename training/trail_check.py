"""Checks the trail against its seals: nothing changed, removed, added or reordered since it was sealed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from training import merkle
from training.facts import Fact
from training.sealing import COLUMNS, GRACE, START, Head, Proof, chain_of, head, leaf_of, seals


@dataclass(frozen=True)
class Report:
    """What the check found."""

    seals: int
    entries: int
    unsealed: int  # the newest, which cannot be checked yet
    head: Head
    problems: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Tells whether nothing was found."""
        return not self.problems


async def verify_trail(known: Iterable[Head] = ()) -> Report:
    """Checks every seal and every entry, and that the heads kept elsewhere (`known`) are still part of the chain."""
    problems: list[str] = []
    chains, before, runs, entries, last = {0: START}, START, _Runs(), 0, 0
    async for seal in seals():
        rows = await Fact.filter(seal_id=seal["id"]).order_by("position", "id").values("position", "leaf", *COLUMNS)
        problems += _seal_problems(seal, number=last + 1, before=before)
        problems += _entry_problems(seal, rows)
        problems += runs.problems(seal["made"], rows)
        before, entries, last = seal["chain"], entries + len(rows), seal["id"]
        chains[last] = before
    unsealed = await Fact.filter(seal_id__isnull=True).order_by("id").values("id", "recorded")
    problems += runs.problems(None, unsealed)
    problems += [
        f"Seal {one.number} is not the one that was noted elsewhere: the trail was rewritten."
        for one in known
        if chains.get(one.number) != one.chain
    ]
    return Report(len(chains) - 1, entries, len(unsealed), await head(), problems)


def check_proof(proof: Proof) -> bool:
    """Tells whether the proof leads from its entry to the root of its seal."""
    steps = tuple((side, bytes.fromhex(neighbour)) for side, neighbour in proof.path)
    return merkle.climb(leaf_of(proof.entry), steps).hex() == str(proof.seal["root"])


def check_export(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Checks an exported trail, line by line, and lists what is wrong with it."""
    problems: list[str] = []
    seal: Mapping[str, Any] | None = None
    rows: list[Mapping[str, Any]] = []
    number, before, ended = 0, START, False
    for line in lines:
        if "entry" in line:
            rows.append(line["entry"])
        elif "seal" in line or "end" in line:
            problems += _export_problems(seal, rows)
            rows = []
        if "seal" in line:
            seal, number = line["seal"], number + 1
            problems += _seal_problems(_dated(line["seal"]), number=number, before=before)
            before = line["seal"]["chain"]
        ended = ended or line.get("end") == number
    return problems if ended else [*problems, "The end is missing."]


class _Runs:
    """Remembers when seals were made, to tell entries that were slipped in long after the time they claim."""

    def __init__(self) -> None:
        self._before: datetime | None = None
        self._last: datetime | None = None

    def problems(self, made: datetime | None, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Lists entries that an earlier run would have sealed, had they been there."""
        if made != self._last:  # several seals of one run have the same moment
            self._before, self._last = self._last, made
        if self._before is None:
            return []
        limit = self._before - GRACE
        return [f"Entry {row['id']} was added later than it says." for row in rows if row["recorded"] < limit]


def _seal_problems(seal: Mapping[str, Any], *, number: int, before: str) -> list[str]:
    if seal["id"] != number:
        return [f"Seal {number} is missing before seal {seal['id']}."]
    if seal["chain"] != chain_of(before, seal):
        return [f"Seal {number} was changed, or does not follow the one before it."]
    return []


def _entry_problems(seal: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    found = []
    leaves = [leaf_of(row) for row in rows]
    found += [
        f"Entry {row['id']} (seal {seal['id']}) was changed."
        for row, leaf in zip(rows, leaves, strict=True)
        if row["leaf"] != leaf.hex()
    ]
    if len(rows) != seal["size"]:
        found.append(f"Seal {seal['id']} closed {seal['size']} entries; there are {len(rows)}.")
    elif [row["position"] for row in rows] != list(range(len(rows))):
        found.append(f"The entries of seal {seal['id']} were reordered.")
    elif not found and merkle.root(leaves).hex() != seal["root"]:
        found.append(f"The entries of seal {seal['id']} are not those that it closed: changed, replaced or reordered.")
    return found


def _export_problems(seal: Mapping[str, Any] | None, rows: list[Mapping[str, Any]]) -> list[str]:
    if seal is None:
        return []
    if len(rows) != seal["size"] or merkle.root([leaf_of(row) for row in rows]).hex() != seal["root"]:
        return [f"The entries of seal {seal['id']} are not those that it closed."]
    return []


def _dated(seal: Mapping[str, Any]) -> dict[str, Any]:
    return {**seal, "made": datetime.fromisoformat(seal["made"])}
