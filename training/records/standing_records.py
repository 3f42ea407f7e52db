"""How one record looks after each thing that happened to it: logged, confirmed, disputed, corrected; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training.core.dates import local_day

Record = dict[str, Any]


@dataclass(frozen=True)
class ConfirmerAnswer:
    """What one confirmer answered, and when; `by` are those who sign by it: ids, or a name for somebody from outside.

    `confirmed_as` is how strongly, in the word of the language.
    """

    by: tuple[str, ...]
    confirmed: datetime | None = None
    disputed: datetime | None = None
    confirmed_as: str = "none"


@dataclass(frozen=True)
class Logged:
    """One row as it was logged: its id, what it says, when it was recorded, which row it corrects.

    `at_once`: whoever recorded it could say so, and no answer is needed.
    """

    id: str
    says: Mapping[str, Any]
    recorded: datetime
    corrects: str | None = None
    void: bool = False
    at_once: bool = False
    answers: tuple[ConfirmerAnswer, ...] = ()


def records_of(rows: Sequence[Logged], zone: str) -> tuple[list[Record], dict[str, list[str]]]:
    """Gives the evidence records of all rows, and for each row the ids of its records (what others are `about`).

    Each event makes a record that replaces all earlier ones, so that looking back finds what was known then, and what
    a correction replaced does not count again where that is corrected or taken back itself. Without a standing
    confirmation, or with any dispute, the result is pending and nobody signed: it may be so, and it never counts for
    sure. `by` names those who confirmed.
    """
    found: list[Record] = []
    ids: dict[str, list[str]] = {}
    # Each row comes after the one that it corrects.
    waiting = sorted(rows, key=lambda row: (row.recorded, row.id))
    known = {row.id for row in waiting}
    done: list[Logged] = []
    placed: set[str] = set()
    while waiting:
        ready = [row for row in waiting if row.corrects not in known or row.corrects in placed]
        done += ready
        placed |= {row.id for row in ready}
        waiting = [row for row in waiting if row.id not in placed]
    for row in done:
        earlier = list(ids.get(row.corrects or "", ()))
        made = _records(row, earlier, zone)
        ids[row.id] = earlier + [record["id"] for record in made]
        found += made
    return found, ids


def _records(row: Logged, earlier: Sequence[str], zone: str) -> list[Record]:
    if row.void:
        head = {"id": row.id, "recorded_at": local_day(row.recorded, zone), "void": True, "replaces": list(earlier)}
        return [head | {key: row.says[key] for key in ("type", "what", "on", "programme")}]
    moments = {moment for answer in row.answers for moment in (answer.confirmed, answer.disputed) if moment}
    made: list[Record] = []
    for count, moment in enumerate([row.recorded, *sorted(moments)]):
        replaced = [*earlier, *(record["id"] for record in made)]
        made.append(
            {**row.says, **({} if row.at_once else _signed(row.answers, moment))}
            | {"id": f"{row.id}-{count}" if count else row.id, "recorded_at": local_day(moment, zone)}
            | ({"replaces": replaced} if replaced else {})
        )
    return made


def _signed(answers: Iterable[ConfirmerAnswer], moment: datetime) -> Record:
    answers = list(answers)
    given = [answer for answer in answers if answer.confirmed and answer.confirmed <= moment]
    if not given or any(answer.disputed and answer.disputed <= moment for answer in answers):
        return {"result": "pending", "confirmed": "none"}
    signed = sorted({one for answer in given for one in answer.by})
    strengths = sorted({answer.confirmed_as for answer in given})
    return {"by": _one_or_all(signed), "confirmed": _one_or_all(strengths)}


def _one_or_all(words: list[str]) -> str | list[str]:
    return words[0] if len(words) == 1 else words
