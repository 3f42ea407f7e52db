"""Names the family of a browser by what it sends, which is all of it that we keep."""

from starlette.requests import Request

_FAMILIES = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))


def browser_family(agent: str) -> str:
    """Names the browser's family, as "Firefox"; empty for one that we do not know."""
    return next((family for mark, family in _FAMILIES if mark in agent), "")


def browser_of(request: Request) -> str:
    """Names the family of the browser that asks."""
    return browser_family(request.headers.get("user-agent", ""))
