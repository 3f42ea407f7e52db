"""The rooms that have tables, ground floor first, and how Tortoise is told about them and the database."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from tortoise.backends.base.config_generator import generate_config

Apps = Mapping[str, list[str]]  # label -> modules with models

# Foreign keys point up this list only, and migrations run down it.
APPS: dict[str, list[str]] = {
    "trail": ["training.trail.models"],
    "web": ["training.web.models"],
    "sites": ["training.sites.models"],
    "people": [
        "training.people.models",
        "training.people.authentication.models",
        "training.people.lists.models",
        "training.people.merging.models",
    ],
    "programmes": ["training.programmes.models"],
    "batches": ["training.batches.models"],
    "imports": ["training.imports.models"],
    "drafts": ["training.drafts.models"],
    "records": ["training.records.models"],
    "assessments": [
        "training.assessments.models",
        "training.assessments.attempts.models",
        "training.assessments.calibration.sets.models",
        "training.assessments.countersignatures.models",
        "training.assessments.films.models",
        "training.assessments.quality.models",
    ],
    "lti": ["training.lti.models", "training.lti.launch.models"],
    "clients": ["training.clients.models", "training.clients.webhooks.models"],
    "courses": [
        "courses.packages.models",
        "courses.learning.models",
        "courses.cohorts.models",
        "courses.versions.models",
    ],
    "certificates": [
        "certificates.evaluations.models",
        "certificates.credentials.models",
        "certificates.verification.models",
        "certificates.imports.models",
        "certificates.decisions.models",
        "certificates.rehearsals.models",
        "certificates.commissioning.models",
    ],
    "audits": ["certificates.audits.models"],
    "reports": ["certificates.reports.models"],
}

MIGRATIONS = "training.database.migrations"  # the package with one package for each room

ENGINES = {
    "tortoise.backends.sqlite": "training.database.engine_sqlite",
    "tortoise.backends.asyncpg": "training.database.engine_asyncpg",
}

POSTGRES = {
    "maxsize": 10,
    "timeout": 10,  # seconds to connect
    "server_settings": {"application_name": "training", "jit": "off"},  # compiling costs more than our short statements
}


STATEMENT_SECONDS = 120
"""How long a statement may take; what makes or fills tables takes as long as it needs."""


def configuration(
    url: str, apps: Apps = APPS, home: str = MIGRATIONS, *, statement_seconds: float | None = STATEMENT_SECONDS
) -> dict[str, Any]:
    """Says to Tortoise which database is used, by which engine, for which tables."""
    config = generate_config(url, {**apps})
    for label in apps:
        if find_spec(f"{home}.{label}"):  # a room without tables has none
            config["apps"][label]["migrations"] = f"{home}.{label}"
    database = config["connections"]["default"]
    database["engine"] = ENGINES[database["engine"]]
    if "asyncpg" in database["engine"]:
        database["credentials"] = POSTGRES | {"command_timeout": statement_seconds} | database["credentials"]
    return config
