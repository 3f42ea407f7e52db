"""Another secret key: every secret that is kept encrypted is encrypted anew with it, all of them or none."""

from datetime import datetime
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from tortoise.models import Model

from certificates.credentials.models import IssuerKey
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Upstream
from training.database.connection import transaction
from training.lti.launch.models import Consumer
from training.lti.models import Registration, ToolKey
from training.lti.platform.tool import hidden_with
from training.lti.platform.tool_keys import ToolKeys
from training.trail import facts


async def reseal(*, before: str, after: str, actor: UUID, now: datetime) -> int:
    """Encrypts what the secret key `before` opens with `after`, and tells how much; once more changes nothing.

    Raises Conflict when something opens with neither: then nothing was changed.
    """
    try:
        changes = [one for one in await _sealed(before, after) if one[2] != one[3]]
    except (Upstream, InvalidToken) as error:
        raise Conflict(
            "Something was sealed with neither of the two secret keys, so nothing was changed.",
            "Give the key that the service had until now as the old one.",
        ) from error
    async with transaction():
        for row, column, _, new in changes:
            await type(row).filter(pk=row.pk).update(**{column: new})
            if isinstance(row, IssuerKey):
                unit: UUID = row.unit_id  # type: ignore[attr-defined]
                detail = {"kid": row.kid}
                await facts.record("key.resealed", row, actor=actor, unit=unit, now=now, detail=detail)
    return len(changes)


async def _sealed(before: str, after: str) -> list[tuple[Model, str, bytes | str, bytes | str]]:
    """Lists each secret that is kept: its row and column, as it is and as it should be."""
    safe, old_safe = Encryptor.of(after), Encryptor.of(before)
    ring, old_ring = ToolKeys(after), ToolKeys(before)
    hidden, old_hidden = hidden_with(after), hidden_with(before)
    return [
        *(
            (key, "sealed", bytes(key.sealed), safe.reseal(bytes(key.sealed), purpose=key.kid, before=old_safe))
            for key in await IssuerKey.all()
        ),
        *((row, "private_pem", row.private_pem, ring.reseal(row, before=old_ring)) for row in await ToolKey.all()),
        *(
            (row, "client_token", row.client_token, _hidden(row.client_token, hidden, old_hidden))
            for row in await Registration.exclude(client_token="")
        ),
        *((row, "secret", row.secret, _hidden(row.secret, hidden, old_hidden)) for row in await Consumer.all()),
    ]


def _hidden(text: str, new: Fernet, old: Fernet) -> str:
    try:
        new.decrypt(text.encode())
    except InvalidToken:
        return new.encrypt(old.decrypt(text.encode())).decode()
    return text
