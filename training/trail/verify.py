"""Checks the trail against its seals, and the rows against the trail: nothing changed, removed, added or reordered."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tortoise.models import Model

from training.database.connection import on_postgres, snapshot
from training.trail import merkle
from training.trail.models import Fact
from training.trail.plain_rows import Plain, moment_text, place, read_plain
from training.trail.row_check import Comparison, LastFacts, Pace
from training.trail.seals import GRACE, START, Head, Proof, chain_of, entries_between, leaf_of, seals, signed_text

AT_ONCE = 1000
DOUBTS_AT_ONCE = 100  # others wait meanwhile on SQLite
TAKEN = ("trail.accepted", "trail.baseline")
BEFORE = "What they were before, nobody can tell from the trail."


@dataclass(frozen=True)
class SealKey:
    """The public part of a key that signs seals; one that was given up does not vouch for anything any more."""

    public: Ed25519PublicKey
    given_up: bool = False


@dataclass(frozen=True)
class Report:
    """What the check found; notes explain what looks odd and is in order."""

    seals: int
    entries: int
    unsealed: int  # the newest, which cannot be checked yet
    rows: int
    head: Head
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong_rows: list[tuple[type[Model], str]] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Tells whether nothing was found."""
        return not self.problems


async def verify_trail(
    known: Iterable[Head] = (), *, now: datetime, keys: Mapping[str, SealKey], share: float = 1
) -> Report:
    """Checks every seal, every entry and every sealed row, and the heads kept elsewhere (`known`).

    `keys` are those that the issuers of this service sign with, by name. `share` is how much of the time it may take:
    after each batch it rests, so that others have the rest of it.
    """
    said = LastFacts()
    try:
        return await _Check(said, keys, {one.number: one.chain for one in known}, Pace(share)).report(now)
    finally:
        said.close()


class _Check:
    """Goes through the trail once, from its beginning."""

    def __init__(self, said: LastFacts, keys: Mapping[str, SealKey], known: Mapping[int, str], pace: Pace) -> None:
        self._pace = pace
        self._said, self._runs, self._signatures = said, _Runs(), _Signatures(keys)
        self._rewritten = {number: chain for number, chain in known.items() if (number, chain) != (0, START)}
        self._chain, self._seals, self._entries, self._last = START, 0, 0, 0
        self._found: list[str] = []
        self._taken: list[str] = []

    async def report(self, now: datetime) -> Report:
        """Checks all of it."""
        async for some in _together(seals()):
            await self._sealed(some)
            await self._pace.rest()
        last = self._runs.last
        unsealed = await self._unsealed(now)
        self._found += self._signatures.problems(self._last)
        self._found += [
            f"Seal {number} is not the one that was noted elsewhere: the trail was rewritten."
            for number in self._rewritten
        ]
        rows = Comparison(self._said, self._pace)
        doubts = await rows.doubts()
        for at in range(0, len(doubts), DOUBTS_AT_ONCE):
            async with snapshot():
                self._found += await rows.settled(doubts[at : at + DOUBTS_AT_ONCE], _after(self._last))
            await self._pace.rest()
        end = Head(self._last, self._chain, self._entries, last)
        notes = [*self._runs.notes, *self._taken]
        return Report(self._seals, self._entries, unsealed, rows.count, end, self._found, notes, rows.wrong)

    async def _sealed(self, some: list[Plain]) -> None:
        closed: dict[int, list[Plain]] = {}
        for entry in await entries_between(some[0]["id"], some[-1]["id"]):
            closed.setdefault(entry["seal_id"], []).append(entry)
        for seal in some:
            entries = closed.get(seal["id"], [])
            self._found += _seal_problems(seal, number=self._last + 1, before=self._chain)
            self._found += _entry_problems(seal, entries)
            self._runs.see(seal["made"], f"seal {seal['id']}")
            self._found += self._runs.problems(entries)
            self._hear(entries)
            self._signatures.check(seal, must=any(entry["rows"] for entry in entries))
            self._seals, self._entries = self._seals + 1, self._entries + len(entries)
            self._last, self._chain = seal["id"], seal["chain"]
            if self._rewritten.get(self._last) == self._chain:
                del self._rewritten[self._last]

    def _hear(self, entries: list[Plain]) -> None:
        self._said.note(entries)
        self._taken += [_taken(entry) for entry in entries if entry["kind"] in TAKEN]

    async def _unsealed(self, now: datetime) -> int:
        self._runs.see(moment_text(now), "now")
        count = 0
        # On PostgreSQL an entry may be committed after one with a larger number. In a snapshot the one that another
        # follows is seen wherever that one is; SQLite numbers entries as they are committed.
        async with snapshot() if on_postgres() else nullcontext():
            async for entries in _after(self._last):
                stray = [entry for entry in entries if entry["seal_id"] is not None]
                # A seal that was made since the seals were read is for the next check.
                since = {seal["id"] async for seal in seals(self._last)} if stray else set()
                self._found += [
                    f"Entry {entry['id']} names a seal that is not there."
                    for entry in stray
                    if entry["seal_id"] not in since
                ]
                self._found += self._runs.problems(entries)
                self._hear(entries)
                count += len(entries)
        return count


async def _together(every: AsyncIterator[Plain]) -> AsyncIterator[list[Plain]]:
    """Gives seals in groups that close about as many entries as are read at once."""
    some: list[Plain] = []
    async for seal in every:
        some.append(seal)
        if len(some) == AT_ONCE or sum(one["size"] for one in some if isinstance(one["size"], int)) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


async def _after(seal: int) -> AsyncIterator[list[Plain]]:
    """Gives the entries that no seal up to this one has closed."""
    beyond = f"WHERE (t.seal_id IS NULL OR t.seal_id > {place(1)}) AND t.id > {place(2)} ORDER BY t.id LIMIT {AT_ONCE}"
    after = 0
    while entries := await read_plain(Fact, beyond, [seal, after]):
        yield entries
        after = entries[-1]["id"]


def _taken(entry: Plain) -> str:
    detail = entry["detail"] if isinstance(entry["detail"], dict) else {}
    about, day = detail.get("table", "rows"), str(entry["recorded"])[:10]
    return f"{about}: {detail.get('rows')} rows were taken as they stood on {day}. {detail.get('because', BEFORE)}"


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
            if seal and not (len(rows) == seal["size"] and merkle.root([*map(leaf_of, rows)]).hex() == seal["root"]):
                problems.append(f"The entries of seal {seal['id']} are not those that it closed.")
            rows = []
        if "seal" in line:
            seal, number = line["seal"], number + 1
            problems += _seal_problems(line["seal"], number=number, before=before)
            before = line["seal"]["chain"]
        ended = ended or line.get("end") == number
    return problems if ended else [*problems, "The end is missing."]


class _Runs:
    """Remembers when seals were made, to tell entries that were slipped in long after the time they claim.

    Seals follow each other whatever the clock says. One that is older than the seal before it tells that the clock
    was ahead, and went back: the seals of the time ahead are then no measure for what came after.
    """

    def __init__(self) -> None:
        self._runs: list[datetime] = []
        self._limit = ""
        self.notes: list[str] = []

    @property
    def last(self) -> datetime | None:
        """Tells the moment of the seal that was gone on to last."""
        return self._runs[-1] if self._runs else None

    def see(self, made: str, what: str) -> None:
        """Goes on to a seal, made at that moment; several seals of one run have the same."""
        with suppress(ValueError):  # a moment that cannot be read is told as a changed seal
            moment = datetime.fromisoformat(made)
            if self._runs and self._runs[-1] - moment > timedelta(minutes=1):  # machines differ by as much
                self.notes.append(
                    f"The clock went back: the seal made at {self._runs[-1]:%Y-%m-%d %H:%M} was made before {what} "
                    f"({moment:%Y-%m-%d %H:%M}). The order of the entries is as sealed; their times of then may be "
                    "ahead."
                )
            while self._runs and self._runs[-1] >= moment:
                self._runs.pop()
            self._limit = moment_text(self._runs[-1] - GRACE) if self._runs else ""
            self._runs.append(moment)

    def problems(self, entries: Iterable[Plain]) -> list[str]:
        """Lists entries that an earlier run would have sealed, had they been there."""
        return [f"Entry {one['id']} was added later than it says." for one in entries if one["recorded"] < self._limit]


class _Signatures:
    """Checks who signed the seals: from the first one that speaks of rows on, every seal has to be signed."""

    def __init__(self, keys: Mapping[str, SealKey]) -> None:
        self._keys = keys
        self._must = False
        self._vouched = 0
        self._found: list[str] = []
        self._unsigned: list[int] = []
        self._strange: dict[str, list[int]] = {}

    def check(self, seal: Plain, *, must: bool) -> None:
        """Checks one seal."""
        signatures = seal["signatures"] if isinstance(seal["signatures"], dict) else {}
        self._must = self._must or must or bool(signatures)
        if self._must and not signatures:
            self._unsigned.append(seal["id"])
        for name, signature in signatures.items():
            if (key := self._keys.get(name)) is None:
                self._strange.setdefault(name, []).append(seal["id"])
            elif not _fits(key, signature, seal):
                self._found.append(f"Seal {seal['id']} was not signed with the key {name}: the signature is not right.")
            elif not key.given_up:
                self._vouched = seal["id"]

    def problems(self, last: int) -> list[str]:
        """Lists what is wrong with the signatures."""
        found = [*self._found]
        if self._unsigned:
            found.append(f"{_numbers(self._unsigned)} not signed.")
        for name, numbers in self._strange.items():
            found.append(
                f"{_numbers(numbers)} signed with the key {name}, which is none of this service, "
                "or does not open with its TRAINING_SECRET_KEY."
            )
        if self._must and not found and self._vouched != last:
            found.append(
                f"Nothing after seal {self._vouched} is signed with a key that still counts. "
                "If a key was given up just now, seal again: training trail head."
            )
        return found


def _fits(key: SealKey, signature: Any, seal: Plain) -> bool:
    try:
        key.public.verify(bytes.fromhex(signature), signed_text(seal["id"], seal["chain"]))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _numbers(numbers: list[int]) -> str:
    first, last = min(numbers), max(numbers)
    return f"Seal {first} is" if first == last else f"Seals {first} to {last} ({len(numbers)}) are"


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
