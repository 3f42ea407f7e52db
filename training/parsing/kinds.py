"""Finds out what each file is: a course, a pathway, an instrument, components, or a table of units, sites or people."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.parsing.csv import read_sheet

ORDER = ("units", "sites", "instrument", "pathway", "components", "people", "course")
TOP_KEY = re.compile(r"^(pathway|instrument|components)\s*:", re.MULTILINE)
BY_COLUMN = {"email": "people", "site": "sites", "unit": "units"}
"""The first of these columns that a table has tells what it is about."""


@dataclass(frozen=True)
class Found:
    """A file, or the folder of a course, and what it is."""

    kind: str
    path: Path


def sort_out(paths: Sequence[Path]) -> tuple[list[Found], list[str]]:
    """Gives what there is to load, in the order in which they need each other, and what nobody can load."""
    found: list[Found] = []
    mistakes: list[str] = []
    for path in paths:
        inside = list(_inside(path))
        if not inside:
            mistakes.append(f"{path}:1: there is nothing to load; look at its name")
        for one in inside:
            kind, mistake = _kind(one)
            if kind:
                found.append(Found(kind, one))
            elif mistake:
                mistakes.append(mistake)
    each = dict.fromkeys(found)
    return sorted(each, key=lambda one: ORDER.index(one.kind)), mistakes


def _inside(path: Path) -> Iterable[Path]:
    """Goes through a folder down to the files and courses in it; what was named itself is always taken."""
    if not path.is_dir() or (path / "course.yaml").is_file():
        return [path] if path.exists() else []
    below = (one for one in sorted(path.iterdir()) if not one.name.startswith("."))
    of_use = [one for one in below if one.is_dir() or one.suffix.lower() in (".yaml", ".yml", ".csv", ".zip")]
    return [file for one in of_use for file in _inside(one)]


def _kind(path: Path) -> tuple[str, str]:
    """Gives the kind, or else the mistake."""
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".zip":
        return "course", ""
    if suffix == ".csv":
        sheet = read_sheet(path)
        for column, kind in BY_COLUMN.items():
            if column in sheet.columns:
                return kind, ""
        what = "nobody can tell what the table is about; begin with the columns of units, sites or people"
        return "", sheet.mistakes[0][1] if sheet.mistakes else f"{path}:1: {what}"
    if suffix in (".yaml", ".yml"):
        named = TOP_KEY.search(path.read_text("utf-8-sig", errors="replace"))
        what = "nobody can tell what the file is; begin with pathway:, instrument: or components:"
        return (named.group(1), "") if named else ("", f"{path}:1: {what}")
    return "", f"{path}:1: this is no file that can be loaded; give a folder, .zip, .yaml or .csv"
