"""Opening, drafts, handing in, agreeing and signing, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from training.assessments import actions, signing
from training.assessments.actions import Noted, Opening
from training.assessments.models import Assessment, Draft, Rater, Rating, Reconciliation, Signature
from training.assessments.reading import visible_rows
from training.core.dates import DEFAULT_ZONE, local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Membership, Permission, Person, Relation
from training.records.actions import log
from training.records.rules import Confirmer, Entry
from training.sites.models import CentralUnit
from training.trail.models import Fact

from .conftest import NOW, OBSERVED, Rated, permit

Cast = Callable[[str], Awaitable[Actor]]


async def test_a_rating_goes_from_draft_to_rows_to_a_signature_with_its_fact(rated: Rated, cast: Cast) -> None:
    row = await rated.open()
    await rated.hand_in(row, "bruno", listening=4)
    assert await Draft.all().count() == 0
    assert {one["item"]: one["mark"]["mark"] for one in await Rating.filter(assessment=row).values("item", "mark")} == {
        "welcome": 3, "listening": 4, "closing": 3,
    }  # fmt: skip
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    kept = await Assessment.get(id=row.id)
    assert (kept.state, kept.outcome, kept.signed) == ("signed", "met", NOW)
    fact = await Fact.get(kind="assessment.signed")
    assert (fact.person_id, local_day(fact.happened, DEFAULT_ZONE), fact.version) == (known("amina"), OBSERVED, "1")
    assert fact.detail["outcome"] == "met"
    assert fact.detail["raters"] == [str(known("bruno"))]


@pytest.mark.by_hand
async def test_eligibility_is_frozen_with_the_signature_and_stays_when_the_world_changes(
    rated: Rated, cast: Cast
) -> None:
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    await Permission.filter(person_id=known("bruno")).update(ends=date(2026, 1, 1))
    frozen = (await Rater.get(assessment=row)).eligibility
    assert frozen == (await Signature.get(assessment=row)).eligibility
    assert (frozen["observed"]["on"], frozen["signing"]["on"]) == ("2026-11-20", "2026-11-25")
    assert frozen["observed"]["allowed"] and frozen["signing"]["allowed"]
    assert {finding["about"] for finding in frozen["signing"]["findings"]} == {"permission", "relation", "calibration"}


@pytest.mark.by_hand
async def test_a_permission_that_ended_before_the_signature_stops_it_and_the_marks_stay(
    rated: Rated, cast: Cast
) -> None:
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    await Permission.filter(person_id=known("bruno")).update(ends=OBSERVED)
    with pytest.raises(NotAllowed, match="ended on 20 November 2026"):
        await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    assert await Rating.all().count() == 3
    assert await Signature.all().count() == 0


@pytest.mark.by_hand
async def test_a_permission_that_began_after_the_observed_day_is_too_late(rated: Rated) -> None:
    await Permission.all().delete()
    await permit(known("bruno"), starts=OBSERVED + timedelta(days=1))
    with pytest.raises(NotAllowed, match="no permission to assess on 20 November 2026"):
        await rated.open()


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("kind", "independent", "allowed"),
    [("supervisor", True, False), ("supervisor", False, True), ("co_leader", True, False), ("relative", False, False)],
)
async def test_independence_is_asked_for_where_it_matters(
    rated: Rated, kind: str, independent: bool, allowed: bool
) -> None:
    await Relation.create(
        person_id=known("amina"), other_id=known("bruno"), kind=kind, starts=date(2026, 1, 1), recorded=NOW
    )
    if allowed:
        assert (await rated.open(independent=independent)).state == "open"
        return
    with pytest.raises(NotAllowed):
        await rated.open(independent=independent)
    assert await Assessment.all().count() == 0


@pytest.mark.parametrize("who", ["amina", "bruno"])
async def test_whoever_led_a_group_with_the_trainee_is_not_independent_whoever_of_them_logged_it(
    rated: Rated, cast: Cast, who: str
) -> None:
    other = "bruno" if who == "amina" else "amina"
    led = {"sessions": 1, "hours": 2, "role": "lead", "parents": 4, "completed": 4}
    group = Entry(
        "delivery", "group", OBSERVED, OBSERVED, name="Tuesday group", attributes=led,
        team=(Confirmer("", known(other)),),
    )  # fmt: skip
    await log(group, key=uuid4(), actor=await cast(who), now=NOW)
    with pytest.raises(NotAllowed, match="co-leader of the trainee"):
        await rated.open(independent=True)


async def test_nobody_assesses_themselves_or_somebody_they_cannot_see(rated: Rated, cast: Cast) -> None:
    opening = Opening(person=known("bruno"), version=rated.version.id, observed=OBSERVED, medium="live")
    with pytest.raises(NotAllowed, match="Nobody can assess themselves"):
        await actions.open_assessment(opening, key=uuid4(), actor=await cast("bruno"), now=NOW)
    with pytest.raises(NotAllowed):
        await actions.open_assessment(
            replace(opening, person=known("jude")), key=uuid4(), actor=await cast("amina"), now=NOW
        )


@pytest.mark.by_hand
async def test_only_assessors_of_the_own_unit_are_asked_to_rate_too(rated: Rated) -> None:
    unit = await CentralUnit.create(id=uuid4(), slug="elsewhere", name="Another unit")
    stranger = await Person.create(id=uuid4(), unit=unit, name="Far Away", created=NOW)
    await Membership.create(person=stranger, role="assessor", starts=date(2025, 1, 1))
    await permit(stranger.id)
    await permit(known("jude"))
    for other in (stranger.id, known("jude"), known("bruno")):
        with pytest.raises(Invalid) as wrong:
            await rated.open(other)
        assert wrong.value.problems == {"other": "Choose somebody from the list"}
    assert not await Rater.all().exists()


async def test_a_draft_saved_while_the_rating_is_handed_in_is_in_it_or_refused(rated: Rated, cast: Cast) -> None:
    bruno = await cast("bruno")
    marks = {item: Noted(3) for item in ("welcome", "listening", "closing")}
    for moment in range(36):
        row = await rated.open()
        await actions.save_draft(row.id, marks, actor=bruno, now=NOW)
        handing_in = asyncio.create_task(actions.submit_rating(row.id, actor=bruno, now=NOW))
        await asyncio.sleep(moment / 4000)
        saving = [actions.save_draft(row.id, marks, actor=bruno, now=NOW) for _ in range(3)]
        ended = await asyncio.gather(handing_in, *saving, return_exceptions=True)
        assert {type(one) for one in ended if isinstance(one, Exception)} <= {Conflict}
        assert not await Draft.filter(rater__assessment_id=row.id).exists()


async def test_what_was_handed_in_cannot_be_changed_or_handed_in_again(rated: Rated, cast: Cast) -> None:
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    bruno = await cast("bruno")
    with pytest.raises(Conflict):
        await actions.save_draft(row.id, {"welcome": Noted(1)}, actor=bruno, now=NOW)
    with pytest.raises(Conflict):
        await actions.submit_rating(row.id, actor=bruno, now=NOW)
    assert await Rating.all().count() == 3


async def test_an_item_without_an_answer_is_named_and_not_seen_today_is_an_answer(rated: Rated, cast: Cast) -> None:
    row, bruno = await rated.open(), await cast("bruno")
    noted = {"welcome": Noted(3), "listening": Noted("not_observed"), "closing": Noted(None, "half a note")}
    await actions.save_draft(row.id, noted, actor=bruno, now=NOW)
    with pytest.raises(Invalid) as refused:
        await actions.submit_rating(row.id, actor=bruno, now=NOW)
    assert set(refused.value.problems) == {"closing"}
    assert (await Draft.get(item="closing")).note == "half a note"


async def test_a_mark_that_the_instrument_does_not_have_is_refused(rated: Rated, cast: Cast) -> None:
    row = await rated.open()
    with pytest.raises(Invalid):
        await actions.save_draft(row.id, {"welcome": Noted(9)}, actor=await cast("bruno"), now=NOW)
    assert await Draft.all().count() == 0


async def test_raters_too_far_apart_agree_with_reasons_and_both_sign(rated: Rated, cast: Cast) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    assert (await Assessment.get(id=row.id)).state == "open"
    assert (await rated.hand_in(row, "gwen", listening=1)).state == "reconciling"
    bruno, gwen = await cast("bruno"), await cast("gwen")
    with pytest.raises(Conflict):
        await signing.sign(row.id, actor=bruno, now=NOW)
    with pytest.raises(Invalid) as refused:
        await actions.reconcile(row.id, {"listening": Noted(2, " ")}, actor=gwen, now=NOW)
    assert set(refused.value.problems) == {"listening_note"}
    await actions.reconcile(row.id, {"listening": Noted(2, "We looked at the notes")}, actor=gwen, now=NOW)
    assert (await Reconciliation.get(assessment=row)).reasons == "We looked at the notes"
    assert sorted(one["mark"]["mark"] for one in await Rating.filter(item="listening").values("mark")) == [1, 4]
    await signing.sign(row.id, actor=bruno, now=NOW)
    assert (await Assessment.get(id=row.id)).state == "submitted"
    assert await Fact.filter(kind="assessment.signed").count() == 0
    await signing.sign(row.id, actor=gwen, now=NOW)
    assert (await Assessment.get(id=row.id)).state == "signed"
    assert await Fact.filter(kind="assessment.signed").count() == 1


async def test_another_rater_sees_nothing_before_all_handed_in_unless_the_assessment_is_not_blind(
    rated: Rated, cast: Cast
) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno")
    bruno, gwen, dara = await cast("bruno"), await cast("gwen"), await cast("dara")
    row = await Assessment.get(id=row.id)
    seen = [[one.by for one in await visible_rows(row, who)] for who in (bruno, gwen, dara)]
    assert seen == [[str(known("bruno"))], [], []]
    row.blind = False
    seen = [[one.by for one in await visible_rows(row, who)] for who in (gwen, dara)]
    assert seen == [[str(known("bruno"))], []]


async def test_a_rater_signs_once_while_the_other_has_not_signed(rated: Rated, cast: Cast) -> None:
    row, bruno = await rated.open("gwen"), await cast("bruno")
    await rated.hand_in(row, "bruno")
    await rated.hand_in(row, "gwen")
    answers = await asyncio.gather(
        *[signing.sign(row.id, actor=bruno, now=NOW) for _ in range(4)], return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Assessment", "Conflict", "Conflict", "Conflict"]
    assert await Signature.all().count() == 1
    assert (await Assessment.get(id=row.id)).state == "submitted"


async def test_signing_many_times_at_once_gives_one_signature_and_one_fact(rated: Rated, cast: Cast) -> None:
    row, bruno = await rated.open(), await cast("bruno")
    await rated.hand_in(row, "bruno")
    answers = await asyncio.gather(
        *[signing.sign(row.id, actor=bruno, now=NOW) for _ in range(8)], return_exceptions=True
    )
    assert sum(isinstance(answer, Assessment) for answer in answers) == 1
    assert all(isinstance(answer, Assessment | Conflict) for answer in answers)
    assert await Signature.all().count() == 1
    assert await Fact.filter(kind="assessment.signed").count() == 1


async def test_two_raters_who_sign_in_the_same_moment_settle_the_assessment_once(rated: Rated, cast: Cast) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno")
    await rated.hand_in(row, "gwen")
    await asyncio.gather(*[signing.sign(row.id, actor=await cast(who), now=NOW) for who in ("bruno", "gwen")])
    assert (await Assessment.get(id=row.id)).state == "signed"
    assert await Fact.filter(kind="assessment.signed").count() == 1


async def test_somebody_who_does_not_rate_can_neither_draft_nor_sign(rated: Rated, cast: Cast) -> None:
    row = await rated.open()
    for who in ("gwen", "amina", "chloe"):
        with pytest.raises(NotFound):
            await signing.sign(row.id, actor=await cast(who), now=NOW)
        with pytest.raises(NotFound):
            await actions.save_draft(row.id, {"welcome": Noted(3)}, actor=await cast(who), now=NOW)


async def test_the_same_opening_form_sent_twice_makes_one_assessment(rated: Rated, cast: Cast) -> None:
    opening = Opening(person=known("amina"), version=rated.version.id, observed=OBSERVED, medium="live")
    key, bruno = uuid4(), await cast("bruno")
    rows = await asyncio.gather(*[actions.open_assessment(opening, key=key, actor=bruno, now=NOW) for _ in range(3)])
    assert len({row.id for row in rows}) == 1
    assert await Assessment.all().count() == 1


async def test_beginning_twice_for_the_same_person_day_and_group_makes_one(rated: Rated, cast: Cast) -> None:
    opening = Opening(person=known("amina"), version=rated.version.id, observed=OBSERVED, medium="live")
    bruno, gwen = await cast("bruno"), await cast("gwen")
    rows = await asyncio.gather(
        *[actions.open_assessment(opening, key=uuid4(), actor=bruno, now=NOW) for _ in range(4)]
    )
    assert len({row.id for row in rows}) == 1
    assert await Fact.filter(kind="assessment.opened").count() == 1
    with pytest.raises(Conflict, match="other people"):
        await actions.open_assessment(replace(opening, others=(known("gwen"),)), key=uuid4(), actor=bruno, now=NOW)
    afternoon = replace(opening, group_name="Afternoon group")
    assert (await actions.open_assessment(afternoon, key=uuid4(), actor=bruno, now=NOW)).id != rows[0].id
    assert (await actions.open_assessment(opening, key=uuid4(), actor=gwen, now=NOW)).id != rows[0].id
