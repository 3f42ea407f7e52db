"""Open edX with its production LTI code (lti-consumer-xblock) beside the service: launches, scores, roster, picking."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import yaml

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.forms import Form, forms, send
from tests.third_party.programs import ROOT, Tool, running
from tests.training.lti.conftest import free_port

COURSE_ID = "course-v1:Riverside+Families+2026"
COURSE = "/courses/leading-a-parenting-group"
MODULE = f"{COURSE}/what-a-group-is-for"
QUIZ = f"{MODULE}/quiz"
LIBRARY = ROOT / "courses" / "library"
PATIENCE_SECONDS = 30

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made


@dataclass(frozen=True)
class Campus:
    """The campus: its address, and the id that its registration has here."""

    url: str
    registration: str

    def comes(self, browser: httpx2.Client, person: str) -> None:
        """Signs a person in at the campus."""
        assert browser.get(f"{self.url}/sign-in/{person}").status_code == 200

    def gradebook(self) -> Any:
        """Reads what the campus holds."""
        return httpx2.get(f"{self.url}/gradebook", trust_env=False).json()


@pytest.fixture(scope="module")
def python() -> Path:
    """Gives the Python of the campus's own environment."""
    return python_with(REQUIREMENTS / "lti-consumer-xblock.txt")


@pytest.fixture(scope="module")
def campus(python: Path, tool: Tool) -> Iterator[Campus]:
    """Opens the campus, and copies what its author's page shows into our registration."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {
        "CAMPUS_URL": base,
        "TOOL_URL": tool.url,
        "CAMPUS_DATABASE": str(tool.folder / "campus.db"),
        "PYTHONPATH": str(Path(__file__).parent / "openedx"),
    }
    command = [str(python), "-m", "campus", str(port)]
    with running(command, environment, answers=f"{base}/settings", log=tool.folder / "campus.log"):
        shown = httpx2.get(f"{base}/settings", trust_env=False).json()
        yield Campus(
            base,
            tool.connect(
                issuer=base,
                client_id=shown["client_id"],
                deployment_id=shown["deployment_id"],
                profile="openedx",
                auth_url=shown["oidc_callback"],
                token_url=shown["token_url"],
                jwks_url=shown["keyset_url"],
            ),
        )


def launch_form(browser: httpx2.Client, address: str) -> Form:
    """Opens an address of the campus, and goes to where its launch is about to be posted."""
    return forms(browser.get(address))[-1]


def launched(browser: httpx2.Client, campus: Campus, person: str) -> httpx2.Response:
    """Launches the unit as a person, and gives the page that they land on."""
    campus.comes(browser, person)
    return send(browser, launch_form(browser, f"{campus.url}/unit"))


def picker(browser: httpx2.Client, campus: Campus, person: str = "tess") -> httpx2.Response:
    """Goes from the author's page to our picker."""
    campus.comes(browser, person)
    return send(browser, launch_form(browser, f"{campus.url}/studio"))


def pick(browser: httpx2.Client, page: httpx2.Response, **chosen: str | list[str]) -> Form:
    """Chooses on the picker, and gives the answer on its way to the campus."""
    return forms(send(browser, forms(page)[-1], site="same-origin", **chosen))[-1]


def place(browser: httpx2.Client, campus: Campus, *paths: str) -> httpx2.Response:
    """Places activities into the unit, as its author does."""
    return send(browser, pick(browser, picker(browser, campus), path=list(paths)))


def pass_the_quiz(browser: httpx2.Client, tool: Tool) -> None:
    """Answers every question right and hands in."""
    quiz = yaml.safe_load((LIBRARY / QUIZ.removeprefix("/courses/") / ".." / "quiz.yaml").resolve().read_text("utf-8"))
    page = browser.post(f"{tool.url}{QUIZ}/begin", headers={"Sec-Fetch-Site": "same-origin"})
    for _ in quiz["questions"]:
        asked = " ".join(unescape(re.sub("<[^>]+>", " ", re.search(r"<h1.*?</h1>", page.text, re.S)[0])).split())  # type: ignore[index]
        one = next(one for one in quiz["questions"] if _words(one["ask"]) in asked)
        right = [str(choice["id"]) for choice in one["choices"] if choice["right"]]
        page = send(browser, _question(page), site="same-origin", choices=right)
    assert "Passed" in send(browser, forms(page)[-1], site="same-origin").text


def _question(page: httpx2.Response) -> Form:
    return next(form for form in forms(page) if "/questions/" in form.action)


def _words(told: str | dict[str, str]) -> str:
    return " ".join((told if isinstance(told, str) else told["en"]).split())


def until(found: Callable[[], Any]) -> Any:
    """Waits for what the service does by itself."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (value := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)
    return value


def test_its_block_launches_a_learner_to_the_course(tool: Tool, campus: Campus, browser: httpx2.Client) -> None:
    """The message is built and signed by LtiAdvantageConsumer, answered at its own launch gate."""
    page = launched(browser, campus, "lena")
    assert page.status_code == 200 and page.headers.get("X-Refusal") is None
    assert str(page.url).startswith(f"{tool.url}{COURSE}")
    me = browser.get(f"{tool.url}/api/v1/me").json()
    assert me["name"] == "Lena Reader"
    assert me["lti"] == {
        "issuer": campus.url,
        "deployment_id": "1",
        "context_id": COURSE_ID,
        "resource_link_id": campus.gradebook()["block"],
        "roles_in_context": "learner",
    }


def test_its_instructor_is_an_instructor_there_and_nothing_more_here(
    tool: Tool, campus: Campus, browser: httpx2.Client
) -> None:
    launched(browser, campus, "tess")
    me = browser.get(f"{tool.url}/api/v1/me").json()
    assert me["lti"]["roles_in_context"] == "instructor"
    assert not {"assessor", "coordinator", "central", "auditor", "administrator"} & set(me["roles"])


def test_its_launch_is_taken_once(campus: Campus, browser: httpx2.Client) -> None:
    campus.comes(browser, "lena")
    form = launch_form(browser, f"{campus.url}/unit")
    assert send(browser, form, onward=False).status_code == 303
    assert send(browser, form).headers["X-Refusal"] == "nonce_used"


def test_it_accepts_our_deep_linking_answer_and_launches_what_was_placed(
    tool: Tool, campus: Campus, browser: httpx2.Client
) -> None:
    saved = place(browser, campus, QUIZ)
    assert saved.status_code == 200 and "successfully saved" in saved.text
    [item] = campus.gradebook()["placed"]
    assert item["content_type"] == "ltiResourceLink"
    attributes = item["attributes"]
    assert attributes["url"] == f"{tool.url}{QUIZ}" and attributes["custom"] == {"training_target": QUIZ}
    assert attributes["title"] and attributes["lineItem"]["resourceId"] == QUIZ
    with httpx2.Client(follow_redirects=True, trust_env=False) as learner:
        assert urlsplit(str(launched(learner, campus, "lena").url)).path.startswith(MODULE)


def test_it_accepts_several_items_and_a_cancelled_choice(campus: Campus, browser: httpx2.Client) -> None:
    assert place(browser, campus, QUIZ, MODULE).status_code == 200
    assert len(campus.gradebook()["placed"]) == 2
    saved = send(browser, pick(browser, picker(browser, campus), cancel="yes"))
    assert saved.status_code == 200 and campus.gradebook()["placed"] == []


def test_it_refuses_our_answer_when_it_was_changed_or_its_person_may_not_author(
    campus: Campus, browser: httpx2.Client
) -> None:
    form = pick(browser, picker(browser, campus), path=QUIZ)
    changed = Form(form.action, form.method, {"JWT": form.fields["JWT"][:-8] + "AAAAAAAA"})
    assert send(browser, changed).status_code == 403
    campus.comes(browser, "lena")
    assert send(browser, form).status_code == 403


def test_its_learner_gets_no_picker(campus: Campus, browser: httpx2.Client) -> None:
    """It refuses before we have to: its own gate lets only staff pick."""
    campus.comes(browser, "lena")
    assert browser.get(f"{campus.url}/studio").status_code == 403


def test_a_quiz_done_here_is_a_grade_there(tool: Tool, campus: Campus, browser: httpx2.Client) -> None:
    """Its grades view answers 201, and the block publishes the grade to the gradebook."""
    place(browser, campus, QUIZ)
    launched(browser, campus, "omar")
    pass_the_quiz(browser, tool)
    sub = _sub(tool, campus, "Omar Quiet")
    [answer] = until(lambda: _answers(campus, sub))
    assert answer["status"] == 201
    assert (answer["score"]["scoreGiven"], answer["score"]["scoreMaximum"]) == (10, 10)
    assert (answer["score"]["activityProgress"], answer["score"]["gradingProgress"]) == ("Completed", "FullyGraded")
    [grade] = campus.gradebook()["published"]
    assert grade["event"] == "grade" and (grade["value"], grade["max_value"]) == (10, 10)
    row = until(lambda: next((row for row in tool.told("lti", "scores") if row["state"] == "sent"), None))
    assert row["sub"] == sub and row["line_item"].startswith(campus.url)


def test_an_equal_time_stamp_is_refused_there_and_stamped_anew_here(
    tool: Tool, campus: Campus, browser: httpx2.Client
) -> None:
    launched(browser, campus, "lena")
    sub = _sub(tool, campus, "Lena Reader")
    line_item = _line_item(campus)
    httpx2.post(f"{campus.url}/gradebook/twin", data={"comment": "from elsewhere"}, trust_env=False)
    _send(tool, campus, sub, line_item, given="7")
    first, second = until(lambda: _answers(campus, sub, at_least=2))
    assert (first["status"], second["status"]) == (400, 201)
    assert first["said"] == {"timestamp": ["Score already exists for the provided timestamp"]}
    assert second["score"]["timestamp"] > first["score"]["timestamp"]
    [held] = [row for row in campus.gradebook()["scores"] if row["user_id"] == sub]
    assert held["score_given"] == 7


def test_scores_sent_in_the_same_second_are_all_taken(tool: Tool, campus: Campus, browser: httpx2.Client) -> None:
    launched(browser, campus, "lena")
    sub, line_item = _sub(tool, campus, "Lena Reader"), _line_item(campus)
    before = len(_answers(campus, sub))
    for given in ("1", "2", "0"):
        _send(tool, campus, sub, line_item, given=given)
        until(lambda given=given: _given(campus, sub)[-1:] == [int(given)])  # type: ignore[misc]
    new = _answers(campus, sub)[before:]
    assert [one["status"] for one in new] == [201] * len(new)
    stamps = [one["score"]["timestamp"] for one in new]
    assert stamps == sorted(set(stamps))


def _given(campus: Campus, sub: str) -> list[int]:
    return [answer["score"]["scoreGiven"] for answer in _answers(campus, sub)]


def test_it_serves_its_roster(tool: Tool, campus: Campus, browser: httpx2.Client) -> None:
    launched(browser, campus, "tess")
    rows = tool.told("lti", "sync-members", "--registration", campus.registration, "--context", COURSE_ID)
    assert {row["name"]: (row["email"], row["status"]) for row in rows} == {
        "Tess Author": ("tess@campus.example", "Active"),
        "Lena Reader": ("lena@campus.example", "Active"),
        "Omar Quiet": ("omar@campus.example", "Active"),
    }
    kinds = {row["name"]: {role.rpartition("#")[2] for role in row["roles"]} for row in rows}
    assert "Instructor" in kinds["Tess Author"] and kinds["Lena Reader"] == {"Learner"}


def test_our_test_of_the_connection_finds_it_whole(tool: Tool, campus: Campus, browser: httpx2.Client) -> None:
    launched(browser, campus, "tess")
    found = tool.told("lti", "test", campus.registration)
    assert [one for one in found if one["ok"] is False] == []


def _sub(tool: Tool, campus: Campus, name: str) -> str:
    rows = tool.told("lti", "sync-members", "--registration", campus.registration, "--context", COURSE_ID)
    return next(str(row["sub"]) for row in rows if row["name"] == name)


def _line_item(campus: Campus) -> str:
    return f"{campus.url}/api/lti_consumer/v1/lti/1/lti-ags/1"


def _answers(campus: Campus, sub: str, at_least: int = 1) -> list[dict[str, Any]]:
    answers = [one for one in campus.gradebook()["answers"] if one["score"]["userId"] == sub]
    return answers if len(answers) >= at_least else []


def _send(tool: Tool, campus: Campus, sub: str, line_item: str, *, given: str) -> None:
    tool.command(
        "lti",
        "send-score",
        "--registration",
        campus.registration,
        "--user",
        sub,
        "--line-item",
        line_item,
        "--given",
        given,
        "--maximum",
        "10",
    )
