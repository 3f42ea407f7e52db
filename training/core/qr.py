"""QR codes: a link that any phone opens."""

import io
from urllib.parse import urlsplit

import segno

QUIET_MODULES = 4  # the empty border that a reader needs


def scannable(link: str) -> str:
    """Writes a verify link in capitals, which a QR code holds in two thirds of the room; the service reads both.

    Only the host and `/v/<token>` or `/q/<signed>` may be written so: another path is left alone.
    """
    return link.upper() if urlsplit(link).path.startswith(("/v/", "/q/")) else link


def code(link: str) -> segno.QRCode:
    """Makes the code with error correction M, in the smallest version that holds the link."""
    return segno.make(scannable(link), error="m", boost_error=False, micro=False)


def svg(link: str, *, title: str) -> str:
    """Draws the code as an SVG element with a title, for a page."""
    out = io.BytesIO()
    code(link).save(
        out, kind="svg", border=QUIET_MODULES, xmldecl=False, svgns=True, title=title, omitsize=True, light="#fff"
    )
    return out.getvalue().decode().strip()


def png(link: str) -> bytes:
    """Draws the code as PNG, one pixel a module: print it with `image-rendering: pixelated`."""
    out = io.BytesIO()
    code(link).save(out, kind="png", border=QUIET_MODULES, scale=1)
    return out.getvalue()
