"""How a record stands is kept beside its confirmations, so that what waits is found among many."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from training.core.errors import Conflict
from training.records import actions, asking
from training.records.models import Confirmation, Record
from training.records.overview import in_state, worded
from training.records.rules import LINK_LIFE, Confirmer, stands

from .test_actions import NOW, SESSION

STATES = ("none", "asked", "confirmed", "disputed", "expired")


async def stood(row: Record) -> str:
    """The state that is kept, which has to be what the rule says of the confirmations, and is what filters find."""
    kept = (await Record.get(id=row.id)).state
    assert kept == (stands(await Confirmation.filter(record_id=row.id).values_list("state", flat=True)) or "")
    mine = Record.filter(id=row.id)
    assert [one for one in STATES if await mine.filter(in_state(one)).exists()] == [kept or "none"]
    assert await mine.filter(worded("open")).exists() == (kept != "confirmed")
    return kept


async def test_a_record_says_how_its_confirmations_stand_after_every_answer(cast):
    amina, hana = await cast("amina"), await cast("hana")
    row = await actions.log(SESSION, key=uuid4(), actor=amina, now=NOW)
    first = await Confirmation.get(record=row)
    assert await stood(row) == "asked"
    await asking.expire(first.id, now=NOW + LINK_LIFE)
    assert await stood(row) == "expired"
    again = await asking.ask_confirmation(
        row, Confirmer(hana.name, person=hana.person_id), actor=amina, now=NOW + LINK_LIFE
    )
    assert await stood(row) == "asked"
    await asking.confirm(again.id, note="", actor=hana, now=NOW + LINK_LIFE)
    assert await stood(row) == "confirmed"
    await asking.dispute(again.id, note="Somebody else was there.", actor=hana, now=NOW + LINK_LIFE)
    assert await stood(row) == "disputed"


async def test_of_two_answers_at_once_the_dispute_weighs_more(cast):
    amina, hana = await cast("amina"), await cast("hana")
    row = await actions.log(
        replace(SESSION, by=(Confirmer(hana.name, person=hana.person_id),)), key=uuid4(), actor=amina, now=NOW
    )
    other = Confirmer("Olive Other", contact="olive@elsewhere.example")
    asked = [await Confirmation.get(record=row), await asking.ask_confirmation(row, other, actor=amina, now=NOW)]
    token = "a" * 43
    await asking.make_link(asked[1].id, token=token, now=NOW)
    await asyncio.gather(
        asking.dispute(asked[0].id, note="It was not so.", actor=hana, now=NOW),
        asking.confirm_by_link(token, note="", now=NOW),
    )
    assert await stood(row) == "disputed"


async def test_an_answer_and_a_correction_at_once_do_not_wait_for_each_other(cast, monkeypatch):
    amina, hana = await cast("amina"), await cast("hana")
    entry = replace(SESSION, by=(Confirmer(hana.name, person=hana.person_id),))
    row = await actions.log(entry, key=uuid4(), actor=amina, now=NOW)
    asked, moves = await Confirmation.get(record=row), asking._move

    async def slowly(*given):
        await moves(*given)
        await asyncio.sleep(0.2)

    monkeypatch.setattr(asking, "_move", slowly)
    done = await asyncio.gather(
        asking.confirm(asked.id, note="", actor=hana, now=NOW),
        actions.log(replace(entry, note="Again."), key=uuid4(), actor=amina, now=NOW, replaces=row.id),
        return_exceptions=True,
    )
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Conflict)] == []
    assert await stood(row) in ("confirmed", "expired")
