"""Another secret key: every secret that is kept encrypted is encrypted anew with it, all of them or none."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.models import Model

from certificates.credentials.models import IssuerKey
from training.assessments.films.contents import purpose_of
from training.assessments.films.models import Film
from training.clients.webhooks.messages import PURPOSE as WEBHOOKS
from training.clients.webhooks.models import Webhook
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Upstream
from training.database.connection import transaction
from training.lti.launch.models import Consumer
from training.lti.models import Registration, ToolKey
from training.lti.platform.tool import GIVEN
from training.lti.platform.tool_keys import OURS
from training.openid.actions import PURPOSE as OPENID
from training.people.authentication.models import Factor, OpenIdProvider, TextGateway
from training.people.second_step.actions import authenticator_purpose
from training.people.text_messages.codes import PURPOSE as TEXTS
from training.trail import facts

WAYS: Mapping[type, tuple[Callable[..., Any], Callable[..., Any]]] = {
    bytes: (Encryptor.decrypt, Encryptor.encrypt),
    str: (Encryptor.decrypt_text, Encryptor.encrypt_text),
}
"""How a column of bytes or of text is decrypted and encrypted."""


async def reseal(*, before: str, after: str, actor: UUID, now: datetime) -> int:
    """Encrypts what the secret key `before` opens with `after`, and tells how much; once more changes nothing.

    Raises Conflict when something opens with neither: then nothing was changed.
    """
    new, old = Encryptor(after), Encryptor(before)
    try:
        changes = [
            (row, column, again)
            for row, column, secret, purpose in await _kept()
            if (again := _anew(secret, purpose, new, old)) != secret
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


async def _kept() -> list[tuple[Model, str, bytes | str, str]]:
    """Lists each secret that is kept: its row and column, as it is, and what for."""
    return [
        *((key, "sealed", bytes(key.sealed), key.kid) for key in await IssuerKey.all()),
        *((key, "private_key", key.private_key, OURS) for key in await ToolKey.all()),
        *((row, "client_token", row.client_token, GIVEN) for row in await Registration.exclude(client_token="")),
        *((row, "secret", row.secret, GIVEN) for row in await Consumer.all()),
        *((row, "secret", row.secret, WEBHOOKS) for row in await Webhook.all()),
        *((row, "former_secret", row.former_secret, WEBHOOKS) for row in await Webhook.exclude(former_secret="")),
        *((row, "secret", row.secret, TEXTS) for row in await TextGateway.all()),
        *((row, "client_secret", row.client_secret, OPENID) for row in await OpenIdProvider.all()),
        *((film, "secret", film.secret, purpose_of(film)) for film in await Film.exclude(secret="")),
        *((row, "secret", row.secret, authenticator_purpose(row.id)) for row in await Factor.exclude(secret="")),
    ]


def _anew(secret: bytes | str, purpose: str, new: Encryptor, old: Encryptor) -> bytes | str:
    """Encrypts a secret that `old` opens with `new`; one that `new` opens already stays as it is."""
    decrypt, encrypt = WAYS[type(secret)]
    try:
        decrypt(new, secret, purpose=purpose)
    except Upstream:
        again: bytes | str = encrypt(new, decrypt(old, secret, purpose=purpose), purpose=purpose)
        return again
    return secret
