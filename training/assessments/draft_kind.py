"""An instrument as a draft: one YAML file, checked and published as every instrument is."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from tortoise.functions import Count

from training.assessments.cancellation import OPEN_STATES
from training.assessments.instrument_editor.draft_part import on_draft
from training.assessments.instrument_editor.instrument_advice import advice
from training.assessments.load import load_instrument
from training.assessments.models import Assessment, InstrumentVersion, visible_to
from training.database.load_report import LoadReport
from training.drafts.kinds import (
    DraftKind,
    Files,
    LastVersion,
    LoadWish,
    OutlineGroup,
    OutlinePart,
    Part,
    one_file,
    yaml_name,
)
from training.drafts.models import MaterialDraft
from training.instruments.check import check_instrument
from training.parsing.findings import Findings
from training.parsing.messages import FileError, Mistake
from training.parsing.yaml import read_table
from training.people.actor import Actor

SHOWN = 20
WAITS = ("countersign", "returned")
"""States in which an assessment is signed and does not count yet."""
BLANK = """\
instrument: {name}
version: "1"
kind: checklist
title: {title}
items:
  welcomes:
    title: Welcomes everybody by name
"""


class _Plain(yaml.SafeDumper):
    """Writes numbers with the digits that they were written with."""


_Plain.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)))


def text_of(version: InstrumentVersion) -> str:
    """Gives the file of a version; written anew from what it says where the file was not kept."""
    if version.text is not None:
        return version.text
    said: Any = json.loads(version.body, parse_float=Decimal)
    return yaml.dump(said, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


async def last_version(unit_id: UUID, name: str, storage: Path) -> LastVersion | None:
    """Finds the newest version of an instrument, with its file."""
    of_it = InstrumentVersion.filter(instrument__name=name, instrument__unit_id=unit_id)
    version = await of_it.order_by("-published").first()
    return LastVersion(version.version, {yaml_name(name): text_of(version).encode()}) if version else None


async def published(unit_id: UUID) -> list[tuple[str, str]]:
    """Lists the instruments of a unit, by the title of their newest version."""
    versions = InstrumentVersion.filter(instrument__unit_id=unit_id).order_by("published")
    rows = await versions.values_list("instrument__name", "title")
    return list({str(name): str(title) for name, title in rows}.items())


def blank(name: str, title: str) -> Files:
    """Gives the smallest instrument there can be."""
    return {yaml_name(name): BLANK.format(name=name, title=json.dumps(title, ensure_ascii=False)).encode()}


def check(name: str, files: Files) -> list[Mistake]:
    """Lists what the check of instruments says is wrong."""
    file = yaml_name(name)
    if file not in files:
        return [Mistake(file, 1, "the file is not there", "undo what took it away")]
    found = Findings(file)
    try:
        check_instrument(read_table(files[file].decode(), file), found)
    except FileError as faulty:
        return list(faulty.mistakes)
    except UnicodeDecodeError:
        return [Mistake(file, 1, "the file is no UTF-8", "save it as UTF-8")]
    return found.mistakes


async def load_folder(name: str, folder: Path, wish: LoadWish) -> LoadReport:
    """Publishes the file as `training load` does."""
    done = await load_instrument(folder / yaml_name(name), actor=wish.actor, now=wish.now, check=wish.check)
    line = f"instrument {done.name}, version {done.version}"
    return LoadReport(new=[line]) if done.change == "new" else LoadReport(unchanged=[f"{line}: already published"])


def outline(texts: Mapping[str, str]) -> list[OutlineGroup]:
    """Gives the one file of an instrument, as what has a form."""
    return [
        OutlineGroup(path, path, path, [OutlinePart(path, path, "Instrument", path, form="instrument")])
        for path in texts
    ]


async def on_publishing(draft: MaterialDraft, _: Files, me: Actor) -> Part:
    """Counts the assessments that are open with an earlier version, and names those that the reader may see."""
    with_it = {"version__instrument__name": draft.name, "state__in": [*OPEN_STATES, *WAITS], "unit_id": me.unit_id}
    counted = await Assessment.filter(**with_it).annotate(count=Count("id")).group_by("version__version").values(
        "count", number="version__version"
    )  # fmt: skip
    rows = await visible_to(me).filter(**with_it).order_by("opened").limit(SHOWN).values(
        "id", "observed", name="person__name", number="version__version"
    )  # fmt: skip
    if not counted:
        return {}
    return {"template": "assessments/on_publishing.html", "counted": counted, "rows": rows,
            "total": sum(one["count"] for one in counted)}  # fmt: skip


INSTRUMENT = DraftKind(
    title="Instrument",
    hint="what assessors look at, and how they rate it.",
    head=yaml_name,
    name_key="instrument",
    names=r"\w[\w -]{0,79}",
    names_remedy="Use letters, digits, spaces, - and _",
    page=lambda _: "/material",
    middle="An assessment that has begun stays with the version it began with. Those that begin from now on use this "
    "one, where the rules name no other.",
    published=published,
    reads=partial(one_file, "instrument"),
    last_version=last_version,
    blank=blank,
    check=check,
    load=load_folder,
    outline=outline,
    advice=lambda texts, path: advice(texts.get(path, "")),
    on_draft=on_draft,
    on_publishing=on_publishing,
)
