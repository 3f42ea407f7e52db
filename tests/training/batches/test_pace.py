"""Steps of work on many rows: as long as others can wait, and no longer, however long a row takes."""

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.training.imports.handing_in import csv_of, do, hand_in
from training.batches import pace
from training.batches.models import Batch
from training.imports.people import PeopleImport

ROWS = 120
ROW_SECONDS = 1 / 512
FIT = 40
"""So many of them are done in the time that a step may take."""
HEAD = "Name,Email,Role,Site,Starts"


def steps_of(seconds_of_a_row: float, many: int) -> list[int]:
    """How many rows each step takes of as many, where each row takes so long by a clock of our own."""
    hand = [0.0]
    one, steps = pace.StepSizes(hold=FIT * ROW_SECONDS, clock=lambda: hand[0]), list[int]()
    while sum(steps) < many:
        steps.append(one.rows)
        with one.step():
            hand[0] += seconds_of_a_row * one.rows
    return steps


def test_a_step_grows_while_rows_are_quick_and_shrinks_when_they_are_slow() -> None:
    quick, slow = steps_of(0.0001, 2000), steps_of(ROW_SECONDS, 200)
    assert max(quick) == pace.MOST and all(after <= 2 * before for before, after in pairwise(quick))
    assert slow == [pace.FIRST, FIT, FIT, FIT, FIT, FIT]
    assert set(steps_of(5, 100)) == {pace.FIRST}, "where it is the step that takes long, fewer rows would help nobody"


async def test_slow_rows_are_taken_over_few_in_each_transaction(
    growing: None, browse: Callable, work: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    dara = await browse("dara")
    rows = [f"Person {at},person{at}@new.example,trainee,RIV,2025-04-03" for at in range(ROWS)]
    batch = await hand_in(dara, csv_of(HEAD, *rows), "people")
    await work()
    steps: list[int] = []
    write = PeopleImport.write

    async def slowly(self: PeopleImport, plans: list) -> None:
        steps.append(len(plans))
        time.sleep(ROW_SECONDS * len(plans))  # holds the loop, as reading and reckoning do
        await write(self, plans)

    monkeypatch.setattr(PeopleImport, "write", slowly)
    for name in ("HOLD_SECONDS", "ON_POSTGRES_SECONDS"):
        monkeypatch.setattr(pace, name, FIT * ROW_SECONDS)
    await do(dara, batch, "begin")
    await work()
    assert (await Batch.get(id=batch.id)).counts == {"new": ROWS}
    assert sum(steps) == ROWS and max(steps) <= FIT, steps
