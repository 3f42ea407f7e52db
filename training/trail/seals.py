"""Seals the trail in batches and signs each seal, so that a change, removal, addition or reordering shows."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from training.core.errors import NotFound
from training.database.connection import connection, on_postgres, transaction
from training.trail import merkle
from training.trail.models import Fact, Seal
from training.trail.plain_rows import CANONICAL, moment_text, place, read_plain

BATCH = 1000  # entries a seal: hashing them holds the loop for some 10 ms
LOCK = 7_246_473_002  # sealers wait for each other; writers do not
START = "0" * 64  # the chain before the first seal
GRACE = timedelta(hours=1)  # a transaction may stay open so long before its facts are seen

COLUMNS = (
    "id", "kind", "subject_kind", "subject_id", "person_id", "unit_id", "actor_id", "on_behalf_of_id",
    "happened", "recorded", "version", "detail", "rows",
)  # fmt: skip
LATER = frozenset({"rows"})
"""Columns that entries of before do not have: they are hashed where there is something in them."""

HOW_TO_CHECK = (
    "After this line: each seal, then its entries in order. Leaf = SHA-256(00 + entry); an entry is JSON with sorted "
    "keys, no spaces, UTF-8. Node = SHA-256(01 + left + right); a last one without neighbour goes up as it is; the top "
    "is the seal's root. Chain = SHA-256 of 'previous-chain id size root made'; the first previous chain is 64 zeros. "
    "Signatures: key → Ed25519 over 'training trail, seal ID: CHAIN', in hex; the keys are at /keys/KEY."
)

Sign = Callable[[bytes], Mapping[str, str]]
"""Signs a text with the keys of the issuers: name of the key → signature in hex."""


@dataclass(frozen=True)
class Head:
    """The end of the sealed trail: whoever keeps it elsewhere can tell later whether the trail was rewritten."""

    number: int
    chain: str
    entries: int
    made: datetime | None


@dataclass(frozen=True)
class Proof:
    """Shows that an entry is in the trail, without the rest of it."""

    entry: dict[str, Any]
    path: tuple[tuple[merkle.Side, str], ...]  # side and hash of each neighbour on the way up
    seal: dict[str, Any]


async def seal_trail(*, now: datetime, sign: Sign) -> int:
    """Seals every fact that is not sealed yet, and tells how many; safe to run twice at once."""
    total = 0
    while count := await _seal_batch(now, sign):
        total += count
    return total


async def head() -> Head:
    """Gives the end of the sealed trail."""
    last = await Seal.all().order_by("-id").first()
    if last is None:
        return Head(0, START, 0, None)
    entries = await Fact.filter(seal_id__isnull=False).count()
    return Head(last.id, last.chain, entries, last.made)


async def last_seal() -> Seal | None:
    """Gives the newest seal."""
    return await Seal.all().order_by("-id").first()


async def prove(fact_id: int) -> Proof:
    """Gives the proof that a sealed fact is in the trail."""
    fact = await read_plain(Fact, f"WHERE t.id = {place(1)} AND t.seal_id IS NOT NULL", [fact_id])
    if not fact:
        raise NotFound("This entry is not sealed yet.", "Try again in ten minutes.")
    seal = (await read_plain(Seal, f"WHERE t.id = {place(1)}", [fact[0]["seal_id"]]))[0]
    rows = await entries_between(seal["id"], seal["id"])
    steps = merkle.path([leaf_of(row) for row in rows], fact[0]["position"])
    return Proof(plain(fact[0]), tuple((side, neighbour.hex()) for side, neighbour in steps), plain_seal(seal))


async def export() -> AsyncIterator[str]:
    """Gives the sealed trail as lines of JSON, with everything needed to check it elsewhere."""
    yield _line({"format": "training trail 1", "how": HOW_TO_CHECK})
    last = 0
    async for seal in seals():
        last = seal["id"]
        yield _line({"seal": plain_seal(seal) | {"signatures": seal["signatures"]}})
        for row in await entries_between(last, last):
            yield _line({"entry": plain(row)})
    yield _line({"end": last})


async def seals(after: int = 0) -> AsyncIterator[dict[str, Any]]:
    """Goes through the seals after one of them, first to last, a page at a time."""
    while page := await read_plain(Seal, f"WHERE t.id > {place(1)} ORDER BY t.id LIMIT 500", [after]):
        for seal in page:
            yield seal
        after = page[-1]["id"]


async def entries_between(first: int, last: int) -> list[dict[str, Any]]:
    """Gives the entries of some seals that follow each other, in their order, as plain values."""
    within = f"WHERE t.seal_id BETWEEN {place(1)} AND {place(2)} ORDER BY t.seal_id, t.position, t.id"
    return await read_plain(Fact, within, [first, last])


def leaf_of(fact: Mapping[str, Any]) -> bytes:
    """Hashes one fact, whose columns are given by name, as plain values."""
    return merkle.leaf(_line(plain(fact)).encode())


def chain_of(before: str, seal: Mapping[str, Any]) -> str:
    """Hashes a seal, given as plain values, together with the chain before it."""
    text = f"{before} {seal['id']} {seal['size']} {seal['root']} {seal['made']}"
    return sha256(text.encode()).hexdigest()


def signed_text(number: int, chain: str) -> bytes:
    """Writes what the signatures of a seal sign: its chain holds all that was before."""
    return f"training trail, seal {number}: {chain}".encode()


def plain(fact: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the sealed columns of a fact."""
    return {name: fact[name] for name in COLUMNS if name not in LATER or fact.get(name) is not None}


def plain_seal(seal: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the chained columns of a seal."""
    return {name: seal[name] for name in ("id", "size", "root", "chain", "made")}


async def _seal_batch(now: datetime, sign: Sign) -> int:
    async with transaction():
        if on_postgres():
            await connection().execute_query(f"SELECT pg_advisory_xact_lock({LOCK})")
        # Not "up to a number": on PostgreSQL a smaller id may be committed later.
        rows = await read_plain(Fact, f"WHERE t.seal_id IS NULL ORDER BY t.id LIMIT {BATCH}")
        if not rows:
            return 0
        leaves = [leaf_of(row) for row in rows]
        last = await last_seal()
        seal = Seal(id=last.id + 1 if last else 1, size=len(rows), root=merkle.root(leaves).hex(), made=now)
        seal.chain = chain_of(last.chain if last else START, {**vars(seal), "made": moment_text(now)})
        seal.signatures = dict(sign(signed_text(seal.id, seal.chain)))
        await seal.save(force_create=True)
        told = f"seal_id = {place(1)}, position = {place(2)}, leaf = {place(3)}"
        sql = f"UPDATE trail_fact SET {told} WHERE id = {place(4)}"  # noqa: S608 - no input
        closed = enumerate(zip(rows, leaves, strict=True))
        values = [[seal.id, position, leaf.hex(), row["id"]] for position, (row, leaf) in closed]
        await connection().execute_many(sql, values)
    return len(rows)


def _line(value: Mapping[str, Any]) -> str:
    return CANONICAL.encode(value)
