"""The competencies of a course as its files say them; pure."""

from collections.abc import Mapping

from training.parsing.messages import FileError
from training.parsing.yaml import Table, read_table

Competencies = list[tuple[str, str]]
"""Name and words of each, in their order."""


def competencies_in(texts: Mapping[str, str]) -> Competencies:
    """Lists the competencies of a course that is being written, in the first language that tells them."""
    try:
        found = read_table(texts.get("course.yaml", ""), "course.yaml").get("competencies")
    except FileError:
        return []
    told = found.items() if isinstance(found, Table) else ()
    return [(str(key), _words(value)) for key, value in told]


def _words(value: object) -> str:
    return str(next(iter(value.values()), "")) if isinstance(value, Table) else str(value or "")
