"""What every page may ask of the service around it, and how it gets at it; rooms above add what they need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from starlette.requests import Request

from training.core.settings import Settings


class Unit(Protocol):
    """What a page needs to know of a central unit."""

    @property
    def name(self) -> str: ...
    @property
    def contact(self) -> str: ...


@dataclass
class KnownUnits:
    """The only central unit there is; None as long as there are several, or none. It is read again now and then."""

    only: Unit | None = None


@dataclass(frozen=True, kw_only=True)
class PageResources:
    """Made once, when the service starts; the roof adds up what all rooms ask for, and hangs it on the application."""

    settings: Settings
    menu: Callable[[Any, str], list[tuple[str, str, bool]]]
    """The (text, path, whether one is there) of what somebody may open, for the top of every page."""
    window_for: Callable[[Request], dict[str, str] | None]
    """What opens the page under request in a window of its own, where an LMS shows it in a frame."""
    units: KnownUnits = field(default_factory=KnownUnits)

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Self:
        """Gives what the service of a request has, as the room that asks knows it; also for a bare ASGI scope."""
        found = request["app"].state.resources
        assert isinstance(found, cls)
        return found
