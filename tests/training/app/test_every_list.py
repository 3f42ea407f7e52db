"""Every list through its address: sorted both ways, page by page, as a file of exactly what is shown, under a name."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from html import unescape
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from certificates.audits.models import Audit
from certificates.audits.pages import AUDITS
from certificates.decisions.appeal_pages import APPEALS
from certificates.evaluations.models import Appeal
from certificates.figures.people_pages import PEOPLE as PEOPLE_ON_THEIR_WAY
from certificates.participation.place_list_pages import PLACES
from certificates.register.site_list_pages import SITES
from certificates.reports.models import SavedReport
from certificates.reports.pages import REPORTS
from courses.cohorts.models import Cohort
from courses.cohorts.pages import COHORTS
from courses.packages.models import Course, CourseVersion
from courses.versions.list_pages import TOP_UPS
from courses.versions.models import TopUp
from training.app.routes import ROUTES
from training.assessments.agreement.pages import ASSESSORS, PAIRS
from training.assessments.calibration.pages import CALIBRATIONS
from training.assessments.films.consent_list_pages import CONSENTS
from training.assessments.films.models import Film, FilmConsent
from training.assessments.models import Assessment, CalibrationRun, Instrument, InstrumentVersion, Rater, Rating
from training.assessments.quality.models import QualitySample
from training.assessments.quality.pages import SAMPLES
from training.assessments.visits.week_pages import WEEK
from training.demo.cast import known
from training.people.lists.actions import LISTS, MOST_SAVED
from training.people.lists.models import SavedFilter
from training.people.models import Membership, Person
from training.people.pages import PEOPLE
from training.people.site_pages import AREAS
from training.programmes.models import Place
from training.records.models import Record
from training.records.site_pages import RECORDS
from training.sites.models import CentralUnit, Programme
from training.web.list_rows import MOST_COUNTED
from training.web.lists import PagedList

pytestmark = pytest.mark.by_hand
SHOWN: dict[str, PagedList] = {
    one.path: one
    for one in (
        PEOPLE,
        SITES,
        AREAS,
        PLACES,
        PEOPLE_ON_THEIR_WAY,
        RECORDS,
        COHORTS,
        TOP_UPS,
        AUDITS,
        REPORTS,
        CALIBRATIONS,
        ASSESSORS,
        PAIRS,
        SAMPLES,
        WEEK,
        APPEALS,
        CONSENTS,
    )
}
SORTS = [
    (path, f"{sign}{column.key}") for path, one in SHOWN.items() for column in one.columns if column.sort
    for sign in ("", "-")
]  # fmt: skip
TOLD = {
    "/people": "site=river",
    "/sites": "query=riv",
    "/areas": "within=wal",
    "/programmes/places": "funding=lottery",
    "/figures/people": "funding=Lottery",
    "/practice/records": "kind=check",
    "/courses/cohorts": "query=autumn",
    "/courses/top-ups": "state=late",
    "/audits": "query=first",
    "/reports": "query=first",
    "/assessments/calibration": "query=bruno",
    "/assessments/agreement": "query=bruno",
    "/assessments/agreement/pairs": "query=bruno",
    "/assessments/quality": "because=new",
    "/assessments/films/consents": "state=withdrawn",
    "/assessments/week": "query=bruno",
    "/certificates/appeals": "state=late",
}
"""List → a filter that finds some of its rows and not all."""


@pytest.fixture
async def crowd(database):
    """People of one name, of names that differ in capitals, and one whose name was never folded, at several sites."""
    unit, born = (await CentralUnit.get()).id, datetime(2026, 1, 1, tzinfo=UTC)
    names = ["Sam Jones"] * 6 + ["sam jones", "SAM JONES", "Ŵyn Sam", "Zoë Sam"]
    people = [Person(id=uuid4(), unit_id=unit, name=name, folded=name.lower(), created=born) for name in names]
    people.append(Person(id=uuid4(), unit_id=unit, name="Old Sam", created=born))
    await Person.bulk_create(people)
    places = [known("site/RIV"), known("site/HAR"), None]
    programme = (await Programme.filter(unit_id=unit).first()).id
    for at, one in enumerate(people[:8]):
        site = places[at % 3]
        role = "facilitator" if site else "supervisor"
        await Membership.create(id=uuid4(), person_id=one.id, role=role, site_id=site, starts=date(2026, 2, 1))
    for at in range(6):
        kind, what = ("check", "dbs_enhanced") if at % 2 else ("learning", "first aid")
        on = date(2026, 3, 1 + at // 3)
        await Record.create(
            id=uuid4(), entry_key=uuid4(), unit_id=unit, person_id=people[at].id, type=kind, what=what,
            on=on, listed=on, attributes={"hours": 9 + at} if at > 1 else {}, counts_at_once=at < 4,
            recorded=born, recorded_by_id=known("dara"),
        )  # fmt: skip
        await Place.create(
            id=uuid4(), person_id=people[at].id, programme_id=programme, site_id=places[at % 3],
            starts=date(2026, 3, 1 + at // 3), ends=date(2026, 5, 1) if at % 2 else None,
            funding="Lottery" if at < 2 else "", recorded=born,
        )  # fmt: skip
        await Audit.create(
            id=uuid4(), unit_id=unit, title=f"{'First' if at < 2 else 'later'} {at % 2}", asked={}, seed="0", found=at,
            drawn=born, drawn_by_id=known("dara"),
        )  # fmt: skip
        await SavedReport.create(
            id=uuid4(), unit_id=unit, owner_id=known("dara"), name=f"{'First' if at < 2 else 'later'} {at % 2}",
            listing="/register", filters={}, days={}, every=("", "day", "month")[at % 3], made=born,
            answered=born if at % 2 else None,
        )  # fmt: skip
        await Cohort.create(
            id=uuid4(), unit_id=unit, name="Autumn" if at < 2 else f"spring {at % 2}", site_id=places[at % 3],
            starts=date(2026, 3, 1 + at // 2), ends=date(2026, 5, 1) if at % 2 else None,
            trainer_id=known("dara") if at > 3 else None,
        )  # fmt: skip
    course = await Course.create(id=uuid4(), unit_id=unit, slug="steps", created=born)
    said = {"title": {"en": "Steps"}, "summary": {}, "competencies": {}, "languages": ["en"], "learning": "steps"}
    second = await CourseVersion.create(
        id=uuid4(), course=course, number="2", edit_class="content", minutes=5, digest="", published=born, **said
    )
    for at in range(9):
        await TopUp.create(
            id=uuid4(), person_id=people[at].id, version=second, due=date(2026, 3 + 9 * (at % 3 > 0), 1), given=born,
            state=("open", "open", "done")[at % 3],
        )  # fmt: skip
    leading = await Instrument.create(id=uuid4(), unit_id=unit, name="leading")
    body = {"instrument": "leading", "version": "1", "kind": "scale", "scale": {1: "no", 2: "some", 3: "yes"},
            "items": {"welcome": {"title": "Welcomes every parent"}}}  # fmt: skip
    version = await InstrumentVersion.create(
        id=uuid4(), instrument=leading, version="1", title="Leading a group", kind="scale", body=json.dumps(body),
        digest="0", published=born,
    )  # fmt: skip
    for at in range(18):
        watched = await Assessment.create(
            id=uuid4(), entry_key=uuid4(), unit_id=unit, person_id=people[0].id, version=version, medium="live",
            observed=date(2026, 3, 1 + at), state="signed", raters_needed=2, opened=born, touched=born,
            opened_by_id=known("bruno"), signed=born,
        )  # fmt: skip
        for part, key in enumerate((("bruno", "gwen"), ("bruno", "hana"), ("gwen", "hana"))[at % 3]):
            rater = await Rater.create(id=uuid4(), assessment=watched, person_id=known(key), state="signed")
            await Rating.create(
                id=uuid4(), assessment=watched, rater=rater, item="welcome", recorded=born,
                mark={"mark": 1 + (at + part * at % 4) % 3},
            )  # fmt: skip
        if at < 6:
            film = await Film.create(
                id=uuid4(), unit_id=unit, person_id=people[at].id, uploaded_by_id=people[at].id, secret="x", size=9,
                held=date(2026, 3, 1 + at // 2), file_name="a.mp4", stored=f"films/{at}", begun=born, touched=born,
            )  # fmt: skip
            await FilmConsent.create(
                id=uuid4(), film=film, name=("Ann", "ann", "Bea")[at % 3], part=("parent", "child")[at % 2],
                purpose="assessment", until=date(2027, 1, 1 + at // 2), way="paper", given=born, recorded=born,
                recorded_by_id=people[at].id, withdrawn=born if at < 2 else None,
            )  # fmt: skip
            await Appeal.create(
                id=uuid4(), person_id=people[at].id, assessment=watched, words="No.", made=born,
                look_by=date(2026, 11, 20 + at * 2), decide_by=date(2026, 12, 20 + at),
            )  # fmt: skip
            await QualitySample.create(
                id=uuid4(), assessment=watched, because=("share", "new", "complaint")[at % 3], added=born
            )
    for at, key in enumerate(("bruno", "gwen")):
        await CalibrationRun.create(
            id=uuid4(),
            person_id=known(key),
            instrument=leading,
            agreement=79 + at,
            held=date(2026, 3, 1),
            recorded=born,
        )
    return people


def table_of(text):
    """The rows of the table of a page, each as the texts of its cells."""
    body = text.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", body, re.S)
    cell = re.compile(r"<t[dh] role=\"(?:cell|rowheader)\"[^>]*>(.*?)</t[dh]>", re.S)
    return [tuple(unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in cell.findall(row)) for row in rows]


async def walked(browser, path, way="next"):
    """The rows of all pages from this one on, by the link to the next (or the previous) one."""
    rows, texts = [], []
    while path:
        text = (await browser.get(path)).text
        page = table_of(text)
        rows = rows + page if way == "next" else page + rows
        texts.append(path)
        onward = re.search(rf'rel="{way}" href="([^"]+)"', text)
        path = unescape(onward[1]) if onward else ""
    return rows, texts


async def as_csv(browser, path):
    answer = await browser.get(path)
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return head, [tuple(row) for row in rows], answer


def plain(rows):
    return [tuple(cell.removeprefix("'") for cell in row) for row in rows]


@pytest.mark.parametrize(("path", "sort"), SORTS)
async def test_a_list_is_walked_by_key_in_any_order_each_row_once_there_and_back(browse, crowd, path, sort):
    dara = await browse("dara")
    whole = table_of((await dara.get(f"{path}?sort={sort}&rows=200")).text)
    assert len(whole) > 2, "too few to walk"
    forth, pages = await walked(dara, f"{path}?sort={sort}&rows=2")
    assert forth == whole
    back, _ = await walked(dara, pages[-1], "prev")
    assert back == whole


@pytest.mark.parametrize(("path", "sort"), SORTS)
async def test_a_list_is_sorted_as_it_says_and_what_has_no_value_comes_last(browse, crowd, path, sort):
    listing, key = SHOWN[path], sort.removeprefix("-")
    text = (await (await browse("dara")).get(f"{path}?sort={sort}&rows=200")).text
    at = [one.key for one in listing.columns].index(key)
    said = "descending" if sort.startswith("-") else "ascending"
    assert f'aria-sort="{said}"' in text
    cells = [row[at] for row in table_of(text)]
    if path == "/people" and key in ("roles", "site"):
        filled = [cell.partition(",")[0].casefold() for cell in cells if cell]
        assert cells[: len(filled)] == [cell for cell in cells if cell], "rows without a value come last"
        assert filled == sorted(filled, reverse=sort.startswith("-"))


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize("filters", ["", "told"])
async def test_both_files_hold_exactly_what_is_shown_in_its_order_with_the_day(browse, crowd, path, filters):
    dara, query = await browse("dara"), TOLD[path] if filters else ""
    first = next(column.key for column in SHOWN[path].columns if column.sort)
    asked = f"{path}?{query}&sort=-{first}"
    shown = table_of((await dara.get(f"{asked}&rows=200")).text)
    everybody = table_of((await dara.get(f"{path}?rows=200")).text)
    assert 0 < len(shown) < len(everybody) if filters else len(shown) == len(everybody)
    head, rows, answer = await as_csv(dara, f"{asked}&format=csv")
    assert head == [column.heading for column in SHOWN[path].columns]
    assert [row[0] for row in plain(rows)] == [row[0] for row in shown]
    assert "2026-11-25" in answer.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO((await dara.get(f"{asked}&format=xlsx")).content)).active
    day, words, *lines = sheet.iter_rows(values_only=True)
    assert "extracted on 25 November 2026" in day[0] and "Sorted by" in words[0]
    lines = lines[lines.index(tuple(head)) + 1 :]  # some say more above their columns
    assert [tuple(cell or "" for cell in line) for line in lines] == rows


@pytest.mark.parametrize("path", SHOWN)
async def test_a_page_that_nobody_can_read_is_the_first_with_a_word(browse, path):
    dara = await browse("dara")
    for side in ("after", "before"):
        answer = await dara.get(f"{path}?{side}=WyIiLCAiIl0")
        assert answer.status_code == 200 and "That page of the list is no longer there" in answer.text
        assert table_of(answer.text) == table_of((await dara.get(path)).text)


@pytest.mark.parametrize("path", SHOWN)
async def test_a_filter_is_saved_under_a_name_found_again_and_removed(browse, crowd, path):
    dara, query = await browse("dara"), TOLD[path]
    page = (await dara.get(f"{path}?{query}")).text
    assert "Save this filter" in page
    told = {"listing": path, "query": re.search(r'name="query" value="([^"]*)"', page)[1], "name": " My  own "}
    answer = await dara.post("/lists", data={**told, "query": unescape(told["query"]) + "&after=x&format=csv"})
    assert answer.status_code == 303
    saved = await SavedFilter.get()
    assert saved.name == "My own" and saved.query == unescape(told["query"])
    after = (await dara.get(answer.headers["location"])).text
    assert "The filter “My own” is saved." in unescape(after) and 'aria-current="true"' in after
    assert table_of(after) == table_of(page)
    other = await browse("hana" if path == "/people" else "chloe")
    assert "My own" not in (await other.get(path)).text
    assert (await other.post(f"/lists/{saved.id}/remove")).status_code == 404
    assert (await dara.post(f"/lists/{saved.id}/remove")).status_code == 303
    assert not await SavedFilter.exists() and "My own" not in (await dara.get(path)).text


async def test_a_filter_needs_a_name_and_a_list_and_there_is_an_end_to_them(browse, database):
    dara = await browse("dara")
    for form, status in (
        ({"listing": "/people", "name": " ", "query": ""}, 422),
        ({"listing": "/people", "name": "x" * 61, "query": ""}, 422),
        ({"listing": "https://elsewhere.example", "name": "x", "query": ""}, 404),
        ({"listing": "/people", "name": "x", "query": "query=" + "x" * 3000}, 422),
    ):
        assert (await dara.post("/lists", data=form)).status_code == status
    for number in range(MOST_SAVED + 1):
        form = {"listing": "/people", "name": str(number), "query": "role=trainee"}
        assert (await dara.post("/lists", data=form)).status_code == (303 if number < MOST_SAVED else 422)
    again = {"listing": "/people", "name": "3", "query": "role=central"}
    assert (await dara.post("/lists", data=again)).status_code == 303
    assert (await SavedFilter.get(name="3")).query == "role=central"


UNSORTED = {
    "/assessments/quality": {"raters"}, "/assessments/week": {"sites", "visits"}, "/figures/people": {"come"},
}  # fmt: skip
"""List → its columns that name several people, places or steps at once: they have no order."""


@pytest.mark.parametrize("path", SHOWN)
def test_a_list_is_sorted_by_any_column(path):
    assert {column.key for column in SHOWN[path].columns if not column.sort} == UNSORTED.get(path, set())


async def test_records_are_sorted_by_how_much_as_numbers_and_by_their_state_in_words(browse, crowd):
    dara = await browse("dara")
    rows = table_of((await dara.get("/practice/records?sort=amount&rows=200&kind=check")).text)
    hours = [int(row[4].split()[0]) for row in rows if row[4]]
    assert hours == [12, 14] and not rows[-1][4], rows
    words = [row[5] for row in table_of((await dara.get("/practice/records?sort=-word&rows=200")).text)]
    assert words == sorted(words, reverse=True) and len(set(words)) > 1


async def test_a_list_of_a_nation_is_counted_as_far_as_anybody_reads(browse, database):
    unit, born = (await CentralUnit.get()).id, datetime(2026, 1, 1, tzinfo=UTC)
    dara, some = await browse("dara"), MOST_COUNTED - len(await Person.filter(test_user=False))
    names = [f"Person {at:04}" for at in range(some + 1)]
    people = [Person(id=uuid4(), unit_id=unit, name=name, folded=name.lower(), created=born) for name in names]
    await Person.bulk_create(people[:some])
    assert "1,000 people" in (text := (await dara.get("/people")).text) and "more than" not in text
    await people[some].save()
    assert "more than 1,000 people" in (await dara.get("/people")).text
    assert ">1 person<" in (await dara.get(f"/people?query={names[some]}")).text
    assert len((await as_csv(dara, "/people?format=csv"))[1]) == MOST_COUNTED + 1


def test_every_list_of_which_filters_are_saved_is_a_page():
    assert set(LISTS) <= {door.path for door in ROUTES}
    assert set(SHOWN) <= set(LISTS)


async def test_what_the_actor_may_not_see_never_appears_whatever_is_asked(browse, crowd):
    emre = await browse("emre")
    for sort in ("name", "-name", "roles", "site", "permission"):
        rows, _ = await walked(emre, f"/people?sort={sort}&rows=2")
        seen = {row[0] for row in rows}
        assert seen & {"Emre Kaya"} and not seen & {"Amina Yusuf", "Old Sam", "Zoë Sam"}, sort
        _, listed, _ = await as_csv(emre, f"/people?sort={sort}&format=csv")
        assert {row[0] for row in listed} == seen
