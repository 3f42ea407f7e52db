"""Who may open what: every route of the table, as every role, and across sites; none may be left out."""

import itertools
import uuid

import pytest

from training.app import ROUTES
from training.demo.cast import PEOPLE, known
from training.people.models import Membership, Person
from training.people.roles import ABILITIES, ROLES
from training.web.doors import ANYONE, SIGNED_IN

NOWHERE = str(uuid.UUID(int=7))
MATRIX = sorted(
    ((door.path, method, door.may) for door in ROUTES for method in sorted(door.methods - {"HEAD"})),
    key=lambda row: row[0] == "/sign-out",  # last: it ends the session that the others need
)


def _address(path: str) -> str:
    """Fills the blanks of a route with ids that are nobody's."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + NOWHERE + rest.partition("}")[2]
    return path


@pytest.fixture
async def with_role(database, browse):
    """Makes a browser for somebody who has exactly one role."""

    async def made(role: str):
        person = await Person.create(
            id=known(f"only/{role}"), unit_id=known("together"), name=f"Only {role}", created="2026-01-01T00:00:00Z"
        )
        site = known("site/RIV") if role in ("trainee", "facilitator", "supervisor", "coordinator") else None
        await Membership.create(id=uuid.uuid4(), person_id=person.id, role=role, site_id=site, starts="2022-01-01")
        return await browse(f"only/{role}")

    return made


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_a_role_opens_what_the_table_says_and_nothing_else(with_role, role):
    browser, wrong = await with_role(role), []
    for path, method, may in MATRIX:
        answer = await browser.request(method, _address(path))
        allowed = may in (ANYONE, SIGNED_IN) or role in ABILITIES[may]
        refused = answer.status_code == 403 and "This page is not for you." in answer.text
        if refused == allowed or answer.status_code >= 500:
            wrong.append((path, method, answer.status_code))
    assert wrong == []


async def test_a_stranger_is_asked_to_sign_in_wherever_the_table_does_not_say_anyone(browse):
    browser, wrong = await browse(), []
    for path, method, may in MATRIX:
        answer = await browser.request(method, _address(path))
        asked = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if may != ANYONE and not asked:
            wrong.append((path, method, answer.status_code))
    assert wrong == []


async def test_nobody_sees_a_person_of_another_site(browse):
    there = [known(member.key) for member in PEOPLE if ("trainee", "RIV") in member.roles]
    emre, chloe = await browse("emre"), await browse("chloe")
    for person in there:
        for way in ("/people/{}", "/courses/of/{}", "/practice/of/{}", "/pathways/of/{}"):
            assert (await emre.get(way.format(person))).status_code == 404, way
            assert (await chloe.get(way.format(person))).status_code == 200, way


def test_every_route_is_in_the_table_of_contents():
    from training.app import build
    from training.settings import load

    app = build(load(_env_file=None, secret_key="s" * 40))
    assert [route for route in app.routes if route not in ROUTES] == []
    assert len(MATRIX) == len(set(itertools.chain(MATRIX)))
