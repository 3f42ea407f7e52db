"""A small course that some have done and some are in the middle of, and its next version, published in the browser."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import PAGE, write
from tests.today import TODAY
from tests.training.drafts.conftest import begun, revision, seen
from training.core.settings import Settings
from training.people.actor import Actor

AT = "/courses/small-steps"
SECOND = PAGE.format(title="Wait", heading="How", text="Count to five, and breathe.")
BECAUSE = "Waiting longer helps parents. We saw it in forty groups."
Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
DUE = TODAY + timedelta(days=30)


@pytest.fixture
async def small_steps(tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings) -> str:
    """Publishes the small course; gives its name."""
    report = await load(write(tmp_path / "small"), actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert not report.refused, [str(mistake) for mistake in report.mistakes]
    return "small-steps"


async def does(browser: httpx2.AsyncClient, *pages: str) -> None:
    """Does some parts of the course."""
    for page in pages:
        await browser.get(f"{AT}/{page}")
        assert (await browser.post(f"{AT}/{page}", data={"note": "I did it."})).status_code == 303, page


async def passes(browser: httpx2.AsyncClient) -> None:
    """Does the quiz of the course with all right."""
    await browser.post(f"{AT}/hearing/quiz/begin")
    await browser.post(f"{AT}/hearing/quiz/questions/1", data={"choices": "face"})
    await browser.post(f"{AT}/hearing/quiz/questions/2", data={"choices": ["open", "quiet"]})
    await browser.post(f"{AT}/hearing/quiz/hand-in")


async def finishes(browser: httpx2.AsyncClient) -> None:
    """Does the whole course."""
    await browser.post(f"{AT}/start")
    await does(browser, "hearing/first", "hearing/02-second", "hearing/film", "hearing/task")
    await passes(browser)
    await does(browser, "leading/01-plan")


async def publishes(browse: Browse, number: str = "2", text: str = SECOND, **chosen: str) -> httpx2.Response:
    """Changes a core page in a draft and publishes it, with what is chosen for whom; gives the answer."""
    dara = await browse("dara")
    draft = await begun(dara, "course", "small-steps")
    file = f"{draft}/files/hearing/02-second.md"
    assert (await dara.post(file, data={"text": text, "revision": await revision(dara, file)})).status_code == 303
    sent = {"number": number, "edit_class": "content", "seen": await seen(dara, draft)}
    return await dara.post(f"{draft}/publish", data=sent | {"because": BECAUSE} | chosen)


TOP_UP = {"done": "top_up", "done_by": DUE.isoformat()}
