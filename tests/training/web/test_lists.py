"""The pure part of lists: addresses as views, cursors, what is read in turn, and what a view is called."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from training.web.lists import (
    ListColumn,
    ListFilter,
    ListSort,
    PagedList,
    cursor_text,
    headings,
    orders,
    stretches,
    view_of,
)

ONE = UUID(int=7)
LIST = PagedList(
    "/things",
    "Things",
    ("thing", "things"),
    (
        ListColumn("name", "Name", ListSort("name")),
        ListColumn("day", "Day", ListSort("day", kind="day", nullable=True)),
        ListColumn("made", "Made", ListSort("made", kind="moment")),
        ListColumn("size", "Size", ListSort("size", kind="number"), number=True),
        ListColumn("verdict", "Verdict"),
    ),
    (
        ListFilter("query", "Name"),
        ListFilter("state", "State", choices={"": "Any", "on": "On"}),
        ListFilter("since", "Since", kind="day"),
    ),
    first_sort="name",
)


def test_an_address_is_read_and_written_again():
    asked = {"query": " jo ", "state": "on", "since": "2026-03-01", "sort": "-day", "stray": "1"}
    view = view_of(LIST, asked)
    assert dict(view.filters) == {"query": "jo", "state": "on", "since": "2026-03-01"}
    assert (view.column.key, view.descending, view.cursor, view.lost) == ("day", True, None, False)
    assert view.query() == "query=jo&state=on&since=2026-03-01&sort=-day"
    assert view.words() == "Name: jo; State: On; Since: 1 March 2026; Sorted by day, last to first"
    assert view.file_name(date(2026, 11, 30)) == "things-2026-11-30-query-jo-state-on-since-2026-03-01"


def test_what_nobody_knows_narrows_and_sorts_nothing():
    view = view_of(LIST, {"state": "off", "since": "tomorrow", "sort": "verdict", "query": ""})
    assert (dict(view.filters), view.sorted_by, view.query()) == ({}, "name", "")


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("name", "Llŷr"),
        ("day", date(2026, 3, 1)),
        ("day", None),
        ("size", 3),
        ("made", datetime(2026, 1, 1, 9, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_place_in_the_list_is_found_again(sort, value, side):
    view = view_of(LIST, {"sort": sort, side: cursor_text(value, ONE)})
    assert (view.cursor, view.before, view.lost) == ((value, ONE), side == "before", False)


def _packed(said):
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


@pytest.mark.parametrize("sort", ["name", "day", "made", "size"])
@pytest.mark.parametrize(
    "text",
    [
        "nobody", "é", "=", "A", _packed("x"), _packed([1]), _packed([[], str(ONE)]), _packed(["x", "y"]),
        _packed(["a\0", str(ONE)]), _packed(["\ud800", str(ONE)]), _packed([10**30, str(ONE)]),
        _packed([True, str(ONE)]),
        _packed([0.5, "me"]), _packed({"a": 1}), base64.urlsafe_b64encode(b"[" * 3000).decode(),
        "x" * 100_000, _packed([float("nan"), str(ONE)]), _packed([{}, {}]),
    ],
)  # fmt: skip
def test_a_place_that_nobody_can_read_is_the_first_page_and_says_so(sort, text):
    view = view_of(LIST, {"sort": sort, "after": text})
    assert view.cursor is None and view.lost


def _read(asked):
    return [one.order for one in stretches(view_of(LIST, asked))]


def test_rows_without_a_value_come_last_in_both_directions():
    at, none = cursor_text(date(2026, 1, 1), ONE), cursor_text(None, ONE)
    assert _read({"sort": "day"}) == [("day", "id"), ("id",)]
    assert _read({"sort": "-day"}) == [("-day", "-id"), ("-id",)]
    assert _read({"sort": "day", "after": at}) == [("day", "id"), ("id",)]
    assert _read({"sort": "day", "after": none}) == [("id",)]
    assert _read({"sort": "day", "before": none}) == [("-id",), ("-day", "-id")]
    assert _read({"sort": "-day", "before": at}) == [("day", "id")]
    assert _read({}) == [("name", "id")], "where each row has a value there is one thing to read"


def test_a_heading_sorts_by_its_column_and_then_the_other_way_round():
    first = headings(view_of(LIST, {"query": "jo"}), "/things")
    assert first[0] == {"text": "Name", "path": "/things?query=jo&sort=-name", "sorted": "ascending"}
    assert first[1] == {"text": "Day", "path": "/things?query=jo&sort=day", "sorted": ""}
    assert first[4] == "Verdict", "what is worked out in Python cannot be sorted by"
    turned = headings(view_of(LIST, {"query": "jo", "sort": "-name"}), "/things")
    assert turned[0] == {"text": "Name", "path": "/things?query=jo", "sorted": "descending"}
    assert orders(view_of(LIST, {}))[2:4] == [("day", "Day, earliest first"), ("-day", "Day, latest first")]
