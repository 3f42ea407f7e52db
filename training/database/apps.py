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
    "people": ["training.people.models", "training.people.authentication.models"],
    "programmes": ["training.programmes.models"],
    "batches": ["training.batches.models"],
    "imports": ["training.imports.models"],
    "records": ["training.records.models"],
    "assessments": ["training.assessments.models"],
    "lti": ["training.lti.models", "training.lti.launch.models"],
    "courses": ["courses.packages.models", "courses.learning.models", "courses.cohorts.models"],
    "certificates": [
        "certificates.evaluations.models",
        "certificates.credentials.models",
        "certificates.verification.models",
        "certificates.imports.models",
        "certificates.decisions.models",
    ],
    "audits": ["certificates.audits.models"],
}

MIGRATIONS = "training.database.migrations"  # the package with one package for each room

ENGINES = {
    "tortoise.backends.sqlite": "training.database.engine_sqlite",
    "tortoise.backends.asyncpg": "training.database.engine_asyncpg",
}

POSTGRES = {
    "maxsize": 10,
    "timeout": 10,  # seconds to connect
    "command_timeout": 120,  # seconds a statement may take
    "server_settings": {"application_name": "training", "jit": "off"},  # compiling costs more than our short statements
}


def configuration(url: str, apps: Apps = APPS, home: str = MIGRATIONS) -> dict[str, Any]:
    """Says to Tortoise which database is used, by which engine, for which tables."""
    config = generate_config(url, {**apps})
    for label in apps:
        if find_spec(f"{home}.{label}"):  # a room without tables has none
            config["apps"][label]["migrations"] = f"{home}.{label}"
    database = config["connections"]["default"]
    database["engine"] = ENGINES[database["engine"]]
    if "asyncpg" in database["engine"]:
        database["credentials"] = POSTGRES | database["credentials"]
    return config
