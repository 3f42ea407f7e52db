"""No certificate is issued to a name that nobody has told: it waits, and those who can tell it are asked."""

import pytest

from certificates.evaluations.models import Certificate, Certification
from tests.certificates.world import BY_RULES, NAMED, certificate_of, considered, publish_pathway, shown, waiting
from training.demo.cast import known
from training.people.models import Person
from training.people.names import neutral_name
from training.trail.models import Fact

AMINA = known("amina")


@pytest.fixture
async def nameless(database):
    await Person.filter(id=AMINA).update(name=neutral_name(AMINA))


@pytest.mark.by_hand
async def test_an_award_by_the_rules_waits_until_she_tells_her_name(nameless, tmp_path, browse, work):
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    await considered("amina")
    assert await Certification.all().count() == 0
    amina = await browse("amina")
    for path in ("/", "/pathways", "/certificates"):
        assert "Tell us your name" in (await amina.get(path)).text, path
    assert (await amina.post("/name", data={"name": "  "})).status_code == 422
    assert (await amina.post("/name", data={"name": neutral_name(AMINA)})).status_code == 422
    assert (await amina.post("/name", data={"name": " Amina   Yusuf "})).status_code == 303
    await work()
    assert "Amina Yusuf" in (await Certificate.get()).facts
    assert "Tell us your name" not in (await amina.get("/")).text
    assert (await amina.post("/name", data={"name": "Somebody Else"})).status_code == 422
    page = (await amina.get("/name")).text
    assert "We know you as" in page and "Amina Yusuf" in page and "Nobody has told us" not in page
    fact = await Fact.get(kind="person.named")
    assert fact.rows and "Amina" not in str(fact.detail) + str(fact.rows)


@pytest.mark.by_hand
async def test_her_coordinator_is_asked_and_tells_it_and_nobody_of_another_site_does(nameless, tmp_path, browse, work):
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    await considered("amina")
    chloe, path = await browse("chloe"), f"/people/{AMINA}/name"
    assert "Name needed" in (await chloe.get("/")).text and path in (await chloe.get("/")).text
    for key, status in (("emre", 404), ("hana", 403), ("jude", 403)):
        assert (await (await browse(key)).post(path, data={"name": "A B"})).status_code == status, key
    assert (await chloe.post(path, data={"name": "Amina Yusuf"})).status_code == 303
    await work()
    assert await Certificate.all().count() == 1
    assert "Name needed" not in (await chloe.get("/")).text


@pytest.mark.by_hand
async def test_nobody_decides_to_certify_a_nameless_person_and_a_refusal_needs_no_name(nameless, tmp_path, browse):
    await publish_pathway(tmp_path, NAMED)
    row, dara = await waiting("amina"), await browse("dara")
    assert "Name needed" in (await dara.get(f"/certificates/decisions/{row.id}")).text
    form = {"outcome": "certified", "reasons": "All is met."}
    answer = await dara.post(f"/certificates/decisions/{row.id}", data=form)
    assert answer.status_code == 409 and "no certificate can be issued" in answer.text
    assert await Certificate.all().count() == 0
    form = {"outcome": "deferred", "reasons": "Not yet."}
    assert (await dara.post(f"/certificates/decisions/{row.id}", data=form)).status_code == 303


async def test_a_changed_name_leaves_the_issued_certificate_as_it_was(database, tmp_path, browse):
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    await considered("amina")
    chloe = await browse("chloe")
    assert (await chloe.post(f"/people/{AMINA}/name", data={"name": "Amina Noor"})).status_code == 303
    assert "Amina Yusuf" in (await certificate_of(await Certification.get())).facts
    assert (await Person.get(id=AMINA)).name == "Amina Noor"
