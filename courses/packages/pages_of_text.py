"""Reads the texts of a module: pages, tasks and transcripts, in each language."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from courses.packages.located import Located, read
from courses.packages.markdown import render, split
from courses.packages.media import Fault, address, beside, fault_of, take
from courses.packages.mistakes import nearest
from courses.packages.schema import Reading

_PAGE = ("title", "minutes", "competency")
HAND_IN = ("note", "file")


def in_language(name: str, language: str, base: str) -> str:
    """The name of a translation: `01-x.md` in Welsh is `01-x.cy.md`."""
    path = PurePosixPath(name)
    return name if language == base else str(path.with_suffix(f".{language}{path.suffix}"))


def read_page(reading: Reading, name: str) -> dict[str, Any] | None:
    """A page's title, minutes and HTML; None, with the mistake noted, when it cannot be read."""
    found = front_and_html(reading, name, _PAGE)
    return None if found is None else _head(reading, found[0]) | {"html": found[1]}


def read_task(reading: Reading, name: str) -> dict[str, Any] | None:
    """A task's title, HTML, what it is judged by, and what is handed in: a note, or a note with a file."""
    found = front_and_html(reading, name, (*_PAGE, "hand_in", "criteria"))
    if found is None:
        return None
    front, html = found
    # Only where there are some: a task from before criteria were told stays what it was, to the last letter.
    judged = {"criteria": criteria} if (criteria := front.words("criteria")) else {}
    return _head(reading, front) | {"html": html, "hand_in": front.word("hand_in", HAND_IN, "note")} | judged


def _head(reading: Reading, front: Located) -> dict[str, Any]:
    for word in front.words("competency"):
        if word not in reading.competencies:
            where = front.get("competency") or front
            where.wrong(f"{word} is no competency of this course", nearest(word, reading.competencies))
    return {"title": front.text("title"), "minutes": front.number("minutes", high=10_000)}


def front_and_html(reading: Reading, name: str, known: tuple[str, ...]) -> tuple[Located, str] | None:
    """The front matter and the rendered text of a Markdown file."""
    parts = split(reading.text(name))
    if parts is None:
        reading.wrong(name, 1, "the page has no front matter", "begin the file with `---`, `title: …`, `---`")
        return None
    front = read(parts.front, file=reading.files.where(name), mistakes=reading.mistakes, first_line=2)
    if front is None or not front.keys(known, needed=("title",)):
        return None
    return front, render_in(reading, name, parts.body, line=parts.body_line)


def render_in(reading: Reading, name: str, text: str, *, line: int) -> str:
    """Renders the Markdown of a file of the package, with its links and pictures in place."""

    def noted(at: int, what: str, mend: str) -> None:
        reading.wrong(name, at, what, mend)

    def place(target: str) -> str | Fault:
        shown = unquote(target.split("#", 1)[0])  # Markdown writes a name with spaces or accents as `%20`
        file = beside(name, shown)
        if file.endswith(".md") and reading.has(file) and not shown.startswith("/"):
            # Player pages stand at `/courses/COURSE/MODULE/ACTIVITY`; relative, for the reason given at `address`.
            return f"../{reading.page(file)}"
        return fault_of(reading, "" if shown.startswith("/") else file, shown) or address(take(reading, file))

    return render(text, line=line, place=place, noted=noted)
