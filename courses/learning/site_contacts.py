"""What a page of a course says of the reader's own site: who its safeguarding lead is, and its local help lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courses.packages.markdown import pieces
from training.core.languages import spoken, translations
from training.people.actor import Actor
from training.sites.models import Site

_NUMBER = re.compile(r"(\+?\b\d[\d ]+\d)$")
WORDS = {
    "lead": (
        "Your named person (safeguarding lead)",
        "No safeguarding lead is on record for your site yet. Ask whoever runs your groups: who is our named person for"
        " safety, what is their number, and who stands in when they are away?",
    ),
    "help-lines": (
        "Help near you",
        "No local help lines are on record for your site yet. Ask whoever runs your groups: whom can a parent ring here"
        " who is afraid, and which number do we ring at night?",
    ),
}
"""What is asked for → the words above it, and the words in its place where nothing is known."""


@dataclass(frozen=True)
class SiteLine:
    """One line of what is known: of which site, the words, and the number to ring."""

    site: str
    text: str
    telephone: str = ""


async def filled(html: str, me: Actor, language: str) -> list[dict[str, Any]]:
    """Splits a page where it asks something of the reader's sites, with what they have on record."""
    parts, said = pieces(html), translations(spoken(language)).gettext
    sites: Sequence[Site] = []
    if len(parts) > 1:
        sites = await Site.filter(id__in={site for _, site in me.held if site}).order_by("name")
    found = []
    for before, asked in parts:
        heading, otherwise = WORDS.get(asked, ("", ""))
        lines = _lines(asked, sites)
        found.append({"html": before, "asked": asked, "heading": said(heading) if heading else "", "lines": lines,
                      "otherwise": said(otherwise) if not lines and otherwise else ""})  # fmt: skip
    return found


def _lines(asked: str, sites: Sequence[Site]) -> list[SiteLine]:
    if asked == "lead":
        return [
            SiteLine(site.name, site.safeguarding_lead, site.safeguarding_telephone)
            for site in sites
            if site.safeguarding_lead or site.safeguarding_telephone
        ]
    said = [(site.name, _NUMBER.split(line.strip())) for site in sites for line in site.help_lines.splitlines()]
    return [SiteLine(name, words, *number[:1]) for name, (words, *number) in said if words or number]
