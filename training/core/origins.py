"""Origins: the part of an address by which browsers tell who somebody is."""

from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Gives the origin of an address as a policy may name it, or nothing for what is no plain web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fit = parts.scheme in ("http", "https") and parts.netloc and url.isascii() and url.isprintable()
    plain = not set(parts.netloc) & set(" ;,'\"@*")
    return f"{parts.scheme}://{parts.netloc}" if fit and plain else ""
