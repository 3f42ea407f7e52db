"""How somebody works through what is left of the course: pages, quizzes with the right answers, practice tasks."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import Page

from tests.stories.verbs import press, read

LIBRARY = Path(__file__).resolve().parents[2] / "courses" / "library"
NOTE = "I tried it with my sister. Waiting was hard, and then it worked."
MOST_PAGES = 60


def learn(page: Page, *, stop_at: str = "") -> None:
    """Goes on, part after part, until the module is done or the address ends like `stop_at`."""
    for _ in range(MOST_PAGES):
        path = urlsplit(page.url).path
        if (stop_at and path.endswith(stop_at)) or path.count("/") == 2:
            return
        _go_on(page, path)
    raise AssertionError(f"the module has no end: {page.url}")


def _go_on(page: Page, path: str) -> None:
    if "/questions/" in path:
        answer(page)
    elif path.endswith("/check"):
        press(page, "Hand in")
    elif "/results/" in path:
        assert "Passed" in read(page)
        press(page, "Continue")
    elif path.endswith("/quiz"):
        press(page, "Start the quiz")
    elif path.endswith("/task"):
        page.get_by_label("Your note").fill(NOTE)
        press(page, "Hand in")
    else:
        press(page, "Next")


def answer(page: Page) -> None:
    """Gives the right answer to the question on the page."""
    _, _, course, module, *_ = urlsplit(page.url).path.split("/")
    asked = page.get_by_role("heading", level=1).inner_text()
    for choice in right_answers(course, module)[" ".join(asked.split())]:
        page.locator(f'input[name=choices][value="{choice}"]').check()
    press(page, "Next")


@cache
def right_answers(course: str, module: str) -> dict[str, list[str]]:
    """Reads the right answers of a quiz from the course package: question to choices."""
    quiz: dict[str, Any] = yaml.safe_load((LIBRARY / course / module / "quiz.yaml").read_text("utf-8"))
    return {
        " ".join(_english(one["ask"]).split()): [str(choice["id"]) for choice in one["choices"] if choice["right"]]
        for one in quiz["questions"]
    }


def _english(words: str | dict[str, str]) -> str:
    return words if isinstance(words, str) else words["en"]
