"""Records in words: the kinds of records, and names of the language as people say them; pure."""

from training.parsing import labels
from training.records.rules import KINDS_OF_SUPERVISION

KINDS = {
    "award": "Award",
    "check": "Check",
    "learning": "Learning",
    "quiz": "Quiz",
    "delivery": "Delivery",
    "supervision": "Supervision",
    "assessment": "Assessment",
    "feedback": "Feedback",
    "calibration": "Calibration",
    "signoff": "Sign-off",
    "relation": "Works with",
    "role": "Role",
    "qualification": "Qualification",
    "background": "Background",
    "registration": "Registration",
    "agreement": "Agreement",
    "membership": "Membership",
    "experience": "Experience",
    "portfolio": "Portfolio",
    "fee": "Fee",
    "event": "Event",
    "return": "Data handed in",
    "waiver": "Recognised prior learning",
}
"""Type of a record → its words, in the order of the page."""

TOLD_ELSEWHERE = frozenset({"role", "relation"})
"""Types that no form records: they come from what was done here."""

SPELT = labels.NAMES | {"live": "in the room"}
"""Names of the language that are not spelt as they are said, and what is said otherwise of a record than in a form."""


def plain(name: str) -> str:
    """Writes a name of the language as words."""
    return labels.plain(SPELT.get(name, name.replace("-", " ")))


def record_name(type_: str, what: str) -> str:
    """Says what is recorded: by its own name, else by its kind."""
    if type_ == "supervision":
        return KINDS_OF_SUPERVISION.get(what, plain(what)).split(":")[0] if what else "A supervision session"
    return plain(what) if what else f"Any other {KINDS[type_].lower()}"
