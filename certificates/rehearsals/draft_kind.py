"""A pathway as a draft: its YAML file and those that it extends, checked and published as every pathway is."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from certificates.evaluations.pathway_versions import LoadedPathway, load_pathway, standing_versions
from certificates.pathways.commands import forms_command
from certificates.pathways.language.read import pathway_table
from certificates.rehearsals.parts import on_draft, on_publishing
from training.database.load_report import LoadReport
from training.drafts.kinds import DraftKind, Files, LastVersion, LoadWish, one_file
from training.parsing.messages import FileError, Mistake
from training.parsing.plurals import many

BLANK = """\
pathway: {name}
version: "1"
title: {title}
roles: [central_unit]
levels:
  group_leader:
    title: Group leader
    requires:
      course:
        learning: {name}
    decision: {{by: central_unit, outcomes: [certified, deferred, declined]}}
"""


async def last_version(unit_id: UUID, name: str, storage: Path) -> LastVersion | None:
    """Finds the newest version of a pathway, with the files that it extends."""
    version = await standing_versions().filter(slug=name, unit_id=unit_id).order_by("-published").first()
    if version is None:
        return None
    texts = {name: version.text, **version.bases}
    return LastVersion(version.version, {f"{one}.yaml": text.encode() for one, text in texts.items()})


async def published(unit_id: UUID) -> list[tuple[str, str]]:
    """Lists the pathways of a unit, by the title of their newest version."""
    rows = await standing_versions().filter(unit_id=unit_id).order_by("published").values_list("slug", "title")
    return list({str(slug): str(title) for slug, title in rows}.items())


def blank(name: str, title: str) -> Files:
    """Gives the smallest pathway there can be."""
    return {f"{name}.yaml": BLANK.format(name=name, title=json.dumps(title, ensure_ascii=False)).encode()}


def check(name: str, files: Files) -> list[Mistake]:
    """Lists what the check of pathways says is wrong."""
    file = f"{name}.yaml"
    if file not in files:
        return [Mistake(file, 1, "the file is not there", "undo what took it away")]
    texts = {path.removesuffix(".yaml"): content.decode(errors="replace") for path, content in files.items()}

    def source(base: str) -> tuple[str, str] | None:
        return (texts[base], f"{base}.yaml") if base in texts else None

    try:
        return pathway_table(name, source, file=file, text=texts[name])[1].mistakes
    except FileError as faulty:
        return list(faulty.mistakes)


async def load_folder(name: str, folder: Path, wish: LoadWish) -> LoadReport:
    """Publishes the file as `training load` does."""
    path = folder / f"{name}.yaml"
    report = report_of(await load_pathway(path, actor=wish.actor, now=wish.now, check=wish.check), path)
    return replace(report, unchanged=[f"{line}: already published" for line in report.unchanged])


def report_of(done: LoadedPathway, path: Path) -> LoadReport:
    """Tells of a pathway that was loaded how many requirements it has, and what nobody can record."""
    line = f"pathway {done.slug}, version {done.version}"
    if done.state != "new":
        return LoadReport(unchanged=[line])
    [(_, rows)], lines = forms_command([path])
    asked = (
        f"{many(len(rows), 'requirement')}, {'and something that nobody can record' if lines else 'each with its form'}"
    )
    return LoadReport(new=[f"{line}: {asked}"], mistakes=lines)


PATHWAY = DraftKind(
    title="Rules of a programme",
    hint="what somebody needs for a certificate, and until when it holds.",
    head=lambda name: f"{name}.yaml",
    name_key="pathway",
    names=r"[a-z][a-z0-9_]{0,59}",
    names_remedy="Use small letters, digits and _, beginning with a letter",
    page=lambda _: "/material",
    middle="Whoever has joined keeps the version they joined with. Whoever joins from now on gets this one, once it is "
    "in force.",
    published=published,
    reads=partial(one_file, "pathway"),
    last_version=last_version,
    blank=blank,
    check=check,
    load=load_folder,
    on_draft=on_draft,
    on_publishing=on_publishing,
)
