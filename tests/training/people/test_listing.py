"""The list of people as a page and as a file: each reader gets their own people, and the filters hold for both."""

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from training.people.models import Person
from training.sites.models import CentralUnit


@pytest.mark.parametrize(
    ("reader", "query", "names"),
    [
        ("emre", "", ["Emre Kaya", "Kiran Shah", "Marek Wójcik"]),
        ("emre", "&role=trainee", ["Marek Wójcik"]),
        ("emre", "&query=amina", []),
        ("chloe", "&query=amina", ["Amina Yusuf"]),
    ],
)
async def test_a_file_of_people_holds_exactly_those_the_page_shows(browse, reader, query, names):
    page = await browse(reader)
    answer = await page.get(f"/people?format=csv{query}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["Name"] for row in rows] == names
    shown = (await page.get(f"/people?{query}")).text
    assert all(name in shown for name in names)
    assert ("format=csv" in shown and "format=xlsx" in shown) is bool(names)
    sheet = await page.get(f"/people?format=xlsx{query}")
    title, filters, head, *lines = load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True)
    assert title[0] == "People: extracted on 25 November 2026" and "Sorted by name" in filters[0]
    assert list(head) == list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))).fieldnames or ())
    assert [tuple(cell or "" for cell in line) for line in lines] == [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("wojcik", "Marek Wójcik"),
        ("WÓJCIK", "Marek Wójcik"),
        ("Wo\u0301jcik", "Marek Wójcik"),
        ("LLŶR", "Gwen Llŷr"),
        ("llyr", "Gwen Llŷr"),
        ("ŵYN", "Lowri Ŵyn Parry"),
        ("strasse", "Eva Straße"),
        ("STRAẞE", "Eva Straße"),
        ("bjorn", "Bjørn Łoś"),
        ("łoś", "Bjørn Łoś"),
        ("LOS", "Bjørn Łoś"),
        ("o'neill", "Dara O'Neill"),
    ],
)
@pytest.mark.by_hand
async def test_a_name_is_found_whatever_the_accents_and_capitals(browse, typed, name):
    unit, born = (await CentralUnit.get()).id, datetime(2026, 1, 1, tzinfo=UTC)
    for stranger in ("Eva Straße", "Bjørn Łoś"):
        await Person.create(id=uuid4(), unit_id=unit, name=stranger, created=born)
    found = await (await browse("dara")).get("/people", params={"query": typed, "format": "csv"})
    rows = csv.DictReader(io.StringIO(found.content.decode("utf-8-sig")))
    assert [row["Name"] for row in rows] == [name]


async def test_whoever_is_called_anew_is_found_by_the_new_name_and_signs_are_signs(browse):
    dara, listed = await browse("dara"), "/people?format=csv&query="
    person = await Person.get(name="Marek Wójcik")
    await dara.post(f"/people/{person.id}/name", data={"name": "Marek Żółć"})
    assert "Marek" in (await dara.get(f"{listed}zolc")).text and "Marek" not in (await dara.get(f"{listed}wojcik")).text
    for signs in ("%25", "_", "%CC%81"):
        assert "Marek" not in (await dara.get(f"{listed}{signs}")).text, signs


@pytest.mark.by_hand
async def test_no_spreadsheet_takes_a_name_for_a_formula_or_for_other_letters(browse):
    unit, born = (await CentralUnit.get()).id, datetime(2026, 1, 1, tzinfo=UTC)
    for name in ("=HYPERLINK(1)", "+1 Llŷr", "https://x.example"):
        await Person.create(id=uuid4(), unit_id=unit, name=name, created=born)
    dara = await browse("dara")
    csv_file = (await dara.get("/people?format=csv")).content
    assert csv_file.startswith(b"\xef\xbb\xbf") and "'+1 Llŷr," in csv_file.decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO((await dara.get("/people?format=xlsx")).content)).active
    cells = [row[0] for row in sheet.iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert {"'=HYPERLINK(1)", "'+1 Llŷr", "https://x.example"} <= {cell.value for cell in cells}


@pytest.mark.by_hand
async def test_people_of_one_name_are_all_found_whatever_page_they_are_on(browse):
    unit, born = (await CentralUnit.get()).id, datetime(2026, 1, 1, tzinfo=UTC)
    twins = [Person(id=uuid4(), unit_id=unit, name="Sam Jones", created=born) for _ in range(120)]
    await Person.bulk_create(twins)
    dara, path, found = await browse("dara"), "/people?query=Jones", []
    while path:
        text = (await dara.get(path)).text
        found += re.findall(r'href="/people/([0-9a-f-]{36})"', text)
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(onward[1]) if onward else ""
    assert sorted(found) == sorted(str(one.id) for one in twins)
    assert 'rel="prev"' in text
    lost = await dara.get("/people?after=nobody")
    assert lost.status_code == 200 and "no longer there" in lost.text
