"""Reads what comes back for a mail that was not delivered: a delivery status notification, or a few lines of JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message
from typing import Any, cast

from training.parsing.text import clean_line

REASON_LETTERS = 250


@dataclass(frozen=True)
class Bounce:
    """One address at which a mail did not arrive, why, and the Message-ID of that mail, if it is told."""

    address: str
    reason: str
    message_id: str = ""


def read_notification(raw: bytes) -> list[Bounce]:
    """Returns what a mail says that came back; nothing where it is no notification, or one of a passing delay.

    Source: RFC 3464, sections 2.2 and 2.3; the mail that came back, or its headers, lies behind: RFC 6522.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    parts = {part.get_content_type(): part for part in mail.iter_parts()} if mail.is_multipart() else {}
    status = parts.get("message/delivery-status")
    if status is None:
        return []
    sent = _sent(parts)
    sent_to = clean_line(str(sent["To"] or ""))
    id_ = clean_line(str(sent["Message-ID"] or ""))
    return [
        Bounce((sent_to if "@" in sent_to else address).strip("<>").lower(), reason, id_)
        for address, reason in _failed(status)
    ]


def _sent(parts: dict[str, Any]) -> Message:
    """Finds the headers of the mail that came back."""
    if whole := parts.get("message/rfc822"):
        return cast(Message, whole.get_content())
    headers = parts.get("text/rfc822-headers")
    return message_from_string(headers.get_payload(decode=True).decode("utf-8", "replace") if headers else "")


def _failed(status: Any) -> Iterator[tuple[str, str]]:
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        recipient = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
        if recipient and str(block.get("Action", "")).strip().lower() == "failed":
            why = str(block.get("Diagnostic-Code") or block.get("Status") or "")
            yield recipient.rpartition(";")[2].strip(), clean_line(why.rpartition("smtp;")[2] or why)[:REASON_LETTERS]


def read_json(raw: bytes) -> list[Bounce]:
    """Returns what a webhook says: an object, or a list of them, each with an address and a reason."""
    try:
        found = json.loads(raw)
    except ValueError:
        return []
    rows = [row for row in (found if isinstance(found, list) else [found]) if isinstance(row, dict)]
    return [
        Bounce(address.lower(), _text(row, "reason")[:REASON_LETTERS], _text(row, "message_id"))
        for row in rows
        if "@" in (address := _text(row, "address"))
    ]


def _text(row: dict[str, Any], name: str) -> str:
    return clean_line(str(row.get(name) or ""))
