"""The rules of records as tables."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from certificates.evidence.reading import RecordFields
from training.records.overview import hours_in_words
from training.records.rules import (
    Confirmer,
    fault_of_confirmer,
    looks_like_contact,
    may_answer,
    may_dispute,
    same_address,
    stands,
)

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
ME, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("contact", "fits"),
    [
        ("mo@else.example", True), ("mo@else", False), ("@else.example", False), ("mo mo@else.example", False),
        ("mo@else.example,me@home.example", False), ("Mo <mo@else.example>", False),
        ("+44 7700 900123", True), ("029 2018 0100", True), ("12345", False), ("ring me", False), ("", False),
    ],
)  # fmt: skip
def test_a_contact_is_an_address_or_a_telephone(contact: str, fits: bool) -> None:
    assert looks_like_contact(contact) is fits


@pytest.mark.parametrize(
    ("contact", "own", "same"),
    [
        ("Amina@Home.example", "amina@home.example", True),
        ("amina+work@home.example", "amina@home.example", True),
        ("amina@work.example", "amina@home.example", False),
        ("0044 7700 900123", "0044-7700-900123", True),
        ("", "", False),
    ],
)
def test_two_spellings_of_an_address_are_one(contact: str, own: str, same: bool) -> None:
    assert same_address(contact, [own]) is same


@pytest.mark.parametrize(
    ("confirmer", "fits"),
    [
        (Confirmer("Hana", OTHER), True),
        (Confirmer("Me", ME), False),
        (Confirmer("Me", contact="ME@home.example"), False),
        (Confirmer("Mo"), False),
        (Confirmer("Mo", contact="mo"), False),
        (Confirmer("Mo", contact="mo@else.example"), True),
    ],
)
def test_a_confirmer_is_somebody_else_who_can_be_reached(confirmer: Confirmer, fits: bool) -> None:
    assert (fault_of_confirmer(confirmer, holder=ME, own_addresses=["me@home.example"]) == "") is fits


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], None), (["asked"], "asked"), (["expired"], "expired"), (["expired", "asked"], "asked"),
        (["asked", "confirmed"], "confirmed"), (["confirmed", "disputed"], "disputed"), (["disputed"], "disputed"),
    ],
)  # fmt: skip
def test_one_dispute_outweighs_any_confirmation(states: list[str], standing: str | None) -> None:
    assert stands(states) == standing


@pytest.mark.parametrize(
    ("state", "after", "answer", "dispute"),
    [
        ("asked", -1, True, False), ("asked", 0, False, False), ("confirmed", -1, False, True),
        ("confirmed", 0, False, True), ("confirmed", 1, False, False), ("disputed", -1, False, False),
        ("expired", -1, False, False),
    ],
)  # fmt: skip
def test_answers_and_disputes_have_their_time(state: str, after: int, answer: bool, dispute: bool) -> None:
    now = NOW + timedelta(seconds=after)
    assert may_answer(state, expires=NOW, now=now) is answer
    assert may_dispute(state, dispute_until=NOW, now=now) is dispute


@pytest.mark.parametrize(
    ("typed", "day"),
    [(typed, "2026-03-27") for typed in ("2026-03-27", "27/3/2026", "27.03.2026", "27 3 2026")],
)
def test_a_day_can_be_typed_in_the_ways_people_write_it(typed: str, day: str) -> None:
    form = RecordFields.model_validate({"key": uuid4(), "from": typed, "on": typed, "until": typed})
    assert {str(one) for one in (form.began, form.on, form.until)} == {day}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 hours"), (30, "30 minutes"), (60, "1 hour"), (90, "1 hour 30 minutes"), (480, "8 hours")],
)
def test_minutes_are_said_as_hours(minutes: int, words: str) -> None:
    assert hours_in_words(minutes) == words
