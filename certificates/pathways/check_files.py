"""Checks files of any kind: `file:line: what is wrong; how to mend it`, one for each mistake."""

from collections.abc import Iterable
from pathlib import Path

from certificates.pathways.language.check_evidence import check_evidence
from certificates.pathways.language.read import check_pathway_file
from training.instruments.check import check_instrument
from training.parsing.findings import Findings
from training.parsing.messages import FileError, Mistake
from training.parsing.yaml import read_table, read_text

KINDS = ("pathway", "instrument", "holder")  # the key that tells what a file is


def check(paths: Iterable[Path | str]) -> list[Mistake]:
    """Everything that is wrong in some files, in the order of the files and lines."""
    found: list[Mistake] = []
    for path in paths:
        found += [one for one in sorted(set(check_file(Path(path)))) if one not in found]
    return found


def check_file(path: Path) -> list[Mistake]:
    """Everything that is wrong in one file."""
    try:
        text = read_text(path)
        table = read_table(text, str(path))
    except FileError as fault:
        return list(fault.mistakes)
    if "pathway" in table:
        return check_pathway_file(path, text)
    found = Findings(str(path))
    if "instrument" in table:
        check_instrument(table, found)
    elif "holder" in table or "records" in table:
        found.mistakes += check_evidence(table, str(path))
    else:
        found.add(table, None, "nobody can tell what the file is", f"begin with one of: {', '.join(KINDS)}")
    return found.mistakes
