"""The first day by the front door: a unit, its first administrator, and a link that lets her in once."""

import asyncio
import re
import sqlite3

from tests.training.commands.conftest import NOW, Front
from training.app import consequences
from training.database.connection import opened
from training.people.actions import look_at_link, sign_in_by_link
from training.people.sessions import actor_of
from training.trail import facts

ADMIN = ("setup", "--unit", "Parenting Together", "--admin", "Ana@unit.example")


def _links(words: str) -> list[str]:
    return re.findall(r"^http://localhost:8000/sign-in/(\S+)$", words, re.M)


def _ask(front: Front, question: str):
    with sqlite3.connect(front.folder / "training.db") as database:
        return database.execute(question).fetchall()


def test_setup_makes_all_that_a_new_folder_lacks_and_lets_the_administrator_in(tmp_path, forked):
    front = Front(tmp_path, f"sqlite://{tmp_path / 'var/training.db'}", forked)
    done = front.run(*ADMIN)
    assert done.returncode == 0, done.stderr
    [token] = _links(done.stdout)

    async def come_in():
        facts.follow(consequences.AFTER)
        async with opened(front.url):
            now = NOW
            assert (await look_at_link(token, secret_key="s" * 40, now=now)).address == "ana@unit.example"
            await sign_in_by_link(
                token, session_token="t" * 43, replaces=None, browser="", secret_key="s" * 40, now=now
            )
            return await actor_of("t" * 43, now=now, second_step=False)

    me = asyncio.run(come_in())
    assert me.unit_name == "Parenting Together"
    assert me.everywhere("decide") and me.everywhere("connect systems") and me.everywhere("manage people")
    assert not me.named, "she tells her name when she comes in"


def test_setup_again_lets_the_same_administrator_in_again_and_makes_nothing_twice(empty):
    first, again = empty.run(*ADMIN), empty.run("setup", "--admin", "ana@unit.example")
    assert "is there already; ana@unit.example is known already, and gets a new link" in again.stdout
    assert _links(first.stdout) != _links(again.stdout)
    assert _ask(empty, "SELECT count(*) FROM people_person") == [(1,)]
    assert _ask(empty, "SELECT role FROM people_membership ORDER BY role") == [("administrator",), ("central",)]


def test_setup_says_what_is_missing_or_wrong_in_one_line(empty):
    for words, said in (
        ((), "--unit is missing"),
        (("--unit", "Us"), "--admin is missing"),
        (("--unit", "Us", "--admin", "ana"), "Enter an e-mail address"),
        (("--unit", "Us", "--admin", "ana@unit.example", "--zone", "Mars"), "Mars is no time zone"),
    ):
        done = empty.run("setup", *words)
        assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1
    empty.run(*ADMIN)
    assert (
        "This service has a central unit: Parenting Together."
        in empty.run("setup", "--unit", "Us", "--admin", "b@c.example").stderr
    )
