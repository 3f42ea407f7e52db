"""Three raters, as the instrument asks: chosen, told, blind until all are in; the page says what counts."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import httpx2

from tests.mails import sent_mails
from training.assessments.cancellation import hand_on
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment, InstrumentVersion, Rater
from training.assessments.reading import instrument_of
from training.core.dates import DEFAULT_ZONE
from training.core.errors import Conflict
from training.demo.cast import known
from training.instruments.judge import judge
from training.parsing.values import Result

from .conftest import NOW

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
ITEMS = ("welcome", "listening", "closing")


async def begin(bruno: httpx2.AsyncClient, version: InstrumentVersion, **others: str) -> httpx2.Response:
    """Bruno begins to assess Amina with others."""
    form = (await bruno.get("/assessments/new")).text
    sent = {
        "key": re.findall(r'name="key" value="([^"]+)"', form)[0], "person": str(known("amina")),
        "version": str(version.id), "observed": "2026-11-20", "medium": "live",
    }  # fmt: skip
    return await bruno.post("/assessments/new", data=sent | {name: str(known(who)) for name, who in others.items()})


async def hand_in(browser: httpx2.AsyncClient, path: str, marks: Mapping[str, str]) -> None:
    """Somebody rates and hands in on the pages."""
    asked = await browser.post(f"{path}/rate", data={"step": "check", **dict.fromkeys(ITEMS, "3"), **marks})
    assert asked.headers["location"] == f"{path}/check"
    assert (await browser.post(f"{path}/check")).headers["location"] == path


async def test_three_raters_from_the_choice_to_a_result_that_page_judge_and_evidence_share(
    three: InstrumentVersion, browse: Browse, work, settings
) -> None:
    bruno, gwen, hana = [await browse(who) for who in ("bruno", "gwen", "hana")]
    form = (await bruno.get("/assessments/new")).text
    assert "3 people rate" in form and 'name="other"' in form and 'name="other_2"' in form and "other_3" not in form
    few = await begin(bruno, three, other="gwen")
    assert (few.status_code, "Choose 1 more" in few.text) == (422, True)
    twice = await begin(bruno, three, other="gwen", other_2="gwen")
    assert (twice.status_code, "same person twice" in twice.text) == (422, True)
    path = (await begin(bruno, three, other="gwen", other_2="hana")).headers["location"].removesuffix("/rate")
    await work()
    told = {one.to.partition("@")[0]: one.subject for one in sent_mails(settings)}
    assert told == {"gwen": "Gofynnir i chi raddio", "hana": "You are asked to rate"}
    await hand_in(bruno, path, {"listening": "4", "listening_note": "Bruno saw it"})
    await hand_in(hana, path, {"listening": "2"})
    for browser in (gwen, bruno, hana):
        seen = (await browser.get(path, follow_redirects=True)).text
        assert ("Bruno saw it" in seen) == (browser is bruno), "blind until all are in"
    assert "Gwen Llŷr (still rates)" in (await bruno.get(path)).text
    await hand_in(gwen, path, {"closing": "4"})
    row = await Assessment.get(id=path.rpartition("/")[2])
    assert row.state == "reconciling", "two levels apart on listening"
    page = (await bruno.get(f"{path}/agree")).text
    assert "Agree with the other raters" in page and "All of you sign" in page
    await bruno.post(f"{path}/agree", data={"listening": "3", "listening_note": "We talked"})
    for browser in (bruno, gwen, hana):
        assert (await browser.post(f"{path}/sign")).status_code == 303
    await row.refresh_from_db()
    assert (row.state, row.outcome) == ("signed", "met")
    result = (await bruno.get(path)).text
    for words in ("Passed", "Bruno Costa marked: 4 all", "Hana Nowak marked: 2 some", "3.33", "Agreed: We talked"):
        assert words in result
    (record,) = await assessment_evidence(known("amina"), DEFAULT_ZONE)
    judged = judge(instrument_of(three), record["ratings"])
    assert judged.result is Result.MET and judged.items["listening"].level == 3
    assert float(judged.items["closing"].level or 0) > 3.33 and len(set(record["by"])) == 3


async def test_one_of_three_is_handed_on_and_one_more_is_asked(
    three: InstrumentVersion, browse: Browse, work, settings
) -> None:
    bruno = await browse("bruno")
    path = (await begin(bruno, three, other="gwen", other_2="hana")).headers["location"].removesuffix("/rate")
    await hand_in(bruno, path, {})
    given = {"step": "hand on", "leaves": str(known("hana")), "comes": str(known("ivan")), "reason": "Hana is ill."}
    assert (await bruno.post(f"{path}/stop", data=given)).status_code == 303
    again = {"step": "ask another", "another": str(known("hana"))}
    assert (await bruno.post(f"{path}/stop", data={"step": "ask another"})).status_code == 422
    assert (await bruno.post(f"{path}/stop", data=again)).headers["location"].startswith(path)
    assert (await bruno.post(f"{path}/stop", data=again)).status_code == 422, "she rates already"
    await work()
    assert {one.to.partition("@")[0] for one in sent_mails(settings)} == {"gwen", "hana", "ivan"}
    for who in ("gwen", "ivan", "hana"):
        assert (await Assessment.get(id=path.rpartition("/")[2])).state == "open"
        await hand_in(await browse(who), path, {})
    row = await Assessment.get(id=path.rpartition("/")[2])
    assert (row.state, row.raters_needed) == ("submitted", 4)
    assert await Rater.filter(assessment=row, state="submitted").count() == 4
    assert (await bruno.post(f"{path}/stop", data=again)).status_code == 422, "everybody has handed in"


async def test_two_parts_are_not_handed_on_to_one_person_at_once(
    three: InstrumentVersion, browse: Browse, cast
) -> None:
    bruno = await browse("bruno")
    path = (await begin(bruno, three, other="gwen", other_2="hana")).headers["location"].removesuffix("/rate")
    key, actor = UUID(path.rpartition("/")[2]), await cast("bruno")
    found = await asyncio.gather(
        *(hand_on(key, leaves=known(who), comes=known("ivan"), reason="Ill.", actor=actor, now=NOW)
          for who in ("gwen", "hana")), return_exceptions=True,
    )  # fmt: skip
    assert sum(isinstance(one, Conflict) for one in found) == 1
    assert await Rater.filter(assessment_id=key, state="rating").count() == 3
