"""The three values of a requirement, the three of a record, and plain values as the language compares them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from training.parsing.keywords import NUMBER, TEXT

Value = str | int | Decimal | bool | date
Number = int | Decimal


class Result(StrEnum):
    """What is known about a requirement on a day."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    NOT_APPLICABLE = "not_applicable"


class Sure(IntEnum):
    """Whether a record counts; the smaller of two is the worse."""

    NO = 0
    PERHAPS = 1
    YES = 2

    def result(self) -> Result:
        """The same as a result of a requirement."""
        return (Result.NOT_MET, Result.CANNOT_TELL, Result.MET)[self]


AS_SURE = {
    Result.MET: Sure.YES,
    Result.NOT_MET: Sure.NO,
    Result.CANNOT_TELL: Sure.PERHAPS,
    Result.NOT_APPLICABLE: Sure.YES,
}


def all_of(results: Iterable[Result]) -> Result:
    """Met if all are met, not met if one is not met."""
    found = set(results)
    if Result.NOT_MET in found:
        return Result.NOT_MET
    return Result.CANNOT_TELL if Result.CANNOT_TELL in found else Result.MET


def plain_values(value: object, kind: str | None = None) -> tuple[Value, ...]:
    """The values of an attribute as a tuple, text trimmed, in the kind that the attribute has."""
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(one for part in value for one in plain_values(part, kind))
    return () if value is None else (_plain(value, kind),)


def as_list(value: Any) -> list[Any]:
    """Gives what may be one value or a list of them as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def text(value: Any) -> str:
    """Text, empty if there is none."""
    return "" if value is None else str(value)


def texts(value: Any) -> tuple[str, ...]:
    """The words of one word or a list of words."""
    return tuple(str(one) for one in plain_values(value, TEXT))


def number(value: object) -> int | float:
    """A number as JSON shows it: whole if it is whole."""
    if isinstance(value, int):
        return int(value)
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _plain(value: object, kind: str | None) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float):
        value = Decimal(str(value))
    if kind == TEXT or not isinstance(value, str | int | Decimal | date):
        return str(value).strip() if not isinstance(value, bool) else str(value).lower()
    if isinstance(value, str):
        return _number_in(value.strip()) if kind == NUMBER else value.strip()
    return value


def _number_in(text: str) -> Value:
    try:
        return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
    except (ArithmeticError, ValueError):
        return text
