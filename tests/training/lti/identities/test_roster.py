"""Who is in a course of the LMS: paged, compared, shown, applied; and nobody removed for a page that failed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import httpx2
import pytest

from tests.training.lti.conftest import Side, field
from training.core.errors import AppError, NotFound, Upstream
from training.demo.lms.mischief import set_mischief
from training.demo.lms.world import MEMBERSHIP, User
from training.lti.identities import roster_changes
from training.lti.models import Context, ContextRole, Identity, Registration
from training.lti.platform import roster
from training.lti.protocol.refusals import Refused
from training.people.models import Membership, Person


@pytest.fixture
async def course(side: Side) -> Side:
    await side.launch()
    return side


async def launched() -> datetime:
    """Gives the moment of the last launch: the LMS takes no assertion that is minutes old."""
    return max(row.launched for row in await ContextRole.filter(launched__isnull=False) if row.launched)


async def read(side: Side, **more: bool) -> roster.Roster:
    registration, context = await Registration.get(), await Context.get()
    return await roster.read(registration, context, side.tool.platform, now=side.world.clock(), **more)


async def sync(side: Side) -> list[dict[str, object]]:
    return await roster_changes.sync(await Registration.get(), "course-1", side.tool.platform, now=side.world.clock())


async def preview(side: Side) -> list[roster_changes.RosterChange]:
    return await roster_changes.preview(await Context.get(), await read(side))


async def test_a_roster_is_read_and_its_people_become_trainees(course: Side) -> None:
    rows = await sync(course)
    assert {row["sub"] for row in rows} == {"amina", "grace", "nameless", "tutor"}
    assert rows[1] == {
        "sub": "grace",
        "name": "Grace Hall",
        "email": "grace@example.org",
        "status": "Active",
        "roles": list(course.world.users["grace"].roles),
    }
    grace = await Identity.get(sub="grace")
    assert await Membership.filter(person_id=grace.person_id).values_list("role", flat=True) == ["trainee"]
    tutor = await ContextRole.get(identity__sub="tutor")
    assert (tutor.role, tutor.launched) == ("instructor", None)
    nameless = await Identity.get(sub="nameless").select_related("person")
    assert nameless.person.name.startswith("Learner ")


async def test_a_long_roster_is_read_page_by_page(course: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(25):
        course.world.users[f"u{number}"] = User(f"u{number}", f"N{number}")
    monkeypatch.setattr(roster, "PAGE_SIZE", 4)
    found = await read(course)
    assert (len(found.members), found.whole) == (29, True)
    assert len([where for where, _ in course.world.calls if where == "roster"]) == 8


async def test_nobody_is_removed_when_a_page_failed(course: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    await sync(course)
    monkeypatch.setattr(roster, "PAGE_SIZE", 2)
    set_mischief(course.world, {"where": "roster", "what": "503"})
    with pytest.raises(AppError):
        await sync(course)
    assert await ContextRole.filter(status="Deleted").count() == 0


async def test_someone_gone_from_a_whole_roster_is_marked_and_kept(course: Side) -> None:
    await sync(course)
    del course.world.users["grace"]
    changes = await preview(course)
    assert [(one.sub, one.what) for one in changes] == [("grace", "gone")]
    await sync(course)
    assert (await ContextRole.get(identity__sub="grace")).status == "Deleted"
    assert await Person.filter(name="Grace Hall").exists()


async def test_differences_name_who_changed_and_remove_nobody(course: Side) -> None:
    await sync(course)
    assert "since=" in (await Context.get()).differences_url
    users = course.world.users
    users["grace"] = replace(users["grace"], status="Inactive")
    del users["nameless"]
    users["newest"] = User("newest", "Nell", "Now")
    found = await read(course, since_last=True)
    assert not found.whole
    now = course.world.clock()
    changes = await roster_changes.preview(await Context.get(), found)
    assert {(one.sub, one.what) for one in changes} == {("grace", "change"), ("nameless", "change"), ("newest", "add")}
    await roster_changes.apply(await Registration.get(), await Context.get(), found, now=now)
    states = dict(await ContextRole.all().values_list("identity__sub", "status"))
    assert (states["grace"], states["nameless"], states["amina"]) == ("Inactive", "Deleted", "Active")
    assert await read(course, since_last=True) == replace(found, members=(), differences_url=ANY)


async def test_somebody_unknown_who_has_left_is_not_made_a_person(course: Side) -> None:
    course.world.users["gone"] = User("gone", "Long", "Gone", status="Deleted")
    assert "gone" not in {one.sub for one in await preview(course)}
    await sync(course)
    assert not await Identity.filter(sub="gone").exists()


@pytest.mark.by_hand
async def test_a_roster_that_goes_on_at_another_host_is_read_no_further(course: Side) -> None:
    course.world.roster_goes_on_at = "http://localhost:1/roster"
    await Registration.all().update(service_hosts=["localhost"])  # allowed for this LMS, yet not the host called
    with pytest.raises(Refused, match="address for scores"):
        await read(course)


async def test_a_roster_that_goes_round_in_circles_ends_and_removes_nobody(course: Side) -> None:
    await sync(course)
    course.world.roster_goes_on_at = f"{course.world.roster_url}?limit=500"
    with pytest.raises(Upstream, match="round in circles"):
        await sync(course)
    assert await ContextRole.filter(status="Deleted").count() == 0


async def test_a_preview_changes_nothing(course: Side) -> None:
    before = await ContextRole.all().count()
    changes = await preview(course)
    assert {(one.sub, one.what) for one in changes} == {("grace", "add"), ("nameless", "add"), ("tutor", "add")}
    assert await ContextRole.all().count() == before


async def test_a_roster_lowers_nobody_and_the_person_s_own_launch_does(course: Side) -> None:
    await course.launch("tutor")
    course.world.users["tutor"] = replace(course.world.users["tutor"], roles=(f"{MEMBERSHIP}Learner",))
    seen = await launched()
    course.world.clock = lambda: seen + timedelta(days=2)
    changes = await preview(course)
    assert "tutor" not in {one.sub for one in changes}
    await sync(course)
    assert (await ContextRole.get(identity__sub="tutor")).role == "instructor"
    course.world.clock = lambda: datetime.now(UTC)
    await course.launch("tutor")
    assert (await ContextRole.get(identity__sub="tutor")).role == "learner"


async def test_a_name_told_before_is_not_erased_by_a_roster_without_names(course: Side) -> None:
    course.world.users["amina"] = User("amina")
    await sync(course)
    assert (await Identity.get(sub="amina")).name == "Amina Yusuf"


async def test_the_roster_of_one_activity_is_partial(course: Side) -> None:
    registration, context = await Registration.get(), await Context.get()
    now = course.world.clock()
    found = await roster.read(registration, context, course.tool.platform, now=now, resource_link_id="a-course")
    assert not found.whole and found.members


async def test_a_course_nobody_opened_has_no_roster(course: Side) -> None:
    with pytest.raises(NotFound):
        await roster_changes.sync(await Registration.get(), "elsewhere", course.tool.platform, now=course.world.clock())


async def test_the_roster_on_a_host_that_is_not_allowed_is_not_called(course: Side) -> None:
    await Context.all().update(roster_url="https://evil.example/roster")
    with pytest.raises(AppError):
        await read(course)


@pytest.mark.parametrize(
    ("header", "next_url"),
    [
        ('<https://a.example/p2>; rel="next"', "https://a.example/p2"),
        ("<https://a.example/p2>;rel=next", "https://a.example/p2"),
        ('</p2>; title="x, y"; REL="NEXT last"', "https://a.example/p2"),
        ('<?page=2>; rel="next"', "https://a.example/p1?page=2"),
        ('<https://a.example/a,b?c=1,2>; rel="next"', "https://a.example/a,b?c=1,2"),
        ('<https://a.example/d>; rel="differences", <https://a.example/p2>; rel="next"', "https://a.example/p2"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_link_headers_are_read_in_every_usual_form(header: str, next_url: str | None) -> None:
    assert roster.read_links([header], "https://a.example/p1").get("next") == next_url


@pytest.mark.parametrize(
    ("told", "role", "status"),
    [
        ({"user_id": "a", "roles": ["Learner"]}, "learner", "Active"),
        ({"user_id": "a", "roles": [f"{MEMBERSHIP}Instructor"], "status": "Inactive"}, "instructor", "Inactive"),
        ({"user_id": "a", "roles": []}, "none", "Active"),
        ({"user_id": "a"}, "none", "Active"),
    ],
)
def test_members_may_lack_everything_but_an_id(told: dict[str, object], role: str, status: str) -> None:
    member = roster.read_member(told)
    assert member is not None and (member.role, member.status, member.name) == (role, status, "")
    assert roster.read_member({**told, "user_id": 7}) is None


async def test_the_console_shows_what_a_roster_would_change_and_applies_just_that(
    course: Side, browse: Callable[[str], Awaitable[httpx2.AsyncClient]]
) -> None:
    farah, place = await browse("farah"), f"/lti/console/courses/{(await Context.get()).id}"
    page = await farah.get(place)
    assert "Grace Hall" in page.text and "New" in page.text and "never gives or takes a role" in page.text
    course.world.users["late"] = User("late", "Late", "Comer")
    shown_again = await farah.post(place, data={"shown": field(page.text, "shown")})
    assert shown_again.status_code == 200 and "has changed since you looked" in shown_again.text
    assert "Late Comer" in shown_again.text and not await Identity.filter(sub="grace").exists()
    assert (await farah.post(place, data={"shown": field(shown_again.text, "shown")})).status_code == 303
    assert await Identity.filter(sub__in=["grace", "late"]).count() == 2
    assert "Nothing would change" in (await farah.get(place)).text
    assert "only the differences" in (await farah.get(f"{place}?only=differences")).text
