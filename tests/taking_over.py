"""Imports the workbook of a workforce in a place of its own, measures it, and kills whoever does it.

`python -m tests.taking_over FOLDER --rounds N`: a program of its own, as it forks; says what it found as JSON.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.certificates.world import BY_RULES, at, publish_pathway
from tests.killing import killed_within
from tests.today import TODAY
from tests.workforce import workbook
from training.app import consequences
from training.app.resources import Resources, open_resources
from training.batches import actions as batches
from training.batches import running
from training.batches.models import Batch, BatchRow
from training.core.handed_files import HandedFile
from training.core.settings import Settings, load
from training.core.storage import prepare
from training.database.connection import opened
from training.database.migrate import migrate
from training.demo.cast import settle
from training.demo.doing import being
from training.imports import actions
from training.people.models import Email, Membership, Person
from training.programmes.models import Place
from training.records.models import Participant, Record
from training.trail import facts
from training.trail.models import Fact
from training.trail.verify import verify_trail

SHEETS = (("People", "people"), ("Certificates", "certificates"), ("Records", "records"))
RULES = BY_RULES.replace("valid: P1Y", "valid: P3Y").replace(
    "knows: {qualification: first aid, title: Knows first aid}",
    "knows: {qualification: first aid, title: Knows first aid}\n"
    "      led: {delivery: group, title: Led a group}\n      had: {supervision: reflective, at_least: {hours: 2}}",
)  # fmt: skip
NOW = at(TODAY)


def settings_in(folder: Path, url: str = "") -> Settings:
    """Settings of a service that keeps everything in a folder."""
    return load(
        _env_file=None, database_url=url or f"sqlite://{folder}/imports.db", public_url="http://localhost",
        secret_key="s" * 40, storage_url=str(folder / "files"), mail_url=f"file:{folder}/mail", pdf=False,
    )  # fmt: skip


async def settled(settings: Settings, folder: Path) -> None:
    """Makes the demo's unit with one small programme more."""
    facts.follow(consequences.AFTER)
    prepare(settings.storage)
    await migrate(settings.database_url)
    async with opened(settings.database_url):
        await settle(NOW)
        await publish_pathway(folder, RULES)


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Resources]:
    """Opens the database and what work is given, on the day of the tests."""
    async with opened(settings.database_url), open_resources(settings) as found:
        yield replace(found, now=lambda: NOW)


async def handed_in(content: bytes, sheet: str, kind: str, given: Resources) -> Batch:
    """Hands in one sheet, and has it waiting to be checked."""
    dara = await being("dara", TODAY)
    batch = await actions.hand_in(HandedFile("workforce.xlsx", content), actor=dara, resources=given, now=NOW)
    await actions.choose_kind(batch, sheet, kind, actor=dara, resources=given)
    batch = await Batch.get(id=batch.id)
    await actions.match_columns(batch, batch.wishes["match"], "", actor=dara, resources=given, now=NOW)
    return batch


async def done(batch: Batch, given: Resources) -> Batch:
    """Works on a batch until there is nothing more to do."""
    while (found := await Batch.get(id=batch.id)).state in running.STEPS:
        await running.go_on(batch.id, given)
    return found


async def imported(scale: float, folder: Path) -> list[dict[str, float | str]]:
    """Imports all sheets and undoes them; gives seconds of the processor for each, and what was wrong with it."""
    settings = settings_in(folder)
    await settled(settings, folder)
    content, wrong = workbook(scale)
    told: list[dict[str, float | str]] = []
    async with outside(settings) as given:
        dara, made = await being("dara", TODAY), []
        for sheet, kind in SHEETS:
            started = time.process_time()
            batch = await done(await handed_in(content, sheet, kind, given), given)
            rehearsed = time.process_time()
            assert batch.counts.get("refused") == wrong[sheet], (sheet, batch.counts, wrong)
            await batches.begin(batch, actor=dara, now=NOW)
            batch = await done(batch, given)
            told.append({"sheet": sheet, "rehearsed": rehearsed - started, "written": time.process_time() - rehearsed})
            made.append(batch)
        started = time.process_time()
        for batch in reversed(made):
            await batches.undo(batch, actor=dara, now=NOW)
            assert (await done(batch, given)).state == "undone"
        told.append({"sheet": "all", "undone": time.process_time() - started})
    return told


async def _counts() -> list[int]:
    return [await table.all().count() for table in (Person, Email, Membership, Place, Record, Participant)]


def killed(folder: Path, rounds: int, chance: random.Random) -> dict[str, object]:
    """Kills the process that takes over, and then that which undoes, at random moments; says what is wrong after."""
    settings = settings_in(folder)
    asyncio.run(settled(settings, folder))
    content, _ = workbook(0.06)
    wrong: list[str] = []

    async def begin() -> tuple[Batch, list[int]]:
        async with outside(settings) as given:
            batch = await done(await handed_in(content, "People", "people", given), given)
            before = await _counts()
            await batches.begin(batch, actor=await being("dara", TODAY), now=NOW)
            return batch, before

    async def work(batch: Batch) -> None:
        async with outside(settings) as given:
            await done(batch, given)

    async def look(batch: Batch) -> None:
        async with opened(settings.database_url):
            rows = BatchRow.filter(batch_id=batch.id, state="done")
            added = await Fact.filter(kind="person.added", recorded=NOW, actor_id=batch.made_by_id).count()
            people = await Person.filter(emails__address__endswith="@workforce.example").count()
            if await rows.count() != people or added < people:
                wrong.append(f"{await rows.count()} rows done, {people} people, {added} facts")

    async def finish(batch: Batch, before: list[int]) -> None:
        async with outside(settings) as given:
            if (await done(batch, given)).state != "undone" or await _counts() != before:
                wrong.append(f"{before} before, {await _counts()} once undone")
            wrong.extend((await verify_trail(now=NOW, keys=await given.keys.seal_keys())).problems)

    async def undo(batch: Batch) -> None:
        async with outside(settings) as given:
            ended = await done(batch, given)
            if ended.state != "done":
                wrong.append("not done in the end")
            await batches.undo(ended, actor=await being("dara", TODAY), now=NOW)

    batch, before = asyncio.run(begin())
    for turn in range(rounds):
        if turn == rounds // 2:
            asyncio.run(undo(batch))
        killed_within(chance.uniform(0, 0.8), partial(work, batch))
        asyncio.run(look(batch))
    asyncio.run(finish(batch, before))
    return {"rounds": rounds, "wrong": wrong}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=50)
    chosen = parser.parse_args()
    print(json.dumps(killed(chosen.folder, chosen.rounds, random.Random())))
    sys.exit(0)
