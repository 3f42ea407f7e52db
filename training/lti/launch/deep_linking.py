"""Activities placed into a course: what is offered, what is chosen, and the signed answer to the LMS."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from training.core.errors import Invalid, NotFound
from training.lti.launch.models import DeepLinkingSession
from training.lti.models import Registration
from training.lti.platform.tool import Tool
from training.lti.protocol.claims import LTI
from training.lti.protocol.messages import ITEM, TARGET
from training.lti.protocol.types import DeepLinkingRequest

LIVES = timedelta(hours=8)
ANSWER_LIFE = timedelta(minutes=10)
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@dataclass(frozen=True)
class Offer:
    """Something that can be placed into a course: its path of ours, and its score if it has one."""

    path: str
    title: str
    kind: str
    text: str = ""
    maximum: float | None = None


async def begin(picking: DeepLinkingRequest, registration: Registration, person_id: UUID, *, now: datetime) -> UUID:
    """Remembers a request until it is answered; gives the id in the address of the picker."""
    kept = ("several", "line_items", "review", "presentations", "data")
    row = await DeepLinkingSession.create(
        id=uuid4(),
        registration=registration,
        person_id=person_id,
        deployment_id=picking.deployment_id,
        course=picking.context_title,
        return_url=picking.return_url,
        settings={name: value for name, value in asdict(picking).items() if name in kept},
        expires=now + LIVES,
    )
    return row.id


async def find(identifier: UUID, person_id: UUID, *, now: datetime) -> DeepLinkingSession:
    """Finds a request of this very person."""
    row = await DeepLinkingSession.get_or_none(id=identifier, person_id=person_id, expires__gt=now).select_related(
        "registration"
    )
    if row is None:
        raise NotFound("This choice is no longer open.", "Go back to your course and begin again.")
    return row


async def answer(
    row: DeepLinkingSession, chosen: Sequence[Offer], tool: Tool, *, now: datetime, message: str = "", error: str = ""
) -> str:
    """Signs the answer to a request; a second answer gives the first one again. No items means cancelled."""
    if row.answer:
        return row.answer
    if len(chosen) > 1 and not row.settings["several"]:
        problem = "Choose one activity: your course takes one at a time."
        raise Invalid(problem, problems={"path": problem})
    items = [item(offer, row.settings, origin=tool.origin) for offer in chosen]
    claims = answer_claims(row, items, now=now, message=message, error=error)
    signed = await tool.platform.keyring.sign(claims, now)
    if not await DeepLinkingSession.filter(id=row.id, answer="").update(answer=signed):
        return (await DeepLinkingSession.get(id=row.id)).answer
    return signed


def answer_claims(
    row: DeepLinkingSession, items: Iterable[Mapping[str, Any]], *, now: datetime, message: str = "", error: str = ""
) -> dict[str, Any]:
    """Writes the claims of the answer. Source: Deep Linking 2.0, 4.5 Deep linking response message."""
    claims: dict[str, Any] = {
        "iss": row.registration.client_id,
        "aud": row.registration.issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + ANSWER_LIFE).timestamp()),
        "nonce": uuid4().hex,
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": row.deployment_id,
        f"{DL}content_items": list(items),
    }
    if row.settings["data"] is not None:
        claims[f"{DL}data"] = row.settings["data"]
    told = {f"{DL}msg": message, f"{DL}errormsg": error}
    return claims | {name: text for name, text in told.items() if text}


def item(offer: Offer, settings: Mapping[str, Any], *, origin: str) -> dict[str, Any]:
    """Writes one placed activity. Title and address are always sent: one platform's dialogue hangs without."""
    written: dict[str, Any] = {
        "type": ITEM,
        "title": offer.title,
        "url": f"{origin}{offer.path}",
        "custom": {TARGET: offer.path},
    }
    if offer.text:
        written["text"] = offer.text
    if offer.maximum is not None and settings["line_items"]:
        column: dict[str, Any] = {
            "scoreMaximum": offer.maximum,
            "label": offer.title,
            "resourceId": offer.path[:255],
            "tag": offer.kind,
        }
        written["lineItem"] = column | ({"submissionReview": {}} if settings["review"] else {})
    if "window" in settings["presentations"] and "iframe" not in settings["presentations"]:
        written["window"] = {"targetName": "_blank"}
    return written
