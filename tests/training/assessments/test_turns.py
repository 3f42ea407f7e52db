"""Raters are told at once when it is for them: asked to rate, to agree, to sign; and see how it stands before."""

from pathlib import Path

import pytest

from tests.mails import read_mail
from training.assessments.marks import JUDGED, MarkRow
from training.assessments.outcome import as_it_stands
from training.instruments.read import read_instrument_text

from .conftest import HERE, Rated


def sent(settings) -> list[tuple[str, str, str]]:
    """Lists whom mails went to, with subject and text, and forgets them."""
    files = sorted(Path(settings.mail_url.removeprefix("file:")).glob("*"))
    read = [read_mail(path) for path in files]
    for path in files:
        path.unlink()
    return sorted((one.to.partition("@")[0], one.subject, one.text) for one in read)


async def test_the_second_rater_is_told_when_asked_and_at_each_turn(rated: Rated, browse, work, settings):
    row = await rated.open("gwen")
    await work()
    ((who, subject, text),) = sent(settings)
    assert (who, subject) == ("gwen", "Gofynnir i chi raddio") and f"/assessments/{row.id}" in text
    assert "Amina Yusuf" in text and "20 Tachwedd 2026" in text
    await rated.hand_in(row, "bruno", welcome=1)
    await work()
    assert sent(settings) == [], "Gwen knows, and Bruno waits"
    await rated.hand_in(row, "gwen")
    await work()
    assert [one[:2] for one in sent(settings)] == [("bruno", "You have to agree with the other rater")]
    home = (await (await browse("bruno")).get("/")).text
    assert "You have to agree with the other rater" in home and f"/assessments/{row.id}" in home
    gwen, path = await browse("gwen"), f"/assessments/{row.id}/agree"
    assert (await gwen.post(path, data={"welcome": "2", "welcome_note": "She did at first."})).status_code == 303
    await work()
    ((who, subject, text),) = sent(settings)
    assert (who, subject) == ("bruno", "An assessment waits for your signature")
    assert f"/assessments/{row.id}" in text
    assert "An assessment waits for your signature" in (await gwen.get("/")).text
    await gwen.post(f"/assessments/{row.id}/sign")
    assert "An assessment waits for your signature" not in (await gwen.get("/")).text


async def test_whoever_rates_alone_gets_no_mail(rated: Rated, work, settings):
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    await work()
    assert sent(settings) == []


async def test_a_turn_that_is_over_before_the_mail_goes_is_not_told(rated: Rated, browse, work, settings):
    row = await rated.open("gwen")
    for who in ("bruno", "gwen"):
        await rated.hand_in(row, who)
    await (await browse("bruno")).post(f"/assessments/{row.id}/sign")
    await work()
    assert "An assessment waits for your signature" not in [one[1] for one in sent(settings)]


async def test_the_pages_before_signing_and_agreeing_say_how_it_stands(rated: Rated, browse):
    row = await rated.open("gwen")
    bruno = await browse("bruno")
    await rated.hand_in(row, "bruno", welcome=1)
    await rated.hand_in(row, "gwen", welcome=4)
    page = (await bruno.get(f"/assessments/{row.id}/agree")).text
    assert "As it stands: cannot tell: one item to agree on." in page
    await bruno.post(f"/assessments/{row.id}/agree", data={"welcome": "1", "welcome_note": "Late."})
    page = (await bruno.get(f"/assessments/{row.id}/sign")).text
    assert "As it stands: not passed: one item at level 1." in page


async def test_whoever_signs_by_handing_in_sees_how_it_stands_first(rated: Rated, browse):
    row, bruno = await rated.open(), await browse("bruno")
    marks = {"welcome": "3", "listening": "3", "closing": "n/o"}
    page = await bruno.get(f"/assessments/{row.id}/rate")
    choices = {name: page.text.partition(f'name="{name}"')[0] for name in marks}
    assert all(choices.values())
    form = {"welcome": "3", "listening": "3", "closing": "not_observed", "step": "check"}
    assert (await bruno.post(f"/assessments/{row.id}/rate", data=form)).status_code == 303
    assert "As it stands: cannot tell: one item not seen." in (await bruno.get(f"/assessments/{row.id}/check")).text
    again = {"welcome": "1", "listening": "1", "closing": "3", "step": "check"}
    assert (await bruno.post(f"/assessments/{row.id}/rate", data=again)).status_code == 303
    assert (
        "As it stands: not passed: two items at level 1; one item at level 3 or above, 2 are needed."
        in (await bruno.get(f"/assessments/{row.id}/check")).text
    )


@pytest.mark.parametrize("page", ["rate", "agree", "sign"])
async def test_an_assessment_begun_by_mistake_is_cancelled_from_wherever_one_is(rated: Rated, browse, page):
    row, bruno = await rated.open("gwen"), await browse("bruno")
    if page != "rate":
        await rated.hand_in(row, "bruno")
        await rated.hand_in(row, "gwen", welcome=1 if page == "agree" else 3)
    assert f"/assessments/{row.id}/stop" in (await bruno.get(f"/assessments/{row.id}/{page}")).text
    given = {"step": "cancel", "reason": "I began it for the wrong person."}
    answer = await bruno.post(f"/assessments/{row.id}/stop", data=given)
    assert answer.status_code == 303
    assert "It is cancelled" in (await bruno.get(answer.headers["location"])).text
    shown = (await bruno.get(f"/assessments/{row.id}")).text
    assert "I began it for the wrong person." in shown and "/assessments/new" in shown


LEADING = (HERE / "leading.yaml").read_text()
PASSES = {
    "{no_item_at: 1}": "not passed: one item at level 1",
    "{no_item_at: 2}": "not passed: two items at level 2 or lower",
    "{every_item: 3}": "not passed: two items below level 3",
    "{items_at: {level: 3, count: 2}}": "not passed: one item at level 3 or above, 2 are needed",
    "{percent: 60}": "not passed: 50 percent of the points, 60 are needed",
    "{mean: 3}": "not passed: the mean is 2, 3 is needed",
    "{mean: 2}": "passed",
}


@pytest.mark.parametrize(("rule", "words"), PASSES.items())
def test_each_form_of_a_pass_mark_says_in_few_words_what_is_missing(rule, words):
    instrument = read_instrument_text(f"{LEADING.partition('pass:')[0]}pass: {rule}\n", "leading")
    assert as_it_stands(instrument, [MarkRow("b", {"welcome": 1, "listening": 2, "closing": 3})]) == words


def test_what_is_not_there_is_said_as_well():
    instrument = read_instrument_text(LEADING.replace("at_least: 1", "at_least: 2"), "leading")
    row = MarkRow("b", {"welcome": 3, "listening": 3, "closing": 3})
    assert as_it_stands(instrument, [row]) == "cannot tell: 1 of 2 people have rated"
    bare = read_instrument_text(LEADING.partition("pass:")[0], "leading")
    assert as_it_stands(bare, [row]).startswith("cannot tell: this instrument has no pass mark")
    judged = read_instrument_text(
        'instrument: look\nversion: "1"\nkind: judgement\npass: {judged: satisfactory}\n', "look"
    )
    for mark, reasons, words in (
        ("satisfactory", "Good", "passed"),
        ("not_satisfactory", "Poor", "not passed"),
        ("satisfactory", "", "cannot tell: no reasons were given"),
    ):
        assert as_it_stands(judged, [MarkRow("b", {JUDGED: mark}, reasons=reasons)]) == words
