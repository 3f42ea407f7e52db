"""Merges two records and undoes it, again and again, kills that process at random moments, and looks at what is left.

`python -m tests.killed_merges URL FOLDER --rounds N`: a program of its own, as it forks; says what it found as JSON.
"""

import json
import os
import sys
import time
from functools import partial
from uuid import UUID, uuid4

from certificates.merging.actions import merge, undo
from tests.certificates.merging.twin import JUDE, TWIN, everything, make_twin
from tests.killing import Kills, asked, killed_once_begun
from tests.soundness import speak_of
from tests.today import NOW, TODAY
from training.app import consequences
from training.database.connection import opened
from training.database.migrate import migrate
from training.demo.cast import known, settle
from training.demo.doing import being
from training.people.merging.models import Merge
from training.people.models import Person
from training.records.models import Record
from training.trail import facts
from training.trail.models import Fact
from training.trail.verify import verify_trail

RECORDS = 300
"""So many records come along, that a merge takes a while."""
ACTS = 3
"""A process is killed while so many merges could be done, at the latest: before, in or after any of its writes."""


class MergeKills(Kills):
    """Two records are merged and taken apart; `states` are how everything looks, by whether they are merged."""

    states: dict[bool, object]
    seconds: float
    """How long a merge takes here."""

    def kill(self, number: int) -> bool:
        return killed_once_begun(self._act, partial(time.sleep, self.chance.uniform(0, ACTS * self.seconds)))

    async def prepare(self) -> None:
        facts.follow(consequences.AFTER)
        await migrate(self.settings.database_url)
        async with opened(self.settings.database_url):
            await settle(NOW)
            await make_twin(self.folder)
            given = {"unit_id": known("together"), "person_id": TWIN, "recorded_by_id": known("dara")}
            await speak_of(*[
                await Record.create(id=uuid4(), entry_key=uuid4(), **given, type="qualification", what="first aid",
                                    on=TODAY, listed=TODAY, attributes={}, recorded=NOW)
                for _ in range(RECORDS)
            ])  # fmt: skip
            self.states = {False: await everything()}
            began = time.monotonic()
            made = await self._merge()
            self.seconds = time.monotonic() - began
            self.states[True] = await everything()
            await self._undo(made)
            if await everything() != self.states[False]:
                self.wrong.append("undoing does not put everything back")

    async def _merge(self) -> UUID:
        dara = await being("dara", TODAY)
        return (await merge(JUDE, TWIN, reason="I have asked.", actor=dara, now=NOW)).id

    async def _undo(self, merge_id: UUID) -> None:
        await undo(merge_id, because="They are two.", actor=await being("dara", TODAY), now=NOW)

    async def _act(self, begins: int) -> None:
        note = os.open(self.acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        async with opened(self.settings.database_url):
            os.write(begins, b"!")
            while True:
                if standing := await Merge.get_or_none(undone__isnull=True):
                    await self._undo(standing.id)
                    os.write(note, f"undone {standing.id}\n".encode())
                else:
                    os.write(note, f"merged {await self._merge()}\n".encode())

    async def look(self) -> None:
        async with opened(self.settings.database_url):
            rows = {str(row.id): row for row in await Merge.all()}
            standing = [row for row in rows.values() if row.undone is None]
            if await everything() != self.states[bool(standing)]:
                self.wrong.append("something is by half")
            merged_into = (await Person.get(id=TWIN)).merged_into_id
            if len(standing) > 1 or merged_into != (JUDE if standing else None):
                self.wrong.append("a merge without its record, or a record without its merge")
            for line in self.said():
                act, which = line.split()
                if which not in rows or (act == "undone" and rows[which].undone is None):
                    self.wrong.append(f"{line}: acknowledged and lost")
            undone = len(rows) - len(standing)
            told = [await Fact.filter(kind=kind).count() for kind in ("merge.made", "merge.undone", "person.unmerged")]
            if told != [len(rows), undone, undone]:
                self.wrong.append("a merge without its fact, or a fact without its merge")

    async def finish(self) -> None:
        """Undoes what stands: the two are as they were before the first merge, and the trail is sound."""
        async with opened(self.settings.database_url):
            if standing := await Merge.get_or_none(undone__isnull=True):
                await self._undo(standing.id)
            if await everything() != self.states[False]:
                self.wrong.append("what was killed cannot be undone")
            self.wrong += (await verify_trail(now=NOW, keys={})).problems


def main(words: list[str]) -> int:
    """Does the rounds and prints what was found."""
    print(json.dumps(MergeKills(*asked(words, __doc__, rounds=50)).run()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
