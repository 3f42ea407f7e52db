"""Logging, correcting and taking back, on a real database: the row, its fact, and who is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from training.core.dates import DEFAULT_ZONE, local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Relation
from training.practice import actions, asking
from training.practice.models import BackgroundCheck, Confirmation, Delivery, DeliveryTeam, Supervision, Tailoring
from training.practice.rules import Confirmer, DeliveryEntry, SupervisionEntry, TailoringEntry
from training.trail.models import Fact, Followup

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
Cast = Callable[[str], Awaitable[Actor]]
GROUP = DeliveryEntry(
    group_name="Tuesday group",
    began=date(2026, 9, 1),
    ended=date(2026, 10, 20),
    sessions=8,
    hours=Decimal("16"),
    role="co_leader",
    parents_enrolled=9,
    parents_completing=7,
    team=(Confirmer("Ivan", known("ivan")),),
    tailorings=(
        TailoringEntry("Role play", "adaptable", "Shorter scenes", "Two shy parents", "So they could join in"),
    ),
)
SESSION = SupervisionEntry(
    supervisor=Confirmer("Hana", known("hana")),
    what="reflective",
    held=date(2026, 10, 1),
    minutes=60,
    topics="A quiet one",
)


async def test_a_logged_group_is_kept_with_team_tailoring_relation_fact_and_a_request_to_the_co_leader(
    cast: Cast,
) -> None:
    row = await actions.log_delivery(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    kept = await Delivery.get(id=row.id)
    assert (kept.person_id, kept.site_id, kept.hours, kept.void) == (
        known("amina"),
        known("site/RIV"),
        Decimal(16),
        False,
    )
    assert await DeliveryTeam.filter(delivery=row).values_list("person_id", "name") == [(known("ivan"), "Ivan Petrov")]
    assert await Tailoring.filter(delivery=row, kind="adaptable").count() == 1
    assert await Relation.filter(person_id=known("amina"), other_id=known("ivan"), kind="co_leader").count() == 1
    fact = await Fact.get(kind="delivery.logged")
    assert (fact.subject_id, fact.person_id, local_day(fact.happened, DEFAULT_ZONE)) == (
        str(row.id),
        known("amina"),
        GROUP.ended,
    )
    asked = await Confirmation.get(delivery=row)
    assert (asked.state, asked.confirmer_id, asked.contact) == ("asked", known("ivan"), "")
    assert await Fact.filter(kind="confirmation.asked", subject_id=str(asked.id)).count() == 1
    assert await Followup.filter(kind=asking.EXPIRY, subject_id=str(asked.id), due=asked.expires).count() == 1


async def test_the_same_form_sent_twice_makes_one_row_even_at_the_same_moment(cast: Cast) -> None:
    amina, key = await cast("amina"), uuid4()
    rows = await asyncio.gather(*[actions.log_delivery(GROUP, key=key, actor=amina, now=NOW) for _ in range(4)])
    assert len({row.id for row in rows}) == 1
    assert await Delivery.all().count() == 1
    assert await Fact.filter(kind="delivery.logged").count() == 1


async def test_what_stands_already_is_not_logged_again_by_another_form(cast: Cast) -> None:
    amina = await cast("amina")
    group = await actions.log_delivery(GROUP, key=uuid4(), actor=amina, now=NOW)
    session = await actions.log_supervision(SESSION, key=uuid4(), actor=amina, now=NOW)
    for log, entry, field in ((actions.log_delivery, GROUP, "group_name"), (actions.log_supervision, SESSION, "held")):
        with pytest.raises(Invalid) as refused:
            await log(entry, key=uuid4(), actor=amina, now=NOW)
        assert field in refused.value.problems
    for row in (group, session):
        await actions.take_back(row, reason="It was another day", key=uuid4(), actor=amina, now=NOW)
    again = await actions.log_delivery(GROUP, key=uuid4(), actor=amina, now=NOW)
    assert again.id != group.id


async def test_what_cannot_be_so_is_refused_field_by_field(cast: Cast) -> None:
    wrong = replace(GROUP, sessions=0, parents_completing=10, ended=date(2026, 12, 1))
    with pytest.raises(Invalid) as refused:
        await actions.log_delivery(wrong, key=uuid4(), actor=await cast("amina"), now=NOW)
    assert set(refused.value.problems) == {"sessions", "parents_completing", "ended"}
    assert await Delivery.all().count() == 0


@pytest.mark.parametrize(
    "confirmer",
    [Confirmer("Me", known("amina")), Confirmer("A friend", contact="Amina+x@Together.example"), Confirmer("Nobody")],
)
async def test_nobody_can_name_themselves_or_somebody_without_an_address(cast: Cast, confirmer: Confirmer) -> None:
    with pytest.raises(Invalid):
        await actions.log_supervision(
            replace(SESSION, supervisor=confirmer), key=uuid4(), actor=await cast("amina"), now=NOW
        )
    assert await Supervision.all().count() == 0


async def test_a_supervisor_named_by_their_address_is_the_person_behind_it(cast: Cast) -> None:
    entry = replace(SESSION, supervisor=Confirmer("My supervisor", contact="hana@together.example"))
    row = await actions.log_supervision(entry, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(supervision=row)
    assert (row.supervisor_id, asked.confirmer_id) == (known("hana"), known("hana"))
    assert await asking.address_of(asked) == "hana@together.example"


async def test_a_correction_replaces_once_and_closes_what_was_asked(cast: Cast) -> None:
    amina = await cast("amina")
    first = await actions.log_delivery(GROUP, key=uuid4(), actor=amina, now=NOW)
    better = replace(GROUP, sessions=9)
    second = await actions.log_delivery(better, key=uuid4(), actor=amina, now=NOW, replaces=first.id)
    assert (await Delivery.get(id=first.id)).sessions == 8
    assert (await Confirmation.get(delivery=first)).state == "expired"
    assert (await Confirmation.get(delivery=second)).state == "asked"
    with pytest.raises((Conflict, NotFound)):
        await actions.log_delivery(better, key=uuid4(), actor=amina, now=NOW, replaces=first.id)
    assert await Fact.filter(kind="delivery.corrected").count() == 1


async def test_nobody_corrects_the_record_of_somebody_else(cast: Cast) -> None:
    first = await actions.log_delivery(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    with pytest.raises(NotFound):
        await actions.log_delivery(GROUP, key=uuid4(), actor=await cast("chloe"), now=NOW, replaces=first.id)


async def test_a_record_taken_back_stays_as_a_row_and_says_why(cast: Cast) -> None:
    amina = await cast("amina")
    first = await actions.log_supervision(SESSION, key=uuid4(), actor=amina, now=NOW)
    void = await actions.take_back(first, reason="It was another day", key=uuid4(), actor=amina, now=NOW)
    assert (void.void, void.replaces_id, void.note) == (True, first.id, "It was another day")
    assert await Supervision.all().count() == 2
    with pytest.raises(NotFound):
        await actions.take_back(first, reason="Again", key=uuid4(), actor=amina, now=NOW)


async def test_a_check_is_recorded_by_a_coordinator_of_the_site_and_by_nobody_else(cast: Cast) -> None:
    given = {"what": "dbs enhanced", "issued": date(2026, 3, 1), "ends": date(2029, 2, 28), "now": NOW}
    row = await actions.record_check(known("amina"), key=uuid4(), actor=await cast("chloe"), **given)
    assert (await BackgroundCheck.get(id=row.id)).recorded_by_id == known("chloe")
    assert await Fact.filter(kind="check.recorded", person_id=known("amina")).count() == 1
    with pytest.raises(NotFound):
        await actions.record_check(known("amina"), key=uuid4(), actor=await cast("emre"), **given)
    with pytest.raises(NotAllowed):
        await actions.record_check(known("ivan"), key=uuid4(), actor=await cast("amina"), **given)
    with pytest.raises(NotAllowed):
        await actions.record_check(known("chloe"), key=uuid4(), actor=await cast("chloe"), **given)
