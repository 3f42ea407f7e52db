"""Launch, score and roster with every LMS that the pretend one can play."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.training.lti.conftest import Side, field
from tests.training.lti.platform.test_scores import only_scores
from training.demo.lms.personalities import PERSONALITIES
from training.lti.models import Context, Identity, Registration
from training.lti.platform import roster, score_delivery, scores
from training.lti.platform.client import Platform
from training.lti.platform.scores import Value
from training.lti.protocol.profiles import recognise
from training.trail.models import Followup
from training.trail.worker import Worker

COURSE = "/courses/leading-a-parenting-group"


@pytest.mark.parametrize(
    ("product", "issuer", "kind"),
    [
        ("canvas", "https://lms.example", "canvas"),
        ("", "https://canvas.instructure.com", "canvas"),
        ("", "https://canvas.beta.instructure.com", "canvas"),
        ("", "https://canvas.instructure.com.evil.example", "other"),
        ("moodle", "https://learn.example", "moodle"),
        ("", "https://moodle.example", "moodle"),
        ("BlackboardLearn", "https://blackboard.com", "blackboard"),
        ("", "https://blackboard.com", "blackboard"),
        ("desire2learn", "", "brightspace"),
        ("", "https://school.brightspace.com", "brightspace"),
        ("Open edX", "", "openedx"),
        ("", "https://courses.edx.org", "openedx"),
        ("sakai", "https://lms.example", "sakai"),
        ("moodle", "https://canvas.instructure.com", "moodle"),
        ("", "https://lms.example", "other"),
    ],
)
def test_an_lms_is_known_by_its_product_and_else_by_its_issuer(product: str, issuer: str, kind: str) -> None:
    assert recognise(product, issuer).name == kind


@pytest.fixture(params=PERSONALITIES)
async def lms(side: Side, request: pytest.FixtureRequest) -> Side:
    side.world.plays = PERSONALITIES[request.param]
    audience = f"{side.world.base_url}{side.world.plays.assertion_audience}"
    await Registration.all().update(token_audience=audience, profile="other")
    return side


async def from_the_course(side: Side, sub: str) -> httpx2.Response:
    """Clicks the activity in the LMS and follows every step that a browser would."""
    async with httpx2.AsyncClient() as visitor:
        begun = await visitor.get(f"{side.world.base_url}/start", params={"user": sub, "activity": "a-course"})
        if begun.status_code == 302:
            login = await side.browser.get(begun.headers["location"])
        else:
            names = ("iss", "target_link_uri", "login_hint", "lti_message_hint", "client_id", "lti_deployment_id")
            form = {name: field(begun.text, name) for name in names}
            login = await side.browser.post("/lti/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert login.status_code == 302, login.headers.get("X-Refusal")
        back = (await visitor.get(login.headers["location"])).text
    return await side.post(field(back, "id_token"), field(back, "state"))


@pytest.mark.by_hand
async def test_a_launch_comes_in_and_its_platform_is_recognised(lms: Side) -> None:
    for sub in ("amina", "tutor", "amina"):
        assert (await from_the_course(lms, sub)).status_code == 303
    known = {"pretend-lms": "pretend"}.get(lms.world.plays.name, lms.world.plays.name)
    assert (await Registration.get()).profile == known


@pytest.mark.by_hand
async def test_scores_arrive_in_order_also_after_a_silence_and_within_one_second(lms: Side) -> None:
    await from_the_course(lms, "grace")
    await only_scores()
    person = (await Identity.get(sub="grace")).person_id
    now = datetime.now(UTC)
    lms.world.clock = lambda: now

    async def send(work: Followup, platform: Platform) -> None:
        await score_delivery.deliver(work, platform, now=now)

    worker: Any = Worker({scores.WORK: send}, lms.tool.platform, now=lambda: now)
    for given, pause in ((10, 0), (20, 0), (30, 3600), (40, 0)):
        await scores.report(person, [COURSE], Value(given), now=now)
        now += timedelta(seconds=pause)
        await worker.work_once()
    assert [score["scoreGiven"] for score in lms.world.received] == [10, 20, 30, 40]
    assert {row["state"] for row in await scores.list_scores()} == {"sent"}


@pytest.mark.by_hand
async def test_the_roster_is_read_whole(lms: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    await from_the_course(lms, "amina")
    monkeypatch.setattr(roster, "PAGE_SIZE", 3)
    found = await roster.read(await Registration.get(), await Context.get(), lms.tool.platform, now=datetime.now(UTC))
    assert len(found.members) == 4 and found.whole
    lms.world.users["tutor"] = replace(lms.world.users["tutor"], status="Inactive")
    found = await roster.read(await Registration.get(), await Context.get(), lms.tool.platform, now=datetime.now(UTC))
    told = {member.sub: member.status for member in found.members}
    assert told.get("tutor", "left out") == ("left out" if lms.world.plays.leaves_out_suspended else "Inactive")


async def test_the_pretend_lms_has_a_page_for_everything(side: Side) -> None:
    async with httpx2.AsyncClient(base_url=side.world.base_url, follow_redirects=True) as visitor:
        for path in ("/", "/?user=tutor", "/frame?user=amina&activity=a-course", "/gradebook", "/mischief"):
            page = await visitor.get(path)
            assert page.status_code == 200 and "Pretend LMS" in page.text
        for form in ({"where": "plays", "what": "moodle"}, {"where": "scores", "what": "429", "times": "2"}):
            assert (await visitor.post("/mischief", data=form)).status_code == 200
    assert side.world.plays.name == "moodle" and side.world.mischief["scores"]["times"] == 2
