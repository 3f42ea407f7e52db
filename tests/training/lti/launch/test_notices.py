"""A course of the LMS is copied, the LMS says so without a browser, and the set-up is there, once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side
from tests.training.lti.forging import GONE, LTI, Change, Forged, claim, header, honest, shifted, signed_by_stranger
from training.core import clock
from training.demo.lms.copying import notice_claims
from training.demo.lms.mischief import set_mischief
from training.lti.models import Context, Deployment, LaunchTrace, Nonce, Registration, ResourceLink
from training.people.models import Person, Session
from training.trail.models import Fact, Followup

COURSE = "/courses/leading-a-parenting-group"
COPY = "course-1-copy-1"


async def sent(side: Side, *tokens: str) -> httpx2.Response:
    """Sends notices as an LMS does: from a server, without a browser's headers."""
    return await side.browser.post("/lti/notices", json={"notices": [{"jwt": token} for token in tokens]})


async def copied(side: Side) -> httpx2.Response:
    """Lets the LMS copy its course."""
    async with httpx2.AsyncClient() as teacher:
        return await teacher.post(f"{side.world.base_url}/copy")


async def test_we_ask_once_to_be_told_and_a_copied_course_takes_its_activities_along(
    side: Side, work: Callable[[], Awaitable[int]]
) -> None:
    await side.launch("amina")
    await side.launch("amina", "a-quiz")
    await work()
    assert side.world.handlers == {"LtiContextCopyNotice": f"{ORIGIN}/lti/notices"}
    assert (await copied(side)).status_code == 303
    copy = await Context.get(context_id=COPY)
    assert (copy.title, copy.copied_from) == ("Working with families, autumn group (copy)", "course-1")
    links = await ResourceLink.filter(context_id=copy.id).order_by("target")
    assert [link.target for link in links] == [COURSE, f"{COURSE}/what-a-group-is-for/quiz"]
    assert all(link.line_item_url == link.line_items_url == "" for link in links)  # its columns are its own
    fact = await Fact.get(kind="context.copied")
    assert fact.detail == {"from": ["course-1"], "activities": 2}
    assert (await LaunchTrace.get(message_type="LtiContextCopyNotice")).outcome == "accepted"
    assert await Followup.filter(kind="lti notices").count() == 1


async def test_a_notice_delivered_twice_and_at_once_copies_once(side: Side) -> None:
    await side.launch()
    token = side.world.sign(notice_claims(side.world, COPY))
    later = side.world.sign(notice_claims(side.world, COPY))  # signed anew, the same notice
    answers = [*await asyncio.gather(*(sent(side, token) for _ in range(4))), await sent(side, later, token)]
    assert [answer.status_code for answer in answers] == [204] * 5
    assert await Fact.filter(kind="context.copied").count() == 1
    assert await ResourceLink.filter(context__context_id=COPY).count() == 1


async def test_a_copied_link_that_lost_its_address_opens_what_its_original_opens(side: Side) -> None:
    await side.launch()
    await sent(side, side.world.sign(notice_claims(side.world, COPY)))
    query = await side.begin("grace")
    forged = honest(side.world, query["nonce"], "grace")
    for name, value in (
        ("context", {"id": COPY}),
        ("target_link_uri", f"{ORIGIN}/"),
        ("resource_link", {"id": "new", "title": "Leading a parenting group"}),
        ("custom", {}),
    ):
        claim(name, value)(forged)
    assert (await side.post(forged.write(), query["state"])).headers["location"] == COURSE


async def test_a_hello_is_taken_and_changes_nothing(side: Side) -> None:
    claims = notice_claims(side.world, COPY, kind="LtiHelloWorldNotice")
    assert (await sent(side, side.world.sign(claims))).status_code == 204
    assert not await Context.all().exists() and not await Nonce.all().exists()


def notice(**members: Any) -> Change:
    return claim(f"{LTI}notice", {"id": "n", "type": "LtiContextCopyNotice", **members})


CASES: dict[str, tuple[Change, str, int]] = {
    "another kind": (notice(type="LtiAssetProcessorSubmissionNotice"), "message_type_unsupported", 400),
    "no kind": (notice(type=None), f"claim_missing:{LTI}notice.type", 400),
    "no id": (notice(id=None), f"claim_missing:{LTI}notice.id", 400),
    "no notice": (claim(f"{LTI}notice", GONE), f"claim_missing:{LTI}notice", 400),
    "no course": (claim("context", GONE), f"claim_missing:{LTI}context", 400),
    "no originals": (claim(f"{LTI}origin_contexts", GONE), f"claim_missing:{LTI}origin_contexts", 400),
    "originals that are a text": (claim(f"{LTI}origin_contexts", "c"), f"claim_type:{LTI}origin_contexts", 400),
    "a launch": (claim("version", "1.1"), "version_unsupported", 400),
    "a deployment nobody approved": (claim("deployment_id", "new one"), "deployment_unknown", 403),
    "an unknown issuer": (claim("iss", "https://stranger.example"), "issuer_unknown", 400),
    "no issuer": (claim("iss", GONE), "claim_missing:iss", 400),
    "another client": (claim("azp", "somebody"), "issuer_unknown", 400),
    "another audience": (claim("aud", ["somebody"]), "audience_mismatch", 401),
    "no audience": (claim("aud", GONE), "claim_missing:aud", 400),
    "a stranger's signature": (signed_by_stranger(), "signature_invalid", 401),
    "an unknown key": (header(kid="nobody"), "kid_unknown", 401),
    "expired": (shifted(iat=-7200, exp=-3600), "token_expired", 401),
    "no nonce": (claim("nonce", GONE), "claim_missing:nonce", 400),
}


async def test_every_other_notice_is_refused_with_its_code_and_writes_nothing(side: Side) -> None:
    await side.launch()
    people, links, found = await Person.all().count(), await ResourceLink.all().count(), {}
    await LaunchTrace.all().delete()
    for name, (change, _, _) in CASES.items():
        forged = Forged(side.world, notice_claims(side.world, COPY))
        change(forged)
        answer = await sent(side, forged.write())
        found[name] = (answer.headers.get("X-Refusal", "taken"), answer.status_code)
        trace = await LaunchTrace.get()
        assert trace.outcome == found[name][0], name
        await trace.delete()
    assert found == {name: (code, status) for name, (_, code, status) in CASES.items()}
    assert await Context.all().count() == 1 and await ResourceLink.all().count() == links
    assert await Person.all().count() == people and await Session.all().count() == 1
    assert not await Deployment.filter(deployment_id="new one").exists()
    assert not await Fact.filter(kind="context.copied").exists()


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"notices": 1}', '{"notices": ["x"]}', '{"notices": [{"jwt": "x"}]}']
)
async def test_what_is_no_notice_is_refused(side: Side, body: str) -> None:
    answer = await side.browser.post("/lti/notices", content=body, headers={"Content-Type": "application/json"})
    assert answer.headers["X-Refusal"] == "token_malformed"


@pytest.mark.parametrize(("what", "state"), [("403", "refused"), ("503", "queued")])
async def test_an_lms_that_will_not_tell_us_is_asked_again_only_if_it_may_change_its_mind(
    side: Side, work: Callable[[], Awaitable[int]], what: str, state: str
) -> None:
    set_mischief(side.world, {"where": "notices", "what": what})
    await side.launch()
    await work()
    asked = await Followup.get(kind="lti notices")
    assert (asked.state, side.world.handlers) == (state, {})


async def test_an_address_for_notices_on_a_host_that_is_not_allowed_is_never_called(
    side: Side, work: Callable[[], Awaitable[int]]
) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    told = {
        "platform_notification_service_url": "https://evil.example/handlers",
        "notice_types_supported": ["LtiContextCopyNotice"],
    }
    claim(f"{LTI}platformnotificationservice", told)(forged)
    assert (await side.post(forged.write(), query["state"])).status_code == 303
    await work()
    assert (await Followup.get(kind="lti notices")).state == "refused" and not side.world.tokens


@pytest.mark.by_hand
async def test_a_closed_registration_tells_us_nothing_any_more(side: Side) -> None:
    await Registration.all().update(state="closed")
    answer = await sent(side, side.world.sign(notice_claims(side.world, COPY)))
    assert answer.headers["X-Refusal"] == "issuer_unknown"
    assert not await Nonce.filter(expires__gt=clock.now()).exists()
