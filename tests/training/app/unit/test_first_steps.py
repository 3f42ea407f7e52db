"""The first steps of a new service: the list on the home page, rules from files, the course that ships, a test mail."""

import secrets
from datetime import UTC, datetime

import pytest

from certificates.evaluations.models import PathwayVersion
from courses.packages.models import CourseVersion
from training.core.settings import Settings
from training.demo.seed import MATERIAL
from training.people.authentication.first_administrator import set_up
from training.people.authentication.middleware import cookie_name
from training.people.models import Letter
from training.people.sessions import open_session
from training.sites.models import CentralUnit, Programme

RULES, TOOL = MATERIAL / "pathways/growing_together.yaml", MATERIAL / "instruments/group_facilitation.yaml"


async def _shown_again():
    await CentralUnit.all().update(first_steps_over=None)


async def test_the_list_ticks_what_is_there_leads_to_the_rest_and_can_be_put_away(browse):
    farah = await browse("farah")
    assert "First steps" not in (await farah.get("/")).text, "the demo has put it away"
    await _shown_again()
    home = (await farah.get("/")).text
    assert home.count(">Done<") == 2, "the sites and the people of the demo"
    assert 'href="/material"' in home and 'href="/first-steps/mail"' in home
    assert "First steps" not in (await (await browse("chloe")).get("/")).text, "who looks after one site has none"
    page = await farah.post("/first-steps", data={"do": "hide"})
    assert "First steps" not in (await farah.get("/")).text
    assert "Show this list on my home page" in (await farah.get(page.headers["location"])).text
    await farah.post("/first-steps", data={"do": "show"})
    assert "First steps" in (await farah.get("/")).text


def _chosen(*paths):
    return [("files", (path.name, path.read_bytes())) for path in paths]


async def test_rules_from_files_are_rehearsed_and_then_published_as_they_were_sent(browse):
    dara = await browse("dara")
    page = await dara.post("/material/check", files=_chosen(RULES, TOOL))
    assert page.status_code == 200 and "pathway growing_together" in page.text and "instrument" in page.text
    assert not await PathwayVersion.exists(), "a rehearsal publishes nothing"
    sent = {"name": [RULES.name, TOOL.name], "text": [one.read_text().replace("\n", "\r\n") for one in (RULES, TOOL)]}
    answer = await dara.post("/material/publish", data=sent)
    assert "2 files published." in (await dara.get(answer.headers["location"])).text
    assert (await PathwayVersion.get()).text == RULES.read_text()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rules.yaml", b"pathway: some\nlevels: 3\n", "rules.yaml:2: "),
        ("rules.txt", b"", "is no such file"),
        ("rules.yaml", b"\xff\xfe", "is no UTF-8"),
        ("", b"", "Choose a file that ends in .yaml"),
    ],
)
async def test_what_is_wrong_in_a_file_is_told_by_line_and_nothing_is_published(browse, name, content, said):
    dara = await browse("dara")
    page = await dara.post("/material/check", files=[("files", (name, content))])
    assert page.status_code == 422 and said in page.text and "/tmp/" not in page.text
    assert not await PathwayVersion.exists()


@pytest.mark.by_hand
async def test_the_course_that_ships_is_taken_once_by_a_button_by_a_unit_without_its_programme(browse):
    await Programme.all().update(slug="another")
    dara = await browse("dara")
    assert "Take the course that ships" in (await dara.get("/material")).text
    answer = await dara.post("/material/course")
    page = (await dara.get(answer.headers["location"])).text
    assert "The course is published" in page and "Take the course that ships" not in page
    assert await CourseVersion.all().count() == 1


async def test_a_test_mail_goes_to_oneself_and_tells_what_came_of_it(browse, settings: Settings):
    farah = await browse("farah")
    await farah.post("/first-steps/mail")
    page = (await farah.get("/first-steps/mail")).text
    assert "taken by this machine" in page and "TRAINING_MAIL_URL" in page, "a folder is no mail that works"
    assert (await Letter.get()).address == "farah@together.example"


async def test_a_mail_server_that_is_away_is_said_and_leaves_nobody_a_task(service, browse, settings: Settings):
    away = settings.model_copy(update={"mail_url": "smtp://127.0.0.1:9"})
    object.__setattr__(service.state.resources, "settings", away)
    farah = await browse("farah")
    await farah.post("/first-steps/mail")
    assert "<b>not sent</b>. The mail server did not take the message" in (await farah.get("/first-steps/mail")).text
    assert (await Letter.get()).settled is not None


async def test_somebody_let_in_by_setup_tells_her_name_and_comes_home(service, browse, settings: Settings):
    done = await set_up("Together", "new@unit.example", "Europe/London", now=datetime.now(UTC))
    token = secrets.token_urlsafe(32)
    await open_session(done.link.person_id, token=token, now=datetime.now(UTC))
    new = await browse()
    new.cookies.set(cookie_name(settings.secure), token)
    assert "What is your name?" in (await new.get("/")).text
    assert (await new.post("/name", data={"name": "Nia Price"})).headers["location"] == "/"
    assert "Hello Nia" in (await new.get("/")).text
