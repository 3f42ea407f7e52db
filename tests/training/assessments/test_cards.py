"""The cards: what is ticked becomes a mark, a mark comes back ticked, and words say what was marked."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from training.assessments.cards import cards_of, in_words, seen_in_words, typed_marks
from training.assessments.load import canonical, load_instrument
from training.assessments.models import Assessment, InstrumentVersion
from training.demo.cast import known
from training.instruments.read import read_instrument, read_instrument_text
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor

from .conftest import NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
GROUP = Path(__file__).parents[3] / "training/demo/material/instruments/group_facilitation.yaml"


def behaviours() -> InstrumentSchema:
    """An instrument of one item with every degree of behaviour."""
    item = {"harmful": {"h": "Harm"}, "required": {"r": "Must"}, "basic": {"b": "Base"}, "advanced": {"a": "More"}}
    body = {
        "instrument": "x",
        "version": "1",
        "kind": "behaviours",
        "scale": {1: "one", 2: "two", 3: "three", 4: "four"},
        "items": {"safety": item},
    }
    return read_instrument_text(canonical(body))


def other(kind: str) -> InstrumentSchema:
    """An instrument of another kind with one item."""
    scale = {"scale": {0: "no", 2: "good"}} if kind == "scale" else {}
    items = {} if kind == "judgement" else {"items": {"safety": {}}}
    return read_instrument_text(canonical({"instrument": "x", "version": "1", "kind": kind} | scale | items))


@pytest.mark.parametrize(
    ("instrument", "typed", "mark"),
    [
        (behaviours(), {}, None),
        (behaviours(), {"safety": "seen"}, {"seen": [], "not_applicable": []}),
        (behaviours(), {"safety_seen": ["b", "a"]}, {"seen": ["b", "a"], "not_applicable": []}),
        (behaviours(), {"safety_seen": "b", "safety_out": "r"}, {"seen": ["b"], "not_applicable": ["r"]}),
        (behaviours(), {"safety": "not_observed", "safety_seen": "b"}, "not_observed"),
        (behaviours(), {"safety": "n/a"}, "n/a"),
        (other("scale"), {"safety": "0"}, 0),
        (other("scale"), {"safety": "not_observed"}, "not_observed"),
        (other("scale"), {}, None),
        (other("checklist"), {"safety": "yes"}, "yes"),
        (other("numbers"), {"safety": "measured", "safety_number": "1,5"}, 1.5),
        (other("numbers"), {"safety": "measured", "safety_number": "many"}, None),
        (other("numbers"), {"safety": "measured", "safety_number": "nan"}, None),
        (other("numbers"), {"safety": "n/a", "safety_number": "3"}, "n/a"),
    ],
)
def test_what_is_ticked_becomes_a_mark(instrument: InstrumentSchema, typed: dict[str, Any], mark: Any) -> None:
    assert typed_marks(instrument, typed | {"safety_note": " hm "}) == {"safety": (mark, "hm")}


@pytest.mark.parametrize(
    ("instrument", "mark", "chosen"),
    [
        (behaviours(), {"seen": ["b"]}, "seen"),
        (behaviours(), "not_observed", "not_observed"),
        (behaviours(), None, None),
        (other("scale"), 0, "0"),
        (other("checklist"), "n/a", "n/a"),
        (other("numbers"), 1.5, "measured"),
    ],
)
def test_a_mark_comes_back_as_it_was_chosen(instrument: InstrumentSchema, mark: Any, chosen: str | None) -> None:
    (card,) = cards_of(instrument, {"safety": (mark, "hm")})
    assert [choice.value for choice in card.choices if choice.checked] == ([chosen] if chosen else [])
    assert card.note == "hm"
    assert card.number == ("1.5" if instrument.kind == "numbers" else None)
    assert [choice.value for choice in card.choices if choice.apart] == ["not_observed", "n/a"]


def test_every_behaviour_stands_on_the_card_and_the_ticked_ones_are_ticked() -> None:
    (card,) = cards_of(behaviours(), {"safety": ({"seen": ["b"], "not_applicable": ["r"]}, "")})
    ticks = {tick.value: tick.checked for _, _, group in card.behaviours for tick in group}
    assert ticks == {"b": True, "r": False, "a": False, "h": False}
    assert [(tick.value, tick.checked) for tick in card.out] == [("r", True)]


def test_a_judgement_is_one_card_with_two_choices() -> None:
    (card,) = cards_of(other("judgement"), {"judged": ("satisfactory", "because")})
    assert [(choice.value, choice.checked) for choice in card.choices] == [
        ("satisfactory", True), ("not_satisfactory", False),
    ]  # fmt: skip
    assert typed_marks(other("judgement"), {"judged": "satisfactory"}) == {"judged": ("satisfactory", "")}


@pytest.mark.parametrize(
    ("instrument", "mark", "words"),
    [
        (behaviours(), {"seen": ["b", "r"]}, "3 three"),
        (behaviours(), {"seen": ["b", "r", "h"]}, "1 one"),
        (behaviours(), "not_observed", "Not seen today"),
        (other("scale"), 2, "2 good"),
        (other("numbers"), 1.5, "1.5"),
        (other("checklist"), "no", "No"),
        (other("checklist"), None, "No answer yet"),
    ],
)
def test_a_mark_is_said_in_words(instrument: InstrumentSchema, mark: Any, words: str) -> None:
    assert in_words(instrument, "safety", mark) == words


def test_harm_is_said_before_everything_else_that_was_seen() -> None:
    mark: Any = {"seen": ["a", "b", "h"], "not_applicable": ["r"]}
    said = ["May do harm: Harm", "Seen: Base", "Seen: More", "Did not come up: Must"]
    assert seen_in_words(behaviours(), "safety", mark) == said


async def test_the_instrument_of_the_demo_is_rated_from_page_to_result(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    await load_instrument(GROUP, actor=await cast("farah"), now=NOW)
    rated.version = await InstrumentVersion.get(instrument__name="group facilitation")
    row, bruno = await rated.open(), await browse("bruno")
    page = await bruno.get(f"/assessments/{row.id}/rate")
    items = read_instrument(GROUP).items
    for item in items.values():
        for degree in ("basic", "required", "advanced", "harmful"):
            assert all(words.replace("'", "&#39;") in page.text for words in getattr(item, degree).values())
    typed: dict[str, Any] = {f"{name}_seen[]": [*item.basic, *item.required] for name, item in items.items()}
    await bruno.post(f"/assessments/{row.id}/rate", data=typed | {"step": "check"})
    check = await bruno.get(f"/assessments/{row.id}/check")
    assert check.text.count("3 all of the basics") == 15 and "Seen: Greets each parent by name" in check.text
    await bruno.post(f"/assessments/{row.id}/check")
    kept = await Assessment.get(id=row.id)
    assert (kept.state, kept.outcome) == ("signed", "met")
    assert "15 of 15 items are at level 3 or above; 12 are needed" in (await (await browse("amina")).get(
        f"/assessments/{row.id}"
    )).text  # fmt: skip
    assert kept.person_id == known("amina")
