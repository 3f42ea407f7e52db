"""Makes the workbook of a workforce in Excel's habits: people, earlier certificates, records; some rows wrong."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import xlsxwriter

PEOPLE, CERTIFICATES, RECORDS = 5_000, 8_000, 40_000
WRONG_EACH = 33
"""Every so manyeth row is wrong: three in a hundred."""
FIRST = date(2020, 1, 6)
SITES = ("RIV", "HAR", "OAK")
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su")
Row = list[object]

PEOPLE_HEAD = ["Full name", "E-Mail", "Job", "Organisation", "Start date", "End date", "Programme", "Notes"]
CERTIFICATE_HEAD = ["E-Mail", "Award", "Date of award", "Cert no", "Issued by"]
RECORD_HEAD = [
    "E-Mail",
    "Record type",
    "Title",
    "Group name",
    "Start",
    "Date",
    "Minutes",
    "Number of sessions",
    "Supervisor",
]

WRONG_PEOPLE: tuple[Callable[[Row], None], ...] = (
    lambda row: row.__setitem__(0, ""),
    lambda row: row.__setitem__(0, "x" * 201),
    lambda row: row.__setitem__(1, "no address"),
    lambda row: row.__setitem__(2, "wizard"),
    lambda row: row.__setitem__(3, "Nowhere"),
    lambda row: row.__setitem__(3, ""),
    lambda row: row.__setitem__(4, "soon"),
    lambda row: row.__setitem__(4, "1 May 1820"),
    lambda row: row.__setitem__(5, date(1999, 1, 1)),
)
WRONG_CERTIFICATES: tuple[Callable[[Row], None], ...] = (
    lambda row: row.__setitem__(0, "nobody@here.example"),
    lambda row: row.__setitem__(1, "Wizard"),
    lambda row: row.__setitem__(2, date(2040, 1, 1)),
    lambda row: row.__setitem__(2, "#N/A"),
    lambda row: row.__setitem__(3, "9" * 61),
)
WRONG_RECORDS: tuple[Callable[[Row], None], ...] = (
    lambda row: row.__setitem__(0, ""),
    lambda row: row.__setitem__(1, "Juggling"),
    lambda row: row.__setitem__(2, "gossip"),
    lambda row: row.__setitem__(5, date(2040, 1, 1)),
    lambda row: row.__setitem__(5, "31/31/2021"),
    lambda row: row.__setitem__(4, date(2039, 1, 1)),
)
"""Ways in which a row is wrong: twenty in all."""


def address(number: int) -> str:
    """Gives the address of a person."""
    return f"person{number}@workforce.example"


def name(number: int) -> str:
    """Gives a name that nobody else has."""
    family = "".join(SYLLABLES[int(digit)] for digit in f"{number:04d}").capitalize()
    return f"{('Ann', 'Zoë', 'Łukasz', 'Siân')[number % 4]} {family}"


def people(count: int) -> list[Row]:
    """The sheet of people."""
    rows: list[Row] = []
    for at in range(count):
        role, site = "Trainee" if at % 3 else "facilitator", SITES[at % 3]
        rows.append([name(at), address(at), role, site, FIRST + timedelta(at % 900), None, "Steady Steps", "came over"])
    return rows


def good(of: int) -> list[int]:
    """The people whose own row is not wrong."""
    return [at for at in range(of) if (at + 1) % WRONG_EACH]


def certificates(count: int, of: int) -> list[Row]:
    """The sheet of earlier certificates: some people have two, three years apart."""
    there = good(of)
    rows = [(there[at % len(there)], 1_100 * (at // len(there))) for at in range(count)]
    days = [FIRST + timedelta(who % 900 + later) for who, later in rows]
    return [
        [address(who), "Leader", day, f"OLD-{day.year}-{at:05d}", "Parents First"]
        for at, ((who, _), day) in enumerate(zip(rows, days, strict=True))
    ]


def records(count: int, of: int) -> list[Row]:
    """The sheet of records: groups led, supervision had, first aid."""
    rows: list[Row] = []
    there = good(of)
    for at in range(count):
        who, turn = address(there[at % len(there)]), at // len(there)
        day = FIRST + timedelta(200 + 60 * turn + at % 50)
        kind = at % 3
        if kind == 0:
            rows.append([who, "Delivery", "group", f"Group {at}", day - timedelta(70), day, None, 10, None])
        elif kind == 1:
            rows.append([who, "Supervision", "reflective", None, None, day, 60 + at % 60, None, "Bruno Keller"])
        else:
            rows.append([who, "Qualification", "first aid", None, None, day, None, None, None])
    return rows


def workbook(scale: float = 1.0) -> tuple[bytes, dict[str, int]]:
    """Gives the workbook, and how many rows of each sheet are wrong."""
    of = int(PEOPLE * scale)
    sheets = (
        ("People", PEOPLE_HEAD, people(of), WRONG_PEOPLE),
        ("Certificates", CERTIFICATE_HEAD, certificates(int(CERTIFICATES * scale), of), WRONG_CERTIFICATES),
        ("Records", RECORD_HEAD, records(int(RECORDS * scale), of), WRONG_RECORDS),
    )
    out, wrong = io.BytesIO(), {}
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        as_day = book.add_format({"num_format": "dd/mm/yyyy"})
        for title, head, rows, spoil in sheets:
            sheet = book.add_worksheet(title)
            for number, cell in enumerate(head):
                sheet.write(0, number, cell)
            wrong[title] = 0
            for at, row in enumerate(rows, 1):
                if at % WRONG_EACH == 0:
                    spoil[at // WRONG_EACH % len(spoil)](row)
                    wrong[title] += 1
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, as_day)
                    elif cell is not None:
                        sheet.write(at, column, cell)
    return out.getvalue(), wrong
