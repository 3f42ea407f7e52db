"""A draft of rules is rehearsed: who would stand otherwise, from when and why, equal to asking about each of them."""

from datetime import timedelta

import pytest

from certificates.evaluations.evaluate_person import judge, per_of
from certificates.evaluations.models import Evaluation, PathwayVersion
from certificates.rehearsals.actions import rules_of
from certificates.rehearsals.models import Rehearsal, RehearsedStanding
from tests.certificates.world import BY_RULES, certified, considered, publish_pathway, shown
from tests.today import TODAY
from tests.training.drafts.conftest import begun, revision, seen
from training.demo.cast import known
from training.drafts.models import MaterialDraft
from training.people.models import Person
from training.trail.models import Fact

PLAIN = (
    BY_RULES
    + """  mentor:
    title: Mentor
    requires:
      vetted: {check: dbs enhanced, title: Is vetted}
      leads: {award: leader, title: Leads}
"""
)
KEPT = """    keep:
      minds: {agreement: code of conduct, title: Minds the code}
    valid: P1Y"""
HARDER = PLAIN.replace("    valid: P1Y", KEPT).replace(
    "      knows:", "      checked: {check: dbs enhanced, title: Is checked}\n      knows:"
)


@pytest.fixture
async def steady(database, tmp_path) -> None:
    """Steady Steps is published; two are certified, a third has begun the check that only the draft asks for."""
    await publish_pathway(tmp_path, PLAIN)
    for key in ("amina", "nadia"):
        await certified(key, TODAY - timedelta(30))
    await shown("jude", "dbs enhanced", on=TODAY - timedelta(9), type_="check")
    await considered("jude")


async def written(browser, text: str) -> str:
    """Writes a draft of Steady Steps; gives its address."""
    draft = await begun(browser, "pathway", "steady")
    await rewritten(browser, draft, text)
    return draft


async def rewritten(browser, draft: str, text: str) -> None:
    """Writes other words over the rules of a draft."""
    file = f"{draft}/files/steady.yaml"
    answer = await browser.post(file, data={"text": text, "revision": await revision(browser, file)})
    assert answer.status_code == 303, answer.text


async def rehearsed(browser, draft: str, work, **when: str) -> str:
    """Rehearses a draft to the end; gives the address of what was found."""
    answer = await browser.post(f"{draft}/rehearse", data={"when": "today"} | when)
    assert answer.status_code == 303, answer.text
    await work()
    return answer.headers["location"].split("?")[0]


async def asked_one_by_one(draft: str, as_of) -> set[tuple]:
    """Asks the rules about each person, once before and once after, as every page does."""
    old, new = await PathwayVersion.get(slug="steady"), await rules_of(await MaterialDraft.get(id=draft.split("/")[-1]))
    new.id, new.programme_id = old.id, old.programme_id
    found = set()
    for person in await Person.all():
        said = [(await judge(person, one, as_of=as_of)).verdict.levels for one in (old, new)]
        standings = [{(one.level, per_of(one)): one.standing.state for one in levels} for levels in said]
        for (level, per), was in standings[0].items():
            if (would := standings[1].get((level, per), "")) != was:
                found.add((person.id, level, per, was, would))
    return found


async def test_a_rehearsal_is_equal_to_asking_about_each_and_changes_nothing(browse, work, steady):
    dara = await browse("dara")
    draft = await written(dara, HARDER)
    await work()
    before = await Evaluation.all().count(), await Fact.filter(person_id__isnull=False).count()
    page = await rehearsed(dara, draft, work)
    trial = await Rehearsal.get()
    assert (trial.state, trial.failed, trial.progress) == ("done", 0, trial.total) and trial.total > 3
    found = {(one.person_id, one.level, one.per, one.before, one.after) for one in await RehearsedStanding.all()}
    assert found == await asked_one_by_one(draft, TODAY) and len(found) == 5
    assert before == (await Evaluation.all().count(), await Fact.filter(person_id__isnull=False).count())
    told = (await dara.get(page)).text
    assert "Leader: Certified → Lapsed" in told and "Leader: Not started → In training" in told
    assert "New: Minds the code: 0 of 1." in told and "Amina" in told
    assert "New: Is checked: met." in told and "Leads: 0 of 1." in told
    only = (await dara.get(f"{page}?change=not_started.in_training")).text
    assert "Jude" in only and "Amina" not in only
    year = await rehearsed(dara, draft, work, when="year")
    past = TODAY.replace(year=TODAY.year - 1)
    kept = RehearsedStanding.filter(rehearsal_id=year.split("/")[-1])
    assert {(one.person_id, one.level, one.per, one.before, one.after) for one in await kept} == await asked_one_by_one(
        draft, past
    )


async def test_it_is_out_of_date_when_the_rules_change_and_kept_with_the_version(browse, work, steady):
    dara = await browse("dara")
    draft = await written(dara, HARDER)
    assert "Nobody has rehearsed these rules" in (await dara.get(f"{draft}/publish")).text
    page = await rehearsed(dara, draft, work)
    assert "See the rehearsal" in (await dara.get(f"{draft}/publish")).text
    await rewritten(dara, draft, HARDER.replace("P1Y", "P2Y"))
    assert "This is out of date" in (await dara.get(page)).text
    assert "has changed since it was rehearsed" in (await dara.get(f"{draft}/publish")).text
    again = await rehearsed(dara, draft, work)
    sent = {"number": "2", "edit_class": "requirement", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 303
    assert "published as version 2" in (await dara.get(again)).text
    assert "They were changed after" not in (await dara.get(again)).text
    assert again in (await dara.get(draft)).text


async def test_only_those_are_listed_whom_the_reader_knows_from_the_register(browse, work, steady):
    dara, bruno = await browse("dara"), await browse("bruno")
    page = await rehearsed(bruno, await written(bruno, HARDER), work)
    assert "Amina" in (await dara.get(page)).text
    told = await bruno.get(page)
    assert told.status_code == 200 and "Amina" not in told.text and "Nobody whom you may see" in told.text


async def test_two_presses_are_one_rehearsal_and_one_that_is_stopped_stays_as_far_as_it_came(browse, work, steady):
    dara = await browse("dara")
    draft = await written(dara, HARDER)
    first, second = [(await dara.post(f"{draft}/rehearse", data={"when": "today"})).headers["location"] for _ in "ab"]
    assert first == second
    assert (await dara.post(first)).status_code == 303 and (await dara.post(first)).status_code == 409
    await work()
    assert (await Rehearsal.get()).progress == 0 and not await RehearsedStanding.exists()
    assert (await dara.post(f"{draft}/rehearse", data={"when": "other", "on": "soon"})).status_code == 422


async def test_a_draft_is_read_in_words_compared_and_tried_on_one_person(browse, work, steady):
    dara, bruno = await browse("dara"), await browse("bruno")
    draft = await written(dara, HARDER)
    told = (await dara.get(draft)).text
    for words in ("The rules in words", "What has to stay true", "The forms that it will make", "steady.yaml?line="):
        assert words in told, words
    added = "Leader: What has to stay true: added: “Minds the code: "
    assert added in told and added in (await dara.get(f"{draft}/publish")).text
    amina = f"{draft}/try?person={known('amina')}&on={TODAY}"
    seen_of_her = (await dara.get(amina)).text
    assert "New: Minds the code: 0 of 1." in seen_of_her and "Version 1" in seen_of_her
    assert (await bruno.get(amina)).status_code == 403
    assert (await dara.get(f"{draft}/try?person={known('amina')}&on=soon")).status_code == 422
    await rewritten(dara, draft, HARDER.replace("levels:", "lewels:"))
    assert "To mend before" in (await dara.get(draft)).text
    assert (await dara.get(amina)).status_code == 409
