"""Who is in a course of the LMS: paged, compared, shown, applied; and nobody removed for a page that failed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from tests.training.lti.conftest import Side
from training.demo.lms.mischief import set_mischief
from training.demo.lms.world import MEMBERSHIP, User
from training.errors import NotFound, Trouble
from training.lti import roster
from training.lti.models import Context, ContextRole, Identity, Registration
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
    return await roster.sync(await Registration.get(), "course-1", side.tool.platform, now=side.world.clock())


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
    with pytest.raises(Trouble):
        await sync(course)
    assert await ContextRole.filter(status="Deleted").count() == 0


async def test_someone_gone_from_a_whole_roster_is_marked_and_kept(course: Side) -> None:
    await sync(course)
    del course.world.users["grace"]
    changes = await roster.preview(await Context.get(), await read(course))
    assert [(one.sub, one.what) for one in changes] == [("grace", "gone")]
    await sync(course)
    assert (await ContextRole.get(identity__sub="grace")).status == "Deleted"
    assert await Person.filter(name="Grace Hall").exists()


async def test_differences_remove_nobody(course: Side) -> None:
    await sync(course)
    assert "since=1" in (await Context.get()).differences_url
    found = await read(course, since_last=True)
    assert not found.whole


async def test_a_preview_changes_nothing(course: Side) -> None:
    before = await ContextRole.all().count()
    changes = await roster.preview(await Context.get(), await read(course))
    assert {(one.sub, one.what) for one in changes} == {("grace", "add"), ("nameless", "add"), ("tutor", "add")}
    assert await ContextRole.all().count() == before


async def test_a_role_seen_at_a_launch_is_not_lowered_the_same_day(course: Side) -> None:
    await course.launch("tutor")
    course.world.users["tutor"] = replace(course.world.users["tutor"], roles=(f"{MEMBERSHIP}Learner",))
    seen = await launched()
    course.world.clock = lambda: seen
    await sync(course)
    assert (await ContextRole.get(identity__sub="tutor")).role == "instructor"
    course.world.clock = lambda: seen + timedelta(days=2)
    await sync(course)
    assert (await ContextRole.get(identity__sub="tutor")).role == "learner"


async def test_a_name_told_before_is_not_erased_by_a_roster_without_names(course: Side) -> None:
    course.world.users["amina"] = User("amina")
    await sync(course)
    assert (await Identity.get(sub="amina")).name == "Amina Yusuf"


async def test_the_roster_of_one_activity_is_partial(course: Side) -> None:
    registration, context = await Registration.get(), await Context.get()
    found = await roster.read(registration, context, course.tool.platform, now=course.world.clock(), resource_link_id="a-course")
    assert not found.whole and found.members


async def test_a_course_nobody_opened_has_no_roster(course: Side) -> None:
    with pytest.raises(NotFound):
        await roster.sync(await Registration.get(), "elsewhere", course.tool.platform, now=course.world.clock())


async def test_the_roster_on_a_host_that_is_not_allowed_is_not_called(course: Side) -> None:
    await Context.all().update(roster_url="https://evil.example/roster")
    with pytest.raises(Trouble):
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


async def test_the_console_shows_what_a_roster_would_change_and_applies_it(
    course: Side, browse: Callable[[str], Awaitable[httpx2.AsyncClient]]
) -> None:
    farah, place = await browse("farah"), f"/lti/console/courses/{(await Context.get()).id}"
    page = await farah.get(place)
    assert "Grace Hall" in page.text and "New" in page.text
    assert (await farah.post(place)).status_code == 303
    assert "Nothing would change" in (await farah.get(place)).text
