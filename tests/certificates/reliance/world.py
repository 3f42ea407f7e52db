"""A pathway whose award rests on two assessed groups, and assessments signed in few words."""

from datetime import date
from uuid import uuid4

from tests.certificates.world import at
from tests.training.assessments.conftest import HERE, permit
from training.assessments import actions, signing
from training.assessments.actions import Noted, Opening
from training.assessments.load import load_instrument
from training.assessments.models import Assessment, InstrumentVersion
from training.demo.cast import known
from training.demo.doing import being
from training.sites.models import Programme

JUDGED = """
pathway: judged
title: Judged Steps
version: "1"
owner: Parenting Together
roles: [central_unit, assessor]
levels:
  leader:
    title: Leader
    requires:
      seen: {assessment: leading, at_least: 2, by: assessor, title: Two live groups assessed}
    valid: P3Y
    permits:
      - {may: lead groups}
"""
DAYS = [date(2026, 11, 3 + number) for number in range(15)]


async def tool() -> InstrumentVersion:
    """Publishes the instrument, and lets Bruno, Gwen and Hana assess with it."""
    for key in ("bruno", "gwen", "hana"):
        await permit(known(key))
    await load_instrument(HERE / "leading.yaml", actor=await being("farah", DAYS[0]), now=at(DAYS[0], 8))
    return await InstrumentVersion.get(instrument__name="leading")


async def assessed(key: str, by: str, day: date, *, pathway: str = "judged") -> Assessment:
    """Has an assessor see somebody on a day, with everything well done, and sign in the evening."""
    actor, now = await being(by, day), at(day, 18)
    version = await InstrumentVersion.filter(instrument__name="leading").order_by("-published").first()
    programme = await Programme.get(slug=pathway)
    opening = Opening(known(key), version.id, day, "live", group_name="Tuesday group", programme=programme.id)
    row = await actions.open_assessment(opening, key=uuid4(), actor=actor, now=now)
    marks = {item: Noted(3) for item in ("welcome", "listening", "closing")}
    await actions.save_draft(row.id, marks, actor=actor, now=now)
    await actions.submit_rating(row.id, actor=actor, now=now)
    await signing.sign(row.id, actor=actor, now=now)
    return row
