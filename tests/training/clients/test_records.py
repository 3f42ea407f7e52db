"""Programs record what people did by the rules of the form in the browser; it counts once people say so."""

import asyncio

import pytest

from tests.certificates.evidence.test_claims import LED, LEVEL, RULES, said
from tests.certificates.world import publish_pathway
from training.clients.models import KeyedAnswer
from training.core import clock
from training.demo.cast import known
from training.people.models import Person
from training.records.models import Confirmation, Participant, Record
from training.trail.models import Fact

PATH, READ, WRITE = "/api/v1/records", "records.readonly", "records"
AMINA, BRUNO, CHLOE = (str(known(name)) for name in ("amina", "bruno", "chloe"))
GROUP = {
    "person": AMINA, "type": "delivery", "what": "group", "pathway": "growing_together", "name": "Tuesday group",
    "from": "2026-03-02", "on": "2026-04-20", "confirmer": {"person": BRUNO},
    "attributes": {
        "sessions": 8, "hours": 16, "role": "lead", "parents": 9, "completed": 7, "mode": "in_person",
    },
}  # fmt: skip
CHILDCARE = {
    "person": AMINA, "type": "qualification", "what": "childcare", "on": "2020-05-01", "attributes": {"level": 3},
}  # fmt: skip
PAIRS = """
pathway: paired
title: In Pairs
version: "1"
levels:
  leader:
    title: Leader
    requires:
      led: {delivery: group, at_least: 1, title: A group led}
deliveries:
  group:
    together: {team: lead, where: {group_size: {min: 3}}}
"""
AT_ONCE = """
pathway: handed_in
title: Handed In
version: "1"
levels:
  leader:
    title: Leader
    requires:
      data: {return: yearly figures, title: The yearly figures}
"""


async def told(program, body, key="k", status=201):
    answer = await program.post(PATH, WRITE, body, **{"Idempotency-Key": key})
    assert answer.status_code == status, answer.text
    return answer.json()


def fields(answer):
    return {one["field"] for one in answer["errors"]}


async def test_what_a_program_tells_is_what_the_form_writes_and_waits_for_whom_it_names(growing, browse, program):
    amina, bruno, hr = await browse("amina"), await browse("bruno"), await program()
    form = LED | {"key": str(known("form")), "confirmer": BRUNO, "name": "Monday group"}
    assert (await amina.post("/practice/new", data=form)).status_code == 303
    typed = await Record.get()
    made = await told(hr, GROUP)
    sent = await Record.get(id=made["id"])
    own = {"id", "entry_key", "recorded", "program", "program_id", "name"}
    columns = set(Record._meta.db_fields) - own
    assert {name: getattr(sent, name) for name in columns} == {name: getattr(typed, name) for name in columns}
    assert (sent.program, str(sent.program_id), made["state"], made["yours"]) == ("HR", hr.client_id, "waiting", True)
    facts = [await Fact.get(kind="record.logged", subject_id=str(row.id)) for row in (typed, sent)]
    assert facts[0].detail == facts[1].detail and str(facts[1].actor_id) == hr.client_id
    asked = await Confirmation.filter(record_id=sent.id).get()
    assert (str(asked.person_id), str(asked.confirmer_id), asked.state) == (AMINA, BRUNO, "asked")
    page = f"/practice/records/{sent.id}"
    assert "HR" in (await amina.get(page)).text
    assert (await bruno.post(f"/practice/confirmations/{asked.id}", data={"answer": "yes"})).status_code == 303
    read = await hr.get(f"{PATH}/{sent.id}", READ)
    assert read.json()["state"] == "counts" and read.headers["etag"]


async def test_a_claim_of_a_program_counts_when_the_site_has_seen_it(browse, program, tmp_path, database):
    await publish_pathway(tmp_path, RULES)
    chloe, hr = await browse("chloe"), await program()
    made = await told(hr, CHILDCARE)
    assert await said("nvq") == ("cannot_tell", False) and made["state"] == "waiting"
    page = f"/practice/records/{made['id']}"
    assert (await chloe.post(f"{page}/answer", data={"answer": "yes"})).status_code == 303
    assert await said("nvq") == ("met", False)
    interview = {"person": AMINA, "type": "signoff", "what": "interview", "on": "2026-03-02", "reason": "Well done"}
    refused = await told(hr, interview, "another", status=422)
    assert refused["errors"] == [
        {"field": "type", "detail": "A person has to record this here and sign it; a program cannot"}
    ]
    forms = (await hr.get(f"/api/v1/people/{AMINA}/record-forms", WRITE)).json()["forms"]
    assert {one["type"] for one in forms} == {"qualification", "portfolio", "learning", "waiver"}
    assert LEVEL["level"] in str(CHILDCARE["attributes"]["level"])


async def test_what_another_system_may_tell_counts_at_once(program, browse, tmp_path, database):
    await publish_pathway(tmp_path, AT_ONCE)
    hr = await program()
    figures = {"person": AMINA, "type": "return", "what": "yearly figures", "on": "2026-03-02"}
    made = await told(hr, figures)
    assert made["state"] == "counts" and (await Record.get()).counts_at_once
    again = await told(hr, figures | {"on": "2026-03-03", "replaces": made["id"]}, "2", status=422)
    assert fields(again) == {"reason"}
    better = await told(hr, figures | {"on": "2026-03-03", "replaces": made["id"], "why": "A day too early"}, "3")
    assert (better["replaces"], better["on"]) == (made["id"], "2026-03-03")


async def test_what_rules_ask_of_members_is_told_where_it_is_wrong_to_programs_and_people(
    browse, program, tmp_path, database
):
    await publish_pathway(tmp_path, PAIRS)
    amina, hr = await browse("amina"), await program()
    asked = {name: value for name, value in GROUP["attributes"].items() if name != "mode"}
    body = GROUP | {"pathway": "paired", "attributes": asked, "confirmer": None}
    body |= {"own": {"group_size": "many"}}
    body |= {"co_leader": {"person": BRUNO, "attributes": {"group_size": "few"}}}
    refused = await told(hr, body, status=422)
    assert fields(refused) == {"own.group_size", "co_leader.attributes.group_size"}
    form = {name: value for name, value in LED.items() if name != "mode"} | {"pathway": "paired"}
    form |= {"key": str(known("form")), "co_leader": BRUNO, "co_leader_group_size": "few", "own_group_size": "3"}
    page = await amina.post("/practice/new", data=form)
    assert page.status_code == 422 and "enter a number" in page.text and not await Record.exists()
    assert (await amina.post("/practice/new", data=form | {"co_leader_group_size": "4"})).status_code == 303
    kept = await Participant.filter(record__name=LED["name"]).values_list("attributes", flat=True)
    assert sorted(one["group_size"] for one in kept) == [3, 4]


async def test_a_key_that_is_forgotten_may_come_again_with_something_else(growing, program):
    hr = await program()
    first = await told(hr, GROUP)
    await KeyedAnswer.all().update(expires=clock.now())  # a day later
    assert (await told(hr, GROUP))["id"] == first["id"], "the same once more"
    await KeyedAnswer.all().update(expires=clock.now())
    other = await told(hr, GROUP | {"name": "Friday group"})
    assert other["id"] != first["id"] and other["name"] == "Friday group" and await Record.all().count() == 2


async def test_the_same_key_writes_once_however_many_send_it(growing, program):
    hr = await program()
    await hr.headers(WRITE)
    answers = await asyncio.gather(*[told(hr, GROUP) for _ in range(4)])
    assert len({one["id"] for one in answers}) == 1 and await Record.all().count() == 1
    assert await Confirmation.all().count() == 1
    assert fields(await told(hr, GROUP, "new key", status=422)) == {"on"}, "it stands already"


@pytest.mark.parametrize(
    ("change", "at_fault"),
    [
        ({"attributes": GROUP["attributes"] | {"hours": "many"}}, {"attributes.hours"}),
        ({"attributes": GROUP["attributes"] | {"sessions": 900}}, {"attributes.sessions"}),
        ({"attributes": GROUP["attributes"] | {"shoe_size": 9}}, {"attributes.shoe_size"}),
        ({"attributes": GROUP["attributes"] | {"sessions": [1, 2]}}, {"attributes.sessions"}),
        ({"own": {"shoe_size": 9}}, {"own.shoe_size"}),
        ({"co_leader": {"person": BRUNO, "attributes": {"name": "Eve"}}}, {"co_leader.attributes.name"}),
        ({"attributes": {}}, {"attributes.sessions", "attributes.hours", "attributes.role", "attributes.parents",
                              "attributes.completed"}),
        ({"attributes": GROUP["attributes"] | {"completed": 12}}, {"attributes.completed"}),
        ({"on": "2999-01-01"}, {"on"}),
        ({"on": "yesterday"}, {"on"}),
        ({"from": "2026-05-01"}, {"from"}),
        ({"name": ""}, {"name"}),
        ({"what": "unheard of"}, {"what"}),
        ({"type": "juggling"}, {"type"}),
        ({"confirmer": {"person": AMINA}}, {"confirmer"}),
        ({"confirmer": {"name": "Sue"}}, {"confirmer"}),
        ({"confirmer": {"person": str(known("nobody"))}}, {"confirmer"}),
        ({"co_leader": {"person": AMINA}}, {"co_leader"}),
        ({"about": str(known("nobody"))}, {"about"}),
        ({"replaces": str(known("nobody"))}, {"replaces"}),
        ({"what": None}, {"what"}),
        ({"more": 1}, {"more"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_with_its_field_and_nothing_is_written(growing, program, change, at_fault):
    hr = await program()
    assert fields(await told(hr, GROUP | change, status=422)) == at_fault
    assert await Record.all().count() == await Confirmation.all().count() == await Participant.all().count() == 0


async def test_a_program_corrects_and_takes_back_what_it_told_and_nothing_else(growing, program, browse):
    hr, other = await program(), await program(name="LMS")
    first = await told(hr, GROUP)
    body = GROUP | {"replaces": first["id"], "attributes": GROUP["attributes"] | {"hours": 18}}
    assert fields(await told(other, body, status=422)) == {"replaces"}
    emre = str(known("emre"))
    place = {"person": emre, "programme": "growing-together", "site": "HAR", "starts": "2026-01-05"}
    assert (await hr.post("/api/v1/enrolments", "enrolments", place, **{"Idempotency-Key": "e"})).status_code == 201
    assert fields(await told(hr, body | {"person": emre}, "for another", status=422)) == {"replaces"}
    second = await told(hr, body, "2")
    assert (second["replaces"], second["attributes"]["hours"]) == (first["id"], 18)
    assert await Confirmation.filter(record_id=first["id"]).get_or_none(state="expired")
    assert (await hr.get(f"{PATH}/{first['id']}", READ)).status_code == 404
    away, why = f"{PATH}/{second['id']}/withdrawal", {"reason": "It was another Amina."}
    key = {"Idempotency-Key": "3"}
    assert (await other.post(away, WRITE, why, **key)).status_code == 404
    assert (await hr.post(away, WRITE, {"reason": ""}, **key)).status_code == 422
    assert (await hr.post(away, WRITE, why, **key)).json()["record"] == second["id"]
    assert (await hr.post(away, WRITE, why, **key)).status_code == 201, "the same key"
    assert (await hr.post(away, WRITE, why, **{"Idempotency-Key": "4"})).status_code == 404
    assert (await hr.get(PATH, READ)).json()["records"] == []
    assert await Fact.filter(kind="record.taken_back", actor_id=hr.client_id).count() == 1
    amina = await browse("amina")
    assert (
        await amina.post("/practice/new", data=LED | {"key": str(known("k")), "confirmer": BRUNO})
    ).status_code == 303
    mine = await Record.filter(program_id__isnull=True).get()
    answer = await hr.post(f"{PATH}/{mine.id}/withdrawal", WRITE, why, **{"Idempotency-Key": "5"})
    assert answer.status_code == 404, "what people record is theirs"


async def test_records_come_page_by_page_and_by_what_is_asked(growing, program):
    hr = await program()
    for number in range(5):
        await told(hr, GROUP | {"name": f"Group {number}"}, f"k{number}")
    path, names = f"{PATH}?limit=2&person={AMINA}&type=delivery&programme=growing-together", []
    while path:
        page = await hr.get(path, READ)
        names += [one["name"] for one in page.json()["records"]]
        path = page.json()["next"]
        assert page.headers.get("link") == (f'<{path}>; rel="next"' if path else None)
    assert sorted(names) == [f"Group {number}" for number in range(5)]
    for nothing in ("type=learning", "programme=none", f"person={BRUNO}", "since=2999-01-01"):
        assert (await hr.get(f"{PATH}?{nothing}", READ)).json()["records"] == []
    here = await program(site="HAR")
    assert (await here.get(PATH, READ)).json()["records"] == [] or await Person.filter(
        id=AMINA, memberships__site_id=known("site/HAR")
    ).exists()


async def test_an_address_that_is_read_and_written_says_so_to_who_asks_otherwise(browse):
    answer = await (await browse()).request("OPTIONS", "/api/v1/records")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
