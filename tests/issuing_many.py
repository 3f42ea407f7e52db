"""Issues certificates to many at once in a place of its own, measures it, and kills whoever does it.

`python -m tests.issuing_many FOLDER --rounds N`: a program of its own, as it forks; says what it found as JSON.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from functools import partial
from pathlib import Path
from uuid import UUID

from certificates.bulk import actions
from certificates.bulk.selections import Selection
from certificates.decisions.jobs import evaluate_and_follow
from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation, StateChange
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from tests.certificates.world import HOME, NAMED, publish_pathway
from tests.killing import killed_within
from tests.taking_over import NOW, done, outside, settings_in
from tests.today import TODAY
from training.app import consequences
from training.app.resources import Resources
from training.batches import actions as batches
from training.batches.models import Batch, BatchRow
from training.core.handed_files import HandedFile
from training.core.settings import Settings
from training.core.storage import prepare
from training.database.connection import opened
from training.database.migrate import migrate
from training.demo.cast import settle
from training.demo.doing import being
from training.imports import actions as imports
from training.people.models import Person
from training.trail import facts
from training.trail.models import Fact
from training.trail.verify import verify_trail

SECONDS = 0.8
"""A process is killed after at most so long."""


async def waiting(settings: Settings, folder: Path, many: int) -> None:
    """Makes the demo's unit, and people of a table for whom all is met and a decision is due."""
    facts.follow(consequences.AFTER)
    prepare(settings.storage)
    await migrate(settings.database_url)
    async with outside(settings) as given:
        await settle(NOW)
        await publish_pathway(folder, NAMED)
        lines = [
            f"Person {number} Many,many{number}@many.example,Facilitator,RIV,2026-01-01,Chosen Steps"
            for number in range(many)
        ]
        content = "\n".join(["Name,Email,Role,Site,Starts,Programmes", *lines]).encode()
        dara = await being("dara", TODAY)
        batch = await imports.hand_in(HandedFile("many.csv", content), actor=dara, resources=given, now=NOW)
        await imports.choose_kind(batch, "", "people", actor=dara, resources=given)
        batch = await Batch.get(id=batch.id)
        await imports.match_columns(batch, batch.wishes["match"], "", actor=dara, resources=given, now=NOW)
        await batches.begin(await done(batch, given), actor=dara, now=NOW)
        await done(batch, given)
        for one in await Person.filter(emails__address__endswith="@many.example"):
            typed = TypedEvidence("qualification", "first aid", TODAY)
            await record_evidence(one.id, typed, actor=dara, now=NOW)
            await evaluate_and_follow(one.id, home=HOME, now=NOW)
        assert await Evaluation.filter(awaiting=True).count() == many


async def rehearsed(given: Resources) -> Batch:
    """Has all who wait rehearsed."""
    dara = await being("dara", TODAY)
    batch = await actions.choose("bulk issue", Selection("decisions", all=True), actor=dara, now=NOW)
    await actions.answer(batch, {"reasons": "All is met."}, options={}, now=NOW)
    return await done(batch, given)


async def looked_at(batch: Batch) -> list[str]:
    """Says what is half done: a row without all that belongs to it, or the other way round."""
    rows = BatchRow.filter(batch_id=batch.id)
    issued = await rows.filter(state__in=["done", "undone"]).count()
    undone = await rows.filter(state="undone").count()
    awarded = await Fact.filter(kind="certificate.awarded").count()
    counts = [await table.all().count() for table in (Decision, Certification, Certificate)]
    withdrawn = await StateChange.filter(state="withdrawn").count()
    told = await Fact.filter(kind="certificate.withdrawn").count()
    fine = counts == [issued] * 3 and awarded == issued and withdrawn == told == undone
    return [] if fine else [f"{issued} rows issued, {counts}, {awarded} facts; {undone} undone, {withdrawn}, {told}"]


async def measured(folder: Path, many: int) -> dict[str, float]:
    """Issues and undoes without a kill; gives seconds of the processor for each."""
    settings = settings_in(folder)
    await waiting(settings, folder, many)
    async with outside(settings) as given:
        dara, moments = await being("dara", TODAY), [time.process_time()]
        batch = await rehearsed(given)
        assert batch.counts == {"changed": many} and await Decision.all().count() == 0, batch.counts
        moments.append(time.process_time())
        await batches.begin(batch, actor=dara, now=NOW)
        await done(batch, given)
        moments.append(time.process_time())
        await batches.undo(await Batch.get(id=batch.id), actor=dara, now=NOW)
        await done(batch, given)
        moments.append(time.process_time())
    names = ("rehearsed", "issued", "undone")
    return {name: after - before for name, before, after in zip(names, moments, moments[1:], strict=False)}


def killed(folder: Path, rounds: int, many: int, chance: random.Random) -> dict[str, object]:
    """Kills the process that issues, and then that which undoes, at random moments; says what is wrong after."""
    settings = settings_in(folder)
    asyncio.run(waiting(settings, folder, many))
    wrong: list[str] = []

    async def begin() -> UUID:
        async with outside(settings) as given:
            batch = await rehearsed(given)
            wrong.extend(await looked_at(batch))
            await batches.begin(batch, actor=await being("dara", TODAY), now=NOW)
            return batch.id

    async def work(key: UUID) -> Batch:
        async with outside(settings) as given:
            return await done(await Batch.get(id=key), given)

    async def look(key: UUID) -> None:
        async with opened(settings.database_url):
            wrong.extend(await looked_at(await Batch.get(id=key)))

    async def undo(key: UUID) -> None:
        ended = await work(key)
        async with outside(settings):
            if ended.state != "done" or await Decision.all().count() != many:
                wrong.append(f"{ended.state} in the end, {await Decision.all().count()} of {many} decided")
            await batches.undo(ended, actor=await being("dara", TODAY), now=NOW)

    async def finish(key: UUID) -> None:
        if (await work(key)).state != "undone":
            wrong.append("not undone in the end")
        await look(key)
        async with outside(settings) as given:
            wrong.extend((await verify_trail(now=NOW, keys=await given.keys.seal_keys())).problems)

    key = asyncio.run(begin())
    for turn in range(rounds):
        if turn == rounds // 2:
            asyncio.run(undo(key))
        killed_within(chance.uniform(0, SECONDS), partial(work, key))
        asyncio.run(look(key))
    asyncio.run(finish(key))
    return {"rounds": rounds, "many": many, "wrong": wrong}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--many", type=int, default=40)
    chosen = parser.parse_args()
    print(json.dumps(killed(chosen.folder, chosen.rounds, chosen.many, random.Random())))
    sys.exit(0)
