"""Faults of the house: a folder that is away or full, a wrong secret key, a changed address; work waits and goes on."""

import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from certificates.credentials.artefacts import BADGE
from certificates.credentials.publish import credential_of
from certificates.evaluations.models import Certificate
from tests.certificates.awarded import NOW, awarded
from training.app import application, consequences
from training.app.resources import open_resources
from training.core import storage
from training.core.errors import Upstream
from training.core.settings import Settings
from training.core.storage import FileStore
from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Followup
from training.trail.worker import Worker

HOUR = timedelta(hours=1)
Work = Callable[[datetime], Awaitable[None]]


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Work]:
    """A worker with these settings: `await work(moment)` does what is due then."""
    async with open_resources(settings) as things:

        async def work(moment: datetime) -> None:
            then = replace(things, now=lambda: moment)
            await Worker(consequences.HANDLERS, then, now=lambda: moment).work_once()

        yield work


@pytest.fixture
async def reserved(database: None) -> Certificate:
    """A certificate that was awarded, and is to be published."""
    row = await awarded()
    await facts.schedule("publish certificate", "publish/1", due=NOW, subject_id=str(row.id))
    return row


async def progress(row: Certificate) -> tuple[str, str]:
    await row.refresh_from_db()
    return row.progress, (await Followup.get(key="publish/1")).state


async def test_a_certificate_is_published_when_the_folder_of_files_is_back(
    settings: Settings, reserved: Certificate, tmp_path: Path
) -> None:
    async with working(settings) as work:
        settings.storage.rename(tmp_path / "away")
        for minutes in range(0, 70, 5):
            await work(NOW + timedelta(minutes=minutes))
        assert await progress(reserved) == ("reserved", "queued")
        assert not settings.storage.exists(), "a folder made in the place of the one that is away would be lost"
        (tmp_path / "away").rename(settings.storage)
        await work(NOW + 3 * HOUR)
        assert await progress(reserved) == ("published", "done")


async def test_a_certificate_that_a_wrong_secret_key_cannot_sign_waits_for_the_right_one(
    settings: Settings, reserved: Certificate
) -> None:
    async with working(settings) as work:
        await work(NOW)
    later = await awarded("jude")
    await facts.schedule("publish certificate", "publish/2", due=NOW + HOUR, subject_id=str(later.id))
    async with working(settings.model_copy(update={"secret_key": "w" * 40})) as work:
        for minutes in range(0, 600, 30):
            await work(NOW + HOUR + timedelta(minutes=minutes))
        waiting = await Followup.get(key="publish/2")
        assert waiting.state == "queued" and "TRAINING_SECRET_KEY" in waiting.last_error
    async with working(settings) as work:
        await work(NOW + 13 * HOUR)
    await later.refresh_from_db()
    assert later.progress == "published"


async def test_a_certificate_is_published_under_the_address_that_it_was_awarded_with(
    settings: Settings, reserved: Certificate
) -> None:
    moved = settings.model_copy(update={"public_url": "https://new.example"})
    async with working(moved) as work:
        await work(NOW)
    assert await progress(reserved) == ("published", "done")
    badge = (await credential_of(reserved, BADGE, store=FileStore(settings.storage))).decode()
    assert settings.public_url in badge and "new.example" not in badge


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk with hardly any room."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_certificate_is_published_when_a_full_disk_has_room_again(
    settings: Settings, reserved: Certificate, small: Path
) -> None:
    fill = small / "fill"
    async with working(settings.model_copy(update={"storage_url": str(small)})) as work:
        fill.write_bytes(bytes(os.statvfs(small).f_bavail * os.statvfs(small).f_frsize))
        for minutes in range(0, 70, 5):
            await work(NOW + timedelta(minutes=minutes))
        waiting = await Followup.get(key="publish/1")
        assert waiting.state == "queued" and "The disk is full." in waiting.last_error
        assert not list((small / storage.NEW).iterdir()), "what could not be written is not left there"
        fill.unlink()
        await work(NOW + 3 * HOUR)
        assert await progress(reserved) == ("published", "done")


async def test_a_certificate_waits_while_pdfs_are_off_and_its_print_is_no_failed_work(
    settings: Settings, reserved: Certificate
) -> None:
    async with working(settings.model_copy(update={"pdf": False})) as work:
        await work(NOW)
    assert {row.kind: row.state async for row in Followup.all()}["print certificate"] == "done"


@asynccontextmanager
async def answering(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """The service with these settings, and a stranger in front of it."""
    app = application.build(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=settings.public_url) as stranger,
    ):
        yield stranger


async def test_ready_says_that_the_secret_key_does_not_open_the_keys(settings: Settings, reserved: Certificate) -> None:
    async with working(settings) as work:
        await work(NOW)
    async with answering(settings) as stranger:
        assert (await stranger.get("/.well-known/jwks.json")).status_code == 200
        assert (await stranger.get("/health/ready")).status_code == 200
    async with answering(settings.model_copy(update={"secret_key": "w" * 40})) as stranger:
        answer = await stranger.get("/health/ready")
        assert answer.status_code == 503 and answer.json()["ready"] is False
        assert all("TRAINING_SECRET_KEY" in answer.json()[name] for name in ("keys", "lti_keys"))
        assert (await stranger.get("/.well-known/jwks.json")).status_code == 503


async def test_ready_says_that_files_cannot_be_kept_and_when_they_can_again(
    settings: Settings, database: None, tmp_path: Path
) -> None:
    async with answering(settings) as stranger:
        settings.storage.rename(tmp_path / "away")
        answer = await stranger.get("/health/ready")
        assert answer.status_code == 503 and "files" in answer.json()
        (tmp_path / "away").rename(settings.storage)
        assert (await stranger.get("/health/ready")).status_code == 200


@pytest.mark.by_hand
async def test_a_pdf_that_cannot_be_kept_is_answered_in_words(settings, reserved, service, browse, tmp_path) -> None:
    async with working(settings) as work:
        await work(NOW)
    async with transaction():
        await Certificate.filter(id=reserved.id).update(progress="published")
    browser = await browse("amina")
    settings.storage.rename(tmp_path / "away")
    for name in ("document", "badge", "token"):
        answer = await browser.get(f"/certificates/{reserved.id}/{name}")
        assert answer.status_code == 503 and "folder of files" in answer.text
    (tmp_path / "away").rename(settings.storage)
    assert (await browser.get(f"/certificates/{reserved.id}/badge")).status_code == 200


async def test_a_learners_file_is_refused_in_words_while_it_could_be_lost(tmp_path: Path) -> None:
    storage.prepare(tmp_path / "files")
    (tmp_path / "files").rename(tmp_path / "away")
    with pytest.raises(Upstream, match="folder of files"):
        storage.write(tmp_path / "files", "entries/x", b"x")
    assert not (tmp_path / "files").exists()


def test_what_a_killed_process_had_begun_is_swept_and_what_another_writes_is_not(tmp_path: Path) -> None:
    storage.prepare(tmp_path)
    now = datetime.now(UTC)
    for name, written in ((".new-old", 0), (".new-fresh", now.timestamp())):
        path = tmp_path / storage.NEW / name
        path.write_bytes(b"half")
        os.utime(path, (written, written))
    assert storage.sweep(tmp_path, now=now) == 1
    assert [path.name for path in (tmp_path / storage.NEW).iterdir()] == [".new-fresh"]


def test_what_a_killed_backup_left_beside_the_files_is_swept_a_day_later(tmp_path: Path) -> None:
    storage.prepare(tmp_path / "files")
    now = datetime.now(UTC)
    for name, written in ((".backup-old", 0), (".backup-fresh", now.timestamp())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "database").write_bytes(b"half")
        os.utime(tmp_path / name, (written, written))
    assert storage.sweep(tmp_path / "files", now=now) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".backup-fresh", "files"]
