"""Loads instruments from files: a version is published once and never changes after that."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from tortoise.exceptions import IntegrityError

from training import facts
from training.assessments.instruments import canonical, digest_of, faults_of_instrument
from training.assessments.versions import Instrument, InstrumentVersion
from training.database.opening import transaction
from training.errors import Conflict, Invalid
from training.people.actor import Actor

Check = Callable[[Path], Sequence[str]]
"""The language's own check: the faults of a file, each as "file:line: what is wrong; how to mend it"."""


@dataclass(frozen=True)
class Loaded:
    """What loading a file did, or would do."""

    name: str
    version: str
    change: Literal["new", "same"]


class _Words(yaml.SafeLoader):
    """Reads plain words as text: only true, false, null, numbers and days are something else."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?[0-9]+$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
):
    _Words.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_file(path: Path, faults: Check | None = None) -> dict[str, Any]:
    """Reads an instrument file; raises Invalid with every fault, each with its file."""
    if faults and (found := list(faults(path))):
        raise Invalid("\n".join(found), "Mend the file and load it again.")
    try:
        # A subclass of SafeLoader: it makes plain values only.
        body = yaml.load(path.read_text(encoding="utf-8"), _Words)  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise Invalid(f"{path}: {str(error).splitlines()[0]}", "Mend the file and load it again.") from error
    if wrong := faults_of_instrument(body):
        raise Invalid("\n".join(f"{path}:1: {words}" for words in wrong), "Mend the file and load it again.")
    return dict(body)


async def load_instrument(
    path: Path, *, actor: Actor, now: datetime, check: bool = False, faults: Check | None = None
) -> Loaded:
    """Publishes the version in the file; the same content again changes nothing, other content is refused.

    With `check` it only says what would happen. `faults` is the finer check of the language, handed in from above.
    """
    body = read_file(Path(path), faults)
    name, version = str(body["instrument"]).strip(), str(body["version"]).strip()
    if await _published(actor, name, version, body):
        return Loaded(name, version, "same")
    if not check:
        try:
            await _publish(body, name, version, actor=actor, now=now)
        except IntegrityError:  # somebody published it in the same moment: theirs stands, if it is the same
            await _published(actor, name, version, body)
    return Loaded(name, version, "new")


async def _published(actor: Actor, name: str, version: str, body: dict[str, Any]) -> bool:
    found = await InstrumentVersion.get_or_none(
        instrument__unit_id=actor.unit_id, instrument__name=name, version=version
    )
    if found and found.digest != digest_of(body):
        raise Conflict(
            f"Version {version} of the instrument {name} is published and cannot change.",
            "Give the changed file a new version and load it again.",
        )
    return found is not None


async def _publish(body: dict[str, Any], name: str, version: str, *, actor: Actor, now: datetime) -> None:
    async with transaction():
        instrument, _ = await Instrument.get_or_create(unit_id=actor.unit_id, name=name)
        row = await InstrumentVersion.create(
            instrument=instrument,
            version=version,
            title=str(body.get("title", name)),
            kind=body["kind"],
            body=canonical(body),
            digest=digest_of(body),
            published=now,
            published_by=actor.person_id,
        )
        await facts.record(
            "instrument.published",
            row,
            actor=actor.person_id,
            now=now,
            unit=actor.unit_id,
            version=version,
            detail={"instrument": name, "digest": row.digest},
        )


def body_of(stored: str) -> dict[str, Any]:
    """Gives the body of a version as it was written: levels as numbers again."""
    body: dict[str, Any] = json.loads(stored)
    if "scale" in body:
        body["scale"] = {int(level): words for level, words in body["scale"].items()}
    for item in (body.get("items") or {}).values():
        if item and "levels" in item:
            item["levels"] = {int(level): words for level, words in item["levels"].items()}
    return body
