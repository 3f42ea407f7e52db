"""The register and single certificates by command: the same rows and words as on the pages."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.credentials import publish
from certificates.credentials.keys import KeyStore
from certificates.evaluations.models import Certificate
from tests.certificates.awarded import HOME
from tests.certificates.world import BY_RULES, TODAY, at, certificate_of, certified, changed, publish_pathway
from tests.training.commands.conftest import Front
from tests.training.commands.test_people import within
from training.app import consequences
from training.core.encryption import Encryptor
from training.core.storage import FileStore
from training.sites.models import CentralUnit
from training.trail import facts

AS_OF = ("--as-of", TODAY.isoformat())


@pytest.fixture
def held(front: Front) -> Front:
    """Amina holds a certificate, and her files lie in the folder; Kiran's was withdrawn yesterday."""

    async def fill() -> None:
        facts.follow(consequences.AFTER)
        await publish_pathway(front.folder, BY_RULES)
        row = await certificate_of(await certified("amina", TODAY - timedelta(days=9)))
        store, keys = FileStore(front.folder / "files"), KeyStore(Encryptor("s" * 40), home=HOME)
        await publish.publish(row.id, keys=keys, store=store, now=at(TODAY))
        await row.refresh_from_db()
        for kind in ("badge", "token"):
            (front.folder / kind).write_bytes(await publish.credential_of(row, kind, store=store))
        (front.folder / "serial").write_text(row.serial)
        found = await certified("kiran", TODAY - timedelta(days=9))
        await changed(found, "withdrawn", on=TODAY - timedelta(days=5), recorded=TODAY - timedelta(days=1))

    within(front, fill)
    return front


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), {"Amina Yusuf": "certified"}),
        (("--standing", "all"), {"Amina Yusuf": "certified", "Kiran Shah": "withdrawn"}),
        (("--standing", "all", "--area", "ENG"), {"Kiran Shah": "withdrawn"}),
        (
            ("--area", "ENG", "--known-at", (TODAY - timedelta(days=2)).isoformat()),
            {"Kiran Shah": "certified"},
        ),
        (("--programme", "steady", "--unit", "together"), {"Amina Yusuf": "certified"}),
        (("--programme", "growing-together"), {}),
        (("--area", "nowhere-at-all-under-the-sun"), {}),
    ],
)
def test_the_register_is_printed_as_csv_and_as_json_with_the_same_rows(held: Front, words, told) -> None:  # type: ignore[no-untyped-def]
    lines = held.run("register", *AS_OF, *words)
    assert lines.returncode == 0, lines.stderr
    assert {row["name"]: row["standing"] for row in csv.DictReader(io.StringIO(lines.stdout))} == told
    rows = json.loads(held.run("register", *AS_OF, *words, "--format", "json").stdout)["rows"]
    assert {row["name"]: row["standing"] for row in rows} == told


def test_a_wrong_day_and_an_unnamed_unit_are_one_line(held: Front) -> None:
    wrong = held.run("register", "--as-of", "yesterday")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)

    async def second() -> None:
        await CentralUnit.create(id=uuid4(), slug="apart", name="Parenting Apart")

    within(held, second)
    unnamed = held.run("register", *AS_OF)
    assert unnamed.returncode == 1 and "--unit" in unnamed.stderr
    assert held.run("register", *AS_OF, "--unit", "apart").stdout.count("\n") == 1
    assert "Amina" in held.run("register", *AS_OF, "--unit", "together").stdout


def test_a_certificate_is_shown_by_serial_and_verified_by_file(held: Front) -> None:
    shown = json.loads(held.run("certificate", "show", (held.folder / "serial").read_text()).stdout)
    assert (shown["status"], shown["name"]) == ("valid", "Amina Yusuf")
    for kind in ("badge", "token"):
        told = json.loads(held.run("certificate", "verify", kind, PUBLIC_URL=HOME).stdout)
        assert (told["genuine"], told["same_file"], told["status"]) == (True, True, "valid")
    (held.folder / "forged").write_text((held.folder / "badge").read_text().replace("Amina", "Karim"))
    for words in (("verify", "forged"), ("verify", "nothing"), ("show", "nothing")):
        refused = held.run("certificate", *words, PUBLIC_URL=HOME)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), words


def test_a_changed_file_is_told_with_the_facts_and_fails(held: Front) -> None:
    (held.folder / "forged").write_text((held.folder / "badge").read_text().replace("Amina", "Karim"))
    told = held.run("certificate", "verify", "forged")
    assert (told.returncode, json.loads(told.stdout)["genuine"]) == (1, False)
    assert json.loads(told.stdout)["name"] == "Amina Yusuf" and "This file was changed." in told.stderr
    link = f"{HOME}/v/".removeprefix("http://") + json.loads(told.stdout)["serial"]
    assert held.run("certificate", "show", link).returncode == 1


def test_a_damaged_record_is_neither_shown_nor_verified(held: Front) -> None:
    async def change() -> None:
        row = await Certificate.get(serial=(held.folder / "serial").read_text())
        await Certificate.filter(id=row.id).update(facts=row.facts.replace("Amina", "Karim"))

    within(held, change)
    for words in (("show", (held.folder / "serial").read_text()), ("verify", "badge")):
        refused = held.run("certificate", *words)
        assert refused.returncode == 1 and "Yusuf" not in refused.stdout, words
        assert "This record is damaged. Ask the issuer." in refused.stderr


def test_a_key_is_not_given_up_under_another_address(held: Front) -> None:
    kids = [row["kid"] for row in json.loads(held.run("keys", "list", "--json").stdout) if row["state"] == "active"]
    refused = held.run("keys", "compromise", kids[0])  # the address is the default one here
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"TRAINING_PUBLIC_URL={HOME}" in refused.stderr
    states = {row["kid"]: row["state"] for row in json.loads(held.run("keys", "list", "--json").stdout)}
    assert states[kids[0]] == "active", "nothing was changed"
    done = held.run("keys", "compromise", kids[0], PUBLIC_URL=HOME)
    assert done.returncode == 0 and "1 certificates were signed again." in done.stdout
