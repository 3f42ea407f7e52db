"""Loads whatever files are given, each by what it is, in the order in which they need each other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from certificates.pathway_versions import load_pathway
from courses.loading import storing
from training import loading_kinds
from training.assessments.loading import load_instrument
from training.csv_files import read_sheet
from training.errors import Trouble
from training.loaded import By, Loaded, rehearsed
from training.loading_kinds import Found
from training.parsing.messages import Faulty
from training.people.actor import Actor
from training.people.loading import load_people
from training.people.operator import OPERATOR, operator
from training.settings import Settings
from training.sites.loading import load_sites, load_units


@dataclass(frozen=True)
class Wish:
    """How to load: from when, into which storage and unit, good rows alone, and whether in earnest."""

    storage: Path
    now: datetime
    good_ones: bool
    unit: str
    earnest: bool


async def load_all(
    paths: Sequence[Path], *, settings: Settings, now: datetime, check: bool, good_ones: bool, unit: str = ""
) -> tuple[list[str], bool]:
    """Loads files, all of them or none, and gives the report and whether they were refused.

    First everything is done and undone again; only when nothing is wrong with any file it is done in earnest.
    """
    found, mistakes = loading_kinds.sort_out(paths)
    if mistakes:
        return mistakes, True
    wish = Wish(settings.storage, now, good_ones, unit, earnest=False)
    told = await rehearsed(lambda: _load(found, wish))
    if not (check or told.refused):
        told = await _load(found, Wish(settings.storage, now, good_ones, unit, earnest=True))
    return told.lines(), told.refused


async def _load(found: Sequence[Found], wish: Wish) -> Loaded:
    told = Loaded()
    console = Console(stderr=True)
    words = "Loading" if wish.earnest else "Checking"
    actor: Actor | None = None
    for one in track(found, words, console=console, transient=True, disable=not console.is_terminal):
        if one.kind == "units":
            told.add(await load_units(read_sheet(one.path), By(OPERATOR, OPERATOR, "en", wish.now, wish.good_ones)))
        else:
            actor = actor or await operator(wish.unit, now=wish.now)
            told.add(await _one(one, wish, actor))
    return told


async def _one(found: Found, wish: Wish, actor: Actor) -> Loaded:
    try:
        return await LOADERS[found.kind](found.path, wish, actor)
    except Faulty as fault:
        return Loaded(mistakes=[str(mistake) for mistake in fault.mistakes], refused=True)
    except Trouble as trouble:
        return Loaded(mistakes=_lines(found.path, trouble), refused=True)


def _lines(path: Path, trouble: Trouble) -> list[str]:
    """Writes a refusal as lines with the file in front, unless they have it already."""
    lines = trouble.message.splitlines()
    if all(line.startswith(f"{path}:") for line in lines):
        return lines
    return [f"{path}:1: {line.rstrip('.')}; {trouble.remedy.rstrip('.')}" for line in lines]


async def _sites(path: Path, wish: Wish, actor: Actor) -> Loaded:
    return await load_sites(read_sheet(path), _by(wish, actor))


async def _people(path: Path, wish: Wish, actor: Actor) -> Loaded:
    return await load_people(read_sheet(path), _by(wish, actor))


def _by(wish: Wish, actor: Actor) -> By:
    return By(actor.person_id, actor.unit_id, actor.language, wish.now, wish.good_ones)


async def _instrument(path: Path, wish: Wish, actor: Actor) -> Loaded:
    done = await load_instrument(path, actor=actor, now=wish.now)
    line = f"{path}: instrument {done.name}, version {done.version}"
    return Loaded(new=[line]) if done.change == "new" else Loaded(unchanged=[line])


async def _pathway(path: Path, wish: Wish, actor: Actor) -> Loaded:
    done = await load_pathway(path, actor=actor, now=wish.now)
    line = f"{path}: pathway {done.slug}, version {done.version}"
    return Loaded(new=[line]) if done.state == "new" else Loaded(unchanged=[line])


async def _course(path: Path, wish: Wish, actor: Actor) -> Loaded:
    # Rehearsed without storing: its files would outlive the undone rows.
    report = await storing.load(path, actor=actor, now=wish.now, storage=wish.storage, check=not wish.earnest)
    return Loaded(
        [f"{path}: {line}" for line in report.new],
        [f"{path}: {line}" for line in report.changed],
        [f"{path}: {line}" for line in report.unchanged],
        [str(mistake) for mistake in report.mistakes],
        report.refused,
    )


LOADERS: dict[str, Callable[[Path, Wish, Actor], Awaitable[Loaded]]] = {
    "sites": _sites,
    "people": _people,
    "instrument": _instrument,
    "pathway": _pathway,
    "course": _course,
}
"""What a file is → how it is loaded, in the order in which they need each other: a course names its programme."""
