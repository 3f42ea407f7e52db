"""A record that was changed behind our back: no public answer believes it, and those who run the unit are told."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from certificates.credentials import badge, publish
from certificates.credentials.artefacts import TOKEN, latest
from certificates.credentials.facts import canonical, digest, digest_of, thawed
from certificates.credentials.models import Artefact, Damage
from certificates.erase_person import erase
from certificates.evaluations.models import Certificate, Certification
from tests.certificates.awarded import awarded
from tests.certificates.examples import FACTS, NOW
from tests.certificates.world import BY_RULES, TODAY, at, certificate_of, certified, publish_pathway
from training.core import clock
from training.demo.doing import being

JSON = {"Accept": "application/json"}
ASK = "This record is damaged. Ask the issuer."


@pytest.fixture
async def issue(service, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)

    async def issued(person="amina"):
        row = await certificate_of(await certified(person))
        given = service.state.resources
        await publish.publish(row.id, keys=given.keys, store=given.store, now=at(TODAY))
        return await Certificate.get(id=row.id)

    return issued


async def facts_changed(row, _):
    await Certificate.filter(id=row.id).update(facts=row.facts.replace("Amina", "Karim"))


async def facts_and_their_hash_changed(row, _):
    changed = replace(thawed(row.facts), name="Karim Yusuf")
    await Certificate.filter(id=row.id).update(facts=canonical(changed), facts_sha256=digest(changed))


async def last_day_changed_everywhere(row, _):
    later = thawed(row.facts).valid_until + timedelta(days=900)
    changed = replace(thawed(row.facts), valid_until=later)
    await Certificate.filter(id=row.id).update(facts=canonical(changed), facts_sha256=digest(changed))
    await Certification.filter(id=row.certification_id).update(ends=later)


async def days_of_the_certification_changed(row, _):
    later = thawed(row.facts).valid_until + timedelta(days=900)
    await Certification.filter(id=row.certification_id).update(ends=later)


async def token_of_somebody_else_put_in(row, other):
    theirs = await latest(other.id, TOKEN)
    own = Artefact.filter(certificate_id=row.id, kind=TOKEN)
    await own.update(path=theirs.path, sha256=theirs.sha256, kid=theirs.kid)


async def token_removed(row, _):
    await Artefact.filter(certificate_id=row.id, kind=TOKEN).delete()


async def token_rewritten(row, _):
    await Artefact.filter(certificate_id=row.id, kind=TOKEN).update(sha256=secrets.token_hex(32))


DAMAGES = [
    facts_changed, facts_and_their_hash_changed, last_day_changed_everywhere, days_of_the_certification_changed,
    token_of_somebody_else_put_in, token_removed, token_rewritten,
]  # fmt: skip


@pytest.mark.by_hand
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
async def test_nothing_public_believes_a_damaged_record_and_the_unit_is_told(issue, browse, damage):
    row, other = await issue(), await issue("jude")
    stranger, amina, dara = await browse(""), await browse("amina"), await browse("dara")
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 200
    assert "A record is damaged" not in (await dara.get("/")).text
    kept = await Certificate.get(id=row.id)
    counted = REGISTRY.get_sample_value("training_damaged_certificates_total")
    await damage(row, other)

    page = await stranger.get(f"/v/{row.verify_token}")
    assert page.status_code == 409 and "genuine" not in page.text
    assert "This record is damaged." in page.text and "Ask the issuer." in page.text
    told = await stranger.get(f"/v/{row.verify_token}", headers=JSON)
    assert (told.status_code, told.json()) == (409, {"status": "damaged", "detail": ASK})
    assert (await stranger.get(f"/v/{row.verify_token}", headers={"Accept": "application/jwt"})).status_code == 409
    form = {"code": row.serial, "family_name": "Yusuf"}
    by_serial = await stranger.post("/verify", data=form)
    assert by_serial.status_code in (409, 422) and "genuine" not in by_serial.text
    for path in ("", "/badge", "/token", "/document"):
        answer = await amina.get(f"/certificates/{row.id}{path}")
        assert answer.status_code == 409 and "This record is damaged" in answer.text, path
    assert (await amina.get("/certificates")).status_code == 200

    assert "A record is damaged" in (home := (await dara.get("/")).text) and f"/register/{row.certification_id}" in home
    assert "A record is damaged" not in (await amina.get("/")).text
    assert "This record is damaged." in (await dara.get(f"/register/{row.certification_id}")).text
    assert REGISTRY.get_sample_value("training_damaged_certificates_total") > counted
    assert (await stranger.get(f"/v/{other.verify_token}")).status_code == 200

    if damage is facts_changed:  # restored, it is believed again
        await Certificate.filter(id=row.id).update(facts=kept.facts)
        assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 200
        assert "This record is damaged." not in (await dara.get(f"/register/{row.certification_id}")).text
        assert await Damage.all().count() == 0


async def test_a_proof_that_is_not_at_hand_is_no_proof_and_no_damage(issue, browse, settings):
    row, stranger = await issue(), await browse("")
    (path,) = (settings.storage / "certificates").rglob("*.jwt")
    aside = path.rename(path.with_suffix(".aside"))
    answer = await stranger.get(f"/v/{row.verify_token}")
    assert answer.status_code == 503 and "cannot check this certificate just now" in answer.text
    assert await Damage.all().count() == 0
    aside.rename(path)
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 200


@pytest.mark.by_hand
async def test_an_erased_holders_certificate_is_sound_until_it_is_changed(issue, browse, settings):
    row, stranger = await issue(), await browse("")
    await erase(row.person_id, actor=await being("dara", TODAY), now=clock.now(), storage=settings.storage)
    erased = await Certificate.get(id=row.id)
    assert erased.facts_sha256 == row.facts_sha256 == digest_of(row.facts), "what it was can still be proven"
    assert "Holder details removed" in (await stranger.get(f"/v/{row.verify_token}")).text
    await Certificate.filter(id=row.id).update(facts=erased.facts.replace("Leader", "Mentor"))
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 409


@pytest.mark.by_hand
async def test_erasing_does_not_make_a_damaged_record_sound(issue, browse, settings):
    row, stranger = await issue(), await browse("")
    await facts_changed(row, None)
    await erase(row.person_id, actor=await being("dara", TODAY), now=clock.now(), storage=settings.storage)
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 409


@pytest.mark.by_hand
async def test_a_certificate_that_is_not_signed_yet_is_checked_by_its_facts(database, browse):
    row, stranger = await awarded(), await browse("")
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 200
    await facts_changed(row, None)
    assert (await stranger.get(f"/v/{row.verify_token}")).status_code == 409


def test_credentials_of_earlier_versions_say_the_same_days():
    now = badge.compose(FACTS)
    before = {**now, "validFrom": "2027-03-03T00:00:00Z", "validUntil": "2029-03-02T23:59:59Z"}
    before["credentialSubject"] = {**now["credentialSubject"]}
    before["credentialSubject"]["achievement"] = {**now["credentialSubject"]["achievement"], "inLanguage": "cy"}
    assert badge.tells(now, FACTS, first=True) and badge.tells(before, FACTS, first=True)
    summer = replace(
        FACTS, valid_from=FACTS.valid_from.replace(month=7), valid_until=FACTS.valid_until.replace(month=7)
    )
    old = {**badge.compose(summer), "validFrom": "2027-07-03T00:00:00Z", "validUntil": "2029-07-02T23:59:59Z"}
    assert badge.tells(old, summer, first=True)
    assert not badge.tells({**old, "validUntil": "2029-07-03T23:59:59Z"}, summer, first=True)
    again = badge.compose(summer, valid_from=NOW)
    assert badge.tells(again, summer, first=False) and not badge.tells(again, summer, first=True)
