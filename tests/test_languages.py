"""What our pages say has its Welsh, with the same things named in it."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from jinja2.ext import babel_extract

from training.core.languages import translations
from training.people.navigation import SECTIONS

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
NAMED = re.compile(r"%\(\w+\)s|<\w+>")


def marked() -> list[str]:
    """Each sentence that a page says by `_("…")`."""
    found: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        with path.open("rb") as file:
            found |= {said for _, _, said, _ in babel_extract(file, ("_",), (), {}) if isinstance(said, str)}
    return sorted(found)


NAMES = [name for name, _ in SECTIONS] + ["Your pages"]
WAYS = [words for _, section in SECTIONS for way in section for words in way[1:3]]


@pytest.mark.parametrize("english", [*marked(), *NAMES, *WAYS])
def test_each_sentence_of_a_page_has_its_welsh(english: str) -> None:
    welsh = translations("cy").gettext(english)
    assert welsh != english or english == "Help", "add it to templates/languages/cy.po"
    assert sorted(NAMED.findall(welsh)) == sorted(NAMED.findall(english))


async def test_a_stranger_reads_welsh_where_the_browser_or_the_switch_says_so(
    browse: Callable[[str], Awaitable[httpx2.AsyncClient]],
) -> None:
    """The language is chosen once: it holds for the answer to a form, and English pages stay whole."""
    client = await browse("")
    for path, welsh in (("/sign-in", "Mewngofnodi"), ("/verify", "Gwirio tystysgrif")):
        assert '<html lang="en"' in (await client.get(path)).text
        own = (await client.get(path, headers={"Accept-Language": "cy-GB,cy;q=0.9,en;q=0.5"})).text
        assert '<html lang="cy"' in own and welsh in own
    assert "Gwirio tystysgrif" in (await client.get("/verify?language=cy")).text
    refused = await client.post("/verify", data={"code": ""})
    assert refused.status_code == 422 and "Rhowch y ddolen, y cod neu’r rhif cyfresol" in refused.text
    assert '<html lang="en"' in (await client.get("/verify?language=en")).text


async def test_home_and_what_waits_are_said_in_the_language_of_the_reader(
    browse: Callable[[str], Awaitable[httpx2.AsyncClient]],
) -> None:
    """Whoever has no account in Welsh chooses it on top of a page, and it stays on the device."""
    amina = await browse("amina")
    assert "Hello Amina" in (await amina.get("/")).text
    assert "Helo Amina" in (await amina.get("/?language=cy")).text
    home, tasks, own = [(await amina.get(path)).text for path in ("/", "/tasks", "/certificates")]
    assert "Helo Amina" in home and "Eich tudalennau" in home and "Hello" not in home
    assert "Does dim yn aros amdanoch." in tasks and "Does gennych chi ddim tystysgrif eto." in own
    assert "Fy ymarfer" in (await amina.get("/practice")).text
    assert '<html lang="en"' in (await amina.get("/pathways")).text
