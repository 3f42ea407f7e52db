"""The paper of a certificate from before this service: its scan, who opens it, and what its holder reads of it."""

from datetime import timedelta

import pytest

from certificates.erase_person import erase
from certificates.evaluations.models import Certification
from certificates.imports.models import EarlierProof
from certificates.imports.proofs import BROUGHT_BACK_WITHIN, forget_removed
from tests.certificates.imports.test_importing import RULES, imported, undone
from tests.certificates.world import TODAY, at, publish_pathway, second_in_the_unit
from tests.today import NOW
from tests.training.imports.handing_in import csv_of
from training.core.handed_files import PROOFS
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person
from training.trail.models import Fact

SCAN = ("paper.pdf", b"%PDF-1.4 a scan", "application/pdf")


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, RULES)
    return await browse("dara")


@pytest.fixture
async def batch(dara, work):
    name = (await Person.get(id=known("amina"))).name
    rows = csv_of(
        "Name,Level,Awarded,Certificate number,Issued by,Proof", f"{name},Leader,25/03/2025,PT/2025-99,Parents First,B7"
    )
    return await imported(dara, work, rows, "certificates")


@pytest.fixture
async def award(batch) -> Certification:
    return await Certification.get(person_id=known("amina"))


async def add(browser, award, file=SCAN):
    return await browser.post(f"/register/{award.id}/proofs", files={"file": file})


async def test_whoever_decides_adds_a_scan_and_its_holder_and_the_register_open_it(dara, award, browse, settings):
    page = (await dara.get(f"/register/{award.id}")).text
    assert "There is no scan of it yet" in page and "Where it is kept: B7" in page
    assert "Add a scan of the paper" in page
    for wrong, words in ((("x.exe", b"MZ\x00", ""), "Choose a photo"), (("", b"", ""), "Choose the scan")):
        answer = await add(dara, award, wrong)
        assert answer.status_code == 422 and words in answer.text
    assert (await add(dara, award)).status_code == 303
    assert (await add(dara, award)).status_code == 303, "the same once more"
    made = await EarlierProof.get()
    path = f"/register/{award.id}/proofs/{made.id}"
    assert path in (await dara.get(f"/register/{award.id}")).text
    for key in ("amina", "dara", "chloe"):
        answer = await (await browse(key)).get(path)
        assert (answer.status_code, answer.content) == (200, SCAN[1]), key
    assert (await (await browse("bruno")).get(path)).status_code == 404
    assert (await Fact.get(kind="proof.added")).actor_id == known("dara")
    assert (settings.storage / PROOFS / made.stored).is_file()


async def test_a_scan_added_by_mistake_is_removed_and_brought_back_or_gone_with_its_file(dara, award, browse, settings):
    await add(dara, award)
    made = await EarlierProof.get()
    path = f"/register/{award.id}/proofs/{made.id}"
    assert (await (await browse("chloe")).post(path)).status_code in (403, 404)
    assert (await dara.post(path)).status_code == 303
    assert (await dara.get(path)).status_code == 404
    page = (await dara.get(f"/register/{award.id}")).text
    assert "There is no scan of it yet" in page and "Bring paper.pdf back" in page
    assert (await dara.post(path)).status_code == 409
    assert "paper.pdf" not in (await (await browse("chloe")).get(f"/register/{award.id}")).text
    assert (await (await browse("chloe")).post(path, data={"do": "back"})).status_code in (403, 404)
    assert (await dara.post(path, data={"do": "back"})).status_code == 303
    assert (await dara.post(path, data={"do": "back"})).status_code == 409
    assert (await (await browse("amina")).get(path)).content == SCAN[1]
    await dara.post(path)
    await forget_removed(storage=settings.storage, now=NOW + BROUGHT_BACK_WITHIN - timedelta(hours=2))
    assert (settings.storage / PROOFS / made.stored).exists()
    await forget_removed(storage=settings.storage, now=NOW + BROUGHT_BACK_WITHIN + timedelta(hours=2))
    assert not (settings.storage / PROOFS / made.stored).exists() and "paper.pdf" not in (
        (await dara.get(f"/register/{award.id}")).text
    )
    assert (await dara.post(path, data={"do": "back"})).status_code == 409


async def test_nobody_adds_a_scan_to_their_own_or_to_a_certificate_of_ours(dara, award, browse):
    assert (await add(await browse("amina"), award)).status_code in (403, 404)
    amina = await second_in_the_unit(browse, "amina")
    assert (await add(amina, award)).status_code == 404 and not await EarlierProof.exists()


async def test_my_certificates_tell_of_what_was_brought_in_and_what_renews_it(dara, award, browse):
    await add(dara, award)
    page = (await (await browse("amina")).get("/certificates")).text
    assert "You have no certificate yet" not in page
    told = ("Leader", "PT/2025-99", "25 March 2025", "Issued by Parents First before this service", "paper.pdf")
    for words in (*told, "Brought in on 25 November 2026", "You can renew it from", "See what renews it"):
        assert words in page, words
    assert "You have no certificate yet" in (await (await browse("bruno")).get("/certificates")).text


async def test_erasing_its_holder_takes_the_scan_away_and_a_batch_with_scans_is_not_undone_unseen(
    dara, award, batch, work, settings
):
    await add(dara, award)
    stored = settings.storage / PROOFS / (await EarlierProof.get()).stored
    await undone(dara, work, batch)
    assert await EarlierProof.exists() and await Certification.filter(id=award.id).exists() and stored.is_file()
    await erase(known("amina"), actor=await being("dara", TODAY), now=at(TODAY, 15), storage=settings.storage)
    left = await EarlierProof.get()
    assert (left.file_name, left.stored) == ("", "") and not stored.exists()
