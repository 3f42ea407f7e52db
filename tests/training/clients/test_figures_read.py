"""Programs read the figures of the page: the same numbers, definitions and digest, of any day as known on any day."""

import csv
import io
import re

import pytest

from tests.belongings import TODAY, world
from training.clients.scopes import SCOPES
from training.core import clock
from training.demo.cast import known
from training.people.models import Person
from training.sites.models import Area

pytestmark = pytest.mark.by_hand
PATH, SCOPE = "/api/v1/figures", "figures.readonly"


@pytest.fixture
async def things(service, settings, tmp_path):
    helper = await Person.create(id=known("helper"), unit_id=known("together"), name="A Helper", created=clock.now())
    return await world(settings, tmp_path, rater=helper.id, confirmer=helper.id)


def numbers(answer, key):
    return {one["name"]: one["figures"][key] for one in answer.json()["rows"]}


@pytest.mark.parametrize("question", ["show=standing&by=area", "show=people&by=site", "show=expiring", "show=groups"])
async def test_figures_are_those_of_the_page_with_its_digest(things, program, browse, question):
    hr, dara = await program(), await browse("dara")
    told = await hr.get(f"{PATH}?{question}&as_of={TODAY}", SCOPE)
    assert told.status_code == 200, told.text
    page = (await dara.get(f"/figures?{question}&as_of={TODAY}")).text
    said = told.json()
    assert said["digest"] in page and all(one["definition"][:30] in page for one in said["columns"])
    again = await hr.get(said["again"].partition("://")[2].partition("/")[2].join(["/", ""]), SCOPE)
    assert again.json()["digest"] == said["digest"] and again.json()["rows"] == said["rows"]


async def test_figures_of_a_day_are_compared_narrowed_and_sent_as_a_file(things, program):
    hr = await program()
    now = await hr.get(f"{PATH}?by=area&against=2001-01-01", SCOPE)
    assert numbers(now, "good")["Everything"] == 3 and now.json()["rows"][0]["before"]["good"] == 0
    before = await hr.get(f"{PATH}?as_of=2001-01-01", SCOPE)
    assert numbers(before, "good") == {"Everything": 0}
    near = await hr.get(f"{PATH}?area=CDF", SCOPE)
    assert numbers(near, "good")["Everything"] == 1
    file = await hr.get(f"{PATH}.csv?by=area&against=2001-01-01", SCOPE)
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert {row["Name"]: int(row["Counts"]) for row in rows} == numbers(now, "good")
    assert {row["Counts on 2001-01-01"] for row in rows} == {"0"} and re.match("text/csv", file.headers["content-type"])
    for path, answer in ((f"{PATH}?by=area&against=2001-01-01", now), (f"{PATH}.csv?by=area&against=2001-01-01", file)):
        same = await hr.get(path, SCOPE, **{"If-None-Match": answer.headers["etag"]})
        assert (same.status_code, same.text) == (304, "")
    tag, called = file.headers["etag"], (await Area.get(unit_id=known("together"), code="CDF")).name
    await Area.filter(unit_id=known("together"), code="CDF").update(name="Elsewhere")
    other = await hr.get(f"{PATH}.csv?by=area&against=2001-01-01", SCOPE, **{"If-None-Match": tag})
    assert other.status_code == 200 and "Elsewhere" in other.text, "the names are in the file, too"
    await Area.filter(unit_id=known("together"), code="CDF").update(name=called)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("show=expiring&by=site", "by"), ("show=none", "show"), ("area=XXX", "area"), ("programme=none", "programme"),
        ("known_at=2999-01-01", "known_at"), ("as_of=today", "as_of"),
    ],
)  # fmt: skip
async def test_what_cannot_be_counted_is_refused_with_its_field(program, question, field):
    hr = await program()
    for path in (PATH, f"{PATH}.csv"):
        answer = await hr.get(f"{path}?{question}", SCOPE)
        assert answer.status_code == 422 and [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_program_of_a_site_counts_that_site_alone(things, program):
    here = await program(site="RIV")
    assert numbers(await here.get(f"{PATH}?by=site", SCOPE), "good")["Everything"] == 1
    everywhere = await program()
    elsewhere = (await everywhere.get(f"{PATH}?show=people&by=site", SCOPE)).json()
    assert any(row["name"].startswith("Harehills") for row in elsewhere["rows"])
    people = await here.get(f"{PATH}?show=people&by=site", SCOPE)
    assert {row["name"].partition(",")[0] for row in people.json()["rows"]} == {
        "Everything",
        "Riverside Family Centre",
    }
    assert "Harehills" not in people.text and SCOPES[SCOPE].abilities == {"read register"}
