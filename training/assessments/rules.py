"""Who may sign an assessment: permission, independence and calibration as of a day, each with its finding; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

ALWAYS_APART = frozenset({"relative"})
"""Relations that never may assess each other."""
INDEPENDENT_OF = ALWAYS_APART | {"supervisor", "trainer", "co_leader", "manager"}
"""Relations that stand in the way when an independent assessment is asked for."""
AGREEMENT_NEEDED = 80
"""Percent of agreement with the standard below which a rater's last calibration is not good enough."""
ENDED = {
    "": "The permission to assess ended on",
    "suspended": "The certificate to assess is suspended. The last day it held was",
    "withdrawn": "The certificate to assess was withdrawn. The last day it held was",
    "lapsed": "The certificate to assess has lapsed. The last day it held was",
    "condition": "The permission to assess rests on something that is no longer so. The last day it held was",
}
"""Why a permission ended → its words, with the day behind them."""
WHAT_NOW = {
    "": "Renew it first",
    "suspended": "Ask the central unit why, and when it goes on",
    "withdrawn": "Ask the central unit",
    "lapsed": "The pathway says what is asked to come back",
    "condition": "The pathway says what is missing, such as a safety check",
}
MAY_BE_ONE = (
    "Nobody can assess themselves, and the records of the trainee and of the assessor share an e-mail address. If they "
    "are two people, the central unit can say so on the page “Records that may be of one person”, under People"
)
RELATION_WORDS = {
    "relative": "a relative of the trainee",
    "supervisor": "a supervisor of the trainee",
    "trainer": "a trainer of the trainee",
    "co_leader": "a co-leader of the trainee",
    "manager": "a manager of the trainee",
    "assessor": "somebody who assessed the trainee before",
}


@dataclass(frozen=True)
class Held:
    """A permission that the rater was given: `what` is the award as "pathway/level", `may` its words."""

    id: str
    what: str
    may: str
    starts: date
    ends: date | None = None
    site: UUID | None = None
    because: str = ""

    def lets_assess(self) -> bool:
        """Tells whether this permission is one to assess."""
        return self.what.endswith("/assessor") or self.may.strip().lower().startswith("assess")


@dataclass(frozen=True)
class Related:
    """How the rater stands to the trainee; a relation of unknown day has no `starts`."""

    id: str
    kind: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class Calibrated:
    """How far the rater agreed with the standard, in percent, on a day."""

    id: str
    agreement: float
    on: date


@dataclass(frozen=True)
class RaterFacts:
    """All that is known about a rater, with regard to one trainee and one instrument."""

    rater: UUID
    trainee: UUID
    permissions: tuple[Held, ...] = ()
    relations: tuple[Related, ...] = ()
    calibrations: tuple[Calibrated, ...] = ()
    alike: bool = False
    """Whether an address that both records have says that the two are one person."""


@dataclass(frozen=True)
class IneligibilityReason:
    """One thing that was looked at: whether it stands in the way, in words, and which record says so."""

    about: str
    allows: bool
    words: str
    record: str = ""


@dataclass(frozen=True)
class Eligibility:
    """Whether somebody may sign as of a day, and everything that was looked at to say so."""

    on: date
    allowed: bool
    findings: tuple[IneligibilityReason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Says what stands in the way."""
        return tuple(finding.words for finding in self.findings if not finding.allows)

    def frozen(self) -> dict[str, Any]:
        """Gives plain values to store with a signature."""
        return asdict(self) | {"on": self.on.isoformat(), "findings": [asdict(finding) for finding in self.findings]}


def may_sign(facts: RaterFacts, *, on: date, independent: bool, site: UUID | None = None) -> Eligibility:
    """Tells whether the rater may sign an assessment of the trainee, looked at on the day."""
    findings = (
        *_about_self(facts),
        _about_permission(facts.permissions, on, site),
        *_about_relations(facts.relations, on, independent),
        _about_calibration(facts.calibrations, on),
    )
    return Eligibility(on, all(finding.allows for finding in findings), findings)


def _about_self(facts: RaterFacts) -> list[IneligibilityReason]:
    if facts.rater == facts.trainee:
        return [
            IneligibilityReason("self", False, "Nobody can assess themselves. Ask another assessor", str(facts.rater))
        ]
    return [IneligibilityReason("self", False, MAY_BE_ONE, str(facts.rater))] if facts.alike else []


def _about_permission(permissions: Sequence[Held], on: date, site: UUID | None) -> IneligibilityReason:
    held = [one for one in permissions if one.lets_assess() and (one.site is None or one.site == site)]
    live = [one for one in held if one.starts <= on and (one.ends is None or on <= one.ends)]
    if live:
        return IneligibilityReason("permission", True, f"Holds the permission to {live[0].may or 'assess'}", live[0].id)
    ended = sorted((one for one in held if one.ends and one.ends < on), key=lambda one: one.ends or on)
    if ended:
        last = ended[-1]
        words = f"{ENDED.get(last.because, ENDED[''])} {_day(last.ends)}. {WHAT_NOW.get(last.because, WHAT_NOW[''])}"
        return IneligibilityReason("permission", False, words, last.id)
    return IneligibilityReason(
        "permission", False, f"There is no permission to assess on {_day(on)}. Ask your central unit"
    )


def _about_relations(relations: Iterable[Related], on: date, independent: bool) -> list[IneligibilityReason]:
    barred = INDEPENDENT_OF if independent else ALWAYS_APART
    seen = [one for one in relations if one.starts is None or one.starts <= on]
    if not seen:
        return [IneligibilityReason("relation", True, "No relation to the trainee is on record")]
    return [_about_relation(one, barred) for one in sorted(seen, key=lambda one: (one.kind, one.id))]


def _about_relation(related: Related, barred: frozenset[str]) -> IneligibilityReason:
    words = f"Is or was {RELATION_WORDS.get(related.kind, related.kind)}"
    if related.kind in barred:
        return IneligibilityReason("relation", False, f"{words}. This assessment needs somebody else", related.id)
    return IneligibilityReason("relation", True, f"{words}; this assessment allows that", related.id)


def _about_calibration(calibrations: Iterable[Calibrated], on: date) -> IneligibilityReason:
    runs = sorted((one for one in calibrations if one.on <= on), key=lambda one: (one.on, one.id))
    if not runs:
        return IneligibilityReason("calibration", True, "No calibration is on record")
    last = runs[-1]
    words = f"Agreed with the standard in {last.agreement:g} percent on {_day(last.on)}"
    if last.agreement < AGREEMENT_NEEDED:
        return IneligibilityReason(
            "calibration", False, f"{words}; {AGREEMENT_NEEDED} are needed. Calibrate again", last.id
        )
    return IneligibilityReason("calibration", True, words, last.id)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def programme_meant(places: frozenset[UUID], rated_in: frozenset[UUID]) -> UUID | None:
    """Returns the one programme that an assessment can be for; None where it has to be asked.

    `places` are the programmes that somebody is in, `rated_in` those whose rules name the instrument.
    """
    possible = (places & rated_in) or rated_in or places
    return next(iter(possible)) if len(possible) == 1 else None
