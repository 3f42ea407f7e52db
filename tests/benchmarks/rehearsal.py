"""How long it takes to rehearse changed rules on a whole unit, and how pages answer meanwhile; counts are compared.

`--people 100000` is a nation's size. What is found is compared with asking about each of `--compared` people, before
and after.
"""

import argparse
import asyncio
import resource
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import httpx2

from certificates.evaluations.evaluate_person import judge, per_of
from certificates.evaluations.pathway_versions import followed_by
from certificates.rehearsals.actions import go_on, newest_of, people_concerned
from certificates.rehearsals.judge_both import NOTHING
from certificates.rehearsals.models import Rehearsal, RehearsedStanding
from tests.benchmarks.figures import PAGES, Figure, pages_meanwhile
from tests.benchmarks.nation_data import environment, fill
from tests.training.drafts.conftest import begun, revision
from training.app.application import build
from training.core import clock
from training.core.settings import Settings
from training.database.connection import opened
from training.demo.cast import known
from training.demo.seed import MATERIAL
from training.people.authentication.middleware import cookie_name
from training.people.sessions import open_session

PAUSE = 0.25
KILO = 1024
PATHWAY = "growing_together"


@dataclass
class Measured:
    """What was measured of one rehearsal."""

    people: int = 0
    seconds: float = 0
    total: int = 0
    whole: float = 0
    changed: int = 0
    failed: int = 0
    compared: int = 0
    differ: int = 0
    memory: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def options(parser: argparse.ArgumentParser) -> None:
    """Says how many, and where."""
    parser.add_argument("--database", default="", help="filled by tests.benchmarks.nation_data")
    parser.add_argument("--people", type=int, default=1_000, help="about how many, where it is made")
    parser.add_argument("--compared", type=int, default=200, help="of how many it is compared with asking one by one")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Rehearses the demo's rules with another requirement, while somebody reads pages."""
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.database or f"sqlite://{folder}/nation.db"
        if not chosen.database:
            asyncio.run(fill(database, Path(folder), certificates=max(1, chosen.people // 2)))
        found = asyncio.run(_measured(database, Path(folder), chosen.compared))
    each = found.people / found.seconds
    yield Figure("people", found.people, "")
    yield Figure("people and sites", found.total, "")
    yield Figure("all rehearsed", found.whole, "s")
    yield Figure("people rehearsed each second", each, "/s", at_least=100_000 / 1800)
    yield Figure("100,000 people would take", 100_000 / each / 60, "min", at_most=30)
    yield Figure("levels that would stand otherwise", found.changed, "")
    yield Figure("could not be judged", found.failed, "", at_most=0)
    yield Figure(f"of {found.compared} differ from asking one by one", found.differ, "", at_most=0)
    yield Figure(
        "more memory at the end than after the first tenth", found.memory[-1] - found.memory[0], "MB", at_most=50
    )
    yield from pages_meanwhile(found.pages)


async def _measured(database: str, folder: Path, compared: int) -> Measured:
    given = {name.removeprefix("TRAINING_").lower(): value for name, value in environment(database, folder).items()}
    settings = Settings.model_validate({name: given[name] for name in Settings.model_fields if name in given})
    app, found, token = build(settings), Measured(), secrets.token_urlsafe(32)
    async with opened(database), app.router.lifespan_context(app):
        await open_session(known("dara"), token=token, now=datetime.now(UTC))
        browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=settings.public_url,
            cookies={cookie_name(settings.secure): token}, headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        async with browser:
            trial = await _begun(browser)
            reader = asyncio.create_task(_reads(browser, found))
            await _rehearsed(trial, found)
            reader.cancel()
        await _compared(await Rehearsal.get(id=trial.id), found, most=compared)
    return found


async def _begun(browser: httpx2.AsyncClient) -> Rehearsal:
    """Writes the draft as somebody does it in the browser, and begins its rehearsal."""
    draft = await begun(browser, "pathway", PATHWAY)
    file = f"{draft}/files/{PATHWAY}.yaml"
    text = (MATERIAL / "pathways" / f"{PATHWAY}.yaml").read_text("utf-8")
    changed = text.replace("{hours: 8}", "{hours: 12}").replace("at_least: 2\n", "at_least: 4\n")
    sent = {"text": changed, "revision": await revision(browser, file)}
    assert changed != text and (await browser.post(file, data=sent)).status_code == 303
    answer = await browser.post(f"{draft}/rehearse", data={"when": "today"})
    assert answer.status_code == 303, answer.text
    return await Rehearsal.get(id=answer.headers["location"].split("?")[0].rpartition("/")[2])


async def _reads(browser: httpx2.AsyncClient, found: Measured) -> None:
    for path in cycle(PAGES):
        begun_at = time.perf_counter()
        assert (await browser.get(path)).status_code == 200, path
        found.pages.append(time.perf_counter() - begun_at)
        await asyncio.sleep(PAUSE)


async def _rehearsed(trial: Rehearsal, found: Measured) -> None:
    """Does the work piece by piece, as the worker does it, and looks at the memory after each tenth."""
    begun_at, tenths = time.perf_counter(), 0
    while (now := await Rehearsal.get(id=trial.id)).state == "working":
        await go_on(trial.id, now=clock.now())
        if now.stage == "people":  # a site is quicker, and a nation has fewer of them
            found.seconds = time.perf_counter() - begun_at
            found.people = (await Rehearsal.get(id=trial.id)).progress
        if 10 * now.progress >= (tenths + 1) * now.total:
            tenths = 10 * now.progress // now.total
            found.memory.append(_megabytes())
    found.total, found.whole, found.failed = now.progress, time.perf_counter() - begun_at, now.failed
    found.memory.append(_megabytes())


def _megabytes() -> float:
    """Tells how much memory this process has now; at most, where the system tells no more."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILO
    [line] = [one for one in status.read_text("utf-8").splitlines() if one.startswith("VmRSS")]
    return int(line.split()[1]) / KILO


async def _compared(trial: Rehearsal, found: Measured, *, most: int) -> None:
    """Asks about some people one by one, before and after, as every page does."""
    found.changed = await RehearsedStanding.filter(rehearsal_id=trial.id).count()
    people = await people_concerned(trial).order_by("id").limit(most)
    for person in people:
        followed = await followed_by(person.id, trial.unit_id, today=trial.as_of)
        before = next((one for one in followed if one.slug == trial.slug), None) or await newest_of(
            trial.unit_id, trial.slug
        )
        assert before is not None
        said = []
        for version in (before, trial.rules):
            levels = (await judge(person, version, as_of=trial.as_of)).verdict.levels
            said.append({(one.level, per_of(one)): one.standing.state for one in levels})
        wanted = {
            (*key, said[0].get(key, ""), said[1].get(key, ""))
            for key in {*said[0], *said[1]}
            if said[0].get(key, "") != said[1].get(key, "")
            and not {said[0].get(key, ""), said[1].get(key, "")} <= NOTHING
        }
        rows = await RehearsedStanding.filter(rehearsal_id=trial.id, person_id=person.id)
        found.differ += {(one.level, one.per, one.before, one.after) for one in rows} != wanted
    found.compared = len(people)
