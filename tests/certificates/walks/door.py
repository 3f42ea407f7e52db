"""The front door as people use it: their browsers, forms found by links and filled in, answers, and days that pass."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx2
from time_machine import Traveller

from certificates.pathways.forms import RecordForm
from training.demo.cast import known
from training.records.models import Record

HOUR = time(9, 30, tzinfo=UTC)
SIGNED_IN = timedelta(hours=6)
"""How long a browser is used before somebody signs in again."""
ID = r"[0-9a-f-]{36}"


@dataclass
class Door:
    """Opens browsers on the day of the walk; `browse` and `work` are the fixtures, `clock` the travelling clock."""

    browse: Callable[[str], Awaitable[httpx2.AsyncClient]]
    work: Callable[[], Awaitable[int]]
    clock: Traveller
    open: dict[str, tuple[datetime, httpx2.AsyncClient]] = field(default_factory=dict)
    offered: dict[tuple[str, str], str] = field(default_factory=dict)
    forms: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day of the walk."""
        return datetime.now(UTC).date()

    def move_to(self, day: date) -> None:
        """Goes on to the morning of a day; never back."""
        if day > self.today:
            self.clock.move_to(datetime.combine(day, HOUR))

    async def _browser(self, key: str) -> httpx2.AsyncClient:
        since, browser = self.open.get(key, (None, None))
        if since is None or browser is None or datetime.now(UTC) - since > SIGNED_IN:
            browser = await self.browse(key)
            self.open[key] = (datetime.now(UTC), browser)
        return browser

    async def get(self, key: str, path: str) -> str:
        """Reads a page."""
        answer = await (await self._browser(key)).get(path)
        assert answer.status_code == 200, f"{key} may not read {path}: {answer.status_code}"
        return answer.text

    async def post(self, key: str, path: str, given: Mapping[str, Any]) -> str:
        """Sends a form, which has to be taken; returns where it leads."""
        answer = await (await self._browser(key)).post(path, data=dict(given))
        said = " ".join(re.findall(r'govuk-error-summary__list">(.*?)</ul>', answer.text, re.DOTALL))
        said = " ".join(re.sub(r"<[^>]+>", " ", said).split()) or " ".join(answer.text.split())[-300:]
        assert answer.status_code == 303, f"{key}, {path}, {dict(given)}: {answer.status_code} {said}"
        return str(answer.headers["location"])

    async def enters(self, key: str, path: str, form: RecordForm, given: Mapping[str, Any]) -> str:
        """Finds a form in the list of what can be recorded, fills it in and sends it; returns the record's id.

        It has to ask all that is given.
        """
        if (key, path) not in self.offered or not _link(self.offered[key, path], form):
            self.offered[key, path] = unescape(await self.get(key, path))
        link = _link(self.offered[key, path], form)
        assert link, f"{key} finds no form for {form.name} at {path}"
        page = self.forms[key, link] = self.forms.get((key, link)) or await self.get(key, link)
        asked, hidden = set(re.findall(r' name="([\w\[\]]+)"', page)), _hidden(page) | {"key": str(uuid4())}
        told = dict(given)
        assert set(told) <= {one.removesuffix("[]") for one in asked}, (
            f"{form.name} at {path} does not ask {set(told) - asked}"
        )
        named = {f"{name}[]" if f"{name}[]" in asked else name: value for name, value in told.items()}
        await self.post(key, path, hidden | named)
        return str((await Record.get(entry_key=hidden["key"])).id)

    async def says_yes(self, key: str) -> None:
        """Says yes to all that somebody is asked to confirm."""
        for path in set(re.findall(f"/practice/confirmations/{ID}", await self.get(key, "/practice/confirmations"))):
            await self.post(key, path, {"answer": "yes"})

    async def takes_part(self, key: str, programme: str, *, by: str) -> None:
        """Gives somebody a place in a programme at the site, on their page."""
        path = f"/people/{known(key)}/programmes"
        assert programme in await self.get(by, path)
        site = str(known("site/RIV"))
        await self.post(by, path, {"programme": programme, "site_id": site, "starts": str(self.today)})

    async def gets_role(self, key: str, programme: str, role: str) -> None:
        """Gives somebody a role in a programme, on their page, as the central unit."""
        path = f"/people/{known(key)}/programme-roles"
        page = unescape(await self.get("dara", path))
        assert f'value="{programme} {role}"' in page, f"nobody can be given the role {role}"
        await self.post("dara", path, {"role": f"{programme} {role}", "where": "unit", "starts": str(self.today)})

    async def takes_back(self, key: str, record: str) -> None:
        """Takes a record back by its form."""
        path = f"/practice/records/{record}/take-back"
        page = await self.get(key, path)
        await self.post(key, path, _hidden(page) | {"key": str(uuid4()), "reason": "To see what becomes of it."})


def _link(page: str, form: RecordForm) -> str:
    for href in re.findall(r'href="([^"]*\?type=[^"]*)"', page):
        asked = httpx2.QueryParams(href.partition("?")[2])
        if (asked["type"], asked["what"], asked["pathway"]) == (form.type, form.what, form.pathway):
            return str(href)
    return ""


def _hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
