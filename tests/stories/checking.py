"""How others look at a certificate: the bit in its status list, the rows of the register and of its file."""

import base64
import csv
import gzip
import json
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from training.core.dates import DEFAULT_ZONE, local_day


@dataclass(frozen=True)
class Held:
    """What a holder has in hand: the link on the certificate, its number, the badge, and the PDF if one can be made."""

    link: str
    serial: str
    badge: bytes
    pdf: bytes

    @property
    def code(self) -> str:
        """The code that can be typed."""
        return self.link.rsplit("/", 1)[1]

    @property
    def day(self) -> date:
        """The day it was awarded on."""
        return local_day(datetime.fromisoformat(json.loads(self.badge)["validFrom"]), DEFAULT_ZONE)


def status_bit(badge: dict[str, Any]) -> int:
    """Reads a badge's bit from the list that it names. Source: Bitstring Status List v1.0, 3.2 and 4.5."""
    status = badge["credentialStatus"]
    with urllib.request.urlopen(status["statusListCredential"], timeout=10) as answer:
        subject = json.load(answer)["credentialSubject"]
    encoded = subject["encodedList"].removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    place = int(status["statusListIndex"])
    return bits[place // 8] >> (7 - place % 8) & 1


WITHOUT_BOX = """cells => cells.map(cell => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("label").forEach(label => label.remove());
  return copy.textContent.trim();
})"""
"""The words of cells without those of the box with which a row is chosen."""


def register_rows(page: Page) -> list[dict[str, str]]:
    """Gives the rows of the register as the page shows them: column to words."""
    heads = page.get_by_role("columnheader").all()
    names = [head.get_attribute("abbr") or head.inner_text() for head in heads]
    lines = page.locator("main tbody tr").all()
    return [dict(zip(names, line.locator("th, td").evaluate_all(WITHOUT_BOX), strict=True)) for line in lines]


def downloaded_rows(page: Page, words: str) -> list[dict[str, str]]:
    """Downloads a file by its link and gives its rows."""
    with page.expect_download() as download:
        page.get_by_role("link", name=words).click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def day_shown(words: str) -> date:
    """Reads a day as pages show it: 3 March 2027."""
    return datetime.strptime(words, "%d %B %Y").date()
