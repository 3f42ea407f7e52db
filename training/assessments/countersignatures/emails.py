"""The mails about countersignatures: one is asked for, one was given, or an assessment is to be rated again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery

from training.assessments.countersignatures.models import Countersignature
from training.assessments.countersignatures.rules import why_not
from training.assessments.eligible import as_attempt, facts_about_each, others_who_rate
from training.assessments.emails import queue_news
from training.assessments.models import Assessment
from training.assessments.reading import who_marked, who_rates
from training.assessments.rules import may_sign
from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.people.contact.addresses import alike_to
from training.people.contact.emails import PersonEmail
from training.people.models import Membership
from training.people.visibility import able_on, active_on
from training.trail.models import Fact

TELL, MAIL = "tell of a countersignature", "mail countersignature"
NEWS = {"assessment.to_countersign": "asked", "assessment.countersigned": "given", "assessment.reopened": "returned"}
"""Kind of fact → what is new."""
MOST_ASKED, LOOKED_AT = 5, 50
"""Colleagues who are asked by mail, and among how many they are looked for; the others see it in their list."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues a mail for the colleagues who are asked, or for everybody who rated."""
    fact = await Fact.get(id=fact_id)
    row = await Assessment.get(id=UUID(fact.subject_id)).select_related("person", "unit", "version__instrument")
    news = NEWS[fact.kind]
    told = await (_colleagues(row, await who_marked(row.id), now=now) if news == "asked" else who_rates(row.id))
    await queue_news(MAIL, fact, told, news, now=now)


async def _colleagues(row: Assessment, without: Collection[UUID], *, now: datetime) -> list[UUID]:
    """Who may countersign today and sees who was assessed, those with a role at the site of the assessment first."""
    today = local_day(now, row.unit.zone)
    places = Membership.filter(active_on(today), person_id=row.person_id, site_id__isnull=False).values("site_id")
    sees = Membership.filter(able_on(today, "see people"))
    sees = sees.filter(Q(site_id__isnull=True) | Q(site_id__in=Subquery(places)))
    others = others_who_rate(row.unit_id, without=[*without, row.person_id], day=today)
    others = others.filter(id__in=Subquery(sees.values("person_id")))
    here = Membership.filter(active_on(today), site_id=row.site_id).values_list("person_id", flat=True)
    near = {UUID(str(one)) for one in await here}
    found = [UUID(str(one)) for one in await others.order_by("id").values_list("id", flat=True)]
    asked = sorted(found, key=lambda one: one not in near)[:LOOKED_AT]
    known = await facts_about_each(
        asked, trainee=row.person_id, instrument=row.version.instrument, programme=row.programme_id,
        alike=await alike_to(row.person),
    )  # fmt: skip
    looked = {
        one: may_sign(
            as_attempt(known[one], row), on=today, independent=row.independent, site=row.site_id, watched=row.observed
        )
        for one in asked
    }  # fmt: skip
    return [one for one in asked if not why_not(looked[one])][:MOST_ASKED]


async def of_news(assessment_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Writes to somebody what is new; None where it is so no more."""
    row = await Assessment.get(id=assessment_id).select_related("person")
    as_told = (news, row.state) in (("asked", "countersign"), ("given", "signed"), ("returned", "open"))
    if not as_told or row.set_aside:
        return None
    given = (
        await Countersignature.filter(assessment_id=row.id).first().select_related("person")
        if news == "given"
        else None
    )
    values = {
        "news": news, "name": row.person.name, "watched": row.observed, "why": row.corrects_because or "",
        "by": given.person.name if given else "",
    }  # fmt: skip
    path = f"/assessments/{row.id}{'/countersign' if news == 'asked' else ''}"
    return PersonEmail(UUID(to), Mail("assessments/countersign", values, path))
