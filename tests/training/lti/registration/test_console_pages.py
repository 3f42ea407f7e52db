"""What administrators of LMSs see: connections, launches by reference number, scores, and a test of the connection."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2
import pytest

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side, field
from training.demo.cast import known
from training.demo.lms.joining import entry
from training.demo.lms.mischief import set_mischief
from training.lti.models import Deployment, Identity, LaunchTrace, Registration, ResourceLink, Score
from training.lti.platform import scores
from training.lti.platform.scores import Value
from training.lti.protocol.profiles import PROFILES
from training.lti.registration import setup_guides
from training.lti.registration.actions import RegistrationEntry, add
from training.lti.registration.traffic_pages import opened
from training.people.models import Membership
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Work = Callable[[], Awaitable[int]]
FORM = {
    "issuer": "https://lms.example",
    "client_id": "c1",
    "auth_url": "https://lms.example/auth",
    "token_url": "https://lms.example/token",
    "jwks_url": "https://lms.example/keys",
}


@pytest.mark.parametrize("who", ["amina", "chloe", "dara", ""])
async def test_only_administrators_see_the_console(side: Side, browse: Browse, who: str) -> None:
    for path in ("/lti/console", "/lti/console/launches", "/lti/console/scores", "/lti/console/connect"):
        assert (await (await browse(who)).get(path)).status_code in (303, 403)


@pytest.mark.by_hand
async def test_the_console_lists_what_is_connected_and_what_waits(side: Side, browse: Browse) -> None:
    row = await Deployment.get()
    await Deployment.filter(id=row.id).update(state="pending")
    farah = await browse("farah")
    page = await farah.get("/lti/console")
    assert "Pretend LMS" in page.text and "Approve deployment demo-1" in page.text
    assert (await farah.post(f"/lti/console/{row.id}/approve")).status_code == 303
    assert (await Deployment.get()).state == "approved"
    assert await Fact.filter(kind="deployment.approved", actor_id=known("farah")).count() == 1


async def test_an_lms_is_connected_by_hand(side: Side, browse: Browse) -> None:
    farah = await browse("farah")
    wrong = await farah.post("/lti/console/connect", data={**FORM, "auth_url": "nonsense"})
    assert wrong.status_code == 422 and "https://lms.example/token" in wrong.text
    answer = await farah.post("/lti/console/connect", data={**FORM, "deployment_id": "1 2", "site": "RIV"})
    assert answer.status_code == 303
    page = await farah.get(answer.headers["location"])
    assert "lms.example" in page.text and "Riverside" in page.text
    assert await Deployment.filter(registration__issuer="https://lms.example").count() == 2
    again = await farah.post("/lti/console/connect", data=FORM)
    assert again.status_code == 422 and "registered already" in again.text


async def test_each_kind_of_lms_is_told_the_exact_values_in_its_own_words(side: Side, browse: Browse) -> None:
    farah = await browse("farah")
    for kind in ("", *PROFILES):
        page = unescape((await farah.get(f"/lti/console/connect?kind={kind}")).text)
        for path in ("/lti/login", "/lti/launch", "/.well-known/jwks.json"):
            assert f"http://testserver{path}" in page, kind
        for name, value in setup_guides.FIELDS_BY_PLATFORM.get(kind, setup_guides.OTHERS):
            assert name in page and (value.startswith(("{", "[")) or value.split("{")[0] in page), kind
        takes_links = not kind or kind == "other" or PROFILES[kind].registration
        assert ("http://testserver/lti/register" in page) is takes_links, kind
        assert PROFILES[kind or "other"].register_where in page


async def test_new_deployments_wait_for_approval_unless_somebody_chooses_otherwise(side: Side, browse: Browse) -> None:
    farah = await browse("farah")
    page = (await farah.get("/lti/console/connect")).text
    choices = page.partition('name="deployment_policy"')[2].partition("</select>")[0]
    first = choices.partition("</option>")[0]
    assert 'value="ask"' in first and "selected" not in choices.partition("</option>")[2]
    await farah.post("/lti/console/connect", data=FORM)
    assert (await Registration.get(issuer=FORM["issuer"])).deployment_policy == "ask"
    assert {Registration(**FORM).deployment_policy, RegistrationEntry(**FORM).deployment_policy} == {"ask"}


async def test_what_was_entered_is_changed_and_the_kind_of_lms_overridden(side: Side, browse: Browse) -> None:
    row, farah = await Registration.get(), await browse("farah")
    place = f"/lti/console/{row.id}"
    form = {**FORM, "issuer": row.issuer, "client_id": row.client_id, "profile": "moodle"}
    assert f'value="{row.token_url}"' in (await farah.get(f"{place}/change")).text
    assert (await farah.post(f"{place}/change", data={**form, "jwks_url": "nonsense"})).status_code == 422
    answer = await farah.post(f"{place}/change", data={**form, "service_hosts": "a.example, b.example"})
    assert answer.status_code == 303
    changed = await Registration.get()
    assert (changed.profile, changed.service_hosts, changed.site_id) == ("moodle", ["a.example", "b.example"], None)
    page = (await farah.get(place)).text
    assert "Public keyset" in page and "Manage tools" in page and "https://lms.example/token" in page
    fact = await Fact.get(kind="registration.changed", actor_id=known("farah"))
    assert fact.actor_id == known("farah") and fact.detail["profile"] == ["pretend", "moodle"]
    moved = await farah.post(f"{place}/change", data={**form, "issuer": "https://elsewhere.example"})
    assert moved.status_code == 422 and "People have come in by this one" in moved.text  # Amina has


async def test_a_connection_is_closed_and_opened_again(side: Side, browse: Browse) -> None:
    assert (await side.launch()).status_code == 303
    place, farah = f"/lti/console/{(await Registration.get()).id}", await browse("farah")
    assert "Close this connection" in (await farah.get(place)).text
    assert (await farah.post(f"{place}/refuse")).status_code == 303
    begun = {"iss": side.world.base_url, "client_id": "training", "login_hint": "amina", "target_link_uri": ORIGIN}
    assert (await side.browser.get("/lti/login", params=begun)).headers["X-Refusal"] == "issuer_unknown"
    assert "Open it again" in (await farah.get(place)).text
    shown = field((await farah.get(place)).text, "shown")
    assert (await farah.post(f"{place}/approve", data={"shown": shown})).status_code == 303
    assert (await side.launch()).status_code == 303
    kinds = ("registration.changed", "registration.approved")
    assert await Fact.filter(kind__in=kinds, actor_id=known("farah")).order_by("id").values_list("kind", flat=True) == [
        *kinds
    ]


@pytest.mark.by_hand
async def test_a_deployment_that_waits_is_refused_and_stays_refused(side: Side, browse: Browse) -> None:
    farah, row = await browse("farah"), await Deployment.get()
    assert (await farah.post(f"/lti/console/{row.id}/refuse")).status_code == 404  # it does not wait
    await Deployment.all().update(state="pending")
    assert "Refuse deployment demo-1" in (await farah.get("/lti/console")).text
    assert (await farah.post(f"/lti/console/{row.id}/refuse")).status_code == 303
    assert (await side.launch()).headers["X-Refusal"] == "deployment_unknown"
    assert await Fact.filter(kind="deployment.refused", actor_id=known("farah")).count() == 1


async def test_a_refused_launch_is_found_by_the_number_on_its_page(side: Side, browse: Browse) -> None:
    refused = await side.post("nonsense", "nonsense")
    number = (await LaunchTrace.get()).reference
    assert number in refused.text
    found = await (await browse("farah")).get("/lti/console/launches", params={"reference": number})
    assert "state_mismatch" in found.text and number in found.text
    assert "nonsense" not in found.text


async def test_launches_that_came_in_and_refused_ones_are_told_apart(side: Side, browse: Browse) -> None:
    await side.launch()
    farah = await browse("farah")
    assert "Came in" in (await farah.get("/lti/console/launches")).text
    assert "Came in" not in (await farah.get("/lti/console/launches?only=refused")).text


async def test_the_connection_is_tested_in_words(side: Side, browse: Browse) -> None:
    await side.launch()
    registration = await Registration.get()
    farah = await browse("farah")
    page = await farah.post(f"/lti/console/{registration.id}/check")
    assert page.text.count("Works") == 6 and "Fails" not in page.text and "Not tried" not in page.text
    set_mischief(side.world, {"where": "token", "what": "503"})
    set_mischief(side.world, {"where": "keys", "what": "404"})
    page = await farah.post(f"/lti/console/{registration.id}/check")
    assert page.text.count("Fails") == 4


@pytest.mark.by_hand
async def test_before_the_first_launch_the_clock_is_told_by_the_web_server(side: Side, browse: Browse) -> None:
    farah, place = await browse("farah"), f"/lti/console/{(await Registration.get()).id}/check"
    page = (await farah.post(place)).text
    assert "By the date that its web server tells" in page and "seconds" in page
    await Registration.all().update(clock_skew=-95.0)
    page = (await farah.post(place)).text
    assert "95 seconds behind ours" in page and page.count("Fails") == 1
    await Registration.all().update(clock_skew=-1.2)
    assert "it was 1 second behind ours" in (await farah.post(place)).text


async def test_scores_are_listed_by_lms_and_state_with_their_history_and_sent_again(side: Side, browse: Browse) -> None:
    await side.launch()
    await scores.report(known("amina"), ["/courses/leading-a-parenting-group"], Value(0), now=datetime.now(UTC))
    farah, score, registration = await browse("farah"), await Score.get(), await Registration.get()
    home = side.world.base_url
    other = await add(replace(entry(home), client_id="other", name="Second LMS"), now=datetime.now(UTC), site="RIV")
    for query, there in (
        ("", True),
        ("?state=queued", True),
        ("?state=sent", False),
        (f"?system={registration.id}", True),
        (f"?system={other.id}", False),
        (f"?system={registration.id}&state=refused", False),
    ):
        page = (await farah.get(f"/lti/console/scores{query}")).text
        assert ("Amina Yusuf" in page) is there, query
        assert "Second LMS" in page
    assert f"/lti/console/scores?system={registration.id}" in (await farah.get(f"/lti/console/{registration.id}")).text
    page = await farah.get(f"/lti/console/scores/{score.id}")
    assert "Queued" in page.text and "Send again" in page.text and "0 of 100" in page.text
    assert (await farah.post(f"/lti/console/scores/{score.id}")).status_code == 303
    assert (await Score.get()).version == 2
    assert (await farah.get(f"/lti/console/scores/{known('nothing')}")).status_code == 404
    assert (await farah.post(f"/lti/console/scores/{known('nothing')}")).status_code == 404


async def test_the_page_of_scores_says_in_words_why_one_was_refused(side: Side, browse: Browse, work: Work) -> None:
    await side.launch()
    await ResourceLink.all().update(line_item_url="https://evil.example/lineitems/1")
    await scores.report(known("amina"), ["/courses/leading-a-parenting-group"], Value(50), now=datetime.now(UTC))
    await work()
    page = await (await browse("farah")).get("/lti/console/scores?state=refused")
    assert "host is not allowed for this registration" in page.text and "(evil.example)" in page.text
    assert (
        "Refused for good" in (await (await browse("farah")).get(f"/lti/console/scores/{(await Score.get()).id}")).text
    )


@pytest.mark.by_hand
async def test_the_home_of_an_administrator_tells_what_waits_and_what_was_refused(side: Side, browse: Browse) -> None:
    farah, now = await browse("farah"), datetime.now(UTC)
    assert "waiting for your approval" not in (await farah.get("/")).text
    await add(replace(entry("https://waits.example"), name="Waits"), now=now, site="RIV", state="pending")
    await Deployment.filter(registration__client_id="training").update(state="pending")
    await side.launch()
    await side.post("nonsense", "nonsense")
    page = (await farah.get("/")).text
    for number, words in (
        (3, "waiting for your approval"),  # a system, and a deployment of each
        (1, "launches refused in the last 7 days"),
        (1, "refused in the last 7 days from systems that we do not know"),
    ):
        assert f'<span class="app-card__number">{number}</span> {words}' in page
    await LaunchTrace.all().update(at=now - timedelta(days=8))
    assert "refused in the last" not in (await farah.get("/")).text
    for who in ("amina", "chloe"):
        assert "waiting for your approval" not in (await (await browse(who)).get("/")).text


async def test_two_systems_of_one_name_are_told_apart(side: Side, browse: Browse) -> None:
    await side.launch()
    await scores.report(known("amina"), ["/courses/leading-a-parenting-group"], Value(0), now=datetime.now(UTC))
    second = await add(replace(entry(side.world.base_url), client_id="another"), now=datetime.now(UTC))
    assert second.name == (await Registration.get(client_id="training")).name
    farah = await browse("farah")
    for place in ("/lti/console", "/lti/console/launches", "/lti/console/scores"):
        page = (await farah.get(place)).text
        assert "Pretend LMS (training)" in page, place
    assert "Pretend LMS (another)" in (await farah.get("/lti/console")).text
    form = {**FORM, "issuer": second.issuer, "client_id": "another", "name": "The other one"}
    assert (await farah.post(f"/lti/console/{second.id}/change", data=form)).status_code == 303
    page = (await farah.get("/lti/console")).text
    assert "The other one" in page and "Pretend LMS (training)" not in page


async def test_the_list_of_scores_tells_the_course(side: Side, browse: Browse) -> None:
    await side.launch()
    await scores.report(known("amina"), ["/courses/leading-a-parenting-group"], Value(0), now=datetime.now(UTC))
    farah = await browse("farah")
    assert "Working with families, autumn group" in (await farah.get("/lti/console/scores")).text
    page = await farah.get(f"/lti/console/scores/{(await Score.get()).id}")
    assert "Working with families, autumn group" in page.text


@pytest.mark.by_hand
async def test_moodle_is_told_of_the_two_steps_without_which_nobody_sees_the_tool(side: Side, browse: Browse) -> None:
    farah = await browse("farah")
    page = unescape((await farah.get("/lti/console/connect?kind=moodle")).text)
    assert "press Activate" in page and page.count("Show in activity chooser and as a preconfigured tool") == 2
    await Registration.all().update(profile="moodle")
    assert "press Activate" in (await farah.get(f"/lti/console/{(await Registration.get()).id}")).text


async def test_who_came_before_an_lms_served_a_site_is_moved_there_when_somebody_says_so(
    side: Side, browse: Browse
) -> None:
    await Registration.all().update(site_id=None)
    side.tool.remembered.forget((row := await Registration.get()).id)
    await side.launch("grace")
    farah, place = await browse("farah"), f"/lti/console/{row.id}"
    assert "came from here before" not in (await farah.get(place)).text
    form = {**FORM, "issuer": row.issuer, "client_id": row.client_id, "site": "RIV"}
    assert (await farah.post(f"{place}/change", data=form)).status_code == 303
    assert "1 person came from here before it served a site" in (await farah.get(place)).text
    moved = await farah.post(f"{place}/place")
    assert "1 person moved to the site." in (await farah.get(moved.headers["location"])).text
    person = (await Identity.get(sub="grace")).person_id
    held = await Membership.filter(person_id=person).order_by("recorded").values_list("site_id", "ends")
    assert [(site, ends is None) for site, ends in held] == [(None, False), (known("site/RIV"), True)]
    assert (await (await browse("chloe")).get(f"/people/{person}")).status_code == 200
    assert "came from here before" not in (await farah.get(place)).text


async def test_a_launch_is_told_by_the_title_of_what_it_opened(side: Side, browse: Browse) -> None:
    await side.launch("grace", "a-practice")
    await side.launch("tutor", "a-practice")
    page = (await (await browse("farah")).get("/lti/console/launches")).text
    assert "What was opened, or why not" in page
    cells = re.findall(r'data-label="What was opened, or why not">([^<]*)', page)
    assert [cell.strip() for cell in cells] == ["My practice: its learners, for a teacher", "My practice"]


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("/courses/steps", "Small steps"),
        ("/courses/steps/", "Small steps"),
        ("/courses/steps/hearing?x=1", "Hearing"),
        ("/courses/steps/hearing/page", "Hearing"),
        ("/lti/teach?path=/courses/steps", "Small steps: its learners, for a teacher"),
        ("/courses/stepsons", "/courses/stepsons"),
        ("", ""),
    ],
)
def test_what_was_opened_is_the_activity_it_lies_in(target: str, title: str) -> None:
    assert opened(target, {"/courses/steps": "Small steps", "/courses/steps/hearing": "Hearing"}) == title
