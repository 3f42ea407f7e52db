"""The register: who stood how on a day, as known on a day; the same rows on the page, in the file and by command."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from certificates.evaluations import changes
from certificates.evaluations.models import Certification
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from certificates.register.exports import as_json
from certificates.register.register import RegisterFilter, rows
from tests.certificates.world import BY_RULES, TODAY, at, certified, changed, publish_pathway, shown
from tests.certificates.world import considered as consider
from training.demo.cast import known
from training.demo.doing import being
from training.people.authentication.operator import operator
from training.people.models import Membership, Person
from training.records.rules import Confirmer
from training.sites.models import Area, CentralUnit, Programme, Site

JAN, END = date(2026, 1, 10), date(2027, 1, 9)


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.fixture
async def pathway(database, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)


async def standings(key="amina", **asked) -> list[str]:
    found = await rows(await being("dara", TODAY), RegisterFilter(standing="all", **asked))
    return [row.standing for row in found if row.name == (await Person.get(id=known(key))).name]


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"),
    [
        # withdrawn on 20 March, from 1 March on
        (day(1, 9), None, []),
        (day(1, 10), day(1, 9), []),
        (day(1, 10), day(1, 10), ["certified"]),
        (day(2, 28), None, ["certified"]),
        (day(3, 1), day(3, 19), ["certified"]),
        (day(3, 1), day(3, 20), ["withdrawn"]),
        (day(3, 19), day(3, 19), ["certified"]),
        (day(3, 19), None, ["withdrawn"]),
        (day(2, 28), day(3, 20), ["certified"]),
        # restored on 5 May, from 2 April on
        (day(4, 1), day(5, 5), ["withdrawn"]),
        (day(4, 2), day(5, 4), ["withdrawn"]),
        (day(4, 2), day(5, 5), ["certified"]),
        # suspended on 1 June until 15 June
        (day(5, 31), None, ["certified"]),
        (day(6, 1), day(5, 31), ["certified"]),
        (day(6, 1), day(6, 1), ["suspended"]),
        (day(6, 15), None, ["suspended"]),
        (day(6, 16), None, ["certified"]),
        # and then by the calendar alone
        (day(10, 9), None, ["certified"]),
        (day(10, 10), None, ["renewal_due"]),
        (END, None, ["renewal_due"]),
        (day(1, 10, 2027), None, ["in_grace"]),
        (day(2, 9, 2027), None, ["in_grace"]),
        (day(2, 10, 2027), None, ["lapsed"]),
        (day(2, 10, 2027), day(3, 20), ["withdrawn"]),
    ],
)
async def test_who_stood_how_on_a_day_as_known_on_a_day(history, as_of, known_at, expected):
    assert await standings(as_of=as_of, known_at=known_at) == expected


@pytest.fixture
async def history(pathway):
    found = await certified("amina", JAN)
    await changed(found, "withdrawn", on=day(3, 1), recorded=day(3, 20))
    await changed(found, "restored", on=day(4, 2), recorded=day(5, 5))
    await changed(found, "suspended", on=day(6, 1), until=day(6, 15))
    return found


async def test_evidence_recorded_late_certifies_from_the_day_it_is_known_and_changes_nothing_before(pathway):
    await shown("amina", on=day(2, 1), recorded=day(4, 1))
    await consider("amina", day(4, 1))
    assert await standings(as_of=day(3, 1)) == []
    assert await standings(as_of=day(4, 1), known_at=day(3, 31)) == []
    assert await standings(as_of=day(4, 1), known_at=day(4, 1)) == ["certified"]


async def test_a_change_cannot_be_made_to_come_before_an_earlier_one(pathway):
    found = await certified("amina", JAN)
    await changed(found, "suspended", on=day(3, 1))
    for first in (day(2, 28), day(1, 9)):
        with pytest.raises(changes.Invalid):
            await changed(found, "withdrawn", on=first, recorded=day(4, 1))
    assert await standings(as_of=day(2, 28)) == ["certified"]


HELD = {"amina": "RIV", "jude": "RIV", "osian": "OAK", "kiran": "HAR"}


@pytest.fixture
async def workforce(service, tmp_path):
    """Four certified people in three areas; one is withdrawn, one has a name that a spreadsheet would run."""
    await publish_pathway(tmp_path, BY_RULES)
    for key in HELD:
        found = await certified(key, TODAY - timedelta(days=20))
    await changed(found, "withdrawn", on=TODAY - timedelta(days=5))
    await Person.filter(id=known("osian")).update(name="=HYPERLINK(1)")


async def read_csv(browser, query):
    answer = await browser.get(f"/register.csv?{query}")
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf"), "or Excel takes it for other letters"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def read_xlsx(browser, query):
    answer = await browser.get(f"/register.xlsx?{query}")
    assert answer.status_code == 200 and answer.headers["content-disposition"].endswith('.xlsx"')
    head, *lines = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(head, [cell or "" for cell in line], strict=True)) for line in lines]


def read_page(text):
    body = text[text.index("<tbody") : text.index("</tbody>")] if "<tbody" in text else ""
    return body.count("<tr"), body


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("asked", "serves"),
    [
        ({}, {"amina", "jude", "osian"}),
        ({"standing": "all"}, {"amina", "jude", "osian", "kiran"}),
        ({"standing": "withdrawn"}, {"kiran"}),
        ({"standing": "certified", "area": "CDF"}, {"amina", "jude"}),
        ({"area": "WLS"}, {"amina", "jude", "osian"}),
        ({"area": "NWP"}, {"osian"}),
        ({"area": "LDS", "standing": "all"}, {"kiran"}),
        ({"area": "ENG"}, set()),
        ({"programme": "steady", "area": "WLS"}, {"amina", "jude", "osian"}),
        ({"programme": "growing-together"}, set()),
        ({"as_of": (TODAY - timedelta(days=6)).isoformat(), "area": "ENG"}, {"kiran"}),
        ({"known_at": (TODAY - timedelta(days=21)).isoformat(), "standing": "all"}, set()),
        ({"as_of": "2001-01-01", "standing": "all"}, set()),
    ],
)
async def test_page_file_and_command_give_the_same_rows(workforce, browse, asked, serves):
    dara, query = await browse("dara"), urlencode(asked)
    page, found = await dara.get(f"/register?{query}"), await read_csv(dara, query)
    expected = [(await Person.get(id=known(key))).name for key in serves]
    assert sorted(row["name"].removeprefix("'") for row in found) == sorted(expected)
    assert not [row for row in found if row["name"].startswith("=")]
    sheet = await read_xlsx(dara, query)
    assert [row | {"extracted": ""} for row in sheet] == [row | {"extracted": ""} for row in found]
    count, body = read_page(page.text)
    assert count == len(found) and all(row["serial"] in body for row in found)
    days = {name: date.fromisoformat(asked[name]) for name in ("as_of", "known_at") if name in asked}
    question = RegisterFilter(**({"as_of": TODAY} | asked | days))
    told = as_json(await rows(await operator("together", now=at(TODAY)), question), question, extracted=at(TODAY))
    assert [row["serial"] for row in told["rows"]] == [row["serial"] for row in found]


@pytest.mark.by_hand
async def test_a_filter_that_is_no_choice_or_no_day_narrows_nothing_as_on_other_lists(workforce, browse):
    dara, serials = await browse("dara"), [row["serial"] for row in await read_csv(await browse("dara"), "")]
    ahead = (TODAY + timedelta(days=1)).isoformat()
    odd = ("as_of=yesterday", "known_at=2026-13-01", "standing=foo", "area=W", "area=%25", "area=" + "x" * 900,
           "programme=no-such", f"known_at={ahead}", "known_at=9999-12-31")  # fmt: skip
    for query in odd:
        page = await dara.get(f"/register?{query}")
        assert page.status_code == 200 and all(serial in page.text for serial in serials), query
        assert [row["serial"] for row in await read_csv(dara, query)] == serials, query
    assert f"as known on {TODAY.day} " in (await dara.get(f"/register?known_at={ahead}")).text
    assert "if nothing changes until then" in (await dara.get(f"/register?as_of={ahead}")).text
    assert "if nothing changes" not in (await dara.get("/register")).text
    for query in ("area=%00", "programme=%00", "standing=%00"):
        assert (await dara.get(f"/register?{query}")).status_code == 404, query
    drawn = await dara.post("/audits", data={"title": "Ahead", "size": "2", "known_at": ahead})
    assert drawn.status_code == 422, "nobody knows it yet"


async def another_unit():
    """A second central unit with a site in an area of the same code, and somebody who runs it."""
    unit = await CentralUnit.create(id=uuid4(), slug="apart", name="Parenting Apart")
    area = await Area.create(id=uuid4(), unit_id=unit.id, code="CDF", name="Cardiff", path="/CDF/")
    await Site.create(id=uuid4(), unit_id=unit.id, area_id=area.id, code="RIV", name="Far Riverside")
    await Programme.create(id=uuid4(), unit_id=unit.id, slug="steady", title="Steady Steps")
    await Person.filter(id=known("farah")).update(unit_id=unit.id)
    await Membership.filter(person_id=known("farah")).delete()
    for role in ("central", "auditor"):
        await Membership.create(id=uuid4(), person_id=known("farah"), role=role, starts=date(2020, 1, 1))


@pytest.mark.by_hand
async def test_another_unit_sees_nothing_in_any_list_file_or_entry(workforce, browse):
    await another_unit()
    dara, farah = await browse("dara"), await browse("farah")
    await dara.post("/audits", data={"title": "Ours", "size": "2", "as_of": TODAY.isoformat()})
    audit = (await dara.get("/audits")).text.split('href="/audits/')[1].split('"')[0]
    case = (await dara.get(f"/audits/{audit}")).text.split(f"/audits/{audit}/cases/")[1].split('"')[0]
    found = await Certification.filter(person_id=known("amina")).prefetch_related("certificates").get()
    for query in ("standing=all", "standing=all&area=CDF", "standing=all&programme=steady"):
        assert await read_csv(dara, query)
        assert await read_csv(farah, query) == []
        assert read_page((await farah.get(f"/register?{query}")).text)[0] == 0
    for path in ("/certificates", "/certificates/decisions", "/people", "/sites", "/audits", "/register"):
        text = (await farah.get(path)).text
        assert "Amina" not in text and "Riverside Family" not in text and "Ours" not in text, path
    closed = [
        f"/register/{found.id}", f"/audits/{audit}", f"/audits/{audit}/cases/{case}",
        f"/certificates/{found.certificates[0].id}", f"/certificates/{found.certificates[0].id}/document",
        f"/certificates/{found.certificates[0].id}/badge", f"/certificates/{found.certificates[0].id}/token",
        f"/pathways/of/{known('amina')}", f"/practice/of/{known('amina')}/new", f"/people/{known('amina')}",
        f"/sites/{known('site/RIV')}",
    ]  # fmt: skip
    for path in closed:
        assert (await farah.get(path)).status_code == 404, path
    withdrawal = {"state": "withdrawn", "reason": "Mine.", "effective": TODAY.isoformat()}
    assert (await farah.post(f"/register/{found.id}", data=withdrawal)).status_code == 404
    finding = {"finding": "overturned", "reasons": "Mine."}
    assert (await farah.post(f"/audits/{audit}/cases/{case}", data=finding)).status_code == 404
    assert await standings(as_of=TODAY) == ["certified"]


@pytest.mark.by_hand
async def test_a_coordinator_sees_the_own_site_only_and_changes_nothing(workforce, browse):
    emre, chloe = await browse("emre"), await browse("chloe")
    assert [row["site"] for row in await read_csv(emre, "standing=all")] == ["Harehills Hub"]
    assert {row["site"] for row in await read_csv(chloe, "standing=all")} == {"Riverside Family Centre"}
    assert await read_csv(emre, "standing=all&area=CDF") == []
    found: Certification = await Certification.get(person_id=known("amina"))
    assert (await emre.get(f"/register/{found.id}")).status_code == 404
    form = {"state": "withdrawn", "reason": "Mine.", "effective": TODAY.isoformat()}
    for browser, status in ((emre, 404), (chloe, 403)):
        assert (await browser.post(f"/register/{found.id}", data=form)).status_code == status
    assert await standings(as_of=TODAY) == ["certified"]


async def test_an_entry_names_who_signed_from_outside(database, tmp_path, browse):
    referred = "{check: reference, different: {by: 1}, title: Knows first aid}"
    await publish_pathway(tmp_path, BY_RULES.replace("{qualification: first aid, title: Knows first aid}", referred))
    reference = TypedEvidence("check", "reference", TODAY, by=(Confirmer("Sian Lewis"),))
    await record_evidence(known("amina"), reference, actor=await being("dara", TODAY), now=at(TODAY, 9))
    await consider("amina")
    found = await Certification.get(person_id=known("amina"))
    page = (await (await browse("chloe")).get(f"/register/{found.id}")).text
    assert "Signed by: Sian Lewis" in page and "outside-" not in page


@pytest.mark.by_hand
async def test_the_register_is_sorted_by_any_column_and_walked_by_key_each_entry_once(workforce, browse):
    dara = await browse("dara")
    first = re.compile(r'href="/register/([0-9a-f-]{36})')
    for column in ("name", "level", "site", "area", "standing", "starts", "ends", "serial"):
        for sign in ("", "-"):
            path = f"/register?standing=all&sort={sign}{column}"
            whole, found, onward = first.findall((await dara.get(path)).text), [], f"{path}&rows=2"
            while onward:
                text = (await dara.get(onward)).text
                found += first.findall(text)
                more = re.search(r'rel="next" href="([^"]+)"', text)
                onward = unescape(more[1]) if more else ""
            assert found == whole and len(set(whole)) == len(whole) > 2, (sign, column)
    one = (await dara.get("/register?name=amina&standing=all&format=csv")).content.decode("utf-8-sig").splitlines()
    assert len(one) > 1 and all("Amina" in line for line in one[1:])
    lost = (await dara.get("/register?after=x")).text
    assert "no longer there" in lost and read_page(lost)[0] == 3


@pytest.mark.by_hand
async def test_today_stands_in_the_form_and_is_no_filter(workforce, browse):
    dara = await browse("dara")
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    asked = {"": False, f"?as_of={TODAY.isoformat()}": False, f"?as_of={yesterday}": True}
    for query, filtered in asked.items():
        text = (await dara.get(f"/register{query}")).text
        assert f'value="{yesterday if filtered else TODAY.isoformat()}"' in text
        assert ("Save this filter" in text) is filtered, "a saved filter of today is of every day on which it is opened"


@pytest.mark.by_hand
async def test_names_from_before_they_were_folded_are_found_as_they_are_written(pathway):
    await certified("amina")
    dara, before = await being("dara", TODAY), TODAY - timedelta(days=1)
    await Certification.filter(person_id=known("amina")).update(starts=before)
    await Person.filter(id=known("amina")).update(name="Amîna Yusuf", folded=None)
    await Site.all().update(name="Caffi'r Môr", folded=None)
    for day_asked in (TODAY, before):
        for asked in ({"site": "Môr"}, {"name": "Amîna"}):
            assert len(await rows(dara, RegisterFilter(day_asked, **asked))) == 1
            assert await rows(dara, RegisterFilter(day_asked, **dict.fromkeys(asked, "Mûr"))) == []
