"""Two records of one person are merged by whoever may, all or nothing, and stand apart again within 30 days."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from certificates.credentials.publish import publish
from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation, StateChange, current
from courses.learning.models import Completion, Enrolment
from tests.certificates.merging.twin import JUDE, TWIN, everything
from tests.certificates.world import BY_RULES, certified, changed, considered, publish_pathway, shown
from tests.soundness import speak_of, unsound_rows
from tests.today import NOW, TODAY
from training.demo.cast import known
from training.lti.models import Identity
from training.people.actions import ask_for_link
from training.people.merging.models import Merge
from training.people.models import Difference, Email, Letter, Membership, Permission, Person, Phone, Session, SignInLink
from training.people.sessions import actor_of, open_session
from training.programmes.models import Place
from training.records.models import Confirmation, Record
from training.trail.models import Fact

WHY = {"reason": "I have asked him; he changed his address."}
PATH = f"/people/{JUDE}/merge/{TWIN}"


async def merged(browse, **more) -> Merge:
    dara = await browse("dara")
    answer = await dara.post(PATH, data=WHY | more)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"/people/{JUDE}")
    return await Merge.get(shut_id=TWIN, undone__isnull=True)


async def test_a_rehearsal_says_what_comes_along_and_what_disagrees_and_changes_nothing(twin, browse):
    before, dara = await everything(), await browse("dara")
    page = (await dara.get(f"{PATH}?chosen=")).text
    for words in (
        "J. Mensah-Boateng", "jude@together.example", "jude.mensah@post.example", "1 e-mail address",
        "1 telephone number", "1 account at a learning system", "1 permission", "1 record of practice or learning",
        "1 role at a site", "The names differ", "Both have the role trainee at Riverside",
        "Both have a place in Growing Together", "Both have begun the course first steps",
        "Both have finished the same module",
    ):  # fmt: skip
        assert words in page, words
    assert await everything() == before


async def test_the_record_with_certificates_is_the_one_that_stays_unless_somebody_chooses(twin, browse):
    dara = await browse("dara")
    turned = await dara.get(f"/people/{TWIN}/merge/{JUDE}")
    assert turned.status_code == 303 and turned.headers["location"].startswith(PATH)
    chosen = await dara.get(f"/people/{TWIN}/merge/{JUDE}?chosen=")
    assert chosen.status_code == 200 and "Let the other record stay" in chosen.text


async def test_after_a_merge_one_person_has_it_all_and_the_other_record_opens_nothing(twin, browse, work):
    token, dara = "t" * 40, await browse("dara")
    await open_session(TWIN, token=token, now=NOW)
    row = await merged(browse)
    assert await actor_of(token, now=datetime.now(UTC)) is None
    await open_session(TWIN, token="u" * 40, now=NOW)
    assert await actor_of("u" * 40, now=datetime.now(UTC)) is None  # not by a session that begins later either
    assert (await Identity.get(sub="jude-9")).person_id == JUDE
    assert (await Email.get(address="jude.mensah@post.example")).person_id == JUDE
    assert (await Phone.get(number="029 2018 0999")).person_id == JUDE
    await ask_for_link("jude.mensah@post.example", target="/", now=NOW)
    assert (await SignInLink.get()).person_id == JUDE
    assert {one.module for one in await Completion.filter(person_id=JUDE)} == {"one", "two"}
    assert await Completion.filter(person_id=JUDE).count() == 2
    assert await Enrolment.filter(person_id=JUDE).count() == 1
    held = {(one.role, one.ends) for one in await Membership.filter(person_id=TWIN)}
    assert held == {("trainee", TODAY - timedelta(days=1))}
    assert {one.ends for one in await Place.filter(person_id=TWIN)} == {TODAY - timedelta(days=1)}
    assert await Membership.filter(person_id=JUDE).count() == 2
    for page in (f"/people/{TWIN}", f"/practice/of/{TWIN}", f"/pathways/of/{TWIN}", f"/courses/of/{TWIN}"):
        answer = await dara.get(page)
        assert answer.status_code == 303 and str(JUDE) in answer.headers["location"], page
    assert (await (await browse("emre")).get(f"/people/{TWIN}")).status_code == 404  # who sees neither is told nothing
    assert "Boateng" not in (await dara.get("/people")).text
    page = (await dara.get(f"/people/{JUDE}")).text
    assert f"/people/merges/{row.id}" in page and "Undo until 25 December 2026" in page
    assert f"/people/merges/{row.id}" in (await dara.get("/people/alike")).text
    await work()
    assert await Fact.filter(kind="merge.made", person_id=JUDE).count() == 1
    assert not await current().filter(person_id=TWIN).exists()


async def test_the_person_is_told_by_mail_and_the_rules_look_again(twin, browse, work, settings):
    await considered("jude")
    await merged(browse)
    await work()
    letters = [path.read_text() for path in (settings.storage.parent / "mail").glob("*")]
    assert any("Your two records are one now" in text for text in letters)
    latest = await Evaluation.filter(person_id=JUDE, slot__isnull=False, pathway__slug="steady").get()
    assert any(one["what"] == "first aid again" for one in latest.evidence)


async def test_undoing_puts_every_row_back_as_it_was_and_the_rules_say_what_they_said(twin, browse, work):
    await work()
    before, said = await everything(), await verdicts()
    row = await merged(browse)
    await work()
    dara = await browse("dara")
    assert "Undo until" in (await dara.get(f"/people/merges/{row.id}")).text
    assert (await dara.post(f"/people/merges/{row.id}", data={"because": " "})).status_code == 422
    answer = await dara.post(f"/people/merges/{row.id}", data={"because": "They are cousins."})
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"/people/{TWIN}")
    assert "had changed meanwhile" not in answer.headers["location"]
    await work()
    after = await everything()
    for links in (before, after):
        links.pop("people.SignInLink")
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    assert await verdicts() == said
    assert (await Merge.get()).not_put_back == []
    assert (await dara.post(f"/people/merges/{row.id}", data={"because": "Again."})).status_code == 303
    assert (await Merge.get()).undone_because == "They are cousins."
    assert await unsound_rows() == []


async def verdicts():
    rows = await current().select_related("pathway")
    return {(row.person_id, row.pathway.slug, row.level): (row.standing, row.result) for row in rows}


async def test_what_changed_meanwhile_stays_where_it_is_and_is_told(twin, browse):
    row = await merged(browse)
    role = await Membership.get(person_id=JUDE, role="facilitator")
    dara = await browse("dara")
    email = await Email.get(address="jude.mensah@post.example")
    await dara.post(f"/people/{JUDE}/contact", data={"do": "end address", "address": str(email.id)})
    gone = not await Email.filter(id=email.id).exists() or (await Email.get(id=email.id)).mail_only
    answer = await dara.post(f"/people/merges/{row.id}", data={"because": "They are cousins."})
    assert answer.status_code == 303
    assert (await Membership.get(id=role.id)).person_id == TWIN
    stay = (await Merge.get(id=row.id)).not_put_back
    assert bool(stay) == (not await Email.filter(id=email.id, person_id=TWIN).exists()), gone


@pytest.mark.parametrize("key", ["chloe", "emre", "hana", "amina"])
async def test_only_whoever_gives_every_role_merges(twin, browse, key):
    browser = await browse(key)
    for path in (PATH, f"/people/{JUDE}/merge"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post(PATH, data=WHY)).status_code == 403
    assert "Same person as" not in (await (await browse("chloe")).get(f"/people/{JUDE}")).text


async def test_nobody_merges_a_record_of_their_own_or_without_a_reason(twin, browse):
    dara = await browse("dara")
    assert (await dara.post(f"/people/{known('dara')}/merge/{TWIN}", data=WHY)).status_code == 403
    assert (await dara.post(f"/people/{JUDE}/merge/{JUDE}", data=WHY)).status_code == 404
    empty = await dara.post(PATH, data={"reason": " "})
    assert empty.status_code == 422 and "Say how you know" in empty.text
    assert not await Merge.exists()


async def test_a_merge_that_makes_somebody_their_own_confirmer_is_refused_with_the_reason(twin, browse):
    record = await Record.get(person_id=TWIN)
    asked = await Confirmation.create(
        id=uuid4(), unit_id=known("together"), person_id=TWIN, record_id=record.id, confirmer_id=JUDE,
        confirmer_name="Jude", state="confirmed", asked=NOW, expires=NOW,
    )  # fmt: skip
    await speak_of(asked)
    dara = await browse("dara")
    page = (await dara.get(PATH)).text
    assert "They cannot be merged" in page and "Merge the two records" not in page
    assert "Jude Mensah was asked to confirm a record of J. Mensah-Boateng." in page
    answer = await dara.post(PATH, data=WHY)
    assert answer.status_code == 409 and "was asked to confirm" in answer.text
    assert (await Email.get(address="jude.mensah@post.example")).person_id == TWIN


async def test_two_who_were_declared_different_are_merged_only_once_that_is_taken_back(twin, browse):
    dara = await browse("dara")
    assert (await dara.post(f"/people/alike/{JUDE}/{TWIN}", data=WHY)).status_code == 303
    assert (await dara.post(PATH, data=WHY)).status_code == 409
    row = await Difference.get()
    assert (await dara.post(f"/people/different/{row.id}", data={"why": "He said so."})).status_code == 303
    await merged(browse)


IVAN = known("ivan")


@pytest.mark.parametrize(("stays", "shut"), [(JUDE, IVAN), (IVAN, JUDE)], ids=["the longer one's", "the shorter one's"])
async def test_of_two_running_certificates_the_longer_one_stays_and_undoing_brings_both_back(
    twin, browse, work, stays, shut
):
    longer = await Certification.get(person_id=JUDE)
    shorter = await certified("ivan", TODAY - timedelta(days=100))
    await work()
    before, said, dara = await everything(), await verdicts(), await browse("dara")
    page = (await dara.get(f"/people/{stays}/merge/{shut}?chosen=")).text
    assert "Both hold a running certificate: Leader." in page
    assert "The one of Jude Mensah, which runs until 24 November 2027, stays." in page
    assert "The one of Ivan Petrov, which runs until 16 August 2027, is replaced from today on" in page
    assert (await dara.post(f"/people/{stays}/merge/{shut}", data=WHY)).status_code == 303
    await work()
    change = await StateChange.get()
    assert (change.certification_id, change.state, change.effective) == (shorter.id, "replaced", TODAY)
    leads = await Permission.filter(person_id=stays, what="steady/leader").values_list("because", "ended_because")
    assert set(leads) == {(longer.decision_id, None), (shorter.decision_id, "replaced")}
    certificate = await Certificate.get(certification_id=shorter.id)
    checked = await _checked(browse, certificate.verify_token)
    assert "replaced by a newer one" in checked and "runs longer" in checked
    judged = await current().get(person_id=stays, pathway__slug="steady", level="leader")
    assert judged.standing == "certified"
    row = await Merge.get()
    answer = await dara.post(f"/people/merges/{row.id}", data={"because": "They are cousins."})
    assert answer.status_code == 303 and "had changed meanwhile" not in answer.headers["location"]
    await work()
    assert [one.state for one in await StateChange.all().order_by("turn")] == ["replaced", "restored"]
    letters = await Letter.filter(person_id=IVAN)
    assert any("apart again" in one.text for one in letters)
    assert not any("cousins" in one.text for one in letters), "that is told to nobody but the unit"
    assert (await Certification.get(id=shorter.id)).person_id == IVAN
    assert await changes.standing_of(await Certification.get(id=shorter.id), TODAY) == "certified"
    assert "replaced" not in await _checked(browse, certificate.verify_token)
    again = await Permission.get(person_id=IVAN, because=shorter.decision_id, starts=TODAY)
    assert again.ends == shorter.over
    after = await everything()
    kept = ("certificates.Certification", "certificates.Decision", "certificates.Certificate")
    assert all(after[table] == before[table] for table in kept)
    assert await verdicts() == said


@pytest.mark.by_hand  # one that was imported says its last day itself
@pytest.mark.parametrize(("stays", "shut"), [(JUDE, IVAN), (IVAN, JUDE)], ids=["the longer one's", "the shorter one's"])
async def test_the_longer_one_counts_on_though_the_other_was_decided_later(twin, browse, work, stays, shut):
    longer, ends = await Certification.get(person_id=JUDE), TODAY + timedelta(days=60)
    await shown("ivan")
    await considered("ivan", TODAY, 12)
    shorter = await Certification.get(person_id=IVAN)
    await Decision.filter(id=shorter.decision_id).update(until=ends)
    await Certification.filter(id=shorter.id).update(ends=ends, over=ends)
    assert (await (await browse("dara")).post(f"/people/{stays}/merge/{shut}", data=WHY)).status_code == 303
    await work()
    later = ends + timedelta(days=90)
    await considered("jude" if stays == JUDE else "ivan", later)
    judged = await current().get(person_id=stays, pathway__slug="steady", level="leader")
    assert judged.standing == "certified" and await changes.standing_of(longer, later) == "certified"
    assert judged.verdict["standing"]["valid_until"] == longer.ends.isoformat()


@pytest.mark.by_hand  # to change the version is an action of its own
@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=10)], ids=["decided last", "decided first"])
async def test_the_longer_one_keeps_its_days_by_whatever_version_of_the_rules_the_other_record_goes(
    twin, tmp_path, browse, work, day
):
    longer = await Certification.get(person_id=JUDE)
    newer = BY_RULES.replace('version: "1"', 'version: "2"').replace("valid: P1Y", "valid: P4M")
    await publish_pathway(tmp_path, newer)
    await Place.filter(person_id=IVAN, programme__slug="steady").update(version="2")
    await shown("ivan", on=day)
    await considered("ivan", day, 12)
    shorter = await Certification.get(person_id=IVAN)
    assert shorter.over < longer.ends
    assert (await (await browse("dara")).post(f"/people/{IVAN}/merge/{JUDE}", data=WHY)).status_code == 303
    await work()
    later = shorter.over + timedelta(days=90)
    await considered("ivan", later)
    judged = await current().get(person_id=IVAN, pathway__slug="steady", level="leader")
    assert judged.standing == "certified" and await changes.standing_of(longer, later) == "certified"


@pytest.mark.by_hand  # one that was imported is recorded later
async def test_the_one_that_stays_is_told_and_restored_though_the_one_replaced_was_recorded_later(twin, browse):
    longer = await Certification.get(person_id=JUDE)
    shorter = await certified("ivan", TODAY - timedelta(days=100))
    await Certification.filter(id=shorter.id).update(recorded=longer.recorded + timedelta(minutes=1))
    assert (await (await browse("dara")).post(f"/people/{JUDE}/merge/{IVAN}", data=WHY)).status_code == 303
    page = (await (await browse("dara")).get(f"/pathways/of/{JUDE}")).text
    assert "Certified" in page and "Replaced" not in page
    for state, standing in (("suspended", "suspended"), ("restored", "certified")):
        await changed(longer, state, on=TODAY)
        assert await changes.standing_of(longer, TODAY) == standing


@pytest.mark.by_hand  # a condition comes with its award
@pytest.mark.parametrize("state", ["suspended", "provisional"])
async def test_a_hold_or_a_condition_on_one_of_two_certificates_is_decided_before_they_are_merged(twin, browse, state):
    shorter = await certified("ivan", TODAY - timedelta(days=100))
    await changed(shorter, state, on=TODAY)
    dara = await browse("dara")
    page = (await dara.get(f"/people/{JUDE}/merge/{IVAN}?chosen=")).text
    assert "Both hold a running certificate" in page and "on hold, or hangs on a condition" in page
    assert (await dara.post(f"/people/{JUDE}/merge/{IVAN}", data=WHY)).status_code == 409
    assert not await StateChange.filter(state="replaced").exists()


async def test_certificates_of_the_shut_record_come_along_and_are_checked_as_before(twin, browse, service):
    row, given = await Certificate.get(person_id=JUDE), service.state.resources
    await publish(row.id, keys=given.keys, store=given.store, now=NOW)
    dara, token = await browse("dara"), row.verify_token
    before = await _checked(browse, token)
    assert "Jude Mensah" in before
    answer = await dara.post(f"/people/{TWIN}/merge/{JUDE}", data=WHY)
    assert answer.status_code == 303
    assert (await Certificate.get()).person_id == TWIN
    assert await _checked(browse, token) == before
    assert "J. Mensah-Boateng" in (await dara.get("/register")).text


async def test_what_was_on_its_way_while_they_were_merged_comes_along_and_goes_back(twin, browse, work):
    row = await merged(browse)
    late = await Email.create(
        id=uuid4(), unit_id=known("together"), person_id=TWIN, address="late@post.example", confirmed=True
    )
    await speak_of(late)
    await work()
    assert (await Email.get(id=late.id)).person_id == JUDE
    assert await Fact.filter(kind="merge.went_on").count() == 1
    answer = await (await browse("dara")).post(f"/people/merges/{row.id}", data={"because": "They are cousins."})
    assert answer.status_code == 303
    assert (await Email.get(id=late.id)).person_id == TWIN


async def _checked(browse, token: str) -> str:
    return re.sub(r'nonce="\w+"', "", (await (await browse()).get(f"/v/{token}")).text)


async def test_after_thirty_days_it_stands_for_good_and_the_shut_record_is_erased(twin, browse, work):
    row = await merged(browse)
    with time_machine.travel(NOW + timedelta(days=31), tick=True):
        await work()
        assert (await Merge.get(id=row.id)).finished is not None
        gone = await Person.get(id=TWIN)
        assert gone.erased_at is not None and "Boateng" not in gone.name
        answer = await (await browse("dara")).post(f"/people/merges/{row.id}", data={"because": "They are cousins."})
        assert answer.status_code == 409
        assert (await Email.get(address="jude.mensah@post.example")).person_id == JUDE
        assert (await Person.get(id=JUDE)).name == "Jude Mensah"
        assert await Permission.filter(person_id=JUDE, what="other/leader").exists()
        assert not await Session.filter(person_id=TWIN, ended__isnull=True).exists()


async def test_a_copy_and_the_erasure_of_the_person_take_the_shut_record_in(twin, browse):
    await merged(browse)
    dara = await browse("dara")
    copy = await dara.post(f"/people/{JUDE}/data", data={"do": "export"})
    assert "J. Mensah-Boateng" in copy.text and str(TWIN) in copy.text
    gone = await dara.post(f"/people/{JUDE}/data", data={"do": "erase", "name": "Jude Mensah"})
    assert gone.status_code == 303
    assert await Person.filter(id__in=[JUDE, TWIN], erased_at__isnull=False).count() == 2
    assert not await Email.filter(address="jude.mensah@post.example").exists()


async def test_other_records_are_found_by_address_and_by_name(twin, browse):
    dara = await browse("dara")
    found = (await dara.get(f"/people/{JUDE}/merge")).text
    assert f"/people/{JUDE}/merge/{TWIN}" in found and f"/people/{JUDE}/merge/{IVAN}" not in found
    await Phone.create(id=uuid4(), person_id=known("ivan"), number="029 2018 0999", recorded=NOW)
    assert f"/merge/{known('ivan')}" in (await dara.get(f"/people/{TWIN}/merge")).text
    looked = "find=other&find-other=petrov&found-other="
    assert f'value="{IVAN}"' in (await dara.get(f"/people/{JUDE}/merge?{looked}")).text
    assert (await dara.get(f"/people/{JUDE}/merge?other=")).status_code == 422
    chosen = await dara.get(f"/people/{JUDE}/merge?other={IVAN}")
    assert chosen.status_code == 303 and chosen.headers["location"].endswith(f"/people/{JUDE}/merge/{IVAN}")
    assert f"/people/{JUDE}/merge" in (await dara.get(f"/people/{JUDE}")).text
    alike = (await dara.get("/people/alike")).text
    assert f"/merge/{TWIN}" in alike or f"/people/{TWIN}/merge/{JUDE}" in alike


async def test_a_button_pressed_again_in_another_window_leads_to_what_was_done(twin, browse):
    dara, emre = await browse("dara"), await browse("emre")
    row = await merged(browse)
    for ask in (dara.get, dara.post):
        answer = await ask(PATH)
        assert answer.status_code == 303 and answer.headers["location"].startswith(f"/people/{JUDE}?notice=")
    turned = await dara.post(f"/people/{TWIN}/merge/{JUDE}", data=WHY, follow_redirects=True)
    assert "These are one record already." in turned.text and await Merge.all().count() == 1
    undo = f"/people/merges/{row.id}"
    assert (await dara.post(undo, data={"because": "Two people."})).status_code == 303
    again = await dara.post(undo, data={"because": "Two people."}, follow_redirects=True)
    assert "has a record of their own again." in again.text
    assert (await emre.get(undo)).status_code in (403, 404)
