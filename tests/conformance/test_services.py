"""The certification cases of Assignment and Grade Services 2.0 and of Names and Role Provisioning Services 2.0.

Source: LTI Advantage Conformance Certification Guide, AGS and NRPS tool tests; AGS 2.0; NRPS 2.0.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.training.lti.conftest import Side
from training.demo.cast import known
from training.lti.models import Context, Registration
from training.lti.platform import roster, score_delivery, scores
from training.lti.platform.client import GradebookColumn, Platform
from training.lti.platform.scores import Value
from training.trail.models import Followup
from training.trail.worker import Worker

COURSE = "/courses/leading-a-parenting-group"


def now() -> datetime:
    """Gives this moment: the platform takes no assertion that is minutes old."""
    return datetime.now(UTC)


@pytest.fixture
async def sent(side: Side) -> list[dict[str, Any]]:
    """Gives the scores that the platform received after a learner's two results."""
    await side.launch()

    async def send(work: Followup, platform: Platform) -> None:
        await score_delivery.deliver(work, platform, now=now())

    for given in (40, 80):
        await scores.report(known("amina"), [COURSE], Value(given, comment="Marked"), now=now())
        await Worker({scores.WORK: send}, side.tool.platform, now=now).work_once()
    return side.world.received


async def test_a_score_has_every_required_member(sent: list[dict[str, Any]]) -> None:
    """userId, timestamp, activityProgress and gradingProgress are required; scoreGiven comes with scoreMaximum."""
    needed = {"userId", "timestamp", "activityProgress", "gradingProgress", "scoreGiven", "scoreMaximum"}
    assert len(sent) == 2 and all(score.keys() >= needed for score in sent)


async def test_time_stamps_have_a_zone_sub_seconds_and_increase(sent: list[dict[str, Any]]) -> None:
    """The timestamp is ISO 8601 with sub-second precision and a zone; a later score has a later one. Source: 3.4.7."""
    stamps = [datetime.fromisoformat(score["timestamp"]) for score in sent]
    assert stamps[0] < stamps[1] and all(stamp.tzinfo for stamp in stamps)
    assert all("." in score["timestamp"] for score in sent)


async def test_a_score_updates_the_result(side: Side, sent: list[dict[str, Any]]) -> None:
    """The result of the column is the last score that was sent."""
    registration = await Registration.get()
    url = side.world.line_item_url("1").replace("?", "/results?")
    scope = ("https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",)
    accept = {"Accept": "application/vnd.ims.lis.v2.resultcontainer+json"}
    reply = await side.tool.platform.call("GET", registration, url, scopes=scope, now=now(), headers=accept)
    assert [(one["userId"], one["resultScore"]) for one in reply.json()] == [("amina", 80)]


async def test_line_items_are_created_and_found(side: Side) -> None:
    """A tool may create a line item with label, scoreMaximum, resourceId and tag, and find it by them. Source: 3.2."""
    await side.launch()
    registration, platform = await Registration.get(), side.tool.platform
    wanted = GradebookColumn("Second attempt", 50, resource_id="r-1", tag="t-1")
    url = side.world.line_items_url
    assert await platform.find_column(registration, url, wanted, now=now()) == ""
    made = await platform.make_column(registration, url, wanted, now=now())
    assert await platform.find_column(registration, url, wanted, now=now()) == made
    assert side.world.line_items["4"].maximum == 50


async def test_service_tokens_are_asked_for_with_the_scopes_needed(side: Side, sent: list[dict[str, Any]]) -> None:
    """The tool asks for a token by a signed assertion and for the scopes of the service that it calls."""
    assert [sorted(scopes) for scopes in side.world.tokens.values()] == [
        ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
    ]


async def test_the_members_of_a_course_are_read(side: Side) -> None:
    """The tool reads every member of the context with the media type of the standard. Source: NRPS 2.0, 2.2."""
    await side.launch()
    found = await roster.read(await Registration.get(), await Context.get(), side.tool.platform, now=now())
    assert {member.sub for member in found.members} == {"amina", "grace", "nameless", "tutor"}
    assert {member.sub for member in found.members if member.role == "instructor"} == {"tutor"}


async def test_members_come_in_pages(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool follows the Link header with rel next until there is none. Source: NRPS 2.0, 2.4.2."""
    await side.launch()
    monkeypatch.setattr(roster, "PAGE_SIZE", 1)
    found = await roster.read(await Registration.get(), await Context.get(), side.tool.platform, now=now())
    assert len(found.members) == 4 and found.whole


async def test_members_may_be_limited_to_one_resource_link(side: Side) -> None:
    """The tool may ask for the members who have access to one resource link, by rlid. Source: NRPS 2.0, 3."""
    await side.launch()
    registration, context = await Registration.get(), await Context.get()
    found = await roster.read(registration, context, side.tool.platform, now=now(), resource_link_id="a-course")
    assert found.members and [url for where, url in side.world.calls if where == "roster" and "rlid=a-course" in url]
