"""Awards: one for each decision, however many decide, consider or withdraw at the same moment."""

import asyncio
from datetime import timedelta

import pytest

from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation, StateChange
from certificates.evaluations.standing import GOOD, standing_on
from tests.certificates.world import BY_RULES, NAMED, TODAY, at, certified, considered, publish_pathway, shown, waiting
from training.core.errors import Conflict, NotAllowed
from training.demo.cast import PEOPLE, known
from training.demo.doing import being
from training.people.models import Permission, Person
from training.trail.models import Fact

RENEWAL = TODAY + timedelta(days=300)


@pytest.fixture
async def by_rules(database, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)


@pytest.fixture
async def named(database, tmp_path):
    await publish_pathway(tmp_path, NAMED)


async def test_fifty_requests_for_one_award_give_one_certificate_and_fifty_same_answers(named, browse):
    row = await waiting("amina")
    browser, form = await browse("dara"), {"outcome": "certified", "reasons": "All is met."}
    answers = await asyncio.gather(
        *(browser.post(f"/certificates/decisions/{row.id}", data=form) for _ in range(50))
    )  # fmt: skip
    places = [(answer.headers.get("location") or "").split("?") for answer in answers]
    assert {(answer.status_code, place[0], answer.text) for answer, place in zip(answers, places, strict=True)} == {
        (303, "/certificates/decisions", "")
    }
    assert "Decided. The person will be told." in (await browser.get("?".join(places[-1]))).text
    for table in (Decision, Certification, Certificate, Permission):
        assert await table.all().count() == 1, table
    assert await Fact.filter(kind="certificate.awarded").count() == 1
    assert await Fact.filter(kind="decision.made").count() == 1


async def test_a_decision_posted_again_later_changes_nothing_even_with_another_outcome(named, browse):
    row = await waiting("amina")
    browser = await browse("dara")
    for outcome in ("certified", "certified", "deferred"):
        answer = await browser.post(
            f"/certificates/decisions/{row.id}", data={"outcome": outcome, "reasons": "All is met."}
        )  # fmt: skip
        assert answer.status_code == 303
    assert (await Decision.get()).outcome == "certified"
    assert await Certificate.all().count() == 1


async def test_many_workers_who_consider_one_person_write_one_row_and_award_once(by_rules):
    await shown("amina")
    await asyncio.gather(*(considered("amina") for _ in range(12)))
    assert await Certificate.all().count() == 1
    await considered("amina")
    assert await Evaluation.filter(slot__isnull=False).count() == 1
    facts = [fact.detail["to"] async for fact in Fact.filter(kind="person.considered").order_by("id")]
    assert facts == ["ready", "certified"]


async def after(queries, do):
    """Does something when so many queries were answered, so that it falls into the middle of what others do."""
    for _ in range(queries):
        await Person.exists(id=known("dara"))
    return await do


async def test_a_withdrawal_comes_before_a_renewal_or_is_refused_wherever_in_it_it_falls(by_rules):
    dara, ends = await being("dara", RENEWAL), set()
    for number, member in enumerate(one for one in PEOPLE if one.at_work):
        found = await certified(member.key)
        await shown(member.key, "first aid again", on=RENEWAL)
        wanted = changes.RequestedChange("withdrawn", "Found out.", RENEWAL)
        withdrawal = changes.change(found.id, wanted, actor=dara, now=at(RENEWAL, 12))
        done, _ = await asyncio.gather(
            after(number * 5, withdrawal), considered(member.key, RENEWAL, 12), return_exceptions=True
        )
        assert done is None or isinstance(done, StateChange | Conflict | NotAllowed), done
        made = await Certification.filter(person_id=known(member.key)).count()
        states = await StateChange.filter(certification_id=found.id).values_list("state", flat=True)
        ends.add((*states, made))
    assert ends <= {("withdrawn", 1), ("replaced", 2)}


@pytest.mark.timeout(120)
async def test_a_hundred_rounds_of_changes_at_once_never_leave_the_allowed_graph(by_rules):
    found = await certified("amina")
    dara, states = await being("dara", TODAY), ("withdrawn", "suspended", "restored")
    for number in range(100):
        asked = [states[number % 3], states[(number + 1) % 3], "restored"]
        await asyncio.gather(
            *(
                changes.change(found.id, changes.RequestedChange(one, "So.", TODAY), actor=dara, now=at(TODAY, 12))
                for one in asked
            ),
            return_exceptions=True,
        )
    rows = await StateChange.filter(certification_id=found.id).order_by("turn")
    assert [row.turn for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 60
    history = await changes.changes_of(found.id)
    for number, change in enumerate(history):
        before = standing_on(changes.period_of(found), history[:number], TODAY)
        assert changes.permitted_change(before, change.state), f"{change.state} after {before}"
    standing = standing_on(changes.period_of(found), history, TODAY)
    live = await Permission.filter(because=found.decision_id, starts__lte=TODAY, ends__gte=TODAY).count()
    assert live == (1 if standing in GOOD else 0)
