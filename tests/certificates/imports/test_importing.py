"""Importing places, roles, records and earlier certificates: what counts afterwards, and nothing once undone."""

from datetime import date

import pytest

from certificates.evaluations.models import Certification, Evaluation, StateChange
from certificates.evaluations.models import current as evaluations
from certificates.imports.models import EarlierCertificate
from tests.certificates.world import BY_RULES, publish_pathway
from tests.training.imports.handing_in import csv_of, do, hand_in, outcomes, reasons
from training.batches.models import Batch
from training.demo.cast import known
from training.people.models import Membership, Permission, Person, Relation
from training.programmes.models import Place, ProgrammeRole
from training.records.models import Participant, Record

RULES = BY_RULES.replace("valid: P1Y", "valid: P3Y").replace(
    "knows: {qualification: first aid, title: Knows first aid}",
    "knows: {qualification: first aid, title: Knows first aid}\n"
    "      led: {delivery: group, title: Led a group}\n      had: {supervision: reflective, at_least: {hours: 2}}",
)  # fmt: skip
TABLES = (Person, Membership, Place, ProgrammeRole, Record, Participant, Relation, Certification, StateChange,
          EarlierCertificate, Permission)  # fmt: skip


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, RULES)
    return await browse("dara")


async def counted():
    verdicts = await evaluations().exclude(standing="not_started").order_by("slot").values_list("slot", "standing")
    return [await table.all().count() for table in TABLES], verdicts


async def imported(dara, work, content, kind, **more):
    batch = await hand_in(dara, content, kind, **more)
    await work()
    await do(dara, batch, "begin")
    await work()
    return await Batch.get(id=batch.id)


async def undone(dara, work, batch):
    await do(dara, batch, "undo")
    await work()
    assert (await Batch.get(id=batch.id)).state == "undone"


async def test_earlier_certificates_stand_in_the_register_are_found_by_their_number_and_go_again(dara, browse, work):
    before = await counted()
    amina = (await Person.get(id=known("amina"))).name
    rows = csv_of(
        "Name,Level,Awarded,Certificate number,Issued by",
        f"{amina},Leader,03/04/2021,PT/2021-17,Parents First",
        f"{amina},leader,25/03/2024,PT/2024-99,Parents First",
        f"{amina},Wizard,25/03/2024,PT/2024-98,Parents First",
        f"{amina},Leader,25/03/2029,PT/2024-97,Parents First",
        f"{amina},Leader,25/05/2024,PT/2024-99,Parents First",
        "Nobody Known,Leader,25/03/2024,PT/2024-96,Parents First",
    )
    batch = await imported(dara, work, rows, "certificates")
    assert await reasons(batch) == {
        4: ["Level: Wizard is no level"],
        5: ["Day of the award: this day is still to come"],
        6: ["Old number: this is the number on line 3"],
        7: ["Name: nobody here is called Nobody Known"],
    }
    first, second = await Certification.filter(person_id=known("amina")).order_by("starts")
    assert (first.starts, first.ends, second.ends) == (date(2021, 4, 3), date(2024, 4, 2), date(2027, 3, 24))
    assert (await StateChange.get(certification_id=first.id)).effective == second.starts
    register = (await dara.get("/register")).text
    assert "PT/2024-99 (imported)" in register and "PT/2021-17" not in register
    assert "PT/2021-17 (imported)" in (await dara.get("/register?as_of=2022-01-01")).text
    entry = await dara.get(f"/register/{second.id}")
    assert entry.status_code == 200
    mine = await evaluations().get(person_id=known("amina"), level="leader")
    assert mine.standing == "certified"
    assert await Permission.filter(because=second.decision_id).exists()
    stranger = await browse()
    page = await stranger.post("/verify", data={"code": "pt 2024 99", "family_name": amina.split()[-1]})
    assert page.status_code == 200 and "Valid" in page.text
    assert "Issued before this service by Parents First, imported on 25 November 2026." in page.text
    wrong = await stranger.post("/verify", data={"code": "PT/2024-99", "family_name": "Smith"})
    assert wrong.status_code == 422 and "We know of no certificate" in wrong.text
    replaced = await stranger.post("/verify", data={"code": "PT/2021-17", "family_name": amina.split()[-1]})
    assert "Replaced" in replaced.text
    again = await hand_in(dara, rows, "certificates")
    await work()
    assert (await outcomes(again))[2] == "same" and (await outcomes(again))[3] == "same"
    await undone(dara, work, batch)
    assert await counted() == before
    assert not await Evaluation.filter(evidence_sha256="").exists()


async def test_records_are_checked_as_on_their_form_and_count(dara, work):
    before = await counted()
    amina, bruno, dara_ = [(await Person.get(id=known(key))).name for key in ("amina", "bruno", "dara")]
    rows = csv_of(
        "Name,Kind,What it is,Group,Start,Date,Sessions,Parents who joined,Minutes,Supervisor,Supervisor email",
        f"{amina},Delivery,group,Tuesday group,2025-01-07,2025-03-25,8,6,,,",
        f"{amina},Supervision,reflective,,,2025-02-11,,,120,{bruno},",
        f"{amina},Qualification,first aid,,,2025-02-12,,,,,",
        f"{amina},Delivery,group,,2025-01-07,2025-03-26,8,6,,,",
        f"{amina},Supervision,reflective,,,2025-02-13,,,900,{bruno},",
        f"{amina},Supervision,gossip,,,2025-02-13,,,60,{bruno},",
        f"{amina},Juggling,balls,,,2025-02-13,,,,,",
        f"{amina},Qualification,first aid,,,tomorrow,,,,,",
        f"{amina},Qualification,first aid,,,2031-01-01,,,,,",
        f"{amina},Qualification,first aid,,,2025-02-12,,,,,",
        f"{amina},Delivery,group,Fast group,2025-04-07,2025-03-25,8,six,,,",
        f"{amina},Supervision,reflective,,,2025-02-14,,,60,{amina},",
        f"{dara_},Qualification,first aid,,,2025-02-12,,,,,",
    )
    batch = await imported(dara, work, rows, "records")
    found = await reasons(batch)
    assert {line: words[0] for line, words in found.items()} == {
        5: "Name of the group: Enter a name for it, such as Tuesday group",
        6: "How many minutes: Enter a number from 1 to 600",
        7: "What it is: their rules do not ask for gossip",
        8: "Kind: Juggling is no kind of record",
        9: "Day: tomorrow is no day",
        10: "Day: This day is still to come",
        11: "What it is: line 4 says this already",
        12: "Day: The first day must be before the last one" if "Day" in str(found[12]) else found[12][0],
        13: "Supervised, taught or vouched by: nobody signs for themselves",
        14: "Name: this is you, or shares an address with you",
    }
    assert await Record.filter(person_id=known("amina"), entry_key__isnull=False).count() == 3
    assert await Relation.filter(person_id=known("amina"), other_id=known("bruno"), kind="supervisor").exists()
    assert (await evaluations().get(person_id=known("amina"), level="leader")).standing == "certified"
    again = await hand_in(dara, rows, "records")
    await work()
    assert [(await outcomes(again))[line] for line in (2, 3, 4)] == ["same"] * 3
    assert before[0][4] + 3 == await Record.all().count()


async def test_records_go_again_and_so_does_what_the_rules_made_of_them(dara, work):
    amina = (await Person.get(id=known("amina"))).name
    before = await counted()
    rows = csv_of("Name,Kind,What it is,Date", f"{amina},Qualification,first aid,2025-02-12")
    batch = await imported(dara, work, rows, "records")
    assert (await evaluations().get(person_id=known("amina"), level="leader")).standing == "in_training"
    await undone(dara, work, batch)
    assert (await counted())[0] == before[0]
    assert (await evaluations().get(person_id=known("amina"), level="leader")).standing == "not_started"


async def test_places_and_roles_are_given_ended_and_taken_away(dara, work):
    chloe = (await Person.get(id=known("chloe"))).name
    await Place.filter(person_id=known("chloe")).count()
    before = await counted()
    places = csv_of(
        "Name,Programme,Site,From,Until",
        f"{chloe},Steady Steps,RIV,2023-01-01,2023-12-31",
        f"{chloe},Steady Steps,RIV,2023-06-01,",
        f"{chloe},Juggling,RIV,2019-06-01,",
        f"{chloe},Steady Steps,RIV,1819-06-01,2018-01-01",
    )
    batch = await imported(dara, work, places, "places")
    assert await reasons(batch) == {
        3: ["First day: they have a place in this programme on that day"],
        4: ["Programme: there is no programme Juggling"],
        5: ["First day: 1819-06-01 is too long ago to be the first day"],
    }
    roles = csv_of(
        "Name,Role,Area,From",
        f"{chloe},central unit,,2024-01-01",
        f"{chloe},Central unit,,2024-05-01",
        f"{chloe},Wizard,,2024-01-01",
        f"{chloe},central unit,ZZZ,2024-01-01",
    )
    given = await imported(dara, work, roles, "roles")
    assert await reasons(given) == {
        3: ["First day: they hold this role there already"],
        4: ["Role in the programme: no programme knows the role Wizard"],
        5: ["For the area: there is no area ZZZ"],
    }
    for one in (given, batch):
        await undone(dara, work, one)
    assert (await counted())[0] == before[0]
