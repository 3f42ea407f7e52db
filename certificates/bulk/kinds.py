"""What an action on many is: whom it is about, what it asks, and what does it, and undoes it, for one of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.sites.models import Site

PEOPLE, CASES, CERTIFICATIONS, ASSESSMENTS = "person", "case", "certification", "assessment"
"""What an action is about, and what the rows of a list are."""


class NothingToDo(Exception):
    """Says why there is nothing to do: it is as it is wished already."""


class UndoneInPart(Exception):
    """Says what stays as it is of one that was undone otherwise."""


@dataclass(frozen=True)
class BulkRequest:
    """What is asked of all of them: by whom, when, what was answered, and in which batch."""

    actor: Actor
    values: Mapping[str, str]
    number: int
    batch_id: UUID
    home: str
    now: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    """Those of the list on which they were chosen."""

    def day(self, name: str) -> date:
        """Gives a day that was answered."""
        return date.fromisoformat(self.values[name])

    @property
    def why_undone(self) -> str:
        """Says why something was undone, in words for whoever it was done to: they read it in their letter."""
        return f"This was a mistake, and it is put right (batch {self.number})."


@dataclass(frozen=True)
class Target:
    """One of those that an action is for: a person, a case or a certification, with words that tell it apart."""

    id: UUID
    person_id: UUID | None
    name: str
    what: str = ""

    @property
    def words(self) -> str:
        """Names it in a line."""
        return f"{self.name}, {self.what}" if self.what else self.name


@dataclass(frozen=True)
class BulkField:
    """One thing that an action asks: `kind` is text, day or choice; a choice has `options`, and may have `sites`."""

    name: str
    kind: str
    label: str
    hint: str = ""
    optional: bool = False
    options: Callable[[Actor], Awaitable[Sequence[tuple[str, str]]]] | None = None
    sites: Callable[[Actor], QuerySet[Site]] | None = None
    today: bool = False
    """Whether it is today where nothing else is answered."""


@dataclass(frozen=True)
class BulkAction:
    """One action on many: what people call it, about what, on which lists it asks for which ability, what it asks.

    `do` calls the action for one, as it is done on that one's own page, and returns what it wrote; it raises
    NothingToDo, or what the action raises. `undo` is given the id of what was written; without it nothing is undone,
    and `note` says so before.
    """

    title: str
    about: str
    lists: Mapping[str, str]
    do: Callable[[BulkRequest, Target], Awaitable[Model | None]]
    undo: Callable[[BulkRequest, UUID], Awaitable[Any]] | None
    fields: tuple[BulkField, ...] = ()
    note: str = ""
    tell: Callable[[Model], str] | None = None
    """Says of one what became of it, where it is not the same for all."""
