"""Rows from before they were sealed, columns added later, and rows that somebody answers for."""

from dataclasses import replace
from datetime import UTC, date, datetime

from tests.soundness import unsound_rows
from training.database.connection import connection
from training.demo.cast import known
from training.people.authentication.operator import OPERATOR
from training.people.models import Membership
from training.trail.baseline import accept, cover
from training.trail.models import Fact, SealedRow
from training.trail.row_digests import stand

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


async def from_before():
    """Makes the database one whose trail never spoke of rows."""
    await connection().execute_query("UPDATE trail_fact SET rows = NULL")
    await SealedRow.all().delete()


async def test_a_database_of_before_is_spoken_of_once_and_what_is_put_in_later_shows(database):
    await from_before()
    assert await unsound_rows()
    assert await cover(now=NOW, migrated=True) > 50
    assert await unsound_rows() == []
    intruder = await Membership.create(person_id=known("amina"), role="central", starts=date(2026, 1, 1))
    assert await cover(now=NOW, migrated=True) == 0, "nobody takes it in by migrating again"
    assert len(await unsound_rows()) == 1
    await intruder.delete()


async def test_a_column_added_later_is_spoken_of_at_the_next_migration_if_the_row_is_sound(database):
    role = await Membership.filter(person_id=known("bruno")).order_by("id").first()
    bad = await Membership.get(person_id=known("jude"))
    for one in (role, bad):
        kept = await SealedRow.get(id=f"people.Membership/{one.id}")
        before = {name: mark for name, mark in kept.marks.items() if name != "ends"}
        await _said_without(one, before)
    await Membership.filter(id=bad.id).update(role="central")
    assert len(await unsound_rows()) == 1
    assert await cover(now=NOW, migrated=True) == 1
    assert "ends" in (await SealedRow.get(id=f"people.Membership/{role.id}")).marks
    assert len(await unsound_rows()) == 1, "what is not sound is not taken in"
    await Membership.filter(id=bad.id).update(role="trainee")


async def _said_without(role, marks):
    """Makes the trail what it was when the table had only these columns."""
    row = replace((await stand(Membership, [str(role.id)]))[0], marks=marks)
    await SealedRow.filter(id=row.key).update(marks=marks)
    fact = await Fact.all().order_by("-id").first()
    rows = {**fact.rows, "people.Membership": {**fact.rows["people.Membership"], row.id: row.digest()}}
    await Fact.filter(id=fact.id).update(rows=rows)


async def test_somebody_may_answer_for_rows_as_they_stand_and_the_trail_keeps_why(database):
    role = await Membership.get(person_id=known("amina"))
    await Membership.filter(id=role.id).update(starts=date(2020, 1, 1))
    assert await unsound_rows() == [
        f"people_membership {role.id}: starts changed since entry 1 spoke of it, without an entry in the trail."
    ]
    await accept([(Membership, str(role.id))], because="Mended by hand after the move.", actor=OPERATOR, now=NOW)
    assert await unsound_rows() == []
    fact = await Fact.all().order_by("-id").first()
    assert (fact.kind, fact.actor_id, fact.detail["because"]) == (
        "trail.accepted",
        OPERATOR,
        "Mended by hand after the move.",
    )
