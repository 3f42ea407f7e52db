"""A cohort of the small course at Riverside, led by Hana, and how its sessions are held."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from training.demo.cast import known

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
RIVERSIDE = str(known("site/RIV"))
FORM = {"name": "Spring group", "site_id": RIVERSIDE, "starts": "2026-03-02", "ends": "2026-06-01"}
EXAMPLES = Path(__file__).parents[2] / "certificates/pathways/examples"
DAY = {"title": "First day", "held_on": "2026-03-02", "hours": "6", "days": "1", "mode": "in_person"}


async def made(browser: httpx2.AsyncClient, course: str = "", **changed: Any) -> str:
    """Makes a cohort and gives the address of its page."""
    answer = await browser.post(f"/courses{'/' * bool(course)}{course}/cohorts/new", data=FORM | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


async def added(browser: httpx2.AsyncClient, cohort: str, **changed: Any) -> str:
    """Adds a session and gives the address of its page."""
    answer = await browser.post(f"{cohort}/sessions", data=DAY | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


@dataclass
class Training:
    """A cohort that counts as something, with Amina and Jude in it; Chloe looks after it and Hana leads it."""

    browse: Browse
    cohort: str

    async def session(self, who: str = "chloe", **changed: Any) -> str:
        """Somebody adds a session, led by Hana."""
        plan = {"trainer_id": str(known("hana")), "learning": "group leader days"} | changed
        return await added(await self.browse(who), self.cohort, **plan)

    async def note(self, session: str, who: str = "hana", **came: str) -> httpx2.Response:
        """Somebody notes who came, as the page shows it: `amina="part 2.5"`, `jude="absent The train"`."""
        browser = await self.browse(who)
        page = await browser.get(session)
        form: dict[str, Any] = {"seen": seen(page)}
        for key, words in came.items():
            choice, _, rest = words.partition(" ")
            field = {"part": "hours", "present": "hours"}.get(choice, "note")
            form |= {f"came-{known(key)}": choice, **({f"{field}-{known(key)}": rest} if rest else {})}
        return await browser.post(session, data=form)


@pytest.fixture
async def training(small_steps: str, browse: Browse) -> Training:
    """The cohort, with its people in it."""
    chloe = await browse("chloe")
    cohort = await made(chloe, small_steps, trainer_id=str(known("hana")), learning="group leader days")
    for who in ("amina", "jude"):
        await chloe.post(f"{cohort}/places", data={"person": str(known(who))})
    return Training(browse, cohort)


def seen(page: httpx2.Response) -> list[str]:
    """What a page tells that it has shown: each person, with the number of the note."""
    return re.findall(r'name="seen" value="([^"]*)"', page.text)


def session_id(address: str) -> UUID:
    """Gives the id of a session from its address."""
    return UUID(address.rpartition("/")[2])
