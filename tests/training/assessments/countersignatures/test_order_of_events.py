"""Countersignatures when things come in another order: returned twice, by another site, by who had a part."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import time_machine

from tests.certificates.world import publish_pathway
from tests.mails import sent_mails
from tests.training.assessments.attempts.test_attempts import ASKS as AGAIN
from training.assessments import actions as assessments
from training.assessments import signing
from training.assessments.actions import Noted, Opening
from training.assessments.cancellation import set_aside
from training.assessments.countersignatures import actions
from training.assessments.countersignatures.models import Countersignature
from training.assessments.deadlines.actions import close_late
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment, Reconciliation
from training.assessments.quality import actions as quality
from training.assessments.quality.models import QualitySample
from training.assessments.reading import counts_instead
from training.core.dates import DEFAULT_ZONE
from training.core.settings import Settings
from training.database.connection import transaction
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Membership, Permission
from training.sites.models import Programme, Site

from ..conftest import NOW, OBSERVED, Rated, permit
from .test_countersignatures import signed

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
Work = Callable[[], Awaitable[int]]
AMINA, BRUNO, GWEN = known("amina"), known("bruno"), known("gwen")
TRAINEE = {"what": "rated_well/trainee_assessor", "may": "assess with a countersignature"}
pytestmark = pytest.mark.by_hand


async def returned_by_quality(rated: Rated, cast: Cast) -> tuple[Assessment, Assessment]:
    """One that counts and was returned, and the corrected rating that is to come."""
    row = await rated.open()
    await rated.hand_in(row, "bruno", listening=1)
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    sample = await QualitySample.create(id=uuid4(), assessment_id=row.id, because="complaint", added=NOW)
    await quality.find(sample.id, finding="returned", reasons="Look again.", actor=await cast("dara"), now=NOW)
    return row, await Assessment.get(corrects_id=row.id)


async def waits(rated: Rated, cast: Cast) -> Assessment:
    """Bruno, who learns to assess, has signed."""
    await Permission.filter(person_id=BRUNO).update(**TRAINEE)
    row = await rated.open()
    await rated.hand_in(row, "bruno", listening=1)
    return await signing.sign(row.id, actor=await cast("bruno"), now=NOW)


async def test_returned_twice_only_the_last_rating_counts(rated: Rated, cast: Cast) -> None:
    first, second = await returned_by_quality(rated, cast)
    await Permission.filter(person_id=BRUNO).update(**TRAINEE)
    gwen, bruno = await cast("gwen"), await cast("bruno")
    await rated.hand_in(second, "bruno", listening=2)
    await signing.sign(second.id, actor=bruno, now=NOW)
    await actions.answer(second.id, finding="returned", reasons="Once more.", actor=gwen, now=NOW)
    assert not (await Assessment.get(id=first.id)).set_aside
    third = await Assessment.get(corrects_id=second.id)
    await rated.hand_in(third, "bruno", listening=3)
    await signing.sign(third.id, actor=bruno, now=NOW)
    await actions.answer(third.id, finding="countersigned", reasons="Yes.", actor=gwen, now=NOW)
    assert (await Assessment.get(id=first.id)).set_aside
    told = await assessment_evidence(AMINA, DEFAULT_ZONE)
    gone = {one["replaces"] for one in told if one.get("void")}
    counts = [one for one in told if not one.get("void") and one["id"] not in gone]
    assert [one["id"] for one in counts] == [f"assessment-{third.id}"]
    assert {one["attempt"] for one in told} == {1}
    assert await counts_instead(first.id) and await counts_instead(second.id) and not await counts_instead(third.id)


async def test_whoever_cannot_see_the_trainee_is_not_asked_by_mail(
    rated: Rated, cast: Cast, browse: Browse, work: Work, settings: Settings
) -> None:
    near = await Site.filter(unit_id=(await cast("gwen")).unit_id).first()
    assert near
    site = await Site.create(id=uuid4(), unit_id=near.unit_id, area_id=near.area_id, name="Far away", code="far")
    await Membership.filter(person_id=GWEN, role="assessor").update(site_id=site.id)
    await Membership.filter(person_id=GWEN).exclude(role="assessor").delete()
    row = await waits(rated, cast)
    while await work():
        pass
    assert (await (await browse("gwen")).get(f"/assessments/{row.id}/countersign")).status_code == 404
    assert not [one for one in sent_mails(settings) if one.to.startswith("gwen@")]


async def test_whoever_decided_the_marks_does_not_countersign_them_nor_judge_their_quality(
    rated: Rated, cast: Cast, browse: Browse
) -> None:
    row = await waits(rated, cast)
    for who in (GWEN, known("dara")):
        await Reconciliation.create(
            assessment_id=row.id, item=f"of {who}"[:80], mark={"mark": 3}, reasons="So.", person_id=who, recorded=NOW
        )
    gwen = await browse("gwen")
    path = f"/assessments/{row.id}/countersign"
    refused = await gwen.post(path, data={"finding": "countersigned", "reasons": "Mine."})
    assert refused.status_code == 403 and "had a part" in refused.text
    assert path not in (await gwen.get("/assessments/to-countersign")).text
    assert not await Countersignature.exists()
    sample = await QualitySample.create(id=uuid4(), assessment_id=row.id, because="complaint", added=NOW)
    own = await (await browse("dara")).post(f"/assessments/quality/{sample.id}", data={"finding": "accepted"})
    assert own.status_code == 403 and "You had a part" in own.text


async def test_the_list_the_mail_and_the_page_agree_about_who_rated_an_earlier_attempt(
    rated: Rated, cast: Cast, browse: Browse, work: Work, settings: Settings, tmp_path: Path
) -> None:
    await publish_pathway(tmp_path, AGAIN)
    await permit(known("hana"))
    row = await signed(rated, cast, programme := await Programme.get(slug="rated-again"))
    assert row.state == "signed"
    later = datetime(2026, 12, 5, 10, tzinfo=UTC)
    await Permission.filter(person_id=GWEN).update(**TRAINEE)
    opening = Opening(
        person=AMINA, version=rated.version.id, observed=date(2026, 12, 4), medium="live", programme=programme.id
    )
    gwen = await cast("gwen")
    again = await assessments.open_assessment(opening, key=uuid4(), actor=gwen, now=later)
    marks = {item: Noted(1) for item in ("welcome", "listening", "closing")}
    await assessments.save_draft(again.id, marks, actor=gwen, now=later)
    await assessments.submit_rating(again.id, actor=gwen, now=later)
    await signing.sign(again.id, actor=gwen, now=later)
    assert (await Assessment.get(id=again.id)).state == "countersign"
    with time_machine.travel(later):
        while await work():
            pass
    for who in ("bruno", "hana"):
        browser, path = await browse(who), f"/assessments/{again.id}/countersign"
        may = (await browser.get(path)).status_code == 200
        assert may == (path in (await browser.get("/assessments/to-countersign")).text)
        asked = [one for one in sent_mails(settings) if one.to.startswith(f"{who}@") and path in one.text]
        assert may == bool(asked) == (who == "hana"), who


async def test_where_the_corrected_rating_never_comes_the_first_counts_and_nobody_is_told_otherwise(
    rated: Rated, cast: Cast, browse: Browse, work: Work, settings: Settings
) -> None:
    first, second = await returned_by_quality(rated, cast)
    await close_late(now=NOW + timedelta(days=40))
    assert (await Assessment.get(id=second.id)).state == "cancelled"
    while await work():
        pass
    assert not [one for one in sent_mails(settings) if one.to.startswith("amina@") and "no result" in one.subject]
    sample = await QualitySample.get(assessment_id=first.id)
    page = (await (await browse("dara")).get(f"/assessments/quality/{sample.id}")).text
    assert "so this one counts as before" in page
    assert first.observed == OBSERVED and len(await assessment_evidence(AMINA, DEFAULT_ZONE)) == 1


async def test_set_aside_before_the_mail_goes_out_nobody_reads_that_it_counts(
    rated: Rated, cast: Cast, work: Work, settings: Settings
) -> None:
    row = await waits(rated, cast)
    await actions.answer(row.id, finding="countersigned", reasons="Yes.", actor=await cast("gwen"), now=NOW)
    async with transaction():
        await set_aside(row.id, because="Another group.", actor=await cast("dara"), now=NOW)
    while await work():
        pass
    assert not [one for one in sent_mails(settings) if "is countersigned" in one.subject]
