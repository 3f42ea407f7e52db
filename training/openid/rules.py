"""What is taken from a verified ID token: an address that the provider answers for, and how the person was asked."""

from collections.abc import Collection, Mapping
from typing import Any


def address_of(claims: Mapping[str, Any], *, domains: Collection[str]) -> str:
    """Returns the address that a provider has verified and may speak for, or "" where there is none."""
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        return ""
    address = address.strip().lower()
    return address if address.rpartition("@")[2] in domains else ""


def is_second_step(claims: Mapping[str, Any], *, strong_values: Collection[str]) -> bool:
    """Tells whether the provider says that it asked for what the unit takes as a second step. Source: RFC 8176."""
    amr, acr = claims.get("amr"), claims.get("acr")
    said = {one for one in [*(amr if isinstance(amr, list) else []), acr] if isinstance(one, str)}
    return not said.isdisjoint(strong_values)
