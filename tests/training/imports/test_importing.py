"""Importing tables of sites and people by the pages: rehearsed, taken over, found again, undone."""

from datetime import date

import pytest

from tests.training.imports.handing_in import csv_of, do, hand_in, of_empty_lines, outcomes, reasons, xlsx_of
from training.batches.models import Batch, BatchRow
from training.core import storage
from training.imports.models import ColumnMatch
from training.imports.work import FOLDER
from training.people.models import Email, Membership, Person
from training.programmes.models import Place
from training.sites.models import Area, Site

PEOPLE = (
    "Name;E-Mail;Job;Organisation;Start date;End date",
    "Ann Lee;ann.lee@new.example;Trainee;RIV;03/04/2025;",
    "Ben Ode;ben.ode@new.example;facilitator;Riverside Family Centre;25/04/2025;",
    "Ann Lee;ann.lee@new.example;Facilitator;RIV;26/04/2025;",
)


async def counted():
    tables = (Person, Email, Membership, Place, Site, Area)
    return [await table.all().count() for table in tables]


async def imported(dara, work, content, kind, **more):
    """Hands in a table and takes over what is good of it."""
    batch = await hand_in(dara, content, kind, **more)
    await work()
    await do(dara, batch, "begin")
    await work()
    return await Batch.get(id=batch.id)


async def test_a_table_as_excel_saves_it_is_rehearsed_taken_over_and_undone(growing, browse, work):
    dara = await browse("dara")
    before = await counted()
    batch = await hand_in(dara, csv_of(*PEOPLE).decode().encode("cp1252"), "people", name="staff.csv")
    assert batch.state == "rehearsing" and batch.number == 1
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Being checked" in page and "You can leave this page" in page
    await work()
    assert await outcomes(batch) == {2: "new", 3: "new", 4: "changed"}
    assert await counted() == before, "a rehearsal changes nothing"
    page = (await dara.get(f"/batches/{batch.id}?show=changed")).text
    assert "gets the role facilitator from 2025-04-26" in page and "Take over all: 3 rows" in page
    await do(dara, batch, "begin")
    await work()
    ann = await Person.get(name="Ann Lee")
    assert await Membership.filter(person_id=ann.id).order_by("starts").values_list("role", "starts") == [
        ("trainee", date(2025, 4, 3)), ("facilitator", date(2025, 4, 26)),
    ]  # fmt: skip
    assert await Place.filter(person_id=ann.id).count() == 1
    assert "Done" in (await dara.get("/batches")).text
    again = await hand_in(dara, csv_of(*PEOPLE), "people")
    await work()
    assert set((await outcomes(again)).values()) == {"same"}, "the same table once more changes nothing"
    await do(dara, batch, "undo")
    await work()
    assert (await Batch.get(id=batch.id)).state == "undone"
    assert await counted() == before


async def test_each_wrong_row_is_named_with_column_and_reason_and_the_good_ones_are_taken_over(growing, browse, work):
    dara = await browse("dara")
    rows = (
        "name,email,role,site,starts,ends,language,programmes",
        "Good One,good@new.example,trainee,RIV,2025-04-03,,,",
        ",empty@new.example,trainee,RIV,2025-04-03,,,",
        "No Address,not an address,trainee,RIV,2025-04-03,,,",
        "No Role,role@new.example,wizard,RIV,2025-04-03,,,",
        "No Site,site@new.example,trainee,Nowhere,2025-04-03,,,",
        "Site Missing,missing@new.example,trainee,,2025-04-03,,,",
        "Unit Wide,wide@new.example,auditor,RIV,2025-04-03,,,",
        "No Day,day@new.example,trainee,RIV,soon,,,",
        "Long Ago,ago@new.example,trainee,RIV,1825-04-03,,,",
        "Ends First,ends@new.example,trainee,RIV,2025-04-03,2024-01-01,,",
        "No Language,lang@new.example,trainee,RIV,2025-04-03,,english,",
        "No Programme,prog@new.example,trainee,RIV,2025-04-03,,,Juggling",
        "Somebody Else,good@new.example,trainee,RIV,2025-04-03,,,",
        "Good One,good@new.example,trainee,RIV,2025-05-03,,,",
    )
    batch = await hand_in(dara, csv_of(*rows), "people")
    await work()
    assert await reasons(batch) == {
        3: ["Name: it is empty"],
        4: ["E-mail address: not an address is no e-mail address"],
        5: ["Role: wizard is no role"],
        6: ["Site: there is no site Nowhere"],
        7: ["Site: it is empty"],
        8: ["Site: Auditor is a role for the whole unit"],
        9: ["First day: soon is no day"],
        10: ["First day: 1825-04-03 is too long ago to be the first day"],
        11: ["Last day: it is before the first day"],
        12: ["Language: english is no language"],
        13: ["Programmes: there is no programme Juggling"],
        14: ["Name: good@new.example belongs to Good One, and not to Somebody Else"],
        15: ["First day: they hold this role there already, from 2025-04-03 on"],
    }
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "wizard is no role" in page and "Take over the good ones: 1 row" in page
    file = (await dara.get(f"/batches/{batch.id}/refused.csv")).content.decode("utf-8-sig")
    head, first, *_ = file.splitlines()
    assert head == "line,Name,E-mail address,Role,Site,First day,Last day,Language,Programmes,why it was refused"
    assert first.startswith("3,,empty@new.example,trainee") and first.endswith("Name: it is empty. Write the name")
    await do(dara, batch, "begin")
    await work()
    assert await Email.filter(address__endswith="@new.example").count() == 1


async def test_a_row_that_looks_like_somebody_we_have_waits_for_an_answer(growing, browse, work):
    dara = await browse("dara")
    amina = await Person.get(name__startswith="Amina")
    rows = ("name,email,role,site,starts", f"{amina.name},other@new.example,supervisor,HAR,2025-04-03")
    for answer, people in ((str(amina.id), 0), ("other", 1)):
        before = await Person.all().count()
        batch = await hand_in(dara, csv_of(*rows), "people")
        await work()
        assert await outcomes(batch) == {2: "alike"}
        page = (await dara.get(f"/batches/{batch.id}")).text
        assert f"The same as {amina.name}" in page and "Somebody else" in page and "Take over" not in page
        await dara.post(f"/batches/{batch.id}", data={"row-2": answer})
        await do(dara, batch, "begin")
        await work()
        assert await Person.all().count() == before + people
        [row] = await BatchRow.filter(batch_id=batch.id)
        assert await Membership.filter(person_id=row.person_id, role="supervisor", site__code="HAR").exists()
        await do(dara, batch, "undo")
        await work()
        assert await Person.all().count() == before


async def test_what_is_called_anew_is_told_from_what_to_what_and_comes_back(growing, browse, work):
    dara = await browse("dara")
    head = "name,former_name,email,role,site,starts,ends"
    await imported(dara, work, csv_of(head, "Ann Lee,,ann@new.example,trainee,RIV,2025-04-03,"), "people")
    batch = await hand_in(
        dara, csv_of(head, "Ann Ode,Ann Lee,ann@new.example,trainee,RIV,2025-04-03,2026-11-01"), "people"
    )  # fmt: skip
    await work()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "name Ann Lee → Ann Ode" in page and "last day none → 2026-11-01" in page
    await do(dara, batch, "begin")
    await work()
    ann = await Person.get(emails__address="ann@new.example")
    assert ann.name == "Ann Ode"
    await do(dara, batch, "undo")
    await work()
    ann = await Person.get(id=ann.id)
    assert (ann.name, ann.folded, (await Membership.get(person_id=ann.id)).ends) == ("Ann Lee", "ann lee", None)


async def test_somebody_on_whom_something_rests_stays_when_a_batch_is_undone(growing, browse, work):
    dara = await browse("dara")
    batch = await imported(dara, work, csv_of(*PEOPLE), "people")
    ann = await Person.get(name="Ann Lee")
    await dara.post(
        f"/people/{ann.id}/memberships", data={"role": "supervisor", "site_id": "", "starts": "2026-01-01"}
    )  # fmt: skip
    await do(dara, batch, "undo")
    await work()
    assert not await Person.filter(name="Ben Ode").exists()
    assert await Person.filter(name="Ann Lee").exists()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Not undone" in page and "Something that came later rests on this" in page


async def test_an_ambiguous_day_is_asked_for_once_and_kept_with_the_columns(growing, browse, work):
    dara = await browse("dara")
    rows = csv_of("name,mail,role,team,since", "Ann Lee,ann@new.example,trainee,RIV,03/04/2025")
    answer = await dara.post("/imports", files={"file": ("staff.csv", rows)})
    path = answer.headers["location"]
    await dara.post(path, data={"kind": "people"})
    page = (await dara.get(path)).text
    assert "What stands first in a day like 03/04/2025?" in page and 'value="team" selected' in page
    names = {"name": "name", "email": "mail", "role": "role", "site": "team", "starts": "since"}
    answer = await dara.post(path, data=names)
    assert answer.status_code == 422 and "Choose what stands first" in answer.text
    await dara.post(path, data={**names, "order": "month"})
    await work()
    [row] = await BatchRow.filter(batch_id=path.rsplit("/", 1)[1])
    assert row.values["starts"] == "2025-03-04"
    assert (await ColumnMatch.get()).order == "month"
    batch = await hand_in(dara, rows, "people", order="month")
    assert batch.wishes["match"] == names and batch.wishes["order"] == "month"


async def test_sites_and_people_come_from_the_sheets_of_one_workbook(growing, browse, work):
    dara = await browse("dara")
    book = xlsx_of({
        "Sites": [["Sites of 2026"], [], ["Code", "Name", "Region", "Path"], ["NEW1", "New One", "NWA", "NW/NWA"],
                  ["NEW2", "New Two", "NWA", None], ["", "", "NWB", ""]],
        "People": [["Name", "E-Mail", "Role", "Site", "From"], ["Zoë Ray", "zoe@new.example", "Trainee", "NEW1",
                   date(2025, 3, 4)]],
    })  # fmt: skip
    before = await counted()
    sites = await imported(dara, work, book, "sites", name="unit.xlsx", sheet="Sites")
    assert await outcomes(sites) == {4: "new", 5: "new", 6: "refused"}
    answer = await dara.post(f"/imports/{sites.id}/sheet")
    path = answer.headers["location"]
    assert "People" in (await dara.get(path)).text
    people = await imported(dara, work, book, "people", name="unit.xlsx", sheet="People")
    zoe = await Membership.get(person__name="Zoë Ray")
    assert (zoe.starts, (await Site.get(id=zoe.site_id)).name) == (date(2025, 3, 4), "New One")
    for batch in (people, sites):
        await do(dara, batch, "undo")
        await work()
    assert await counted() == before


async def test_tables_as_people_have_them_lose_nothing_unseen(growing, browse, work):
    """Another apostrophe, an address as Excel links it, and a cell beyond the columns that have names."""
    table = csv_of(
        "Staff of Riverside, as of May",
        PEOPLE[0],
        "Ann O'Neil;ANN.ONEIL@new.example;Trainee;RIV;25/04/2025;",
        "Ann O’Neil;ann.oneil@new.example;Facilitator;RIV;26/04/2025;",
        "Ben Ode;mailto:ben.ode@new.example;Trainee;RIV;25/04/2025;;on leave",
    )
    dara = await browse("dara")
    batch = await hand_in(dara, table, "people")
    page = (await dara.get(f"/imports/{batch.id}")).text
    assert "Not used: Column 7." in page and "We took line 2 for the names" in page
    await work()
    assert await outcomes(batch) == {3: "new", 4: "changed", 5: "refused"}
    assert [row.told["changes"] for row in await BatchRow.filter(batch_id=batch.id, number=4)] == [
        ["gets the role facilitator from 2025-04-26"]
    ]


async def test_a_file_that_an_earlier_version_kept_as_it_came_is_still_read(growing, browse, work, settings):
    dara = await browse("dara")
    content = xlsx_of({"Sites": [["Name", "Code"], ["a", "b"]], "Staff": [row.split(";") for row in PEOPLE]})
    batch = await hand_in(dara, content, "people", sheet="Staff")
    storage.write(settings.storage, f"{FOLDER}/{batch.wishes['stored']}", content)
    await work()
    assert await outcomes(batch) == {2: "new", 3: "new", 4: "changed"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file"),
        (b"\xd0\xcf\x11\xe0old", "old Excel"),
        (b"PK\x03\x04 no zip", "cannot be opened"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x81\x8d", "no table"),
        (b"only a title\n", "no table in this file"),
        (b"a,b\n" + b'"' + b"x" * 200_000 + b'",1\n', "cannot be read"),
        (b"a,b\n1,2\n" + b"1,2\n" * 60_001, "more than 60,000 rows"),
        (b'name;role\n"Ann;trainee\nBen;facilitator\n', "Line 2 cannot be read"),
        (of_empty_lines(1_048_577), "more than 1,048,576 lines"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_with_words(browse, content, words):
    answer = await (await browse("dara")).post("/imports", files={"file": ("staff.xlsx", content)})
    assert answer.status_code == 422 and words in answer.text


async def test_nobody_but_whoever_answers_for_the_unit_imports_or_sees_a_batch(growing, browse, work):
    batch = await hand_in(await browse("dara"), csv_of(*PEOPLE), "people")
    await work()
    for somebody, code in (("chloe", 404), ("amina", 403), ("bruno", 404)):
        other = await browse(somebody)
        assert (await other.get("/imports")).status_code == 403
        assert (await other.get(f"/batches/{batch.id}")).status_code == code
        assert (await other.post(f"/batches/{batch.id}/do", data={"do": "begin"})).status_code == code
        assert (await other.get(f"/batches/{batch.id}/refused.csv")).status_code == code
    assert "There is no batch yet" in (await (await browse("chloe")).get("/batches")).text
    assert (await Batch.get(id=batch.id)).state == "rehearsed"
