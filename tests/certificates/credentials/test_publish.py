"""Publishing: once, whatever happens on the way; and what changes when a key is given up."""

import asyncio
import json
from datetime import timedelta

import pytest

from certificates.credentials import artefacts, badge, proofs, status_lists
from certificates.credentials import keys as credentials_keys
from certificates.credentials import publish as credentials_publish
from certificates.credentials.artefacts import BADGE, CODE, DOCUMENT, TOKEN
from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Artefact, IssuerKey, PublishedAchievement, RaisedBit, StatusList
from certificates.credentials.pdf.pool import PdfPool, SwitchedOff
from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification
from certificates.verification import uploads
from tests.certificates.awarded import HOME, NOW, awarded
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Invalid, NotFound, Upstream
from training.core.storage import FileStore
from training.demo.cast import known
from training.trail.models import Fact

# WeasyPrint 70 leaves the file of its colour profile for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

SAFE = Encryptor("k" * 32)
UNIT = known("together")


@pytest.fixture
def keys(database):
    return KeyStore(SAFE, home=HOME)


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


@pytest.fixture
def publish(keys, store):
    async def done(row, *, now=NOW, on=None):
        await credentials_publish.publish(row.id, keys=keys, store=on or store, now=now)
        return await Certificate.get(id=row.id)

    return done


@pytest.fixture
async def press():
    async with PdfPool(1) as opened:
        if not (await opened.available())[0]:
            pytest.skip("PDF is off")
        yield opened


async def document_of(row, store):
    return json.loads(await credentials_publish.credential_of(row, BADGE, store=store))


async def verified(row, keys, store, now=NOW + timedelta(hours=1)):
    document = await document_of(row, store)
    lists = {f"{HOME}/status-lists/{row.status_list_id}": json.loads(await signed_list(row, keys, now))}
    return badge.verify(document, keys=await keys.trusted(), status_lists=lists, now=now)


async def withdraw(row, state="withdrawn"):
    found = await Certification.get(id=row.certification_id)
    wanted = changes.RequestedChange(state, "For a reason.", NOW.date())
    await changes.write(found, wanted, actor_id=None, unit_id=UNIT, now=NOW)


async def signed_list(row, keys, now):
    return await status_lists.signed(row.status_list_id, keys=keys, now=now)


async def test_a_published_certificate_verifies_and_is_told(publish, keys, store):
    row = await publish(await awarded())
    assert (row.progress, row.published) == ("published", NOW)
    assert (await verified(row, keys, store)).credential_id == row.credential_id
    token = (await credentials_publish.credential_of(row, TOKEN, store=store)).decode()
    assert proofs.verify_jwt(token, keys=await keys.trusted_for_tokens())["id"] == row.credential_id
    fact = await Fact.get(kind="certificate.published")
    assert (fact.subject_id, fact.person_id, fact.unit_id) == (str(row.id), known("amina"), UNIT)
    assert (await PublishedAchievement.get(unit_id=UNIT)).said["type"] == ["Achievement"]


async def test_publishing_twice_changes_nothing(publish):
    row = await awarded()
    await publish(row)
    before = await Artefact.all().order_by("id").values()
    await publish(row, now=NOW + timedelta(days=1))
    assert await Artefact.all().order_by("id").values() == before
    assert await Fact.filter(kind="certificate.published").count() == 1


async def test_many_who_publish_at_once_publish_once(publish):
    row = await awarded()
    await asyncio.gather(*(publish(row) for _ in range(10)))
    assert await Fact.filter(kind="certificate.published").count() == 1
    assert await Artefact.all().count() == 2
    assert await IssuerKey.filter(unit_id=UNIT, state="active").count() == 2


class Crash(Exception):
    """The process was killed here."""


class CrashingShelf(FileStore):
    """A store on which the process dies before or after the given write."""

    def __init__(self, folder, *, at, after):
        super().__init__(folder)
        self.at, self.after = at, after

    async def put(self, name, content):
        self.at -= 1
        if self.at == 0 and not self.after:
            raise Crash
        await super().put(name, content)
        if self.at == 0:
            raise Crash


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2])
async def test_a_crash_in_the_middle_is_finished_later(publish, keys, store, tmp_path, at, after):
    row = await awarded()
    with pytest.raises(Crash):
        await publish(row, on=CrashingShelf(tmp_path / "files", at=at, after=after))
    row = await Certificate.get(id=row.id)
    assert row.progress == "reserved"
    with pytest.raises(NotFound):
        await credentials_publish.credential_of(row, BADGE, store=store)
    row = await publish(row, now=NOW + timedelta(hours=3))
    assert row.progress == "published"
    assert (await verified(row, keys, store, NOW + timedelta(hours=4))).valid_at(NOW + timedelta(hours=4))
    assert await Artefact.filter(kind=BADGE).count() == 1


@pytest.mark.by_hand
async def test_a_crash_between_signed_and_published_is_finished_later(publish, keys, store):
    row = await publish(await awarded())
    await Certificate.filter(id=row.id).update(progress="signed", published=None)
    row = await publish(row)
    assert row.progress == "published"
    assert await Artefact.filter(kind=BADGE).count() == 1


@pytest.mark.by_hand
async def test_a_signed_file_lost_before_publishing_is_signed_again(publish, keys, store, tmp_path):
    row = await publish(await awarded())
    await Certificate.filter(id=row.id).update(progress="signed", published=None)
    for path in (tmp_path / "files").rglob("*.jwt"):
        path.unlink()
    row = await publish(row)
    assert row.progress == "published"
    assert (await verified(row, keys, store)).credential_id == row.credential_id


@pytest.mark.by_hand
async def test_changed_facts_are_never_signed(publish):
    row = await awarded()
    await Certificate.filter(id=row.id).update(facts=row.facts.replace("Amina", "Karim"))
    with pytest.raises(Conflict, match="facts"):
        await publish(row)
    assert (await Certificate.get(id=row.id)).progress == "reserved"


async def test_a_changed_file_is_never_given_out(publish, store, tmp_path):
    row = await publish(await awarded())
    for path in (tmp_path / "files").rglob("*.json"):
        path.write_text(path.read_text().replace("Amina", "Karim"))
    with pytest.raises(Conflict, match="changed"):
        await credentials_publish.credential_of(row, BADGE, store=store)


async def test_the_pdf_is_printed_once_and_carries_the_badge(publish, keys, store, press, tmp_path):
    row = await publish(await awarded())
    printed = await credentials_publish.print_document(row.id, press=press, store=store, now=NOW)
    assert await credentials_publish.print_document(row.id, press=press, store=store, now=NOW) == printed
    assert await Artefact.filter(kind=DOCUMENT).count() == 1
    for path in (tmp_path / "files").rglob("*.pdf"):
        path.unlink()
    assert await credentials_publish.print_document(row.id, press=press, store=store, now=NOW) == printed
    assert (await uploads.recognise(printed, store=store)).same


async def test_without_the_press_the_certificate_is_published_all_the_same(publish, store):
    row = await publish(await awarded())
    async with PdfPool(1, enabled=False) as off:
        with pytest.raises(SwitchedOff):
            await credentials_publish.print_document(row.id, press=off, store=store, now=NOW)
    assert row.progress == "published"


async def test_nothing_is_printed_before_it_is_published(store, database):
    async with PdfPool(1) as pool:
        with pytest.raises(Conflict, match="not published"):
            await credentials_publish.print_document((await awarded()).id, press=pool, store=store, now=NOW)


async def test_a_withdrawn_certificate_has_its_bit_raised_and_nobody_elses(publish, keys, store):
    row, other = await publish(await awarded()), await publish(await awarded("jude"))
    assert not (await verified(row, keys, store)).withdrawn
    await withdraw(row)
    for _ in range(2):
        await status_lists.settle_bit(row.certification_id, now=NOW)
    assert await RaisedBit.all().count() == 1
    assert (await verified(row, keys, store)).withdrawn
    assert not (await verified(other, keys, store)).withdrawn


async def test_a_restored_certificate_is_believed_again_whatever_order_the_work_is_done_in(publish, keys, store):
    row = await publish(await awarded())
    for state, raised in (("withdrawn", True), ("restored", False), ("withdrawn", True), ("restored", False)):
        await withdraw(row, state)
        await asyncio.gather(*(status_lists.settle_bit(row.certification_id, now=NOW) for _ in range(3)))
        assert (await verified(row, keys, store, NOW)).withdrawn is raised


async def test_a_list_is_signed_again_only_when_it_must_be(publish, keys):
    row = await publish(await awarded())
    first = await signed_list(row, keys, NOW)
    assert await signed_list(row, keys, NOW + timedelta(hours=23)) == first
    later = await signed_list(row, keys, NOW + timedelta(hours=25))
    assert later != first and status_lists.tag(later) != status_lists.tag(first)
    await withdraw(row)
    await status_lists.settle_bit(row.certification_id, now=NOW)
    assert await signed_list(row, keys, NOW + timedelta(hours=25)) != later


async def test_entries_are_never_given_twice_and_a_full_list_is_followed_by_a_new_one(database):
    rows = [await awarded() for _ in range(5)]
    assert len({row.status_index for row in rows}) == 5
    await StatusList.all().update(taken=98_304)
    place = await status_lists.take(UNIT, home=HOME)
    assert await StatusList.all().count() == 2
    assert place.number == 131_073


async def test_a_new_key_signs_only_after_two_days(publish, keys, store):
    first = await publish(await awarded())
    announced = await credentials_keys.announce(UNIT, safe=SAFE, now=NOW)
    assert [key.id for key in await credentials_keys.announce(UNIT, safe=SAFE, now=NOW)] == [
        key.id for key in announced
    ]
    assert await credentials_keys.turn_over(now=NOW + timedelta(hours=47)) == 0
    assert await credentials_keys.turn_over(now=NOW + timedelta(hours=48)) == 2
    second = await publish(await awarded("jude"), now=NOW + timedelta(days=3))
    methods = [(await document_of(row, store))["proof"]["verificationMethod"] for row in (first, second)]
    assert methods[0] != methods[1]
    for row in (first, second):
        assert await verified(row, keys, store, NOW + timedelta(days=3))
    states = sorted([key.state async for key in IssuerKey.filter(unit_id=UNIT)])
    assert states == ["active", "active", "retired", "retired"]
    kinds = {fact.kind async for fact in Fact.filter(kind__startswith="key.")}
    assert kinds == {"key.activated", "key.announced", "key.retired"}


async def test_a_key_given_up_is_not_believed_and_its_certificates_are_signed_again(publish, keys, store):
    row = await publish(await awarded())
    old = await credentials_publish.credential_of(row, BADGE, store=store)
    later = NOW + timedelta(days=9)
    given_up = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(given_up.kid, safe=SAFE, now=later)
    with pytest.raises(proofs.Unproven):
        await verified(row, keys, store, later)
    assert await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=later) == 1
    assert await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=later) == 0
    new = await document_of(row, store)
    assert new["id"] == json.loads(old)["id"]
    assert new["validFrom"] == later.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await verified(row, keys, store, later)).valid_at(later)
    with pytest.raises(Conflict, match="before"):
        await credentials_keys.compromise(given_up.kid, safe=SAFE, now=later)


@pytest.mark.by_hand
async def test_what_is_over_is_not_signed_again_and_holders_are_told_of_what_was(publish, keys, store):
    row, withdrawn, over = [await publish(await awarded(one)) for one in ("amina", "jude", "bruno")]
    await withdraw(withdrawn)
    later = NOW + timedelta(days=9)
    ended = dict.fromkeys(("ends", "over"), later.date() - timedelta(days=1))
    await Certification.filter(id=over.certification_id).update(**ended)
    given_up = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(given_up.kid, safe=SAFE, now=later)
    assert await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=later) == 1
    versions = [(await artefacts.latest(one.id, BADGE)).version for one in (row, withdrawn, over)]
    assert versions == [2, 1, 1]
    fact = await Fact.get(kind="certificate.signed_again")
    assert (fact.subject_id, fact.person_id) == (str(row.id), row.person_id)


@pytest.mark.by_hand
async def test_a_signature_that_does_not_verify_replaces_nothing(publish, keys, tmp_path):
    class Forgetful(FileStore):
        """A store that gives back something else than it was given."""

        async def get(self, name):
            found = await super().get(name)
            return found.replace(b"Amina", b"Karim") if found and "-2-" in name else found

    row, other = await publish(await awarded()), await publish(await awarded("jude"))
    given_up = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(given_up.kid, safe=SAFE, now=NOW)
    await Certificate.filter(id=other.id).update(facts="{}")
    with pytest.raises(Conflict, match="0 certificates were signed again, 2 could not be"):
        await credentials_publish.sign_again(given_up.kid, keys=keys, store=Forgetful(tmp_path / "files"), now=NOW)
    assert (await artefacts.latest(row.id, BADGE)).version == 1
    with pytest.raises(Conflict, match="1 certificates were signed again, 1 could not be"):
        await credentials_publish.sign_again(given_up.kid, keys=keys, store=FileStore(tmp_path / "files"), now=NOW)
    assert (await artefacts.latest(row.id, BADGE)).version == 2


async def test_nothing_is_signed_again_under_another_address(publish, keys):
    await publish(await awarded())
    key = await IssuerKey.get(unit_id=UNIT, purpose="token")
    await credentials_publish.refuse_other_home(key.kid, home=HOME)
    for other in ("http://localhost:8000", "http://testserve_", "http://testserver.example", "http://%"):
        with pytest.raises(Invalid, match=f"name {HOME}"):
            await credentials_publish.refuse_other_home(key.kid, home=other)


async def test_a_list_signed_with_a_key_given_up_is_signed_again_at_once(publish, keys, store):
    row = await publish(await awarded())
    await signed_list(row, keys, NOW)
    given_up = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(given_up.kid, safe=SAFE, now=NOW)
    await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=NOW)
    assert (await verified(row, keys, store, NOW)).valid_at(NOW)


@pytest.mark.parametrize("written", [1, 2])
async def test_signing_again_after_a_crash_leaves_nothing_of_the_key_given_up(publish, keys, store, tmp_path, written):
    row = await publish(await awarded(square="signed"))
    given_up = await IssuerKey.get(unit_id=UNIT, purpose="document")
    await credentials_keys.compromise(given_up.kid, safe=SAFE, now=NOW)
    dying = CrashingShelf(tmp_path / "files", at=written + 1, after=False)
    with pytest.raises(Crash):
        await credentials_publish.sign_again(given_up.kid, keys=keys, store=dying, now=NOW)
    assert await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=NOW) == 1
    newest = [await artefacts.latest(row.id, kind) for kind in (BADGE, TOKEN, CODE)]
    assert given_up.kid not in {each.kid for each in newest}
    assert len({each.version for each in newest}) == 1
    assert await credentials_publish.sign_again(given_up.kid, keys=keys, store=store, now=NOW) == 0


async def test_keys_that_several_turn_over_at_once_are_turned_over_once(publish):
    await publish(await awarded())
    await credentials_keys.announce(UNIT, safe=SAFE, now=NOW)
    later = NOW + timedelta(days=3)
    await asyncio.gather(*(credentials_keys.turn_over(now=later) for _ in range(8)))
    states = sorted([key.state async for key in IssuerKey.filter(unit_id=UNIT)])
    assert states == ["active", "active", "retired", "retired"]
    assert await IssuerKey.filter(unit_id=UNIT, state="active", slot__isnull=False).count() == 2
    assert await Fact.filter(kind="key.retired").count() == 2


async def test_private_keys_are_sealed_and_open_only_with_the_master_key(publish, keys, store):
    await publish(await awarded())
    for row in await IssuerKey.all():
        assert b"PRIVATE" not in bytes(row.sealed) and len(row.sealed) > 40
    stranger = KeyStore(Encryptor("1" * 32), home=HOME)
    with pytest.raises(Upstream, match="TRAINING_SECRET_KEY"):
        await credentials_publish.publish((await awarded("jude")).id, keys=stranger, store=store, now=NOW)


async def test_a_sealed_key_does_not_open_as_another(database):
    sealed = SAFE.encrypt(b"secret", purpose="one")
    assert SAFE.decrypt(sealed, purpose="one") == b"secret"
    with pytest.raises(Upstream):
        SAFE.decrypt(sealed, purpose="two")


async def test_every_file_given_out_is_recognised(publish, keys, store):
    row = await publish(await awarded())
    for kind in (BADGE, TOKEN):
        content = await credentials_publish.credential_of(row, kind, store=store)
        found = await uploads.recognise(content, store=store)
        assert (found.certificate_id, found.same) == (row.id, True)
    document = await document_of(row, store)
    for said, same in ((document, True), ({**document, "name": "Mentor"}, False)):
        found = await uploads.recognise(json.dumps(said).encode(), store=store)
        assert (found.certificate_id, found.same) == (row.id, same)
    assert await uploads.recognise_hash("0" * 64) is None


async def test_a_file_that_proves_nothing_is_refused_with_the_reason(publish, keys, store):
    row = await publish(await awarded())
    document = await document_of(row, store)
    foreign = {**document, "id": "urn:uuid:0195f0a8-7b1c-7c3e-9a53-1f2e3d4c5b6a"}
    deep = "[" * 100_000 + "]" * 100_000
    for bad in (json.dumps(foreign), "{}", "[]", "a.b.c", "", deep, '{"id": []}', '{"id": "\\u0000"}'):
        with pytest.raises(Invalid):
            await uploads.recognise(bad.encode(), store=store)
    for raw in (b"\xff\xfe", b"%PDF-1.7"):
        with pytest.raises(Invalid):
            await uploads.recognise(raw, store=store)


async def test_latest_is_the_highest_version(publish):
    row = await publish(await awarded())
    assert (await artefacts.latest(row.id, BADGE)).version == 1
    assert await artefacts.latest(row.id, DOCUMENT) is None
