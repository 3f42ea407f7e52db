"""What holds for every verdict: no order, no future and no late entry changes it, and no day is skipped wrongly."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pathways.engine.awards import award_of
from certificates.pathways.engine.context import open_case, result_of
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.places import to_keep
from certificates.pathways.engine.requirements import granted_standing, judge_all
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway, read_pathway_text
from certificates.pathways.language.schema import Pathway
from training.parsing.values import Result

HERE = Path(__file__).parent
START = date(2024, 1, 1)
DAY = date(2026, 3, 1)
NAMES = [path.stem for path in sorted((HERE / "cases" / "pathways").glob("*.yaml"))]
PATHWAYS = {name: read_pathway(HERE / "cases" / "pathways" / f"{name}.yaml") for name in NAMES}
PATHWAYS |= {path.stem: read_pathway(path) for path in sorted((HERE / "examples").glob("*.yaml"))}

DAYS = st.integers(0, 1000).map(lambda days: START + timedelta(days))
PEOPLE = st.sampled_from(["amina", "bruno", "chloe", "panel", "steward", "supervisor"])
DONE = [
    ("delivery", "group"), ("delivery", "cycle"), ("delivery", "visit"), ("supervision", "weekly"), ("learning", "a"),
    ("learning", "course"), ("learning", "b"), ("event", "warning"), ("fee", "fee"), ("assessment", "session"),
]  # fmt: skip
HELD = [
    ("check", "dbs"), ("membership", "association"), ("role", "panel"), ("award", "leader"), ("award", "supervisor"),
    ("award", "coach"), ("registration", "nurse"), ("relation", "supervisor"),
]  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some records of the types and names that the small pathways ask for."""
    found = []
    for number in range(draw(st.integers(0, 14))):
        type_, what = draw(st.sampled_from(DONE + HELD))
        row: dict[str, Any] = {"id": f"r{number}", "type": type_, "what": what, "on": draw(DAYS)}
        if type_ != "award" and draw(st.integers(0, 9)) == 0:
            row["on"] = "unknown"
        elif draw(st.booleans()):
            row["recorded_at"] = row["on"] + timedelta(draw(st.integers(0, 200)))
        if (type_, what) in HELD and row["on"] != "unknown" and draw(st.booleans()):
            row["until"] = row["on"] + timedelta(draw(st.integers(0, 500)))
        if draw(st.booleans()):
            row["by"] = draw(PEOPLE)
        if draw(st.integers(0, 3)) == 0 or type_ == "relation":
            row["who"] = draw(PEOPLE)
        extra = {"hours": st.integers(0, 5), "family": st.sampled_from("fgh"), "client": st.sampled_from("fgh"),
                 "role": st.sampled_from(["parent", "youth"]), "course": st.sampled_from(["one", "two"]),
                 "result": st.sampled_from(["passed", "failed", "pending"])}  # fmt: skip
        row |= {key: draw(values) for key, values in extra.items() if draw(st.integers(0, 2)) == 0}
        found.append(row)
    return found


def _verdict(name: str, rows: list[dict[str, Any]], known_at: date | None = None, as_of: date = DAY) -> dict[str, Any]:
    evidence = Evidence.of({"holder": "amina", "site": "leeds", "records": rows})
    return evaluate(PATHWAYS[name], evidence, as_of, known_at).as_json()


@given(st.sampled_from(sorted(PATHWAYS)), records(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_records_never_changes_a_verdict(name: str, rows: list[dict[str, Any]], chance: Any) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    assert _verdict(name, mixed) == _verdict(name, rows)


@given(st.sampled_from(sorted(PATHWAYS)), records())
@settings(max_examples=40, deadline=None)
def test_knowing_up_to_a_day_in_the_future_changes_nothing(name: str, rows: list[dict[str, Any]]) -> None:
    later = _verdict(name, rows, known_at=date(2099, 1, 1))
    assert later | {"known_at": None} == _verdict(name, rows)


@given(st.sampled_from(sorted(PATHWAYS)), records(), records(), DAYS)
@settings(max_examples=40, deadline=None)
def test_what_is_entered_later_does_not_change_what_was_known(
    name: str, rows: list[dict[str, Any]], more: list[dict[str, Any]], known_at: date
) -> None:
    late = [row | {"id": f"late {row['id']}", "recorded_at": known_at + timedelta(1)} for row in more]
    assert _verdict(name, rows + late, known_at=known_at) == _verdict(name, rows, known_at=known_at)


@given(st.sampled_from(sorted(PATHWAYS)), records(), records(), DAYS)
@settings(max_examples=40, deadline=None)
def test_what_happens_later_does_not_change_a_day(
    name: str, rows: list[dict[str, Any]], more: list[dict[str, Any]], day: date
) -> None:
    later = [row | {"id": f"later {row['id']}", "on": day + timedelta(1)} for row in more]
    later = [{key: value for key, value in row.items() if key != "until"} for row in later]
    assert _verdict(name, rows + later, as_of=day) == _verdict(name, rows, as_of=day)


@given(st.sampled_from(sorted(PATHWAYS)), records())
@settings(max_examples=40, deadline=None)
def test_every_node_is_of_one_mind(name: str, rows: list[dict[str, Any]]) -> None:
    evidence = Evidence.of({"holder": "amina", "records": rows})
    for level in evaluate(PATHWAYS[name], evidence, DAY).levels:
        kept = level.keep.requires if level.keep and level.standing.lapsed_on else ()
        on_lapse = {node.id for top in kept for node in top.walk()}  # these are looked at on the day of the lapse
        for node in [one for one in level.nodes() if one.id not in on_lapse]:
            assert (node.earliest is None and not node.late) or node.result is Result.NOT_MET
            assert node.earliest is None or (node.earliest >= DAY and not node.late)
            assert node.met_on is None or (node.result is Result.MET and node.met_on <= DAY)
            assert not set(node.used) & set(node.maybe)
            assert node.reason or node.result is Result.NOT_APPLICABLE
            for count in node.counts:
                assert count.might_have is None or count.have <= count.might_have or count.of == "periods"


KEEPS = {
    "activity": "a: {delivery: group, within: P3M}",
    "two_of_them": "a: {delivery: group, at_least: 2, within: P1Y}",
    "families": "a: {delivery: group, different: {family: 2}, within: P1Y}",
    "either": "a: {any_of: {b: {delivery: group, within: P3M}, c: {supervision: weekly, within: P2M}}}",
    "both": "a: {delivery: group, within: P6M}\n      b: {check: dbs, within: P1Y}",
    "no_warning": "a: {none_of: {w: {event: warning, within: P1M}}}",
    "held": "a: {membership: association}",
    "held_long": "a: {check: dbs, held_for: P2M, ever: true}",
    "monthly": "a: {fee: fee, since: award, every: P3M, tenure: {from: P2M}}",
    "waived": "a: {delivery: group, within: P2M, waivable_by: panel}",
    "at_most": "a: {relation: supervisor, at_most: 1}",
    "for_some": "a: {all_of: {b: {delivery: group, within: P2M}}, applies_when: {role: panel}}",
    "later_rule": "a: {check: dbs, effective: {from: 2025-01-01, until: 2025-06-30}}",
    "young": "a: {check: dbs, tenure: {from: P1M, to: P4M}}",
    "other_award": "a: {award: other}",
    "after_grant": "a: {supervision: weekly, since: other, within: P2M}\n      b: {award: other, ever: true}",
    "signed": "a: {delivery: group, by: panel, within: P4M}",
    "backwards": "a: {learning: a, before: 2025-03-01, within: P6M}",
    "window": "a: {delivery: group, since: 2024-06-01, within: [P1M, P3M]}",
    "once": "a: {use: once, all_of: {b: {delivery: group, within: P5M}, c: {delivery: [group, visit], within: P7M}}}",
    "of_site": "a: {delivery: group, whose: site, within: P3M}",
    "each_role": "a: {delivery: group, each: {role: [parent, youth]}, within: P8M}",
    "chain": "a: {learning: a, within: P1Y}\n      b: {learning: b, after: a, within: P3M}",
    "with_feedback": "a: {delivery: group, each_with: {f: {learning: a}}, within: P9M}",
}


def _kept(rule: str) -> Pathway:
    text = (
        "pathway: kept\nroles: [panel]\nlevels:\n"
        f"  leader:\n    requires: {{}}\n    valid: P2Y\n    keep:\n      {rule}\n"
        "  other:\n    requires: {}\n    valid: P7M\n    keep: {o: {supervision: weekly, within: P5M}}\n"
    )
    return read_pathway_text("kept", text)


@pytest.mark.parametrize("rule", KEEPS.values(), ids=KEEPS)
@given(rows=records(), granted=st.integers(0, 300), other=st.integers(0, 300), waived=st.integers(0, 400))
@settings(max_examples=8, deadline=None)
def test_a_lapse_is_found_on_the_day_that_looking_at_every_day_finds(
    rule: str, rows: list[dict[str, Any]], granted: int, other: int, waived: int
) -> None:
    pathway = _kept(rule)
    decided = [
        {"id": "x1", "type": "award", "what": "leader", "on": START + timedelta(granted)},
        {"id": "x2", "type": "award", "what": "other", "on": START + timedelta(other)},
        {"id": "x3", "type": "waiver", "what": "leader/a", "on": START + timedelta(waived), "by": "panel",
         "until": START + timedelta(waived + 60)},
    ]  # fmt: skip
    used = [row for row in rows if row["what"] != "leader"] + decided
    evidence = Evidence.of({"holder": "amina", "records": used})
    case = open_case(pathway, evidence, None, instruments=())
    level, day = pathway.levels["leader"], date(2025, 11, 1)
    award = award_of(case, "amina", "leader", day)
    assert award is not None
    standing = granted_standing(case, level, award, day)
    broken, doubtful, one = None, False, award.clock
    while one <= day and broken is None:
        result = result_of(judge_all(to_keep(case, level, award, one)))
        broken = one if result is Result.NOT_MET else None
        doubtful = doubtful or result is Result.CANNOT_TELL
        one += timedelta(1)
    assert standing.lapsed_on == broken
    assert standing.certain == (broken is not None or not doubtful)
