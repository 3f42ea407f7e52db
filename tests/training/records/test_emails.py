"""From the log to the yes, through the worker and the mail: the link in the letter works, and a notice comes after."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2

from tests.mails import as_written, sent_mails
from tests.soundness import without_check
from training.app.consequences import worker
from training.app.resources import open_resources
from training.core.settings import Settings
from training.people.actor import Actor
from training.records import actions
from training.records.emails import request_letter
from training.records.models import Confirmation

from .test_actions import SESSION

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]


def letters(settings: Settings) -> list[str]:
    """The text of every mail sent so far."""
    return [f"{mail.to} {mail.subject}\n{mail.text}" for mail in sent_mails(settings)]


async def test_the_link_in_the_letter_gets_a_yes_and_the_notice_takes_it_back(
    browse: Browse, cast: Cast, settings: Settings
) -> None:
    now = datetime.now(UTC)
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=now)
    async with open_resources(settings) as outside:
        await without_check(worker(outside)).work_once()
    (letter,) = letters(settings)
    assert letter.startswith(
        "hana@together.example Please confirm: Amina Yusuf: reflective supervision with Hana Nowak"
    )
    stranger = await browse("")
    link = re.search(r"http://testserver(/practice/confirm/\S+)", letter)
    assert link
    assert (await stranger.post(link[1], data={"answer": "yes"})).status_code == 200
    async with open_resources(settings) as outside:
        await without_check(worker(outside)).work_once()
    (notice,) = [one for one in letters(settings) if "Confirmed in your name" in one]
    back = re.search(r"http://testserver(/practice/confirm/\S+)", notice)
    assert back and back[1] != link[1]
    assert (await stranger.post(back[1], data={"answer": "no", "note": "I was ill"})).status_code == 200
    assert (await Confirmation.get(record=row)).state == "disputed"


async def test_the_day_in_a_letter_is_the_day_here_also_an_hour_before_midnight_in_summer(cast: Cast) -> None:
    late = datetime(2027, 6, 14, 23, 30, tzinfo=UTC)  # half past midnight of the 15th in London
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=late - timedelta(days=14))
    asked = await Confirmation.get(record=row)
    letter = await request_letter(asked.id, token="t" * 43, now=late - timedelta(days=1))
    assert letter and "until 15 June 2027." in as_written(letter.mail).text
