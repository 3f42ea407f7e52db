"""Lists of records, however long: each tells how its records stand."""

from uuid import uuid4

from training.records import actions
from training.records.overview import states_of

from .test_actions import NOW, SESSION


async def test_more_records_than_one_query_may_name_are_told_apart(cast):
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    others = [uuid4() for _ in range(33_000)]
    assert await states_of([*others, row.id]) == {row.id: "asked"}
