"""A launch from the pretend LMS, from the first click to a session of one's own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from tests.training.lti.conftest import Side
from tests.training.lti.forging import claim, honest
from training.demo.lms.wishes import claims_for
from training.demo.lms.world import INSTITUTION, MEMBERSHIP
from training.lti.models import ContextRole, Identity, LaunchTrace, Nonce, Registration, ResourceLink
from training.lti.protocol.claims import LTI
from training.lti.protocol.roles import TEST_USER
from training.people.models import Membership, Person, Session
from training.sites.models import FormerValue
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]


async def test_a_launch_ends_in_a_session_and_leads_to_the_target_of_the_link(side: Side) -> None:
    answer = await side.launch()
    assert (answer.status_code, answer.headers["location"]) == (303, "/courses/leading-a-parenting-group")
    session = await Session.get().select_related("person")
    assert session.person.name == "Amina Yusuf"
    assert session.lti is not None and session.lti["roles_in_context"] == "learner"
    assert await Fact.filter(kind="person.launched", person_id=session.person_id).count() == 1
    assert (await LaunchTrace.get()).outcome == "accepted"


async def test_a_person_new_to_us_becomes_a_trainee_at_the_site_of_the_registration(side: Side) -> None:
    await side.launch("grace")
    identity = await Identity.get(sub="grace").select_related("person")
    membership = await Membership.get(person_id=identity.person_id).select_related("site")
    assert identity.person.name == "Grace Hall"
    assert (membership.role, membership.site.code if membership.site else "") == ("trainee", "RIV")


async def test_a_person_without_a_name_gets_a_neutral_one_and_a_later_name_replaces_it(side: Side) -> None:
    await side.launch("nameless")
    person = (await Identity.get(sub="nameless").select_related("person")).person
    assert person.name.startswith("Learner ")
    query = await side.begin("nameless")
    claims = _claims(side, "nameless", query["nonce"]) | {"name": "Now Named"}
    await side.post(side.world.sign(claims), query["state"])
    assert (await Person.get(id=person.id)).name == "Now Named"
    await side.launch("nameless")
    assert (await Person.get(id=person.id)).name == "Now Named"


async def test_a_name_that_the_lms_changes_is_remembered_and_one_that_we_made_up_is_not(side: Side) -> None:
    for sub, before in (("grace", ["Grace Hall"]), ("nameless", [])):
        await side.launch(sub)
        person = (await Identity.get(sub=sub)).person_id
        query = await side.begin(sub)
        answer = await side.post(
            side.world.sign(_claims(side, sub, query["nonce"]) | {"name": "Now Named"}), query["state"]
        )
        assert answer.status_code == 303 and (await Person.get(id=person)).name == "Now Named"
        assert await FormerValue.filter(subject_id=person).values_list("value", flat=True) == before
        assert await Fact.filter(kind="person.changed", person_id=person).count() == 1
        assert await Person.filter(id=person, folded="now named").exists()


async def test_the_same_e_mail_address_does_not_merge_two_people(side: Side) -> None:
    for sub in ("one", "two"):
        query = await side.begin()
        claims = _claims(side, "amina", query["nonce"]) | {"sub": sub, "email": "same@example.org"}
        assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
    people = await Identity.filter(email="same@example.org").values_list("person_id", flat=True)
    assert len(set(people)) == 2


async def test_an_instructor_in_the_course_gets_no_role_here_until_learning(side: Side) -> None:
    for _ in range(2):
        await side.launch("tutor")
        identity = await Identity.get(sub="tutor")
        assert await Membership.filter(person_id=identity.person_id).count() == 0
        assert (await ContextRole.get(identity_id=identity.id)).role == "instructor"
    side.world.users["tutor"] = replace(side.world.users["tutor"], roles=(f"{MEMBERSHIP}Learner",))
    for _ in range(2):
        await side.launch("tutor")
    assert await Membership.filter(person_id=identity.person_id).values_list("role", flat=True) == ["trainee"]


async def test_only_learners_become_trainees(side: Side) -> None:
    for sub, roles in (("admin", ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]), ("none", [])):
        query = await side.begin()
        claims = _claims(side, "amina", query["nonce"]) | {"sub": sub, f"{LTI}roles": roles}
        assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
        identity = await Identity.get(sub=sub)
        assert await Membership.filter(person_id=identity.person_id).count() == 0


async def test_the_stand_in_of_a_teacher_learns_and_is_in_no_list(side: Side, browse: Browse) -> None:
    query = await side.begin()
    stand_in = [f"{MEMBERSHIP}Learner", TEST_USER]
    named = {"sub": "preview", "name": "Student View", f"{LTI}roles": stand_in}
    claims = _claims(side, "amina", query["nonce"]) | named
    assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
    assert (await side.browser.get("/practice")).status_code == 200
    person = (await Identity.get(sub="preview")).person_id
    assert (await Person.get(id=person)).test_user
    dara = await browse("dara")
    assert "Student View" not in (await dara.get("/people?query=Student")).text
    for path in ("/people/{}", "/courses/of/{}", "/practice/of/{}", "/pathways/of/{}"):
        assert (await dara.get(path.format(person))).status_code == 404, path


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([f"{MEMBERSHIP}Instructor"], "instructor"),
        ([f"{MEMBERSHIP}ContentDeveloper"], "instructor"),
        ([f"{MEMBERSHIP}Administrator"], "instructor"),
        (["Instructor"], "instructor"),
        ([f"{MEMBERSHIP}Learner"], "learner"),
        (["Learner"], "learner"),
        ([f"{MEMBERSHIP}Learner", f"{MEMBERSHIP}Instructor"], "instructor"),
        ([f"{MEMBERSHIP}Learner", f"{INSTITUTION}Administrator"], "learner"),
        ([f"{MEMBERSHIP}Mentor"], "none"),
        ([f"{MEMBERSHIP}instructor"], "none"),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"], "none"),
        (["urn:lti:role:ims/lis/Instructor"], "none"),
        ([f"https://evil.example/{MEMBERSHIP}Instructor"], "none"),
    ],
)
async def test_rights_in_a_course_come_from_its_own_roles_alone(side: Side, roles: list[str], role: str) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("roles", roles)(forged)
    assert (await side.post(forged.write(), query["state"])).status_code == 303
    assert ((await Session.get()).lti or {})["roles_in_context"] == role


@pytest.mark.by_hand
async def test_only_the_lmss_that_we_know_may_show_us_in_a_frame(side: Side) -> None:
    await Registration.create(
        id=uuid4(),
        unit_id=(await Registration.get()).unit_id,
        issuer="https://pending.example",
        client_id="c",
        auth_url="https://pending.example/a",
        token_url="https://pending.example/t",
        jwks_url="https://pending.example/j",
        state="pending",
        created=datetime.now(UTC),
    )
    answer = await side.launch()
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";") if part)
    assert set(policy["frame-ancestors"].split()) == {"'self'", side.world.base_url}
    assert answer.headers["cache-control"] == "no-store" and "x-frame-options" not in answer.headers


async def test_a_token_posted_twice_is_refused_the_second_time(side: Side) -> None:
    query = await side.begin()
    token = await side.token_for(query)
    cookies = dict(side.browser.cookies)
    assert (await side.post(token, query["state"])).status_code == 303
    again = await side.post(token, query["state"])
    assert again.headers["X-Refusal"] == "nonce_used"
    assert "Go back to your course" in again.text
    side.browser.cookies.update(cookies)
    assert (await side.post(token, query["state"])).headers["X-Refusal"] == "nonce_used"
    assert await Session.all().count() == 1


async def test_of_eight_posts_of_one_token_at_once_one_is_admitted(side: Side) -> None:
    query = await side.begin()
    token = await side.token_for(query)
    answers = await asyncio.gather(*(side.post(token, query["state"]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [401] * 7
    assert await Session.all().count() == 1
    assert await Nonce.all().count() == 1


async def test_another_token_for_a_login_that_is_over_is_refused(side: Side) -> None:
    query = await side.begin()
    cookies = dict(side.browser.cookies)
    await side.post(await side.token_for(query), query["state"])
    side.browser.cookies.update(cookies)
    second = side.world.sign(_claims(side, "grace", query["nonce"]))
    assert (await side.post(second, query["state"])).headers["X-Refusal"] == "state_used"


async def test_twenty_logins_in_one_browser_all_complete(side: Side) -> None:
    queries = await asyncio.gather(*(side.begin(activity="a-practice") for _ in range(20)))
    tokens = await asyncio.gather(*(side.token_for(query) for query in queries))
    answers = [await side.post(token, query["state"]) for token, query in zip(tokens, queries, strict=True)]
    assert [answer.status_code for answer in answers] == [303] * 20
    assert not [name for name in side.browser.cookies if name.startswith("lti-login-")]


async def test_a_first_launch_made_eight_times_at_once_makes_one_person(side: Side) -> None:
    queries = await asyncio.gather(*(side.begin("grace") for _ in range(8)))
    tokens = await asyncio.gather(*(side.token_for(query) for query in queries))
    answers = await asyncio.gather(
        *(side.post(token, query["state"]) for token, query in zip(tokens, queries, strict=True))
    )
    assert [answer.status_code for answer in answers] == [303] * 8
    assert await Identity.filter(sub="grace").count() == 1
    assert await Person.filter(name="Grace Hall").count() == 1


async def test_a_login_by_post_works_like_one_by_get(side: Side) -> None:
    form = {"iss": side.world.base_url, "login_hint": "amina", "target_link_uri": "http://testserver/courses"}
    answer = await side.browser.post("/lti/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    query = httpx2.URL(answer.headers["location"]).params
    assert answer.status_code == 302
    assert (query["response_mode"], query["prompt"], query["scope"]) == ("form_post", "none", "openid")
    assert "lti_message_hint" not in query


async def test_hints_go_back_byte_for_byte(side: Side) -> None:
    hint = "a%2Bb%20%FF%C3%A9%22&lti_message_hint=%7B%22cmid%22%3A1%7D"
    raw = f"/lti/login?iss={side.world.base_url}&target_link_uri=http://testserver/&login_hint={hint}"
    location = (await side.browser.get(raw)).headers["location"]
    assert "login_hint=a%2Bb+%FF%C3%A9%22&" in location
    assert location.endswith("lti_message_hint=%7B%22cmid%22%3A1%7D")


async def test_a_login_writes_nothing(side: Side) -> None:
    await side.begin()
    assert not await Nonce.all().exists() and not await LaunchTrace.all().exists()


async def test_an_earlier_session_of_the_browser_ends_at_a_launch(side: Side) -> None:
    await side.launch("amina")
    await side.launch("grace")
    assert await Session.filter(ended__isnull=False).count() == 1
    assert await Session.filter(ended__isnull=True).count() == 1


async def test_what_an_lms_leaves_out_does_not_erase_what_it_told_before(side: Side) -> None:
    await side.launch()
    query = await side.begin()
    claims = _claims(side, "amina", query["nonce"])
    for name in ("name", "given_name", "family_name", "email"):
        claims.pop(name, None)
    claims["https://purl.imsglobal.org/spec/lti/claim/resource_link"] = {"id": "a-course"}
    assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
    assert (await Identity.get(sub="amina")).email == "amina@example.org"
    assert (await ResourceLink.get(resource_link_id="a-course")).title == "Leading a parenting group"


async def test_our_key_set_is_public_and_holds_no_private_members(side: Side) -> None:
    answer = await side.browser.get("/.well-known/jwks.json")
    keys = answer.json()["keys"]
    assert "public" in answer.headers["cache-control"]
    assert len({key["kid"] for key in keys}) == len(keys) == 1
    assert all(not {"d", "p", "q", "dp", "dq", "qi"} & key.keys() for key in keys)


def _claims(side: Side, sub: str, nonce: str) -> dict[str, object]:
    return claims_for(side.world, side.world.users[sub], side.world.activities["a-course"], nonce=nonce)
