"""The compose file keeps its promises: nobody is root, each has its own volume and user, and no secret stands in it."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.browsing import free_port
from tests.history import MODULE, SECRET
from tests.servers import own_postgres
from tests.third_party.programs import bare, running
from tests.training.commands.conftest import ROOT
from tests.training.databases import told
from training.core.settings import Settings
from training.database import migrate

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
FILE = yaml.safe_load(TEXT)
USERS = {"postgres": "999:999", "mail": "10002:10002"}
LASTING = ("web", "worker", "postgres", "mail")


@pytest.mark.parametrize("name", list(FILE["services"]))
def test_nothing_runs_as_root_or_writes_outside_its_volume(name: str) -> None:
    service = FILE["services"][name]
    assert service["user"] == USERS.get(name, "10001:10001")
    assert service["read_only"] is True and "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", LASTING)
def test_whatever_lasts_has_a_health_check(name: str) -> None:
    assert FILE["services"][name]["healthcheck"]["test"]


def test_the_database_shares_neither_its_volume_nor_its_user_with_the_service() -> None:
    mounted = {name: set(service.get("volumes", [])) for name, service in FILE["services"].items()}
    assert mounted.pop("postgres") == {"postgres:/var/lib/postgresql/data"} and mounted.pop("mail") == set()
    assert all(volumes == {"files:/data/files"} for volumes in mounted.values())
    assert set(FILE["volumes"]) == {"files", "postgres"}
    assert len({service["user"] for service in FILE["services"].values()}) == 3


def test_only_the_service_reaches_the_database_and_the_database_nobody() -> None:
    assert FILE["networks"]["records"] == {"internal": True}
    assert FILE["services"]["postgres"]["networks"] == ["records"]
    assert FILE["services"]["mail"]["networks"] == ["outside"]


def test_images_are_named_by_an_exact_version_and_may_be_named_by_digest() -> None:
    images = [FILE["services"][name]["image"] for name in ("postgres", "mail")]
    images.append(FILE["services"]["web"]["build"]["args"]["IMAGE"])
    assert all(re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?\}", image) for image in images), (
        images
    )


def test_the_user_of_the_service_owns_its_database_and_is_no_superuser(tmp_path: Path) -> None:
    """The script is run as the image runs it, against a server of the tests."""
    if shutil.which("psql") is None:
        pytest.skip("no psql")
    script = tmp_path / "database_user.sh"
    script.write_text(FILE["configs"]["database_user"]["content"].replace("$$", "$"))
    with own_postgres() as server:
        if server is None:
            pytest.skip("no PostgreSQL is installed")
        given = {"PATH": os.environ["PATH"], "PGHOST": "127.0.0.1", "PGPORT": server.rpartition(":")[2].split("/")[0]}
        given |= {"POSTGRES_PASSWORD": "super", "TRAINING_DATABASE_PASSWORD": "it's"}
        subprocess.run(["sh", str(script)], env=given, check=True, capture_output=True)
        own = f"{server.replace('postgres@', 'training@').rpartition('/')[0]}/training"
        roles = asyncio.run(told(own, "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = user"))
        assert tuple(roles[0]) == (False, False, False)
        assert len(asyncio.run(migrate.migrate(own))) > 5
        _serves(own, tmp_path)


def _serves(database: str, folder: Path) -> None:
    """Takes the steps of the recipe with the settings that the containers get, beside each other on this machine."""
    told = {"TRAINING_SECRET_KEY": SECRET, "TRAINING_PUBLIC_URL": "https://training.example.org"}
    given = FILE["services"]["web"]["environment"]
    settings = {
        name: re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda one: told.get(one[1], one[2]), value)
        for name, value in given.items()
    }
    port = free_port()
    settings |= {"TRAINING_DATABASE_URL": database, "TRAINING_STORAGE_URL": str(folder / "files")}
    around = bare() | {"PYTHONPATH": str(ROOT)} | settings
    words = ["setup", "--unit", "Parenting Together", "--admin", "you@example.org"]
    said = subprocess.run([*MODULE, *words], env=around, cwd=folder, capture_output=True, text=True, check=True)
    assert "https://training.example.org/sign-in/" in said.stdout
    serve = [*MODULE, *FILE["services"]["web"]["command"][:-1], str(port)]
    ready = f"http://127.0.0.1:{port}/health/ready"
    with running(serve, around, answers=ready, log=folder / "log", within=folder):
        assert "Nobody can sign in yet" not in (folder / "log").read_text()


def test_secrets_come_from_outside_and_must_be_there() -> None:
    values = [value for one in FILE["services"].values() for value in one.get("environment", {}).items()]
    secret = [value for name, value in values if re.search("SECRET|PASSWORD|DATABASE_URL|PUBLIC_URL", name)]
    assert secret and all(":?" in value or value == "${TRAINING_BOUNCE_SECRET:-}" for value in secret)


def test_every_setting_of_the_readme_reaches_the_service_with_the_same_default() -> None:
    given = FILE["services"]["web"]["environment"]
    own = {"database_url", "storage_url", "mail_url", "log_format", "trusted_proxies"}
    for name, field in Settings.model_fields.items():
        if name in ("demo", "demo_lms_url"):  # a demo is no unit
            continue
        written = given[f"TRAINING_{name.upper()}"]
        default = re.fullmatch(r"\$\{TRAINING_[A-Z_]+:-(.*)\}", written)
        if name not in own and not field.is_required() and ":?" not in written:
            assert default, written
            assert default[1] == str(field.default).replace("True", "true"), name


def test_the_image_has_everything_the_service_is_made_of() -> None:
    recipe = FILE["services"]["web"]["build"]["dockerfile_inline"]
    copied = re.findall(r"COPY (\S+)/ ", recipe)
    assert copied == ["training", "courses", "certificates", "templates"]
    assert "--require-hashes" in recipe and "USER 10001" in recipe
    assert all((ROOT / folder).is_dir() for folder in copied)
