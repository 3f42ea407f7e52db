"""Records as evidence: unconfirmed never counts for sure, and the past is told as it was known."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from certificates.pathways.language.evidence import Evidence, EvidenceRecord, seen_records
from training.core.dates import DEFAULT_ZONE
from training.demo.cast import known
from training.people.actor import Actor
from training.records import actions, asking
from training.records.evidence import evidence_of
from training.records.models import Confirmation
from training.records.rules import Confirmer

from .test_actions import GROUP, NOW, SESSION, with_more

Cast = Callable[[str], Awaitable[Actor]]
DAY = timedelta(days=1)


async def seen(known_at: date | None = None) -> list[EvidenceRecord]:
    """What the pathway language sees of Amina's records on a day."""
    rows = await evidence_of(known("amina"), DEFAULT_ZONE)
    return seen_records(Evidence.of({"holder": "amina", "records": rows}).records, known_at)


async def only(known_at: date | None = None) -> EvidenceRecord:
    """The one record seen."""
    (record,) = await seen(known_at)
    return record


async def test_an_unconfirmed_group_is_pending_and_nobody_signed_it(cast: Cast) -> None:
    await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    record = await only()
    assert (record.type, record.what, record.on, record.begun) == ("delivery", "group", GROUP.on, GROUP.began)
    assert (record.result, record.by) == ("pending", ())
    values: dict[str, Any] = {
        name: record.attributes[name][0] for name in ("sessions", "hours", "parents", "completed")
    }
    assert values == {"sessions": 8, "hours": 16, "parents": 9, "completed": 7}
    assert record.team is not None
    assert [(one.who, one.role) for one in record.team] == [
        (str(known("amina")), "co_leader"), (str(known("ivan")), "co_leader"),
    ]  # fmt: skip


async def test_a_confirmation_counts_from_the_day_it_was_given_and_a_dispute_takes_it_away(cast: Cast) -> None:
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked, hana = await Confirmation.get(record=row), await cast("hana")
    await asking.confirm(asked.id, note="", actor=hana, now=NOW + 2 * DAY)
    await asking.dispute(asked.id, note="It was another day", actor=hana, now=NOW + 5 * DAY)
    today = NOW.date()
    history = [await only(today + days * DAY) for days in (0, 1, 2, 4, 5, 90)]
    assert [(one.result, one.by) for one in history] == [
        ("pending", ()),
        ("pending", ()),
        (None, (str(known("hana")),)),
        (None, (str(known("hana")),)),
        ("pending", ()),
        ("pending", ()),
    ]
    assert await seen(today - DAY) == []
    assert (await only()).attributes["hours"] == (1,)


async def test_a_correction_is_pending_again_and_the_past_still_sees_the_first(cast: Cast) -> None:
    amina, hana = await cast("amina"), await cast("hana")
    first = await actions.log(SESSION, key=uuid4(), actor=amina, now=NOW)
    await asking.confirm((await Confirmation.get(record=first)).id, note="", actor=hana, now=NOW)
    longer = with_more(SESSION, minutes=90)
    second = await actions.log(longer, key=uuid4(), actor=amina, now=NOW + DAY, replaces=first.id)
    await asking.confirm((await Confirmation.get(record=second)).id, note="", actor=hana, now=NOW + 3 * DAY)
    today = NOW.date()
    history = [await only(today + days * DAY) for days in (0, 1, 3)]
    assert [(one.attributes["minutes"], one.result) for one in history] == [
        ((60,), None),
        ((90,), "pending"),
        ((90,), None),
    ]


async def test_a_record_taken_back_is_gone_from_that_day_on(cast: Cast) -> None:
    amina = await cast("amina")
    first = await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    second = await actions.log(with_more(GROUP, sessions=9), key=uuid4(), actor=amina, now=NOW + DAY, replaces=first.id)
    await actions.take_back(second, reason="Not mine", key=uuid4(), actor=amina, now=NOW + 2 * DAY)
    counts = [len(await seen(NOW.date() + days * DAY)) for days in (0, 1, 2)]
    assert counts == [1, 1, 0]
    assert await seen() == []


async def test_supervision_about_a_group_is_about_it_before_and_after_it_was_confirmed(cast: Cast) -> None:
    amina = await cast("amina")
    group = await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    await actions.log(replace(SESSION, about=group.id), key=uuid4(), actor=amina, now=NOW)
    asked = await Confirmation.get(record=group)
    await asking.confirm(asked.id, note="", actor=await cast("ivan"), now=NOW + DAY)
    for day in (NOW.date(), NOW.date() + DAY):
        records = {record.type: record for record in await seen(day)}
        assert records["delivery"].id in records["supervision"].about


async def test_somebody_from_outside_signs_under_one_stable_name_that_is_no_person(cast: Cast) -> None:
    amina, names = await cast("amina"), []
    for count, spelling in enumerate(("mo@else.example", "Mo@Else.example")):
        entry = with_more(replace(SESSION, by=(Confirmer("Mo", contact=spelling),)), minutes=60 + count)
        row = await actions.log(entry, key=uuid4(), actor=amina, now=NOW)
        asked = await Confirmation.get(record=row)
        await asking.make_link(asked.id, token=f"{count}" * 43, now=NOW)
        await asking.confirm_by_link(f"{count}" * 43, note="", now=NOW)
    names = {record.by for record in await seen()}
    assert len(names) == 1
    assert next(iter(names))[0].startswith("outside-")


async def test_a_check_is_a_record_that_a_coordinator_signed(cast: Cast, growing: None) -> None:
    check = TypedEvidence("check", "dbs enhanced", date(2026, 3, 1))
    await record_evidence(known("amina"), check, key=uuid4(), actor=await cast("chloe"), now=NOW)
    record = await only()
    assert (record.type, record.what, record.by) == ("check", "dbs enhanced", (str(known("chloe")),))
