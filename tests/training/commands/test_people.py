"""The rights of people: a copy of everything about them, and an erasure after which only the truth is left."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from certificates.credentials import publish
from certificates.credentials.keys import KeyStore
from certificates.evaluations.models import Certificate
from tests.certificates.awarded import HOME, awarded
from tests.soundness import speak_of
from tests.training.commands.conftest import NOW, Front
from training.app import consequences
from training.core.encryption import Encryptor
from training.core.storage import FileStore
from training.database.connection import opened
from training.demo.cast import known
from training.lti.models import Identity, LaunchTrace, Registration
from training.people.actions import ask_for_link
from training.people.models import Person
from training.people.sessions import open_session
from training.records.models import Confirmation, Participant, Record
from training.trail import facts
from training.trail.models import Fact

AMINA = known("amina")
NAME, ADDRESS = "Amina Yusuf", "amina@together.example"


def within(front: Front, work: Callable[[], Awaitable[Any]]) -> Any:
    """Does some work on the database of the front door."""

    async def done() -> Any:
        async with opened(front.url):
            return await work()

    return asyncio.run(done())


async def _lived() -> None:
    """Gives Amina a past: a certificate, a group with a co-leader, an LMS, a session and a letter."""
    facts.follow(consequences.AFTER)
    unit = known("together")
    group = {
        "unit_id": unit, "site_id": known("site/RIV"), "programme_id": known("growing-together"), "type": "delivery",
        "what": "group", "name": "Tuesdays", "began": date(2026, 1, 6), "on": date(2026, 3, 31),
        "listed": date(2026, 3, 31), "recorded": NOW,
        "attributes": {"sessions": 12, "hours": 24, "role": "lead", "parents": 8, "completed": 7, "mode": "in_person"},
    }  # fmt: skip
    mine = {"person_id": AMINA, "recorded_by_id": AMINA, "note": f"{NAME} and Jude led"}
    hers = {"person_id": known("jude"), "recorded_by_id": known("jude"), "note": "AMINA YUSUF was ill once"}
    delivery = await Record.create(id=uuid4(), entry_key=uuid4(), **mine, **group)
    other = await Record.create(id=uuid4(), entry_key=uuid4(), **hers, **group)
    team = await Participant.create(
        id=uuid4(), record=other, part="team", person_id=AMINA, name="Amina Y.", role="co_leader"
    )
    asked = await Confirmation.create(
        id=uuid4(), unit_id=unit, person_id=known("jude"), record=other, confirmer_id=AMINA,
        confirmer_name="Amina Y.", contact=ADDRESS, asked=NOW, expires=NOW, note="I was there. Amina Y.",
    )  # fmt: skip
    hers_too = await Confirmation.create(
        id=uuid4(), unit_id=unit, person_id=AMINA, record=delivery, confirmer_id=known("jude"),
        confirmer_name="Jude Mensah", contact="jude@together.example", asked=NOW, expires=NOW,
    )  # fmt: skip
    lms = await Registration.create(
        id=uuid4(), unit_id=unit, issuer="https://lms.example", client_id="c", auth_url="https://lms.example/a",
        token_url="https://lms.example/t", jwks_url="https://lms.example/k", created=NOW,
    )  # fmt: skip
    told = {"registration": lms, "sub": "lms-user-4711", "name": "Amina from the LMS", "email": "a.y@lms.example"}
    identity = await Identity.create(id=uuid4(), person_id=AMINA, created=NOW, **told)
    await speak_of(lms, identity, delivery, other, team, asked, hers_too)
    await LaunchTrace.create(id=uuid4(), reference="r", at=NOW, outcome="ok", person_id=AMINA)
    await open_session(AMINA, token="t" * 43, now=datetime.now(UTC))
    await ask_for_link(ADDRESS, target="/", now=NOW)


@pytest.fixture
def lived(front: Front) -> Iterator[tuple[Front, Certificate]]:
    """A service in which Amina holds a published certificate and left traces in many tables."""
    store = FileStore(front.folder / "files")

    async def fill() -> Certificate:
        await _lived()
        row = await awarded("amina", name=NAME)
        keys = KeyStore(Encryptor("s" * 40), home=HOME)
        await publish.publish(row.id, keys=keys, store=store, now=NOW)
        return await Certificate.get(id=row.id)

    yield front, within(front, fill)


def _everything(front: Front) -> str:
    """Reads every value of every table, as text."""
    with closing(sqlite3.connect(front.folder / "training.db")) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return "\n".join(f"{table} {row}" for table in tables for row in database.execute(f"select * from {table}"))


def _files(folder: Path) -> str:
    return "".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def test_the_copy_holds_every_row_that_knows_the_person_and_those_that_hang_on_them(lived) -> None:  # type: ignore[no-untyped-def]
    front, certificate = lived
    done = front.run("person", "export", ADDRESS)
    assert done.returncode == 0, done.stderr
    tables = json.loads(done.stdout)["tables"]
    counts = {name: len(rows) for name, rows in tables.items()}
    wanted = {
        "people.Person": 1, "people.Email": 1, "people.Session": 1, "people.SignInLink": 1, "people.Membership": 1,
        "people.Relation": 1, "records.Record": 1, "records.Participant": 1, "records.Confirmation": 2,
        "lti.Identity": 1, "lti.LaunchTrace": 1, "certificates.Certificate": 1, "certificates.Certification": 1,
        "certificates.Decision": 1, "certificates.Evaluation": 1, "certificates.Artefact": 2,
    }  # fmt: skip
    assert counts | wanted == counts
    assert tables["certificates.Artefact"][0]["certificate_id"] == str(certificate.id)  # two steps from the person
    assert {row["kind"] for row in tables["trail.Fact"]} >= {"person.asked_for_link", "certificate.published"}
    assert "token_hash" not in done.stdout
    assert "person.exported" in _everything(front)


def test_after_the_erasure_name_and_addresses_stand_nowhere_and_the_certificate_still_verifies(lived) -> None:  # type: ignore[no-untyped-def]
    front, certificate = lived
    words = (NAME, ADDRESS, "Amina Y.", "Amina from the LMS", "a.y@lms.example", "lms-user-4711")
    before = _everything(front)
    assert all(word in before for word in words) and NAME in _files(front.folder / "files")
    assert front.run("trail", "verify").returncode == 0

    done = front.run("person", "erase", str(AMINA))
    assert done.returncode == 0 and done.stdout.startswith(f"Erased person {AMINA.hex[:4]} "), done.stderr

    after = _everything(front)
    assert [word for word in words if word.casefold() in after.casefold()] == []
    assert NAME not in _files(front.folder / "files")
    assert "Jude Mensah" in after and "Gwen Llŷr" in after
    assert front.run("trail", "verify").returncode == 0  # the trail is as it was, and goes on
    told = json.loads(front.run("certificate", "show", certificate.serial).stdout)
    assert told["status"] == "valid" and told["name"] == "Holder details removed"

    async def kept() -> None:
        row = await Certificate.get(id=certificate.id)
        assert row.facts_sha256 == certificate.facts_sha256 and row.facts != certificate.facts
        person = await Person.get(id=AMINA)
        assert person.erased_at is not None
        fact = await Fact.get(kind="person.erased")
        assert fact.person_id == AMINA and fact.detail["certificates"] == 1

    within(front, kept)


def test_an_erased_person_is_out_everywhere_and_cannot_be_erased_twice(lived) -> None:  # type: ignore[no-untyped-def]
    front, _ = lived
    assert front.run("person", "erase", ADDRESS).returncode == 0
    with closing(sqlite3.connect(front.folder / "training.db")) as database:
        own = f"person_id = '{AMINA}'"
        assert database.execute(f"select count(*) from people_session where {own} and ended is null").fetchone() == (0,)
        assert database.execute(f"select count(*) from people_membership where {own} and ends is null").fetchone() == (
            0,
        )
        waiting = "select state, last_error from trail_followup where kind = 'mail sign-in link'"
        assert database.execute(waiting).fetchall() == [("refused", "The person was erased.")]
    again = front.run("person", "erase", str(AMINA))
    assert again.returncode == 1 and again.stderr == "This person was erased before. Nothing is left to do.\n"
    unknown = front.run("person", "erase", ADDRESS)
    assert unknown.returncode == 1 and unknown.stderr.startswith(f"There is no person {ADDRESS}.")


def test_an_erasure_that_fails_changes_nothing(lived) -> None:  # type: ignore[no-untyped-def]
    front, _ = lived
    with closing(sqlite3.connect(front.folder / "training.db")) as database:
        when = "before insert on trail_fact when new.kind = 'person.erased'"
        database.execute(f"create trigger stop {when} begin select raise(abort, 'stop'); end")
        database.commit()
    assert front.run("person", "erase", str(AMINA)).returncode == 1
    assert "Amina Y." in _everything(front) and ADDRESS in _everything(front)


def test_the_operator_lets_somebody_in_again_who_lost_every_device(front: Front) -> None:
    refused = front.run("person", "reset-sign-in", "nobody@together.example")
    assert refused.returncode == 1 and "There is no person" in refused.stderr
    done = front.run("person", "reset-sign-in", "farah@together.example")
    assert done.returncode == 0, done.stderr
    assert "0 passkeys and apps of Farah" in done.stdout and "/sign-in/" in done.stdout
