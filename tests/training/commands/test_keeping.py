"""The trail and the backup: damage shows, a backup comes back whole, and nothing is replaced by accident."""

import json
import os
import sqlite3
import tarfile
import time
from pathlib import Path

import pytest

from tests.training.commands.conftest import Front


@pytest.fixture
def used(front: Front) -> Front:
    """A service in which something has happened, with a stored file."""
    front.write("sites.csv", "site,name,area", "NEW,New Place,CDF", "NE2,Newer Place,CDF")
    assert front.run("load", "sites.csv").returncode == 0
    (front.folder / "files" / "entries").mkdir(parents=True)
    (front.folder / "files" / "entries" / "abc").write_bytes(b"handed in")
    return front


def _change(front: Front, sql: str) -> None:
    with sqlite3.connect(front.folder / "training.db") as database:
        database.execute(sql)


def test_a_changed_removed_or_rewritten_trail_is_told_and_a_sound_one_passes(used: Front) -> None:
    head = used.run("trail", "head")
    told = json.loads(head.stdout)
    assert told["number"] == 1 and told["entries"] == 4
    assert all(len(bytes.fromhex(one)) == 64 for one in told["signatures"].values()) and told["signatures"]
    used.write("head.json", head.stdout)
    sound = used.run("trail", "verify", "--head", "head.json")
    assert (
        sound.returncode == 0
        and sound.stdout == "The trail is sound. Entries: 4 sealed in 1, 0 new. Rows compared: 80.\n"
    )

    used.write("other.json", head.stdout.replace(told["chain"], "0" * 64))
    assert used.run("trail", "verify", "--head", "other.json").returncode == 1

    _change(used, "update trail_fact set actor_id = null where id = 2")
    changed = used.run("trail", "verify")
    assert changed.returncode == 1 and "Entry 2 (seal 1) was changed." in changed.stderr


def test_the_exported_trail_holds_every_entry_and_how_to_check_it(used: Front) -> None:
    done = used.run("trail", "export", "trail.jsonl")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (used.folder / "trail.jsonl").read_text("utf-8").splitlines()]
    assert "SHA-256" in lines[0]["how"] and lines[-1] == {"end": 1}
    assert [line["entry"]["kind"] for line in lines if "entry" in line] == [
        "unit.added",
        "site.added",
        "site.added",
        "key.activated",
    ]
    assert used.run("trail", "export", "/nowhere/trail.jsonl").stderr.count("\n") == 1


def test_a_backup_comes_back_whole_and_what_it_replaces_is_set_aside(used: Front) -> None:
    assert used.run("trail", "verify").returncode == 0
    kept = used.run("backup", "today.tar.gz")
    assert kept.returncode == 0, kept.stderr
    backup = used.folder / "today.tar.gz"
    assert os.stat(backup).st_mode & 0o077 == 0
    with tarfile.open(backup) as tar:
        assert tar.getnames() == ["manifest.json", "database", "files/entries/abc"]
    assert b"s" * 40 not in backup.read_bytes()

    _change(used, "delete from programmes_adoption")
    (used.folder / "files" / "entries" / "abc").unlink()
    (used.folder / "files" / "entries" / "later").write_bytes(b"later")
    refused = used.run("restore", "today.tar.gz")
    assert refused.returncode == 1 and "--force" in refused.stderr and refused.stderr.count("\n") == 1

    restored = used.run("restore", "today.tar.gz", "--force")
    assert restored.returncode == 0 and "The trail is sound. Entries: 4 sealed in 1." in restored.stdout
    with sqlite3.connect(used.folder / "training.db") as database:
        assert database.execute("select count(*) from programmes_adoption").fetchone() == (3,)
    assert (used.folder / "files" / "entries" / "abc").read_bytes() == b"handed in"
    assert not (used.folder / "files" / "entries" / "later").exists()
    (aside,) = used.folder.glob("files.before-*")
    assert (aside / "entries" / "later").read_bytes() == b"later"
    (old,) = used.folder.glob("training.db.before-*[0-9]")
    with sqlite3.connect(old) as database:
        assert database.execute("select count(*) from programmes_adoption").fetchone() == (0,)


def test_a_backup_taken_while_others_write_is_of_one_moment(used: Front) -> None:
    with sqlite3.connect(used.folder / "training.db") as writer:
        writer.execute("update sites_site set name = 'half done' where code = 'NEW'")  # not committed yet
        assert used.run("backup", "busy.tar.gz").returncode == 0
    used.run("restore", "busy.tar.gz", "--force")
    with sqlite3.connect(used.folder / "training.db") as database:
        assert database.execute("select name from sites_site where code = 'NEW'").fetchone() == ("New Place",)


def test_a_restored_backup_with_a_changed_trail_says_so(used: Front) -> None:
    used.run("trail", "verify")
    _change(used, "update trail_fact set kind = 'site.changed' where id = 2")
    used.run("backup", "bad.tar.gz")
    done = used.run("restore", "bad.tar.gz", "--force")
    assert done.returncode == 1 and "Entry 2 (seal 1) was changed." in done.stderr


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


def _leads_out(path: Path) -> None:
    with tarfile.open(path) as tar:
        tar.extractall(path.parent / "inside", filter="data")
    with tarfile.open(path, "w:gz") as tar:
        tar.add(path.parent / "inside" / "manifest.json", "manifest.json")
        tar.add(path.parent / "inside" / "database", "database")
        tar.add(path.parent / "inside" / "manifest.json", "files/../../outside")


def _no_tar(path: Path) -> None:
    path.write_text("nothing of the kind")


@pytest.mark.parametrize("damage", [_cut, _leads_out, _no_tar])
def test_a_damaged_or_hostile_backup_replaces_nothing(used: Front, damage) -> None:  # type: ignore[no-untyped-def]
    used.run("backup", "b.tar.gz")
    damage(used.folder / "b.tar.gz")
    before = (used.folder / "training.db").read_bytes()
    done = used.run("restore", "b.tar.gz", "--force")
    assert done.returncode == 1 and "this is no whole backup" in done.stderr and done.stderr.count("\n") == 1
    assert (used.folder / "training.db").read_bytes() == before
    assert list(used.folder.glob("*.before-*")) == [] and not (used.folder.parent / "outside").exists()


def test_a_backup_never_overwrites_something_else(used: Front) -> None:
    done = used.run("backup", "sites.csv")
    assert done.returncode == 1 and "is no backup" in done.stderr
    assert (used.folder / "sites.csv").read_text("utf-8").startswith("site,name")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///nowhere/at/all/training.db", "nowhere/at/all"),
        ("postgres://nobody@127.0.0.1:1/training", "127.0.0.1"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_line_and_quick(front: Front, url: str, words: str) -> None:
    begun = time.monotonic()
    done = front.run("trail", "verify", DATABASE_URL=url)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and words in done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - begun < 30  # two seconds on an idle machine; it must never wait for the database to come


def test_a_missing_or_wrong_setting_is_named_in_one_line(front: Front) -> None:
    missing = front.run("trail", "verify", SECRET_KEY=None)
    assert missing.returncode == 1 and missing.stderr.startswith("TRAINING_SECRET_KEY: is missing")
    wrong = front.run("trail", "verify", DATABASE_URL="mysql://x")
    assert wrong.returncode == 1 and wrong.stderr.startswith("TRAINING_DATABASE_URL") and wrong.stderr.count("\n") == 1
