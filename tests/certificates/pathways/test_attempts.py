"""What rules ask of another attempt at an assessment; the engine draws the line on the same day."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from certificates.pathways.attempts import AttemptsAsked, attempts_asked
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway_text
from training.assessments.attempts.rules import AttemptRule, RatedAttempt
from training.assessments.rules import HeldPermission, RaterFacts, may_sign
from training.parsing.lengths import Length

FIRST = "first: {assessment: leading, pass: any}"
AGAIN = "again: {assessment: leading, since: first, within: [P2W, P1Y], where: {attempt: {max: 2}}%s}"
OTHER = ", by: {holds: rater, not_own: assessor}"
WEEKS = Length.of("P2W")


def _read(*leaves: str):
    lines = "".join(f"      {leaf}\n" for leaf in leaves)
    head = "pathway: p\ntitle: P\nroles: [rater]\nlevels:\n  only:\n    requires:\n"
    return read_pathway_text("p", f"{head}{lines}")


@pytest.mark.parametrize(
    ("leaves", "asked"),
    [
        ((FIRST, AGAIN % ""), [AttemptsAsked("leading", WEEKS, 2)]),
        ((FIRST, AGAIN % OTHER), [AttemptsAsked("leading", WEEKS, 2, other=True)]),
        ((FIRST, AGAIN % OTHER, "more: {assessment: leading}"), []),
        ((FIRST, AGAIN % OTHER, "more: {assessment: another}"), [AttemptsAsked("leading", WEEKS, 2, other=True)]),
        (("passed: {assessment: leading}", AGAIN.replace("first", "passed") % ""), []),
        (("once: {assessment: leading, where: {attempt: {max: 1}}}",), [AttemptsAsked("leading", most=1)]),
    ],
)
def test_another_attempt_is_asked_what_every_rule_on_the_assessment_asks_and_the_mildest_holds(leaves, asked):
    assert attempts_asked(_read(*leaves)) == asked


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("attempt", [2, 3])
@pytest.mark.parametrize("by", ["bruno", "gwen"])
def test_the_engine_takes_another_attempt_exactly_where_the_rule_does(days, attempt, by):
    first, watched = date(2026, 5, 1), date(2026, 5, 15) + timedelta(days)
    records = [
        {"id": f"role-{one}", "type": "role", "what": "rater", "who": one, "on": date(2020, 1, 1)}
        for one in ("bruno", "gwen")
    ]
    early = [
        {"id": f"a{number}", "type": "assessment", "what": "leading", "on": first, "by": "bruno", "result": "failed"}
        | {"attempt": number}
        for number in range(1, attempt)
    ]
    related = {"id": "rel", "type": "relation", "what": "assessor", "who": "bruno", "on": first}
    last = {"id": "b", "type": "assessment", "what": "leading", "on": watched, "by": by, "result": "passed"}
    evidence = Evidence.of({"holder": "amina", "records": [*records, *early, related, last | {"attempt": attempt}]})
    rules = _read(FIRST, AGAIN % OTHER)
    met = str(evaluate(rules, evidence, watched).level("only").result) == "met"
    people = {name: uuid4() for name in ("bruno", "gwen")}
    (asked,) = attempts_asked(rules)
    rule = AttemptRule("leading", uuid4(), "P", asked.wait, asked.most, asked.other)
    facts = RaterFacts(
        people[by], uuid4(), (HeldPermission("h", "p/assessor", "assess", date(2020, 1, 1)),), asked=(),
        attempts=tuple(
            RatedAttempt(UUID(int=number), number, first, "not_met", frozenset({people["bruno"]}))
            for number in range(1, attempt)
        ),
        attempt_rules=(rule,),
    )  # fmt: skip
    assert may_sign(facts, on=watched, independent=False).allowed is met
    assert may_sign(facts, on=watched + timedelta(20), independent=False, watched=watched).allowed is met
