"""The competencies of a course as its files say them: where each is taught and where it is shown; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from courses.editor.structure import outline
from courses.packages.markdown import split
from training.drafts.kinds import OutlineGroup, OutlinePart
from training.parsing.messages import FileError
from training.parsing.values import as_list
from training.parsing.yaml import Table, read_table

Texts = Mapping[str, str]
SHOWS = ("Quiz", "Task")
"""Activities in which somebody shows what they can; the others teach."""


@dataclass(frozen=True)
class CompetencyPlace:
    """An activity that is about a competency: its module, its title, what it is, its file and the form of that."""

    module: str
    title: str
    word: str
    file: str
    form: str


@dataclass(frozen=True)
class CompetencyCover:
    """A competency in words, with the activities that teach it and those in which it is shown."""

    name: str
    words: str
    taught: Sequence[CompetencyPlace]
    shown: Sequence[CompetencyPlace]


def competencies_in(texts: Texts) -> list[tuple[str, str]]:
    """Lists name and words of each competency, in the first language that tells them."""
    found = _table(texts.get("course.yaml", "")).get("competencies")
    told = found.items() if isinstance(found, Table) else ()
    return [(str(key), _words(value)) for key, value in told]


def coverage(texts: Texts) -> list[CompetencyCover]:
    """Lists the competencies with where each is taught and shown.

    An activity is about the competencies that it names itself; one that names none is about those of its module.
    """
    placed = list(_placed(texts))
    return [
        CompetencyCover(
            name, words,
            [place for about, place in placed if name in about and place.word not in SHOWS],
            [place for about, place in placed if name in about and place.word in SHOWS],
        )
        for name, words in competencies_in(texts)
    ]  # fmt: skip


def _placed(texts: Texts) -> Iterator[tuple[Sequence[str], CompetencyPlace]]:
    modules = _table(texts.get("course.yaml", "")).get("modules")
    entries = [one for one in modules if isinstance(one, Table)] if isinstance(modules, list) else []
    whole = {str(one.get("module") or ""): _listed(one.get("competencies")) for one in entries}
    for group in outline(texts):
        for part in group.parts:
            yield _own(texts, part) or whole.get(group.name, []), _place(group, part)


def _place(group: OutlineGroup, part: OutlinePart) -> CompetencyPlace:
    return CompetencyPlace(group.title, part.title, part.word, part.file, part.form or "files")


def _own(texts: Texts, part: OutlinePart) -> list[str]:
    head = split(texts.get(part.file, "")) if part.file.endswith(".md") else None
    return _listed(_table(head.front).get("competency")) if head else []


def _listed(value: object) -> list[str]:
    return [str(one) for one in as_list(value)] if isinstance(value, list) else [str(value)] if value else []


def _table(text: str) -> Table:
    try:
        return read_table(text, "")
    except FileError:
        return Table()


def _words(value: object) -> str:
    return str(next(iter(value.values()), "")) if isinstance(value, Table) else str(value or "")
