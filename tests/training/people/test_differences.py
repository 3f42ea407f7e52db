"""Two people who share an address are declared two by the central unit, and do not stand in each other's way then."""

import re
import secrets
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from certificates.evaluations.models import Decision
from tests.certificates.world import NAMED, publish_pathway, waiting
from tests.mails import as_written
from tests.soundness import speak_of
from tests.training.lti.identities.test_own_addresses import GROUP, SESSION, naming
from training.assessments.eligible import facts_about
from training.assessments.models import Instrument
from training.assessments.rules import may_sign
from training.demo.cast import known
from training.people.contact.addresses import same_human
from training.people.erase_person import sweep
from training.people.models import Difference, Email, Membership, Person
from training.people.personal_data import rows_about
from training.records.emails import request_letter
from training.records.models import Confirmation
from training.sites.models import CentralUnit
from training.trail.models import Fact

NOW = datetime.now(UTC)
TODAY = NOW.date()
DARA, AMINA, CHLOE, NADIA = known("dara"), known("amina"), known("chloe"), known("nadia")
WHY = {"reason": "Mother and daughter; I have met both."}
PLACE = "Records that may be of one person"


@pytest.fixture
async def shared(database):
    """Writes an address of somebody beside somebody else's record, in another spelling or for letters."""

    async def also(key: str, other: str, **more: bool) -> Email:
        row = await Email.create(
            id=uuid4(), unit_id=known("together"), person_id=known(other),
            address=f"{key}+{other}@together.example", **more,
        )  # fmt: skip
        await speak_of(row)
        return row

    return also


@pytest.fixture
async def second(database, browse):
    """Gives the browser of a second person of the central unit."""
    person = await Person.create(id=known("second"), unit_id=known("together"), name="Sian Pugh", created=NOW)
    role = await Membership.create(person_id=person.id, role="central", starts=date(2022, 1, 1))
    await speak_of(person, role)
    return await browse("second")


async def declared(browser, one=DARA, other=AMINA) -> Difference:
    answer = await browser.post(f"/people/alike/{one}/{other}", data=WHY)
    assert answer.status_code == 303, answer.text
    return await Difference.get(pair__isnull=False)


async def test_two_people_are_declared_with_a_reason_and_decide_about_each_other_until_it_is_taken_back(
    shared, second, browse, tmp_path
):
    await publish_pathway(tmp_path, NAMED)
    case, dara = await waiting("amina"), await browse("dara")
    await shared("dara", "amina")
    form = {"outcome": "certified", "reasons": "It is met."}
    refused = await dara.post(f"/certificates/decisions/{case.id}", data=form)
    assert refused.status_code == 403 and PLACE in refused.text and "central unit can say so" in refused.text
    path = f"/people/alike/{AMINA}/{DARA}"
    asked = await second.get(path)
    assert asked.status_code == 200 and "dara@together.example" in asked.text
    empty = await second.post(path, data={"reason": " "})
    assert empty.status_code == 422 and "Say how you know" in empty.text
    row = await declared(second)
    fact = await Fact.get(kind="difference.declared")
    assert (row.reason, row.declared_by_id, fact.actor_id, fact.subject_id) == (
        WHY["reason"], known("second"), known("second"), str(row.id),
    )  # fmt: skip
    assert not await same_human(DARA, AMINA)
    listed = (await second.get("/people/alike")).text
    assert "Declared different" in listed and WHY["reason"] in listed and "Sian Pugh" in listed
    assert (await second.post(path, data=WHY)).status_code == 409
    take_back = f"/people/different/{row.id}"
    assert WHY["reason"] in (await second.get(take_back)).text
    assert (await second.post(take_back, data={"why": ""})).status_code == 422
    assert (await second.post(take_back, data={"why": "I mixed them up."})).status_code == 303
    assert await same_human(DARA, AMINA) and "Declared different" not in (await second.get("/people/alike")).text
    assert (await dara.post(f"/certificates/decisions/{case.id}", data=form)).status_code == 403
    assert (await second.post(take_back, data={"why": "Again."})).status_code == 404
    await declared(second)
    assert (await dara.post(f"/certificates/decisions/{case.id}", data=form)).status_code == 303
    assert (await Decision.get()).outcome == "certified"


async def test_nobody_says_it_of_a_record_of_their_own_and_no_site_does(shared, second, browse):
    await shared("dara", "amina")
    await shared("amina", "nadia")
    dara, chloe = await browse("dara"), await browse("chloe")
    for one, other in ((DARA, AMINA), (AMINA, DARA), (AMINA, NADIA)):  # Amina's record may be Dara's
        for method in ("GET", "POST"):
            answer = await dara.request(method, f"/people/alike/{one}/{other}", data=WHY)
            assert answer.status_code == 403 and "record of your own" in answer.text, (one, other)
    assert (await chloe.post(f"/people/alike/{AMINA}/{NADIA}", data=WHY)).status_code == 403
    assert (await chloe.get(f"/people/alike/{AMINA}/{NADIA}")).status_code == 403
    assert not await Difference.exists()
    row = await declared(second)
    assert (await dara.post(f"/people/different/{row.id}", data={"why": "No."})).status_code == 403
    assert (await chloe.post(f"/people/different/{row.id}", data={"why": "No."})).status_code == 403
    assert (await dara.post(f"/people/alike/{AMINA}/{NADIA}", data=WHY)).status_code == 303  # Amina is not Dara now
    for pair in (f"{AMINA}/{AMINA}", f"{CHLOE}/{NADIA}", f"{AMINA}/{uuid4()}"):
        assert (await second.post(f"/people/alike/{pair}", data=WHY)).status_code in (404, 409), pair
    assert await Difference.all().count() == 2


async def test_a_pair_that_no_list_shows_is_found_by_the_name_of_one_of_the_two(shared, second):
    await shared("amina", "nadia", mail_only=True)
    assert "No two records" in (await second.get("/people/alike")).text
    found = (await second.get("/people/alike?find=person&find-person=yusuf&found-person=")).text
    assert f'value="{AMINA}"' in found
    page = (await second.get(f"/people/alike?person={AMINA}")).text
    assert f"/people/alike/{AMINA}/{NADIA}" in page and "amina@together.example" in page
    await declared(second, AMINA, NADIA)
    assert "No other record" in (await second.get(f"/people/alike?person={AMINA}")).text


async def test_co_leading_supervising_and_assessing_follow_the_same_answer(shared, second, browse, growing):
    await shared("amina", "nadia", confirmed=True)
    amina = await browse("amina")
    forms = (GROUP | {"co_leader": str(NADIA)}, SESSION | {"by": str(NADIA)})
    for form in forms:
        refused = await amina.post("/practice/new", data=form | {"key": str(uuid4())})
        assert refused.status_code == 422 and PLACE in refused.text, form
    leading = Instrument(id=uuid4(), name="leading", unit_id=(await CentralUnit.get()).id)
    barred = may_sign(await facts_about(NADIA, trainee=AMINA, instrument=leading), on=TODAY, independent=False)
    assert any(PLACE in words for words in barred.reasons)
    await declared(second, AMINA, NADIA)
    for form in forms:
        assert (await amina.post("/practice/new", data=form | {"key": str(uuid4())})).status_code == 303, form
    free = may_sign(await facts_about(NADIA, trainee=AMINA, instrument=leading), on=TODAY, independent=False)
    assert not any(PLACE in words for words in free.reasons)
    typed = await amina.post("/practice/new", data=GROUP | naming("confirmer", "amina@together.example"))
    assert typed.status_code == 422  # her own mailbox stays her own


@pytest.mark.by_hand
async def test_a_mailbox_that_both_read_gets_no_link_and_the_other_confirms_signed_in(shared, second, browse, growing):
    await Email.filter(person_id=NADIA).delete()
    row = await shared("amina", "nadia", confirmed=True)
    await declared(second, AMINA, NADIA)
    amina, nadia = await browse("amina"), await browse("nadia")
    answer = await amina.post("/practice/new", data=GROUP | {"confirmer": str(NADIA), "key": str(uuid4())})
    assert answer.status_code == 303
    asked = await Confirmation.get()
    letter = await request_letter(asked.id, token=secrets.token_urlsafe(32), now=NOW)
    assert letter is not None and letter.to == ""
    assert row.address not in as_written(letter.mail).text
    page = (await nadia.get("/practice/confirmations")).text
    assert re.search(rf"/practice/confirmations/{asked.id}", page)
    assert (await nadia.post(f"/practice/confirmations/{asked.id}", data={"answer": "yes"})).status_code == 303
    assert (await Confirmation.get()).state == "confirmed"


@pytest.mark.by_hand
async def test_what_was_declared_is_among_ones_rows_and_a_name_in_its_reason_is_erased(shared, second):
    await shared("amina", "nadia")
    await second.post(f"/people/alike/{AMINA}/{NADIA}", data={"reason": "Amina Yusuf is the mother of Nadia Rahman."})
    rows = await rows_about(AMINA)
    assert list(rows[Difference])
    await sweep({Difference: rows[Difference]}, ["Amina Yusuf"], "Erased person", leave=frozenset())
    assert (await Difference.get()).reason == "Erased person is the mother of Nadia Rahman."
