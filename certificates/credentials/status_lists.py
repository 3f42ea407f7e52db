"""Status lists as they are kept: entries taken, bits raised, and the signed credential, made anew when it must be."""

import hashlib
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F

from certificates.credentials import bitstring, urls
from certificates.credentials.keys import KeyStore
from certificates.credentials.models import RaisedBit, StatusList
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate, Certification
from certificates.evaluations.standing import ENDED, standing_on
from training.core.dates import local_day
from training.core.errors import NotFound
from training.database.connection import transaction
from training.people.holders import holder_of
from training.sites.models import zone_of
from training.trail import facts

SIGNED_FOR = timedelta(hours=24)  # a list is signed again after this even when nothing changed


@dataclass(frozen=True)
class StatusEntry:
    """Where a certificate's status is told, and its running number, which no other certificate has."""

    list_id: UUID
    address: str
    index: int
    number: int


async def take(unit_id: UUID, *, home: str, random: Callable[[int], bytes] = secrets.token_bytes) -> StatusEntry:
    """Takes the next entry, in the caller's transaction; opens a new list when the last one is three quarters full."""
    found = await StatusList.filter(unit_id=unit_id).order_by("-number").first()
    if found is None or found.taken >= bitstring.FULL:
        # Lists are numbered over all issuers, so that running numbers never meet.
        last = await StatusList.all().order_by("-number").first()
        number = last.number + 1 if last else 1
        found = await StatusList.create(id=uuid4(), unit_id=unit_id, number=number, secret=random(32))
    # The update holds the row until the transaction ends, so that what is read after it is ours alone.
    await StatusList.filter(id=found.id).update(taken=F("taken") + 1)
    position = (await StatusList.get(id=found.id)).taken - 1
    return StatusEntry(
        list_id=found.id,
        address=urls.status_list_page(home, str(found.id)),
        index=bitstring.index_of(position, secret=bytes(found.secret)),
        number=(found.number - 1) * bitstring.ENTRIES + position + 1,
    )


async def settle_bit(certification_id: UUID, *, now: datetime) -> None:
    """Sets the bits of certificates that stand withdrawn or replaced, and clears that of one that was restored."""
    async with transaction():
        # The update holds the rows: of two at once, the second sees every change that the first one saw.
        await Certificate.filter(certification_id=certification_id).update(status_index=F("status_index"))
        rows = await Certificate.filter(certification_id=certification_id).order_by("-issue")
        if not rows:
            return
        unit_id = (await holder_of(rows[0])).unit_id
        today = local_day(now, await zone_of(unit_id))
        period = period_of(await Certification.get(id=certification_id))
        ended = standing_on(period, await changes_of(certification_id), today) in ENDED
        for row in rows:
            if row.status_list_id is not None:
                await _settle(row, ended or row.issue < rows[0].issue, unit_id=unit_id, now=now)


async def _settle(row: Certificate, ended: bool, *, unit_id: UUID, now: datetime) -> None:
    place: dict[str, Any] = {"list_id": row.status_list_id, "index": row.status_index}
    raised = await RaisedBit.get_or_none(**place)
    if ended and raised is None:
        made = await RaisedBit.create(id=uuid4(), **place, raised=now)
        await _tell("status.raised", row, made, unit_id=unit_id, now=now)
    elif not ended and raised:
        await raised.delete()
        await _tell("status.lowered", row, raised, unit_id=unit_id, now=now)


async def _tell(kind: str, row: Certificate, bit: RaisedBit, *, unit_id: UUID, now: datetime) -> None:
    await facts.record(
        kind, row, actor=None, person=row.person_id, unit=unit_id, now=now, detail={"index": bit.index},
        rows=[bit],
    )  # fmt: skip


async def signed(list_id: UUID, *, keys: KeyStore, now: datetime) -> str:
    """Gives the list as a signed credential: the last one while it tells the truth, else a new one."""
    row = await StatusList.get_or_none(id=list_id).prefetch_related("unit")
    if row is None:
        raise NotFound("There is no such status list.")
    bits = [bit.index for bit in await RaisedBit.filter(list_id=list_id).only("id", "index")]
    checksum = zlib.crc32(repr(sorted(bits)).encode()) >> 1  # the column holds 31 bits
    if row.signed_at and checksum == row.signed_bits and now - row.signed_at < SIGNED_FOR:
        return row.signed
    signer = await keys.signer(row.unit, now=now)
    address = urls.status_list_page(keys.home, str(list_id))
    unsigned = bitstring.credential(address, issuer=signer.issuer, encoded=bitstring.packed(bits), now=now)
    text = json.dumps(signer.sign(unsigned, created=now), separators=(",", ":"))
    # Of two readers who sign at once one is kept; should it be the older, the next reader sees that and signs anew.
    unchanged = StatusList.filter(id=list_id, signed_bits=row.signed_bits)
    await unchanged.update(signed=text, signed_bits=checksum, signed_at=now)
    return text


def tag(text: str) -> str:
    """Gives the ETag of a signed list."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
