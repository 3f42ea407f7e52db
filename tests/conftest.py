"""What every test stands on: a real database, the people of the demo, and the service behind real HTTP messages."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from certificates.evaluations.pathway_versions import load_pathway
from tests import shortcuts
from tests.copies import SERVER, address, copied, removed
from tests.soundness import unsound_rows, without_check
from tests.suites import LONGEST
from tests.today import TODAY, evening
from training.app import application
from training.app.consequences import worker
from training.app.declared import declare
from training.app.resources import open_resources
from training.core.settings import Settings, load
from training.core.storage import prepare
from training.database.connection import opened
from training.demo.cast import known
from training.demo.doing import at, being
from training.demo.seed import MATERIAL
from training.people.actor import Actor
from training.people.authentication.middleware import cookie_name
from training.people.sessions import actor_of, open_session

__all__ = ["evening"]
ORIGIN = "http://testserver"
shortcuts.take()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a service that keeps everything in the test's own folder."""
    return load(
        _env_file=None,
        database_url=address(tmp_path),
        public_url=ORIGIN,
        secret_key="s" * 40,
        storage_url=str(tmp_path / "files"),
        mail_url=f"file:{tmp_path / 'mail'}",
        outbound_allow="127.0.0.1,localhost",
        demo=True,
    )


@pytest.fixture
async def database(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """A database of its own with every table, and the people of the demo in it; and a folder for files.

    In the end every sealed row has to be what the trail says of it, so that no action can forget to say so; a test
    that writes rows by hand, for want of an action, says so: `@pytest.mark.by_hand`.
    """
    prepare(settings.storage)
    declare()
    shortcuts.begin()
    async with copied(settings.database_url), opened(settings.database_url):
        yield
        if not request.node.get_closest_marker("by_hand"):
            assert not (found := await unsound_rows()), (
                f"no fact speaks of these rows, see rows= and fact_writes: {found[:5]}"
            )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begins with the longest, and leaves out on the second database what keeps nothing: rules do the same over any."""
    # Files that are named before their folder no longer come first: pytest 9 drops what the folder holds anyway.
    items.sort(key=lambda item: _turn(item.nodeid.partition("::")[0]))
    if not SERVER:
        return
    keeps = {"settings", "database", "tmp_path"}
    pure = {item for item in items if keeps.isdisjoint(getattr(item, "fixturenames", ()))}
    config.hook.pytest_deselected(items=list(pure))
    items[:] = [item for item in items if item not in pure]


def _turn(file: str) -> int:
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


def pytest_unconfigure() -> None:
    """Removes what the databases of the tests were copied from."""
    removed()


@pytest.fixture
def cast(database: None) -> Callable[[str], Awaitable[Actor]]:
    """Gives one of the demo's people as somebody who acts: `await cast("amina")`."""

    async def as_actor(key: str) -> Actor:
        token = secrets.token_urlsafe(32)
        await open_session(known(key), token=token, now=datetime.now(UTC))
        found = await actor_of(token, now=datetime.now(UTC), second_step=False)
        assert found is not None
        return found

    return as_actor


@pytest.fixture
async def growing(database: None) -> None:
    """The demo's own pathway, and nothing else, is published: what it asks for can be logged."""
    await load_pathway(MATERIAL / "pathways" / "growing_together.yaml", actor=await being("dara", TODAY), now=at(TODAY))


@pytest.fixture
async def service(settings: Settings, database: None) -> AsyncIterator[Starlette]:
    """The whole service over the test's database."""
    app = application.build(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def work(settings: Settings, database: None) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Does the follow-up work that is due, as the worker does it: `await work()`.

    All but the nightly check of the record.
    """
    async with open_resources(settings) as things:
        toil = without_check(worker(things))

        async def done() -> int:
            return await toil.work_once()

        yield done


@pytest.fixture
async def browse(
    service: Starlette, settings: Settings
) -> AsyncIterator[Callable[[str], Awaitable[httpx2.AsyncClient]]]:
    """Opens a browser as one of the demo's people: `await browse("amina")`; "" is a stranger."""
    opened_ones: list[httpx2.AsyncClient] = []

    async def as_(key: str = "") -> httpx2.AsyncClient:
        browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=service),
            base_url=ORIGIN,
            headers={"Sec-Fetch-Site": "same-origin"},
            event_hooks={"response": [_no_fault]},
        )
        if key:
            token = secrets.token_urlsafe(32)
            await open_session(known(key), token=token, now=datetime.now(UTC))
            browser.cookies.set(cookie_name(settings.secure), token)
        opened_ones.append(browser)
        return browser

    yield as_
    for browser in opened_ones:
        await browser.aclose()


async def _no_fault(answer: httpx2.Response) -> None:
    """Fails the test wherever the service met a mistake of its own, whether or not the test looks at the answer."""
    assert answer.status_code != 500, f"{answer.request.method} {answer.request.url} met a fault"
