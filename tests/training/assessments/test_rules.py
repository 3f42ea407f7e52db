"""Who may sign, as tables: permission, independence and calibration, each as of a day."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from training.assessments.calibration.rules import Calibrated
from training.assessments.rules import HeldPermission, RaterFacts, Related, may_sign, programme_meant

DAY = date(2026, 6, 1)
RATER, TRAINEE, HERE, ELSEWHERE = uuid4(), uuid4(), uuid4(), uuid4()
LIVE = HeldPermission("p", "growing_together/assessor", "observe groups", date(2026, 1, 1))


def facts(
    *permissions: HeldPermission, relations: tuple[Related, ...] = (), calibrations: tuple[Calibrated, ...] = ()
) -> RaterFacts:
    """Facts about one rater."""
    return RaterFacts(RATER, TRAINEE, permissions, relations, calibrations)


@pytest.mark.parametrize(
    ("held", "allowed"),
    [
        (LIVE, True),
        (HeldPermission("p", "growing_together/leader", "Assess practice", date(2026, 1, 1)), True),
        (HeldPermission("p", "growing_together/leader", "lead groups", date(2026, 1, 1)), False),
        (HeldPermission("p", "growing_together/assessor", "", DAY, DAY), True),
        (HeldPermission("p", "growing_together/assessor", "", date(2026, 6, 2)), False),
        (HeldPermission("p", "growing_together/assessor", "", date(2025, 1, 1), date(2026, 5, 31)), False),
        (HeldPermission("p", "growing_together/assessor", "", date(2025, 1, 1), site=HERE), True),
        (HeldPermission("p", "growing_together/assessor", "", date(2025, 1, 1), site=ELSEWHERE), False),
    ],
)
def test_a_permission_to_assess_must_be_live_on_the_day_and_at_the_site(held: HeldPermission, allowed: bool) -> None:
    assert may_sign(facts(held), on=DAY, independent=False, site=HERE).allowed is allowed


@pytest.mark.parametrize(
    ("kind", "starts", "ends", "independent", "allowed"),
    [
        ("supervisor", date(2026, 1, 1), None, True, False),
        ("supervisor", date(2026, 1, 1), None, False, True),
        ("supervisor", date(2020, 1, 1), date(2020, 2, 1), True, False),
        ("supervisor", date(2026, 6, 2), None, True, True),
        ("supervisor", DAY, None, True, False),
        ("supervisor", None, None, True, False),
        ("trainer", date(2026, 1, 1), None, True, False),
        ("co_leader", date(2026, 1, 1), None, True, False),
        ("manager", date(2026, 1, 1), None, True, False),
        ("assessor", date(2026, 1, 1), None, True, True),
        ("relative", date(2026, 1, 1), None, False, False),
    ],
)
def test_a_relation_counts_from_its_day_on_even_when_it_has_ended(
    kind: str, starts: date | None, ends: date | None, independent: bool, allowed: bool
) -> None:
    found = may_sign(facts(LIVE, relations=(Related("r", kind, starts, ends),)), on=DAY, independent=independent)
    assert found.allowed is allowed
    seen = [one.record for one in found.findings if one.about == "relation"]
    assert seen == (["r"] if starts != date(2026, 6, 2) else [""])


@pytest.mark.parametrize(
    ("runs", "alone"),
    [
        ((), True),
        ((Calibrated("c", 80, DAY),), True),
        ((Calibrated("c", 79.9, DAY),), False),
        ((Calibrated("c", 90, date(2026, 1, 1)), Calibrated("d", 60, date(2026, 5, 1))), False),
        ((Calibrated("c", 60, DAY), Calibrated("b", 90, DAY)), True),  # of one day, what was recorded last
        ((Calibrated("c", 60, date(2026, 1, 1)), Calibrated("d", 90, date(2026, 5, 1))), True),
        ((Calibrated("c", 90, date(2026, 1, 1)), Calibrated("d", 60, date(2026, 6, 2))), True),
    ],
)
def test_the_last_calibration_by_the_day_decides(runs: tuple[Calibrated, ...], alone: bool) -> None:
    found = may_sign(facts(LIVE, calibrations=runs), on=DAY, independent=False)
    assert (found.allowed, not found.countersign) == (True, alone)


def test_a_trainee_assessor_is_countersigned_until_another_permission_says_otherwise() -> None:
    learns = HeldPermission(
        "t", "growing_together/trainee_assessor", "assess with a countersignature", date(2026, 1, 1)
    )
    trainee, both = (may_sign(facts(*held), on=DAY, independent=False) for held in ((learns,), (learns, LIVE)))
    assert trainee.allowed and trainee.countersign and trainee.frozen()["countersign"]
    assert both.allowed and not both.countersign


def test_nobody_may_sign_for_themselves_whatever_they_hold() -> None:
    own = RaterFacts(RATER, RATER, (LIVE,))
    assert not may_sign(own, on=DAY, independent=False).allowed


def test_a_refusal_says_everything_that_stands_in_the_way_and_freezes_as_plain_values() -> None:
    found = may_sign(facts(relations=(Related("r", "relative"),)), on=DAY, independent=True)
    assert len(found.reasons) == 2
    frozen = found.frozen()
    assert (frozen["on"], frozen["allowed"]) == ("2026-06-01", False)
    names = {"about", "allows", "words", "record", "countersign"}
    assert [set(finding) for finding in frozen["findings"]] == [names] * 3
    assert not isinstance(frozen["on"], UUID | date)


@pytest.mark.parametrize(
    ("places", "rated_in", "meant"),
    [
        ({HERE}, set(), HERE),
        ({HERE, ELSEWHERE}, {HERE}, HERE),
        ({ELSEWHERE}, {HERE}, HERE),
        ({HERE}, {HERE, ELSEWHERE}, HERE),
        ({HERE, ELSEWHERE}, {HERE, ELSEWHERE}, None),
        ({HERE, ELSEWHERE}, set(), None),
        (set(), set(), None),
    ],
)
def test_a_programme_is_meant_where_the_place_or_the_instrument_leaves_one(
    places: set[UUID], rated_in: set[UUID], meant: UUID | None
) -> None:
    assert programme_meant(frozenset(places), frozenset(rated_in)) == meant
