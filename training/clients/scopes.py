"""What a program may be let to do, in one table; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ApiScope:
    """One scope: what it lets a program do, in words, and with which abilities of the roles table it then acts."""

    words: str
    abilities: frozenset[str]


SCOPES: Mapping[str, ApiScope] = MappingProxyType(
    {
        "register.readonly": ApiScope("Read who was certified on any day", frozenset({"read register"})),
        "certificates.readonly": ApiScope("Read certificates and their credentials", frozenset({"see people"})),
        "figures.readonly": ApiScope("Read figures of any day", frozenset({"read register"})),
        "progress.readonly": ApiScope("Read how far somebody is on their pathway", frozenset({"see people"})),
        "sites.readonly": ApiScope("Read sites and areas", frozenset({"see people"})),
        "programmes.readonly": ApiScope("Read the list of programmes", frozenset()),
        "records": ApiScope(
            "Record what people did; it counts once people confirm it", frozenset({"manage people", "see people"})
        ),
        "records.readonly": ApiScope("Read what is recorded of people", frozenset({"see people"})),
        "webhooks": ApiScope("Be told of certificates as they are awarded or end", frozenset({"read register"})),
        "enrolments": ApiScope("Give people places in programmes", frozenset({"manage people", "see people"})),
    }
)
"""Scope → what it opens. A token is asked for by these names."""
