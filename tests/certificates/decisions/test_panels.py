"""A panel decides: each votes for themselves, who may not is told why, and one record keeps all votes."""

import asyncio
import re

import pytest

from certificates.decisions.models import Vote
from certificates.decisions.rules import NO, RECUSED, choices_beside, majority, why_it_waits
from certificates.evaluations.models import Certificate, Decision, Evaluation
from tests.certificates.decisions.test_outcomes import mails
from tests.certificates.world import BY_RULES, TODAY, considered, publish_pathway, shown
from training.demo.cast import known
from training.sites.models import Programme
from training.trail.models import Fact

__all__ = ["mails"]
RULE = "decision: {by: panel, not_own: supervisor, at_least: 3, outcomes: [certified, declined]}"
PANELS = BY_RULES.replace("steady", "chosen").replace("Steady", "Chosen").replace(
    "roles: [central_unit]", "roles: [panel]"
).replace("    valid:", f"    {RULE}\n    valid:")  # fmt: skip
MEMBERS = ("hana", "bruno", "gwen", "ivan", "kiran")
SAID = {"certified": "She is ready.", "declined": "I saw too little.", RECUSED: "We are friends."}


@pytest.fixture
async def case(database, tmp_path, browse, work) -> Evaluation:
    """Amina is ready, and a panel sits: five hold the role, one of them her supervisor."""
    await publish_pathway(tmp_path, PANELS)
    programme, dara = (await Programme.get(slug="chosen")).id, await browse("dara")
    for key in MEMBERS:
        form = {"role": f"{programme} panel", "where": "unit", "starts": TODAY.isoformat()}
        assert (await dara.post(f"/people/{known(key)}/programme-roles", data=form)).status_code == 303
    await shown("amina")
    await considered("amina")
    await work()
    return await Evaluation.get(person_id=known("amina"), awaiting=True)


async def votes(browse, case: Evaluation, key: str, choice: str) -> int:
    form = {"outcome": choice, "reasons": SAID[choice]}
    return (await (await browse(key)).post(f"/certificates/decisions/{case.id}", data=form)).status_code


async def test_a_panel_votes_with_a_recusal_a_dissent_and_one_who_may_not_and_the_majority_decides(
    case, browse, work, mails
):
    path = f"/certificates/decisions/{case.id}"
    asked = (*mails("Please vote"), *mails("Pleidleisiwch"))  # one of them reads Welsh
    assert {to.partition("@")[0] for to, *_ in asked} == {*MEMBERS} - {"hana"}
    assert "Vote: Amina Yusuf" in (await (await browse("bruno")).get("/")).text
    hana = await browse("hana")
    page = (await hana.get(path)).text
    assert "You may not vote on this" in page and "not a supervisor of this person" in page
    assert await votes(browse, case, "hana", "certified") == 403
    for stranger in ("amina", "emre", "jude"):  # the holder, another site, somebody without the role
        assert (await (await browse(stranger)).get(path)).status_code == 404, stranger
    dara = await browse("dara")
    assert "You may not vote on this" in (await dara.get(path)).text
    assert await votes(browse, case, "dara", "certified") == 403

    assert await votes(browse, case, "bruno", RECUSED) == 303
    assert await votes(browse, case, "ivan", "certified") == 303
    assert await votes(browse, case, "ivan", "declined") == 303  # changed
    kiran = await browse("kiran")
    assert (await kiran.post(path, data={"outcome": "certified"})).status_code == 422
    for key in ("kiran", "bruno", "dara"):  # none before their own vote, nor who stays out
        page = (await (await browse(key)).get(path)).text
        assert "Ivan Petrov" in page and SAID["declined"] not in page, key
    assert "Vote: Amina Yusuf" not in (await (await browse("ivan")).get("/")).text
    assert SAID[RECUSED] in (await (await browse("ivan")).get(path)).text
    assert await votes(browse, case, "gwen", "certified") == 303
    assert not await Decision.exists()
    assert await votes(browse, case, "kiran", "certified") == 303

    made = await Decision.get()
    assert (made.outcome, made.reasons) == ("certified", SAID["certified"])
    assert made.dissent == f"Ivan Petrov, declined: {SAID['declined']}"
    assert {(one["member"], one["choice"], one["counted"]) for one in made.panel} == {
        (str(known("bruno")), RECUSED, False), (str(known("ivan")), "declined", True),
        (str(known("gwen")), "certified", True), (str(known("kiran")), "certified", True),
    }  # fmt: skip
    assert await Fact.filter(kind="vote.cast").count() == 4 and await Fact.filter(kind="vote.changed").count() == 1
    await work()
    assert "a panel of 3" in (await Certificate.get()).facts
    assert "The panel has decided" in (await (await browse("gwen")).get(path)).text
    assert await votes(browse, case, "ivan", "certified") == 303 and await Decision.all().count() == 1
    assert await Vote.get(member_id=known("ivan")).values_list("choice", flat=True) == "declined"
    entry = re.search(r"/register/[0-9a-f-]{36}", (await dara.get("/register")).text)
    assert entry
    told = (await dara.get(entry[0])).text
    assert "a panel: " in told and "Kiran Shah" in told and SAID["declined"] in told


async def test_two_who_vote_at_once_make_one_decision_that_holds_both_votes(case, browse):
    assert await votes(browse, case, "ivan", "declined") == 303
    at_once = (votes(browse, case, key, "certified") for key in ("gwen", "kiran"))
    assert await asyncio.gather(*at_once) == [303, 303]
    assert len((await Decision.get()).panel) == 3


async def test_a_panel_that_is_too_small_is_told_to_the_central_unit(case, browse):
    for key in ("bruno", "ivan"):
        assert await votes(browse, case, key, RECUSED) == 303
    assert (
        "Too few can vote: 1 more must join"
        in (await (await browse("gwen")).get(f"/certificates/decisions/{case.id}")).text
    )


@pytest.mark.parametrize(
    ("choices", "outcome", "words"),
    [
        ((), None, "3 more votes are needed."),
        (("certified", "certified", RECUSED), None, "1 more vote is needed."),
        (("certified", "certified", "declined"), "certified", ""),
        (("certified", "certified", "declined", "declined"), None, "more than half"),
        (("certified", "conditional", "declined"), None, "more than half"),
        ((NO, NO, "certified"), NO, "Most are against"),
    ],
)
def test_a_majority_is_more_than_half_of_enough_votes(choices, outcome, words):
    assert majority(choices, 3) == outcome
    assert words in why_it_waits(choices, 3)
    assert choices_beside(("certified",)) == (NO, RECUSED) and choices_beside(("certified", "deferred")) == (RECUSED,)
