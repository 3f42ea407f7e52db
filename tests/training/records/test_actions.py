"""Logging, correcting and taking back, on a real database: the row, its fact, and who is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from training.core.dates import DEFAULT_ZONE, local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Person, Relation
from training.records import actions, asking
from training.records.models import Confirmation, Participant, Record, Tailoring
from training.records.rules import Confirmer, Entry, TailoringEntry
from training.trail.models import Fact, Followup

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
Cast = Callable[[str], Awaitable[Actor]]
GROUP = Entry(
    "delivery",
    "group",
    date(2026, 10, 20),
    date(2026, 9, 1),
    name="Tuesday group",
    attributes={"sessions": 8, "hours": 16, "role": "co_leader", "parents": 9, "completed": 7, "mode": "in_person"},
    team=(Confirmer("Ivan", known("ivan")),),
    tailorings=(
        TailoringEntry("Role play", "adaptable", "Shorter scenes", "Two shy parents", "So they could join in"),
    ),
)
SESSION = Entry(
    "supervision",
    "reflective",
    date(2026, 10, 1),
    by=(Confirmer("Hana", known("hana")),),
    attributes={"minutes": 60, "topic": "A quiet one"},
)


def with_more(entry: Entry, **attributes: Any) -> Entry:
    """Gives the entry with other attributes."""
    return replace(entry, attributes={**entry.attributes, **attributes})


async def test_a_logged_group_is_kept_with_team_tailoring_relation_fact_and_a_request_to_the_co_leader(
    cast: Cast,
) -> None:
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    kept = await Record.get(id=row.id)
    assert (kept.person_id, kept.site_id, kept.attributes["hours"], kept.void) == (
        known("amina"),
        known("site/RIV"),
        16,
        False,
    )
    assert await Participant.filter(record=row).values_list("person_id", "name") == [(known("ivan"), "Ivan Petrov")]
    assert await Tailoring.filter(record=row, kind="adaptable").count() == 1
    assert await Relation.filter(person_id=known("amina"), other_id=known("ivan"), kind="co_leader").count() == 1
    fact = await Fact.get(kind="record.logged")
    assert (fact.subject_id, fact.person_id, local_day(fact.happened, DEFAULT_ZONE)) == (
        str(row.id),
        known("amina"),
        GROUP.on,
    )
    asked = await Confirmation.get(record=row)
    assert (asked.state, asked.confirmer_id, asked.contact) == ("asked", known("ivan"), "")
    assert await Fact.filter(kind="confirmation.asked", subject_id=str(asked.id)).count() == 1
    assert await Followup.filter(kind=asking.EXPIRY, subject_id=str(asked.id), due=asked.expires).count() == 1


async def test_the_same_form_sent_twice_makes_one_row_even_at_the_same_moment(cast: Cast) -> None:
    amina, key = await cast("amina"), uuid4()
    rows = await asyncio.gather(*[actions.log(GROUP, key=key, actor=amina, now=NOW) for _ in range(4)])
    assert len({row.id for row in rows}) == 1
    assert await Record.all().count() == 1
    assert await Fact.filter(kind="record.logged").count() == 1


async def test_what_stands_already_is_not_logged_again_by_another_form(cast: Cast) -> None:
    amina = await cast("amina")
    group = await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    session = await actions.log(SESSION, key=uuid4(), actor=amina, now=NOW)
    for entry in (GROUP, SESSION):
        with pytest.raises(Invalid) as refused:
            await actions.log(entry, key=uuid4(), actor=amina, now=NOW)
        assert "logged this already" in refused.value.problems["on"]
    for row in (group, session):
        await actions.take_back(row, reason="It was another day", key=uuid4(), actor=amina, now=NOW)
    again = await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    assert again.id != group.id


async def test_what_cannot_be_so_is_refused_field_by_field(cast: Cast) -> None:
    wrong = replace(with_more(GROUP, sessions=0, completed=10), on=date(2026, 12, 1))
    with pytest.raises(Invalid) as refused:
        await actions.log(wrong, key=uuid4(), actor=await cast("amina"), now=NOW)
    assert set(refused.value.problems) == {"sessions", "completed", "on"}
    assert await Record.all().count() == 0


@pytest.mark.parametrize(
    "confirmer",
    [Confirmer("Me", known("amina")), Confirmer("A friend", contact="Amina+x@Together.example"), Confirmer("Nobody")],
)
async def test_nobody_can_name_themselves_or_somebody_without_an_address(cast: Cast, confirmer: Confirmer) -> None:
    with pytest.raises(Invalid):
        await actions.log(replace(SESSION, by=(confirmer,)), key=uuid4(), actor=await cast("amina"), now=NOW)
    assert await Record.all().count() == 0


async def test_a_supervisor_named_by_their_address_is_the_person_behind_it(cast: Cast) -> None:
    entry = replace(SESSION, by=(Confirmer("My supervisor", contact="hana@together.example"),))
    row = await actions.log(entry, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    assert ((await Participant.get(record=row)).person_id, asked.confirmer_id) == (known("hana"), known("hana"))
    assert await asking.address_of(asked) == "hana@together.example"


async def test_a_correction_replaces_once_and_closes_what_was_asked(cast: Cast) -> None:
    amina = await cast("amina")
    first = await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    better = with_more(GROUP, sessions=9)
    second = await actions.log(better, key=uuid4(), actor=amina, now=NOW, replaces=first.id)
    assert (await Record.get(id=first.id)).attributes["sessions"] == 8
    assert (await Confirmation.get(record=first)).state == "expired"
    assert (await Confirmation.get(record=second)).state == "asked"
    with pytest.raises((Conflict, NotFound)):
        await actions.log(better, key=uuid4(), actor=amina, now=NOW, replaces=first.id)
    assert await Fact.filter(kind="record.corrected").count() == 1


async def test_nobody_corrects_the_record_of_somebody_else(cast: Cast) -> None:
    first = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    with pytest.raises(NotFound):
        await actions.log(GROUP, key=uuid4(), actor=await cast("chloe"), now=NOW, replaces=first.id)


async def test_a_record_taken_back_stays_as_a_row_and_says_why(cast: Cast) -> None:
    amina = await cast("amina")
    first = await actions.log(SESSION, key=uuid4(), actor=amina, now=NOW)
    void = await actions.take_back(first, reason="It was another day", key=uuid4(), actor=amina, now=NOW)
    assert (void.void, void.replaces_id, void.reason) == (True, first.id, "It was another day")
    assert await Record.all().count() == 2
    with pytest.raises(NotFound):
        await actions.take_back(first, reason="Again", key=uuid4(), actor=amina, now=NOW)


async def test_what_somebody_else_has_seen_counts_at_once_and_nobody_records_their_own(cast: Cast) -> None:
    amina, chloe = await Person.get(id=known("amina")), await cast("chloe")
    check = Entry("check", "dbs enhanced", date(2026, 3, 1), until=date(2029, 2, 28))
    row = await actions.record_for(amina, check, key=uuid4(), actor=chloe, now=NOW)
    assert ((await Record.get(id=row.id)).recorded_by_id, row.counts_at_once) == (known("chloe"), True)
    assert await Fact.filter(kind="record.logged", person_id=known("amina")).count() == 1
    with pytest.raises(NotAllowed):
        await actions.record_for(await Person.get(id=known("chloe")), check, key=uuid4(), actor=chloe, now=NOW)
    with pytest.raises(NotFound):
        await actions.take_back(row, reason="Not mine to take", key=uuid4(), actor=await cast("amina"), now=NOW)
    await actions.take_back(row, reason="Another person's", key=uuid4(), actor=chloe, now=NOW)
    assert await Record.filter(void=True).count() == 1
