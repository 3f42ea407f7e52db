"""Moves what points to one person to another, row by row, and puts it back: driven by the tables, as erasure is."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import Tortoise
from tortoise.expressions import Q
from tortoise.models import Model

from training.core.errors import Conflict
from training.people.merging.columns import JUDGED, PERIODS, SAME, SLOTS, PeriodColumns, moved
from training.trail.sealed_tables import SEALED

Row = dict[str, Any]
AT_ONCE = 500
CHANGED = "Something of theirs has changed just now."


@dataclass(frozen=True)
class ColumnChange:
    """One column of one row: what it was, and what it is from now on, both as JSON."""

    table: str
    id: str
    column: str
    before: Any
    after: Any


@dataclass
class MergePlan:
    """What follows the person, and which rows are left behind, as the other record has the same."""

    changes: list[ColumnChange] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class RecordPair:
    """The two records, and the moment and the day of the merge."""

    shut: UUID
    stays: UUID
    now: datetime
    today: date


async def plan(pair: RecordPair) -> MergePlan:
    """Finds every row that points to the record that is to be shut, and says what becomes of it; changes nothing."""
    made = MergePlan()
    for table, columns in moved().items():
        await _plan_table(made, table, columns, pair)
    made.changes += await _panels(pair)
    return made


async def _panels(pair: RecordPair) -> list[ColumnChange]:
    """Names the one who stays in what panels decided: it says in each decision who voted, and rules look them up."""
    turns = await model_of("certificates.Vote").filter(member_id=pair.shut).values_list("turn", flat=True)
    decided = await model_of("certificates.Decision").filter(key__in=turns, panel__isnull=False).values("id", "panel")
    told = {str(row["id"]): json.dumps(row["panel"]) for row in decided}
    return [
        ColumnChange("certificates.Decision", key, "panel", text, text.replace(str(pair.shut), str(pair.stays)))
        for key, text in told.items()
    ]


async def _plan_table(made: MergePlan, table: str, columns: tuple[str, ...], pair: RecordPair) -> None:
    model = model_of(table)
    rows: list[Row] = await model.filter(_any(columns, pair.shut)).order_by(model._meta.pk_attr).values()
    if not rows:
        return
    beside: list[Row] = await model.filter(_any(columns, pair.stays)).values()
    uniques = [*_uniques(model, columns), *([("person_id", *SAME[table])] if table in SAME else [])]
    taken = {names: {_values(other, names) for other in beside} for names in uniques}
    for row in rows:
        key, anew = str(row[model._meta.pk_attr]), _anew(row, columns, pair)
        slot = await _slot(model, row, pair) if table in SLOTS else None
        period = PERIODS.get(table) if row.get("person_id") == pair.shut else None
        if (
            (slot and slot[1] is None and table != JUDGED)
            or (table == "people.Relation" and anew["person_id"] == anew["other_id"])
            or any((found := _values(anew, names)) and found in taken[names] for names in uniques)
            or (period and any(_says_nothing_more(row, other, period, pair) for other in beside))
        ):
            made.kept.append((table, key))
            last = max(row["starts"], pair.today - timedelta(days=1)) if period else pair.today
            if period and row["starts"] <= pair.today and (row["ends"] is None or row["ends"] > last):
                made.changes += _ending(table, key, row | {"last": last}, period, pair)
            continue
        changed = [name for name in columns if row[name] == pair.shut]
        made.changes += [ColumnChange(table, key, name, str(pair.shut), str(pair.stays)) for name in changed]
        if slot:
            made.changes.append(ColumnChange(table, key, "slot", *slot))
            if row.get("awaiting"):
                made.changes.append(ColumnChange(table, key, "awaiting", True, False))
        for names in uniques:
            taken[names].add(_values(anew, names))


def _any(columns: Iterable[str], person_id: UUID) -> Q:
    named: dict[str, Any] = dict.fromkeys(columns, person_id)
    return Q(join_type=Q.OR, **named)


def _anew(row: Row, columns: Iterable[str], pair: RecordPair) -> Row:
    return row | {name: pair.stays for name in columns if row[name] == pair.shut}


def _uniques(model: type[Model], columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Lists what the database keeps unique, in columns, where a person is among them."""
    fields = model._meta.fields_map
    sets = [tuple(str(fields[name].source_field or name) for name in names) for names in model._meta.unique_together]
    alone = [(str(one.source_field or name),) for name, one in fields.items() if one.unique and not one.pk]
    return [names for names in dict.fromkeys([*sets, *alone]) if not set(names).isdisjoint(columns)]


def _values(row: Row, names: Iterable[str]) -> tuple[Any, ...]:
    """Gives what has to be unique; nothing where a part of it is empty, as then it may stand twice."""
    found = tuple(row[name] for name in names)
    return () if None in found else found


def _says_nothing_more(row: Row, other: Row, period: PeriodColumns, pair: RecordPair) -> bool:
    if other["person_id"] != pair.stays or any(row[name] != other[name] for name in period.alike):
        return False
    if other.get("taken_back") or row.get("taken_back"):
        return False
    if period.running and all(one["ends"] is None or one["ends"] >= pair.today for one in (row, other)):
        return True
    until = other["ends"] is None or (row["ends"] is not None and row["ends"] <= other["ends"])
    return bool(other["starts"] <= row["starts"] and until)


def _ending(table: str, key: str, row: Row, period: PeriodColumns, pair: RecordPair) -> Iterable[ColumnChange]:
    """Ends a row that is left behind, so that nobody holds anything twice."""
    written = {name: pair.now if value == "now" else value for name, value in period.ended.items()}
    for name, value in {"ends": row["last"], **written}.items():
        yield ColumnChange(table, key, name, _plain(row[name]), _plain(value))


async def _slot(model: type[Model], row: Row, pair: RecordPair) -> tuple[str, str | None] | None:
    """Gives the slot before and after, none where it is taken; nothing where the row holds none that names them."""
    before = row["slot"]
    if not before or str(pair.shut) not in before:
        return None
    after = before.replace(str(pair.shut), str(pair.stays))
    judged = model._meta.full_name == JUDGED
    return before, None if judged or await model.filter(**{"slot": after}).exists() else after


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


async def carry_out(changes: Iterable[ColumnChange]) -> None:
    """Writes changes in the caller's transaction; raises Conflict where a row is not as it was planned for."""
    for some in _together(changes):
        if await some.model.filter(_are(some.before), pk__in=some.keys).update(**some.after) != len(some.keys):
            raise Conflict(CHANGED, "Look at the page again, and merge them then.")


async def put_back(changes: Iterable[ColumnChange]) -> list[ColumnChange]:
    """Takes changes back in the caller's transaction where nothing has changed since; gives those that stay."""
    stay: list[ColumnChange] = []
    for some in _together(changes):
        still = some.model.filter(_are(some.after), pk__in=some.keys)
        free = [str(row[some.model._meta.pk_attr]) for row in await still.values()
                if not await _is_taken(some.model, row | some.before, set(some.before))]  # fmt: skip
        await some.model.filter(_are(some.after), pk__in=free).update(**some.before)
        stay += [one for one in some.changes if one.id not in free]
    return stay


async def _is_taken(model: type[Model], row: Row, changed: set[str]) -> bool:
    """Tells whether another row has, by now, what this one would have again and the database keeps unique."""
    for names in _uniques(model, tuple(changed)):
        if all(row[name] is not None for name in names):
            same: dict[str, Any] = {name: row[name] for name in names}
            if await model.filter(**same).exclude(pk=row[model._meta.pk_attr]).exists():
                return True
    return False


@dataclass(frozen=True)
class _Together:
    """Rows of one table in which the same columns change in the same way."""

    model: type[Model]
    keys: list[str]
    before: Row
    after: Row
    changes: list[ColumnChange]


def _together(changes: Iterable[ColumnChange]) -> Iterator[_Together]:
    """Brings together what one statement can change."""
    rows: dict[tuple[str, str], list[ColumnChange]] = defaultdict(list)
    for one in changes:
        rows[one.table, one.id].append(one)
    alike: dict[tuple[str, tuple[tuple[str, Any, Any], ...]], list[list[ColumnChange]]] = defaultdict(list)
    for (table, _), ones in rows.items():
        alike[table, tuple((one.column, one.before, one.after) for one in ones)].append(ones)
    for (table, columns), found in alike.items():
        model = model_of(table)
        read = {name: model._meta.fields_map[name].to_python_value for name, _, _ in columns}
        before = {name: read[name](value) for name, value, _ in columns}
        after = {name: read[name](value) for name, _, value in columns}
        for at in range(0, len(found), AT_ONCE):
            some = found[at : at + AT_ONCE]
            yield _Together(model, [ones[0].id for ones in some], before, after, [one for ones in some for one in ones])


def _are(values: Row) -> Q:
    plain = ((name, value) for name, value in values.items() if not isinstance(value, list | dict))  # how JSON is kept
    named = ((f"{name}__isnull", True) if value is None else (name, value) for name, value in plain)
    return Q(**dict[str, Any](named))


def sealed_rows(changes: Iterable[ColumnChange]) -> list[Model]:
    """Gives the rows of which the trail has to speak."""
    keys = dict.fromkeys((one.table, one.id) for one in changes if one.table in SEALED)
    models = {table: model_of(table) for table, _ in keys}
    return [models[table](**{models[table]._meta.pk_attr: UUID(key)}) for table, key in keys]


def model_of(table: str) -> type[Model]:
    """Finds a table by its name, as `room.Model`."""
    room, _, name = table.partition(".")
    assert Tortoise.apps is not None
    found: type[Model] = Tortoise.apps[room][name]
    return found
