"""What people reach here arrives in the gradebook: quizzes, modules, courses, assessments and certification."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courses.packages.publish import load
from tests.certificates.world import BY_RULES, TODAY, at, certified, publish_pathway
from tests.training.assessments.conftest import Rated, permitted, rated, version
from tests.training.lti.conftest import Side
from tests.training.lti.platform.test_scores import only_scores
from training.app.consequences import HANDLERS, SCORE
from training.app.resources import open_resources
from training.assessments import signing
from training.core.settings import Settings
from training.demo.doing import COURSE, being, learn
from training.demo.lms.world import PlacedLink
from training.demo.seed import LIBRARY
from training.lti.models import Score
from training.lti.platform import scores
from training.people.actor import Actor
from training.trail.models import Followup
from training.trail.worker import Worker

__all__ = ["permitted", "rated", "version"]

Cast = Callable[[str], Awaitable[Actor]]
MODULE = f"/courses/{COURSE}/what-a-group-is-for"


@pytest.fixture
async def placed(side: Side) -> Side:
    """Places everything that has a result, each by itself, and lets Amina open each."""
    side.world.activities.clear()
    side.world.line_items.clear()
    for path in (f"{MODULE}/quiz", MODULE, f"/courses/{COURSE}", "/assessments", "/pathways"):
        side.world.place(PlacedLink(path, path, path), graded=path != "/pathways")
        assert (await side.launch("amina", path)).status_code == 303
    await only_scores()
    return side


async def arrived(side: Side, settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Does the work of scores, and gives by column what came: given, maximum and whether it is final."""
    async with open_resources(settings) as things:
        handlers = {name: HANDLERS[name] for name in (SCORE, scores.WORK)}
        worker: Worker[Any] = Worker(handlers, things)
        await worker.work_once()
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for score in side.world.received:
        assert score["userId"] == "amina"
        final = (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
        found[side.world.line_items[score["line_item"]].label].append(
            (score["scoreGiven"], score["scoreMaximum"], final)
        )
    return found


async def test_what_is_learnt_arrives_each_in_its_own_column(placed: Side, settings: Settings) -> None:
    await load(LIBRARY / COURSE, actor=await being("dara", TODAY), now=placed.world.clock(), storage=settings.storage)
    began = TODAY - timedelta(days=60)
    await learn("amina", began, modules=1)
    found = await arrived(placed, settings)
    assert found[MODULE] == [(1, 1, True)] and found[f"/courses/{COURSE}"] == [(1, 6, False)]
    ((given, maximum, final),) = found[f"{MODULE}/quiz"]
    assert given == maximum > 0 and final
    await learn("amina", began, modules=6)
    found = await arrived(placed, settings)
    assert found[f"/courses/{COURSE}"][-1] == (6, 6, True) and found[MODULE] == [(1, 1, True)]


async def test_of_results_that_wait_the_last_one_arrives_in_whatever_order_they_are_worked_on(
    placed: Side, settings: Settings
) -> None:
    began = TODAY - timedelta(days=60)
    await load(LIBRARY / COURSE, actor=await being("dara", TODAY), now=placed.world.clock(), storage=settings.storage)
    await learn("amina", began, modules=5)
    rows = await Followup.filter(kind=SCORE).order_by("id")
    for number, row in enumerate(sorted(rows, key=lambda row: row.fact_id or 0, reverse=True)):
        await Followup.filter(id=row.id).update(due=at(began) + timedelta(seconds=number))  # the last one first
    found = await arrived(placed, settings)
    assert found[f"/courses/{COURSE}"][-1] == (5, 6, False)
    assert (await Score.get(line_item__label=f"/courses/{COURSE}")).given == 5


async def test_a_final_assessment_arrives_and_one_that_is_not_final_does_not(
    placed: Side, settings: Settings, rated: Rated, cast: Cast
) -> None:
    row = await rated.open("gwen")
    for who in ("bruno", "gwen"):
        await rated.hand_in(row, who)
    await signing.sign(row.id, actor=await cast("bruno"), now=placed.world.clock())
    assert not await arrived(placed, settings)  # the other signature is missing
    await signing.sign(row.id, actor=await cast("gwen"), now=placed.world.clock())
    assert await arrived(placed, settings) == {"/assessments": [(1, 1, True)]}


async def test_a_certification_arrives_in_a_column_made_for_it(
    placed: Side, settings: Settings, tmp_path: Path
) -> None:
    await publish_pathway(tmp_path, BY_RULES)
    await certified("amina", TODAY - timedelta(days=1))
    assert await arrived(placed, settings) == {"/pathways": [(1, 1, True)]}
