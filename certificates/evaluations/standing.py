"""How a certification stands on a day as known on a day: the one answer for pages, verify, register and audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

GRANTING = frozenset({"certified", "conditional"})
GOOD = frozenset({"certified", "renewal_due", "in_grace", "provisional"})
"""Standings that let somebody deliver and sign."""
IN_FORCE = GOOD | {"suspended"}
"""Standings in which a certificate may count again without a new decision."""
ENDED = frozenset({"withdrawn", "replaced"})
"""Standings in which a credential is revoked; an expired one tells so by itself."""
OVER = ENDED | {"lapsed"}
"""Standings in which a credential is of no use any more."""

WORDS = {
    "in_training": "In training",
    "provisional": "Provisional",
    "certified": "Certified",
    "renewal_due": "Renewal due",
    "in_grace": "In grace",
    "lapsed": "Lapsed",
    "suspended": "Suspended",
    "withdrawn": "Withdrawn",
    "replaced": "Replaced",
}
VERIFIED = {
    "provisional": "valid",
    "certified": "valid",
    "renewal_due": "valid",
    "in_grace": "in grace",
    "lapsed": "expired",
    "suspended": "suspended",
    "withdrawn": "withdrawn",
    "replaced": "replaced",
}
"""Standing → the word of the public check."""

FROM_TO = {
    "suspended": ("certified", "renewal_due", "in_grace", "provisional"),
    "restored": ("suspended", "withdrawn", "lapsed"),
    "withdrawn": ("certified", "renewal_due", "in_grace", "provisional", "suspended", "lapsed"),
    "replaced": ("certified", "renewal_due", "in_grace", "provisional", "suspended", "lapsed"),
    "lapsed": ("certified", "renewal_due", "in_grace", "provisional"),
    "provisional": ("certified", "renewal_due", "in_grace"),
    "lifted": ("provisional", "in_grace"),
}
"""The allowed graph: a change → the standings it may come after."""
MARKS = ("provisional", "lifted")
"""Changes that say whether a condition hangs on the award, beside whatever else becomes of it."""


@dataclass(frozen=True)
class Period:
    """One certification: its first day, when renewal opens, its last day, the last day of grace; None: no end."""

    starts: date
    recorded: datetime
    renewal_opens: date | None = None
    ends: date | None = None
    over: date | None = None


@dataclass(frozen=True)
class Change:
    """One change of a certification: what, from when (and to when), and when it was recorded."""

    state: str
    effective: date
    recorded: datetime
    until: date | None = None


def standing_on(period: Period, changes: Iterable[Change], as_of: date, known_at: datetime | None = None) -> str | None:
    """Tells the standing on a day, using only what was recorded up to `known_at`; None when it had not begun.

    Changes come in the order they were made, none effective before an earlier one. Source: pathway language,
    section 7, without `keep`, whose lapses arrive here as changes.
    """
    known = [change for change in changes if known_at is None or change.recorded <= known_at]
    if period.starts > as_of or (known_at is not None and period.recorded > known_at):
        return None
    seen = [change for change in known if change.effective <= as_of]
    marks = [change.state for change in seen if change.state in MARKS]
    states = [change for change in seen if change.state not in MARKS]
    changed = _changed(states[-1], as_of) if states else None
    return changed or _by_the_calendar(period, as_of, provisional=marks[-1:] == ["provisional"])


def _changed(latest: Change, as_of: date) -> str | None:
    if latest.state == "restored" or (latest.until is not None and latest.until < as_of):
        return None
    return latest.state


def _by_the_calendar(period: Period, as_of: date, *, provisional: bool) -> str:
    if period.ends is not None and as_of > period.ends:
        return "in_grace" if period.over is not None and as_of <= period.over else "lapsed"
    if provisional:
        return "provisional"
    if period.renewal_opens is not None and as_of >= period.renewal_opens:
        return "renewal_due"
    return "certified"


def permitted_change(standing: str, change: str) -> bool:
    """Tells whether a change may come after a standing."""
    return standing in FROM_TO[change]


def is_new_evidence(record: Mapping[str, Any], level: str) -> bool:
    """Tells whether a record, unknown when a level was refused, is a reason to look at the case again.

    Not so: what is not confirmed, what others hold or are, and the decisions on the level itself.
    """
    if record["type"] in ("relation", "role", "state") or "who" in record or record.get("result") == "pending":
        return False
    return not record.get("void") and (record["type"], record["what"]) != ("award", level)
