"""Assessing through the browser: drafts, gaps, blindness, the signature, and what the trainee sees."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from training.assessments import signing
from training.assessments.models import Assessment, Draft, Rating
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Relation

from .conftest import NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
ALL = {"welcome": "3", "listening": "4", "closing": "not_observed", "closing_note": "I left early"}


async def test_an_assessor_begins_rates_checks_and_signs(rated: Rated, browse: Browse) -> None:
    bruno = await browse("bruno")
    of_amina = (await bruno.get(f"/assessments/of/{known('amina')}")).text
    assert "/assessments/new" not in (await (await browse("chloe")).get(f"/assessments/of/{known('amina')}")).text
    form = await bruno.get(re.search(r'href="(/assessments/new\?[^"]+)"', of_amina)[1])
    assert f'<option value="{known("amina")}" selected' in form.text
    key = re.search(r'name="key" value="([^"]+)"', form.text)
    assert key
    sent = {
        "key": key[1], "person": str(known("amina")), "version": str(rated.version.id), "observed": "2026-11-20",
        "medium": "live", "group_name": "Tuesday group",
    }  # fmt: skip
    begun = await bruno.post("/assessments/new", data=sent)
    assert begun.status_code == 303
    assert (await bruno.post("/assessments/new", data=sent)).headers["location"] == begun.headers["location"]
    path = begun.headers["location"].removesuffix("/rate")
    page = await bruno.get(f"{path}/rate")
    assert "Gives back what was said" in page.text and "Talks over parents" in page.text
    assert page.text.count("Not seen today</b>") == 3 and page.text.count("1 not yet</b>") == 3
    assert (await bruno.post(f"{path}/rate", data=ALL | {"step": "check"})).headers["location"] == f"{path}/check"
    check = await bruno.get(f"{path}/check")
    assert "4 all of it and more" in check.text and "I left early" in check.text and "Not seen today" in check.text
    assert (await bruno.post(f"{path}/check")).status_code == 303
    result = await bruno.get(path)
    assert "Cannot tell" in result.text and "Signed by Bruno Costa" in result.text
    assert (await bruno.get(f"{path}/rate")).headers["location"] == path


async def test_an_assessor_finds_assessments_first_and_is_told_all_that_a_beginning_lacks(browse: Browse) -> None:
    bruno = await browse("bruno")
    home = (await bruno.get("/")).text
    assert home.index('href="/assessments"') < home.index('href="/courses"')
    answer = await bruno.post("/assessments/new", data={"key": str(uuid4()), "observed": "2026-11-20"})
    assert answer.status_code == 422
    assert all(f'href="#{name}' in answer.text for name in ("person", "medium", "version"))


@pytest.mark.parametrize("odd", [{"data": {"welcome": "--3"}}, {"files": {"welcome": ("3.txt", b"3")}}])
async def test_what_is_no_answer_is_asked_for_again(rated: Rated, browse: Browse, odd: dict[str, Any]) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    answer = await bruno.post(f"/assessments/{row.id}/rate", **odd)
    assert answer.status_code == 422 and 'href="#welcome"' in answer.text
    assert not await Draft.filter(rater__assessment_id=row.id).exclude(mark=None).exists()


async def test_items_without_an_answer_are_listed_and_nothing_is_lost(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    sent = {"welcome": "2", "listening_note": "Half a thought", "step": "check"}
    answer = await bruno.post(f"/assessments/{row.id}/rate", data=sent)
    assert answer.status_code == 422
    assert (
        'href="#listening"' in answer.text and 'href="#closing"' in answer.text and 'href="#welcome"' not in answer.text
    )
    assert "Half a thought" in answer.text
    again = await bruno.get(f"/assessments/{row.id}/rate")
    assert "Half a thought" in again.text and "1 of 3 answered" in again.text
    assert (await bruno.post(f"/assessments/{row.id}/check")).status_code == 422
    assert await Rating.all().count() == 0


async def test_the_page_saves_by_itself(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    assert (await bruno.post(f"/assessments/{row.id}/draft", data={"welcome": "1"})).status_code == 204
    assert (await Draft.get(item="welcome")).mark == {"mark": 1}


async def test_raters_do_not_see_each_other_until_both_handed_in(rated: Rated, browse: Browse, cast: Cast) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    bruno, gwen = await browse("bruno"), await browse("gwen")
    for path in (
        f"/assessments/{row.id}",
        f"/assessments/{row.id}/rate",
        f"/assessments/{row.id}/check",
        "/assessments",
    ):
        seen = await gwen.get(path, follow_redirects=True)
        assert "bruno on listening" not in seen.text and "4 all of it" not in seen.text.replace("<b>4 all of it", "")
    assert "bruno on listening" in (await bruno.get(f"/assessments/{row.id}")).text
    dara = await browse("dara")
    assert "bruno on listening" not in (await dara.get(f"/assessments/{row.id}")).text
    await rated.hand_in(row, "gwen", listening=1)
    agree = await gwen.get(f"/assessments/{row.id}", follow_redirects=True)
    assert "bruno on listening" in agree.text and "gwen on listening" in agree.text
    assert "gwen on listening" not in (await dara.get(f"/assessments/{row.id}")).text


async def test_raters_agree_and_sign_on_pages(rated: Rated, browse: Browse) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    await rated.hand_in(row, "gwen", listening=1)
    bruno, gwen = await browse("bruno"), await browse("gwen")
    path = f"/assessments/{row.id}"
    refused = await gwen.post(f"{path}/agree", data={"listening": "2", "listening_note": ""})
    assert refused.status_code == 422 and "Say why" in refused.text
    await gwen.post(f"{path}/agree", data={"listening": "2", "listening_note": "We talked it over"})
    assert "needs your signature" in (await bruno.get(path)).text
    await bruno.post(f"{path}/sign")
    await gwen.post(f"{path}/sign")
    assert (await Assessment.get(id=row.id)).state == "signed"
    assert "We talked it over" in (await bruno.get(path)).text


async def test_the_trainee_sees_the_result_only_once_it_is_signed(rated: Rated, browse: Browse, cast: Cast) -> None:
    row, amina = await rated.open(), await browse("amina")
    await rated.hand_in(row, "bruno", listening=1)
    assert (await amina.get(f"/assessments/{row.id}")).status_code == 404
    assert str(row.id) not in (await amina.get("/assessments")).text
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    result = await amina.get(f"/assessments/{row.id}")
    for words in ("Not yet", "What comes next", "appeal</a> until 23 December 2026", "bruno on listening"):
        assert words in result.text
    assert "Not yet" in (await amina.get("/assessments")).text


@pytest.mark.by_hand
async def test_somebody_who_may_not_assess_this_person_is_told_why(rated: Rated, browse: Browse) -> None:
    await Relation.create(person_id=known("amina"), other_id=known("bruno"), kind="relative", recorded=NOW)
    sent = {
        "key": "0f2dc639-95eb-4efb-bb4e-5aec170c434a", "person": str(known("amina")),
        "version": str(rated.version.id), "observed": "2026-11-20", "medium": "live",
    }  # fmt: skip
    answer = await (await browse("bruno")).post("/assessments/new", data=sent)
    assert answer.status_code == 422
    assert "a relative of the trainee" in answer.text and 'value="2026-11-20"' in answer.text
    assert await Assessment.all().count() == 0


@pytest.mark.parametrize("who", ["emre", "jude", "kiran"])
async def test_an_assessment_is_not_seen_from_elsewhere(rated: Rated, browse: Browse, cast: Cast, who: str) -> None:
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    browser = await browse(who)
    assert (await browser.get(f"/assessments/{row.id}")).status_code == 404
    assert (await browser.get(f"/assessments/{row.id}/rate")).status_code in (403, 404)
    assert (await browser.post(f"/assessments/{row.id}/sign")).status_code in (403, 404)


async def test_a_rating_page_left_open_in_another_window_overwrites_nothing(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    where = f"/assessments/{row.id}"

    def shown(page: httpx2.Response) -> dict[str, str]:
        return {"seen": re.findall(r'name="seen" value="([^"]+)"', page.text)[0]}

    old, new = shown(await bruno.get(f"{where}/rate")), shown(await bruno.get(f"{where}/rate"))
    saved = await bruno.post(f"{where}/draft", data=ALL | new)
    assert saved.status_code == 204
    again = {"seen": saved.headers["Draft"]}
    assert (await bruno.post(f"{where}/draft", data=ALL | again)).status_code == 204, "the page itself goes on"
    late = {"welcome": "1", "welcome_note": "From the old page", **old}
    assert (await bruno.post(f"{where}/draft", data=late)).status_code == 412
    told = await bruno.post(f"{where}/rate", data=late)
    assert (told.status_code, "Two sets of answers" in told.text) == (409, True)
    assert "From the old page" in told.text, "no word is lost"
    assert (await Draft.get(item="welcome")).mark == {"mark": int(ALL["welcome"])}
    checked = shown(await bruno.get(f"{where}/check"))
    changed = ALL | shown(await bruno.get(f"{where}/rate")) | {"welcome": "2", "step": "save"}
    assert (await bruno.post(f"{where}/rate", data=changed)).status_code == 303
    assert (await bruno.post(f"{where}/check", data=checked)).status_code == 409, "not what was checked"
    assert await Rating.all().count() == 0
    assert (await bruno.post(f"{where}/check", data=shown(await bruno.get(f"{where}/check")))).status_code == 303


async def test_answers_of_two_devices_are_shown_beside_each_other_and_one_is_chosen(
    rated: Rated, browse: Browse
) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    where, here, there = f"/assessments/{row.id}", str(uuid4()), str(uuid4())
    first = ALL | {"welcome_note": "From the tablet", "seen": "none", "device_draft": there}
    assert (await bruno.post(f"{where}/draft", data=first)).status_code == 204
    mine = {"welcome": "1", "welcome_note": "From the phone", "seen": "none", "device_draft": here}
    assert (await bruno.post(f"{where}/draft", data=mine)).status_code == 412
    page = await bruno.post(f"{where}/compare", data=mine)
    assert page.status_code == 409
    assert "From the tablet" in page.text and "From the phone" in page.text
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert fields["welcome"] == "1" and fields["seen"] != "none"
    refused = await bruno.post(f"{where}/compare", data=fields | {"step": "choose"})
    assert (refused.status_code, "Choose one of the two answers" in refused.text) == (422, True)
    chosen = await bruno.post(f"{where}/compare", data=fields | {"step": "choose", "between-welcome": "here"})
    assert chosen.headers["location"].startswith(f"{where}/rate?settled={here}")
    kept = {draft.item: (draft.mark, draft.note) for draft in await Draft.all()}
    assert kept["welcome"] == ({"mark": 1}, "From the phone")
    assert kept["listening"] == ({"mark": int(ALL["listening"])}, ""), "what was answered elsewhere only is kept"


async def test_a_draft_whose_answer_was_lost_on_its_way_is_sent_again_and_goes_on(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    where, same = f"/assessments/{row.id}", {"seen": "none", "device_draft": str(uuid4())}
    for number in ("1", "2", "2"):
        sent = await bruno.post(f"{where}/draft", data=ALL | same | {"welcome": number})
        assert sent.status_code == 204
    assert (await Draft.get(item="welcome")).mark == {"mark": 2}
    assert await Draft.all().count() == len([name for name in ALL if not name.endswith("_note")])
    other = {"seen": "none", "device_draft": str(uuid4())}
    assert (await bruno.post(f"{where}/draft", data=ALL | other)).status_code == 412


async def test_the_service_worker_is_found_at_the_root_and_asked_for_anew(browse: Browse) -> None:
    answer = await (await browse("")).get("/service-worker.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_an_empty_form_is_printed_with_every_item_and_no_answer(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    where = f"/assessments/{row.id}"
    assert (await bruno.post(f"{where}/draft", data=ALL | {"seen": "none"})).status_code == 204
    assert f'href="{where}/paper"' in (await bruno.get(f"{where}/rate")).text
    page = (await bruno.get(f"{where}/paper")).text
    assert page.count("Not seen today") > 3 and "I left early" not in page and "checked" not in page
    assert (await (await browse("gwen")).get(f"{where}/paper")).status_code in (403, 404), "who does not rate it"


async def test_answers_of_whoever_was_signed_in_before_are_nobody_elses(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    where = f"/assessments/{row.id}"
    theirs = ALL | {"seen": "none", "reader": str(uuid4())}
    for path in ("draft", "rate", "compare"):
        assert (await bruno.post(f"{where}/{path}", data=theirs)).status_code == 403
    assert await Draft.all().count() == 0
    own = dict(re.findall(r'name="(reader)" value="([^"]+)"', (await bruno.get(f"{where}/rate")).text))
    assert (await bruno.post(f"{where}/draft", data=ALL | own)).status_code == 204


async def test_a_device_is_told_when_nothing_can_be_saved_any_more(rated: Rated, browse: Browse) -> None:
    row, bruno = await rated.open(), await browse("bruno")
    await rated.hand_in(row, "bruno")
    assert (await bruno.post(f"/assessments/{row.id}/draft", data=ALL)).status_code == 410
    assert (await bruno.post(f"/assessments/{uuid4()}/draft", data=ALL)).status_code == 410
