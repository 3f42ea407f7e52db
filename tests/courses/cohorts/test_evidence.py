"""Attendance as evidence: what coming to sessions counts for by the rules of programmes, today and as known before."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import time_machine

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import Evaluation, PathwayVersion
from certificates.evaluations.pathway_versions import load_pathway
from courses.learning.evidence import learning_evidence
from tests.certificates.world import at, publish_pathway
from tests.courses.cohorts.conftest import DAY, EXAMPLES, Browse, Training, added, made
from tests.today import NOW, TODAY
from training.core.dates import DEFAULT_ZONE
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person

AMINA, JUDE, HANA = known("amina"), known("jude"), str(known("hana"))
SHOWN = """
pathway: days
title: Days
version: "1"
levels:
  leader:
    title: Leader
    requires:
      came: {learning: group leader days, at_least: {days: 2}, where: {mode: in_person}, title: Came to two days}
"""


async def records(who: str = "amina") -> list[dict[str, Any]]:
    """Gives the evidence of somebody's attendance."""
    found = await learning_evidence(known(who), DEFAULT_ZONE)
    return [record for record in found if record["id"].startswith("attendance-")]


async def said(slug: str, level: str, who: str = "amina", **when: Any) -> dict[str, str]:
    """Gives what the rules say of each requirement of a level."""
    version = await PathwayVersion.get(slug=slug)
    found = await judge(await Person.get(id=known(who)), version, **{"as_of": TODAY} | when)
    (one,) = [verdict for verdict in found.verdict.levels if verdict.level == level]
    return {node.id: str(node.result) for node in one.requires}


async def test_who_was_there_has_a_record_with_all_that_rules_ask(training: Training) -> None:
    session = await training.session(topics=["Hearing people"], other_topics="culture", last_day="2026-03-03")
    assert await records() == []
    await training.note(session, amina="present", jude="absent Ill")
    (record,) = await records()
    del record["id"]
    assert record == {
        "type": "learning", "what": "group leader days", "on": date(2026, 3, 3), "from": date(2026, 3, 2), "hours": 6,
        "days": 1, "mode": "in_person", "topic": ["Hearing people", "culture"], "by": HANA, "recorded_at": TODAY,
    }  # fmt: skip
    assert await records("jude") == [], "absence is no evidence"
    await training.note(session, amina="part 2", jude="absent Ill")
    assert [(one["hours"], one["days"]) for one in await records() if "replaces" in one] == [(2, 0.33)]


async def test_a_session_that_counts_as_nothing_is_no_evidence(training: Training) -> None:
    await training.note(await training.session(learning=""), amina="present")
    assert await records() == []


async def test_days_add_up_and_the_rules_are_asked_at_once(
    training: Training, browse: Browse, work: Callable[[], Awaitable[int]], tmp_path: Path
) -> None:
    await publish_pathway(tmp_path, SHOWN)
    first = await training.session(trainer_id="")
    second = await training.session(trainer_id="", title="Second day", held_on="2026-03-09")
    await work()  # and all of before is done
    await training.note(first, amina="present", jude="present")
    await training.note(second, amina="present", jude="part 3")
    await work()
    assert await said("days", "leader") == {"came": "met"} and await said("days", "leader", "jude") == {
        "came": "not_met"
    }
    assert await Evaluation.filter(person_id=AMINA, pathway__slug="days", result="met").exists(), "by itself"
    assert "Came to two days" in (await (await browse("jude")).get("/pathways")).text
    work_done = {"work": "Led a part of it with me", "on": "2026-03-20", "mode": "in_person"}
    assert (await (await browse("hana")).post(f"{second}/made-up/{JUDE}", data=work_done)).status_code == 303
    assert await said("days", "leader", "jude") == {"came": "met"}, "made up counts as attended"
    online = work_done | {"mode": "online"}
    assert (await (await browse("hana")).post(f"{second}/made-up/{JUDE}", data=online)).status_code == 303
    assert await said("days", "leader", "jude") == {"came": "not_met"}, "in the way it was done"


async def test_a_correction_speaks_on_every_day_and_what_was_known_is_still_told(
    training: Training, tmp_path: Path
) -> None:
    await publish_pathway(tmp_path, SHOWN)
    session = await training.session(days="2")
    with time_machine.travel(at(date(2026, 11, 2)), tick=True):
        await training.note(session, amina="present")
    with time_machine.travel(at(date(2026, 11, 10)), tick=True):
        await training.note(session, amina="absent")
    with time_machine.travel(at(date(2026, 11, 20)), tick=True):
        await training.note(session, amina="present")
    told = {
        known_at: (await said("days", "leader", as_of=date(2026, 3, 2), known_at=date(2026, 11, known_at)))["came"]
        for known_at in (1, 2, 9, 10, 19, 20)
    }
    assert told == {1: "not_met", 2: "met", 9: "met", 10: "not_met", 19: "not_met", 20: "met"}
    assert await said("days", "leader", as_of=date(2026, 3, 1)) == {"came": "not_met"}, "not before the day itself"
    assert await said("days", "leader", as_of=date(2026, 3, 2)) == {"came": "met"}


async def test_a_session_corrected_later_changes_its_records_from_then_on(training: Training, browse: Browse) -> None:
    session = await training.session()
    with time_machine.travel(at(date(2026, 11, 2)), tick=True):
        await training.note(session, amina="present", jude="absent")
    right = {"title": "First day", "held_on": "2026-03-04", "hours": "3", "days": "0.5", "mode": "online",
             "learning": "group leader days"}  # fmt: skip
    assert (await (await browse("chloe")).post(f"{session}/change", data=right)).status_code == 303
    before, after = await records()
    assert after["replaces"] == [before["id"]] and (before["recorded_at"], after["recorded_at"]) == (
        date(2026, 11, 2), TODAY,
    )  # fmt: skip
    assert (before["on"], before["hours"], before["mode"]) == (date(2026, 3, 2), 6, "in_person")
    assert (after["on"], after["hours"], after["days"], after["mode"]) == (date(2026, 3, 4), 3, 0.5, "online")
    assert "by" not in after and await records("jude") == []
    nothing = right | {"learning": ""}
    assert (await (await browse("chloe")).post(f"{session}/change", data=nothing)).status_code == 303
    (void,) = [one for one in await records() if "void" in one]
    assert set(void["replaces"]) == {before["id"], after["id"]}, "and what counts as nothing any more is taken back"


async def test_the_days_of_a_real_programme_add_up_to_its_course(
    browse: Browse, small_steps: str, tmp_path: Path
) -> None:
    await load_pathway(EXAMPLES / "epec.yaml", actor=await being("dara", TODAY), now=NOW)
    chloe = await browse("chloe")
    cohort = await made(chloe, name="Parent leaders", learning="parent group leader course")
    await chloe.post(f"{cohort}/places", data={"person": str(AMINA)})
    topics = ["child behaviour", "culture", "listening", "group work", "ethics", "child in danger"]
    for number in range(10):
        session = await added(
            chloe, cohort, title=f"Day {number + 1}", held_on=f"2026-05-{number + 4:02}", hours="6", days="1",
            mode="in_person", learning="parent group leader course", other_topics="\n".join(topics),
        )  # fmt: skip
        assert (await said("epec", "parent_group_leader"))["course"] == "not_met"
        await chloe.post(session, data={"seen": f"{AMINA} 0", f"came-{AMINA}": "present"})
    found = await said("epec", "parent_group_leader")
    assert (found["course"], found["hours"], found["topics"]) == ("met", "met", "met")


async def test_a_training_counts_only_by_a_trainer_whom_the_rules_name(
    browse: Browse, small_steps: str, tmp_path: Path
) -> None:
    await load_pathway(EXAMPLES / "solihull.yaml", actor=await being("dara", TODAY), now=NOW)
    chloe = await browse("chloe")
    cohort = await made(chloe, name="Foundation", learning="foundation day one", trainer_id=HANA)
    await chloe.post(f"{cohort}/places", data={"person": str(AMINA)})
    for trainer, result in (({"trainer_id": HANA}, "not_met"), ({"trainer_name": "Jo Hill"}, "cannot_tell")):
        session = await added(chloe, cohort, learning="foundation day one", **trainer)
        await chloe.post(session, data={"seen": f"{AMINA} 0", f"came-{AMINA}": "present"})
        assert (await said("solihull", "foundation"))["day_one"] == result, "nobody can tell what an outsider holds"


async def test_a_session_that_stood_for_another_one_takes_its_correction_along(
    training: Training, browse: Browse
) -> None:
    chloe = await browse("chloe")
    other = await made(chloe, "small-steps", name="Autumn group")
    there = await added(chloe, other, title="Again", held_on="2026-05-04", mode="online")
    session = await training.session()
    await training.note(session, amina="absent")
    with_it = {"session_id": there.rpartition("/")[2]}
    assert (await chloe.post(f"{session}/made-up/{AMINA}", data=with_it)).status_code == 303
    right = {"title": "Again", "held_on": "2026-05-05", "hours": "2", "mode": "mixed"}
    assert (await chloe.post(f"{there}/change", data=right)).status_code == 303
    before, after = await records()
    assert (before["on"], before["mode"], before["hours"]) == (date(2026, 5, 4), "online", 6)
    assert (after["on"], after["mode"], after["hours"]) == (date(2026, 5, 5), "mixed", 6)
    assert after["replaces"] == [before["id"]]


async def test_a_training_in_parts_says_which_part_a_session_was(browse: Browse, small_steps: str) -> None:
    await load_pathway(EXAMPLES / "fnp.yaml", actor=await being("dara", TODAY), now=NOW)
    chloe = await browse("chloe")
    cohort = await made(chloe, name="New nurses", learning="core education")
    await chloe.post(f"{cohort}/places", data={"person": str(AMINA)})
    form = (await chloe.get(f"{cohort}/sessions")).text
    assert 'name="own-part"' in form and 'name="own-hours"' not in form
    wrong = await chloe.post(f"{cohort}/sessions", data=DAY | {"learning": "core education", "own-part": "first"})
    assert wrong.status_code == 422 and "Enter a number" in wrong.text
    for part in ("2", "1"):
        session = await added(chloe, cohort, learning="core education", **{"own-part": part, "own-edition": "2020"})
        await chloe.post(session, data={"seen": f"{AMINA} 0", f"came-{AMINA}": "present"})
    assert sorted(record["part"] for record in await records()) == [1, 2]
    assert "edition" not in (await records())[0], "what no rule reads is not kept"
    page = (await chloe.get(f"{session}/change")).text
    assert re.search(r'name="own-part"[^>]*value="1"|value="1" selected', page) and "Part" in page
    right = DAY | {"learning": "core education", "own-part": "3"}
    assert (await chloe.post(f"{session}/change", data=right)).status_code == 303
    standing = [
        one for one in await records() if not any(one["id"] in two.get("replaces", ()) for two in await records())
    ]
    assert sorted(record["part"] for record in standing) == [2, 3]
