"""Checks evidence: known words, days that fit, numbers that are none below 0, records that exist."""

from collections.abc import Callable, Mapping
from typing import Any

from training.parsing.findings import Findings, as_day, is_number, is_text, shown
from training.parsing.keywords import (
    ASKED_TYPES,
    ATTRIBUTES,
    DATE,
    DONE_TYPES,
    HOLDERS,
    JUDGEMENTS,
    NOT_APPLICABLE_MARK,
    NOT_OBSERVED_MARK,
    NUMBER,
    OUTCOMES,
    RECORD_TYPES,
    RESULTS,
    STATES,
    TEXT,
    YES_OR_NO,
)  # fmt: skip
from training.parsing.messages import Mistake
from training.parsing.values import as_list
from training.parsing.yaml import Row, Table

FILE_KEYS = ("holder", "kind", "site", "gaps", "note", "records")
MARKS = ("yes", "no", NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK)
RATING_KEYS = ("by", "on", "agreed", "judged", "reasons", "items")
NEEDED = ("id", "type", "what", "on")
DECIDED = ("award", "state", "waiver")  # a decision of unknown day decides nothing
_HOW: dict[str, tuple[Callable[[object], bool], str]] = {
    NUMBER: (is_number, "a number"),
    TEXT: (is_text, "text"),
    YES_OR_NO: (lambda value: isinstance(value, bool), "true or false"),
    DATE: (lambda value: as_day(value) is not None, "a day"),
}
_ANY: tuple[Callable[[object], bool], str] = (lambda value: True, "")  # attributes that only a pathway knows


def check_evidence(table: Mapping[str, Any], file: str) -> list[Mistake]:
    """Everything that is wrong in a file of evidence."""
    found = Findings(file)
    found.unknown_keys(table, FILE_KEYS, "an evidence file")
    if not is_text(table.get("holder")):
        found.add(table, "holder", "the holder is missing", "write whose evidence this is: holder: amina")
    if table.get("kind") is not None:
        found.one_of(table, "kind", HOLDERS)
    if table.get("site") is not None and not is_text(table["site"]):
        found.add(table, "site", f"site is {shown(table['site'])}", "write the name of one site")
    if table.get("gaps") is not None:
        found.some_of(table, "gaps", ASKED_TYPES, "type")
    rows = table.get("records")
    if not isinstance(rows, list | tuple):
        found.add(table, "records", "records is missing or no list", "write the records as a list, if need be as []")
        return found.mistakes
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            line = rows.lines[place] if isinstance(rows, Row) else 1
            what = f"a record is {shown(row)} and should be a mapping"
            found.mistakes.append(Mistake(file, line, what, "write {id: …, type: …, what: …, on: …}"))
    rows = [row for row in rows if isinstance(row, Mapping)]
    known = frozenset(str(row.get("id")) for row in rows) if isinstance(table, Table) else frozenset()
    seen: set[str] = set()
    for row in rows:
        found.mistakes += check_record(row, file, known)
        name = str(row.get("id"))
        if name in seen:
            found.add(row, "id", f"the id {name} stands twice", "give each record an id of its own")
        seen.add(name)
    return found.mistakes


def check_record(row: Mapping[str, Any], file: str, known: frozenset[str]) -> list[Mistake]:
    """Everything that is wrong in one record; ids are looked for among the known ones, if there are any."""
    found = Findings(file)
    row = without_nothing(row)
    for key in NEEDED:
        if row.get(key) is None:
            found.add(row, None, f"the record {row.get('id', '')} has no {key}", f"write its {key}")
        elif key != "on" and not is_text(row[key]):
            what = f"{key} of the record {shown(row.get('id'))} is {shown(row[key])}"
            found.add(row, key, what, "write one name as text")
    if found.mistakes:
        return found.mistakes
    found.one_of(row, "type", RECORD_TYPES)
    _check_words(found, row)
    _check_days(found, row)
    _check_values(found, row)
    _check_rows(found, row)
    _check_people(found, row)
    _check_links(found, row, known)
    return found.mistakes


def without_nothing(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record without the keys that are empty."""
    if None not in row.values():
        return row
    if not isinstance(row, Table):
        return {key: value for key, value in row.items() if value is not None}
    fresh = row.copy()
    for key in [key for key, value in row.items() if value is None]:
        fresh.take_out(key)
    return fresh


def _check_words(found: Findings, row: Mapping[str, Any]) -> None:
    for key, known in (("result", RESULTS), ("outcome", OUTCOMES), ("state", STATES)):
        if key in row and (key == "result" or row["type"] in ("award", "state")):
            found.one_of(row, key, known)
    if row["type"] == "state" and "state" not in row:
        found.add(row, None, f"the state record {row['id']} has no state", f"write one of: {', '.join(STATES)}")
    if row.get("void") and "replaces" not in row:
        found.add(row, "void", "void without replaces takes nothing back", "write replaces with the id of a record")


def _check_days(found: Findings, row: Mapping[str, Any]) -> None:
    kind = row["type"]
    if row["on"] == "unknown":
        if kind in DECIDED:
            found.add(row, "on", f"the {kind} {row['id']} is of unknown day", "write the day on which it was decided")
    else:
        found.day(row, "on")
    for key in ("from", "until", "recorded_at"):
        if key in row:
            found.day(row, key)
    if "until" in row and kind in DONE_TYPES:
        found.add(row, "until", f"until stands on {kind}, which is done on a day", "take it out, or write from and on")
    if "from" in row and kind not in DONE_TYPES:
        found.add(row, "from", f"from stands on {kind}, which is held", "write the first day as on")
    first, last = as_day(row.get("from", row["on"])), as_day(row["on"] if "from" in row else row.get("until"))
    if first and last and last < first:
        key = "from" if "from" in row else "until"
        found.add(row, key, f"the record {row['id']} ends before its beginning", "change one of the two days")


def _check_values(found: Findings, row: Mapping[str, Any]) -> None:
    for key in row:
        kind = ATTRIBUTES.get(key)
        fits, how = _HOW[kind] if kind else _ANY
        for value in as_list(row[key]):
            if not fits(value):
                found.add(row, key, f"{key} is {shown(value)} and should be {how}", f"write {how}")
            elif is_number(value) and value < 0:
                found.add(row, key, f"{key} is {value}, a number below 0", "write 0 or more")


def _check_rows(found: Findings, row: Mapping[str, Any]) -> None:
    for key in ("team", "ratings", "duties"):
        if key in row and not isinstance(row[key], list | tuple):
            found.add(row, key, f"{key} is {shown(row[key])} and should be a list", "write a list, one line for each")
    ratings = row.get("ratings")
    rows = ratings if isinstance(ratings, list | tuple) else ()
    for rating in (one for one in rows if isinstance(one, Mapping)):
        found.unknown_keys(rating, RATING_KEYS, "a rating")
        if rating.get("judged") is not None:
            found.one_of(rating, "judged", JUDGEMENTS, "judgement")
        marks = rating.get("items")
        if marks is not None and not isinstance(marks, Mapping):
            found.add(rating, "items", "items is no mapping", "write item: mark for each item")
            continue
        given: Mapping[str, Any] = marks or {}
        for item, mark in given.items():
            if isinstance(mark, Mapping):
                found.unknown_keys(mark, ("seen", "not_applicable"), "a mark")
            elif mark is not None and not is_number(mark) and mark not in MARKS:
                remedy = f"write a number or one of: {', '.join(MARKS)}"
                found.add(given, item, f"{shown(mark)} is an unknown mark", remedy)


def _check_people(found: Findings, row: Mapping[str, Any]) -> None:
    if "who" in row and not is_text(row["who"]):
        found.add(row, "who", f"who is {shown(row['who'])} and should be text", "write one name")
    for key in ("by", "about", "replaces"):
        if key in row and (isinstance(row, Table) or row[key]):
            found.texts(row, key)


def _check_links(found: Findings, row: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in ("about", "replaces"):
        values = row.get(key, ())
        for name in as_list(values):
            if known and str(name) not in known:
                what = f"{key} names the record {name}, which does not exist"
                found.add(row, key, what, "write the id of a record of this file")
