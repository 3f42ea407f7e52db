"""The public check: the word for this moment by link, serial, file and code, in the page, as JSON and as a token."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import jwt
import pikepdf
import pytest

from certificates.credentials import facts, publish
from certificates.credentials.artefacts import BADGE, CODE, TOKEN
from certificates.credentials.bitstring import is_raised
from certificates.credentials.facts import thawed
from certificates.credentials.pdf.attachments import NAME
from certificates.credentials.pdf.pool import PdfPool
from certificates.credentials.publish import credential_of, print_document
from certificates.erase_person import erase
from certificates.evaluations.models import Certificate, Certification
from certificates.verification.models import ShareLink
from tests.certificates.world import BY_RULES, TODAY, at, certificate_of, certified, changed, publish_pathway, shown
from tests.certificates.world import considered as consider
from training.core import clock
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person
from training.trail.models import Followup
from training.web.models import TryCount

# WeasyPrint 70 leaves the file of its colour profile for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

JSON, JWT = {"Accept": "application/json"}, {"Accept": "application/jwt"}


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture
async def pathway(service, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)


@pytest.fixture
def issue(pathway, service):
    """Certifies Amina on a day, and publishes her certificate."""

    async def issued(day=TODAY) -> Certificate:
        row = await certificate_of(await certified("amina", day))
        given = service.state.resources
        await publish.publish(row.id, keys=given.keys, store=given.store, now=at(day))
        await row.refresh_from_db()
        return row

    return issued


@pytest.fixture
async def stranger(browse):
    return await browse("")


@pytest.mark.parametrize(
    ("begun", "made", "word", "said"),
    [
        (0, None, "valid", "genuine and holds today"),
        (300, None, "valid", "genuine and holds today"),
        (364, None, "valid", "genuine and holds today"),
        (368, None, "in grace", "a short time of grace still runs"),
        (400, None, "expired", "its time is over"),
        (10, "suspended", "suspended", "does not count for now"),
        (10, "withdrawn", "withdrawn", "has been withdrawn"),
    ],
)
async def test_the_check_says_how_it_stands_at_this_moment(issue, stranger, begun, made, word, said):
    row = await issue(ago(begun))
    if made:
        await changed(await Certification.get(id=row.certification_id), made, on=ago(2))
    before = clock.now()
    told = (await stranger.get(f"/v/{row.verify_token}", headers=JSON)).json()
    assert told["status"] == word
    assert before <= datetime.fromisoformat(told["checked"]) <= clock.now()
    page = await stranger.get(f"/v/{row.verify_token}")
    assert said in page.text and "Checked on" in page.text and "Amina Yusuf" in page.text
    assert page.headers["x-robots-tag"] == "noindex" and page.headers["cache-control"] == "no-store"


async def test_a_renewed_one_is_replaced_and_the_new_one_valid(issue, stranger):
    old = await issue(ago(300))
    await shown("amina", "first aid again", on=ago(1))
    await consider("amina", ago(1))
    new = await Certificate.exclude(id=old.id).get()
    words = [(await stranger.get(f"/v/{row.verify_token}", headers=JSON)).json()["status"] for row in (old, new)]
    assert words == ["replaced", "valid"]


async def test_what_a_holder_lets_be_seen_holds_for_the_next_one_and_no_other_way_leads_to_it(issue, stranger, browse):
    old, amina = await issue(ago(300)), await browse("amina")
    await amina.post(f"/certificates/{old.id}", data={"shows": "initials", "leads_on": "yes"})
    await shown("amina", "first aid again", on=ago(1))
    await consider("amina", ago(1))
    new = await Certificate.exclude(id=old.id).get()
    by_code = (await stranger.get(f"/v/{old.verify_token}", headers=JSON)).json()
    assert by_code["newer"].endswith(f"/v/{new.verify_token}")
    assert (await stranger.get(f"/v/{new.verify_token}", headers=JSON)).json()["name"] == "A. Y."
    ends = (TODAY + timedelta(days=1)).isoformat()
    await amina.post(f"/certificates/{old.id}/links", data={"label": "Nursery", "kind": "dated", "ends": ends})
    by_link = await stranger.get(f"/s/{(await ShareLink.get()).token}")
    by_serial = await stranger.post("/verify", data={"code": old.serial, "family_name": "Yusuf"})
    for page in (by_link, by_serial):
        assert "Replaced" in page.text and new.verify_token not in page.text, "its code works for ever"


async def test_a_withdrawn_one_is_in_the_list_that_its_badge_names_until_it_is_restored(issue, stranger, browse, work):
    row = await issue(ago(10))
    dara = await browse("dara")
    badge = (await (await browse("amina")).get(f"/certificates/{row.id}/badge")).json()
    status = badge["credentialStatus"]

    async def raised():
        address = "/" + status["statusListCredential"].split("/", 3)[3]
        told = (await stranger.get(address)).json()["credentialSubject"]
        return is_raised(told["encodedList"], int(status["statusListIndex"]))

    assert not await raised()
    for state, bit in (("withdrawn", True), ("restored", False), ("suspended", False), ("withdrawn", True)):
        form = {"state": state, "reason": "For a reason.", "effective": TODAY.isoformat()}
        answer = await dara.post(f"/register/{row.certification_id}", data=form)
        assert answer.status_code == 303, state
        await work()
        assert await raised() is bit, state


async def test_it_is_found_by_code_and_link_however_they_are_typed(issue, stranger, service):
    row = await issue()
    token, printed = row.verify_token, f"testserver/v/{row.verify_token}"
    spaced = " ".join(token[n : n + 4] for n in range(0, 26, 4)).upper()
    for code in (
        token, spaced, f"{token}.", f"({token})", printed, f"http://{printed}", f"HTTP://{printed}".upper(),
        f"  {printed}. ", f"{printed}/", f"<https://{printed}?from=mail#top>", token.replace("o", "0"),
        token.replace("i", "1"), token.replace("l", "1"), token.replace("l", "I"), f"{token[:9]}\u200b{token[9:]}",
    ):  # fmt: skip
        answer = await stranger.post("/verify", data={"code": code})
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/v/{token}"), code
    for path in (f"/V/{token.upper()}", f"/v/{token}."):
        assert (await stranger.get(path)).status_code == 200
    code = (await credential_of(row, CODE, store=service.state.resources.store)).decode()
    answer = await stranger.post("/verify", data={"code": f"HTTP://TESTSERVER/Q/{code}"}, follow_redirects=True)
    assert str(answer.url).endswith(f"/v/{token}") and answer.status_code == 200


@pytest.mark.parametrize("family_name", ["Yusuf", " yusuf ", "YÚSUF", "Amina Yusuf", "amina-yusuf"])
async def test_a_serial_answers_together_with_the_family_name_and_leads_to_no_token(issue, stranger, family_name):
    row = await issue()
    serial = row.serial
    for code in (
        serial, f" {serial.lower()} ", serial.replace("-", " "), serial.replace("-", ""), serial.replace("-", "–"),
        f"{serial}.", serial.replace("0", "O"), serial.replace("1", "l").replace("0", "o"),
    ):  # fmt: skip
        form = {"code": code, "family_name": family_name}
        page = await stranger.post("/verify", data=form)
        assert page.status_code == 200 and "genuine and holds today" in page.text, code
        told = await stranger.post("/verify", json=form, headers=JSON)
        assert told.json()["status"] == "valid" and told.json()["serial"] == serial
        for answer in (page, told, await stranger.post("/verify", data=form, headers=JWT)):
            assert row.verify_token not in answer.text.lower() + str(answer.headers).lower()
        await TryCount.all().delete()


async def test_a_wrong_name_and_an_unknown_number_answer_alike(issue, stranger):
    row = await issue()
    unknown = facts.serial("SS", year=row.reserved.year, number=99_999)
    answers = []
    for code, family_name in ((row.serial, "Jones"), (row.serial, "Amina"), (unknown, "Jones"), (unknown, "Yusuf")):
        for headers in ({}, JSON):
            answer = await stranger.post("/verify", data={"code": code, "family_name": family_name}, headers=headers)
            answers.append((answer.status_code, answer.text.replace(code, "").replace(family_name, "")))
    pages, objects = {status_text[1] for status_text in answers[::2]}, set(answers[1::2])
    assert {status for status, _ in answers} == {422} and len(objects) == 1
    assert len({re.sub(r'nonce="\w+"', "", page) for page in pages}) == 1


async def test_68_computed_serials_give_a_stranger_nothing(issue, stranger):
    row = await issue()
    number = int(row.serial.split("-")[2])
    serials = [facts.serial("SS", year=row.reserved.year, number=number + n) for n in range(68)]
    assert serials[0] == row.serial
    for family_name in ("", "Smith"):
        for serial in serials:
            answer = await stranger.post("/verify", data={"code": serial, "family_name": family_name})
            assert answer.status_code in (422, 429) and "location" not in answer.headers
            assert "Yusuf" not in answer.text and row.verify_token not in answer.text
    assert answer.status_code == 429
    assert await TryCount.all().count() > 2, "the tries are kept where all processes see them"


async def test_a_serial_is_not_guessed_at_from_many_addresses(issue, service):
    row = await issue()
    for n in range(21):
        transport = httpx2.ASGITransport(app=service, client=(f"192.0.2.{n}", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as caller:
            form = {"code": row.serial, "family_name": "Yusuf" if n == 20 else f"Name{'a' * n}"}
            answer = await caller.post("/verify", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 429


async def test_nobody_is_called_by_the_words_that_stand_for_an_erased_name(issue, settings, stranger):
    row = await issue()
    await erase(row.person_id, actor=await being("dara", TODAY), now=clock.now(), storage=settings.storage)
    for family_name in ("removed", "Holder details removed", "Yusuf"):
        assert (
            await stranger.post("/verify", data={"code": row.serial, "family_name": family_name})
        ).status_code == 422


@pytest.mark.parametrize(
    "code", ["", "x", "a" * 26, "GT-2026-00001-A", "\0", "\0-0", "A\0-1", "%", "' OR 1=1 --", "ü" * 26, "9" * 5000]
)
async def test_a_wrong_code_is_told_in_words(stranger, code):
    answer = await stranger.post("/verify", data={"code": code})
    assert answer.status_code == 422 and "There is a problem" in answer.text
    for headers in ({}, JSON, JWT):
        path = "/v/" + "".join(f"%{byte:02x}" for byte in (code or "-").encode())
        assert (await stranger.get(path, headers=headers)).status_code == 404


async def test_whoever_tries_codes_by_the_form_is_stopped(stranger):
    answers = [(await stranger.post("/verify", data={"code": f"GT-2026-{n:05}-A"})).status_code for n in range(121)]
    assert (set(answers[:120]), answers[120]) == ({422}, 429)


async def test_nobody_puts_words_into_the_mouth_of_a_check(issue, stranger):
    row = await issue()
    page = await stranger.get(f"/v/{row.verify_token}?notice=This+one+is+forged")
    assert page.status_code == 200 and "forged" not in page.text


@pytest.mark.parametrize(
    ("shows", "name"),
    [("name", "Amina Yusuf"), ("initials", "A. Y."), ("private", "Not shown: the holder keeps the name private")],
)
async def test_the_holder_chooses_what_is_shown_and_nobody_else(issue, browse, stranger, shows, name):
    row = await issue()
    for key in ("dara", "chloe"):
        assert (await (await browse(key)).post(f"/certificates/{row.id}", data={"shows": "private"})).status_code == 403
    assert (await (await browse("amina")).post(f"/certificates/{row.id}", data={"shows": shows})).status_code == 303
    told = (await stranger.get(f"/v/{row.verify_token}", headers=JSON)).json()
    assert told["name"] == name
    assert set(told) == {
        "status", "checked", "name", "title", "level", "programme", "valid_from", "valid_until", "issuer", "serial",
        "criteria",
    }  # fmt: skip
    assert ("Amina" in (await stranger.get(f"/v/{row.verify_token}")).text) is (shows == "name")


async def test_the_answer_comes_signed_for_whoever_asks_for_a_token(issue, stranger):
    row = await issue()
    answer = await stranger.get(f"/v/{row.verify_token}", headers=JWT)
    assert answer.headers["content-type"] == "application/jwt" and "accept" in answer.headers["vary"].lower()
    key = (await stranger.get("/" + jwt.get_unverified_header(answer.text)["kid"].split("/", 3)[3])).json()
    said = jwt.decode(answer.text, jwt.PyJWK(key).key, algorithms=["RS256"], options={"require": ["exp", "iat"]})
    assert (said["iss"], said["status"]) == ("did:web:testserver:issuers:together", "valid")
    assert said["sub"].endswith(f"/v/{row.verify_token}") and said["exp"] - said["iat"] == 300


async def upload(browser, content, name="file"):
    return await browser.post("/verify", files={"file": (name, content, "application/octet-stream")})


async def is_called_changed(stranger, answer, row):
    """A changed file leads to what is kept, and nowhere is it said to be genuine."""
    assert (answer.status_code, answer.headers["location"]) == (303, f"/v/{row.verify_token}?file=other")
    page = (await stranger.get(answer.headers["location"])).text
    assert "This file was changed" in page and "Only the facts on this page are proven." in page
    assert "genuine" not in page and "Amina Yusuf" in page


async def test_the_badge_and_the_token_lead_to_the_check_and_changed_ones_to_what_is_kept(issue, service, stranger):
    row = await issue()
    badge, token = [await credential_of(row, kind, store=service.state.resources.store) for kind in (BADGE, TOKEN)]
    again = json.dumps(json.loads(badge)).encode()
    noted = badge.decode().encode("utf-16")
    for content in (badge, token, again, noted, b"\xef\xbb\xbf" + badge, b"\xef\xbb\xbf" + token, token + b"\r\n"):
        answer = await upload(stranger, content)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/v/{row.verify_token}"), content[:9]
    head, body, signature = token.split(b".")
    for content in (
        badge.replace(b"Amina", b"Karim"),
        badge.replace(b"Leader", b"Mentor"),
        badge.replace(b'"proofPurpose"', b'"proofPurpose": "none", "purpose"'),
        token[:-20],
        b".".join((head, body, signature[::-1])),
        json.dumps({"id": row.credential_id}).encode(),
    ):
        await is_called_changed(stranger, await upload(stranger, content), row)
        told = (await stranger.post("/verify", files={"file": ("b", content)}, headers=JSON)).json()
        assert (told["file"], told["name"]) == ("changed", "Amina Yusuf")
    twice = badge.replace(b'"id": "urn', b'"id": "urn:other", "id": "urn', 1)
    for content in (
        b".".join((head, body[:-9] + body[-8:], signature)),
        badge[:-2],
        twice,
        b"\0" * 50,
        b"%PDF-1.7 nothing",
        b"[" * 60_000,
        b"1" * 70_000,
        b'{"id": "' + row.serial.encode() + b'"}',
    ):
        answer = await upload(stranger, content)
        assert answer.status_code == 422, content[:60]


@pytest.mark.parametrize("content", [b"", b"  \r\n", b"\xef\xbb\xbf"])
async def test_an_empty_file_is_said_to_be_unreadable(stranger, content):
    answer = await upload(stranger, content)
    assert answer.status_code == 422 and "empty, so it cannot be read" in answer.text and "changed" not in answer.text


def changed_pdf(pdf, *, badge=None):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.docinfo["/Title"] = "Another title"
        if badge is not None:
            document.attachments[NAME] = pikepdf.AttachedFileSpec(document, badge, filename=NAME)
        document.save(out)
    return out.getvalue()


@pytest.mark.by_hand
async def test_a_pdf_leads_to_the_check_and_a_changed_one_to_the_truth_or_nowhere(issue, service, stranger):
    row, state = await issue(), service.state.resources
    if not (await state.press.available())[0]:
        pytest.skip("PDF is off")
    pdf = await print_document(row.id, press=state.press, store=state.store, now=at(TODAY))
    assert (await upload(stranger, pdf)).headers["location"] == f"/v/{row.verify_token}"
    badge = await credential_of(row, BADGE, store=state.store)
    for other in (changed_pdf(pdf), changed_pdf(pdf, badge=badge.replace(b"Amina", b"Karim")), pdf + b"\n%more"):
        await is_called_changed(stranger, await upload(stranger, other), row)
    for forged in (b"{}", b"", bytes(30_000_000)):
        answer = await upload(stranger, changed_pdf(pdf, badge=forged))
        assert answer.status_code == 422, forged[:40]


async def test_the_square_on_the_sheet_proves_it_without_a_network_and_leads_to_the_check(issue, service, stranger):
    row = await issue()
    code = (await credential_of(row, CODE, store=service.state.resources.store)).decode()
    assert (await stranger.get(f"/Q/{code}")).headers["location"] == f"/v/{row.verify_token}"
    for bad in (code[:-8], code[:100] + ("A" if code[100] != "A" else "B") + code[101:], "A" * 1025, "%00"):
        assert (await stranger.get(f"/q/{bad}")).status_code == 404


async def test_a_certificate_has_its_page_and_says_why_there_is_no_pdf(issue, service, browse):
    row = await issue()
    await service.state.resources.press.close()
    service.state.resources = replace(service.state.resources, press=PdfPool(1, enabled=False))
    amina = await browse("amina")
    page = await amina.get(f"/certificates/{row.id}")
    assert "PDF is off here." in page.text and "This page counts as much: print it." in page.text
    assert "Open as PDF" not in page.text
    assert f"/certificates/{row.id}/badge" in page.text and "Amina Yusuf" in page.text
    answer = await amina.get(f"/certificates/{row.id}/document")
    assert answer.status_code == 409 and "PDF is off here: it is switched off" in answer.text


@pytest.mark.by_hand
async def test_what_is_printed_never_changes_whatever_is_changed_around_it(issue, service, stranger, browse, tmp_path):
    row, state = await issue(), service.state.resources
    amina = await browse("amina")
    names = ["badge", "token", *(["document"] if (await state.press.available())[0] else [])]

    async def everything():
        told = (await stranger.get(f"/v/{row.verify_token}", headers=JSON)).json()
        page = (await amina.get(f"/certificates/{row.id}")).text
        article = page[page.index("<article") : page.index("</article>")]
        files = [(await amina.get(f"/certificates/{row.id}/{name}")).content for name in names]
        return {**told, "checked": ""}, article, files, await Certificate.filter(id=row.id).values("facts")

    before = await everything()
    found = await Certificate.get(id=row.id).prefetch_related("certification__programme", "person__unit")
    await Person.filter(id=found.person_id).update(name="Amina Changed")
    for thing, words in ((found.certification.programme, "title"), (found.person.unit, "name")):
        setattr(thing, words, "Another name")
        await thing.save(update_fields=[words])
    await publish_pathway(tmp_path, BY_RULES.replace('"1"', '"2"').replace("Leader", "Head").replace("P1Y", "P2Y"))
    await consider("amina")
    assert await everything() == before
    assert await Certificate.all().count() == 1


async def test_erasing_the_holder_leaves_genuine_with_the_details_removed(issue, service, settings, stranger):
    row = await issue()
    state = service.state.resources
    files = [await credential_of(row, kind, store=state.store) for kind in (BADGE, TOKEN)]
    if (await state.press.available())[0]:
        files.append(await print_document(row.id, press=state.press, store=state.store, now=at(TODAY)))
    await erase(row.person_id, actor=await being("dara", TODAY), now=clock.now(), storage=settings.storage)
    for content in files:
        led = (await upload(stranger, content)).headers["location"]
        assert led == f"/v/{row.verify_token}", "untouched, it is known by its hash"
        page = (await stranger.get(led)).text
        assert "Holder details removed" in page and "genuine and holds today" in page and "Amina" not in page


@pytest.mark.by_hand
async def test_a_name_that_cannot_be_printed_is_offered_as_a_page_with_the_reason(pathway, service, browse, work):
    await Person.filter(id=known("amina")).update(name="สมชาย ใจดี", language="cy")
    row = await certificate_of(await certified("amina"))
    await work()
    amina = await browse("amina")
    page = (await amina.get(f"/certificates/{row.id}")).text
    assert "Open as PDF" not in page and "The PDF cannot show these letters" in page and "สมชาย ใจดี" in page
    assert "Mae’r dudalen hon yn cyfrif lawn cymaint: argraffwch hi." in page
    assert set(await Followup.filter(kind="print certificate").values_list("state", flat=True)) <= {"done", "refused"}
    assert (await amina.get(f"/certificates/{row.id}/document")).status_code == 409
    await row.refresh_from_db()
    assert thawed(row.facts).language == "cy"


@pytest.mark.by_hand
async def test_a_title_with_accents_gives_serials_and_files_that_everybody_can_use(service, browse, tmp_path, work):
    await publish_pathway(tmp_path, BY_RULES.replace("title: Steady Steps", "title: Świat Rodziny"))
    row = await certificate_of(await certified("amina"))
    await work()
    assert row.serial.startswith("SR-") and row.serial.isascii()
    answer = await (await browse("")).post("/verify", data={"code": row.serial, "family_name": "Yusuf"})
    assert answer.status_code == 200 and "Świat Rodziny" in answer.text
    amina = await browse("amina")
    await Certificate.filter(id=row.id).update(serial="ŚR-2026-00001-X")  # as it was given before
    for name in ("badge", "token"):
        answer = await amina.get(f"/certificates/{row.id}/{name}")
        assert answer.status_code == 200
        assert 'filename="certificate-SR-2026-00001-X.' in answer.headers["content-disposition"]
        assert "filename*=UTF-8''certificate-%C5%9AR-2026-00001-X." in answer.headers["content-disposition"]


@pytest.mark.by_hand
async def test_one_serial_has_as_many_tries_in_all_its_spellings_as_in_one(issue, service):
    row, alike = await issue(), ("LIL-2026-00005-I", "1IL-2026-00005-I")  # the second may also mean IIL-2026-00005-L
    await Certificate.filter(id=row.id).update(serial=alike[0])
    stopped = []
    for n in range(24):
        transport = httpx2.ASGITransport(app=service, client=(f"192.0.2.{n}", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as caller:
            form = {"code": alike[n % 2], "family_name": "Jones"}
            answer = await caller.post("/verify", data=form, headers={"Sec-Fetch-Site": "same-origin"})
            stopped.append(answer.status_code == 429)
    assert stopped == [False] * 20 + [True] * 4
