"""What an opened entry says: each record once, in words, with what it counted for."""

from typing import Any

import pytest

from certificates.evaluations.verdict_text import describe_evidence, describe_nodes

HANA, SITE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NAMES = {HANA: "Hana Nowak", SITE: "The Hub"}
TITLES = {"group_leader": "Group leader", "groups": "Two groups led", "supervision": "Eight hours of supervision"}


def node(**given: Any) -> dict[str, Any]:
    return {
        "id": "groups", "result": "met", "met_on": "2026-02-09", "counts": [], "used": [], "maybe": [], "waits_for": [],
        "late": False, "waived": False, "advisory": False, "children": [],
    } | given  # fmt: skip


def count(have: float, need: float, of: str = "records") -> dict[str, Any]:
    return {"of": of, "have": have, "need": need, "at_most": False}


def test_a_record_that_was_replaced_or_taken_back_is_not_told() -> None:
    records = [
        {"id": "d1", "type": "delivery", "what": "group", "on": "2026-02-09", "result": "pending"},
        {"id": "d2", "type": "delivery", "what": "group", "on": "2026-02-09", "replaces": "d1", "by": HANA},
        {"id": "d3", "type": "delivery", "what": "group", "on": "2026-03-09"},
        {"id": "d4", "type": "delivery", "what": "group", "on": "2026-03-09", "replaces": ["d3"], "void": True},
    ]
    told = describe_evidence(records, {"requires": [node(used=["d2"])]}, titles=TITLES, names=NAMES)
    assert [one["counts_for"] for one in told["counted"]] == ["Two groups led"]
    assert told["others"] == []


def test_a_record_is_told_with_names_days_and_titles_and_no_id() -> None:
    record = {
        "id": "s1", "type": "supervision", "what": "reflective", "on": "2026-01-20", "recorded_at": "2026-01-21",
        "hours": 1.0, "by": HANA, "site": SITE, "team": [{"role": "co_leader", "person": HANA}], "mode": "in_person",
    }  # fmt: skip
    waiver = {"id": "w1", "type": "waiver", "what": "group_leader/supervision", "on": "unknown"}
    verdict = {"requires": [node(id="supervision", used=["s1", "w1"])]}
    supervision, waived = describe_evidence([waiver, record], verdict, titles=TITLES, names=NAMES)["counted"]
    assert (supervision["on"], supervision["recorded"]) == ("20 January 2026", "21 January 2026")
    said = "Signed by: Hana Nowak. Hours: 1. Team: Hana Nowak (co-leader). How: in person. Site: The Hub"
    assert supervision["more"] == said
    assert (waived["what"], waived["on"]) == ("Group leader: Eight hours of supervision", "unknown")


@pytest.mark.parametrize(
    ("given", "remarks"),
    [
        ({"counts": [count(2, 2)]}, "2 of 2"),
        ({"counts": [count(1, 1)]}, ""),
        ({"counts": [count(2, 1)]}, "2, where 1 is asked"),
        ({"counts": [count(6.5, 8, "hours")], "result": "not_met"}, "6.5 of 8 hours"),
        ({"counts": [count(0, 2)], "waived": True}, "Recognised prior learning"),
        ({"counts": [count(1, 2)], "result": "cannot_tell", "maybe": ["d9"]}, "1 of 2. 1 not confirmed yet"),
        ({"result": "not_met", "waits_for": ["supervision"]}, "Waits for: Eight hours of supervision"),
    ],
)
def test_a_requirement_is_told_with_its_title_and_numbers(given: dict[str, Any], remarks: str) -> None:
    (told,) = describe_nodes([node(**given)], TITLES)
    assert (told["title"], told["remarks"]) == ("Two groups led", remarks)
