"""The compose file keeps its promises: nobody is root, only the volume is writable, and no secret stands in it."""

import re

import pytest
import yaml

from tests.training.commands.conftest import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
FILE = yaml.safe_load(TEXT)
LASTING = ("web", "worker", "postgres", "mail")


@pytest.mark.parametrize("name", list(FILE["services"]))
def test_nothing_runs_as_root_or_writes_outside_the_volume(name: str) -> None:
    service = FILE["services"][name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True and "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", LASTING)
def test_whatever_lasts_has_a_health_check(name: str) -> None:
    assert FILE["services"][name]["healthcheck"]["test"]


def test_there_is_one_named_volume() -> None:
    assert list(FILE["volumes"]) == ["data"]
    assert {one for service in FILE["services"].values() for one in service.get("volumes", [])} == {"data:/data"}


def test_secrets_come_from_outside_and_must_be_there() -> None:
    values = [value for one in FILE["services"].values() for value in one.get("environment", {}).items()]
    secret = [value for name, value in values if re.search("SECRET|PASSWORD|DATABASE_URL|PUBLIC_URL", name)]
    assert secret and all(":?" in value for value in secret)


def test_the_image_has_everything_the_service_is_made_of() -> None:
    recipe = FILE["services"]["web"]["build"]["dockerfile_inline"]
    copied = re.findall(r"COPY (\S+)/ ", recipe)
    assert copied == ["training", "courses", "certificates", "templates"]
    assert "--require-hashes" in recipe and "USER 10001" in recipe
    assert all((ROOT / folder).is_dir() for folder in copied)
