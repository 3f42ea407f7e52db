"""Finds what was decided about somebody: the outcome with its reason and days, as every page and mail tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from certificates.credentials.facts import thawed
from certificates.evaluations import pathway_versions
from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import (
    Appeal,
    Certificate,
    Certification,
    Decision,
    Evaluation,
    StateChange,
    latest_certificate,
)
from certificates.evaluations.outcome_text import GROUNDS, OUTCOMES, OutcomeText
from certificates.evaluations.standing import GRANTING, MARKS
from training.assessments.models import Assessment
from training.core.dates import local_day
from training.people.holders import same_holder
from training.people.models import Person
from training.records.words import plain

_DAY = timedelta(days=1)
REFUSALS = ("deferred", "declined")


@dataclass(frozen=True)
class Outcome:
    """One outcome: its place in the table of words, the level, from which day and to which, why, until when to appeal.

    `id` is what one appeals against: the decision's, change's or assessment's; none where the calendar brought it.
    """

    state: str
    level: str
    since: date
    until: date | None = None
    reason: str = ""
    grounds: str = ""
    id: UUID | None = None
    appeal_until: date | None = None
    appeal: Appeal | None = None

    @property
    def words(self) -> OutcomeText:
        """Gives the words of the table."""
        return OUTCOMES[self.state]

    @property
    def is_refusal(self) -> bool:
        """Tells whether a case was refused; that has a day, and no time that it lasts."""
        return self.state == "failed" or self.state.removeprefix("renewal_") in REFUSALS

    @property
    def has_fallen(self) -> bool:
        """Tells whether an appeal was found right, so that it does not stand any more."""
        return self.appeal is not None and self.appeal.finding == "overturned"

    @property
    def public_reason(self) -> str:
        """Gives the class of the reason, which anybody may know."""
        return GROUNDS[self.grounds]

    @property
    def heading(self) -> str:
        """Says to the holder what has come out, and for what."""
        return f"{self.words.subject}: {self.level}"

    def open_to_appeal(self, today: date) -> bool:
        """Tells whether the days to appeal still run, and nobody has."""
        return self.appeal is None and self.appeal_until is not None and today <= self.appeal_until


async def of_certification(found: Certification, today: date) -> Outcome:
    """Tells how a certification stands on a day, and by which decision or change."""
    standing = await standing_of(found, today) or "certified"
    seen = StateChange.filter(certification_id=found.id, effective__lte=today).exclude(state__in=MARKS)
    last = await seen.order_by("-turn").first().prefetch_related("appeal")
    if last and last.state == standing:
        return _of_change(last, found)
    if standing in ("in_grace", "lapsed"):
        over = found.ends if standing == "in_grace" else found.over
        until = found.over if standing == "in_grace" else None
        return Outcome(standing, found.level_title, (over or today) + _DAY, until, GROUNDS["time"], "time")
    made = await Decision.get(id=found.decision_id).prefetch_related("appeal")
    appeal_until = made.appeal_until if standing == "provisional" else None
    reason = "" if standing == "renewal_due" else made.reasons  # the calendar brought it, and nobody decided it
    return Outcome(
        standing, found.level_title, found.starts, found.ends, reason, "", made.id, appeal_until, made.appeal
    )  # fmt: skip


async def of_certificate(row: Certificate, today: date) -> Outcome:
    """Tells how a certificate stands: as its certification does, until it is issued again; that must be fetched.

    Of one that was withdrawn every certificate says so.
    """
    outcome = await of_certification(row.certification, today)
    later = await Certificate.filter(certification_id=row.certification_id, issue=row.issue + 1).first()
    if later is None or outcome.state == "withdrawn":
        return outcome
    since = local_day(later.reserved, thawed(later.facts).zone)
    return Outcome("replaced", outcome.level, since, None, later.because, "reissue")


async def of_change(change: StateChange) -> Outcome:
    """Tells a change of a certification as it was made, whatever came after."""
    return _of_change(change, await Certification.get(id=change.certification_id))


def _of_change(change: StateChange, found: Certification) -> Outcome:
    return Outcome(
        change.state, found.level_title, change.effective, change.until, change.reason, change.grounds, change.id,
        change.appeal_until, change.appeal,
    )  # fmt: skip


async def of_decision(made: Decision) -> Outcome:
    """Tells a decision as it was made; the pathway and the appeal must be fetched."""
    level = pathway_versions.read(made.pathway).levels[made.level].title or plain(made.level)
    state = "provisional" if made.outcome == "conditional" else made.outcome
    basis = await Evaluation.get(id=made.evaluation_id)
    if state in REFUSALS and basis.standing in ("renewal_due", "in_grace"):
        state = f"renewal_{state}"
    return Outcome(state, level, made.on, None, made.reasons, "", made.id, made.appeal_until, made.appeal)


async def of_assessment(rated: Assessment) -> Outcome:
    """Tells an assessment that was not passed; its version and its unit must be fetched."""
    assert rated.signed is not None
    appeal = await Appeal.get_or_none(assessment_id=rated.id)
    until = local_day(rated.signed, rated.unit.zone) + timedelta(days=rated.unit.appeal_days)
    return Outcome("failed", rated.version.title, rated.observed, None, "", "", rated.id, until, appeal)


async def refusal_of(holder: Mapping[str, UUID], slug: str, level: str, per: str) -> Outcome | None:
    """Finds the refusal with which the last case of a level ended; none where it was granted, or none was decided."""
    made = await earlier_decisions(holder, slug, level, per)
    if not made or made[0].outcome in GRANTING:
        return None
    return await of_decision(made[0])


async def earlier_decisions(holder: Mapping[str, UUID], slug: str, level: str, per: str) -> list[Decision]:
    """Lists the decisions on a level of a holder, the latest first."""
    same = Decision.filter(**holder, pathway__slug=slug, level=level, per=per)
    return await same.order_by("-recorded").prefetch_related("pathway", "appeal")


async def decider_words(made: Decision) -> str:
    """Names who decided: one person, all of a panel whose votes counted, or the rules alone."""
    rows = await Person.filter(id__in=[UUID(one) for one in made.deciders]).order_by("name")
    names = ", ".join(row.name for row in rows)
    return f"a panel: {names}" if made.panel is not None else names or "the rules"


async def newer_certificate(row: Certificate) -> Certificate | None:
    """Finds what took the place of a certificate: the one that was issued last instead, else that of the renewal.

    Where two records of one person were merged it may be an earlier one that runs longer.
    """
    found = row.certification
    last = await latest_certificate(found.id)
    if last and last.issue > row.issue:
        return last
    others = Certificate.filter(
        **same_holder(found), certification__pathway_slug=found.pathway_slug, certification__level=found.level,
        certification__per=found.per,
    ).exclude(certification_id=found.id)  # fmt: skip
    later = others.filter(certification__recorded__gt=found.recorded)
    return (
        await later.order_by("certification__recorded", "-issue").first()
        or await others.order_by("-certification__starts", "-issue").first()
    )
