"""Another secret key: every secret that is kept encrypted is encrypted anew with it, all of them or none."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from certificates.credentials.models import IssuerKey
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Upstream
from training.database.connection import transaction
from training.lti.launch.models import Consumer
from training.lti.models import Registration, ToolKey
from training.lti.platform.tool import GIVEN
from training.lti.platform.tool_keys import OURS
from training.trail import facts


async def reseal(*, before: str, after: str, actor: UUID, now: datetime) -> int:
    """Encrypts what the secret key `before` opens with `after`, and tells how much; once more changes nothing.

    Raises Conflict when something opens with neither: then nothing was changed.
    """
    new, old = Encryptor(after), Encryptor(before)
    try:
        changes = [
            (row, column, _anew(getattr(row, column), purpose, new, old))
            for row, column, purpose in await _kept()
            if not _opens(getattr(row, column), purpose, new)
        ]
    except Upstream as error:
        raise Conflict(
            "Something was sealed with neither of the two secret keys, so nothing was changed.",
            "Give the key that the service had until now as the old one.",
        ) from error
    async with transaction():
        for row, column, encrypted in changes:
            await type(row).filter(pk=row.pk).update(**{column: encrypted})
            if isinstance(row, IssuerKey):
                unit: UUID = row.unit_id  # type: ignore[attr-defined]
                detail = {"kid": row.kid}
                await facts.record("key.resealed", row, actor=actor, unit=unit, now=now, detail=detail)
    return len(changes)


async def _kept() -> Iterable[tuple[Model, str, str]]:
    """Lists each secret that is kept: its row and column, and what for."""
    return [
        *((key, "sealed", key.kid) for key in await IssuerKey.all()),
        *((key, "private_key", OURS) for key in await ToolKey.all()),
        *((row, "client_token", GIVEN) for row in await Registration.exclude(client_token="")),
        *((row, "secret", GIVEN) for row in await Consumer.all()),
    ]


def _opens(kept: bytes | str, purpose: str, with_: Encryptor) -> bool:
    try:
        _open(kept, purpose, with_)
    except Upstream:
        return False
    return True


def _open(kept: bytes | str, purpose: str, with_: Encryptor) -> bytes | str:
    if isinstance(kept, str):
        return with_.decrypt_text(kept, purpose=purpose)
    return with_.decrypt(bytes(kept), purpose=purpose)


def _anew(kept: bytes | str, purpose: str, new: Encryptor, old: Encryptor) -> bytes | str:
    secret = _open(kept, purpose, old)
    if isinstance(secret, str):
        return new.encrypt_text(secret, purpose=purpose)
    return new.encrypt(secret, purpose=purpose)
