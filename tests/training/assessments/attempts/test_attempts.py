"""Not passed, too early, assessed again by somebody else, answered: attempts, their rules, and feedback."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import time_machine

from tests.certificates.world import publish_pathway
from tests.mails import sent_mails
from training.assessments import actions, signing
from training.assessments.actions import Noted, Opening
from training.assessments.attempts.feedback import level_in_words, next_steps
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment
from training.core.dates import DEFAULT_ZONE
from training.core.errors import NotAllowed
from training.demo.cast import known
from training.instruments.read import read_instrument_text
from training.sites.models import Programme

from ..conftest import HERE, NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
ASKS = """
pathway: rated_again
title: Rated Again
version: "1"
owner: Parenting Together
roles: [rater]
levels:
  leader:
    requires:
      first: {assessment: leading, pass: any}
      passed:
        assessment: leading
        since: first
        within: [P2W, P1Y]
        where: {attempt: {max: 2}}
        by: {holds: rater, not_own: assessor}
"""
LATER = datetime(2026, 12, 5, 10, tzinfo=UTC)


@pytest.fixture
async def failed(rated: Rated, cast, tmp_path: Path) -> Assessment:
    """Bruno has watched Amina on 20 November and signed that she has not passed."""
    await publish_pathway(tmp_path, ASKS)
    programme = (await Programme.get(slug="rated-again")).id
    row = await rated.open(programme=programme)
    await rated.hand_in(row, "bruno", listening=1)
    return await signing.sign(row.id, actor=await cast("bruno"), now=NOW)


async def again(rated: Rated, failed: Assessment, who: str, watched: date) -> Assessment:
    """Somebody begins to assess Amina once more."""
    opening = Opening(
        person=known("amina"), version=rated.version.id, observed=watched, medium="live", programme=failed.programme_id
    )
    return await actions.open_assessment(opening, key=uuid4(), actor=await rated.cast(who), now=LATER)


@pytest.mark.by_hand
async def test_too_early_or_by_the_same_is_refused_and_the_page_says_so_before(
    rated: Rated, failed: Assessment, browse: Browse
) -> None:
    page = (await (await browse("dara")).get(f"/assessments/eligible/{known('amina')}")).text
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Attempt 1, 20 November 2026: Not yet" in words
    assert "Rated Again: another attempt counts from 4 December 2026 on. There can be 2 attempts in all." in words
    assert "Choose that day or a later one" in words and "Rated an earlier attempt" in words
    with pytest.raises(NotAllowed, match="another attempt from 4 December 2026 on"):
        await again(rated, failed, "gwen", date(2026, 12, 3))
    with pytest.raises(NotAllowed, match="Rated an earlier attempt; Rated Again asks for somebody else"):
        await again(rated, failed, "bruno", date(2026, 12, 4))
    gwen = await browse("gwen")
    form = (await gwen.get(f"/assessments/new?person={known('amina')}")).text
    sent = {
        "key": re.findall(r'name="key" value="([^"]+)"', form)[0], "person": str(known("amina")),
        "version": str(rated.version.id), "observed": "2026-11-25", "medium": "live",
        "programme": str(failed.programme_id),
    }  # fmt: skip
    refused = await gwen.post("/assessments/new", data=sent)
    assert (refused.status_code, "4 December 2026" in refused.text) == (422, True)


async def test_assessed_again_each_attempt_is_kept_and_numbered_and_a_third_is_not_allowed(
    rated: Rated, failed: Assessment, cast, browse: Browse
) -> None:
    row = await again(rated, failed, "gwen", date(2026, 12, 4))
    marks = {item: Noted(1) for item in ("welcome", "listening", "closing")}
    gwen = await cast("gwen")
    with time_machine.travel(LATER):
        await actions.save_draft(row.id, marks, actor=gwen, now=LATER)
        await actions.submit_rating(row.id, actor=gwen, now=LATER)
        await signing.sign(row.id, actor=gwen, now=LATER)
    told = await assessment_evidence(known("amina"), DEFAULT_ZONE)
    assert [(one["on"].day, one["attempt"]) for one in told] == [(20, 1), (4, 2)]
    frozen = (await row.raters.all())[0].eligibility["signing"]["findings"]
    assert {"Rated Again allows 2 attempts; this would be attempt 2"} <= {one["words"] for one in frozen}
    for who, path in (("amina", "/assessments"), ("bruno", f"/assessments/of/{known('amina')}")):
        page = (await (await browse(who)).get(path)).text
        assert re.findall(r'data-label="Attempt">(\d)', page) == ["2", "1"]
    result = (await (await browse("amina")).get(f"/assessments/{row.id}")).text
    assert "Attempt 1, 20 November 2026" in result and f'href="/assessments/{failed.id}"' in result
    with pytest.raises(NotAllowed, match="allows 2 attempts; this would be attempt 3"):
        await again(rated, failed, "hana", date(2026, 12, 5))


async def test_whoever_was_watched_reads_the_next_step_and_answers_and_raters_are_told(
    failed: Assessment, browse: Browse, work, settings
) -> None:
    path = f"/assessments/{failed.id}"
    await work()
    (mail,) = [one for one in sent_mails(settings) if one.to.startswith("amina")]
    assert mail.subject == "Your result is there" and path in mail.text and "Not yet" not in mail.text
    amina, bruno = await browse("amina"), await browse("bruno")
    result = (await amina.get(path)).text
    for words in (
        "That means: Talks over parents",
        "<b>Next step:</b> Gives back what was said",
        f'href="{path}/answer"',
    ):
        assert words in result
    assert (await amina.post(f"{path}/answer", data={"words": " "})).status_code == 422
    assert (await amina.post(f"{path}/answer", data={"words": "I will listen more."})).status_code == 303
    await amina.post(f"{path}/answer", data={"words": "I will listen more."})
    await work()
    assert [one.to.partition("@")[0] for one in sent_mails(settings) if "answers" in one.subject] == ["bruno"], "once"
    assert "What Amina Yusuf answers" in (await bruno.get(path)).text
    await amina.post(f"{path}/answer", data={"words": "I have talked to Hana."})
    page = (await bruno.get(path)).text
    assert "I have talked to Hana." in page and "listen more" not in page
    assert (await bruno.get(f"{path}/answer")).status_code == 404
    with time_machine.travel(datetime(2026, 12, 23, 22, tzinfo=UTC)):
        amina = await browse("amina")
        assert "Change your answer" in (await amina.get(path)).text
    with time_machine.travel(datetime(2026, 12, 24, 1, tzinfo=UTC)):
        amina = await browse("amina")
        late = await amina.post(f"{path}/answer", data={"words": "Too late."})
        assert (late.status_code, "The time to answer is over" in late.text) == (409, True)
        assert "/answer" not in (await amina.get(path)).text


def test_a_mark_says_what_it_means_and_what_to_do_next() -> None:
    leading = read_instrument_text((HERE / "leading.yaml").read_text(), "leading")
    assert level_in_words(leading, "listening", 1) == "Talks over parents"
    assert next_steps(leading, "listening", 2) == ["Gives back what was said"]
    assert next_steps(leading, "welcome", 2) == ["Aim at “all of it”"] and next_steps(leading, "welcome", 4) == []
    assert next_steps(leading, "welcome", "not_observed") == ["Let it be seen next time"]
    assert next_steps(leading, "welcome", "n/a") == []
    seen = read_instrument_text(
        'instrument: b\nversion: "1"\nkind: behaviours\nscale: {1: a, 2: b, 3: c, 4: d}\nitems:\n  talk:\n'
        "    harmful: {shout: Shouts}\n    basic: {greet: Greets, ask: Asks}\n    advanced: {wait: Waits}\n",
        "b",
    )
    for marked, said in (
        (["shout", "greet"], ["Leave out: Shouts", "Asks"]), (["greet", "ask"], ["Waits"]), (["greet"], ["Asks"]),
        (["greet", "ask", "wait"], []),
    ):  # fmt: skip
        assert next_steps(seen, "talk", {"seen": marked, "not_applicable": []}) == said
