"""The public addresses and identifiers that credentials name: of issuers, keys, achievements and status lists."""

from urllib.parse import quote, urlsplit


def issuer_did(home: str, slug: str) -> str:
    """Names an issuer. Source: did:web Method Specification, section 3.1 (a port is percent-encoded)."""
    return f"{host_did(home)}:issuers:{slug}"


def host_did(home: str) -> str:
    """Names the service as a whole."""
    return "did:web:" + quote(urlsplit(home).netloc, safe="")


def issuer_page(home: str, slug: str) -> str:
    """Gives the address of an issuer's profile."""
    return f"{home}/issuers/{slug}"


def key_page(home: str, kid: str) -> str:
    """Gives the address that answers one bare JWK."""
    return f"{home}/keys/{kid}"


def achievement_page(home: str, slug: str) -> str:
    """Gives the address of an achievement."""
    return f"{home}/achievements/{slug}"


def status_list_page(home: str, list_id: str) -> str:
    """Gives the address of a status list credential."""
    return f"{home}/status-lists/{list_id}"
