"""Loads whatever files are given, each by what it is, in the order in which they need each other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from certificates.evaluations.pathway_versions import load_pathway
from certificates.rehearsals.draft_kind import report_of
from courses.packages import publish
from training.assessments.load import load_instrument
from training.core import storage
from training.core.errors import AppError
from training.core.settings import Settings
from training.database.load_report import By, LoadReport, rehearsed
from training.parsing import kinds
from training.parsing.csv import read_sheet
from training.parsing.kinds import Found
from training.parsing.messages import FileError
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.authentication.operator import OPERATOR, operator
from training.people.load import load_people
from training.programmes.components import load_components
from training.programmes.load import place_loaded
from training.sites.load import load_sites, load_units


@dataclass(frozen=True)
class LoadOptions:
    """How to load: from when, into which storage and unit, good rows alone, and whether in earnest."""

    storage: Path
    now: datetime
    good_ones: bool
    unit: str
    earnest: bool


async def load_all(
    paths: Sequence[Path],
    *,
    settings: Settings,
    now: datetime,
    check: bool,
    good_ones: bool = False,
    unit: str = "",
    actor: Actor | None = None,
) -> tuple[list[str], bool]:
    """Loads files, all of them or none, and gives the report and whether they were refused.

    First everything is done and undone again; only when nothing is wrong with any file it is done in earnest.
    Without an actor it is the operator of the unit.
    """
    found, mistakes = kinds.sort_out(paths)
    if mistakes:
        return mistakes, True
    wish = LoadOptions(settings.storage, now, good_ones, unit, earnest=False)
    told = await rehearsed(lambda: _load(found, wish, actor))
    if not (check or told.refused):
        storage.begin(settings.storage)
        told = await _load(found, replace(wish, earnest=True), actor)
    return told.lines(), told.refused


async def _load(found: Sequence[Found], wish: LoadOptions, actor: Actor | None) -> LoadReport:
    told = LoadReport()
    console = Console(stderr=True)
    words = "Loading" if wish.earnest else "Checking"
    unwatched = actor is not None or not console.is_terminal
    for one in track(found, words, console=console, transient=True, disable=unwatched):
        if one.kind == "units":
            told.add(await load_units(read_sheet(one.path), By(OPERATOR, OPERATOR, "en", wish.now, wish.good_ones)))
        else:
            actor = actor or await operator(wish.unit, now=wish.now)
            told.add(await _one(one, wish, actor))
    return told


async def _one(found: Found, wish: LoadOptions, actor: Actor) -> LoadReport:
    try:
        return await LOADERS[found.kind](found.path, wish, actor)
    except FileError as fault:
        return LoadReport(mistakes=[str(mistake) for mistake in fault.mistakes], refused=True)
    except AppError as trouble:
        return LoadReport(mistakes=_lines(found.path, trouble), refused=True)


def _lines(path: Path, trouble: AppError) -> list[str]:
    """Writes a refusal as lines with the file in front, unless they have it already."""
    lines = trouble.message.splitlines()
    if all(line.startswith(f"{path}:") for line in lines):
        return lines
    return [f"{path}:1: {line.rstrip('.')}; {trouble.remedy.rstrip('.')}" for line in lines]


async def _sites(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    return await load_sites(read_sheet(path), _by(wish, actor))


async def _people(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    return await load_people(read_sheet(path), _by(wish, actor), place=place_loaded)


def _by(wish: LoadOptions, actor: Actor) -> By:
    return By(actor.person_id, actor.unit_id, actor.language, wish.now, wish.good_ones)


async def _instrument(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    done = await load_instrument(path, actor=actor, now=wish.now)
    line = f"{path}: instrument {done.name}, version {done.version}"
    return LoadReport(new=[line]) if done.change == "new" else LoadReport(unchanged=[line])


async def _pathway(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    return report_of(await load_pathway(path, actor=actor, now=wish.now), path).within(path)


async def _components(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    found, is_new = await load_components(path, actor=actor, now=wish.now)
    line = f"{path}: {many(len(found.items), 'component')} of {found.programme}, version {found.version}"
    return LoadReport(new=[line]) if is_new else LoadReport(unchanged=[line])


async def _course(path: Path, wish: LoadOptions, actor: Actor) -> LoadReport:
    # Rehearsed without storing: its files would outlive the undone rows.
    done = await publish.load(path, actor=actor, now=wish.now, storage=wish.storage, check=not wish.earnest)
    return done.report.within(path)


LOADERS: dict[str, Callable[[Path, LoadOptions, Actor], Awaitable[LoadReport]]] = {
    "sites": _sites,
    "instrument": _instrument,
    "pathway": _pathway,
    "components": _components,
    "people": _people,
    "course": _course,
}
"""What a file is → how it is loaded, in the order in which they need each other: courses and people name programmes."""
