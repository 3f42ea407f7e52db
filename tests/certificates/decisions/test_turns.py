"""What comes round in the life of an award: a condition that opens again, a refusal that falls, a case that is gone."""

import re
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.decisions.actions import DecisionForm, decide
from certificates.evaluations.models import (
    Appeal,
    Certificate,
    Decision,
    Evaluation,
    StateChange,
)
from tests.certificates.awarded import HOME
from tests.certificates.world import (
    BY_RULES,
    NAMED,
    TODAY,
    at,
    certified,
    considered,
    publish_pathway,
    second_in_the_unit,
    shown,
    waiting,
)
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Letter
from training.records.actions import take_back
from training.records.models import Record

REASON = "The second group was never seen."
CONDITION = "conditional: {ends_after: P6M, lifted_by: {file: {portfolio: own file}}}"
WITH_EVERY_OUTCOME = NAMED.replace(
    "[certified, deferred]", f"[certified, conditional, deferred, declined], {CONDITION}"
)  # fmt: skip
PAST = TODAY - timedelta(days=20)


@pytest.fixture
async def named(database, tmp_path):
    await publish_pathway(tmp_path, WITH_EVERY_OUTCOME)


async def decided(browse, row: Evaluation, outcome: str) -> int:
    form = {"outcome": outcome, "reasons": REASON}
    return (await (await browse("dara")).post(f"/certificates/decisions/{row.id}", data=form)).status_code


async def taken_back(what: str) -> None:
    row, reason = await Record.get(what=what, void=False), "It was somebody else's."
    await take_back(row, reason=reason, key=uuid4(), actor=await being("dara", TODAY), now=at(TODAY, 9))


async def subjects() -> list[str]:
    return [one.subject async for one in Letter.filter(person_id=known("amina")).order_by("made")]


async def pathway_of_amina(browse) -> str:
    return (await (await browse("amina")).get("/pathways")).text


@pytest.mark.parametrize("outcome", ["deferred", "declined"])
async def test_whoever_holds_a_certificate_and_asks_for_nothing_is_not_refused(named, browse, work, outcome):
    assert await decided(browse, await waiting("amina"), "certified") == 303
    await work()
    case = await Evaluation.get(slot__isnull=False, person_id=known("amina"))
    assert await decided(browse, case, outcome) == 409
    await work()
    assert await Decision.all().count() == 1
    assert await subjects() == ["You are certified: Leader"]


async def test_a_case_that_waits_no_more_is_not_refused_either(named, browse, work):
    case = await waiting("amina")
    await taken_back("first aid")
    assert await decided(browse, case, "declined") == 409
    assert await Decision.all().count() == 0


async def test_a_condition_counts_again_when_what_met_it_is_taken_back(named, browse, work):
    case = await waiting("amina", PAST)
    wish = DecisionForm("conditional", REASON)
    await decide(case.id, wish, actor=await being("dara", PAST), home=HOME, now=at(PAST, 12))
    await shown("amina", "own file", on=TODAY - timedelta(days=2), type_="portfolio")
    await considered("amina", TODAY - timedelta(days=2))
    await work()
    assert "Provisional" not in await pathway_of_amina(browse)
    await taken_back("own file")
    await considered("amina", TODAY, 23)
    await work()
    assert "Provisional" in await pathway_of_amina(browse)
    assert [one.state async for one in StateChange.all().order_by("turn")] == ["provisional", "lifted", "provisional"]
    assert Counter(await subjects())["You are certified on a condition: Leader"] == 1
    token = (await Certificate.get()).verify_token
    assert (await (await browse("")).get(f"/v/{token}", headers={"Accept": "application/json"})).json()[
        "status"
    ] == "valid"


async def test_a_refusal_that_fell_is_no_state_any_more(named, browse, work):
    assert await decided(browse, await waiting("amina"), "declined") == 303
    await work()
    amina, farah = await browse("amina"), await second_in_the_unit(browse)
    made = await Decision.get()
    assert (await amina.post(f"/certificates/outcomes/{made.id}", data={"words": "It met."})).status_code == 303
    answer = {"finding": "overturned", "reasons": "It did."}
    found = await Appeal.get()
    assert (await farah.post(f"/certificates/appeals/{found.id}", data=answer)).status_code == 303
    await taken_back("first aid")
    await work()
    tag = re.search(r"Leader\s*<strong[^>]*>\s*([^<]+?)\s*</strong>", await pathway_of_amina(browse))
    assert tag and tag[1] == "In training"


async def test_the_central_unit_suspends_while_the_files_are_away(database, browse, work, tmp_path, settings):
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("amina")
    await work()
    settings.storage.rename(settings.storage.with_name("away"))
    dara = await browse("dara")
    assert (await dara.get(f"/register/{found.id}")).status_code == 200
    form = {"state": "suspended", "reason": REASON, "effective": TODAY.isoformat()}
    assert (await dara.post(f"/register/{found.id}", data=form)).status_code == 303
    assert await StateChange.filter(state="suspended").count() == 1
