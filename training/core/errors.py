"""The five ways in which something can go wrong, each with what is wrong and what to do next."""

from collections.abc import Mapping


class AppError(Exception):
    """Says what is wrong (`message`) and what to do next (`remedy`), in words for its reader.

    `title` heads its page in place of what is usual for its kind.
    """

    title = ""

    def __init__(self, message: str, remedy: str = "", *, title: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.title = title or self.title

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotFound(AppError):
    """What was asked for does not exist, or is not for this reader to know of."""

    title = "We could not find this"


class NotAllowed(AppError):
    """The actor is known and may not do this."""


class Invalid(AppError):
    """What was sent cannot be used; `problems` names each field and what to do about it."""

    def __init__(self, message: str, remedy: str = "", *, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message, remedy)
        self.problems = dict(problems or {})


class Conflict(AppError):
    """Somebody else was first, or the thing has moved on since the page was read."""


class Upstream(AppError):
    """A system that we depend on did not do its part; `retry_after` seconds are its own wish, if it had one."""

    def __init__(self, message: str, remedy: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after
