"""What is recorded of somebody: only what a form asks for, only by whom the rules name, corrected by new records."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import Certification, PathwayVersion
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from tests.certificates.world import BY_RULES, TODAY, at, considered, publish_pathway, shown
from training.core.errors import Invalid
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person
from training.records.models import Participant, Record
from training.sites.models import Programme
from training.trail.models import Fact

AMINA = f"/practice/of/{known('amina')}"
NEW = f"{AMINA}/new"
RECORDS = "/practice/records"
YESTERDAY = TODAY - timedelta(days=1)
OTHER = """
pathway: other
title: Other Steps
version: "1"
roles: [central_unit]
levels:
  group_leader:
    title: Other leader
    requires:
      course:   {learning: leading a parenting group, waivable_by: central_unit, title: The course}
      sign_off: {signoff: ready to lead, by: central_unit, title: Found ready}
      fee:      {fee: yearly, title: Paid the fee}
"""
ASKED = """
pathway: asked
title: Asked Steps
version: "1"
roles: [central_unit]
levels:
  base:
    title: Base
    requires:
      days: {learning: first course, at_least: {days: 2, credits: 3}, where: {mode: [in_person, online]}, title: Days}
      any:  {qualification: any, where: {level: {min: 6}}, title: Any qualification}
  next:
    title: Next
    requires:
      base: {award: base, title: Holds the base}
"""
CASCADE = """
pathway: cascade
title: Cascade
version: "1"
levels:
  leader:
    title: Leader
    requires:
      day: {learning: first day, by: trainer, title: A day}
  trainer:
    title: Trainer
    requires:
      held: {award: leader, title: Is a leader}
  guest:
    title: Guest
    requires:
      visit: {event: visit, title: A visit}
"""
APART = """
pathway: apart
title: Apart
version: "1"
roles: [coach]
levels:
  leader:
    title: Leader
    requires:
      talk:    {supervision: reflective, by: coach, title: Supervised}
      meeting: {assessment: meeting, by: {holds: coach, not_own: supervisor}, title: Assessed}
"""


async def post(browser, path: str, **given: str):
    """Sends a form with a key of its own, as each form that was opened has."""
    return await browser.post(path, data={"key": str(uuid4()), **given})


async def result(key: str, slug: str, level: str, requirement: str) -> tuple[str, bool]:
    """Tells what the rules say of one requirement, and whether it was waived."""
    version = await PathwayVersion.get(slug=slug)
    verdict = (await judge(await Person.get(id=known(key)), version, as_of=TODAY)).verdict.level(level)
    node = next(one for one in (*verdict.entry, *verdict.requires) if one.id == requirement)
    return node.result.value, node.waived


async def typed_before(type_: str, what: str, *, by: str) -> Record:
    """Makes a record of Amina that was typed in yesterday, when the forms were others."""
    head = {"id": uuid4(), "entry_key": uuid4(), "unit_id": known("together"), "person_id": known("amina")}
    row = await Record.create(
        **head, type=type_, what=what, on=YESTERDAY, listed=YESTERDAY, attributes={}, counts_at_once=True,
        recorded=at(YESTERDAY), recorded_by_id=known(by),
    )  # fmt: skip
    await Participant.create(id=uuid4(), record=row, part="by", person_id=known(by), name=by)
    return row


async def test_an_award_a_state_a_role_or_a_relation_is_never_typed_in(browse, tmp_path):
    await publish_pathway(tmp_path, ASKED)
    for who in ("chloe", "dara"):
        browser = await browse(who)
        for given in (
            {"type": "award", "what": "base"}, {"type": "award", "what": "asked/base"},
            {"type": "state", "what": "all", "state": "restored"}, {"type": "role", "what": "central_unit"},
            {"type": "relation", "what": "supervisor", "who": str(known("bruno"))},
        ):  # fmt: skip
            answer = await post(browser, NEW, on="2026-06-01", reason="I say so.", **given)
            assert answer.status_code == 422, given
            assert "never typed in" in answer.text
            with pytest.raises(Invalid):
                await record_evidence(
                    known("amina"), TypedEvidence(given["type"], given["what"], TODAY), actor=await being(who, TODAY),
                    now=at(TODAY),
                )  # fmt: skip
    assert await Record.all().count() == 0
    assert await result("amina", "asked", "next", "base") == ("not_met", False)


async def test_the_award_of_a_first_holder_is_brought_in_by_whoever_decides_and_lets_them_sign(browse, work, tmp_path):
    await publish_pathway(tmp_path, CASCADE)
    chloe, dara, hana = [await browse(who) for who in ("chloe", "dara", "hana")]
    path, award = f"/practice/of/{known('hana')}/new", {"type": "award", "what": "trainer", "on": str(YESTERDAY)}
    taught = {"type": "learning", "what": "first day", "on": str(TODAY)}
    assert (await post(hana, NEW, **taught)).status_code in (404, 422)
    assert (await post(chloe, path, **award)).status_code == 422
    assert (await post(dara, path, **award | {"what": "guest"})).status_code == 422, "guests are made here"
    assert (await post(dara, path, **award | {"on": ""})).status_code == 422
    assert (await post(dara, path, **award)).status_code == 303
    assert (await post(hana, NEW, **taught)).status_code == 303
    assert await result("amina", "cascade", "leader", "day") == ("met", False)
    assert "Trainer" in (await dara.get(f"/practice/of/{known('hana')}")).text
    row = await Record.get(type="award")
    assert (await post(dara, f"{RECORDS}/{row.id}/take-back", reason="She never was.")).status_code == 303
    assert await result("amina", "cascade", "leader", "day") == ("not_met", False)


async def test_whoever_may_sign_two_things_of_which_one_bars_the_other_may_sign_either_first(browse, tmp_path):
    await publish_pathway(tmp_path, APART)
    given = {"role": f"{(await Programme.get(slug='apart')).id} coach", "where": "unit", "starts": str(TODAY)}
    assert (
        await (await browse("dara")).post(f"/people/{known('ivan')}/programme-roles", data=given)
    ).status_code == 303
    ivan, words = await browse("ivan"), {"on": str(TODAY), "result": "passed", "reason": "I saw it."}
    assert (await post(ivan, NEW, type="assessment", what="meeting", **words)).status_code == 303
    assert await result("amina", "apart", "leader", "meeting") == ("met", False)


@pytest.mark.by_hand
async def test_an_award_that_was_typed_in_before_counts_for_nothing_and_can_be_taken_back(browse, tmp_path):
    await publish_pathway(tmp_path, ASKED)
    row = await typed_before("award", "base", by="chloe")
    assert await result("amina", "asked", "next", "base") == ("not_met", False)
    chloe = await browse("chloe")
    answer = await post(chloe, f"{RECORDS}/{row.id}/take-back", reason="Nobody decided this.")
    assert answer.status_code == 303
    assert "Taken back by Chloe Davies: Nobody decided this." in (await chloe.get(AMINA)).text


async def test_names_and_attributes_come_from_the_pathway(browse, tmp_path):
    await publish_pathway(tmp_path, ASKED)
    chloe = await browse("chloe")
    page = (await chloe.get(f"{NEW}?type=learning&what=first course")).text
    assert {"days", "credits", "mode"} <= set(re.findall(r'name="([a-z]+)"', page))
    assert 'name="hours"' not in page
    wrong = await post(chloe, NEW, type="learning", what="frist course", on=str(TODAY))
    assert wrong.status_code == 422
    more = {"type": "learning", "what": "first course", "on": str(TODAY), "days": "2", "credits": "3"}
    assert (await post(chloe, NEW, **more, mode="in persn")).status_code == 422
    assert (await post(chloe, NEW, **more | {"days": "many"})).status_code == 422
    actor, shown_with_more = await being("chloe", TODAY), {"hours": 3}
    with pytest.raises(Invalid):
        await record_evidence(
            known("amina"), TypedEvidence("learning", "first course", TODAY, attributes=shown_with_more), actor=actor,
            now=at(TODAY),
        )  # fmt: skip
    assert await result("amina", "asked", "base", "days") == ("not_met", False)
    assert (await post(chloe, NEW, **more, mode="in_person")).status_code == 303
    assert await result("amina", "asked", "base", "days") == ("met", False)
    named = {"type": "qualification", "what": "NVQ level 6, childcare", "level": "6", "on": str(TODAY)}
    assert (await post(chloe, NEW, **named)).status_code == 303
    assert await result("amina", "asked", "base", "any") == ("met", False)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"what": "group_leader / supervison"}, "Choose from the list"),
        ({"on": "2130-01-01"}, "This day is still to come"),
        ({"reason": " "}, "Say why"),
        ({"on": ""}, "Enter the day"),
    ],
)
async def test_a_waiver_with_a_name_a_day_or_a_reason_missing_is_not_recorded(browse, growing, given, says):
    waiver = {"type": "waiver", "what": "group_leader/course", "on": str(TODAY), "reason": "Led groups since 2015."}
    dara = await browse("dara")
    answer = await post(dara, NEW, **waiver | given)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert await Record.all().count() == 0
    assert (await post(dara, NEW, **waiver)).status_code == 303
    assert await result("amina", "growing_together", "group_leader", "course") == ("met", True)


async def test_who_may_not_sign_is_told_so_and_nothing_is_kept(browse, growing):
    chloe = await browse("chloe")
    waiver = {"type": "waiver", "what": "group_leader/course", "on": str(TODAY), "reason": "Led groups since 2015."}
    sign_off = {"type": "signoff", "what": "ready to assess", "on": str(TODAY), "reason": "Saw her rate."}
    for given in (waiver, sign_off):
        answer = await post(chloe, NEW, **given)
        assert answer.status_code == 422
        assert "must be signed by somebody of the central unit" in answer.text
        assert given["reason"] in answer.text
    assert await Record.all().count() == 0


async def test_a_waiver_and_a_sign_off_count_in_the_programme_that_they_name(browse, growing, tmp_path):
    await publish_pathway(tmp_path, OTHER)
    dara = await browse("dara")
    waiver = {"type": "waiver", "what": "group_leader/course", "on": str(TODAY), "reason": "Led groups since 2015."}
    assert (await post(dara, NEW, **waiver)).status_code == 422, "two programmes have a requirement of that name"
    assert (await post(dara, NEW, **waiver, pathway="other")).status_code == 303
    assert await result("amina", "other", "group_leader", "course") == ("met", True)
    assert await result("amina", "growing_together", "group_leader", "course") == ("not_met", False)


@pytest.mark.by_hand
async def test_an_old_waiver_that_names_no_programme_is_of_unknown_worth_where_there_are_several(growing, tmp_path):
    await typed_before("waiver", "group_leader/course", by="dara")
    assert await result("amina", "growing_together", "group_leader", "course") == ("met", True)
    await publish_pathway(tmp_path, OTHER)
    for slug in ("growing_together", "other"):
        assert await result("amina", slug, "group_leader", "course") == ("cannot_tell", False)


async def test_what_belongs_to_the_person_counts_in_every_programme(growing, tmp_path):
    await publish_pathway(tmp_path, OTHER)
    await shown("amina", "leading a parenting group", type_="learning")
    for slug in ("growing_together", "other"):
        assert await result("amina", slug, "group_leader", "course") == ("met", False)


async def test_what_was_typed_is_corrected_and_taken_back_by_new_records(browse, work, tmp_path):
    await publish_pathway(tmp_path, BY_RULES.replace("first aid,", "first aid, where: {level: {min: 3}},"))
    chloe = await browse("chloe")
    wrong = {"type": "qualification", "what": "first aid", "on": str(YESTERDAY), "level": "2"}
    assert (await post(chloe, NEW, **wrong)).status_code == 303
    first = await Record.get()
    path = f"{RECORDS}/{first.id}/correct"
    form = (await chloe.get(path)).text
    assert re.search(r'name="level"[^>]*value="2"', form)
    right = {**wrong, "level": "3", "key": re.search(r'name="key" value="([^"]+)"', form)[1]}
    assert (await chloe.post(path, data=right)).status_code == 422, "nobody says why"
    answers = await asyncio.gather(*(chloe.post(path, data=right | {"why": "Misread."}) for _ in range(3)))
    assert [answer.status_code for answer in answers] in ([303] * 3, [303, 404, 404], [303, 303, 404], [303, 404, 303])
    second = await Record.get(replaces_id=first.id)
    assert (second.reason, second.recorded_by_id) == ("Misread.", known("chloe"))
    assert "It corrects what stood before: Misread." in (await chloe.get(f"{RECORDS}/{second.id}")).text
    assert await result("amina", "steady", "leader", "knows") == ("met", False)
    await work()
    assert await Certification.filter(person_id=known("amina")).count() == 1
    assert (await post(chloe, f"{RECORDS}/{second.id}/take-back", reason="Not hers.")).status_code == 303
    assert await result("amina", "steady", "leader", "knows") == ("not_met", False)
    kinds = await Fact.filter(kind__startswith="record.").order_by("id").values_list("kind", "subject_id")
    assert [kind for kind, _ in kinds] == ["record.logged", "record.corrected", "record.taken_back"]
    assert len({subject for _, subject in kinds}) == 3
    text = (await chloe.get(AMINA)).text
    assert "Corrected by Chloe Davies: Misread." in text
    assert "Taken back by Chloe Davies: Not hers." in text


async def test_what_was_corrected_never_counts_again_whatever_becomes_of_its_correction(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES.replace("first aid,", "first aid, where: {level: {min: 3}},"))
    chloe = await browse("chloe")
    typed = {"type": "qualification", "what": "first aid", "on": str(YESTERDAY), "why": "Misread."}
    path = NEW
    for level, found in (("3", "met"), ("2", "not_met"), ("3", "met"), ("2", "not_met")):
        assert (await post(chloe, path, **typed, level=level)).status_code == 303
        assert await result("amina", "steady", "leader", "knows") == (found, False)
        last = await Record.all().order_by("-recorded").first()
        path = f"{RECORDS}/{last.id}/correct"
    assert (await post(chloe, f"{RECORDS}/{last.id}/take-back", reason="Not hers.")).status_code == 303
    assert await result("amina", "steady", "leader", "knows") == ("not_met", False)


async def test_a_form_that_is_sent_twice_makes_one_record(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    chloe = await browse("chloe")
    given = {"type": "qualification", "what": "first aid", "on": str(TODAY), "key": str(uuid4())}
    answers = await asyncio.gather(*(chloe.post(NEW, data=given) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert await Record.all().count() == 1
    assert await Fact.filter(kind="record.logged").count() == 1


async def test_a_coordinator_records_and_corrects_for_people_of_the_own_site_alone(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    row = await shown("amina")
    emre = await browse("emre")
    given = {"type": "qualification", "what": "first aid", "on": str(TODAY), "why": "Mine now.", "reason": "Mine now."}
    for path in (NEW, f"{RECORDS}/{row}/correct", f"{RECORDS}/{row}/take-back"):
        assert (await post(emre, path, **given)).status_code == 404
    own = f"/practice/of/{known('emre')}/new"
    assert (await post(emre, own, **given)).status_code == 403
    assert await Record.all().count() == 1
    await considered("amina")
    assert isinstance(row, UUID)


async def test_learning_without_a_day_and_without_how_much_it_was_is_asked_for_one_of_them(browse, tmp_path):
    await publish_pathway(tmp_path, ASKED)
    chloe = await browse("chloe")
    first = {"type": "learning", "what": "first course"}
    answer = await post(chloe, NEW, **first, mode="online")
    assert answer.status_code == 422 and "Enter the day it was done, or how many" in answer.text
    assert not await Record.exists()
    assert (await post(chloe, NEW, **first, on=str(TODAY))).status_code == 303
    assert (await post(chloe, NEW, **first, days="2")).status_code == 303
