"""The public addresses that credentials name, asked over HTTP as a verifier asks them."""

import json

import jwt
import pytest

from certificates.credentials import badge, proofs, publish, status_lists
from certificates.credentials import keys as credentials_keys
from certificates.credentials.artefacts import BADGE, CODE, TOKEN
from certificates.credentials.facts import thawed
from certificates.credentials.models import IssuerKey
from certificates.credentials.proofs import from_multikey
from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification
from tests.certificates.awarded import NOW, awarded
from tests.mails import sent_mails
from training.core.encryption import Encryptor
from training.demo.cast import known

UNIT = known("together")


@pytest.fixture
async def published(service):
    row = await awarded()
    given = service.state.resources
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    await row.refresh_from_db()
    return row


@pytest.fixture
async def stranger(browse):
    return await browse("")


def path_of(address):
    return "/" + address.split("/", 3)[3]


async def test_a_stranger_verifies_a_badge_with_nothing_but_the_addresses_in_it(published, service, stranger):
    document = json.loads(await publish.credential_of(published, BADGE, store=service.state.resources.store))
    assert document["issuer"]["id"] == "did:web:testserver:issuers:together"
    answer = await stranger.get("/issuers/together/did.json")
    did = answer.json()
    assert did["id"] == document["issuer"]["id"]
    keys = {
        method["id"]: from_multikey(method["publicKeyMultibase"])
        for method in did["verificationMethod"]
        if method["id"] in did["assertionMethod"] and method["type"] == "Multikey" and method["controller"] == did["id"]
    }
    address = document["credentialStatus"]["statusListCredential"]
    published_list = (await stranger.get(path_of(address))).json()
    proven = badge.verify(document, keys=keys, status_lists={address: published_list}, now=NOW)
    assert proven.credential_id == published.credential_id and not proven.withdrawn


async def test_a_token_names_an_address_that_answers_one_bare_key(published, service, stranger):
    token = (await publish.credential_of(published, TOKEN, store=service.state.resources.store)).decode()
    kid = jwt.get_unverified_header(token)["kid"]
    answer = await stranger.get(path_of(kid))
    assert answer.headers["content-type"] == "application/jwk+json"
    assert answer.json()["kty"] == "RSA" and "keys" not in answer.json() and "d" not in answer.json()
    key = jwt.PyJWK(answer.json()).key
    assert proofs.verify_jwt(token, keys={kid: key})["id"] == published.credential_id


async def test_whoever_begins_at_the_issuer_of_a_token_finds_its_key(published, service, stranger, settings):
    token = (await publish.credential_of(published, TOKEN, store=service.state.resources.store)).decode()
    issuer, kid = jwt.decode(token, options={"verify_signature": False})["iss"], jwt.get_unverified_header(token)["kid"]
    row = await IssuerKey.get(unit_id=UNIT, purpose="token")

    async def vouched(path, name):
        did = (await stranger.get(path)).json()
        assert did["id"] == name and "https://w3id.org/security/jwk/v1" in did["@context"]
        found = [one for one in did["verificationMethod"] if one.get("publicKeyJwk", {}).get("kid") == kid]
        assert [one["type"] for one in found] == ["JsonWebKey"] and found[0]["id"] == f"{name}#{row.kid}"
        return found[0] if found[0]["id"] in did["assertionMethod"] else None

    places = (("/issuers/together/did.json", issuer), ("/.well-known/did.json", "did:web:testserver"))
    for path, name in places:
        key = jwt.PyJWK((await vouched(path, name))["publicKeyJwk"]).key
        assert proofs.verify_jwt(token, keys={kid: key})["id"] == published.credential_id
    await credentials_keys.compromise(row.kid, safe=Encryptor(settings.secret_key), now=NOW)
    assert [await vouched(path, name) for path, name in places] == [None, None]


async def test_did_documents_list_retired_keys_and_stop_vouching_for_given_up_ones(
    published, service, stranger, settings
):
    row = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(row.kid, safe=Encryptor(settings.secret_key), now=NOW)
    did = (await stranger.get("/issuers/together/did.json")).json()
    methods = [method["id"].partition("#")[2] for method in did["verificationMethod"]]
    assert row.public in methods and len(methods) == 3
    assert [method.partition("#")[2] for method in did["assertionMethod"]] == [
        public for public in methods if public != row.public
    ]
    assert (await stranger.get(f"/keys/{row.kid}")).status_code == 404


async def test_the_service_names_its_issuers(published, stranger):
    did = (await stranger.get("/.well-known/did.json")).json()
    assert did["id"] == "did:web:testserver"
    assert did["alsoKnownAs"] == ["did:web:testserver:issuers:together"]


async def test_a_status_list_may_be_kept_and_is_asked_for_again(published, stranger):
    path = f"/status-lists/{published.status_list_id}"
    first = await stranger.get(path)
    assert first.headers["content-type"] == "application/vc+ld+json"
    assert first.headers["cache-control"] == "public, no-cache"
    again = await stranger.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    found = await Certification.get(id=published.certification_id)
    wanted = changes.RequestedChange("withdrawn", "For a reason.", NOW.date())
    await changes.write(found, wanted, actor_id=None, unit_id=UNIT, now=NOW)
    await status_lists.settle_bit(published.certification_id, now=NOW)
    changed = await stranger.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]


async def test_achievements_and_issuers_answer_machines_and_people(published, stranger):
    facts = thawed(published.facts)
    said = (
        await stranger.get(f"/achievements/{facts.achievement_slug}", headers={"Accept": "application/ld+json"})
    ).json()
    assert said["id"] == f"http://testserver/achievements/{facts.achievement_slug}"
    assert said["criteria"]["narrative"] == facts.criteria
    profile = (await stranger.get("/issuers/together", headers={"Accept": "application/json"})).json()
    assert profile["name"] == "Parenting Together" and profile["type"] == ["Profile"]
    for path in (f"/achievements/{facts.achievement_slug}", "/issuers/together"):
        shown = await stranger.get(path, headers={"Accept": "text/html"})
        assert shown.status_code == 200 and "<h1" in shown.text and shown.text.count("<h1") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/issuers/nobody", "/issuers/nobody/did.json", "/keys/none", "/achievements/none", "/status-lists/none",
        "/status-lists/00000000-0000-4000-8000-000000000000", "/issuers/%00", "/issuers/%00/did.json", "/keys/%00",
        "/achievements/%00", "/issuers/" + "x" * 99, "/keys/" + "x" * 99, "/achievements/" + "x" * 199,
    ],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(stranger, path):
    assert (await stranger.get(path)).status_code == 404


async def test_other_sites_scripts_may_read_what_is_public(published, stranger):
    for path in ("/issuers/together/did.json", f"/status-lists/{published.status_list_id}"):
        assert (await stranger.get(path)).headers["access-control-allow-origin"] == "*"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_holder_takes_the_files_away_and_others_do_not(published, browse, service):
    holder, other, stranger = await browse("amina"), await browse("jude"), await browse("")
    kinds = {"badge": "application/vc+ld+json", "token": "application/jwt"}
    if (await service.state.resources.press.available())[0]:
        kinds["document"] = "application/pdf"
    for name, kind in kinds.items():
        path = f"/certificates/{published.id}/{name}"
        given = await holder.get(path)
        assert (given.status_code, given.headers["content-type"].partition(";")[0]) == (200, kind)
        assert published.serial in given.headers["content-disposition"]
        assert (await other.get(path)).status_code == 404
        assert (await stranger.get(path)).status_code == 303


async def test_a_signed_square_leads_to_the_check_and_a_forged_one_nowhere(service, stranger):
    row = await awarded(square="signed")
    given = service.state.resources
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    await row.refresh_from_db()
    code = (await publish.credential_of(row, CODE, store=service.state.resources.store)).decode()
    for path in (f"/q/{code.lower()}", f"/Q/{code}"):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/v/{row.verify_token}")
    forged = code[:90] + ("A" if code[90] != "A" else "B") + code[91:]
    assert (await stranger.get(f"/Q/{forged}")).status_code == 404
    assert (await stranger.get("/Q/NONSENSE")).status_code == 404


async def test_a_square_printed_with_a_key_given_up_answers_from_our_records(service, stranger, settings, work):
    row = await awarded(square="signed")
    keys, store = service.state.resources.keys, service.state.resources.store
    await publish.publish(row.id, keys=keys, store=store, now=NOW)
    printed = (await publish.credential_of(await Certificate.get(id=row.id), CODE, store=store)).decode()
    kid = (await IssuerKey.get(unit_id=UNIT, purpose="document")).kid
    await credentials_keys.compromise(kid, safe=Encryptor(settings.secret_key), now=NOW)
    await publish.sign_again(kid, keys=keys, store=store, now=NOW)
    answer = await stranger.get(f"/Q/{printed}", follow_redirects=True)
    assert answer.status_code == 200
    assert "signed with a key that is no longer trusted" in answer.text and "Amina Yusuf" in answer.text
    await work()
    mails = [one for one in sent_mails(settings) if f"/certificates/{row.id}" in one.text]
    assert [one.subject for one in mails].count("Your certificate was signed again") == 1
    fresh = (await publish.credential_of(await Certificate.get(id=row.id), CODE, store=store)).decode()
    assert fresh != printed
    assert "no longer trusted" not in (await stranger.get(f"/Q/{fresh}", follow_redirects=True)).text
