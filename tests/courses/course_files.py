"""Writes small course packages for tests: a whole one, and changes to make it faulty."""

import zipfile
from pathlib import Path

COURSE = """\
course: small-steps
title: {en: Small steps, cy: Camau bach}
version: "1"
edit_class: content
languages: [en, cy]
programme: growing-together
learning: small steps course
summary: {en: A short course., cy: Cwrs byr.}
competencies:
  hearing: {en: Listens well, cy: Yn gwrando'n dda}
modules:
  - module: hearing
    title: {en: Hearing people, cy: Clywed pobl}
    tailoring: core
    minutes: 30
    languages: [en, cy]
    competencies: [hearing]
    complete: {pages: all, quiz: {pass: 60}, task: done}
  - module: leading
    title: {en: Leading, cy: Arwain}
    minutes: 60
    needs: [hearing]
    complete: {pages: all}
"""
MODULE = """\
activities:
  - {id: first, page: 01-first.md}
  - {page: 02-second.md, minutes: 3}
  - {video: film}
  - {quiz: quiz.yaml}
  - {task: task.md}
"""
PAGE = """\
---
title: {title}
competency: hearing
---
## {heading}

{text}
"""
QUIZ = """\
tries: 2
questions:
  - id: eyes
    ask: Where do you look?
    kind: one
    choices:
      - {id: face, text: At the person, right: true, why: People feel heard.}
      - {id: phone, text: At my phone, why: That says you are busy.}
    why: Looking is part of listening.
    reread: 01-first.md
  - id: words
    ask: What helps?
    kind: many
    choices:
      - {id: open, text: Open questions, right: true}
      - {id: quiet, text: A little quiet, right: true}
      - {id: advice, text: Quick advice, why: Advice can wait.}
    reread: 02-second.md
"""
QUIZ_CY = """\
questions:
  - id: eyes
    ask: Ble rydych chi'n edrych?
    kind: one
    choices:
      - {id: face, text: Ar y person, right: true, why: Mae pobl yn teimlo eu bod yn cael eu clywed.}
      - {id: phone, text: Ar fy ffôn, why: Mae hynny'n dweud eich bod yn brysur.}
    why: Mae edrych yn rhan o wrando.
    reread: 01-first.md
  - id: words
    ask: Beth sy'n helpu?
    kind: many
    choices:
      - {id: open, text: Cwestiynau agored, right: true}
      - {id: quiet, text: Ychydig o dawelwch, right: true}
      - {id: advice, text: Cyngor cyflym, why: Gall cyngor aros.}
    reread: 02-second.md
"""
FILM = """\
title: {title}
file: film.mp4
captions: film.{language}.vtt
transcript: film-words.{language}.md
seconds: 90
"""
TASK = "---\ntitle: {title}\nhand_in: {hand_in}\n---\n{text}\n"


def small_course() -> dict[str, str | bytes]:
    """The files of a whole small course: two modules, the first in English and Welsh."""
    return {
        "course.yaml": COURSE,
        "hearing/module.yaml": MODULE,
        "hearing/01-first.md": PAGE.format(
            title="Look up", heading="Why", text="Look at [the next page](02-second.md).\n\n![A chair](chair.png)"
        ),
        "hearing/01-first.cy.md": PAGE.format(title="Edrychwch", heading="Pam", text="Edrychwch ar bobl."),
        "hearing/02-second.md": PAGE.format(title="Wait", heading="How", text="Count to three. `<script>x</script>`"),
        "hearing/02-second.cy.md": PAGE.format(title="Arhoswch", heading="Sut", text="Cyfrwch i dri."),
        "hearing/chair.png": b"\x89PNG\r\n\x1a\n" + b"chair" * 10,
        "hearing/film.yaml": FILM.format(title="A circle", language="en"),
        "hearing/film.cy.yaml": FILM.format(title="Cylch", language="cy"),
        "hearing/film.mp4": (b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 1000)[:256_000],
        "hearing/film.en.vtt": "WEBVTT\n\n00:00.000 --> 00:05.000\nHello.\n",
        "hearing/film.cy.vtt": "WEBVTT\n\n00:00.000 --> 00:05.000\nHelo.\n",
        "hearing/film-words.en.md": "A leader says: hello.\n",
        "hearing/film-words.cy.md": "Mae arweinydd yn dweud: helo.\n",
        "hearing/quiz.yaml": QUIZ,
        "hearing/quiz.cy.yaml": QUIZ_CY,
        "hearing/task.md": TASK.format(title="Try it", hand_in="file", text="Listen to a friend."),
        "hearing/task.cy.md": TASK.format(title="Rhowch gynnig", hand_in="file", text="Gwrandewch ar ffrind."),
        "leading/module.yaml": "activities:\n  - {page: 01-plan.md}\n",
        "leading/01-plan.md": PAGE.format(title="Plan", heading="Plan", text="Write the plan on one page."),
    }


def write(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Writes the small course into a folder, with some files changed, added or (None) left out."""
    for name, content in (small_course() | (changes or {})).items():  # type: ignore[operator]
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """Writes files into a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
