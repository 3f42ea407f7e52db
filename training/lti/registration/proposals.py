"""What an LMS proposes for its registration: kept beside it, shown to whoever approves, accepted as it was shown."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from training.lti.models import Registration

WORDS = {
    "auth_url": "Authentication address",
    "token_url": "Token address",
    "token_audience": "Token audience",
    "jwks_url": "Key set address",
    "service_hosts": "Other hosts of its services",
    "client_uri": "Address that takes our newest values",
}
"""What a proposal may change, and how it is called on pages."""
SHOWN = ("state", "issuer", "client_id", *WORDS, "client_token", "proposed")
"""What whoever approves has read, or what stands behind it."""


@dataclass(frozen=True)
class ProposalSource:
    """Who asked for a registration: the network address, the configuration that was named, and when."""

    address: str
    configuration: str
    at: str


@dataclass(frozen=True)
class Proposal:
    """New values for a registration, as field → [before, after], with the token that came with them, encrypted."""

    changes: Mapping[str, list[Any]]
    asked: Mapping[str, str]
    asked_hash: str
    client_token: str = field(default="", repr=False)


def propose(
    row: Registration, told: Mapping[str, Any], *, token: str, asked: ProposalSource, asked_hash: str
) -> Proposal | None:
    """Returns what is proposed to change of a registration, or None where all is as it was told."""
    changes = {name: [getattr(row, name), told[name]] for name in WORDS if getattr(row, name) != told[name]}
    return Proposal(changes, asdict(asked), asked_hash, token) if changes or token else None


def proposed_for(row: Registration) -> Proposal | None:
    """Reads the proposal that waits beside a registration."""
    kept = row.proposed
    return Proposal(**kept) if isinstance(kept, dict) and "changes" in kept else None


def fingerprint(row: Registration) -> str:
    """Returns the hash of all that a registration says and that is proposed for it, to be compared at the approval."""
    said = json.dumps([getattr(row, name) for name in SHOWN], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def is_elsewhere(row: Registration, value: Any) -> bool:
    """Tells whether an address (or one of several hosts) is on another host than the issuer's."""
    hosts = value if isinstance(value, list) else [_host(value)]
    return any(host and host != _host(row.issuer) for host in hosts)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
