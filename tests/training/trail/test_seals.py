"""The sealed trail: whatever is done to it shows, and any entry can be proved without the rest."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.training.databases import POSTGRES, TRAIL, emptied, made, told
from training.core.errors import NotFound
from training.database.connection import connection, transaction
from training.trail import facts
from training.trail.models import Fact, Followup, Seal
from training.trail.seals import Head, export, head, prove, seal_trail
from training.trail.verify import Report, SealKey, check_export, check_proof, verify_trail

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
AFTERWARDS = LATER + timedelta(hours=2)
NAME, KEY = "k1", Ed25519PrivateKey.generate()


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    facts.follow({})
    async with emptied(tmp_path) as address, made(address, TRAIL):
        yield address


async def closed(*, now: datetime, key: Ed25519PrivateKey = KEY) -> int:
    return await seal_trail(now=now, sign=lambda text: {NAME: key.sign(text).hex()})


async def verified(known: Iterable[Head] = (), *, now: datetime = AFTERWARDS) -> Report:
    return await verify_trail(known, now=now, keys={NAME: SealKey(KEY.public_key())})


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
    await closed(now=NOW)
    await happen(4, LATER)
    await closed(now=LATER)


async def run(sql: str) -> None:
    await connection().execute_script(sql)


async def test_what_was_sealed_is_sound(url: str) -> None:
    await sealed(url)
    await happen(3, LATER)
    report = await verified()
    assert (report.sound, report.seals, report.entries, report.unsealed) == (True, 2, 9, 3)
    assert report.head == await head()
    assert (await head()).entries == 9


async def test_an_empty_trail_is_sound(url: str) -> None:
    assert await closed(now=NOW) == 0
    report = await verified()
    assert (report.sound, report.head.number) == (True, 0)


async def test_a_long_trail_is_sealed_in_several_batches(url: str) -> None:
    fact = {"kind": "person.launched", "subject_kind": "x", "subject_id": "1", "happened": NOW, "recorded": NOW}
    await Fact.bulk_create([Fact(**fact, detail={"n": n}) for n in range(2300)])
    assert await closed(now=NOW) == 2300
    assert [seal.size for seal in await Seal.all().order_by("id")] == [1000, 1000, 300]
    assert (await verified()).sound


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
    assert (await verified()).problems == ["Entry 3 (seal 1) was changed."]


async def test_a_change_that_renews_the_hash_of_the_entry_shows(url: str) -> None:
    await sealed(url)
    await run("UPDATE trail_fact SET version = '2', leaf = NULL WHERE id = 3")
    await run("UPDATE trail_fact SET leaf = (SELECT leaf FROM trail_fact WHERE id = 4) WHERE id = 3")
    assert not (await verified()).sound


@pytest.mark.parametrize("number", [1, 3, 5, 9])
async def test_a_removed_entry_shows(url: str, number: int) -> None:
    await sealed(url)
    await run(f"DELETE FROM trail_fact WHERE id = {number}")
    closed = 1 if number < 6 else 2
    assert f"Seal {closed} closed {5 if closed == 1 else 4} entries" in (await verified()).problems[0]


async def test_reordered_entries_show(url: str) -> None:
    await sealed(url)
    await run(
        "UPDATE trail_fact SET position = 100 WHERE id = 2; UPDATE trail_fact SET position = 1 WHERE id = 3;"
        "UPDATE trail_fact SET position = 2 WHERE id = 2"
    )
    assert (await verified()).problems == [
        "The entries of seal 1 are not those that it closed: changed, replaced or reordered."
    ]


async def test_entries_with_exchanged_numbers_show(url: str) -> None:
    await sealed(url)
    await run(
        "UPDATE trail_fact SET id = 100 WHERE id = 2; UPDATE trail_fact SET id = 2 WHERE id = 3;"
        "UPDATE trail_fact SET id = 3 WHERE id = 100"
    )
    assert not (await verified()).sound


async def test_an_entry_added_to_a_seal_shows(url: str) -> None:
    await sealed(url)
    await happen(1)
    await run("UPDATE trail_fact SET seal_id = 1, position = 5 WHERE id = 10")
    assert any("closed 5 entries; there are 6" in problem for problem in (await verified()).problems)


@pytest.mark.parametrize("seal_again", [False, True])
async def test_an_entry_slipped_in_with_an_old_date_shows_before_and_after_it_is_sealed(
    url: str, seal_again: bool
) -> None:
    await sealed(url)
    await happen(1, NOW)
    if seal_again:
        await closed(now=LATER + timedelta(hours=1))
    assert (await verified()).problems == ["Entry 10 was added later than it says."]


async def test_an_entry_taken_out_of_its_seal_shows(url: str) -> None:
    await sealed(url)
    await run("UPDATE trail_fact SET seal_id = NULL, position = NULL WHERE id = 2")
    assert not (await verified()).sound


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
    assert not (await verified()).sound


async def test_a_trail_rewritten_from_an_entry_on_shows_against_a_head_kept_elsewhere(url: str) -> None:
    await sealed(url)
    kept = await head()
    await run("UPDATE trail_fact SET seal_id = NULL, position = NULL, version = '9'; DELETE FROM trail_seal;")
    await closed(now=LATER)
    assert (await verified()).sound, "nobody can tell without a head kept elsewhere"
    assert (await verified([kept])).problems == [
        "Seal 2 is not the one that was noted elsewhere: the trail was rewritten."
    ]


UNDO_SEALS = "UPDATE trail_fact SET seal_id = NULL, position = NULL, leaf = NULL; DELETE FROM trail_seal;"


async def test_all_seals_made_anew_without_the_key_show(url: str) -> None:
    await sealed(url)
    await run(f"UPDATE trail_fact SET version = '9' WHERE id = 2; {UNDO_SEALS}")
    await closed(now=LATER, key=Ed25519PrivateKey.generate())
    assert (await verified()).problems == [
        "Seal 1 was not signed with the key k1: the signature is not right.",
    ]


async def test_seals_made_anew_without_any_signature_show_from_the_first_that_was_signed_or_tells_of_rows(
    url: str,
) -> None:
    await sealed(url)
    await run("UPDATE trail_seal SET signatures = NULL WHERE id = 2")
    assert (await verified()).problems == ["Seal 2 is not signed."]
    await run("UPDATE trail_seal SET signatures = NULL")
    assert (await verified()).sound, "seals of before, when none was signed"
    await run(f"""UPDATE trail_fact SET rows = '{{"people.Person": {{}}}}' WHERE id = 1; {UNDO_SEALS}""")
    await seal_trail(now=LATER, sign=lambda _: {})
    assert (await verified()).problems == ["Seal 1 is not signed."]


async def test_a_key_that_nobody_knows_does_not_count(url: str) -> None:
    await sealed(url)
    report = await verify_trail(now=AFTERWARDS, keys={})
    assert report.problems == [
        "Seals 1 to 2 (2) are signed with the key k1, which is none of this service, or does not open with its "
        "TRAINING_SECRET_KEY."
    ]


async def test_a_key_that_was_given_up_vouches_only_for_what_a_good_one_signed_after_it(url: str) -> None:
    await sealed(url)
    fresh = Ed25519PrivateKey.generate()
    keys = {NAME: SealKey(KEY.public_key(), given_up=True), "k2": SealKey(fresh.public_key())}
    assert not (await verify_trail(now=AFTERWARDS, keys=keys)).sound
    await happen(1, LATER)
    await seal_trail(now=AFTERWARDS, sign=lambda text: {"k2": fresh.sign(text).hex()})
    assert (await verify_trail(now=AFTERWARDS, keys=keys)).sound


async def test_a_clock_that_was_a_day_ahead_is_noted_and_refuses_nothing_later(url: str) -> None:
    ahead = LATER + timedelta(days=1)
    await happen(2)
    await closed(now=NOW)
    await happen(1, ahead)
    await closed(now=ahead)
    await happen(2, LATER)
    at_once = await verified(now=LATER + timedelta(minutes=5))
    assert at_once.sound and len(at_once.notes) == 1 and "The clock went back" in at_once.notes[0]
    await closed(now=LATER + timedelta(minutes=10))
    await happen(1, LATER + timedelta(days=3))
    await closed(now=LATER + timedelta(days=3))
    afterwards = await verified(now=LATER + timedelta(days=4))
    assert afterwards.sound and "seal 3" in afterwards.notes[0]
    await happen(1, NOW)
    assert (await verified(now=LATER + timedelta(days=4))).problems == ["Entry 7 was added later than it says."]


@pytest.mark.parametrize("column", ["detail", "recorded", "rows", "id", "leaf", "position", "happened", "person_id"])
@pytest.mark.skipif(POSTGRES, reason="it takes no such values")
async def test_a_damaged_entry_or_seal_is_a_line_and_no_fault(url: str, column: str) -> None:
    await sealed(url)
    await run(f"UPDATE trail_fact SET {column} = 99 WHERE id = 3" if column == "id" else damage("trail_fact", column))
    assert not (await verified()).sound
    for name in ("made", "size", "root", "chain", "signatures"):
        await run(damage("trail_seal", name))
        assert not (await verified()).sound


def damage(table: str, column: str) -> str:
    return f"UPDATE {table} SET {column} = '\u2028{{x' WHERE id = (SELECT max(id) FROM {table})"


async def test_an_entry_in_a_seal_that_was_cut_off_shows(url: str) -> None:
    await sealed(url)
    off = "ALTER TABLE trail_fact DISABLE TRIGGER ALL" if POSTGRES else "PRAGMA foreign_keys = OFF"
    await run(off)
    if POSTGRES:
        await run("ALTER TABLE trail_seal DISABLE TRIGGER ALL")
    await run("DELETE FROM trail_seal WHERE id = 2")
    assert (await verified()).problems == [f"Entry {number} names a seal that is not there." for number in range(6, 10)]


async def test_what_is_sealed_while_the_trail_is_checked_is_no_fault(url: str) -> None:
    await sealed(url)
    keys = {NAME: SealKey(KEY.public_key())}
    # After the seals it rests for some tenths of a second.
    check = asyncio.create_task(verify_trail(now=AFTERWARDS, keys=keys, share=0.01))
    await asyncio.sleep(0.1)
    await happen(3, LATER)
    await closed(now=LATER)
    assert (await check).problems == []
    assert (await verified()).problems == []


async def test_a_head_kept_elsewhere_stays_part_of_the_growing_trail(url: str) -> None:
    await sealed(url)
    kept = await head()
    await happen(2, LATER)
    await closed(now=LATER + timedelta(minutes=10))
    assert (await verified([kept])).sound


async def test_sealing_twice_at_once_seals_each_entry_once(url: str) -> None:
    await happen(40)
    counts = await asyncio.gather(*(closed(now=NOW) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 40]
    assert (await verified()).sound


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
    assert await closed(now=NOW) == 1
    may_end.set()
    await task
    assert await closed(now=NOW + timedelta(minutes=10)) == 1
    assert [fact.seal_id for fact in await Fact.all().order_by("id")] == [2, 1]
    assert (await verified()).sound


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
    assert not (await verified()).sound
