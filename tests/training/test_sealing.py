"""The sealed trail: whatever is done to it shows, and any entry can be proved without the rest."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.training.databases import POSTGRES, TRAIL, emptied, made, told
from training import facts
from training.database.opening import connection, transaction
from training.errors import NotFound
from training.facts import Fact, Followup
from training.sealing import Seal, export, head, prove, seal_trail
from training.trail_check import check_export, check_proof, verify_trail

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    facts.follow({})
    async with emptied(tmp_path) as address, made(address, TRAIL):
        yield address


async def happen(count: int, now: datetime = NOW) -> None:
    subject = Followup(id=UUID(int=7))
    async with transaction():
        for number in range(count):
            await facts.record(
                "person.launched",
                subject,
                actor=UUID(int=1),
                now=now + timedelta(microseconds=number),
                person=UUID(int=2),
                detail={"ü": [1, 2.5, None, "Olá"], "number": number},
            )


async def sealed(url: str) -> None:
    """Two runs: five facts, then four."""
    await happen(5)
    await seal_trail(now=NOW)
    await happen(4, LATER)
    await seal_trail(now=LATER)


async def run(sql: str) -> None:
    await connection().execute_script(sql)


async def test_what_was_sealed_is_sound(url: str) -> None:
    await sealed(url)
    await happen(3, LATER)
    report = await verify_trail()
    assert (report.sound, report.seals, report.entries, report.unsealed) == (True, 2, 9, 3)
    assert report.head == await head()
    assert (await head()).entries == 9


async def test_an_empty_trail_is_sound(url: str) -> None:
    assert await seal_trail(now=NOW) == 0
    report = await verify_trail()
    assert (report.sound, report.head.number) == (True, 0)


async def test_a_long_trail_is_sealed_in_several_batches(url: str) -> None:
    fact = {"kind": "person.launched", "subject_kind": "x", "subject_id": "1", "happened": NOW, "recorded": NOW}
    await Fact.bulk_create([Fact(**fact, detail={"n": n}) for n in range(2300)])
    assert await seal_trail(now=NOW) == 2300
    assert [seal.size for seal in await Seal.all().order_by("id")] == [1000, 1000, 300]
    assert (await verify_trail()).sound


COLUMNS = {
    "kind": "'person.signed_in'",
    "subject_kind": "'people.Person'",
    "subject_id": "'other'",
    "person_id": "'00000000-0000-0000-0000-000000000009'",
    "unit_id": "'00000000-0000-0000-0000-000000000009'",
    "actor_id": "NULL",
    "on_behalf_of_id": "'00000000-0000-0000-0000-000000000009'",
    "happened": "'2026-11-24 10:00:00+00:00'",
    "recorded": "'2026-11-25 10:00:01+00:00'",
    "version": "'2'",
    "detail": """'{"number": 99}'""",
}


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_change_in_any_column_shows_and_names_the_entry(url: str, column: str) -> None:
    await sealed(url)
    await run(f"UPDATE trail_fact SET {column} = {COLUMNS[column]} WHERE id = 3")
    assert (await verify_trail()).problems == ["Entry 3 (seal 1) was changed."]


async def test_a_change_that_renews_the_hash_of_the_entry_shows(url: str) -> None:
    await sealed(url)
    await run("UPDATE trail_fact SET version = '2', leaf = NULL WHERE id = 3")
    await run("UPDATE trail_fact SET leaf = (SELECT leaf FROM trail_fact WHERE id = 4) WHERE id = 3")
    assert not (await verify_trail()).sound


@pytest.mark.parametrize("number", [1, 3, 5, 9])
async def test_a_removed_entry_shows(url: str, number: int) -> None:
    await sealed(url)
    await run(f"DELETE FROM trail_fact WHERE id = {number}")
    closed = 1 if number < 6 else 2
    assert f"Seal {closed} closed {5 if closed == 1 else 4} entries" in (await verify_trail()).problems[0]


async def test_reordered_entries_show(url: str) -> None:
    await sealed(url)
    await run(
        "UPDATE trail_fact SET position = 100 WHERE id = 2; UPDATE trail_fact SET position = 1 WHERE id = 3;"
        "UPDATE trail_fact SET position = 2 WHERE id = 2"
    )
    assert (await verify_trail()).problems == [
        "The entries of seal 1 are not those that it closed: changed, replaced or reordered."
    ]


async def test_entries_with_exchanged_numbers_show(url: str) -> None:
    await sealed(url)
    await run(
        "UPDATE trail_fact SET id = 100 WHERE id = 2; UPDATE trail_fact SET id = 2 WHERE id = 3;"
        "UPDATE trail_fact SET id = 3 WHERE id = 100"
    )
    assert not (await verify_trail()).sound


async def test_an_entry_added_to_a_seal_shows(url: str) -> None:
    await sealed(url)
    await happen(1)
    await run("UPDATE trail_fact SET seal_id = 1, position = 5 WHERE id = 10")
    assert any("closed 5 entries; there are 6" in problem for problem in (await verify_trail()).problems)


@pytest.mark.parametrize("seal_again", [False, True])
async def test_an_entry_slipped_in_with_an_old_date_shows_before_and_after_it_is_sealed(
    url: str, seal_again: bool
) -> None:
    await sealed(url)
    await happen(1, NOW)
    if seal_again:
        await seal_trail(now=LATER + timedelta(hours=1))
    assert (await verify_trail()).problems == ["Entry 10 was added later than it says."]


async def test_an_entry_taken_out_of_its_seal_shows(url: str) -> None:
    await sealed(url)
    await run("UPDATE trail_fact SET seal_id = NULL, position = NULL WHERE id = 2")
    assert not (await verify_trail()).sound


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE trail_seal SET size = 4 WHERE id = 1",
        f"UPDATE trail_seal SET root = '{'0' * 64}' WHERE id = 1",
        f"UPDATE trail_seal SET chain = '{'1' * 64}' WHERE id = 1",
        "UPDATE trail_seal SET made = '2026-11-25 09:00:00+00:00' WHERE id = 1",
        "UPDATE trail_fact SET seal_id = NULL WHERE seal_id = 1; DELETE FROM trail_seal WHERE id = 1",
        "DELETE FROM trail_fact WHERE seal_id = 1; DELETE FROM trail_seal WHERE id = 1",
    ],
)
async def test_a_seal_that_was_changed_or_removed_shows(url: str, sql: str) -> None:
    await sealed(url)
    await run(sql)
    assert not (await verify_trail()).sound


async def test_a_trail_rewritten_from_an_entry_on_shows_against_a_head_kept_elsewhere(url: str) -> None:
    await sealed(url)
    kept = await head()
    await run("UPDATE trail_fact SET seal_id = NULL, position = NULL, version = '9'; DELETE FROM trail_seal;")
    await seal_trail(now=LATER)
    assert (await verify_trail()).sound, "nobody can tell without a head kept elsewhere"
    assert (await verify_trail([kept])).problems == [
        "Seal 2 is not the one that was noted elsewhere: the trail was rewritten."
    ]


async def test_a_head_kept_elsewhere_stays_part_of_the_growing_trail(url: str) -> None:
    await sealed(url)
    kept = await head()
    await happen(2, LATER)
    await seal_trail(now=LATER + timedelta(minutes=10))
    assert (await verify_trail([kept])).sound


async def test_sealing_twice_at_once_seals_each_entry_once(url: str) -> None:
    await happen(40)
    counts = await asyncio.gather(*(seal_trail(now=NOW) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 40]
    assert (await verify_trail()).sound


@pytest.mark.skipif(not POSTGRES, reason="SQLite has one writer at a time")
async def test_an_entry_that_commits_after_a_later_one_was_sealed_is_sealed_next(url: str) -> None:
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await facts.record("person.launched", Followup(id=UUID(int=7)), actor=None, now=NOW)
            entered.set()
            await may_end.wait()

    task = asyncio.create_task(slow())
    await entered.wait()
    await happen(1)
    assert await seal_trail(now=NOW) == 1
    may_end.set()
    await task
    assert await seal_trail(now=NOW + timedelta(minutes=10)) == 1
    assert [fact.seal_id for fact in await Fact.all().order_by("id")] == [2, 1]
    assert (await verify_trail()).sound


async def test_a_proof_shows_that_an_entry_belongs_and_no_other(url: str) -> None:
    await sealed(url)
    for number in range(1, 10):
        proof = await prove(number)
        assert check_proof(proof)
        assert len(proof.path) <= 3
        assert not check_proof(dataclasses.replace(proof, entry=proof.entry | {"version": "2"}))
    await happen(1, LATER)
    with pytest.raises(NotFound):
        await prove(10)


async def test_an_export_can_be_checked_elsewhere(url: str) -> None:
    await sealed(url)
    lines = [json.loads(line) async for line in export()]
    assert len(lines) == 1 + 2 + 9 + 1
    assert check_export(lines) == []
    for number in range(1, len(lines)):
        assert check_export(lines[:number] + lines[number + 1 :]), f"line {number} is missing"
    changed = json.loads(json.dumps(lines))
    changed[3]["entry"]["kind"] = "person.erased"
    assert check_export(changed) == ["The entries of seal 1 are not those that it closed."]


@pytest.mark.skipif(not POSTGRES, reason="needs a second connection")
async def test_the_proof_of_tampering_does_not_depend_on_our_own_connection(url: str) -> None:
    await sealed(url)
    await told(url, "UPDATE trail_fact SET kind = 'person.erased' WHERE id = 1")
    assert not (await verify_trail()).sound
