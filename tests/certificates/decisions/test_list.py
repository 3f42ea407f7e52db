"""The list of decisions through its address: walked in any order, as files of what is shown, under a saved name."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from certificates.decisions.pages import CASES
from tests.certificates.world import NAMED, publish_pathway, waiting
from tests.training.app.test_every_list import as_csv, table_of, walked
from training.people.lists.models import SavedFilter

SORTS = [f"{sign}{column.key}" for column in CASES.columns if column.sort for sign in ("", "-")]
PATH = "/certificates/decisions"


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, NAMED)
    for key in ("ivan", "amina", "hana"):
        await waiting(key)
    return await browse("dara")


async def test_decisions_are_walked_in_any_order_each_case_once_there_and_back(dara):
    for sort in SORTS:
        whole = table_of((await dara.get(f"{PATH}?sort={sort}")).text)
        assert len(whole) == 3
        forth, pages = await walked(dara, f"{PATH}?sort={sort}&rows=1")
        assert forth == whole and len(pages) == 3, sort
        assert (await walked(dara, pages[-1], "prev"))[0] == whole, sort
    names = [row[0] for row in table_of((await dara.get(f"{PATH}?sort=-name")).text)]
    assert names == sorted(names, reverse=True)


async def test_files_of_decisions_hold_exactly_what_is_shown(dara):
    for asked, number in (("sort=name", 3), ("query=AMINA", 1), ("level=chosen&sort=-name", 3), ("level=nothing", 0)):
        shown = table_of((await dara.get(f"{PATH}?{asked}")).text)
        head, rows, _ = await as_csv(dara, f"{PATH}?{asked}&format=csv")
        assert [row[0] for row in rows] == [row[0] for row in shown] and len(rows) == number, asked
        sheet = load_workbook(io.BytesIO((await dara.get(f"{PATH}?{asked}&format=xlsx")).content)).active
        _, _, columns, *lines = sheet.iter_rows(values_only=True)
        assert list(columns) == head and [line[0] for line in lines] == [row[0] for row in rows]


async def test_a_filter_of_decisions_is_saved_found_again_and_removed(dara):
    page = (await dara.get(f"{PATH}?query=amina")).text
    query = unescape(re.findall(r'name="query" value="([^"]*)"', page)[-1])
    answer = await dara.post("/lists", data={"listing": PATH, "query": query, "name": "Hers"})
    after = (await dara.get(answer.headers["location"])).text
    assert "The filter “Hers” is saved." in unescape(after) and table_of(after) == table_of(page)
    assert f"{PATH}?{query}" in unescape((await dara.get(PATH)).text)
    saved = await SavedFilter.get()
    assert (await dara.post(f"/lists/{saved.id}/remove")).status_code == 303
    assert not await SavedFilter.exists() and "Hers" not in (await dara.get(PATH)).text
