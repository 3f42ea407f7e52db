"""Calibrations through the browser: recorded, seen by both sides, taken back; and who may sign with them."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.certificates.world import publish_pathway
from training.assessments.calibration.actions import record_calibration
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment, CalibrationRun, Signature
from training.core.dates import DEFAULT_ZONE
from training.demo.cast import known
from training.people.actor import Actor
from training.sites.models import Programme
from training.trail.models import Fact

from ..conftest import NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
HOME = "/assessments/calibration"
ASKS = """
pathway: rated_well
title: Rated Well
version: "1"
owner: Parenting Together
roles: [rater]
levels:
  leader:
    requires:
      seen:
        assessment: leading
        by: {holds: rater, requires: {agreed: {calibration: leading, pass: {agreement: 85}, within: P1Y}}}
"""
BRUNO = known("bruno")


def typed(rated: Rated, **more: Any) -> dict[str, str]:
    """What the central unit types of Bruno's calibration."""
    said = {"person": BRUNO, "instrument": rated.version.instrument_id, "agreement": "92", "held": "2026-11-01"}
    return {name: str(value) for name, value in (said | more).items()}


def table_line(text: str) -> str:
    """The line of Bruno, in words."""
    row = re.search(r'<tr role="row">(?:(?!</tr>).)*Bruno Costa.*?</tr>', text, re.S)
    assert row
    return " ".join(re.sub(r"<[^>]*>", " ", row[0]).split())


@pytest.mark.parametrize(
    ("run", "words", "alone"),
    [
        (("92", "2026-11-01"), "Calibrated until 1 November 2027", True),
        (("85", "2025-12-20"), "Due counts until 20 December 2026", True),
        (("92", "2025-11-25"), "Due counts until 25 November 2026", True),
        (("92", "2025-11-24"), "Overdue counted until 24 November 2026", False),
        (("84.5", "2026-11-01"), "Out of tolerance", False),
        (None, "Never", False),
    ],
)
async def test_the_list_the_assessor_and_the_rule_say_the_same(
    rated: Rated, browse: Browse, cast: Cast, tmp_path: Path, run: tuple[str, str] | None, words: str, alone: bool
) -> None:
    await publish_pathway(tmp_path, ASKS)
    programme = (await Programme.get(slug="rated-well")).id
    dara, bruno = await browse("dara"), await browse("bruno")
    if run:
        made = await dara.post(f"{HOME}/new", data=typed(rated, agreement=run[0], held=run[1]))
        assert made.status_code == 303
        told = (await dara.get(made.headers["location"])).text
        assert "Recorded: " in told and words.split()[0] in told
    line = table_line((await dara.get(HOME)).text)
    assert words in line and "Rated Well" in line
    own = (await bruno.get("/assessments")).text
    assert words.split()[0] in own and words.rpartition("until ")[2] in own
    assert ("a colleague has to countersign" in own) is not alone
    row = await rated.open(programme=programme)
    await rated.hand_in(row, "bruno")
    assert (await bruno.post(f"/assessments/{row.id}/sign")).status_code == 303
    frozen = (await Signature.get(assessment_id=row.id)).eligibility["signing"]["findings"]
    (finding,) = [one for one in frozen if one["about"] == "calibration"]
    assert (finding["allows"], finding["countersign"]) == (True, not alone)
    assert alone is (await Assessment.filter(id=row.id, state="signed").exists())
    assert run is None or "tolerance" in words or words.rpartition("until ")[2] in finding["words"]


async def test_where_no_programme_asks_nobody_is_overdue_and_80_percent_are_enough(
    rated: Rated, browse: Browse
) -> None:
    dara = await browse("dara")
    assert "Never" in table_line((await dara.get(HOME)).text)
    assert "has to countersign" not in (await (await browse("bruno")).get("/assessments")).text
    await rated.open()
    await dara.post(f"{HOME}/new", data=typed(rated, agreement="80", held="2019-01-01"))
    assert "Calibrated" in table_line((await dara.get(HOME)).text)


async def test_an_assessor_is_chosen_and_what_is_wrong_is_said(rated: Rated, browse: Browse) -> None:
    dara = await browse("dara")
    assert f'href="{HOME}"' in (await dara.get("/")).text
    assert f'href="{HOME}/new"' in (await dara.get(HOME)).text
    found = (await dara.get(f"{HOME}/new?person={BRUNO}")).text
    assert f'value="{BRUNO}" selected' in found and 'value="2026-11-25"' in found
    assert "Amina Yusuf" not in found
    wrong = await dara.post(f"{HOME}/new", data=typed(rated, agreement="101", held="2026-12-24"))
    assert wrong.status_code == 422 and 'href="#agreement"' in wrong.text and 'value="101"' in wrong.text
    late = await dara.post(f"{HOME}/new", data=typed(rated, held="2026-12-24"))
    assert late.status_code == 422 and 'href="#held"' in late.text and "Bruno Costa" in late.text
    assert not await CalibrationRun.exists()
    assert (await dara.post(f"{HOME}/new", data=typed(rated))).status_code == 303
    again = await dara.post(f"{HOME}/new", data=typed(rated))
    assert again.status_code == 422 and "recorded already" in again.text
    assert await CalibrationRun.all().count() == 1


async def test_what_was_mistyped_is_taken_back_with_the_reason_and_counts_no_more(rated: Rated, browse: Browse) -> None:
    dara = await browse("dara")
    await dara.post(f"{HOME}/new", data=typed(rated, agreement="29"))
    run = await CalibrationRun.get()
    page = (await dara.get(f"{HOME}/of/{BRUNO}")).text
    assert f'href="{HOME}/{run.id}/take-back"' in page and "Out of tolerance" in page
    silent = await dara.post(f"{HOME}/{run.id}/take-back", data={"why": " "})
    assert silent.status_code == 422 and 'href="#why"' in silent.text
    taken = await dara.post(f"{HOME}/{run.id}/take-back", data={"why": "It was 92"})
    after = (await dara.get(taken.headers["location"])).text
    assert "does not count any more" in after and "It was 92" in after and "Out of tolerance" not in after
    assert (await dara.post(f"{HOME}/{run.id}/take-back", data={"why": "Again"})).status_code == 404
    assert await CalibrationRun.filter(id=run.id, agreement=29, note="It was 92").exists()
    assert await Fact.filter(kind="calibration.taken_back").count() == 1
    told = await assessment_evidence(BRUNO, DEFAULT_ZONE)
    assert [one.get("void", False) for one in told] == [False, True] and told[1]["replaces"] == told[0]["id"]
    await rated.open()


async def test_only_the_central_unit_sees_the_list_and_nobody_takes_back_their_own(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    run = await record_calibration(
        BRUNO, instrument_id=rated.version.instrument_id, agreement=92, held=date(2026, 11, 1),
        actor=await cast("dara"), now=NOW,
    )  # fmt: skip
    for who in ("bruno", "chloe", "amina"):
        browser = await browse(who)
        for path in (HOME, f"{HOME}/new", f"{HOME}/of/{BRUNO}", f"{HOME}/{run.id}/take-back"):
            assert (await browser.get(path)).status_code == 403, (who, path)
        assert f'href="{HOME}"' not in (await browser.get("/")).text


async def test_home_tells_the_assessor_and_the_central_unit_what_runs_out_where_a_programme_asks(
    rated: Rated, browse: Browse, tmp_path: Path
) -> None:
    dara, bruno = await browse("dara"), await browse("bruno")
    assert "Calibrate assessors" not in (await dara.get("/tasks")).text
    await publish_pathway(tmp_path, ASKS)
    assert "3 assessors cannot sign alone until then. 0 assessors due" in (await dara.get("/tasks")).text
    assert "Rated Well asks for it. Never." in (await bruno.get("/tasks")).text
    await dara.post(f"{HOME}/new", data=typed(rated, held="2025-12-20"))
    assert "2 assessors cannot sign alone until then. 1 assessor due" in (await dara.get("/tasks")).text
    assert "Due: counts until 20 December 2026" in (await bruno.get("/tasks")).text
    await dara.post(f"{HOME}/new", data=typed(rated))
    assert "Rated Well asks for it" not in (await bruno.get("/tasks")).text
