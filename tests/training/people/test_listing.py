"""The list of people as a page and as a file: each reader gets their own people, and the filters hold for both."""

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest

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
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["name"] for row in rows] == names
    shown = (await page.get(f"/people?{query}")).text
    assert all(name in shown for name in names)


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
    assert (await dara.get("/people?after=nobody")).status_code == 404
