"""Who may countersign, and who answers for an assessment that was countersigned; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.assessments.rules import Eligibility

WEEK = 7
"""Days after which the central unit is asked to find a colleague."""
FINDINGS = {"countersigned": "Countersigned", "returned": "Returned"}


def why_not(found: Eligibility) -> tuple[str, ...]:
    """Says what keeps a colleague from countersigning: all that keeps their own signature from counting alone."""
    return (*found.reasons, *found.countersign)


def who_answers(raters: Sequence[str], signed: Mapping[str, Any], by: str) -> list[str]:
    """Lists who signs for an assessment by the rules of a pathway; `signed` is what was frozen with each signature.

    Whoever countersigned stands in for a rater whose signature does not count alone. A rater who is not independent of
    the trainee stays named beside them, so that a rule which asks for somebody else still sees who watched.
    """
    left = []
    for one in raters:
        found = signed.get(one) or {}
        findings = [finding for day in found.values() for finding in day["findings"]]
        alone = not any(finding.get("countersign") for finding in findings)
        if alone or any(finding["about"] == "relation" and finding["record"] for finding in findings):
            left.append(one)
    return [*left, by]
