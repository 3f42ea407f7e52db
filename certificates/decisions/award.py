"""Awards: the certification that a decision grants, the end of the one before it, permissions, and the certificate."""

from datetime import date, datetime
from uuid import uuid4

from certificates.credentials.issue import Issue, reserve
from certificates.evaluations import changes
from certificates.evaluations.collect_evidence import told_changes
from certificates.evaluations.evaluate_person import ConcurrentChange, PersonEvaluation, per_of
from certificates.evaluations.models import Certification, Decision, StateChange
from certificates.evaluations.permissions import give_permission
from certificates.evaluations.standing import GOOD
from certificates.pathways.engine.verdict import LevelVerdict
from training.parsing.values import Result
from training.people.actor import Actor
from training.people.holders import Holder, person_id_of, whose
from training.people.models import Permission
from training.sites.models import zone_of
from training.trail import facts


async def award(
    holder: Holder,
    considered: PersonEvaluation,
    level: LevelVerdict,
    made: Decision,
    *,
    dates: LevelVerdict,
    actor: Actor | None,
    home: str,
    now: datetime,
) -> Certification:
    """Writes, in the caller's transaction, what a decision grants: the certification, its permissions, its certificate.

    `dates` is the level as it stands with the decision, of which the days are taken.
    """
    await _replace(holder, considered, level, actor=actor, now=now)
    standing = dates.standing
    certification = await Certification.create(
        id=uuid4(), decision_id=made.id, **whose(holder), programme_id=considered.version.programme_id,
        site_id=considered.evidence["site"], pathway_slug=considered.version.slug, level=level.level,
        level_title=level.title or level.level.replace("_", " ").capitalize(), per=per_of(level),
        starts=considered.verdict.as_of, renewal_opens=standing.renewal_opens, ends=standing.valid_until,
        over=standing.grace_until or standing.valid_until, recorded=now,
    )  # fmt: skip
    marks = [await _mark(certification, holder, made)] if made.outcome == "conditional" else []
    permissions = await _permit(certification, dates)
    certificate = await reserve(Issue(holder, considered, certification, made), home=home, now=now)
    detail = {"level": level.level, "from": certification.starts.isoformat(), "to": _iso(certification.ends)}
    await facts.record(
        "certificate.awarded", certificate, actor=actor.person_id if actor else None,
        person=person_id_of(holder), unit=holder.unit_id, now=now, version=considered.version.version, detail=detail,
        rows=[certification, *permissions, *(mark for mark in marks if mark)],
    )  # fmt: skip
    return certification


async def _mark(certification: Certification, holder: Holder, made: Decision) -> StateChange | None:
    wanted = changes.RequestedChange("provisional", "Awarded on a condition.", made.on)
    return await changes.insert(
        certification, wanted, actor_id=made.decided_by_id, unit_id=holder.unit_id, now=made.recorded
    )  # fmt: skip


async def _replace(
    holder: Holder, considered: PersonEvaluation, level: LevelVerdict, *, actor: Actor | None, now: datetime
) -> None:
    """Ends the certification before this one, if there is one that still holds.

    Raises ConcurrentChange when a certification was changed, say withdrawn, after the rules were asked.
    """
    wanted = changes.RequestedChange(
        "replaced", "Renewed by a new certification.", considered.verdict.as_of, grounds="renewal"
    )
    earlier = Certification.filter(
        **whose(holder), pathway_slug=considered.version.slug, level=level.level, per=per_of(level)
    )
    actor_id = actor.person_id if actor else None
    for found in await earlier:
        await changes.insert(found, wanted, actor_id=actor_id, unit_id=holder.unit_id, now=now)
    # Looked for last: a change that comes after this finds its turn taken, and one that came before is seen here.
    known, zone = {record["id"] for record in considered.evidence["records"]}, await zone_of(holder.unit_id)
    if any(row["id"] not in known for row in await told_changes([holder.id], holder.id, considered.version.slug, zone)):
        raise ConcurrentChange


async def _permit(certification: Certification, dates: LevelVerdict) -> list[Permission]:
    """Brings the verdict down as rows, for the rooms that may not look up here; of a site none of them asks."""
    if certification.person_id is None:
        return []
    may = [permit.may for permit in dates.permits if permit.result is Result.MET]
    if not dates.permits and dates.standing.state in GOOD:
        may = ["hold the award"]
    return [await give_permission(certification, one, starts=certification.starts) for one in may]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
