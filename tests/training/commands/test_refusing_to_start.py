"""A setting that cannot work, or a house that is not ready, stops the start with one line that names it."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from certificates.credentials.artefacts import NewArtefact, insert_row
from tests.certificates.awarded import NOW, awarded
from tests.training.commands.conftest import Front
from training.core import storage
from training.database.connection import opened

WRONG = [
    ("STORAGE_URL", "s3://bucket/files"),
    ("STORAGE_URL", ""),
    ("MAIL_URL", "smtp://"),
    ("MAIL_URL", "smtp://mail.example:xx"),
    ("MAIL_URL", "pigeon:"),
    ("MAIL_FROM", "nobody"),
    ("TRUSTED_PROXIES", "junk"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("OUTBOUND_ALLOW", "https://lms.example"),
    ("DATABASE_URL", "postgres://me@db:xx/training"),
    ("DATABASE_URL", "postgres://me@db"),
    ("PUBLIC_URL", "http://training.example:xx"),
    ("PUBLIC_URL", "https://training.example/app"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_one_line_that_names_it(front: Front, name: str, value: str) -> None:
    one_line(front, "serve", f"TRAINING_{name}", **{name: value})


def test_a_worker_looks_at_its_settings_too(front: Front) -> None:
    one_line(front, "work", "TRAINING_STORAGE_URL", STORAGE_URL="s3://bucket/files")


def test_in_public_sign_in_links_are_never_written_into_the_log(front: Front) -> None:
    public = {"PUBLIC_URL": "https://training.example"}
    one_line(front, "serve", "TRAINING_MAIL_URL", MAIL_URL="console:", **public)
    one_line(front, "serve", "TRAINING_MAIL_URL", MAIL_URL=None, **public)


def test_in_public_nobody_is_let_in_without_a_proof(front: Front) -> None:
    one_line(front, "serve", "TRAINING_DEMO", PUBLIC_URL="https://training.example", DEMO="true")


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_database_that_is_not_migrated_is_not_worked_on(tmp_path: Path, front: Front, command: str) -> None:
    for names in ("training migrate", "training setup"):
        one_line(front, command, names, DATABASE_URL=f"sqlite://{tmp_path}/new.db")
    with closing(sqlite3.connect(front.folder / "training.db")) as connection, connection:
        connection.execute("DELETE FROM tortoise_migrations WHERE app = 'audits'")  # as an older service left it
    one_line(front, command, "training migrate")


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_folder_that_cannot_be_written_to_is_told(front: Front, command: str) -> None:
    (front.folder / "file").write_text("in the way")
    one_line(front, command, "TRAINING_STORAGE_URL", STORAGE_URL=str(front.folder / "file" / "files"))


def test_an_empty_folder_is_told_where_the_records_name_files(front: Front) -> None:
    async def publish() -> None:
        async with opened(front.url):
            row = await awarded()
            await insert_row(row.id, NewArtefact("badge", 1, b"{}"), path="certificates/x", now=NOW)

    asyncio.run(publish())
    one_line(front, "serve", "TRAINING_STORAGE_URL", STORAGE_URL=str(front.folder / "elsewhere"))
    storage.prepare(front.folder / "files")
    shutil.rmtree(front.folder / "files")
    (front.folder / "files").mkdir()
    one_line(front, "work", "TRAINING_STORAGE_URL")


def one_line(front: Front, command: str, words: str, **settings: str | None) -> None:
    done = front.run(command, **settings)
    lines = [line for line in done.stderr.splitlines() if line]
    assert done.returncode == 1 and len(lines) == 1 and words in lines[0], done.stderr + done.stdout
