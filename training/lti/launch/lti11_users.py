"""People who used LTI 1.1: an LMS that proves that it holds the old secret brings them back as who they were."""

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields

from training.core.errors import Invalid
from training.database.connection import transaction
from training.lti.launch.models import Consumer, FormerUser
from training.lti.models import Registration
from training.lti.platform.tool import Tool
from training.lti.protocol.types import LtiMessage
from training.trail import facts

RESTRICT = fields.OnDelete.RESTRICT


@dataclass(frozen=True)
class Known:
    """One row of what an operator tells: who had which user id."""

    user_id: str
    person_id: UUID


async def tell(tool: Tool, key: str, secret: str, users: Iterable[Known], *, unit_id: UUID, now: datetime) -> int:
    """Keeps a consumer's key, secret and users, and tells how many users are new; what was told before stays."""
    if not key or not secret or len(key) > 255:
        raise Invalid("The key or the secret is missing.", "Give both as the LTI 1.1 entry in the LMS shows them.")
    async with transaction():
        told: dict[str, Any] = {"secret": tool.encrypt(secret), "told": now}
        if not await Consumer.filter(unit_id=unit_id, key=key).update(**told):
            await Consumer.create(id=uuid4(), unit_id=unit_id, key=key, **told)
        consumer = await Consumer.get(unit_id=unit_id, key=key)
        before = await FormerUser.filter(consumer_id=consumer.id).count()
        rows = [
            FormerUser(id=uuid4(), consumer=consumer, user_id=one.user_id, person_id=one.person_id) for one in users
        ]
        await FormerUser.bulk_create(rows, ignore_conflicts=True)
        added = await FormerUser.filter(consumer_id=consumer.id).count() - before
        detail: dict[str, Any] = {"key": key, "users": added}
        await facts.record("consumer.told", consumer, actor=None, unit=unit_id, now=now, detail=detail)
    return added


async def recognise(tool: Tool, visit: LtiMessage, registration: Registration) -> UUID | None:
    """Finds who somebody was under LTI 1.1; nobody where the LMS does not prove that it holds the old secret.

    Source: LTI 1.3 Migration Guide, LTI 1.1 migration claim.
    """
    claimed = visit.former
    consumer = await Consumer.get_or_none(unit_id=registration.unit_id, key=claimed.key) if claimed else None
    if claimed is None or consumer is None:
        return None
    if not hmac.compare_digest(
        sign(claimed.signed, tool.decrypt(consumer.secret)).encode(), claimed.signature.encode()
    ):
        return None
    found = FormerUser.filter(consumer_id=consumer.id, user_id=claimed.user_id, person__erased_at__isnull=True)
    user = await found.first()
    return user.person_id if user else None


def sign(text: str, secret: str) -> str:
    """Signs as LTI 1.1 consumers do to prove that they hold the secret."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "replace"), "sha256")).decode()
