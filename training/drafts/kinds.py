"""What a kind of draft is: which files it has, what checks them, what publishes them, what is in order there."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from training.core.settings import Settings
from training.database.load_report import LoadReport
from training.drafts.models import MaterialDraft
from training.parsing.messages import Mistake
from training.people.actor import Actor

Files = Mapping[str, bytes]
"""Path of a file in a draft → its content."""


@dataclass(frozen=True)
class LastVersion:
    """The newest published version; `files` is None where they were not kept when it was published."""

    number: str
    files: Files | None


@dataclass(frozen=True)
class OutlinePart:
    """An activity: what it is and its file; `missing` are the files of the languages that it lacks.

    `preview` is the end of the address that shows it as a learner sees it, `form` the part of one that shows it as a
    form; both are empty where there is none.
    """

    name: str
    title: str
    word: str
    file: str
    translations: Sequence[tuple[str, str]] = ()
    missing: Sequence[tuple[str, str]] = ()
    preview: str = ""
    form: str = ""

    @property
    def files(self) -> dict[str, str]:
        """Each of its files, with the end of the address that shows it in its language."""
        return {self.file: self.preview} | {
            path: f"{self.preview}?language={language}" for language, path in self.translations
        }


@dataclass(frozen=True)
class OutlineGroup:
    """A module with its parts in order, and the files of its folder that no part leads to."""

    name: str
    title: str
    file: str
    parts: Sequence[OutlinePart] = ()
    spare: Sequence[str] = ()


def part_with(outline: Iterable[OutlineGroup], path: str) -> OutlinePart | None:
    """Finds the activity that a file is of, in any language."""
    return next((part for group in outline for part in group.parts if path in part.files), None)


@dataclass(frozen=True)
class Advice:
    """Something in a file that is worth a look: its line, the words that it is about, and what to do."""

    line: int
    quote: str
    words: str


@dataclass(frozen=True)
class LoadWish:
    """Who publishes, when, into which storage; `check` tells only what would happen."""

    actor: Actor
    now: datetime
    storage: Path
    check: bool


Part = Mapping[str, Any]
"""What a kind adds to a page: the name of its `template`, and what that is told; empty where it adds nothing."""


Keep = Callable[[str, datetime], Awaitable[None]]
"""Keeps with a version, by its number, what was chosen when it was published."""


async def _nothing(*_: object) -> Part:
    return {}


async def _nothing_chosen(_: MaterialDraft, __: Mapping[str, Any], ___: Actor) -> Keep | None:
    return None


@dataclass(frozen=True, kw_only=True)
class DraftKind:
    """One kind of what is written here.

    `head` is the file that says name and version, under the keys `name_key` and `version`. `names` is the
    pattern of a name, `names_remedy` what to do about one that does not fit.
    """

    title: str
    hint: str
    head: Callable[[str], str]
    name_key: str
    names: str
    names_remedy: str
    edit_class_key: str = ""
    page: Callable[[str], str]
    middle: str
    """What happens to those who are in the middle of an earlier version."""
    published: Callable[[UUID], Awaitable[list[tuple[str, str]]]]
    """Name and title of each of its kind that a unit has published."""
    reads: Callable[[str, bytes], tuple[str, Files] | None]
    """Name and files of what somebody hands in, by its file name and content; None where it is of another kind."""
    last_version: Callable[[UUID, str, Path], Awaitable[LastVersion | None]]
    blank: Callable[[str, str], Files]
    check: Callable[[str, Files], list[Mistake]]
    check_file: Callable[[str, Files, str], list[Mistake]] | None = None
    """What is wrong in a file that lies in a folder, told by the files around it alone; the whole is checked else."""
    load: Callable[[str, Path, LoadWish], Awaitable[LoadReport]]
    outline: Callable[[Mapping[str, str]], Sequence[OutlineGroup]] = field(default=lambda _: ())
    has_outline: bool = False
    advice: Callable[[Mapping[str, str], str], Sequence[Advice]] = field(default=lambda _, __: ())
    """What is worth a look in a file; it stands in nobody's way."""
    on_draft: Callable[[MaterialDraft, Actor], Awaitable[Part]] = _nothing
    on_publishing: Callable[[MaterialDraft, Files, Actor], Awaitable[Part]] = _nothing
    """What the page that publishes shows besides; `form` is the template of its fields, `defaults` what they say."""
    chosen: Callable[[MaterialDraft, Mapping[str, Any], Actor], Awaitable[Keep | None]] = _nothing_chosen
    """Reads what its own fields of that page say; raises Invalid."""

    def fault_of_name(self, name: str) -> str:
        """Tells what is wrong with a name, or ""."""
        return "" if re.fullmatch(self.names, name) else self.names_remedy


def yaml_name(name: str) -> str:
    """Names the one file of what has no folder: `group facilitation` stands in `group_facilitation.yaml`."""
    return re.sub(r"[^\w-]", "_", name) + ".yaml"


def one_file(key: str, file_name: str, content: bytes) -> tuple[str, Files] | None:
    """Reads what somebody hands in that is one YAML file, named under a key at its top."""
    if not file_name.lower().endswith((".yaml", ".yml")):
        return None
    text = content.decode("utf-8-sig", errors="replace")
    named = re.search(rf"^{key}\s*:\s*[\"']?([^#\"'\r\n]+)", text, re.MULTILINE)
    name = named[1].strip() if named else ""
    return (name, {yaml_name(name): content}) if name else None


class DraftOutside(Protocol):
    """What work on drafts is given from outside."""

    @property
    def settings(self) -> Settings:
        """The settings of the service."""

    @property
    def draft_kinds(self) -> Mapping[str, DraftKind]:
        """Kind of draft → what it is."""
