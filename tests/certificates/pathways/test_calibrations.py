"""What rules ask of the calibration of whoever signs an assessment; the engine draws the line on the same day."""

from datetime import date, timedelta

import pytest

from certificates.pathways.calibrations import CalibrationAsked, calibrations_asked
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway_text
from training.assessments.calibration.rules import Calibrated, CalibrationRule, state_of
from training.parsing.lengths import Length

YEAR = Length.of("P1Y")
LEAF = "{assessment: leading, by: {holds: rater, requires: {agreed: {calibration: tool, %s}}}}"
STRICT = LEAF.replace("agreed", "strictly") % "pass: {agreement: 90}, within: P6M"
MILD = LEAF % "pass: {agreement: 85}, within: P1Y"


def _read(*leaves: str):
    lines = "".join(f"      r{at}: {leaf}\n" for at, leaf in enumerate(leaves))
    head = "pathway: p\ntitle: P\nroles: [rater]\nlevels:\n  only:\n    requires:\n"
    return read_pathway_text("p", f"{head}{lines}")


@pytest.mark.parametrize(
    ("leaves", "asked"),
    [
        ((MILD,), [CalibrationAsked("leading", "tool", 85, YEAR)]),
        ((STRICT, MILD), [CalibrationAsked("leading", "tool", 85, YEAR)]),
        ((MILD, "{assessment: leading}"), []),
        ((MILD, "{assessment: another}"), [CalibrationAsked("leading", "tool", 85, YEAR)]),
        ((LEAF % "advisory: true, within: P1Y",), []),
        ((LEAF % "pass: {agreement: 85}",), [CalibrationAsked("leading", "tool", 85)]),
    ],
)
def test_a_calibration_is_asked_for_where_every_rule_on_the_assessment_does_and_the_mildest_holds(leaves, asked):
    assert calibrations_asked(_read(*leaves)) == asked


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("agreement", [84, 85])
def test_the_engine_takes_a_signature_exactly_where_the_rule_does(days, agreement):
    taken, on = date(2025, 5, 31), date(2026, 5, 31) + timedelta(days)
    records = [
        {"id": "k", "type": "calibration", "what": "tool", "who": "bruno", "on": taken, "agreement": agreement},
        {"id": "r", "type": "role", "what": "rater", "who": "bruno", "on": date(2020, 1, 1)},
        {"id": "a", "type": "assessment", "what": "leading", "on": on, "by": "bruno", "result": "passed"},
    ]
    verdict = evaluate(_read(MILD), Evidence.of({"holder": "amina", "records": records}), on).level("only")
    rule = CalibrationRule("leading", "tool", agreement=85, period=YEAR)
    state = state_of([Calibrated("k", agreement, taken, "tool")], rule, on=on)
    assert (str(verdict.result) == "met") is state.good
