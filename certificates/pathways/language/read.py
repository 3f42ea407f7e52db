"""Reads pathways, instruments and evidence from files or texts; raises FileError with every mistake."""

from collections.abc import Callable, Mapping
from pathlib import Path

from certificates.pathways.language import build
from certificates.pathways.language.check_pathway import check_pathway
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.overlays import mark, merge
from certificates.pathways.language.schema import Pathway
from training.instruments.read import read_instrument
from training.instruments.schema import InstrumentSchema
from training.parsing.findings import Findings
from training.parsing.messages import FileError, Mistake
from training.parsing.yaml import Table, read_table, read_text

Source = Callable[[str], tuple[str, str] | None]  # name of a pathway -> its text and the file that is named


def read_pathway(path: Path | str) -> Pathway:
    """Read a pathway file and the bases of its folder."""
    path = Path(path)
    return _pathway(path.stem, _folder(path.parent), str(path), read_text(path))


def read_pathway_text(name: str, text: str, bases: Mapping[str, str] | None = None) -> Pathway:
    """Read a pathway from a text; bases are the texts of the pathways that it may extend, by name."""
    texts = bases or {}
    return _pathway(name, lambda base: (texts[base], f"{base}.yaml") if base in texts else None, f"{name}.yaml", text)


def read_evidence(path: Path | str) -> Evidence:
    """Read an evidence file."""
    return Evidence.of(read_table(read_text(Path(path)), str(path)), str(path))


def read_instruments(folder: Path | str) -> list[InstrumentSchema]:
    """Read every instrument of a folder, in the order of the file names."""
    return [read_instrument(path) for path in sorted(Path(folder).glob("*.yaml"))]


def pathway_table(name: str, source: Source, *, file: str, text: str) -> tuple[Table | None, Findings]:
    """The table of a pathway with its bases merged in, and everything that is wrong in it."""
    found = Findings(file)
    table = _assembled(name, source, (file, text), found, seen=())
    if table is not None:
        check_pathway(table, found)
    return table, found


def check_pathway_file(path: Path, text: str) -> list[Mistake]:
    """Everything that is wrong in a pathway file and the bases of its folder."""
    return pathway_table(path.stem, _folder(path.parent), file=str(path), text=text)[1].mistakes


def _pathway(name: str, source: Source, file: str, text: str) -> Pathway:
    table, found = pathway_table(name, source, file=file, text=text)
    if table is None or found.mistakes:
        raise FileError(found.mistakes)
    return build.pathway(table)


def _assembled(
    name: str, source: Source, document: tuple[str, str], found: Findings, *, seen: tuple[str, ...]
) -> Table | None:
    """The table with all bases merged in; None if there is nothing to go on with."""
    file, text = document
    try:
        table = read_table(text, file)
    except FileError as fault:
        found.mistakes += fault.mistakes
        return None
    if not isinstance(table.get("pathway"), str):
        found.add(table, "pathway", "the pathway has no name", f"write pathway: {name}")
        return None
    if table["pathway"] != name:
        what = f"the pathway is called {table['pathway']} and its file {name}"
        found.add(table, "pathway", what, f"write pathway: {name}, or rename the file")
    mark(table, str(table["pathway"]))
    return _extended(table, name, source, found, seen=(*seen, name)) if "extends" in table else table


def _extended(table: Table, name: str, source: Source, found: Findings, *, seen: tuple[str, ...]) -> Table | None:
    base_name = table["extends"]
    if base_name in seen:
        what = f"{name} extends {base_name}: a circle of overlays"
        found.add(table, "extends", what, "extend a pathway that does not extend this one")
        return None
    base = source(str(base_name))
    if base is None:
        found.add(table, "extends", f"the base {base_name} does not exist", "write the name of a file of this folder")
        return None
    below = _assembled(str(base_name), source, (base[1], base[0]), found, seen=seen)
    return merge(below, table, found) if below is not None else None


def _folder(folder: Path) -> Source:
    def source(name: str) -> tuple[str, str] | None:
        path, plain = folder / f"{name}.yaml", name.replace("_", "").isalnum()
        return (read_text(path), str(path)) if plain and path.is_file() else None

    return source
