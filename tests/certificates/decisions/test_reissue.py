"""A certificate is issued again, under a corrected name or for a reason, in place of the one before it."""

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine

from certificates.credentials.bitstring import is_raised
from certificates.credentials.facts import thawed
from certificates.decisions.reissue import actions
from certificates.erase_person import erase
from certificates.evaluations.models import Certificate, Certification
from certificates.verification.models import ShareLink
from tests.certificates.awarded import HOME
from tests.certificates.world import (
    BY_RULES,
    TODAY,
    at,
    certified,
    changed,
    considered,
    publish_pathway,
    second_in_the_unit,
    shown,
)
from training.core.errors import Conflict
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import NameRequest
from training.trail.models import Fact, Followup

JSON = {"Accept": "application/json"}
NEW = "Amina Yusuf-Ali"


@pytest.fixture
async def held(service, tmp_path, work, settings) -> Certificate:
    """Amina's certificate, published, its letters sent."""
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("amina")
    await work()
    for one in Path(settings.mail_url[5:]).iterdir():
        one.unlink()
    return await Certificate.get(certification_id=found.id)


@pytest.fixture
def three_days_later(held):
    """Goes on three days after the award."""
    with time_machine.travel(at(TODAY + timedelta(days=3)), tick=True):
        yield


async def corrected(browse, name: str = NEW) -> None:
    """Has Amina ask for a name, and Chloe approve it."""
    amina, chloe = await browse("amina"), await browse("chloe")
    assert (await amina.post("/name", data={"name": name, "why": "I have married."})).status_code == 303
    asked = await NameRequest.get(state="waiting")
    answer = {"answer": "yes", "words": "I have seen the paper."}
    assert (await chloe.post(f"/name-requests/{asked.id}", data=answer)).status_code == 303


async def again(browser, row: Certificate, why: str = "The sheet was wrong."):
    return await browser.post(f"/certificates/{row.id}/again", data={"why": why})


def letters(settings) -> list[tuple[str, str, str]]:
    found = [
        message_from_bytes(one.read_bytes(), policy=policy.default) for one in Path(settings.mail_url[5:]).iterdir()
    ]
    return [(one["To"], one["Subject"], one.get_body(("plain",)).get_content()) for one in found]


async def issues() -> list[Certificate]:
    return await Certificate.filter(person_id=known("amina")).order_by("reserved", "issue")


async def bit(browser, row: Certificate) -> bool:
    facts = thawed(row.facts)
    answer = await browser.get(facts.status_list.removeprefix(HOME), headers=JSON)
    return is_raised(answer.json()["credentialSubject"]["encodedList"], facts.status_index)


async def test_an_approved_name_issues_the_certificate_again_with_the_same_days(held, browse, work, settings):
    await corrected(browse)
    await work()
    old, new = await issues()
    before, now = thawed(old.facts), thawed(new.facts)
    assert (before.name, now.name) == ("Amina Yusuf", NEW) and old.facts == held.facts
    same = ("valid_from", "valid_until", "achievement_version", "evidence", "criteria", "subject_id", "signatories")
    assert [getattr(before, one) for one in same] == [getattr(now, one) for one in same]
    ids = ("serial", "verify_token", "credential_id", "status_index")
    assert not {getattr(old, one) for one in ids} & {getattr(new, one) for one in ids}
    assert new.progress == "published" and now.issued > before.issued
    amina = await browse("amina")
    badge = (await amina.get(f"/certificates/{new.id}/badge")).json()
    assert badge["id"] == new.credential_id and NEW in (await amina.get(f"/certificates/{new.id}")).text
    assert (await amina.get(f"/certificates/{new.id}/document")).status_code == 200
    told = [one for one in letters(settings) if one[1] == "Your certificate has your corrected name"]
    assert [to for to, _, _ in told] == ["amina@together.example"]
    assert new.serial in told[0][2] and old.serial in told[0][2]
    assert not any("certified" in subject for _, subject, _ in letters(settings)), "she is not certified once more"


async def test_the_old_number_says_replaced_and_shows_neither_the_new_name_nor_the_new_number(held, browse, work):
    await corrected(browse)
    await work()
    old, new = await issues()
    stranger = await browse("")
    assert await bit(stranger, old) and not await bit(stranger, new)
    typed = {"code": old.serial, "family_name": "Yusuf"}
    by_number = await stranger.post("/verify", data=typed, headers=JSON)
    by_code = await stranger.get(f"/v/{old.verify_token}", headers=JSON)
    for answer in (by_number, by_code):
        told = answer.json()
        assert (told["status"], told["award"], told["name"]) == ("replaced", "valid", "Amina Yusuf")
        assert told["reason"] == "It was issued again, with a new number."
        for hidden in ("Ali", new.serial, new.verify_token):
            assert hidden not in answer.text
    page = (await stranger.get(f"/v/{old.verify_token}")).text
    assert "has been replaced by a newer one" in page and "stands today: <b>valid</b>" in page and "Ali" not in page
    assert (await stranger.get(f"/v/{new.verify_token}", headers=JSON)).json()["status"] == "valid"


async def test_only_whoever_has_the_old_code_is_led_on_where_the_holder_allows_it(held, browse, work):
    await corrected(browse)
    await work()
    old, new = await issues()
    amina, stranger = await browse("amina"), await browse("")
    await amina.post(f"/certificates/{old.id}", data={"shows": "name", "leads_on": "yes"})
    assert new.verify_token in (await stranger.get(f"/v/{old.verify_token}")).text
    typed = {"code": old.serial, "family_name": "Yusuf"}
    assert new.verify_token not in (await stranger.post("/verify", data=typed)).text


async def test_my_certificates_shows_the_new_one_with_the_old_one_as_history(held, browse, work):
    await corrected(browse)
    await work()
    old, new = await issues()
    amina = await browse("amina")
    page = (await amina.get("/certificates")).text
    assert page.count("app-step") == 1 and f'Before it: <a class="govuk-link" href="/certificates/{old.id}"' in page
    assert f'href="/certificates/{new.id}"' in page
    page = (await amina.get(f"/certificates/{old.id}")).text
    assert f'href="/certificates/{new.id}">Open the newer certificate' in page


@pytest.mark.usefixtures("three_days_later")
async def test_the_register_has_one_row_and_of_an_earlier_day_the_old_number(held, browse, work):
    await corrected(browse)
    await work()
    old, new = await issues()
    dara = await browse("dara")
    now = (await dara.get("/register.csv")).text
    assert now.count(new.serial) == 1 and old.serial not in now and NEW in now
    then = (await dara.get(f"/register.csv?known_at={TODAY.isoformat()}&as_of={TODAY.isoformat()}")).text
    assert then.count(old.serial) == 1 and new.serial not in then and "Amina Yusuf," in then
    entry = (await dara.get(f"/register/{held.certification_id}")).text
    assert f"/certificates/{new.id}" in entry and f"Number {old.serial}" in entry and "corrected name" in entry
    entry = (await dara.get(f"/register/{held.certification_id}?as_of={TODAY}&known_at={TODAY}")).text
    assert f"/certificates/{old.id}" in entry and new.serial not in entry
    entry = (await dara.get(f"/register/{held.certification_id}?known_at={TODAY - timedelta(days=9)}")).text
    assert old.serial in entry and new.serial not in entry, "opened as known before it was awarded"


@pytest.mark.usefixtures("three_days_later")
async def test_an_audit_as_known_before_finds_the_old_certificate(held, browse, work):
    await corrected(browse)
    await work()
    old, new = await issues()
    dara = await browse("dara")
    await dara.post("/audits", data={"title": "Visit", "size": "5", "as_of": str(TODAY), "known_at": str(TODAY)})
    audit = (await dara.get("/audits")).text.split('href="/audits/')[1].split('"')[0]
    case = (await dara.get(f"/audits/{audit}")).text.split(f"/audits/{audit}/cases/")[1].split('"')[0]
    page = (await dara.get(f"/audits/{audit}/cases/{case}")).text
    assert old.serial in page and new.serial not in page and "Amina Yusuf" in page and "Ali" not in page


async def test_a_name_that_is_taken_back_is_issued_once_more(held, browse, work):
    await corrected(browse)
    await work()
    await corrected(browse, "Amina Yusuf")
    await work()
    first, second, third = await issues()
    assert [thawed(one.facts).name for one in (first, second, third)] == ["Amina Yusuf", NEW, "Amina Yusuf"]
    stranger = await browse("")
    assert [await bit(stranger, one) for one in (first, second, third)] == [True, True, False]
    for old in (first, second):
        told = await stranger.get(f"/v/{old.verify_token}", headers=JSON)
        assert (told.json()["status"], told.json()["award"]) == ("replaced", "valid")
    page = (await (await browse("amina")).get(f"/certificates/{first.id}")).text
    assert f'href="/certificates/{third.id}">Open the newer' in page, "straight to the one that stands"


async def test_whoever_decides_issues_it_again_with_a_reason_after_seeing_what_changes(held, browse, work, settings):
    dara = await browse("dara")
    page = (await dara.get(f"/register/{held.certification_id}")).text
    assert f"/certificates/{held.id}" in page
    assert f"/certificates/{held.id}/again" in (await dara.get(f"/certificates/{held.id}")).text
    rehearsed = (await dara.get(f"/certificates/{held.id}/again")).text
    assert "What changes" in rehearsed and "Stays Amina Yusuf" in rehearsed and "The same sheet" in rehearsed
    assert (await again(dara, held, " ")).status_code == 422 and len(await issues()) == 1
    answer = await again(dara, held)
    _, new = await issues()
    assert answer.headers["location"].startswith(f"/certificates/{new.id}")
    assert (await again(dara, held)).status_code == 409, "the button pressed twice"
    await work()
    (letter,) = [one for one in letters(settings) if one[1] == "Your certificate was issued again"]
    assert "The sheet was wrong." in letter[2]
    fact = await Fact.get(kind="certificate.issued_again")
    assert fact.actor_id == known("dara") and fact.detail == {"before": str(held.id), "issue": 2}
    assert "The sheet was wrong." in (await (await browse("amina")).get(f"/certificates/{new.id}")).text
    assert (await again(dara, new, "Once more.")).status_code == 303, "the newer one can be issued again"


async def test_a_name_changed_by_staff_leads_whoever_decides_to_issuing_it_again(held, browse, work):
    chloe, dara, path = await browse("chloe"), await browse("dara"), f"/pathways/of/{known('amina')}"
    assert "bears the name" not in (await dara.get(path)).text
    told = await chloe.post(f"/people/{known('amina')}/name", data={"name": NEW}, follow_redirects=True)
    assert "Certificates keep the name before" in told.text
    await work()
    assert len(await issues()) == 1, "nobody has asked for a certificate"
    page, again_path = (await dara.get(path)).text, f"/certificates/{held.id}/again"
    assert "bears the name Amina Yusuf." in page and again_path in page
    page = (await chloe.get(path)).text
    assert "Whoever decides can issue it again under the name Amina Yusuf-Ali" in page and again_path not in page
    assert "Its holder is called Amina Yusuf-Ali now." in (await dara.get(f"/certificates/{held.id}")).text
    await again(dara, held)
    assert "bears the name" not in (await dara.get(path)).text
    assert again_path not in (await dara.get(f"/certificates/{held.id}")).text, "the newer one is issued again"


async def test_the_holder_finds_where_to_ask_for_the_right_name(held, browse):
    amina = await browse("amina")
    for path in ("/certificates", f"/certificates/{held.id}", "/sessions"):
        assert 'href="/name"' in (await amina.get(path)).text, path


async def test_nobody_issues_again_what_is_their_own_or_what_they_do_not_decide(held, browse, work):
    for key in ("amina", "bruno", "chloe", "farah"):
        browser = await browse(key)
        assert (await again(browser, held)).status_code in (403, 404), key
    amina = await second_in_the_unit(browse, "amina")
    assert f"/certificates/{held.id}/again" not in (await amina.get(f"/certificates/{held.id}")).text
    answer = await again(amina, held)
    assert answer.status_code == 403 and "You may not issue this certificate again" in answer.text
    assert len(await issues()) == 1


async def test_a_suspended_one_is_issued_again_as_suspended_and_counts_again_when_restored(held, browse, work):
    found = await Certification.get(id=held.certification_id)
    await changed(found, "suspended", on=TODAY)
    await corrected(browse)
    await work()
    old, new = await issues()
    stranger = await browse("")
    assert (await stranger.get(f"/v/{new.verify_token}", headers=JSON)).json()["status"] == "suspended"
    assert (await stranger.get(f"/v/{old.verify_token}", headers=JSON)).json()["award"] == "suspended"
    await changed(found, "restored", on=TODAY)
    await work()
    assert (await stranger.get(f"/v/{new.verify_token}", headers=JSON)).json()["status"] == "valid"
    assert await bit(stranger, old) and not await bit(stranger, new), "the old one stays replaced"


async def test_what_is_withdrawn_or_over_is_not_issued_again(held, browse, work):
    found = await Certification.get(id=held.certification_id)
    await changed(found, "withdrawn", on=TODAY)
    await corrected(browse)
    await work()
    dara = await browse("dara")
    assert "so it is not issued again" in (await dara.get(f"/certificates/{held.id}/again")).text
    assert (await again(dara, held)).status_code == 409
    assert len(await issues()) == 1


async def test_one_that_is_withdrawn_later_says_so_on_every_number(held, browse, work):
    await corrected(browse)
    await work()
    await changed(await Certification.get(id=held.certification_id), "withdrawn", on=TODAY)
    await work()
    stranger = await browse("")
    for row in await issues():
        assert (await stranger.get(f"/v/{row.verify_token}", headers=JSON)).json()["status"] == "withdrawn"
        assert await bit(stranger, row)


async def test_work_that_is_done_twice_or_at_once_issues_it_once(held, browse, work):
    await corrected(browse)
    await work()
    asked = await NameRequest.get()
    await Followup.filter(kind=actions.AFTER_NAME).update(state="queued")
    await work()
    await actions.follow_name(asked.id, home=HOME, now=at(TODAY, 12))
    assert len(await issues()) == 2
    _, new = await issues()
    dara = await being("dara", TODAY)
    both = [actions.reissue(new.id, "Twice.", actor=dara, home=HOME, now=at(TODAY, 13)) for _ in range(2)]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert {type(one) for one in done} == {Certificate, Conflict}
    assert sorted(one.issue for one in await issues()) == [1, 2, 3]


async def test_a_kill_in_the_middle_leaves_nothing_half_done(held, browse, work, monkeypatch):
    async def killed(*_, **__):
        raise KeyboardInterrupt

    await corrected(browse)
    asked = await NameRequest.get()
    with monkeypatch.context() as patched:
        patched.setattr(actions, "settle_bit", killed)
        with pytest.raises(KeyboardInterrupt):
            await actions.follow_name(asked.id, home=HOME, now=at(TODAY, 12))
    assert len(await issues()) == 1 and not await Fact.filter(kind="certificate.issued_again").exists()
    await work()
    assert [one.progress for one in await issues()] == ["published", "published"]


async def test_links_for_employers_and_lists_of_staff_follow_to_the_new_one(held, browse, work):
    amina, stranger = await browse("amina"), await browse("")
    asked = {"label": "Riverside nursery", "kind": "dated", "ends": (TODAY + timedelta(days=9)).isoformat()}
    await amina.post(f"/certificates/{held.id}/links", data=asked)
    site = known("site/RIV")
    await amina.post("/certificates/staff-lists", data={"site": str(site), "agree": "yes"})
    await corrected(browse)
    await work()
    _, new = await issues()
    link = await ShareLink.get()
    page = (await stranger.get(f"/s/{link.token}")).text
    assert "genuine and holds today" in page and NEW in page and new.verify_token not in page
    assert "Riverside nursery" in (await amina.get(f"/certificates/{new.id}/links")).text
    await amina.post(f"/certificates/{new.id}/links/{link.id}/end")
    assert (await stranger.get(f"/s/{link.token}")).status_code == 404
    listed = (await stranger.get(f"/staff/{site}")).text
    assert listed.count("Amina") == 1 and NEW in listed


async def test_renewal_takes_the_place_of_the_one_that_stands(held, browse, work):
    await corrected(browse)
    await work()
    with time_machine.travel(at(TODAY + timedelta(days=300)), tick=True):
        await _renewed(browse, work)


async def _renewed(browse, work) -> None:
    later = TODAY + timedelta(days=300)
    await shown("amina", "first aid again", on=later)
    await considered("amina", later)
    await work()
    old, new, renewed = await issues()
    assert thawed(renewed.facts).name == NEW and renewed.issue == 1
    stranger, amina = await browse(""), await browse("amina")
    told = (await stranger.get(f"/v/{new.verify_token}", headers=JSON)).json()
    assert (told["status"], told["reason"]) == ("replaced", "The holder has renewed.")
    assert [await bit(stranger, one) for one in (old, new, renewed)] == [True, True, False]
    assert f'href="/certificates/{renewed.id}">Open the newer' in (await amina.get(f"/certificates/{new.id}")).text
    assert (await amina.get("/certificates")).text.count("app-step") == 2


async def test_erasing_its_holder_takes_the_name_and_the_reason_out_of_all_of_them(held, browse, work, settings):
    await corrected(browse)
    await work()
    await again(await browse("dara"), (await issues())[1], "Amina had it misspelt.")
    await work()
    await erase(known("amina"), actor=await being("dara", TODAY), now=at(TODAY, 15), storage=settings.storage)
    for row in await issues():
        assert "Amina" not in row.facts and row.because == ""
    last = (await issues())[-1]
    assert "details were removed" in (await (await browse("dara")).get(f"/certificates/{last.id}/again")).text
