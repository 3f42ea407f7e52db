"""Quality assurance through the browser: planned, drawn, looked at, returned, rated again; what an assessor reads."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from certificates.pathways.language.evidence import Evidence, seen_records
from tests.mails import sent_mails
from training.assessments import signing
from training.assessments.cancellation import count_again, set_aside
from training.assessments.evidence import assessment_evidence
from training.assessments.models import Assessment, Rating, Signature
from training.assessments.quality import plans
from training.assessments.quality.models import AccompaniedVisit, QualityDraw, QualitySample
from training.core.dates import DEFAULT_ZONE, local_day
from training.core.errors import Conflict
from training.core.settings import Settings
from training.database.connection import transaction
from training.demo.cast import known
from training.people.actor import Actor
from training.sites.models import Programme
from training.trail.models import Fact

from ..conftest import NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
Work = Callable[[], Awaitable[int]]
AMINA, BRUNO = known("amina"), known("bruno")
HOME = "/assessments/quality"
PLAN = {"share": "100", "share_new": "100", "new_until": "10", "complaints": "yes"}


async def signed(rated: Rated, cast: Cast, **levels: int) -> Assessment:
    """Bruno has rated Amina and signed."""
    row = await rated.open()
    await rated.hand_in(row, "bruno", **levels)
    return await signing.sign(row.id, actor=await cast("bruno"), now=NOW)


async def sampled(rated: Rated, browse: Browse, cast: Cast) -> tuple[httpx2.AsyncClient, Assessment, QualitySample]:
    """An assessment that Dara has planned for and drawn."""
    row, dara = await signed(rated, cast, listening=1), await browse("dara")
    await dara.post(f"{HOME}/plan", data=PLAN)
    await dara.post(f"{HOME}/draw")
    return dara, row, await QualitySample.get(assessment_id=row.id)


@pytest.mark.by_hand
async def test_a_plan_is_made_and_drawn_by_and_the_draw_can_be_drawn_again(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    row, dara = await signed(rated, cast), await browse("dara")
    for title in ("One", "Two"):
        await Programme.create(id=uuid4(), unit_id=row.unit_id, slug=title.lower(), title=title)
    assert f'href="{HOME}"' in (await dara.get("/")).text
    assert "Make a plan first" in (await dara.get(HOME)).text
    assert (await dara.post(f"{HOME}/draw")).headers["location"].startswith(f"{HOME}/plan")
    wrong = await dara.post(f"{HOME}/plan", data=PLAN | {"share": "101"})
    assert wrong.status_code == 422 and 'href="#share"' in wrong.text and 'value="101"' in wrong.text
    assert (await dara.post(f"{HOME}/plan", data=PLAN | {"share": "0"})).status_code == 303
    drawn = await dara.post(f"{HOME}/draw")
    assert "1 drawn" in (await dara.get(drawn.headers["location"])).text
    found = await QualityDraw.get()
    assert (found.found, found.sizes) == ({"share": [], "new": [str(row.id)]}, {"share": 0, "new": 1})
    page = (await dara.get(f"{HOME}/draws/{found.id}")).text
    assert found.seed in page and "it gives the same assessments" in page and str(row.id) in page
    assert f'href="{HOME}/draws/{found.id}"' in (await dara.get(f"{HOME}/plan")).text
    listed = (await dara.get(HOME)).text
    assert "Amina" in listed and "Bruno Costa" in listed and "A new assessor" in listed
    assert "1 assessment to look at again" in (await dara.get("/tasks")).text
    again = await dara.post(f"{HOME}/draw")
    assert "Nothing was drawn" in (await dara.get(again.headers["location"])).text
    assert await QualityDraw.all().count() == 1


async def test_the_night_draws_once_even_when_two_workers_come(rated: Rated, browse: Browse, cast: Cast) -> None:
    await signed(rated, cast)
    await (await browse("dara")).post(f"{HOME}/plan", data=PLAN)
    seeds = iter("abcdefgh")
    await asyncio.gather(*(plans.draw_all(None, seeds=lambda: next(seeds), actor=None, now=NOW) for _ in range(3)))
    assert await QualitySample.all().count() == 1


async def test_what_was_signed_while_a_draw_was_made_is_drawn_the_next_time_and_nothing_twice(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    row = await signed(rated, cast)
    await (await browse("dara")).post(f"{HOME}/plan", data=PLAN)
    seeds = iter("abcdefgh")
    other = await rated.open()
    await rated.hand_in(other, "bruno")
    for minutes in (10, 20):  # the second is signed at a time before the first draw, and written after it
        moment = NOW + timedelta(minutes=minutes)
        await plans.draw_all(None, seeds=lambda: next(seeds), actor=None, now=moment)
        if minutes == 10:
            await signing.sign(other.id, actor=await cast("bruno"), now=NOW + timedelta(minutes=9))
    found = [one.found["new"] async for one in QualityDraw.all().order_by("until")]
    assert found == [[str(row.id)], [str(other.id)]]


async def test_returned_it_counts_until_the_corrected_rating_is_signed_and_the_first_stays(
    rated: Rated, browse: Browse, cast: Cast, work: Work, settings: Settings
) -> None:
    dara, row, sample = await sampled(rated, browse, cast)
    page = (await dara.get(f"{HOME}/{sample.id}")).text
    assert "bruno on listening" in page and "Holds the permission" in page
    silent = await dara.post(f"{HOME}/{sample.id}", data={"finding": "returned", "reasons": " "})
    assert silent.status_code == 422 and 'href="#reasons"' in silent.text
    done = await dara.post(f"{HOME}/{sample.id}", data={"finding": "returned", "reasons": "Listening was seen twice."})
    assert "Returned." in (await dara.get(done.headers["location"])).text
    while await work():
        pass
    (letter,) = [one for one in sent_mails(settings) if one.subject == "An assessment was returned to you"]
    assert letter.to.startswith("bruno@") and "Listening was seen twice." in letter.text
    again = await Assessment.get(corrects_id=row.id)
    bruno = await browse("bruno")
    assert f"/assessments/{again.id}" in (await bruno.get("/assessments")).text
    assert "Listening was seen twice." in (await bruno.get(f"/assessments/{again.id}/rate")).text
    assert [one.get("void", False) for one in await assessment_evidence(AMINA, DEFAULT_ZONE)] == [False]
    await rated.hand_in(again, "bruno", listening=3)
    await signing.sign(again.id, actor=await cast("bruno"), now=NOW)
    first = await Assessment.get(id=row.id)
    assert (first.state, first.outcome, bool(first.set_aside)) == ("signed", "not_met", True)
    assert (await Assessment.get(id=again.id)).outcome == "met"
    assert await Rating.filter(assessment_id=row.id).count() == await Rating.filter(assessment_id=again.id).count()
    assert await Signature.filter(person_id=BRUNO).count() == 2
    assert "Go to the corrected rating" in (await dara.get(f"{HOME}/{sample.id}")).text
    late = await dara.post(f"{HOME}/{sample.id}", data={"finding": "accepted"})
    assert late.status_code == 409


async def test_set_aside_it_counts_no_more_and_the_assessor_reads_every_finding(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    dara, _, sample = await sampled(rated, browse, cast)
    await dara.post(f"{HOME}/{sample.id}", data={"finding": "set_aside", "reasons": "It was another group."})
    assert [one.get("void", False) for one in await assessment_evidence(AMINA, DEFAULT_ZONE)] == [False, True]
    bruno = await browse("bruno")
    assert f'href="{HOME}/of/{BRUNO}"' in (await bruno.get(f"/assessments/agreement/of/{BRUNO}")).text
    own = (await bruno.get(f"{HOME}/of/{BRUNO}")).text
    assert "It was another group." in own and "Set aside: 1" in own
    assert (await bruno.get(HOME)).status_code == 403
    assert (await bruno.get(f"{HOME}/{sample.id}")).status_code == 403
    assert (await (await browse("gwen")).get(f"{HOME}/of/{BRUNO}")).status_code == 403
    assert await Fact.filter(kind="quality.found", subject_id=str(sample.id)).count() == 1


async def test_an_accompanied_visit_is_noted_read_by_the_assessor_and_taken_back(browse: Browse, rated: Rated) -> None:
    dara, bruno, path = await browse("dara"), await browse("bruno"), f"{HOME}/of/{BRUNO}"
    wrong = await dara.post(path, data={"held": "2026-12-24", "note": "Kind and clear."})
    assert wrong.status_code == 422 and "still to come" in wrong.text and "Kind and clear." in wrong.text
    for _ in range(2):
        assert (await dara.post(path, data={"held": "2026-11-20", "note": "Kind and clear."})).status_code == 303
    noted: list[UUID] = [one.id for one in await AccompaniedVisit.all()]
    assert len(noted) == 1 and "Kind and clear." in (await bruno.get(path)).text
    await dara.post(f"{HOME}/accompanied/{noted[0]}/take-back")
    assert "Kind and clear." not in (await bruno.get(path)).text
    assert (await dara.post(f"{HOME}/accompanied/{noted[0]}/take-back")).status_code == 409


async def test_an_appeal_puts_the_assessment_into_the_sample_where_the_plan_says_so(
    rated: Rated, browse: Browse, cast: Cast, work: Work
) -> None:
    row, dara = await signed(rated, cast, listening=1), await browse("dara")
    await dara.post(f"{HOME}/plan", data=PLAN | {"share": "0", "share_new": "0"})
    amina = await browse("amina")
    assert (await amina.post(f"/certificates/outcomes/{row.id}", data={"words": "I did listen."})).status_code == 303
    while await work():
        pass
    assert (await QualitySample.get(assessment_id=row.id)).because == "complaint"


@pytest.mark.parametrize("who", ["gwen", "amina", "chloe"])
async def test_whoever_does_not_watch_over_quality_sees_none_of_it(rated: Rated, browse: Browse, who: str) -> None:
    browser = await browse(who)
    for path in (HOME, f"{HOME}/plan"):
        assert (await browser.get(path)).status_code == 403
    assert f'href="{HOME}"' not in (await browser.get("/")).text


async def aside(row: Assessment, cast: Cast, now: datetime = NOW) -> None:
    """Dara sets an assessment aside."""
    async with transaction():
        await set_aside(row.id, because="Another group.", actor=await cast("dara"), now=now)


async def again_counts(row: Assessment, cast: Cast, now: datetime = NOW) -> None:
    """Dara lets it count again."""
    async with transaction():
        await count_again(row.id, actor=await cast("dara"), now=now)


async def test_a_correction_of_what_was_set_aside_since_does_not_count_and_goes_on_where_that_counts_again(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    dara, row, sample = await sampled(rated, browse, cast)
    await dara.post(f"{HOME}/{sample.id}", data={"finding": "returned", "reasons": "Listening was seen twice."})
    again, bruno = await Assessment.get(corrects_id=row.id), await browse("bruno")
    await aside(row, cast)
    page = (await bruno.get(f"/assessments/{again.id}/rate")).text
    assert "counts no more: Another group. There is nothing to correct" in page
    with pytest.raises(Conflict):
        await rated.hand_in(again, "bruno", listening=3)
    assert "nothing to correct" in (await bruno.post(f"/assessments/{again.id}/check")).text
    assert [one.get("void", False) for one in await assessment_evidence(AMINA, DEFAULT_ZONE)] == [False, True]
    await again_counts(row, cast)
    await rated.hand_in(again, "bruno", listening=3)
    await aside(row, cast)
    with pytest.raises(Conflict):
        await signing.sign(again.id, actor=await cast("bruno"), now=NOW)
    assert "nothing to correct" in (await bruno.get(f"/assessments/{again.id}")).text
    await again_counts(row, cast)
    await signing.sign(again.id, actor=await cast("bruno"), now=NOW)
    assert (await Assessment.get(id=again.id)).state == "signed"


async def test_looking_back_a_rating_that_counts_again_did_not_while_it_was_set_aside(rated: Rated, cast: Cast) -> None:
    row = await signed(rated, cast)
    for days in (2, 9):  # twice, four days each time
        await aside(row, cast, NOW + timedelta(days=days))
        await again_counts(row, cast, NOW + timedelta(days=days + 4))
    await aside(row, cast, NOW + timedelta(days=20))
    rows = await assessment_evidence(AMINA, DEFAULT_ZONE)
    known = Evidence.of({"holder": "amina", "records": rows}).records
    for days, counts in ((0, 1), (1, 1), (2, 0), (5, 0), (6, 1), (8, 1), (9, 0), (12, 0), (13, 1), (19, 1), (20, 0)):
        found = [one.id for one in seen_records(known, local_day(NOW, DEFAULT_ZONE) + timedelta(days=days))]
        assert found == [f"assessment-{row.id}"] * counts, days
