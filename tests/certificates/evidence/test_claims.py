"""Claims: what somebody records of themselves waits for a yes of the site, or of whom the rules name."""

import re
from uuid import uuid4

import pytest

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from tests.certificates.world import TODAY, publish_pathway
from tests.soundness import speak_of
from training.core import clock
from training.demo.cast import known
from training.people.models import CentralUnit, Email, Letter, Person
from training.records.models import Confirmation, Participant, Record

RULES = """
pathway: claimed
title: Claimed Steps
version: "1"
roles: [hub_coordinator]
levels:
  leader:
    title: Leader
    requires:
      nvq:      {qualification: childcare, where: {level: {min: 3}}, title: A childcare award}
      folder:   {portfolio: workbook, by: hub_coordinator, title: The workbook}
      course:   {learning: first course, waivable_by: hub_coordinator, title: The first course}
      talk:     {signoff: interview, by: hub_coordinator, title: The interview}
"""
LED = {
    "type": "delivery", "what": "group", "pathway": "growing_together", "name": "Tuesday group", "from": "2026-03-02",
    "on": "2026-04-20", "sessions": "8", "hours": "16", "role": "lead", "parents": "9", "completed": "7",
    "mode": "in_person",
}  # fmt: skip
LEVEL = {"type": "qualification", "what": "childcare", "on": "2020-05-01", "level": "3"}


@pytest.fixture
async def claimed(database, tmp_path) -> None:
    """A pathway with claims of each kind."""
    await publish_pathway(tmp_path, RULES)


async def said(requirement: str) -> tuple[str, bool]:
    """Tells what the rules say of a requirement for Amina, and whether it was waived."""
    version, amina = await PathwayVersion.get(slug="claimed"), await Person.get(id=known("amina"))
    level = (await judge(amina, version, as_of=TODAY)).verdict.level("leader")
    node = next(one for one in level.requires if one.id == requirement)
    return node.result.value, node.waived


async def claims(browse, **given: str) -> str:
    """Amina logs something of herself; gives the address of the record."""
    amina = await browse("amina")
    answer = await amina.post("/practice/new", data={"key": str(uuid4()), "pathway": "claimed", **given})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


async def makes_coordinator(browse, who: str) -> None:
    """The central unit makes somebody hub coordinator of the programme in the whole unit."""
    dara, path = await browse("dara"), f"/people/{known(who)}/programme-roles"
    version = await PathwayVersion.get(slug="claimed")
    given = {"role": f"{version.programme_id} hub_coordinator", "starts": "2020-01-01", "where": "unit"}
    answer = await dara.post(path, data=given)
    assert answer.status_code == 303, answer.text


async def test_a_claim_counts_when_the_coordinator_has_seen_it_and_the_holder_is_told(browse, claimed, work):
    record = await claims(browse, **LEVEL)
    amina, chloe = await browse("amina"), await browse("chloe")
    assert await said("nvq") == ("cannot_tell", False)
    assert "Have you seen it?" in (await chloe.get("/")).text
    assert (await amina.post(f"{record}/answer", data={"answer": "yes"})).status_code == 404
    assert (await (await browse("emre")).get(f"{record}/answer")).status_code == 404
    assert (await chloe.post(f"{record}/answer", data={"answer": "yes"})).status_code == 303
    assert await said("nvq") == ("met", False)
    assert "This counts." in (await amina.get(record)).text
    assert "Have you seen it?" not in (await chloe.get("/")).text
    await work()
    assert "It counts now." in (await Letter.filter(person_id=known("amina"), subject__startswith="Seen:").get()).text


async def test_what_is_given_back_says_why_and_counts_again_once_corrected_and_seen(browse, claimed):
    record = await claims(browse, **LEVEL)
    amina, chloe = await browse("amina"), await browse("chloe")
    assert (await chloe.post(f"{record}/answer", data={"answer": "no", "note": " "})).status_code == 422
    back = {"answer": "no", "note": "The paper says level 2."}
    assert (await chloe.post(f"{record}/answer", data=back)).status_code == 303
    assert "The paper says level 2." in (await amina.get(record)).text
    assert (await chloe.post(f"{record}/answer", data={"answer": "yes"})).status_code == 409
    again = await amina.post(f"{record}/correct", data=LEVEL | {"key": str(uuid4()), "on": "2021-05-01"})
    assert again.status_code == 303
    new = str(again.headers["location"]).partition("?")[0]
    assert (await chloe.post(f"{new}/answer", data={"answer": "yes"})).status_code == 303
    assert await said("nvq") == ("met", False)


async def test_nobody_outside_says_yes_to_a_claim(browse, claimed):
    record = await claims(browse, **LEVEL)
    amina = await browse("amina")
    who = {"confirmer": "other", "confirmer_name": "Mo Ali", "confirmer_contact": "mo@else.example"}
    assert (await amina.post(f"{record}/ask", data=who)).status_code == 403
    assert "Ask somebody" not in (await amina.get(record)).text
    taught = LEVEL | {"type": "learning", "what": "first course", "by": "other", "by_name": "Mo"}
    course = {"key": str(uuid4()), "pathway": "claimed", "by_contact": "mo@else.example", "hours": "6"}
    assert (await amina.post("/practice/new", data=taught | course)).status_code == 303
    assert not await Confirmation.exists()


async def test_somebody_with_no_account_says_yes_by_a_link_that_was_passed_on_and_it_is_weaker(browse, growing):
    record = await claims(browse, **LED)
    amina, stranger = await browse("amina"), await browse("")
    who = {"confirmer": "other", "confirmer_name": "Mo Ali", "confirmer_contact": "+44 7700 900123"}
    assert (await amina.post(f"{record}/ask", data=who)).status_code == 303
    asked = await Confirmation.get(confirmer_name="Mo Ali")
    page = await amina.post(f"/practice/confirmations/{asked.id}/pass-on")
    link = re.search(r"/practice/confirm/[\w-]{43}", page.text)
    assert link and "<svg" in page.text
    assert (await amina.post(link[0], data={"answer": "yes"})).status_code == 403
    assert (await stranger.post(link[0], data={"answer": "yes"})).status_code == 200
    assert (await Confirmation.get(id=asked.id)).strength == "passed_on"


async def test_nobody_passes_a_link_on_for_somebody_with_an_account(browse, growing):
    record = await claims(browse, **LED)
    amina = await browse("amina")
    assert (await amina.post(f"{record}/ask", data={"confirmer": str(known("hana"))})).status_code == 303
    asked = await Confirmation.get(confirmer_id=known("hana"))
    for way in ("pass-on", "here"):
        assert (await amina.get(f"/practice/confirmations/{asked.id}/{way}")).status_code == 404
        assert (await amina.post(f"/practice/confirmations/{asked.id}/{way}", data={"name": "Hana"})).status_code == 404
    assert (await Confirmation.get(id=asked.id)).state == "asked"


async def test_a_yes_on_the_device_of_the_holder_needs_a_name_and_says_so(browse, growing):
    record = await claims(browse, **LED)
    amina = await browse("amina")
    who = {"confirmer": "other", "confirmer_name": "Mo Ali", "confirmer_contact": "+44 7700 900123"}
    await amina.post(f"{record}/ask", data=who)
    asked = await Confirmation.get(confirmer_name="Mo Ali")
    here = f"/practice/confirmations/{asked.id}/here"
    assert (await amina.post(here, data={"name": " "})).status_code == 422
    assert (await amina.post(here, data={"name": "Mo Ali"})).status_code == 303
    assert "on the device of the person who logged it" in (await amina.get(record)).text


async def test_whom_the_rules_name_accepts_waives_and_signs_and_nobody_else(browse, claimed):
    book = await claims(browse, type="portfolio", what="workbook", on="2026-05-01")
    prior = {"type": "waiver", "what": "leader/course", "on": "2026-05-01", "reason": "I did it elsewhere in 2019."}
    waiver = await claims(browse, **prior)
    chloe = await browse("chloe")
    for record in (book, waiver):
        assert (await chloe.post(f"{record}/answer", data={"answer": "yes"})).status_code == 404
    await makes_coordinator(browse, "nadia")
    nadia = await browse("nadia")
    assert "Have you seen it?" in (await nadia.get("/")).text
    for record in (book, waiver):
        assert (await nadia.post(f"{record}/answer", data={"answer": "yes"})).status_code == 303
    assert (await said("folder"), await said("course")) == (("met", False), ("met", True))
    talk = {"key": str(uuid4()), "type": "signoff", "what": "interview", "on": "2026-06-01", "reason": "A good talk."}
    path = f"/practice/of/{known('amina')}/new"
    assert "Interview" in (await nadia.get(path)).text
    assert (await nadia.post(path, data=talk | {"pathway": "claimed"})).status_code == 303
    assert await said("talk") == ("met", False)
    assert await Record.filter(type="qualification").count() == 0
    assert (await nadia.post(path, data=LEVEL | {"key": str(uuid4())})).status_code == 422


async def test_a_file_proves_a_claim_once_it_is_said_that_all_agreed_and_only_who_may_see_it_gets_it(
    browse, claimed, settings
):
    amina, chloe = await browse("amina"), await browse("chloe")
    form = LEVEL | {"key": str(uuid4()), "pathway": "claimed"}
    photo = {"file": ("award.jpg", b"\xff\xd8\xff" + b"x" * 200, "image/jpeg")}
    assert (await amina.post("/practice/new", data=form, files=photo)).status_code == 422
    program = {"file": ("award.jpg", b"MZ" + b"x" * 200, "image/jpeg")}
    refused = await amina.post("/practice/new", data=form | {"agreed": "yes"}, files=program)
    assert refused.status_code == 422 and 'value="2020-05-01"' in refused.text
    folder = settings.storage / "records"
    assert not folder.exists() or not list(folder.iterdir())
    sent = await amina.post("/practice/new", data=form | {"agreed": "yes"}, files=photo)
    again = await amina.post("/practice/new", data=form | {"agreed": "yes"}, files=photo)
    assert sent.status_code == again.status_code == 303 and len(list(folder.iterdir())) == 1
    record = str(sent.headers["location"]).partition("?")[0]
    link = re.search(rf"{record}/files/[0-9a-f-]+", (await chloe.get(f"{record}/answer")).text)
    assert link and (await chloe.get(link[0])).content == photo["file"][1]
    assert (await amina.get(link[0])).status_code == 200
    assert (await (await browse("emre")).get(link[0])).status_code == 404


async def test_a_correction_keeps_the_file_unless_another_one_is_chosen(browse, claimed):
    amina, jpeg = await browse("amina"), b"\xff\xd8\xff"
    form = LEVEL | {"key": str(uuid4()), "pathway": "claimed", "agreed": "yes"}
    sent = await amina.post("/practice/new", data=form, files={"file": ("award.jpg", jpeg + b"1", "image/jpeg")})
    record = str(sent.headers["location"]).partition("?")[0]
    assert "This stays: award.jpg" in (await amina.get(f"{record}/correct")).text
    other = {"file": ("b.jpg", jpeg + b"2", "image/jpeg")}
    for new, name, content in (({}, "award.jpg", b"1"), (other, "b.jpg", b"2")):
        again = form | {"key": str(uuid4()), "on": "2021-05-01"}
        sent = await amina.post(f"{record}/correct", data=again, files=new or None)
        assert sent.status_code == 303, sent.text
        record = str(sent.headers["location"]).partition("?")[0]
        page = (await amina.get(record)).text
        links = re.findall(rf"{record}/files/[0-9a-f-]+", page)
        assert len(links) == 1 and name in page and (await amina.get(links[0])).content == jpeg + content


async def test_supervision_about_a_group_that_was_corrected_is_about_the_corrected_one(browse, growing):
    amina = await browse("amina")
    first = await amina.post("/practice/new", data=LED | {"key": str(uuid4())})
    old = str(first.headers["location"]).partition("?")[0]
    talk = {
        "type": "supervision", "what": "reflective", "pathway": "growing_together", "by": str(known("hana")),
        "on": "2026-03-20", "minutes": "60", "mode": "online", "about": old.rpartition("/")[2],
    }  # fmt: skip
    said = await amina.post("/practice/new", data=talk | {"key": str(uuid4())})
    better = await amina.post(f"{old}/correct", data=LED | {"key": str(uuid4()), "sessions": "9"})
    new = str(better.headers["location"]).partition("?")[0].rpartition("/")[2]
    page = (await amina.get(f"{str(said.headers['location']).partition('?')[0]}/correct")).text
    assert f'<option value="{new}" selected>' in page


async def test_any_group_of_long_ago_can_be_what_supervision_was_about(browse, growing):
    """However many there were: where they do not fit a list, a part of the name finds one."""
    amina = await browse("amina")
    for at in range(22):
        days = {"name": f"Group {at:02}", "from": f"2025-{at // 2 + 1:02}-03", "on": f"2025-{at // 2 + 1:02}-20"}
        assert (await amina.post("/practice/new", data=LED | days | {"key": str(uuid4())})).status_code == 303
    asked = {"type": "supervision", "what": "reflective", "pathway": "growing_together"}
    page = (await amina.get("/practice/new", params=asked)).text
    assert "Group 00" not in page and 'name="find-about"' in page
    typed = asked | {"by": str(known("hana")), "on": "2026-03-20", "minutes": "60", "mode": "online"}
    typed |= {"key": str(uuid4()), "about": "", "find-about": "group 00", "found-about": ""}
    found = (await amina.post("/practice/new", data=typed | {"find": "about"})).text
    oldest = await Record.get(name="Group 00")
    assert f'value="{oldest.id}"' in found and "20 January 2025" in found and 'value="60"' in found
    told = typed | {"about": str(oldest.id), "found-about": "group 00"}
    said = await amina.post("/practice/new", data=told)
    assert said.status_code == 303 and (await Record.get(type="supervision")).about_id == oldest.id


async def test_nobody_types_in_the_signature_of_somebody_else(browse, claimed):
    await makes_coordinator(browse, "nadia")
    chloe, amina = await browse("chloe"), await browse("amina")
    signed = {"key": str(uuid4()), "pathway": "claimed", "on": "2026-06-01", "by": str(known("nadia"))}
    talk = signed | {"type": "signoff", "what": "interview", "reason": "She said so."}
    book = signed | {"type": "portfolio", "what": "workbook"}
    prior = signed | {"type": "waiver", "what": "leader/course", "reason": "Done before."}
    for browser, path, form in (
        (chloe, f"/practice/of/{known('amina')}/new", talk), (chloe, f"/practice/of/{known('amina')}/new", prior),
        (amina, "/practice/new", book), (amina, "/practice/new", prior),
    ):  # fmt: skip
        answer = await browser.post(path, data=form)
        assert answer.status_code == 422 and "has to record it themselves" in answer.text
    assert not await Record.exists()


async def test_a_claim_is_shown_to_who_holds_the_level_that_the_rules_name(browse, database, tmp_path, work):
    mentor = "  mentor:\n    title: Mentor\n    requires: {taught: {signoff: taught, by: mentor}}\n"
    await publish_pathway(tmp_path, RULES.replace("workbook, by: hub_coordinator", "workbook, by: mentor") + mentor)
    dara = await browse("dara")
    award = {"type": "award", "what": "mentor", "pathway": "claimed", "on": "2024-01-01", "key": str(uuid4())}
    brought = await dara.post(f"/practice/of/{known('nadia')}/new", data=award)
    assert brought.status_code == 303, brought.text
    await work()
    record = await claims(browse, type="portfolio", what="workbook", on=str(TODAY))
    assert f"{record}/answer" in (await (await browse("nadia")).get("/")).text
    assert f"{record}/answer" not in (await (await browse("ivan")).get("/")).text


async def test_whom_a_coordinator_names_is_of_the_unit_and_keeps_their_name(browse, growing):
    unit = await CentralUnit.create(id=uuid4(), slug="elsewhere", name="Another unit")
    stranger = await Person.create(id=uuid4(), unit=unit, name="Sol Stranger", created=clock.now())
    await speak_of(unit, stranger)
    chloe, path = await browse("chloe"), f"/practice/of/{known('amina')}/new"
    mine = await Email.filter(person_id=known("amina")).first()
    seen = {"type": "supervision", "what": "reflective", "pathway": "growing_together", "on": "2026-03-09"}
    for form, part in ((LED, "co_leader"), (seen | {"minutes": "60"}, "by")):
        for wrong in (stranger.id, known("nobody"), known("amina")):
            refused = await chloe.post(path, data=form | {"key": str(uuid4()), part: str(wrong)})
            assert refused.status_code == 422 and "Sol Stranger" not in refused.text, (part, wrong)
        own = {part: "other", f"{part}_name": "A friend", f"{part}_contact": mine.address}
        assert (await chloe.post(path, data=form | {"key": str(uuid4())} | own)).status_code == 422
        assert not await Record.exists() and not await Participant.exists()
    for form, part in ((LED, "co_leader"), (seen | {"minutes": "60"}, "by")):
        given = {"key": str(uuid4()), part: str(known("hana"))}
        assert (await chloe.post(path, data=form | given)).status_code == 303
        row = await Participant.get(person_id=known("hana"), record__entry_key=given["key"])
        assert row.name == (await Person.get(id=known("hana"))).name
        typed = {"key": str(uuid4()), "on": "2026-04-21", part: "other", f"{part}_name": "Mo Ali"}
        assert (await chloe.post(path, data=form | typed)).status_code == 303, "nobody asks them"
        assert (await Participant.get(record__entry_key=typed["key"], name="Mo Ali")).person_id is None
