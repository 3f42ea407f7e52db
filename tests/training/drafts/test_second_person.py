"""Where a unit wants it, a draft is published by somebody who wrote none of it; whoever wrote asks, and is told."""

import re
from uuid import UUID

import pytest

from tests.training.drafts.conftest import begun, revision, seen
from training.demo.cast import known
from training.demo.seed import MATERIAL
from training.drafts import publishing
from training.drafts.differences import differences
from training.drafts.models import DraftFile, MaterialDraft, PublishingRequest
from training.people.models import Letter
from training.trail.models import Fact

UNIT = {"name": "Parenting Together", "contact": "help@x.example", "language": "en"}
PAGE = "---\ntitle: Plan\nminutes: 2\n---\nSay hello to all.\n"


@pytest.fixture
async def two_publish(browse, database):
    """The unit asks for a second person."""
    dara = await browse("dara")
    assert "Two people publish" in (await dara.get("/unit")).text
    assert (await dara.post("/unit", data=UNIT | {"second_publisher": "yes"})).status_code == 303
    assert 'value="yes" checked' in (await dara.get("/unit")).text


async def _ask(browser, draft: str, note: str = ""):
    page = await browser.get(f"{draft}/ask")
    at = re.findall(r'name="seen" value="(\d+)"', page.text)
    return await browser.post(f"{draft}/ask", data={"seen": at[0] if at else "0", "note": note})


async def _letters(name: str) -> list[str]:
    return [str(one) for one in await Letter.filter(person_id=known(name)).values_list("subject", flat=True)]


async def _write(browser, file: str, words: str):
    sent = {"text": words, "revision": await revision(browser, file)}
    assert (await browser.post(file, data=sent)).status_code == 303


async def test_whoever_wrote_asks_and_somebody_else_sees_what_changed_sends_it_back_and_publishes(
    browse, small_steps, two_publish, work
):
    dara, farah = await browse("dara"), await browse("farah")
    draft = await begun(dara, "course", "small-steps")
    file = f"{draft}/files/leading/01-plan.md"
    await _write(dara, file, PAGE)
    page = await dara.get(draft)
    assert "You wrote in this draft. Your unit asks that somebody else publishes it." in page.text
    asked = await dara.get(f"{draft}/publish")
    assert "You wrote in this draft" in asked.text and 'name="number"' not in asked.text
    sent = {"number": "2", "edit_class": "content", "seen": "1"}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 403
    assert (await _ask(dara, draft, "A new plan.")).status_code == 303
    assert (await _ask(dara, draft)).status_code == 409
    await work()
    assert "A draft waits to be published: small-steps" in await _letters("farah")
    assert "A draft waits to be published: small-steps" not in await _letters("dara")
    assert "Publish: small-steps" in (await farah.get("/tasks")).text
    assert "Publish: small-steps" not in (await dara.get("/tasks")).text

    looked = await farah.get(f"{draft}/publish")
    assert "A new plan." in looked.text and "module leading: changed (01-plan)" in looked.text
    changed = (await farah.get(f"{draft}/compare")).text
    assert "leading/01-plan.md: changed" in changed and "Say hello to all." in changed
    empty = await farah.post(f"{draft}/send-back", data={"reasons": " "})
    assert empty.status_code == 422 and "Say what is to be changed" in empty.text
    assert (await farah.post(f"{draft}/send-back", data={"reasons": "Greet by name."})).status_code == 303
    await work()
    assert "Your draft came back: small-steps" in await _letters("dara")
    assert "It came back: small-steps" in (await dara.get("/tasks")).text
    assert "Greet by name." in (await dara.get(draft)).text
    await _write(dara, file, PAGE + "By name.\n")
    assert "It came back" not in (await dara.get("/tasks")).text
    assert (await _ask(dara, draft)).status_code == 303
    sent["seen"] = await seen(farah, draft)
    assert (await farah.post(f"{draft}/publish", data=sent)).status_code == 303
    await work()
    assert "Your draft is published: small-steps" in await _letters("dara")
    kinds = await Fact.filter(subject_id=draft.split("/")[-1]).order_by("id").values_list("kind", flat=True)
    assert kinds == [
        "draft.begun", "draft.publishing_asked", "draft.sent_back", "draft.publishing_asked", "draft.published",
    ]  # fmt: skip


async def test_any_later_change_withdraws_the_question_and_so_does_whoever_asked(browse, small_steps, two_publish):
    bruno, dara = await browse("bruno"), await browse("dara")
    draft = await begun(bruno, "course", "small-steps")
    file = f"{draft}/files/leading/01-plan.md"
    for change in (
        lambda: _write(bruno, file, PAGE),
        lambda: bruno.post(f"{draft}/outline", data={"do": "add module", "title": "More"}),
        lambda: bruno.post(f"{draft}/ask", data={"do": "take back"}),
        lambda: bruno.post(draft, data={"do": "throw away"}),
    ):
        assert (await _ask(bruno, draft)).status_code == 303
        assert "Publish: small-steps" in (await dara.get("/tasks")).text
        await change()
        assert "Publish: small-steps" not in (await dara.get("/tasks")).text
        page = (await bruno.get(draft)).text
        assert "Bruno Costa changed the draft or took that back" in page or "Bring it back" in page
        assert (await PublishingRequest.filter(state="waiting").count()) == 0
    assert await Fact.filter(kind="draft.question_withdrawn").count() == 4
    await bruno.post(draft, data={"do": "bring back"})
    stale = await bruno.post(f"{draft}/ask", data={"seen": "0"})
    assert stale.status_code == 409 and "changed this draft since" in stale.text
    await _write(bruno, file, "no front matter\n")
    refused = await bruno.post(f"{draft}/ask", data={"seen": str((await MaterialDraft.get()).revision)})
    assert refused.status_code == 422 and "mended first" in refused.text


@pytest.mark.parametrize("kind", ["instrument", "pathway"])
async def test_an_instrument_and_rules_go_the_same_way_and_not_around_it(browse, two_publish, kind):
    dara, farah = await browse("dara"), await browse("farah")
    path = sorted((MATERIAL / f"{kind}s").glob("*.yaml"))[0]
    around = await dara.post("/material/publish", data={"name": path.name, "text": path.read_text()})
    assert around.status_code == 422 and "needs a second person" in around.text
    taken = await dara.post("/drafts/take", files={"file": (path.name, path.read_bytes())})
    draft = taken.headers["location"].split("?")[0]
    sent = {"number": "1", "edit_class": "content", "seen": "0"}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 403, "she brought the file"
    assert (await _ask(dara, draft)).status_code == 303
    assert "Publish: " in (await farah.get("/tasks")).text
    sent["seen"] = await seen(farah, draft)
    published = await farah.post(f"{draft}/publish", data=sent)
    assert published.status_code == 303, published.text
    assert (await PublishingRequest.get()).state == "published"


async def test_a_number_that_was_refused_makes_nobody_a_writer_and_without_the_setting_one_person_is_enough(
    browse, small_steps, two_publish
):
    bruno, dara = await browse("bruno"), await browse("dara")
    draft = await begun(bruno, "course", "small-steps")
    await _write(bruno, f"{draft}/files/leading/01-plan.md", PAGE)
    await _ask(bruno, draft)
    sent = {"number": "1", "edit_class": "content", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 422, "another version 1"
    assert (await PublishingRequest.get()).state == "waiting"
    other = await begun(dara, "course", "first-aid", "First aid")
    await dara.post("/unit", data=UNIT)
    page = await dara.get(other)
    assert "Publish…" in page.text and "You wrote" not in page.text
    await dara.post("/unit", data=UNIT | {"second_publisher": "yes"})
    assert "You wrote in this draft" in (await dara.get(other)).text, "she began it from nothing"
    sent |= {"number": "2", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 303
    assert (await DraftFile.filter(draft_id=UUID(draft.split("/")[-1])).count()) > 0


async def test_what_came_back_and_is_asked_again_as_it_is_waits_for_the_other(browse, small_steps, two_publish):
    bruno, dara = await browse("bruno"), await browse("dara")
    draft = await begun(bruno, "course", "small-steps")
    await _write(bruno, f"{draft}/files/leading/01-plan.md", PAGE)
    for _ in range(2):
        await _ask(bruno, draft, "It is right as it is.")
        assert "It came back" not in (await bruno.get("/tasks")).text
        await dara.post(f"{draft}/send-back", data={"reasons": "It is not."})
        assert (await bruno.get("/tasks")).text.count("It came back: small-steps") == 1


async def test_rules_that_begin_with_a_note_go_no_way_around_the_second_person(browse, two_publish):
    dara, path = await browse("dara"), MATERIAL / "pathways" / "growing_together.yaml"
    text = path.read_text().replace("pathway: growing_together", "pathway: # ours\n  growing_together", 1)
    around = await dara.post("/material/publish", data={"name": path.name, "text": text})
    assert around.status_code == 422 and "needs a second person" in around.text


def test_lines_that_begin_with_dashes_are_shown_like_any_other():
    [found] = differences({"a.md": b"One.\n\n---\n\nTwo.\n"}, {"a.md": b"++ One.\n\n\nTwo.\n"})
    told = [(line.what, line.text) for line in found.lines if line.what]
    assert told == [("gone", "One."), ("new", "++ One."), ("gone", "---")]


async def test_words_that_come_while_it_is_published_stay_in_the_draft(browse, small_steps, two_publish, monkeypatch):
    bruno, dara = await browse("bruno"), await browse("dara")
    draft = await begun(bruno, "course", "small-steps")
    file = f"{draft}/files/leading/01-plan.md"
    await _write(bruno, file, PAGE)
    sent = {"number": "2", "edit_class": "content", "seen": await seen(dara, draft)}
    really = publishing.load_files

    async def while_somebody_writes(kind, name, files, wish):
        if not wish.check:
            await _write(bruno, file, PAGE + "Late words.\n")
        return await really(kind, name, files, wish)

    monkeypatch.setattr(publishing, "load_files", while_somebody_writes)
    told = await dara.post(f"{draft}/publish", data=sent)
    assert told.status_code == 303
    assert "Somebody wrote in the draft meanwhile" in (await dara.get(told.headers["location"])).text
    monkeypatch.undo()
    found = await MaterialDraft.get()
    assert (found.state, found.based_on) == ("open", "2")
    assert "Late words." in (await dara.get(f"{draft}/compare")).text
    sent |= {"number": "3", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 303
    assert (await MaterialDraft.get()).state == "published"
