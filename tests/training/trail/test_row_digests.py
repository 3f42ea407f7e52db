"""What a fact says of the rows it speaks of: a digest of each, the same however the row was written and is read."""

import asyncio
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from tests.copies import SERVER
from tests.soundness import unsound_rows
from training.database.connection import transaction
from training.demo.cast import known
from training.people.actions import sign_in
from training.people.models import Email, Membership, Person, Session
from training.trail import facts
from training.trail.models import Fact, SealedRow
from training.trail.row_digests import stand_all

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


async def said(kind, subject, **more):
    async with transaction():
        return await facts.record(kind, subject, actor=None, now=NOW, **more)


async def test_a_fact_carries_the_digests_of_its_subject_and_of_the_rows_it_names(database):
    person, role = await Person.get(id=known("amina")), await Membership.get(person_id=known("amina"))
    fact = await said("person.changed", person, rows=[role])
    kept = (await Fact.get(id=fact.id)).rows
    assert {table: list(rows) for table, rows in kept.items()} == {
        "people.Person": [str(person.id)],
        "people.Membership": [str(role.id)],
    }
    assert all(len(digest) == 64 for rows in kept.values() for digest in rows.values())


async def test_a_row_that_did_not_change_has_the_same_digest_again_and_a_changed_one_another(database):
    role = await Membership.get(person_id=known("amina"))
    first, second = [await said("membership.given", role) for _ in range(2)]
    await Membership.filter(id=role.id).update(ends=date(2026, 12, 1))
    third = await said("membership.ended", role)
    await Membership.filter(id=role.id).update(ends=None)
    fourth = await said("membership.ended", role)
    digests = [one.rows["people.Membership"][str(role.id)] for one in (first, second, third, fourth)]
    assert digests[0] == digests[1]
    assert len({*digests}) == 3, "the salt is new, so that nobody can tell that it is as it was before"


async def test_a_row_read_later_has_the_digest_that_the_fact_carries(database):
    for person in await Person.all():
        await said("person.changed", person)
    told = {
        key: digest
        for fact in await Fact.filter(kind="person.changed")
        for key, digest in (fact.rows or {})["people.Person"].items()
    }
    read = {row.id: row.digest() async for rows in stand_all(Person, batch=4) for row in rows}
    assert told == read and len(read) == 15


async def test_a_row_that_is_gone_is_noted_as_gone_and_its_salt_is_forgotten(database):
    email = await Email.get(person_id=known("amina"))
    await said("person.changed", email)
    await Email.filter(id=email.id).delete()
    fact = await said("person.erased", email)
    assert fact.rows == {"people.Email": {str(email.id): None}}
    assert not await SealedRow.filter(id=f"people.Email/{email.id}").exists()


async def test_columns_that_are_working_state_are_left_out(database):
    person = await Person.get(id=known("amina"))
    first = await said("person.changed", person)
    await Person.filter(id=person.id).update(language="cy")
    assert (await said("person.changed", person)).rows == first.rows


async def test_a_row_of_a_table_that_is_not_sealed_is_refused_but_may_be_the_subject(database):
    session = Session(token_hash="x")
    assert (await said("person.signed_in", session)).rows is None
    with pytest.raises(RuntimeError, match=r"people\.Session is not sealed"):
        await said("person.signed_in", await Person.get(id=known("amina")), rows=[session])


async def test_a_digest_gives_away_nothing_of_a_row_that_was_erased(database):
    person = await Person.create(id=uuid4(), unit_id=known("together"), name="Ada Nowak", created=NOW)
    first = await said("person.added", person)
    salt = (await SealedRow.get(id=f"people.Person/{person.id}")).salt
    await Person.filter(id=person.id).update(name="Erased person")
    await said("person.erased", person)
    assert (await SealedRow.get(id=f"people.Person/{person.id}")).salt != salt
    assert salt not in str((await Fact.get(id=first.id)).rows)


async def test_what_other_hands_did_to_a_row_is_not_taken_for_true_when_its_person_signs_in(database):
    amina = known("amina")
    await Person.filter(id=amina).update(name="Amina Certified")
    before = await unsound_rows()
    assert len(before) == 1 and "name changed since entry" in before[0]
    await sign_in(amina, way="demo", strong=False, session_token="s" * 43, replaces=None, browser="", now=NOW)
    assert await unsound_rows() == before
    await Person.filter(id=amina).update(name="Amina Yusuf")
    assert await unsound_rows() == []


@pytest.mark.skipif(not SERVER, reason="SQLite has one writer at a time")
async def test_a_fact_that_waited_for_another_reads_the_row_and_what_it_is_checked_with_of_afterwards(database):
    role = await Membership.get(person_id=known("amina"))
    changed, may_end = asyncio.Event(), asyncio.Event()

    async def ends():
        async with transaction():
            await Membership.filter(id=role.id).update(ends=date(2026, 12, 1))
            await facts.record("membership.ended", role, actor=None, now=NOW)
            changed.set()
            await may_end.wait()

    first = asyncio.create_task(ends())
    await changed.wait()
    second = asyncio.create_task(said("person.exported", await Person.get(id=known("amina")), rows=[role]))
    await asyncio.sleep(0.2)
    assert not second.done()
    may_end.set()
    await asyncio.gather(first, second)
    assert await unsound_rows() == []
