"""Parents' feedback: by a link, without names, counted by number, and hidden while few have answered."""

import re
from uuid import uuid4

import pytest

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from tests.certificates.world import TODAY, publish_pathway
from training.demo.cast import known
from training.people.models import Person
from training.records.models import FeedbackAnswer

RULES = """
pathway: heard
title: Heard Steps
version: "1"
levels:
  leader:
    title: Leader
    requires:
      group:
        delivery: group
        title: A group that parents spoke of
        each_with:
          final: {feedback: final evaluations by parents, at_least: {participants: 2}}
      watched: {feedback: peer evaluation}
"""
GROUP = {
    "type": "delivery", "what": "group", "pathway": "heard", "name": "Tuesday group", "from": "2026-09-01",
    "on": "2026-10-20", "sessions": "8", "hours": "16", "role": "lead", "parents": "9", "completed": "7",
    "mode": "in_person",
}  # fmt: skip
ANSWER = {"useful": "5", "listened": "4", "recommends": "yes", "words": "We laughed a lot.", "passed_on": "yes"}


@pytest.fixture
async def group(browse, tmp_path) -> str:
    """A group of Amina's that the site has seen; gives its address."""
    await publish_pathway(tmp_path, RULES)
    amina, chloe = await browse("amina"), await browse("chloe")
    sent = await amina.post("/practice/new", data=GROUP | {"key": str(uuid4())})
    assert sent.status_code == 303, sent.text
    path = str(sent.headers["location"]).partition("?")[0]
    assert (await chloe.post(f"{path}/answer", data={"answer": "yes"})).status_code == 303
    return path


async def said() -> str:
    """Tells what the rules say of the group."""
    version, amina = await PathwayVersion.get(slug="heard"), await Person.get(id=known("amina"))
    (node, _) = (await judge(amina, version, as_of=TODAY)).verdict.level("leader").requires
    return node.result.value


async def link_of(browse, group: str) -> str:
    """Amina makes a link for the parents."""
    amina = await browse("amina")
    made = await amina.post(f"{group}/feedback", data={"step": "open", "what": "final evaluations by parents"})
    assert made.status_code == 303
    found = re.search(r"/feedback/[\w-]{43}", (await amina.get(f"{group}/feedback")).text)
    assert found
    return found[0]


async def answers(browser, link: str, **given: str):
    """A parent answers, on a page of their own."""
    page = (await browser.get(link)).text
    slip = re.search(r'name="slip" value="([^"]+)"', page)
    assert slip
    return await browser.post(link, data=ANSWER | {"slip": slip[1]} | given)


async def test_parents_answer_without_a_name_and_it_counts_by_number(browse, group):
    link, stranger = await link_of(browse, group), await browse("")
    assert await said() == "not_met"
    assert (await answers(stranger, link, useful="9")).status_code == 422
    for _ in range(2):
        assert (await answers(stranger, link)).status_code == 200
    assert await said() == "met"
    slip = str(uuid4())
    for _ in range(2):
        assert (await answers(stranger, link, slip=slip)).status_code == 200
    assert await FeedbackAnswer.all().count() == 3
    assert "Gymraeg" in (await stranger.get(link)).text or "Cymraeg" in (await stranger.get(link)).text
    assert "Sut oedd y grŵp i chi?" in (await stranger.get(f"{link}?lang=cy")).text


async def test_nobody_reads_what_was_said_before_five_have_answered(browse, group):
    link, stranger = await link_of(browse, group), await browse("")
    amina, dara = await browse("amina"), await browse("dara")
    for number in range(5):
        page = (await amina.get(f"{group}/feedback")).text
        assert "We laughed a lot." not in page and "from 1 to 5" not in page
        assert "We laughed a lot." not in (await dara.get("/feedback/words")).text
        assert (await answers(stranger, link, recommends="no" if number else "yes")).status_code == 200
    page = (await amina.get(f"{group}/feedback")).text
    assert "We laughed a lot." in page and "1 of 5" in page and "4.0" in page
    assert (await dara.get("/feedback/words")).text.count("We laughed a lot.") == 5
    assert (await amina.get("/feedback/words")).status_code == 403


async def test_a_paper_slip_is_typed_in_and_a_closed_link_takes_nothing_more(browse, group):
    link, stranger, amina = await link_of(browse, group), await browse(""), await browse("amina")
    page = (await amina.get(f"{group}/feedback")).text
    number = re.search(r'name="round" value="([^"]+)"', page)[1]
    paper = ANSWER | {"step": "paper", "round": number, "slip": str(uuid4())}
    assert (await amina.post(f"{group}/feedback", data=paper)).status_code == 303
    assert (await FeedbackAnswer.get()).on_paper
    assert (await amina.post(f"{group}/feedback", data={"step": "close", "round": number})).status_code == 303
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.post(link, data=ANSWER | {"slip": str(uuid4())})).status_code == 404
    assert await FeedbackAnswer.all().count() == 1


async def test_only_who_led_it_or_looks_after_them_asks_parents(browse, group):
    for who, status in (("chloe", 200), ("emre", 404), ("nadia", 404)):
        browser = await browse(who)
        assert (await browser.get(f"{group}/feedback")).status_code == status
        sent = await browser.post(f"{group}/feedback", data={"step": "open", "what": "feedback by parents"})
        assert sent.status_code == (303 if status == 200 else status)


async def test_peers_are_asked_in_words_of_their_own_where_the_rules_ask_them(browse, group):
    amina, peer = await browse("amina"), await browse("")
    opened = await amina.post(f"{group}/feedback", data={"step": "open", "what": "peer evaluation"})
    assert opened.status_code == 303, opened.text
    token = re.findall(r"/feedback/([A-Za-z0-9_-]{43})", (await amina.get(f"{group}/feedback")).text)[0]
    page = (await peer.get(f"/feedback/{token}")).text
    assert "How was the group led?" in page and "tell a friend" not in page
    assert (await peer.post(f"/feedback/{token}", data=ANSWER | {"slip": str(uuid4())})).status_code == 200
    assert "1 peer has answered" in (await amina.get(f"{group}/feedback")).text
