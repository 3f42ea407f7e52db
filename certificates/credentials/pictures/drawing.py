"""The picture of a badge, with the level, the programme and the name of the unit: an SVG, and the same as PNG."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from textwrap import wrap
from typing import Any

import jinja2
import resvg_py

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
DISPLAY, STRONG = "Certificate Display, Georgia, serif", "Certificate Strong, Arial, sans-serif"

# What is written: the middle of its lines, its colour and typeface, and per size the letters and lines with room.
PLACES = {
    "level": (292, "#ffffff", DISPLAY, ((54, 17, 2), (44, 21, 3), (34, 28, 4), (24, 40, 5))),
    "programme": (424, "#e9dcc8", STRONG, ((27, 32, 1), (22, 40, 2), (18, 48, 2))),
    "issuer": (512, "#ffffff", STRONG, ((25, 34, 1), (21, 42, 2), (17, 50, 2))),
}

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
    auto_reload=False, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def svg(*, level: str, programme: str, issuer: str, language: str = "en") -> str:
    """Draws the badge; the same words give the same text."""
    said = {"level": level or programme, "programme": programme, "issuer": issuer}
    blocks = [_block(text, *PLACES[name]) for name, text in said.items()]
    return _templates.get_template("credentials/badge.svg").render(blocks=blocks, language=language, **said)


@lru_cache(maxsize=64)
def png(drawn: str) -> bytes:
    """Turns the drawing into pixels, with the shipped typefaces and no others; takes some hundredths of a second."""
    fonts = sorted(str(each) for each in (TEMPLATES / "assets" / "fonts").glob("*.ttf"))
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, skip_system_fonts=True, font_files=fonts))


def _block(text: str, middle: int, fill: str, family: str, sizes: tuple[tuple[int, int, int], ...]) -> dict[str, Any]:
    """Sets a text in lines, as large as it has room; what has none at the smallest size ends with dots."""
    wide = text.isupper() or any(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    fits = ((size, wrap(text, letters // 2 if wide else letters), most) for size, letters, most in sizes)
    small, letters, room = sizes[-1]
    cut = wrap(text, letters // 2 if wide else letters, max_lines=room, placeholder=" …")
    size, found = next(((size, found) for size, found, most in fits if len(found) <= most), (small, cut))
    first = middle - size * 1.2 * (len(found) - 1) / 2 + size * 0.35
    lines = [{"text": line, "y": round(first + number * size * 1.2)} for number, line in enumerate(found)]
    return {"fill": fill, "family": family, "size": size, "lines": lines}
