"""Whatever somebody does to the rows or the trail by SQL shows, and is named with table, id and column."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tortoise import fields

from certificates.credentials.keys import KeyStore
from training.core.encryption import Encryptor
from training.database.connection import connection, on_postgres, transaction
from training.demo import seed
from training.demo.cast import known
from training.trail.row_digests import sealed_models
from training.trail.sealed_tables import SEALED
from training.trail.seals import seal_trail
from training.trail.verify import verify_trail

pytestmark = [pytest.mark.by_hand, pytest.mark.timeout(600)]  # all of the demo's history is told first

OTHER = (
    (fields.DateField, "2001-02-03"),
    (fields.DatetimeField, "2001-02-03 04:05:06+00:00"),
    (fields.IntField, "77"),
    (fields.CharField, "x"),
    (fields.TextField, "x"),
    (fields.JSONField, '{"x": 1}'),
    (fields.FloatField, "0.125"),
    (fields.UUIDField, "00000000-0000-4000-8000-000000000001"),
)
EMPTY_IN_THE_DEMO = {
    "assessments.Film",
    "assessments.FilmConsent",
    "certificates.Appeal",
    "certificates.EarlierCertificate",
    "certificates.EarlierProof",
    "certificates.SheetDesign",
    "certificates.Vote",
    "clients.ApiClient",
    "courses.TopUp",
    "courses.VersionChoice",
    "clients.Webhook",
    "sites.FormerValue",
    "people.Difference",
    "people.Factor",
    "people.Merge",
    "people.OpenIdProvider",
    "people.SignInNumber",
    "people.SignInPolicy",
    "people.SignInReset",
    "people.TextGateway",
    "programmes.Application",
    "programmes.ProgrammeRole",
    "records.RecordFile",
}


@pytest.fixture
async def keys(settings, database, work):
    """The demo with all its history, its work done and its trail sealed; gives the keys of its issuer."""
    await seed.fill(settings, now=datetime.now(UTC))
    while await work():
        pass
    store = KeyStore(Encryptor(settings.secret_key), home=settings.public_url)
    await seal_trail(now=datetime.now(UTC), sign=await store.seal_signer(now=datetime.now(UTC)))
    return store


async def problems(keys):
    return (await verify_trail(now=datetime.now(UTC), keys=await keys.seal_keys())).problems


async def tamper(*statements):
    """Runs SQL as somebody who minds no foreign keys."""
    if not on_postgres():
        await connection().execute_query("PRAGMA foreign_keys = OFF")
    async with transaction():
        if on_postgres():
            await connection().execute_query("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection().execute_query(statement)


async def test_whatever_is_tampered_with_in_the_demo_is_found_and_named_and_the_untouched_demo_is_sound(keys):
    assert await problems(keys) == []
    await each_table_tampered_with_once(keys)
    assert await problems(keys) == []
    await awarded_restored_and_risen_by_sql(keys)
    await whole_trail_made_anew(keys)


async def each_table_tampered_with_once(keys):
    changes, back, removals, returned, changed, removed, empty = [], [], [], [], [], [], set()
    for model in sealed_models():
        table, key = model._meta.db_table, model._meta.db_pk_column
        column, value = other_value(model)
        row = (await connection().execute_query_dict(f'SELECT "{key}" AS k, "{column}" AS v FROM {table} ORDER BY 1'))[
            :1
        ]
        if not row:
            empty.add(model._meta.full_name)
            continue
        identifier, fresh = row[0]["k"], uuid4()
        before = "NULL" if row[0]["v"] is None else "'{}'".format(str(row[0]["v"]).replace("'", "''"))
        changes.append(f"""UPDATE {table} SET "{column}" = '{value}' WHERE {key} = '{identifier}'""")
        back.append(f"""UPDATE {table} SET "{column}" = {before} WHERE {key} = '{identifier}'""")
        removals.append(f"UPDATE {table} SET {key} = '{fresh}' WHERE {key} = '{identifier}'")
        returned.append(f"UPDATE {table} SET {key} = '{identifier}' WHERE {key} = '{fresh}'")
        changed.append(f"{table} {identifier}: {column} changed since entry")
        removed += [f"{table} {identifier}: the row is missing", f"{table} {fresh}: the row was added without an entry"]
    assert empty <= EMPTY_IN_THE_DEMO
    await tamper(*changes)
    assert_found(changed, await problems(keys))
    await tamper(*back)
    assert await problems(keys) == []
    await tamper(*removals)
    assert_found(removed, await problems(keys))
    await tamper(*returned)


def assert_found(expected, found):
    assert sorted(line[: len(start)] for start, line in zip(sorted(expected), sorted(found), strict=True)) == sorted(
        expected
    )


def other_value(model):
    """Chooses a sealed column that may take any value of its kind."""
    meta = model._meta
    for name, column in sorted(meta.fields_db_projection.items()):
        field = meta.fields_map[name]
        value = next((value for kind, value in OTHER if type(field) is kind), None)
        if value and not field.pk and name not in SEALED[meta.full_name]:
            return column, value
    raise AssertionError(f"{meta.full_name} has no such column")


async def awarded_restored_and_risen_by_sql(keys):
    """Whoever awards, restores or rises by SQL is found."""
    person, unit = known("amina"), "NULL"
    await tamper(
        "DELETE FROM certificates_state_change WHERE state = 'withdrawn'",
        "UPDATE assessments_rater SET eligibility = '{}' WHERE state = 'signed'",
        f"INSERT INTO people_membership (id, person_id, role, site_id, starts) VALUES "
        f"('{uuid4()}', '{person}', 'central', {unit}, '2026-01-01')",
        "UPDATE records_confirmation SET state = 'confirmed' WHERE state = 'asked'",
        "DELETE FROM trail_row WHERE id LIKE 'certificates.Decision/%'",
    )
    found = await problems(keys)
    for words in (
        "certificates_state_change",
        "the row is missing",
        "eligibility changed since entry",
        "people_membership",
        "the row was added without an entry",
        "records_confirmation",
        "state changed since entry",
        "certificates_decision",
    ):
        assert any(words in line for line in found), words


async def whole_trail_made_anew(keys):
    """Entries and seals fit each other again, signed by somebody without the master key."""
    undo = "UPDATE trail_fact SET seal_id = NULL, position = NULL, leaf = NULL"
    await tamper(undo, "DELETE FROM trail_seal", "UPDATE trail_fact SET version = 'x' WHERE id = 1")
    forged = Ed25519PrivateKey.generate()
    kid = (await connection().execute_query_dict("SELECT kid FROM certificates_issuer_key WHERE purpose = 'document'"))[
        0
    ]
    await seal_trail(now=datetime.now(UTC), sign=lambda text: {kid["kid"]: forged.sign(text).hex()})
    assert any("the signature is not right" in line for line in await problems(keys))
    await tamper(undo, "DELETE FROM trail_seal")
    await seal_trail(now=datetime.now(UTC), sign=lambda text: {"another": forged.sign(text).hex()})
    assert any("none of this service" in line for line in await problems(keys))
