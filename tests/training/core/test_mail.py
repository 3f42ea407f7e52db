"""Mails in a folder: each with an id of its own, and the same work done twice is the same mail."""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

from tests.mails import HELLO, read_mail
from training.core import mail


async def _sent(settings, key: str, text: str = "Hello") -> None:
    await mail.send(settings, to="nadia@together.example", mail=replace(HELLO, text=text), key=key)


async def test_each_mail_has_a_whole_id_of_its_own(settings):
    await _sent(settings, key="mail confirmer/1")
    await _sent(settings, key="mail confirmer/2")
    folder = Path(settings.mail_url.removeprefix("file:"))
    ids = {message_from_bytes(path.read_bytes(), policy=policy.default)["Message-ID"] for path in folder.iterdir()}
    assert ids == {"<mail.confirmer.1@testserver>", "<mail.confirmer.2@testserver>"}


async def test_the_same_work_done_twice_leaves_one_mail(settings):
    await _sent(settings, key="mail confirmer/1")
    await _sent(settings, key="mail confirmer/1", text="Hello again")
    (only,) = Path(settings.mail_url.removeprefix("file:")).iterdir()
    assert read_mail(only).text == "Hello again\n"
