"""Whose signature does not count alone: the page, the rule and the frozen finding agree; and what a colleague does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.certificates.world import publish_pathway
from tests.mails import sent_mails
from training.assessments import signing
from training.assessments.calibration.actions import record_calibration
from training.assessments.countersignatures import actions, waiting
from training.assessments.countersignatures.models import Countersignature
from training.assessments.eligible import facts_about
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment, Draft, Rating, Signature
from training.assessments.rules import may_sign
from training.core.dates import DEFAULT_ZONE
from training.core.errors import Conflict, NotAllowed
from training.core.settings import Settings
from training.database.connection import transaction
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Permission, Relation
from training.people.relations.actions import relate
from training.sites.models import Programme
from training.trail.models import Fact

from ..calibration.test_pages import ASKS
from ..conftest import NOW, Rated
from ..eligibility.test_pages import PAGE, told

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
AMINA, BRUNO, GWEN = known("amina"), known("bruno"), known("gwen")
STATES = {
    "calibrated": (92, date(2026, 11, 1)),
    "due": (92, date(2025, 12, 20)),
    "overdue": (92, date(2025, 10, 1)),
    "out of tolerance": (70, date(2026, 11, 1)),
    "trainee": (92, date(2026, 11, 1)),
}
RELATIONS = {"own supervisee": "supervisor", "co-leader": "co_leader", "relative": "relative", "trainer": "trainer",
             "stranger": ""}  # fmt: skip


@pytest.fixture
async def asked(rated: Rated, tmp_path: Path) -> Programme:
    """A programme that asks for a calibration of whoever signs, once a year."""
    await publish_pathway(tmp_path, ASKS)
    return await Programme.get(slug="rated-well")


async def stand(rated: Rated, cast: Cast, state: str, relation: str = "") -> None:
    """Lets Bruno stand so, and be so related to Amina."""
    agreement, held = STATES[state]
    await record_calibration(
        BRUNO, instrument_id=rated.version.instrument_id, agreement=agreement, held=held, actor=await cast("dara"),
        now=NOW,
    )  # fmt: skip
    if state == "trainee":
        await Permission.filter(person_id=BRUNO).update(
            what="rated_well/trainee_assessor", may="assess with a countersignature"
        )
    if relation:
        starts = date(2026, 1, 1)
        await Relation.create(id=uuid4(), person_id=AMINA, other_id=BRUNO, kind=relation, starts=starts, recorded=NOW)


@pytest.mark.by_hand
@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("state", STATES)
async def test_the_page_the_rule_and_what_is_frozen_agree(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast, state: str, relation: str, independent: bool
) -> None:
    await stand(rated, cast, state, RELATIONS[relation])
    barred = relation == "relative" or (independent and relation != "stranger")
    alone = state in ("calibrated", "due")
    page = (await (await browse("dara")).get(f"{PAGE}{'?independent=yes' if independent else ''}")).text
    word = "May not" if barred else "May assess" if alone else "May, countersigned"
    assert word in told(page)["Bruno Costa"]
    await rated.version.fetch_related("instrument")
    facts = await facts_about(BRUNO, trainee=AMINA, instrument=rated.version.instrument, programme=asked.id)
    rule = may_sign(facts, on=NOW.date(), independent=independent)
    assert (rule.allowed, bool(rule.countersign)) == (not barred, not alone)
    if barred:
        with pytest.raises(NotAllowed):
            await rated.open(independent=independent, programme=asked.id)
        return
    row = await signed(rated, cast, asked, independent=independent)
    frozen = (await Signature.get(assessment_id=row.id)).eligibility
    for day in ("observed", "signing"):
        assert (frozen[day]["allowed"], frozen[day]["countersign"]) == (True, not alone)
    assert row.state == ("signed" if alone else "countersign")
    assert len(await assessment_evidence(AMINA, DEFAULT_ZONE)) == alone


async def signed(rated: Rated, cast: Cast, programme: Programme, **more: Any) -> Assessment:
    """Bruno rates Amina and signs."""
    row = await rated.open(programme=programme.id, **more)
    await rated.hand_in(row, "bruno", listening=1)
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    return await Assessment.get(id=row.id)


async def calibrated(rated: Rated, cast: Cast, who: str) -> None:
    """Somebody agreed with the standard."""
    await record_calibration(
        known(who), instrument_id=rated.version.instrument_id, agreement=95, held=date(2026, 11, 1),
        actor=await cast("dara"), now=NOW,
    )  # fmt: skip


async def test_a_colleague_is_told_finds_it_countersigns_and_only_then_it_counts(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast, work: Callable[[], Awaitable[int]], settings: Settings
) -> None:
    await stand(rated, cast, "overdue")
    await calibrated(rated, cast, "gwen")
    begun = await rated.open(programme=asked.id)
    await rated.hand_in(begun, "bruno", listening=1)
    before = (await (await browse("bruno")).get(f"/assessments/{begun.id}/sign")).text
    assert "It counts once a colleague has countersigned" in before and "counted until 1 October 2026" in before
    await signing.sign(begun.id, actor=await cast("bruno"), now=NOW)
    row = await Assessment.get(id=begun.id)
    while await work():
        pass
    assert {(one.to, one.subject) for one in sent_mails(settings)} == {
        ("gwen@together.example", "Mae asesiad yn aros am gydlofnod")  # she reads Welsh
    }
    bruno, gwen, amina = [await browse(who) for who in ("bruno", "gwen", "amina")]
    waits = (await bruno.get(f"/assessments/{row.id}")).text
    assert "To countersign" in waits and "A colleague has to countersign" in waits
    learner = (await amina.get("/assessments")).text
    assert "waits for a second signature" in learner and "Not yet" not in learner
    assert (await amina.get(f"/assessments/{row.id}")).status_code == 404
    assert 'href="/assessments/to-countersign"' in (await gwen.get("/assessments")).text
    assert "Countersign: Amina" in (await gwen.get("/tasks")).text
    assert "Nothing waits for you" in (await bruno.get("/assessments/to-countersign")).text
    path = f"/assessments/{row.id}/countersign"
    assert f'href="{path}"' in (await gwen.get("/assessments/to-countersign")).text
    page = (await gwen.get(path)).text
    assert "bruno on listening" in page and "Why it needs you" in page
    assert (await bruno.get(path)).status_code == 403
    silent = await gwen.post(path, data={"finding": "countersigned", "reasons": " "})
    assert silent.status_code == 422 and 'href="#reasons"' in silent.text and "checked" in silent.text
    done = await gwen.post(path, data={"finding": "countersigned", "reasons": "The notes bear the marks out."})
    assert done.status_code == 303
    kept = await Assessment.get(id=row.id)
    assert (kept.state, kept.outcome) == ("signed", "not_met")
    (record,) = await assessment_evidence(AMINA, DEFAULT_ZONE)
    assert record["by"] == [str(GWEN)] and record["ratings"][0]["by"] == str(BRUNO)
    assert f'value="{GWEN}"' in (await (await browse("dara")).get("/certificates/reliance")).text
    assert "The notes bear the marks out." in (await amina.get(f"/assessments/{row.id}")).text
    assert (await gwen.get(path)).status_code == 303
    again = await gwen.post(path, data={"finding": "returned", "reasons": "No."})
    assert again.status_code == 409
    assert [one.kind async for one in Fact.filter(kind__startswith="assessment.").order_by("id")][-3:] == [
        "assessment.to_countersign", "assessment.countersigned", "assessment.signed",
    ]  # fmt: skip


@pytest.mark.by_hand
async def test_a_supervisor_who_is_countersigned_stays_named_so_that_rules_still_see_who_watched(
    rated: Rated, asked: Programme, cast: Cast
) -> None:
    await stand(rated, cast, "overdue", "supervisor")
    await calibrated(rated, cast, "gwen")
    row = await signed(rated, cast, asked)
    await actions.answer(row.id, finding="countersigned", reasons="Seen.", actor=await cast("gwen"), now=NOW)
    (record,) = await assessment_evidence(AMINA, DEFAULT_ZONE)
    assert record["by"] == [str(BRUNO), str(GWEN)]


async def test_returned_it_is_rated_again_as_another_row_and_the_first_stays(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast
) -> None:
    await stand(rated, cast, "out of tolerance")
    await calibrated(rated, cast, "gwen")
    row = await signed(rated, cast, asked)
    bruno, gwen = await browse("bruno"), await browse("gwen")
    path = f"/assessments/{row.id}/countersign"
    await gwen.post(path, data={"finding": "returned", "reasons": "You heard her ask twice."})
    again = await Assessment.get(corrects_id=row.id)
    cards = (await bruno.get(f"/assessments/{again.id}/rate")).text
    assert "You heard her ask twice." in cards and "bruno on welcome" in cards
    first = (await bruno.get(f"/assessments/{row.id}")).text
    assert "Returned" in first and f"/assessments/{again.id}" in first
    assert await Draft.filter(rater__assessment_id=again.id).count() == 3
    assert await Rating.filter(assessment_id=row.id).count() == 3
    assert await assessment_evidence(AMINA, DEFAULT_ZONE) == []
    await rated.hand_in(again, "bruno", listening=3)
    await signing.sign(again.id, actor=await cast("bruno"), now=NOW)
    assert (await Assessment.get(id=again.id)).state == "countersign"
    await actions.answer(again.id, finding="countersigned", reasons="Yes.", actor=await cast("gwen"), now=NOW)
    assert (await Assessment.get(id=again.id)).outcome == "met"
    assert len(await assessment_evidence(AMINA, DEFAULT_ZONE)) == 1


@pytest.mark.by_hand
async def test_two_colleagues_at_once_make_one_countersignature(rated: Rated, asked: Programme, cast: Cast) -> None:
    await stand(rated, cast, "trainee")
    await calibrated(rated, cast, "gwen")
    row = await signed(rated, cast, asked)
    gwen = await cast("gwen")
    found = await asyncio.gather(
        *(actions.answer(row.id, finding=one, reasons="So.", actor=gwen, now=NOW)
          for one in ("countersigned", "returned", "countersigned")), return_exceptions=True,
    )  # fmt: skip
    assert sum(isinstance(one, Conflict) for one in found) == 2
    assert await Countersignature.all().count() == 1


@pytest.mark.by_hand
async def test_who_may_not_sign_alone_may_not_countersign_and_after_a_week_the_central_unit_is_asked(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast
) -> None:
    await stand(rated, cast, "overdue")
    row = await signed(rated, cast, asked)
    gwen, dara = await browse("gwen"), await browse("dara")
    assert "Nothing waits for you" in (await gwen.get("/assessments/to-countersign")).text
    refused = await gwen.get(f"/assessments/{row.id}/countersign")
    assert refused.status_code == 403 and "No calibration is on record" in refused.text
    assert "Nobody has countersigned" not in (await dara.get("/tasks")).text
    await Assessment.filter(id=row.id).update(touched=NOW - timedelta(days=8))
    assert "Nobody has countersigned: Amina" in (await dara.get("/tasks")).text


async def test_what_a_colleague_may_countersign_is_found_behind_all_that_they_may_not(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast
) -> None:
    await stand(rated, cast, "overdue")
    await calibrated(rated, cast, "gwen")
    for independent in (True, True, False):
        row = await signed(rated, cast, asked, independent=independent)
    gwen = await cast("gwen")
    async with transaction():
        await relate(AMINA, GWEN, "trainer", day=date(2026, 1, 1), unit=gwen.unit_id, actor=None, now=NOW)
    found = await waiting.to_countersign(gwen, at_once=1)
    assert [one["id"] for one in found] == [row.id]


async def test_relatives_rate_nobody_together_and_do_not_countersign_each_other_whoever_said_it(
    rated: Rated, asked: Programme, browse: Browse, cast: Cast
) -> None:
    await stand(rated, cast, "overdue")
    await calibrated(rated, cast, "gwen")
    row, both = await signed(rated, cast, asked), await rated.open("gwen", programme=asked.id)
    gwen, bruno = await browse("gwen"), await browse("bruno")
    path = f"/assessments/{row.id}/countersign"
    assert (await gwen.get(path)).status_code == 200
    await gwen.post("/relations", data={"person": str(BRUNO), "choice": "relative"})
    refused = await gwen.get(path)
    assert refused.status_code == 403 and "close friend of somebody who rates" in refused.text
    assert path not in (await gwen.get("/assessments/to-countersign")).text
    for who in ("bruno", "gwen"):
        with pytest.raises(NotAllowed, match="close friend of somebody who rates"):
            await rated.hand_in(both, who)
    await bruno.post(f"/assessments/{both.id}/stop", data={"step": "cancel", "reason": "We are relatives."})
    assert (await Assessment.get(id=both.id)).state == "cancelled"
    with pytest.raises(NotAllowed, match="close friend of somebody who rates"):
        await rated.open("gwen", programme=asked.id, independent=True)
