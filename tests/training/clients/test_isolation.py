"""A program sees its unit, and of it no more than its registration names: every operation, with things of others."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.belongings import HERE, PEOPLE, THERE, TODAY, Things, world
from tests.training.clients.programs import Program
from training.app.routes import ROUTES
from training.clients.operations import ApiRoute
from training.demo.cast import known
from training.parsing.text import uuid_of
from training.people.models import Membership, Person
from training.programmes.models import Place
from training.records.models import Confirmation, Record
from training.trail.models import Fact

pytestmark = pytest.mark.by_hand
DOORS = [door for door in ROUTES if isinstance(door, ApiRoute)]
FILLED = {
    "/api/v1/certificates/{id}": "/api/v1/certificates/{certificate}",
    "/api/v1/certificates/{id}/credential": "/api/v1/certificates/{certificate}/credential",
    "/api/v1/people/{id}/pathways/{slug}/verdict": "/api/v1/people/{person}/pathways/steady/verdict",
    "/api/v1/people/{id}/record-forms": "/api/v1/people/{person}/record-forms",
    "/api/v1/records/{id}": "/api/v1/records/{record}",
    "/api/v1/records/{id}/withdrawal": "/api/v1/records/{record}/withdrawal",
}
"""Operation → how its blanks are filled with somebody's things; one without a line here fails."""
BODIES: dict[str, Callable[[Things], dict[str, Any]]] = {
    "/api/v1/enrolments": lambda things: {
        "person": things["person"], "programme": "growing-together", "site": "RIV", "starts": TODAY.isoformat(),
    },
    "/api/v1/records": lambda things: {
        "person": things["person"], "type": "supervision", "what": "reflective", "on": TODAY.isoformat(),
        "attributes": {"minutes": 60}, "by": {"name": "Sue", "contact": "sue@else.example"},
    },
    "/api/v1/records/{id}/withdrawal": lambda things: {"reason": "It was somebody else."},
}  # fmt: skip
NOT_THERE = {
    "/api/v1/certificates/{id}/credential", "/api/v1/people/{id}/pathways/{slug}/verdict", "/api/v1/records",
    "/api/v1/records/{id}/withdrawal",
}  # fmt: skip
"""Where those who may be seen need not have the thing: nothing is signed, no pathway followed, nothing told by it."""
QUERIES = {"/api/v1/register": "?standing=all", "/api/v1/register.csv": "?standing=all"}
REACHES = {"the unit": {}, "an area": {"area": "CDF"}, "a site": {"site": "RIV"}}
Made = Callable[..., Awaitable[Program]]


@pytest.fixture
async def things(service, settings, tmp_path) -> dict[str, Things]:
    """The four people of the world, with one of each thing."""
    helper = await Person.create(
        id=known("helper"), unit_id=known(HERE), name="A Helper", created="2026-01-01T00:00:00Z"
    )
    return await world(settings, tmp_path, rater=helper.id, confirmer=helper.id)


async def asked(program: Program, door: ApiRoute, path: str, things: Things) -> Any:
    if door.operation.method == "GET":
        return await program.get(path + QUERIES.get(door.path, ""), door.operation.scope)
    key = {"Idempotency-Key": str(things["person"])}
    return await program.post(path, door.operation.scope, BODIES[door.path](things), **key)


async def written() -> tuple[int, ...]:
    """How much there is of what programs can write."""
    return await Place.all().count(), await Record.all().count(), await Confirmation.all().count()


def test_every_operation_with_a_blank_or_a_body_is_asked_for_things_of_others():
    blank = {door.path for door in DOORS if "{" in door.path}
    assert blank == set(FILLED)
    assert {door.path for door in DOORS if door.operation.method == "POST"} == set(BODIES)
    assert {route.path for route in ROUTES if route.path.startswith("/api/v1/")} - {door.path for door in DOORS} == {
        "/api/v1/me"
    }, "what a session opens takes no changes: nothing there asks from which site they come"


@pytest.mark.parametrize("reach", REACHES)
async def test_no_operation_leaks_or_does_anything_beyond_the_reach_of_a_program(things, program: Made, reach):
    hr, leaks, missing = await program(**REACHES[reach]), [], []
    ids = {one for one in set(things["stranger"].values()) - set(things["own"].values()) if uuid_of(one)}
    elsewhere = {"Elsewhere", str(known(THERE)), str(known(f"programme/{THERE}")), *ids}
    sees = {"the unit": {"own", "other", "former"}, "an area": {"own"}, "a site": {"own"}}[reach]
    for door in DOORS:
        for kind in PEOPLE:
            path = re.sub(r"{(\w+)}", lambda found, kind=kind: things[kind][found[1]], FILLED.get(door.path, door.path))
            before = await written()
            answer = await asked(hr, door, path, things[kind])
            about = path != door.path or door.operation.method == "POST"
            if about and kind not in sees and answer.status_code not in (404, 422):
                leaks.append((door.path, kind, answer.status_code))
            if about and kind in sees and answer.status_code not in (200, 201) and door.path not in NOT_THERE:
                missing.append((door.path, kind, answer.status_code, answer.text))
            if kind not in sees and await written() != before:
                leaks.append((door.path, kind, "wrote"))
            told = answer.text
            leaks += [(door.path, name) for one, (name, _, _) in PEOPLE.items() if one not in sees and name in told]
            leaks += [(door.path, word) for word in elsewhere if word in told]
    assert leaks == [] and missing == []


async def test_a_program_of_a_site_lists_only_that_site_and_its_people(things, program: Made):
    hr = await program(site="RIV")
    assert [one["code"] for one in (await hr.get("/api/v1/sites", "sites.readonly")).json()["sites"]] == ["RIV"]
    entries = (await hr.get("/api/v1/register?standing=all", "register.readonly")).json()["entries"]
    assert {one["name"] for one in entries} == {PEOPLE["own"][0]}
    everywhere = await program()
    entries = (await everywhere.get("/api/v1/register?standing=all", "register.readonly")).json()["entries"]
    assert {one["name"] for one in entries} == {PEOPLE[kind][0] for kind in ("own", "other", "former")}


async def test_a_program_of_an_area_sends_no_list_of_its_sites_to_the_database(things, program: Made, caplog):
    hr = await program(area="CDF")
    for scope in ("sites.readonly", "register.readonly"):
        await hr.headers(scope)
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        listed = await hr.get("/api/v1/sites", "sites.readonly")
        entries = await hr.get("/api/v1/register?standing=all", "register.readonly")
    assert [one["code"] for one in listed.json()["sites"]] == ["RIV"] and len(entries.json()["entries"]) == 1
    assert "sites_site" in caplog.text and str(known("site/RIV")) not in caplog.text
    body = BODIES["/api/v1/enrolments"](things["own"])
    made = await hr.post("/api/v1/enrolments", "enrolments", body, **{"Idempotency-Key": "one"})
    assert made.status_code == 201, made.text
    for site in ("HAR", "NONE"):  # told alike
        beyond = await hr.post("/api/v1/enrolments", "enrolments", body | {"site": site}, **{"Idempotency-Key": "two"})
        assert beyond.json()["errors"] == [{"field": "site", "detail": "There is no such site."}]


async def test_the_trail_says_which_program_gave_a_place(things, program: Made):
    hr = await program()
    body = BODIES["/api/v1/enrolments"](things["other"]) | {"site": "HAR"}
    made = await hr.post("/api/v1/enrolments", "enrolments", body, **{"Idempotency-Key": "one"})
    assert made.status_code == 201, made.text
    fact = await Fact.get(kind="programme.joined", subject_id=made.json()["id"])
    assert (
        str(fact.actor_id) == hr.client_id
        and str((await Place.get(id=made.json()["id"])).recorded_by_id) == hr.client_id
    )
    assert not await Membership.filter(person_id=hr.client_id).exists()
