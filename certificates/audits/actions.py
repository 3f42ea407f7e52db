"""Draws an audit's sample and records what was found in each case; an overturned one is withdrawn at once."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Subquery

from certificates.audits.models import Audit, AuditCase, visible_to
from certificates.evaluations import changes
from certificates.evaluations.models import Certification
from certificates.register.register import RegisterFilter, certifications_on, ids_at
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.core.sampling import draw
from training.database.connection import snapshot, transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.trail import facts

FINDINGS = ("upheld", "overturned")


async def draw_sample(title: str, asked: RegisterFilter, *, size: int, seed: str, actor: Actor, now: datetime) -> Audit:
    """Draws a sample from the register as the question finds it; the seed makes it repeatable.

    What is recorded on later days must not change the answer, so the question keeps the day it was known.
    """
    if not actor.may("audit"):
        raise NotAllowed("You may not draw an audit.", "Ask the central unit.")
    asked = replace(asked, known_at=asked.known_at or local_day(now, actor.zone))
    found = await certifications_on(actor, asked)
    async with snapshot():  # or somebody certified meanwhile would stand at another's place
        number = await found.count()
        drawn = draw(number, size=size, seed=seed)
        ids = await ids_at(found, drawn)
    if not number:
        raise Invalid("There is a problem", problems={"form": "Nobody is in the register for this day and area"})
    async with transaction():
        audit = await Audit.create(
            id=uuid4(), unit_id=actor.unit_id, title=title, asked=asked.query() | {"size": size}, seed=seed,
            found=number, drawn=now, drawn_by_id=actor.person_id,
        )  # fmt: skip
        cases = [
            await AuditCase.create(id=uuid4(), audit_id=audit.id, certification_id=ids[one], position=position)
            for position, one in enumerate(drawn, 1)
        ]
        detail = {"size": len(drawn), "found": number, "seed": seed}
        await facts.record(
            "audit.drawn", audit, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail, rows=cases
        )
    return audit


async def find(case_id: UUID, *, finding: str, reasons: str, actor: Actor, now: datetime) -> AuditCase:
    """Upholds or overturns a case, once; overturning withdraws the certification in the same transaction."""
    case = await AuditCase.get_or_none(
        id=case_id, audit_id__in=Subquery(visible_to(actor).values("id"))
    ).prefetch_related("certification")
    if case is None:
        raise NotFound("There is no such case.", "Look at the audit again.")
    problems = {} if finding in FINDINGS else {"finding": "Choose upheld or overturned"}
    if not reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    certification: Certification = case.certification
    remedy = "Ask another auditor."
    if certification.person_id:
        await refuse_own(certification.person_id, actor.person_id, "You may not judge your own case.", remedy)
    wanted = changes.RequestedChange("withdrawn", reasons, local_day(now, actor.zone), grounds="evidence")
    async with changes.conflicts(), transaction():
        taken = AuditCase.filter(id=case_id, finding="open")
        if not await taken.update(finding=finding, reasons=reasons, found=now, found_by_id=actor.person_id):
            raise Conflict("This case has a finding already.", "Look at the audit again.")
        if finding == "overturned":
            await changes.insert(certification, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)
        await facts.record(
            "audit.finding", case, actor=actor.person_id, person=certification.person_id, unit=actor.unit_id, now=now,
            detail={"finding": finding},
        )  # fmt: skip
    return await AuditCase.get(id=case_id)
