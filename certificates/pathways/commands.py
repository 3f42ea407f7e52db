"""The commands of the language, without a terminal: check files, list forms, evaluate a pathway on evidence."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from certificates.pathways.check_files import check, check_file
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.form_list import form_rows, unrecordable, untitled
from certificates.pathways.language.read import read_evidence, read_instruments, read_pathway
from certificates.pathways.language.schema import Pathway
from training.instruments.schema import InstrumentSchema
from training.parsing.messages import FileError, Mistake

Read = TypeVar("Read")


def check_command(files: Iterable[Path | str]) -> tuple[list[str], int]:
    """A line for each mistake in some files, and the exit code: 0 if there is none."""
    lines = [str(mistake) for mistake in check(files)]
    return lines, 1 if lines else 0


def advice_command(files: Iterable[Path | str]) -> list[str]:
    """A line of advice for each sound pathway in which requirements have no title."""
    read = (_read(partial(read_pathway, path), []) for path in files)
    return [str(advice) for pathway in read if pathway and (advice := untitled(pathway))]


def forms_command(files: Iterable[Path | str]) -> tuple[list[tuple[Pathway, list[dict[str, Any]]]], list[str]]:
    """For each pathway the rows of its requirements with their forms, and a line for each that nobody can record.

    Of a file with mistakes there are only the lines that say so.
    """
    found: list[tuple[Pathway, list[dict[str, Any]]]] = []
    mistakes: list[Mistake] = []
    for path in files:
        pathway = _read(partial(read_pathway, path), mistakes)
        if pathway is not None:
            found.append((pathway, form_rows(pathway)))
            mistakes += unrecordable(pathway)
    return found, [str(mistake) for mistake in mistakes]


def evaluate_command(
    pathway: Path | str,
    evidence: Path | str,
    as_of: date,
    known_at: date | None = None,
    instruments: Path | str | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """The verdict as JSON, or the lines that say what is wrong in the files."""
    mistakes: list[Mistake] = []
    rules = _read(lambda: read_pathway(pathway), mistakes)
    known = _read(lambda: read_evidence(evidence), mistakes)
    tools = _read(lambda: _instruments(instruments), mistakes)
    if rules is None or known is None or tools is None:
        return {}, [str(mistake) for mistake in mistakes]
    return evaluate(rules, known, as_of, known_at, tools).as_json(), []


def _read(reading: Callable[[], Read], mistakes: list[Mistake]) -> Read | None:
    try:
        return reading()
    except FileError as fault:
        mistakes += fault.mistakes
        return None


def _instruments(folder: Path | str | None) -> list[InstrumentSchema]:
    """The instruments of a folder, with the mistakes of all of them at once."""
    if folder is None:
        return []
    if not Path(folder).is_dir():
        raise FileError([Mistake(str(folder), 1, "the folder of instruments does not exist", "look at its name")])
    mistakes = [mistake for path in sorted(Path(folder).glob("*.yaml")) for mistake in check_file(path)]
    if mistakes:
        raise FileError(mistakes)
    return read_instruments(folder)
