"""Who may sign an assessment: permission, independence and calibration as of a day, each with its finding; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from training.assessments.attempts.rules import AttemptRule, RatedAttempt, before, first_day
from training.assessments.calibration.rules import Calibrated, CalibrationRule, state_of
from training.parsing.plurals import many

ALWAYS_APART = frozenset({"relative"})
"""Relations that never may assess each other."""
INDEPENDENT_OF = ALWAYS_APART | {"supervisor", "trainer", "co_leader", "manager"}
"""Relations that stand in the way when an independent assessment is asked for."""
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
COUNTERSIGN = "A colleague has to countersign"
"""What is said of a signature that does not count alone."""
RELATION_WORDS = {
    "relative": "a relative of the trainee",
    "supervisor": "a supervisor of the trainee",
    "trainer": "a trainer of the trainee",
    "co_leader": "a co-leader of the trainee",
    "manager": "a manager of the trainee",
    "assessor": "somebody who assessed the trainee before",
}


@dataclass(frozen=True)
class HeldPermission:
    """A permission that the rater was given: `what` is the award as "pathway/level", `may` its words."""

    id: str
    what: str
    may: str
    starts: date
    ends: date | None = None
    site: UUID | None = None
    because: str = ""

    @property
    def alone(self) -> bool:
        """Tells whether a signature by this permission counts alone; a trainee may "assess with a countersignature"."""
        return "countersign" not in self.may.lower()

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
class RaterFacts:
    """All that is known about a rater, with regard to one trainee and one instrument."""

    rater: UUID
    trainee: UUID
    permissions: tuple[HeldPermission, ...] = ()
    relations: tuple[Related, ...] = ()
    calibrations: tuple[Calibrated, ...] = ()
    asked: tuple[CalibrationRule, ...] = (CalibrationRule(),)
    """What holds for the calibration of whoever signs this."""
    alike: bool = False
    """Whether an address that both records have says that the two are one person."""
    attempts: tuple[RatedAttempt, ...] = ()
    attempt_rules: tuple[AttemptRule, ...] = ()
    """The attempts of the trainee with the instrument before, and what holds for another."""
    beside: tuple[Related, ...] = ()
    """How they stand to those who rate with them, or whose ratings they countersign."""


@dataclass(frozen=True)
class IneligibilityReason:
    """One thing that was looked at: whether it stands in the way, in words, and which record says so.

    `countersign`: it lets somebody sign, and a colleague has to countersign.
    """

    about: str
    allows: bool
    words: str
    record: str = ""
    countersign: bool = False


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

    @property
    def countersign(self) -> tuple[str, ...]:
        """Says why a colleague has to countersign; nothing where the signature counts alone."""
        return tuple(finding.words for finding in self.findings if finding.countersign)

    def frozen(self) -> dict[str, Any]:
        """Gives plain values to store with a signature."""
        findings = [asdict(finding) for finding in self.findings]
        return asdict(self) | {"on": self.on.isoformat(), "findings": findings, "countersign": bool(self.countersign)}


def may_sign(
    facts: RaterFacts, *, on: date, independent: bool, site: UUID | None = None, watched: date | None = None
) -> Eligibility:
    """Tells whether the rater may sign an assessment of the trainee, as of the day; it was `watched` then or before."""
    findings = (
        *_about_self(facts),
        _about_permission(facts.permissions, on, site),
        *_about_relations(facts.relations, on, independent),
        *_about_raters(facts.beside, on),
        *(_about_calibration(facts.calibrations, rule, on) for rule in facts.asked),
        *_about_attempts(facts, watched or on),
    )
    return Eligibility(on, all(finding.allows for finding in findings), findings)


def _about_self(facts: RaterFacts) -> list[IneligibilityReason]:
    if facts.rater == facts.trainee:
        return [
            IneligibilityReason("self", False, "Nobody can assess themselves. Ask another assessor", str(facts.rater))
        ]
    return [IneligibilityReason("self", False, MAY_BE_ONE, str(facts.rater))] if facts.alike else []


def _about_permission(permissions: Sequence[HeldPermission], on: date, site: UUID | None) -> IneligibilityReason:
    held = [one for one in permissions if one.lets_assess() and (one.site is None or one.site == site)]
    live = [one for one in held if one.starts <= on and (one.ends is None or on <= one.ends)]
    if live:
        best = max(live, key=lambda one: one.alone)
        words = f"Holds the permission to {best.may or 'assess'}"
        return IneligibilityReason("permission", True, words, best.id, countersign=not best.alone)
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


def _about_raters(beside: Iterable[Related], on: date) -> list[IneligibilityReason]:
    """Relatives do not rate one person together, nor countersign each other, as one may follow the other."""
    words = "Is a relative, partner or close friend of somebody who rates. One of the two has to be somebody else"
    apart = [one for one in beside if one.kind in ALWAYS_APART and (one.starts is None or one.starts <= on)]
    return [IneligibilityReason("rater", False, words, one.id) for one in apart[:1]]


def _about_calibration(runs: Iterable[Calibrated], rule: CalibrationRule, on: date) -> IneligibilityReason:
    found = state_of(runs, rule, on=on)
    asked = f"{rule.title or 'The programme'} asks for a calibration with {rule.instrument}"
    if found.last is None:
        if rule.programme is None:
            return IneligibilityReason("calibration", True, "No calibration is on record")
        words = f"No calibration is on record. {asked}. {COUNTERSIGN}"
        return IneligibilityReason("calibration", True, words, countersign=True)
    words = f"Agreed with the standard in {found.last.agreement:g} percent on {_day(found.last.on)}"
    if found.word == "out":
        words = f"{words}; {rule.agreement:g} are needed"
    elif found.until:
        words = f"{words}, which {'counted' if found.word == 'overdue' else 'counts'} until {_day(found.until)}"
    words += "" if found.good else f". {COUNTERSIGN}"
    return IneligibilityReason("calibration", True, words, found.last.id, countersign=not found.good)


def _about_attempts(facts: RaterFacts, watched: date) -> Iterable[IneligibilityReason]:
    earlier = before(facts.attempts, watched)
    for rule in facts.attempt_rules if earlier else ():
        first, number = first_day(rule, earlier), len({one.number for one in earlier}) + 1
        if first:
            words = f"{rule.title} counts another attempt from {_day(first)} on"
            words += "" if watched >= first else ". Choose that day or a later one"
            yield IneligibilityReason("attempt", watched >= first, words, str(earlier[0].id))
        if rule.most is not None:
            words = f"{rule.title} allows {many(rule.most, 'attempt')}; this would be attempt {number}"
            yield IneligibilityReason("attempt", number <= rule.most, words, str(earlier[-1].id))
        if rule.other:
            rated = next((one for one in earlier if facts.rater in one.raters), None)
            words = "Rated an earlier attempt" if rated else "Rated no earlier attempt"
            words += f"; {rule.title} asks for somebody else"
            yield IneligibilityReason("attempt", rated is None, words, str(rated.id) if rated else "")


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def programme_meant(places: frozenset[UUID], rated_in: frozenset[UUID]) -> UUID | None:
    """Returns the one programme that an assessment can be for; None where it has to be asked.

    `places` are the programmes that somebody is in, `rated_in` those whose rules name the instrument.
    """
    possible = (places & rated_in) or rated_in or places
    return next(iter(possible)) if len(possible) == 1 else None
