"""QR codes: a link that any phone opens."""

import io
import re
from urllib.parse import urlsplit

import segno

QUIET_MODULES = 4  # the empty border that a reader needs
DARK = re.compile(b"\x01+")


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


def drawn(link: str) -> str:
    """Draws the code as an SVG for print: one filled path of whole modules, as of many shapes the seams would show."""
    rows = [bytes(row) for row in code(link).matrix_iter(border=QUIET_MODULES)]
    runs = [(run.start(), y, run.end() - run.start()) for y, row in enumerate(rows) for run in DARK.finditer(row)]
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{path}"/></svg>'


def png(link: str) -> bytes:
    """Draws the code as PNG, one pixel a module: print it with `image-rendering: pixelated`."""
    out = io.BytesIO()
    code(link).save(out, kind="png", border=QUIET_MODULES, scale=1)
    return out.getvalue()
