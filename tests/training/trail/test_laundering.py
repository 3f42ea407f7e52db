"""What other hands did to a row stays named, whatever the service itself does to that row afterwards."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from certificates.erase_person import erase
from tests.soundness import unsound_rows
from training.database.connection import connection, transaction
from training.demo.cast import known
from training.people.authentication.operator import OPERATOR
from training.people.models import Email, Membership, Person
from training.trail import facts
from training.trail.baseline import accept
from training.trail.models import Fact, SealedRow
from training.trail.plain_rows import CANONICAL
from training.trail.row_digests import stand, stand_all

pytestmark = pytest.mark.by_hand
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
JUDE = f"/people/{known('jude')}"
YESTERDAY = date.today() - timedelta(days=1)


async def sql(*statements):
    for statement in statements:
        await connection().execute_query(statement)


async def ended_through_its_page(browse, role):
    chloe = await browse("chloe")
    done = await chloe.post(f"{JUDE}/memberships/end", data={"membership": str(role.id), "ends": str(YESTERDAY)})
    assert done.status_code == 303
    assert (await Membership.get(id=role.id)).ends == YESTERDAY


async def judes_role():
    role = await Membership.get(person_id=known("jude"))
    return role, f"people_membership {role.id}: "


def begins_earlier(role):
    return f"UPDATE people_membership SET starts = '2001-02-03' WHERE id = '{role.id}'"


async def put_in():
    jude = await Membership.get(person_id=known("jude"))
    return await Membership.create(
        id=uuid4(), person_id=jude.person_id, role="facilitator", site_id=jude.site_id, starts=date(2020, 1, 1)
    )


async def only_problem():
    (line,) = await unsound_rows()
    return line


async def test_a_changed_column_stays_named_when_the_role_is_ended_through_its_page(browse):
    role, named = await judes_role()
    await sql(begins_earlier(role))
    assert (await only_problem()).startswith(f"{named}starts changed since entry")
    await ended_through_its_page(browse, role)
    assert (await only_problem()).startswith(f"{named}starts changed without an entry in the trail")


async def test_what_was_done_through_the_page_is_kept_beside_it_and_cannot_be_undone_by_putting_all_back(browse):
    role, named = await judes_role()
    await sql(begins_earlier(role))
    await ended_through_its_page(browse, role)
    put_back = f"UPDATE people_membership SET starts = '{role.starts}', ends = NULL WHERE id = '{role.id}'"
    await sql(put_back)
    assert (await only_problem()).startswith(f"{named}ends, starts changed without an entry")


async def test_somebody_may_still_answer_for_it(browse):
    role, _ = await judes_role()
    await sql(begins_earlier(role))
    await ended_through_its_page(browse, role)
    assert await accept([(Membership, str(role.id))], because="So it was on paper.", actor=OPERATOR, now=NOW) == 1
    assert await unsound_rows() == []


@pytest.mark.parametrize("then", ["nothing", "ended"])
async def test_a_role_that_was_put_in_stays_named_when_it_is_ended_through_its_page(browse, then):
    role = await put_in()
    if then == "ended":
        await ended_through_its_page(browse, role)
    assert (await only_problem()).startswith(
        f"people_membership {role.id}: the row was added without an entry in the trail"
    )


async def with_marks_of_its_own(role):
    """What somebody writes into `trail_row` who has read how it is made."""
    (row,) = await stand(Membership, [str(role.id)])
    fresh = row.salted()
    marks = json.dumps(fresh.marks)
    await sql(
        f"DELETE FROM trail_row WHERE id = '{row.key}'",
        f"INSERT INTO trail_row (id, salt, marks) VALUES ('{row.key}', '{fresh.salt}', '{marks}')",
    )


async def without_marks(role):
    await sql(f"DELETE FROM trail_row WHERE id = 'people.Membership/{role.id}'")


async def without_the_mark_of_the_column(role):
    kept = await SealedRow.get(id=f"people.Membership/{role.id}")
    marks = json.dumps({name: mark for name, mark in kept.marks.items() if name != "starts"})
    await sql(f"UPDATE trail_row SET marks = '{marks}' WHERE id = '{kept.id}'")


async def with_short_marks(role):
    await as_of_before(role, tell=False)


async def with_marks_that_are_none(role):
    await sql(f"""UPDATE trail_row SET marks = '{{"starts": 7}}' WHERE id = 'people.Membership/{role.id}'""")


FORGERIES = [
    with_marks_that_are_none,
    with_marks_of_its_own,
    without_marks,
    without_the_mark_of_the_column,
    with_short_marks,
]


@pytest.mark.parametrize("forged", FORGERIES, ids=lambda one: one.__name__)
async def test_a_row_stays_named_also_when_what_it_is_checked_with_was_made_to_fit(browse, forged):
    role, named = await judes_role()
    await sql(begins_earlier(role))
    await forged(role)
    assert (await only_problem()).startswith(named)
    await ended_through_its_page(browse, role)
    assert (await only_problem()).startswith(named)
    await accept([(Membership, str(role.id))], because="So it was on paper.", actor=OPERATOR, now=NOW)
    assert await unsound_rows() == []


async def test_a_role_that_was_put_in_with_marks_that_fit_stays_named(browse):
    role = await put_in()
    await with_marks_of_its_own(role)
    await ended_through_its_page(browse, role)
    assert (await only_problem()).startswith(f"people_membership {role.id}: ")


async def test_a_row_that_was_taken_out_stays_missed_by_whoever_has_no_business_removing_it(cast, settings):
    role = await Membership.get(person_id=known("amina"))
    await sql(f"DELETE FROM people_membership WHERE id = '{role.id}'")
    async with transaction():
        await facts.record("membership.ended", role, actor=None, now=NOW)
    assert (await only_problem()).startswith(f"people_membership {role.id}: the row is missing")


async def test_an_erasure_takes_names_and_nothing_that_other_hands_wrote_for_true(cast, settings):
    person = known("amina")
    first = await SealedRow.get(id=f"people.Person/{person}")
    await sql(
        f"UPDATE people_person SET created = '2001-02-03 04:05:06+00:00' WHERE id = '{person}'",
        f"UPDATE people_membership SET role = 'central' WHERE person_id = '{person}'",
    )
    await erase(person, actor=await cast("dara"), now=datetime.now(UTC), storage=settings.storage)
    found = sorted(await unsound_rows(), reverse=True)
    assert [line.split(" changed ")[0].split(": ")[1] for line in found] == ["created", "role"]
    assert (await SealedRow.get(id=first.id)).salt != first.salt, "or the name could be guessed from what was said"
    assert not await Email.filter(person_id=person).exists()


async def as_of_before(role, *, tell=True):
    """Makes a row one of the time when digests were of values, and marks of four letters."""
    (row,) = await stand(Membership, [str(role.id)])
    marks = {
        name: sha256(f"{row.salt} {CANONICAL.encode([name, value])}".encode()).hexdigest()[:4]
        for name, value in row.columns.items()
    }
    digest = sha256(f"{row.salt} {CANONICAL.encode(row.columns)}".encode()).hexdigest()
    await SealedRow.filter(id=row.key).update(marks=marks)
    if tell:
        fact = await Fact.all().order_by("id").first()
        rows = {**fact.rows, "people.Membership": {**fact.rows["people.Membership"], row.id: digest}}
        await Fact.filter(id=fact.id).update(rows=rows)


async def test_rows_of_the_time_of_short_marks_are_sound_and_what_is_done_to_them_is_named(browse):
    role, named = await judes_role()
    await as_of_before(role)
    assert await unsound_rows() == []
    await sql(begins_earlier(role))
    assert (await only_problem()).startswith(f"{named}starts changed since entry")
    await ended_through_its_page(browse, role)
    assert (await only_problem()).startswith(f"{named}starts changed without an entry")


@pytest.mark.parametrize("kind", ["membership.ended", "person.signed_out"])
async def test_rows_of_the_time_of_short_marks_go_on_soundly(browse, kind):
    role, _ = await judes_role()
    await as_of_before(role)
    if kind == "membership.ended":
        await ended_through_its_page(browse, role)
    else:
        async with transaction():
            await facts.record(kind, await Person.get(id=role.person_id), actor=None, now=NOW, rows=[role])
    assert await unsound_rows() == []
    (row,) = await stand(Membership, [str(role.id)])
    assert row.is_covered and {len(mark) for mark in row.marks.values()} == {16}
    async with transaction():
        await facts.record("membership.ended", role, actor=None, now=NOW)
    assert await unsound_rows() == []


async def test_each_mark_names_its_column_and_a_digest_is_one_of_the_marks(database):
    async for rows in stand_all(Membership):
        for row in rows:
            assert row.is_covered and row.changed() == []
            assert row.digest() == row.said_before()
