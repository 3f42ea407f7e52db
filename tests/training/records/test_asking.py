"""Asking and answering: one answer, in time, by the right person, and a window to take it back."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest

from tests.mails import as_written
from training.core.errors import Conflict, Invalid, NotFound
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Person
from training.records import actions, asking
from training.records.emails import notice_letter, request_letter
from training.records.models import Confirmation, ConfirmationLink
from training.records.rules import DISPUTE_WINDOW, LINK_LIFE, Confirmer
from training.trail.models import Fact, Followup

from .test_actions import NOW, SESSION

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
Work = Callable[[], Awaitable[int]]
MOMENT = timedelta(seconds=1)


async def asked_by(amina: Actor, confirmer: Confirmer | None = None) -> Confirmation:
    """Amina logs supervision and somebody is asked."""
    entry = replace(SESSION, by=(confirmer,) if confirmer else SESSION.by)
    row = await actions.log(entry, key=uuid4(), actor=amina, now=NOW)
    return await Confirmation.get(record=row)


async def link_to(asked: Confirmation, token: str) -> None:
    """Mails the request."""
    assert await request_letter(asked.id, token=token, now=NOW)


async def test_a_link_used_many_times_at_once_answers_once(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    await link_to(asked, "a" * 43)
    answers = await asyncio.gather(
        *[asking.confirm_by_link("a" * 43, note="", now=NOW) for _ in range(8)], return_exceptions=True
    )
    assert sum(isinstance(answer, Confirmation) for answer in answers) == 1
    assert all(isinstance(answer, Confirmation | Conflict | NotFound) for answer in answers)
    assert await Fact.filter(kind="confirmation.given").count() == 1


async def test_two_links_of_one_request_answer_it_once(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    await link_to(asked, "a" * 43)
    await link_to(asked, "b" * 43)
    await asking.confirm_by_link("b" * 43, note="", now=NOW)
    with pytest.raises(Conflict):
        await asking.confirm_by_link("a" * 43, note="", now=NOW)


async def test_only_the_hash_of_a_link_is_stored(cast: Cast) -> None:
    await link_to(await asked_by(await cast("amina")), "a" * 43)
    stored = await ConfirmationLink.all().values_list("token_hash", flat=True)
    assert stored == [hashlib.sha256(b"a" * 43).hexdigest()]


@pytest.mark.parametrize("token", ["", "b" * 43, "a" * 42])
async def test_a_token_that_is_none_of_ours_opens_nothing(cast: Cast, token: str) -> None:
    await link_to(await asked_by(await cast("amina")), "a" * 43)
    with pytest.raises(NotFound):
        await asking.look_at_link(token, now=NOW)


async def test_a_link_lives_to_its_last_second_and_no_longer(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    await link_to(asked, "a" * 43)
    with pytest.raises(NotFound):
        await asking.confirm_by_link("a" * 43, note="", now=NOW + LINK_LIFE)
    found = await asking.confirm_by_link("a" * 43, note="", now=NOW + LINK_LIFE - MOMENT)
    assert (found.state, found.strength) == ("confirmed", "one_time_link")


async def test_a_request_that_nobody_answered_expires_once(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    await asking.expire(asked.id, now=NOW + LINK_LIFE - MOMENT)
    assert (await Confirmation.get(id=asked.id)).state == "asked"
    for _ in range(2):
        await asking.expire(asked.id, now=NOW + LINK_LIFE)
    assert (await Confirmation.get(id=asked.id)).state == "expired"
    assert await Fact.filter(kind="confirmation.expired").count() == 1
    with pytest.raises(Conflict):
        await asking.confirm(asked.id, note="", actor=await cast("hana"), now=NOW)


async def test_what_was_confirmed_can_be_disputed_for_fourteen_days_with_reasons(cast: Cast) -> None:
    asked, hana = await asked_by(await cast("amina")), await cast("hana")
    await asking.confirm(asked.id, note="well prepared", actor=hana, now=NOW)
    with pytest.raises(Invalid):
        await asking.dispute(asked.id, note=" ", actor=hana, now=NOW)
    with pytest.raises(Conflict):
        await asking.dispute(asked.id, note="no", actor=hana, now=NOW + DISPUTE_WINDOW + MOMENT)
    found = await asking.dispute(asked.id, note="It was 30 minutes", actor=hana, now=NOW + DISPUTE_WINDOW)
    kept = await Confirmation.get(id=found.id)
    assert (kept.state, kept.note, kept.dispute_note) == ("disputed", "well prepared", "It was 30 minutes")
    assert kept.answered == NOW and kept.disputed == NOW + DISPUTE_WINDOW
    assert await Fact.filter(kind="confirmation.disputed", person_id=known("amina")).count() == 1


async def test_nobody_else_can_answer(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    for who in ("amina", "chloe", "dara", "emre"):
        with pytest.raises(NotFound):
            await asking.confirm(asked.id, note="", actor=await cast(who), now=NOW)
    assert (await Confirmation.get(id=asked.id)).state == "asked"


async def test_the_notice_comes_only_after_a_yes_and_says_how_it_was_given(cast: Cast) -> None:
    asked = await asked_by(await cast("amina"))
    assert await notice_letter(asked.id, token="n" * 43, now=NOW) is None
    await asking.confirm(asked.id, note="", actor=await cast("hana"), now=NOW)
    letter = await notice_letter(asked.id, token="n" * 43, now=NOW)
    assert letter is not None and letter.to == "hana@together.example"
    text = as_written(letter.mail).text
    assert "signed in" in text and "9 December 2026" in text
    assert await request_letter(asked.id, token="o" * 43, now=NOW) is None


async def test_no_letter_goes_to_a_telephone_and_a_yes_on_paper_counts(cast: Cast, browse: Browse, work: Work) -> None:
    asked = await asked_by(await cast("amina"), Confirmer("Mo", contact="+44 7700 900123"))
    await work()
    mail = await Followup.get(kind="mail confirmer")
    assert (mail.state, mail.last_error) == ("refused", "There is no confirmed e-mail address to write to.")
    chloe = await browse("chloe")
    await chloe.post(f"/practice/confirmations/{asked.id}/paper", data={"note": "In the grey folder"})
    assert (await Confirmation.get(id=asked.id)).strength == "paper"


@pytest.mark.by_hand
async def test_a_letter_to_a_stranger_carries_no_address_and_no_long_words_of_whoever_asks(cast: Cast) -> None:
    await Person.filter(id=known("amina")).update(name="WIN http://evil.example now " + "x" * 150)
    junk = Confirmer("Dear customer, see www.evil.example/pay at once", contact="anybody@else.example")
    asked = await asked_by(await cast("amina"), junk)
    letter = await request_letter(asked.id, token="a" * 43, now=NOW)
    assert letter is not None and (mail := as_written(letter.mail)).text.startswith("Hello,\n\n")
    assert "evil" not in mail.text + mail.subject + mail.html and "x" * 81 not in mail.text
    assert len(mail.subject) < 120


async def test_one_address_is_asked_sixty_times_a_day_whoever_asks(browse: Browse, growing: None) -> None:
    form = {"type": "supervision", "what": "reflective", "on": "2026-11-20", "mode": "in_person", "topic": "x"}
    form |= {"by_name": "Somebody", "by_contact": "Some.body+1@else.example"}
    answers, people = [], [await browse("amina"), await browse("bruno")]
    for number in range(62):
        browser = people[number % 2]
        answers.append(
            await browser.post("/practice/new", data=form | {"key": str(uuid4()), "minutes": str(30 + number)})
        )
    assert {answer.status_code for answer in answers[:60]} == {303}, answers[0].text
    assert {answer.status_code for answer in answers[60:]} == {422}
    assert "You have sent a lot." in answers[60].text and "Somebody" in answers[60].text
