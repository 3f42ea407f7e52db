"""The list of people as a page and as a file: each reader gets their own people, and the filters hold for both."""

import csv
import io

import pytest


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
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["name"] for row in rows] == names
    shown = (await page.get(f"/people?{query}")).text
    assert all(name in shown for name in names)
