"""Draws sound pathways at random: levels of people and sites whose rules read all kinds of attributes."""

import json
from typing import Any

from hypothesis import strategies as st

from certificates.pathways.language.read import read_pathway_text
from certificates.pathways.language.schema import Pathway
from training.parsing.keywords import ASKED_TYPES, ATTRIBUTES, JUDGED_TYPES, NUMBER, TEXT

OWN = {
    "protocol": {"type": "text", "label": "Which protocol", "one_of": ["basic", "advanced"]},
    "couples": "number",
    "kit": {"type": "yes_or_no"},
    "seen_on": "date",
}
KINDS = ATTRIBUTES | {"protocol": TEXT, "couples": NUMBER, "kit": "yes_or_no"}
NUMBERS = sorted(name for name, kind in KINDS.items() if kind == NUMBER)
TEXTS = sorted(name for name, kind in KINDS.items() if kind == TEXT and name != "confirmed")
TYPES = [one for one in ASKED_TYPES if one != "award"]
NAMES = st.sampled_from(["group", "course", "visit", ["group", "visit"], "any"])
HOLDERS = st.sampled_from(["steward", "leader", ["steward", "coach"]])


@st.composite
def values(draw: st.DrawFn, name: str) -> Any:
    """What an attribute may be asked to be."""
    if KINDS[name] == NUMBER:
        return draw(st.sampled_from([2, {"min": 1}, {"min": 1, "max": 3}, {"not": 4}]))
    if KINDS[name] == TEXT:
        known = ["basic", "advanced"] if name == "protocol" else ["red", "blue"]
        return draw(st.sampled_from([known[0], known, {"not": known[1]}]))
    return draw(st.booleans())


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Conditions on one to three attributes."""
    names = draw(st.lists(st.sampled_from(sorted(KINDS.keys() - {"confirmed"})), min_size=1, max_size=3, unique=True))
    return {name: draw(values(name)) for name in names}


@st.composite
def leaves(draw: st.DrawFn, inner: bool = False) -> dict[str, Any]:
    """A leaf with some of the keys that read attributes."""
    type_ = draw(st.sampled_from(TYPES))
    row: dict[str, Any] = {type_: draw(NAMES)}
    parts = {
        "at_least": st.fixed_dictionaries({name: st.integers(1, 9) for name in draw(some(NUMBERS))}),
        "at_most": st.fixed_dictionaries({name: st.integers(10, 20) for name in draw(some(NUMBERS))}),
        "where": conditions(),
        "new": st.fixed_dictionaries({draw(st.sampled_from(TEXTS)): st.just(2)}),
        "different": st.fixed_dictionaries({draw(st.sampled_from([*TEXTS, "by", "who"])): st.integers(1, 2)}),
        "each": st.fixed_dictionaries({draw(st.sampled_from(TEXTS[:5])): st.just(["red", "blue"])}),
        "of_which": st.fixed_dictionaries(
            {
                "part": st.fixed_dictionaries(
                    {"where": conditions(), "at_least": st.just({"hours": 1}), "different": st.just({"client": 1})}
                )
            }
        ),
        "by": HOLDERS,
    }
    if not inner:
        parts["whose"] = st.just("site")
        parts["each_with"] = st.dictionaries(st.just(f"inner{draw(st.integers(0, 10**6))}"), leaves(True), min_size=1)
    if type_ in JUDGED_TYPES:
        parts["pass"] = st.sampled_from([{"percent": 60}, {"score": 3}, {"agreement": 80}, {"every_item": 2}, "any"])
    for key in draw(st.lists(st.sampled_from(sorted(parts)), max_size=4, unique=True)):
        row[key] = draw(parts[key])
    if "new" in row:
        row["since"] = "2020-01-01"
    return row


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    """One or two of some names."""
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)


def pathways() -> st.SearchStrategy[Pathway]:
    """A pathway of two levels of people and one of a site, with rules on its deliveries."""
    return tables().map(lambda table: read_pathway_text("drawn", json.dumps(table)))  # JSON is YAML


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """What the file of such a pathway says."""
    counter = iter(range(10**6))

    def requirements(many: int = 4) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(draw(st.integers(0, many))):
            row, name = draw(leaves()), f"r{next(counter)}"
            if "each_with" in row:
                row["each_with"] = {f"r{next(counter)}": below for below in row["each_with"].values()}
            found[name] = row if draw(st.integers(0, 3)) else {"any_of": {f"r{next(counter)}": row}}
            found[name] |= {"waivable_by": "steward"} if draw(st.booleans()) else {}
        return found

    def level(holder: str) -> dict[str, Any]:
        row = {"holder": holder, "requires": requirements(), "keep": requirements(1), "entry": requirements(2)}
        return row | ({"per": draw(st.sampled_from(["course", "protocol"]))} if draw(st.booleans()) else {})

    return {
        "pathway": "drawn",
        "roles": ["steward"],
        "attributes": OWN,
        "levels": {"leader": level("person"), "coach": level("person"), "licence": level("site")},
        "deliveries": {
            "group": {
                "what": {"this": draw(conditions())},
                "who": {"team": draw(st.sampled_from(["any", "lead"])), "where": draw(conditions())},
                "after": {"feedback": "parents", "where": draw(conditions())},
            }
        },
    }
