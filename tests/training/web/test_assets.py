"""The shipped style and script: unchanged since vendored, without another body's brand, readable, small."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
ASSETS = TEMPLATES / "assets"
GOVUK = ASSETS / "govuk"
ELSEWHERE = {"demo", "document.html"}
"""The pretend LMS is somebody else's site, and the paper of a certificate is no page: neither has our frame."""
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if not ELSEWHERE & set(path.parts))
MAIL = TEMPLATES / "core" / "mail.html"
"""The frame of mails: mail programs read no style sheets."""
FIRST_VIEW_BYTES = 60_000
PAIRS = [
    ("govuk-text-colour", "govuk-body-background-colour"),
    ("govuk-secondary-text-colour", "govuk-body-background-colour"),
    ("govuk-secondary-text-colour", "govuk-template-background-colour"),
    ("govuk-surface-text-colour", "govuk-surface-background-colour"),
    ("govuk-focus-text-colour", "govuk-focus-colour"),
    ("govuk-error-colour", "govuk-body-background-colour"),
    ("govuk-success-colour", "govuk-body-background-colour"),
    ("govuk-link-colour", "govuk-body-background-colour"),
    ("govuk-link-colour", "govuk-template-background-colour"),
    ("govuk-link-visited-colour", "govuk-body-background-colour"),
    ("govuk-link-hover-colour", "govuk-body-background-colour"),
    ("govuk-inverse-text-colour", "govuk-brand-colour"),
]


@pytest.mark.parametrize("folder", [GOVUK, ASSETS / "scorm"])
def test_the_vendored_files_are_those_of_the_manifest(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text())["sha256"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    assert found == listed


@pytest.mark.parametrize("mark", ["GDS Transport", "crown", "crest", "@font-face", "url(", "gov.uk/", "http"])
def test_nothing_hints_at_being_government(mark: str) -> None:
    style = re.sub(r"/\*.*?\*/|\[href\^=[^]]*\]", "", (GOVUK / "govuk-frontend.css").read_text(), flags=re.S)
    assert mark not in style


def _channel(value: str) -> float:
    share = int(value, 16) / 255
    return share / 12.92 if share <= 0.03928 else float(((share + 0.055) / 1.055) ** 2.4)


def _light(colour: str) -> float:
    red, green, blue = (_channel(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colours() -> dict[str, str]:
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6}|var\(--[a-z-]+\));", (ASSETS / "theme.css").read_text()))
    return {name: found[value[6:-1]] if value.startswith("var") else value for name, value in found.items()}


@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_words_stand_out_from_what_is_behind_them(ink: str, paper: str) -> None:
    lights = sorted(_light(_colours()[name]) for name in (ink, paper))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def test_style_and_script_of_the_first_view_are_small() -> None:
    layout = (TEMPLATES / "layout.html").read_text()
    sent = sum(len(gzip.compress((ASSETS / path).read_bytes())) for path in re.findall(r"asset\('([^']+)'\)", layout))
    assert 5_000 < sent < FIRST_VIEW_BYTES / 2


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_style_or_script_and_no_bare_address(path: Path) -> None:
    words = path.read_text()
    if path != MAIL:
        assert "style=" not in words
    assert not re.search(r"<style|\son[a-z]+=|<script(?![^>]*\bnonce=)", words)
    assert not re.search(r'(?:href|action|src|formaction)="/', words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_says_in_its_first_line_what_it_shows(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith("{#") and first.endswith("#}")


async def test_style_goes_compressed_to_those_who_take_it(browse: Any) -> None:
    stranger = await browse("")
    address = "/assets/x/govuk/govuk-frontend.css"
    packed = await stranger.get(address, headers={"Accept-Encoding": "gzip"})
    plain = await stranger.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content and len(plain.content) > 50_000
    assert packed.headers["vary"] == "Accept-Encoding" and "immutable" in packed.headers["cache-control"]


async def test_a_file_beside_the_shipped_ones_is_not_served(browse: Any) -> None:
    stranger = await browse("")
    assert (await stranger.get("/assets/x/%2e%2e/layout.html")).status_code == 404
