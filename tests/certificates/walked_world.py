"""A service of its own for each walk: its database and files, a clock that is moved by hand, and people at browsers."""

import csv
import io
import secrets
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import time_machine

from certificates.evaluations.models import Certificate, Certification
from certificates.evaluations.pathway_versions import load_pathway
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from tests import shortcuts
from tests.certificates.world import take_part
from tests.copies import address, copied
from tests.soundness import speak_of
from training.app import application, consequences
from training.app.consequences import worker
from training.app.resources import open_resources
from training.assessments.load import load_instrument
from training.assessments.models import InstrumentVersion
from training.core import clock
from training.core.dates import DEFAULT_ZONE, local_day
from training.core.settings import load
from training.core.storage import prepare
from training.database.connection import opened
from training.demo.cast import known
from training.demo.doing import being
from training.people.actor import Actor
from training.people.authentication.middleware import cookie_name
from training.people.models import Email, Letter
from training.people.sessions import open_session
from training.records.models import Record
from training.sites.models import Programme
from training.trail import facts

BEGIN = date(2027, 2, 1)
ORIGIN = "http://testserver"
ASSESSORS = ("bruno", "gwen")
LEARNER = known("amina")
COORDINATORS = {"RIV": "chloe", "HAR": "emre"}
"""Site of the learner → who coordinates there."""
RECORD = f"/practice/of/{LEARNER}/new"
PATHWAY = """
pathway: walked
title: Walked Steps
version: "1"
owner: Parenting Together
roles: [central_unit]
levels:
  leader:
    title: Leader
    requires:
      knows: {qualification: first aid}
      watched: {assessment: one group, by: {holds: assessor, not_own: [supervisor, relative]}}
    decision:
      by: central_unit
      outcomes: [certified, conditional, deferred, declined]
      conditional: {ends_after: P6M, lifted_by: {file: {portfolio: own file}}}
    valid: P1Y
    renewal: {opens: P3M, grace: P1M, requires: {again: {learning: refresher}}}
    return: {back: {learning: way back}}
    permits: [{may: lead groups}]
  assessor:
    title: Assessor
    requires: {trained: {qualification: assessor training}}
    valid: unlimited
    permits: [{may: assess}]
"""
INSTRUMENT = """
instrument: one group
version: "1"
title: One group
kind: checklist
items: {calm: {title: Stays calm}}
pass: {percent: 100}
"""


class World:
    """One unit with two assessors, at the beginning of a walk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = load(
            _env_file=None, database_url=address(folder), public_url=ORIGIN, secret_key="s" * 40,
            storage_url=str(folder / "files"), mail_url=f"file:{folder / 'mail'}", outbound_allow="127.0.0.1",
            demo=True, pdf=False,
        )  # fmt: skip
        self._stack = AsyncExitStack()
        self._browsers: dict[str, tuple[date, httpx2.AsyncClient]] = {}
        self._away = folder / "away"
        self.assessors: dict[str, UUID] = {}
        self.letters: dict[str, Letter] = {}

    async def begin(self, *, with_address: bool) -> None:
        """Starts the service, publishes the rules, and makes the assessors."""
        self._clock = self._stack.enter_context(time_machine.travel(_at(BEGIN), tick=True))
        prepare(self.settings.storage)
        facts.follow(consequences.AFTER)
        shortcuts.begin()
        await self._stack.enter_async_context(copied(self.settings.database_url))
        await self._stack.enter_async_context(opened(self.settings.database_url))
        self._app = application.build(self.settings)
        await self._stack.enter_async_context(self._app.router.lifespan_context(self._app))
        things = await self._stack.enter_async_context(open_resources(self.settings))
        self.keys, self._worker = things.keys, worker(things)
        if not with_address:
            email = await Email.get(person_id=LEARNER)
            await email.delete()
            await speak_of(email)
        await self._publish()
        for key in ASSESSORS:
            shown = TypedEvidence("qualification", "assessor training", BEGIN, pathway="walked")
            await record_evidence(known(key), shown, actor=await self.being("dara"), now=clock.now())
        await self.work()
        second = {"role": "central", "starts": BEGIN.isoformat()}  # who decides appeals against what Dara decides
        assert await self.post("dara", f"/people/{known('farah')}/memberships", **second) == 303
        found = {one.person_id: one.id async for one in Certification.filter(level="assessor")}
        self.assessors = {key: found[known(key)] for key in ASSESSORS}

    async def _publish(self) -> None:
        dara = await self.being("dara")
        for name, text, publish in (("tool", INSTRUMENT, load_instrument), ("walked", PATHWAY, load_pathway)):
            path = self.folder / f"{name}.yaml"
            path.write_text(text, "utf-8")
            await publish(path, actor=dara, now=clock.now())
        await take_part("walked")
        self.tool = await InstrumentVersion.get(instrument__name="one group")
        self.programme = (await Programme.get(slug="walked")).id

    async def end(self) -> None:
        """Stops everything."""
        for _, browser in self._browsers.values():
            await browser.aclose()
        await self._stack.aclose()

    @property
    def today(self) -> date:
        return local_day(clock.now(), DEFAULT_ZONE)

    def move_to(self, day: date) -> None:
        """Moves the clock on to the morning of a day."""
        self._clock.move_to(_at(day), tick=True)

    def a_little_later(self, minutes: int = 7) -> None:
        """Moves the clock on within a day: people do one thing after the other."""
        self._clock.shift(timedelta(minutes=minutes))

    async def being(self, key: str) -> Actor:
        return await being(key, self.today)

    async def work(self) -> None:
        """Does all the work that is due, and notes the letters: in time the service forgets them."""
        for _ in range(2):  # what comes by the clock is queued by the first, in a lane that may have been looked at
            await self._worker.work_once()
        for one in await Letter.filter(person_id=LEARNER, state__not="queued"):
            self.letters[one.key] = one

    async def at_browser(self, key: str) -> httpx2.AsyncClient:
        """Opens a browser as one of the cast, signed in today; "" is a stranger."""
        day, browser = self._browsers.get(key, (date.min, None))
        if browser is None:
            browser = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=self._app), base_url=ORIGIN,
                headers={"Sec-Fetch-Site": "same-origin"},
            )  # fmt: skip
        if key and day != self.today:
            token = secrets.token_urlsafe(32)
            await open_session(known(key), token=token, now=clock.now())
            browser.cookies.clear()
            browser.cookies.set(cookie_name(self.settings.secure), token)
        self._browsers[key] = (self.today, browser)
        return browser

    async def post(self, key: str, path: str, /, **form: Any) -> int:
        """Posts a form as somebody; an answer of 500 is a fault in any case."""
        answer = await (await self.at_browser(key)).post(path, data={name: str(value) for name, value in form.items()})
        assert answer.status_code < 500, (path, form, answer.status_code)
        return answer.status_code

    async def get(self, key: str, path: str, accept: str = "*/*") -> httpx2.Response:
        answer = await (await self.at_browser(key)).get(path, headers={"Accept": accept})
        assert answer.status_code < 500, (path, answer.status_code)
        return answer

    async def newest_record(self) -> str:
        return str((await Record.filter(person_id=LEARNER).order_by("-recorded").first()).id)

    async def register(self, key: str) -> dict[str, str]:
        """Reads the register of today as somebody: serial → standing, of the learner."""
        text = (await self.get(key, "/register.csv?standing=all")).text
        lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
        own = {row.serial async for row in Certificate.filter(person_id=LEARNER)}
        return {line["serial"]: line["standing"].replace(" ", "_") for line in lines if line["serial"] in own}

    def take_files_away(self) -> None:
        self.settings.storage.rename(self._away)

    def bring_files_back(self) -> None:
        self._away.rename(self.settings.storage)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
