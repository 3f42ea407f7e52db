"""Raters who do not agree: one more rates, blind, or somebody decides; all are told, and it can be called off."""

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import time_machine

from tests.mails import read_mail, sent_mails
from tests.soundness import speak_of
from training.assessments.disagreement.settling import how_settled
from training.assessments.load import load_instrument
from training.assessments.marks import JUDGED, MarkRow, settled_by_one_more
from training.assessments.models import Assessment, Disagreement, InstrumentVersion, Rater, Rating, Reconciliation
from training.assessments.reading import visible_rows
from training.demo.cast import known
from training.instruments.read import read_instrument_text
from training.people.actor import Actor
from training.people.models import Email, Membership, Relation

from ..conftest import HERE, NOW, Rated, permit

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
LEADING = (HERE / "leading.yaml").read_text()
ITEMS = ("welcome", "listening", "closing")
WHY = "What listening means."


@pytest.fixture
async def rated(cast: Cast, permitted: None, tmp_path: Path) -> Rated:
    """What the tests rate with: an instrument that does not say how marks are put together."""
    text = LEADING.replace("instrument: leading", "instrument: leading so").replace("combine: lowest, ", "")
    (tmp_path / "so.yaml").write_text(text)
    await load_instrument(tmp_path / "so.yaml", actor=await cast("farah"), now=NOW)
    return Rated(cast, await InstrumentVersion.get(instrument__name="leading so"))


async def apart(rated: Rated) -> str:
    """Bruno and Gwen are three levels apart on listening; gives the page of the assessment."""
    await permit(known("hana"))
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    await rated.hand_in(row, "gwen", listening=1)
    return f"/assessments/{row.id}"


def told(settings) -> dict[str, str]:
    """Whom mails went to → the subject; forgets them."""
    files = sorted(Path(settings.mail_url.removeprefix("file:")).glob("*"))
    found = {mail.to.partition("@")[0]: mail.subject for mail in map(read_mail, files)}
    for file in files:
        file.unlink()
    return found


def asking(who: str, way: str = "third") -> dict[str, str]:
    """What is typed to ask somebody."""
    return {"step": way, "reason": WHY, way: str(known(who))}


async def test_one_more_rates_blind_and_the_middle_mark_counts(rated: Rated, browse: Browse, work, settings) -> None:
    path = await apart(rated)
    bruno, gwen, hana = [await browse(who) for who in ("bruno", "gwen", "hana")]
    await work()
    told(settings)
    assert f'href="{path}/disagree"' in (await gwen.get(f"{path}/agree")).text
    form = (await gwen.get(f"{path}/disagree")).text
    assert "you differ: the middle one of 3 marks." in form and "Hana Nowak" in form
    bare = await gwen.post(f"{path}/disagree", data=asking("hana") | {"reason": ""})
    assert (bare.status_code, "Say why" in bare.text) == (422, True)
    assert (await gwen.post(f"{path}/disagree", data=asking("hana"))).headers["location"].startswith(path)
    again = await gwen.post(f"{path}/disagree", data=asking("hana"))
    assert again.status_code == 422
    await work()
    assert told(settings) == {"bruno": "The raters do not agree", "hana": "You are asked to rate"}
    for browser in (bruno, gwen):
        meanwhile = (await browser.get(path)).text
        for words in ("bruno on listening", "gwen on listening", WHY, "Hana Nowak", "Not settled", "4 all of it"):
            assert words in meanwhile, "they go on seeing what they marked"
    assert (await bruno.get(f"{path}/agree")).headers["location"] == path
    week = (await (await browse("dara")).get("/assessments/week?query=hana")).text
    assert re.findall(r'data-label="Wait for rating">(\d)', week) == ["1"]
    rate = await hana.get(path, follow_redirects=True)
    assert "Rate Amina" in rate.text and "gwen on listening" not in rate.text
    await hana.post(f"{path}/rate", data={"step": "check", **dict.fromkeys(ITEMS, "3")})
    check = (await hana.get(f"{path}/check")).text
    assert "put together with theirs" in check and "gwen on" not in check
    await hana.post(f"{path}/check")
    await work()
    assert set(told(settings)) == {"bruno", "gwen"}
    for browser in (bruno, gwen, hana):
        assert (await browser.post(f"{path}/sign")).status_code == 303
    row = await Assessment.get(id=path.rpartition("/")[2])
    assert (row.state, row.outcome) == ("signed", "met")
    assert (await Reconciliation.get(item="listening")).mark == {"mark": 3}
    assert (await Disagreement.get()).settled is not None
    result = (await (await browse("amina")).get(path)).text
    for words in ("Settled: The middle one of 3 marks", "Gwen Llŷr marked: 1 not yet", "Hana Nowak rated, too"):
        assert words in result
    assert WHY not in result, "between those who rate"


async def test_it_is_called_off_until_the_one_asked_has_begun(rated: Rated, browse: Browse, work, settings) -> None:
    path = await apart(rated)
    bruno, gwen, hana = [await browse(who) for who in ("bruno", "gwen", "hana")]
    await gwen.post(f"{path}/disagree", data=asking("hana"))
    await work()
    told(settings)
    assert "Call it off" in (await bruno.get(path)).text
    assert (await bruno.post(f"{path}/disagree", data={"step": "call off"})).status_code == 303
    await work()
    mails = told(settings)
    assert (mails["hana"], len(mails)) == ("You need not rate this any more", 2) and "gwen" in mails
    assert (await hana.get(f"{path}/rate")).status_code == 404
    assert (await bruno.get(path)).headers["location"] == f"{path}/agree"
    await bruno.post(f"{path}/disagree", data=asking("hana"))
    await hana.post(f"{path}/draft", data={"welcome": "3"})
    late = await gwen.post(f"{path}/disagree", data={"step": "call off"})
    assert (late.status_code, "has begun to rate" in late.text) == (422, True)
    assert await Rater.filter(person_id=known("hana"), state="rating").exists()


async def test_somebody_decides_with_reasons_and_the_marks_stay(rated: Rated, browse: Browse, work, settings) -> None:
    path = await apart(rated)
    bruno, gwen, dara = [await browse(who) for who in ("bruno", "gwen", "dara")]
    assert (await dara.get(f"{path}/decide")).status_code == 404
    assert (await bruno.post(f"{path}/disagree", data=asking("chloe", "decision"))).status_code == 422
    await work()
    told(settings)
    await bruno.post(f"{path}/disagree", data=asking("dara", "decision"))
    await work()
    mails = told(settings)
    assert (mails["dara"], set(mails)) == ("You are asked to decide what counts", {"dara", "gwen"})
    assert f'href="{path}/decide"' in (await dara.get("/")).text
    page = (await dara.get(f"{path}/decide")).text
    assert "bruno on listening" in page and "gwen on listening" in page and WHY in page
    no = await dara.post(f"{path}/decide", data={"listening": "2"})
    assert (no.status_code, "Say why this mark counts" in no.text) == (422, True)
    yes = {"listening": "2", "listening_note": "The notes show some of it"}
    assert (await dara.post(f"{path}/decide", data=yes)).status_code == 303
    assert (await dara.post(f"{path}/decide", data=yes)).status_code == 404
    await work()
    assert set(told(settings)) == {"bruno", "gwen"}
    for browser in (bruno, gwen):
        await browser.post(f"{path}/sign")
    result = (await bruno.get(path)).text
    assert "Settled: The notes show some of it" in result and "Dara O&#39;Neill decided" in result
    assert await Rating.filter(item="listening").count() == 2


@pytest.mark.by_hand
async def test_who_is_related_neither_rates_nor_decides(rated: Rated, browse: Browse) -> None:
    path = await apart(rated)
    for who in ("hana", "dara"):
        await Relation.create(id=uuid4(), person_id=known("amina"), other_id=known(who), kind="relative", recorded=NOW)
    bruno = await browse("bruno")
    for who, way in (("hana", "third"), ("dara", "decision")):
        refused = await bruno.post(f"{path}/disagree", data=asking(who, way))
        assert (refused.status_code, "a relative of the trainee" in refused.text) == (422, True)
    assert (await Assessment.get(id=path.rpartition("/")[2])).state == "reconciling"


async def test_one_more_who_cannot_go_on_hands_on_and_a_cancelled_one_asks_nobody(rated: Rated, browse: Browse) -> None:
    path = await apart(rated)
    bruno, dara = await browse("bruno"), await browse("dara")
    await bruno.post(f"{path}/disagree", data=asking("dara", "decision"))
    await bruno.post(f"{path}/stop", data={"step": "cancel", "reason": "It was another group."})
    assert (await dara.get(f"{path}/decide")).status_code == 404
    assert "Raters do not agree" not in (await dara.get("/")).text


@pytest.mark.parametrize(
    ("combine", "marks", "counts"),
    [
        ("", (4, 1, 3), 3),
        ("", (4, 1, 4, 2), 2),
        ("combine: lowest, ", (4, 1, 3), 1),
        ("combine: mean, ", (4, 1, 3), 8 / 3),
    ],
)
def test_one_more_mark_is_put_together_as_the_instrument_says(
    combine: str, marks: tuple[int, ...], counts: float
) -> None:
    instrument = read_instrument_text(LEADING.replace("combine: lowest, ", combine), "leading")
    rows = [MarkRow(f"r{place}", {"welcome": mark}) for place, mark in enumerate(marks)]
    assert settled_by_one_more(instrument, rows, ["welcome"])["welcome"] == pytest.approx(counts)


def test_of_three_judgements_the_one_that_two_share_counts() -> None:
    judged = read_instrument_text('instrument: look\nversion: "1"\nkind: judgement\n', "look")
    for marks, counts in (("ssn", "satisfactory"), ("snn", "not_satisfactory")):
        words = {"s": "satisfactory", "n": "not_satisfactory"}
        rows = [MarkRow(str(place), {JUDGED: words[one]}) for place, one in enumerate(marks)]
        assert settled_by_one_more(judged, rows, [JUDGED]) == {JUDGED: counts}


async def may_rate(who: str) -> None:
    """Somebody of the unit may assess, too."""
    await permit(known(who))
    await speak_of(await Membership.create(id=uuid4(), person_id=known(who), role="assessor", starts=date(2025, 1, 1)))


async def test_who_could_see_all_marks_to_decide_does_not_rate_blind_after_that(rated: Rated, browse: Browse) -> None:
    path = await apart(rated)
    await may_rate("dara")
    bruno, dara = await browse("bruno"), await browse("dara")
    await bruno.post(f"{path}/disagree", data=asking("dara", "decision"))
    assert "gwen on listening" in (await dara.get(f"{path}/decide")).text
    await bruno.post(f"{path}/disagree", data={"step": "call off"})
    refused = await bruno.post(f"{path}/disagree", data=asking("dara"))
    assert (refused.status_code, "could see all marks" in refused.text) == (422, True)


@pytest.mark.by_hand
@pytest.mark.parametrize(("who", "way"), [("hana", "third"), ("dara", "decision")])
async def test_a_rater_does_not_settle_it_under_another_record(
    rated: Rated, browse: Browse, who: str, way: str
) -> None:
    path = await apart(rated)
    gwen = await Email.filter(person_id=known("gwen")).first()
    assert gwen
    await Email.create(
        id=uuid4(), unit_id=gwen.unit_id, person_id=known(who), address=gwen.address.replace("@", "+2@"), confirmed=True
    )
    refused = await (await browse("bruno")).post(f"{path}/disagree", data=asking(who, way))
    assert (refused.status_code, "may be one person" in refused.text) == (422, True)
    assert (await Assessment.get(id=path.rpartition("/")[2])).state == "reconciling"


async def test_who_is_to_decide_is_told_when_it_ends_and_not_asked_once_it_has(
    rated: Rated, browse: Browse, work, settings
) -> None:
    path = await apart(rated)
    bruno = await browse("bruno")
    await work()
    told(settings)
    await bruno.post(f"{path}/disagree", data=asking("dara", "decision"))
    await bruno.post(f"{path}/stop", data={"step": "cancel", "reason": "It was another group."})
    await work()
    assert told(settings) == {
        "dara": "You need not decide this any more",
        "gwen": "Does dim angen i chi raddio hyn mwyach",
    }
    assert "is asked to decide" not in (await (await browse("chloe")).get(path)).text


async def test_what_is_closed_in_the_night_is_decided_no_more_and_whoever_was_asked_is_told(
    rated: Rated, browse: Browse, work, settings
) -> None:
    path = await apart(rated)
    await (await browse("bruno")).post(f"{path}/disagree", data=asking("dara", "decision"))
    await work()
    told(settings)
    with time_machine.travel(NOW + timedelta(days=15)):
        for _ in range(3):  # the work of the night, and then the mails
            await work()
    assert told(settings)["dara"] == "You need not decide this any more"
    assert (await Disagreement.get()).called_off


@pytest.mark.by_hand
async def test_one_more_sees_no_marks_either_where_it_is_a_corrected_rating(rated: Rated, browse: Browse, cast) -> None:
    path = await apart(rated)
    row = Assessment.filter(id=path.rpartition("/")[2])
    await row.update(blind=False)
    await (await browse("bruno")).post(f"{path}/disagree", data=asking("hana"))
    assert await visible_rows(await row.get(), await cast("hana")) == []


async def test_a_mail_says_how_a_part_ended_this_time(rated: Rated, browse: Browse, work, settings) -> None:
    path = await apart(rated)
    await may_rate("ivan")
    bruno = await browse("bruno")
    await bruno.post(f"{path}/disagree", data=asking("hana"))
    await bruno.post(f"{path}/disagree", data={"step": "call off"})
    await bruno.post(f"{path}/disagree", data=asking("hana"))
    await work()
    told(settings)
    given = {"step": "hand on", "leaves": str(known("hana")), "comes": str(known("ivan")), "reason": "Hana is ill."}
    await bruno.post(f"{path}/stop", data=given)
    await work()
    (mail,) = [one for one in sent_mails(settings) if one.to.startswith("hana")]
    assert "your part was handed on" in mail.text and "talk about it again" not in mail.text


def test_a_mean_that_is_no_mark_is_the_middle_one_and_the_words_say_so() -> None:
    checklist = read_instrument_text(
        'instrument: look\nversion: "1"\nkind: checklist\nitems:\n  welcome: {title: Welcomes}\n'
        "raters: {at_least: 2, combine: mean, agree_within: 0}\npass:\n  every_item: 1\n",
        "look",
    )
    for marks, counts in ((("yes", "no", "yes"), "yes"), (("no", "no", "yes"), "no")):
        rows = [MarkRow(str(place), {"welcome": mark}) for place, mark in enumerate(marks)]
        assert settled_by_one_more(checklist, rows, ["welcome"]) == {"welcome": counts}
    assert how_settled(checklist, 3) == "the middle one of 3 marks"
