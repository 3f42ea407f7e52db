"""Calibration sets through the browser: written, published, rated blind; the result counts as any calibration does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from tests.certificates.world import publish_pathway
from tests.mails import sent_mails
from training.assessments.calibration.actions import record_calibration
from training.assessments.calibration.emails import plan_mails
from training.assessments.calibration.sets import actions, tries
from training.assessments.calibration.sets.models import CalibrationAttempt, CalibrationSet, Vignette
from training.assessments.calibration.sets.rules import compared, percent_of, why_no_try
from training.assessments.models import CalibrationRun
from training.assessments.reading import instrument_of
from training.core.errors import Conflict
from training.core.settings import Settings
from training.demo.cast import known
from training.parsing.keywords import NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK
from training.people.actor import Actor
from training.trail.models import Fact

from ..conftest import NOW, Rated
from .test_pages import ASKS

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
BRUNO = known("bruno")
SETS, HOME = "/assessments/calibration/sets", "/assessments/calibrate"
ITEMS = ("welcome", "listening", "closing")


def marks(**levels: int | str) -> dict[str, str]:
    """Marks of all items as a form sends them, at 3 unless said otherwise, with a reason for each."""
    return {item: str(levels.get(item, 3)) for item in ITEMS} | {f"{item}_note": f"Why {item}" for item in ITEMS}


async def a_set(rated: Rated, dara: httpx2.AsyncClient, **more: str) -> CalibrationSet:
    """Dara writes a set of two vignettes and publishes it."""
    form = {"version": str(rated.version.id), "title": "Tuesday", "tolerance": "0", "tries": "2", "wait_days": "14"}
    made = await dara.post(SETS, data=form | more)
    where = made.headers["location"].partition("?")[0]
    for name, levels in (("A loud start", {"welcome": 1}), ("A calm end", {"closing": NOT_OBSERVED_MARK})):
        told = {"title": name, "text": f"{name}.\n\nThey sat down."} | marks(**levels)
        assert (await dara.post(f"{where}/vignettes/new", data=told)).status_code == 303
    assert (await dara.post(where, data={"step": "publish"})).status_code == 303
    return await CalibrationSet.get(id=UUID(where.rpartition("/")[2]))


async def rate(browser: httpx2.AsyncClient, found: CalibrationSet, *given: dict[str, str]) -> httpx2.Response:
    """Somebody rates both vignettes and hands in."""
    await browser.post(f"{HOME}/{found.id}")
    for at, one in enumerate(given, 1):
        await browser.post(f"{HOME}/{found.id}/{at}", data=one)
    return await browser.post(f"{HOME}/{found.id}/end")


async def test_a_set_is_written_published_and_never_changes_but_another_takes_its_place(
    rated: Rated, browse: Browse
) -> None:
    dara = await browse("dara")
    assert f'href="{SETS}"' in (await dara.get("/assessments/calibration")).text
    wrong = await dara.post(SETS, data={"version": str(rated.version.id), "title": " ", "tolerance": "9", "tries": "0"})
    assert wrong.status_code == 422 and all(f'href="#{one}"' in wrong.text for one in ("title", "tolerance", "tries"))
    found = await a_set(rated, dara)
    where = f"{SETS}/{found.id}"
    assert "A loud start" in (await dara.get(where)).text
    silent = marks() | {"title": "More", "text": "More.", "closing_note": ""}
    assert (await dara.post(f"{where}/vignettes/1", data=silent)).status_code == 409
    assert (await Vignette.get(set_id=found.id, position=1)).title == "A loud start"
    made = await dara.post(where, data={"step": "another"})
    other = made.headers["location"].partition("?")[0]
    refused = await dara.post(f"{other}/vignettes/1", data=silent)
    assert refused.status_code == 422 and 'href="#closing_note"' in refused.text and "More." in refused.text
    assert (await dara.post(f"{other}/vignettes/1", data=silent | marks(welcome=2))).status_code == 303
    await dara.post(other, data={"step": "publish"})
    assert {one.state async for one in CalibrationSet.filter(follows_id=found.id)} == {"published"}
    assert (await CalibrationSet.get(id=found.id)).state == "closed"


async def test_it_is_rated_blind_and_the_result_says_item_by_item_where_and_why_and_counts(
    rated: Rated, browse: Browse
) -> None:
    dara, bruno = await browse("dara"), await browse("bruno")
    found = await a_set(rated, dara)
    assert f'href="{HOME}"' in (await bruno.get("/assessments")).text
    assert "2 tries left" in (await bruno.get(HOME)).text
    began = await bruno.post(f"{HOME}/{found.id}")
    page = (await bruno.get(began.headers["location"])).text
    assert "They sat down." in page and "Why welcome" not in page and "checked" not in page
    gap = await bruno.post(f"{HOME}/{found.id}/1", data={"welcome": "1", "step": "next"})
    assert gap.status_code == 422 and 'href="#listening"' in gap.text and "checked" in gap.text
    early = await bruno.post(f"{HOME}/{found.id}/end")
    assert early.status_code == 422 and not await CalibrationRun.exists()
    done = await rate(bruno, found, marks(welcome=1), marks(listening=1))
    result = (await bruno.get(done.headers["location"])).text
    assert "You agree in 66.7 percent" in result and "Why listening" in result
    assert result.count(">Differs<") == 2 and result.count(">Agrees<") == 4
    run = await CalibrationRun.get()
    assert (run.person_id, run.agreement, run.held) == (BRUNO, 66.7, date(2026, 11, 25))
    assert "Out of tolerance" in (await dara.get("/assessments/calibration")).text
    assert "You may try again from 9 December 2026 on" in (await bruno.get(HOME)).text
    assert await Fact.filter(kind="calibration.recorded", person_id=BRUNO).count() == 1
    attempt = await CalibrationAttempt.get()
    assert "Bruno Costa agrees in" in (await dara.get(f"/assessments/calibrated/{attempt.id}")).text
    assert (await (await browse("gwen")).get(f"/assessments/calibrated/{attempt.id}")).status_code == 404
    again = await bruno.post(f"{HOME}/{found.id}")
    assert again.headers["location"].startswith(HOME) and await CalibrationAttempt.all().count() == 1


async def test_handed_in_twice_at_once_it_makes_one_calibration_and_whoever_made_it_does_not_rate_it(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    found, bruno = await a_set(rated, await browse("dara")), await cast("bruno")
    attempts = await asyncio.gather(*(tries.begin(found.id, actor=bruno, now=NOW) for _ in range(3)))
    assert len({one.id for one in attempts}) == 1
    for at in (1, 2):
        await tries.save(found.id, at, dict.fromkeys(ITEMS, (3, "")), actor=bruno)
    told = await asyncio.gather(
        *(tries.hand_in(found.id, actor=bruno, now=NOW) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(one, Exception) for one in told) == 1 and await CalibrationRun.all().count() == 1
    with pytest.raises(Conflict):
        await actions.publish(found.id, actor=await cast("dara"), now=NOW)


@pytest.mark.by_hand
async def test_whoever_made_the_set_that_another_was_made_from_does_not_rate_that_either(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    first, dara = await a_set(rated, await browse("dara")), await cast("dara")
    await CalibrationSet.filter(id=first.id).update(made_by_id=BRUNO)
    other = await actions.another(first.id, actor=dara, now=NOW)
    await actions.publish(other.id, actor=dara, now=NOW)
    bruno = await browse("bruno")
    assert "You made this set" in (await bruno.get(HOME)).text
    await bruno.post(f"{HOME}/{other.id}")
    assert not await CalibrationAttempt.exists()


async def test_levels_within_the_tolerance_agree_and_not_seen_agrees_with_itself_alone(rated: Rated) -> None:
    instrument = instrument_of(rated.version)
    standard = {"welcome": 3, "listening": 1, "closing": NOT_OBSERVED_MARK}
    for given, tolerance, percent in (
        (standard, 0, 100.0),
        ({"welcome": 4, "listening": 2, "closing": NOT_OBSERVED_MARK}, 0, 33.3),
        ({"welcome": 4, "listening": 2, "closing": NOT_OBSERVED_MARK}, 1, 100.0),
        ({"welcome": 3, "listening": 1, "closing": 3}, 3, 66.7),
        ({"welcome": 3, "listening": 1, "closing": NOT_APPLICABLE_MARK}, 3, 66.7),
        ({"welcome": NOT_OBSERVED_MARK}, 3, 0.0),
    ):
        assert percent_of(compared(instrument, standard, given, tolerance)) == percent, (given, tolerance)


def test_a_try_waits_for_its_day_and_there_is_an_end_to_them() -> None:
    day = date(2026, 11, 25)
    assert why_no_try([], tries=2, wait_days=14, on=day) == ""
    assert "9 December 2026" in why_no_try([day], tries=2, wait_days=14, on=day + timedelta(days=13))
    assert why_no_try([day], tries=2, wait_days=14, on=day + timedelta(days=14)) == ""
    assert "all tries" in why_no_try([day, day], tries=2, wait_days=0, on=day)


async def test_an_assessor_is_mailed_once_when_it_becomes_due_and_once_when_it_has_run_out(
    rated: Rated, cast: Cast, tmp_path: Path, work: Callable[[], Awaitable[int]], settings: Settings
) -> None:
    await publish_pathway(tmp_path, ASKS)
    for who, held in (("bruno", date(2026, 1, 24)), ("hana", date(2026, 1, 10)), ("gwen", date(2026, 6, 1))):
        await record_calibration(
            known(who), instrument_id=rated.version.instrument_id, agreement=95, held=held, actor=await cast("dara"),
            now=NOW,
        )  # fmt: skip
    for _ in range(2):
        await plan_mails(now=NOW)
        while await work():
            pass
    found = [(one.to.partition("@")[0], one.subject) for one in sent_mails(settings)]
    assert found == [("bruno", "Your calibration runs out soon")]
    assert "24 January 2027" in sent_mails(settings)[0].text


async def test_whoever_is_halfway_when_a_set_is_closed_can_finish_it_and_nobody_begins_it_any_more(
    rated: Rated, browse: Browse
) -> None:
    dara, bruno = await browse("dara"), await browse("bruno")
    found = await a_set(rated, dara)
    await bruno.post(f"{HOME}/{found.id}")
    await bruno.post(f"{HOME}/{found.id}/1", data=marks())
    assert "1 assessor has begun it" in (await dara.get(f"{SETS}/{found.id}")).text
    closed = await dara.post(f"{SETS}/{found.id}", data={"step": "close"})
    assert "who has begun can finish" in (await dara.get(closed.headers["location"])).text
    page = (await bruno.get(HOME)).text
    assert "You had begun it, so you can finish it" in page and "Go on" in page
    assert (await bruno.post(f"{HOME}/{found.id}")).headers["location"].endswith("/2")
    await bruno.post(f"{HOME}/{found.id}/2", data=marks())
    done = await bruno.post(f"{HOME}/{found.id}/end")
    assert "You agree in" in (await bruno.get(done.headers["location"])).text
    assert await CalibrationRun.filter(person_id=BRUNO).count() == 1
    gwen = await browse("gwen")
    for browser in (bruno, gwen):
        await browser.post(f"{HOME}/{found.id}")
        assert found.title not in (await browser.get(HOME)).text.partition("What you rated")[0]
    assert await CalibrationAttempt.all().count() == 1
