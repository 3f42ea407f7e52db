"""Lists in a nation: PostgreSQL reads no large table from end to end for a page of one, however it is filtered.

Asked is the plan, by what PostgreSQL has counted of rows that are the same in each run: nothing here takes a time.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from certificates.register.pages import REGISTER
from tests.copies import SERVER
from tests.training.app.test_every_list import SHOWN
from training.database.connection import connection

pytestmark = [
    pytest.mark.skipif(not SERVER, reason="SQLite says of a plan only by which index it goes"),
    pytest.mark.by_hand,
]
PEOPLE, SITES = 12_000, 3_000
RECORDED = "timestamptz '2026-03-01 10:00+00'"
BY_TYPE = {
    "uuid": "md5(i || '{table}.{column}')::uuid", "character varying": "''", "text": "''", "boolean": "false",
    "integer": "0", "jsonb": "'{{}}'", "date": "date '2026-03-01'", "timestamp with time zone": RECORDED,
}  # fmt: skip
"""What stands in a column that has to be filled and is not named below, by its type."""


def _of(table: str) -> str:
    return f"md5(i || '{table}.id')::uuid"


PERSON, SITE = _of("people_person"), f"md5(1 + i % {SITES} || 'sites_site.id')::uuid"
UNIT, PROGRAMME, AREA = (
    f"(SELECT id FROM {one} LIMIT 1)" for one in ("sites_central_unit", "sites_programme", "sites_area")
)
DAY = "date '2023-01-01' + i % 1100"
CERTIFIED = {"person_id": PERSON, "pathway_id": "(SELECT id FROM certificates_pathway_version LIMIT 1)"}
BODY = """{"instrument": "leading", "version": "1", "kind": "scale", "scale": {"1": "no", "2": "yes"},
    "items": {"welcome": {"title": "Welcomes every parent"}}}"""
NATION: dict[str, tuple[int, dict[str, str]]] = {
    "sites_site": (SITES, {
        "unit_id": UNIT, "area_id": AREA, "code": "'N' || i", "name": "'Place ' || i", "folded": "'place ' || i"}),
    "people_person": (PEOPLE, {"unit_id": UNIT, "name": "'Person ' || i", "folded": "'person ' || i"}),
    "people_membership": (PEOPLE, {
        "person_id": PERSON, "site_id": SITE, "starts": DAY,
        "role": "CASE WHEN i % 200 = 0 THEN 'assessor' WHEN i % 2 = 0 THEN 'trainee' ELSE 'facilitator' END"}),
    "people_permission": (PEOPLE, {"person_id": PERSON, "may": "'lead a group'", "starts": DAY}),
    "programmes_place": (PEOPLE, {"person_id": PERSON, "programme_id": PROGRAMME, "site_id": SITE, "starts": DAY}),
    "records_record": (PEOPLE, {
        "unit_id": UNIT, "person_id": PERSON, "recorded_by_id": PERSON, "type": "'delivery'", "what": "'group'",
        "on": DAY, "listed": DAY, "state": "CASE WHEN i % 100 = 0 THEN '' ELSE 'confirmed' END"}),
    "assessments_instrument": (1, {"unit_id": UNIT, "name": "'leading'"}),
    "assessments_instrument_version": (1, {
        "instrument_id": _of("assessments_instrument"), "version": "'1'", "kind": "'scale'", "body": f"'{BODY}'"}),
    "assessments_assessment": (PEOPLE, {
        "unit_id": UNIT, "person_id": PERSON, "opened_by_id": PERSON, "site_id": SITE, "observed": DAY,
        "version_id": _of("assessments_instrument_version").replace("i ||", "1 ||"), "state": "'signed'"}),
    "assessments_rater": (PEOPLE, {
        "assessment_id": _of("assessments_assessment"),
        "person_id": "md5(200 * (1 + i % 60) || 'people_person.id')::uuid", "state": "'signed'"}),
    "certificates_evaluation": (PEOPLE, CERTIFIED | {
        "level": "'leader'", "slot": "'slot ' || i", "made": f"{RECORDED} - i % 1100 * interval '1 day'",
        "standing": "CASE WHEN i % 10 = 0 THEN 'in_training' ELSE 'certified' END"}),
    "certificates_decision": (PEOPLE, CERTIFIED | {
        "key": "'key ' || i", "level": "'leader'", "evaluation_id": _of("certificates_evaluation")}),
    "certificates_certification": (PEOPLE, {
        "person_id": PERSON, "decision_id": _of("certificates_decision"), "programme_id": PROGRAMME, "site_id": SITE,
        "level": "'leader'", "level_title": "'Leader'", "starts": DAY, "ends": f"{DAY} + 730", "over": f"{DAY} + 800"}),
    "certificates_certificate": (PEOPLE, {
        "person_id": PERSON, "certification_id": _of("certificates_certification"), "serial": "'S' || i",
        "verify_token": "'T' || i", "credential_id": "'C' || i"}),
}  # fmt: skip
"""Table → how many rows, and what stands in its columns; `i` counts them."""
LARGE = frozenset(table for table, (number, _) in NATION.items() if number == PEOPLE)
TYPED = {"as_of": "2026-03-01", "known_at": "2026-03-01", "ends_from": "2026-03-01", "ends_by": "2026-03-09",
         "day": "2026-03-01", "site": "place 12", "at": "N12", "area": "riverside"}  # fmt: skip
"""What is asked of a filter without choices; of the others a name that one or a few have."""
STILL = {
    "chloe": frozenset[str](),
    "dara": frozenset({
        "/assessments/agreement", "/assessments/agreement/pairs", "/assessments/calibration", "/assessments/week",
        "/figures/people", "/people?query", "/people?site", "/practice/records", "/programmes/places", "/sites",
        "/register",
    }),
}  # fmt: skip
"""Whose lists, or lists with which filter, read a whole table yet: the unit's, of a nation. It may only get shorter."""
SOON = 0.25
"""A scan ends early where the limit above it costs less than this share of it."""


async def fill() -> None:
    """Fills the tables, and has PostgreSQL count what stands in them."""
    async with in_transaction("default") as run:
        await run.execute_script("SET LOCAL session_replication_role = replica")  # which looks up no foreign key
        columns = await run.execute_query_dict(
            "SELECT table_name AS of, column_name AS name, data_type AS type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL"
        )
        for table, (number, given) in NATION.items():
            needed = {one["name"]: BY_TYPE[one["type"]] for one in columns if one["of"] == table}
            told = {name: said.format(table=table, column=name) for name, said in needed.items()} | given
            names = ", ".join(f'"{name}"' for name in told)
            await run.execute_script(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(told.values())} FROM generate_series(1, {number}) i"
            )
    await connection().execute_script("ANALYZE")


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Gathers the statements that are sent meanwhile, with their values."""
    sent: list[tuple[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sent.append(record.args)  # type: ignore[arg-type]

    log, handler = logging.getLogger("tortoise.db_client"), Keeping()
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield sent
    finally:
        log.setLevel(before)
        log.removeHandler(handler)


def scanned(plan: dict[str, Any], limits: tuple[float, ...] = ()) -> Iterator[str]:
    """Names the large tables that a plan reads from end to end."""
    cost = plan["Total Cost"]
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE and min(limits, default=cost) > SOON * cost:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned(part, (*limits, cost) if plan["Node Type"] == "Limit" else limits)


async def plan_of(statement: str, values: Any) -> dict[str, Any]:
    """Asks PostgreSQL how it would answer where any page of a table is as near as the next, as on a disk of today."""
    async with in_transaction("default") as run:
        await run.execute_query("SET LOCAL random_page_cost = 1.1")
        rows = await run.execute_query_dict(f"EXPLAIN (FORMAT JSON) {statement}", values)
    return dict(json.loads(rows[0]["QUERY PLAN"])[0]["Plan"])


def addresses() -> Iterator[str]:
    """The first page of each list, and with each of its filters."""
    for path, listing in (SHOWN | {"/register": REGISTER}).items():
        yield path
        for one in listing.filters:
            asked = list(one.choices or ())[1:2] if one.choices is not None else [TYPED.get(one.key, "person 1234")]
            yield from (f"{path}?{one.key}={value}" for value in asked)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("key", ["dara", "chloe"])
async def test_no_list_reads_a_large_table_from_end_to_end(browse, growing, key):
    await fill()
    browser, found, seen = await browse(key), set[tuple[str, str, str]](), set[str]()
    for path in addresses():
        with statements() as sent:
            answer = await browser.get(path)
        assert answer.status_code in (200, 403), path
        for statement, values in sent:
            if statement.startswith(("SELECT", "WITH")) and statement not in seen:
                seen.add(statement)
                found |= {(path, table, statement) for table in scanned(await plan_of(statement, values))}
    assert len(seen) > 50
    still = {one for one in found if STILL[key].isdisjoint({one[0].partition("=")[0], one[0].partition("?")[0]})}
    assert not still, "\n".join(f"{path} reads all of {table}: {statement[:2000]}" for path, table, statement in still)
