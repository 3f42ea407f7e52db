"""What a checked course package holds, ready to be stored."""

from dataclasses import dataclass, field
from typing import Any

from courses.packages.files import Files
from courses.packages.mistakes import Mistakes

TAILORING = ("core", "adaptable", "free")
EDIT_CLASSES = ("wording", "content", "requirement", "safety")
KINDS = ("page", "video", "quiz", "task", "scorm")


@dataclass(frozen=True)
class ActivityPart:
    """A page, video, quiz, task or SCORM package as written, with its content in each language."""

    slug: str
    kind: str
    title: dict[str, str]
    tailoring: str
    minutes: int
    content: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class ModulePart:
    """A module as written."""

    slug: str
    title: dict[str, str]
    tailoring: str
    minutes: int
    needs: list[str]
    languages: list[str]
    competencies: list[str]
    complete: dict[str, Any]
    activities: tuple[ActivityPart, ...]


@dataclass(frozen=True)
class Package:
    """A whole course as written; `media` maps the name of each file used to its SHA-256."""

    slug: str
    version: str
    version_line: int
    edit_class: str
    languages: list[str]
    title: dict[str, str]
    summary: dict[str, str]
    programme: str
    programme_line: int
    learning: str
    competencies: dict[str, dict[str, str]]
    modules: tuple[ModulePart, ...]
    media: dict[str, str]
    files: Files
    used: frozenset[str]

    @property
    def digest(self) -> str:
        """One hash over everything that the course is made of; what else lies in the folder changes nothing."""
        return self.files.digest(self.used)

    @property
    def minutes(self) -> int:
        """The length of the whole course."""
        return sum(module.minutes for module in self.modules)


@dataclass
class Reading:
    """The state of one reading: the files, the mistakes so far, and which files are used."""

    files: Files
    mistakes: Mistakes
    competencies: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)
    media: dict[str, str] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)  # folder/file without ending → an id given to it

    def wrong(self, name: str, line: int, what: str, mend: str) -> None:
        """Notes a mistake in a file of the package."""
        self.mistakes.add(self.files.where(name), line, what, mend)

    def page(self, name: str) -> str:
        """The name of an activity in addresses, `module/activity`, from its file in any language."""
        folder, _, file = name.rpartition("/")
        stem = file.split(".", 1)[0]
        return f"{folder}/{self.slugs.get(f'{folder}/{stem}', stem)}"

    def has(self, name: str) -> bool:
        """The package holds this file."""
        return name in self.files.contents

    def text(self, name: str) -> str:
        """Reads a text file and marks it as used."""
        self.used.add(name)
        return self.files.text(name, self.mistakes)
