"""Two small pathways of the demo's unit, people who meet them, and days that pass, for tests of awards and after."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from certificates.decisions.jobs import evaluate_and_follow
from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification, Evaluation
from certificates.evaluations.pathway_versions import load_pathway
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from tests.certificates.awarded import HOME
from tests.soundness import speak_of
from tests.today import TODAY
from training.demo.cast import BEGIN, known, take_up
from training.demo.doing import being
from training.programmes.models import Place
from training.sites.models import Programme

BY_RULES = """
pathway: steady
title: Steady Steps
version: "1"
owner: Parenting Together
roles: [central_unit]
levels:
  leader:
    title: Leader
    requires:
      knows: {qualification: first aid, title: Knows first aid}
    valid: P1Y
    renewal:
      opens: P3M
      grace: P1M
      requires:
        again: {qualification: first aid again, title: First aid once more}
    permits:
      - {may: lead groups}
"""
NAMED = BY_RULES.replace("steady", "chosen").replace("Steady", "Chosen").replace(
    "    valid:", "    decision: {by: central_unit, outcomes: [certified, deferred]}\n    valid:"
)  # fmt: skip


def at(day: date, hour: int = 10) -> datetime:
    """Gives a moment of a day."""
    return datetime.combine(day, time(hour, tzinfo=UTC))


async def publish_pathway(folder, text: str) -> None:
    """Publishes a pathway as the central unit."""
    path = folder / f"{text.split('pathway: ')[1].split()[0]}.yaml"
    path.write_text(text, "utf-8")
    await load_pathway(path, actor=await being("dara", TODAY), now=at(TODAY))
    await take_part(path.stem)


async def take_part(pathway: str) -> None:
    """Gives the cast places in the programme of a pathway, as they have in the demo's own."""
    programme = await Programme.get(unit_id=known("together"), slug=pathway.replace("_", "-"))
    if not await Place.filter(programme_id=programme.id).exists():
        await speak_of(*await take_up(programme.id, now=at(BEGIN)))


async def shown(
    key: str, what: str = "first aid", *, on: date = TODAY, recorded: date | None = None, type_: str = "qualification"
) -> UUID:
    """Records a qualification of somebody, or evidence of another type."""
    actor = await being("dara", recorded or on)
    made = await record_evidence(
        known(key), TypedEvidence(type_, what, on), actor=actor, now=at(recorded or on, 9)
    )  # fmt: skip
    return made.id


async def considered(key: str, day: date = TODAY, hour: int = 10) -> None:
    """Does for somebody what the nightly work does for everybody."""
    await evaluate_and_follow(known(key), home=HOME, now=at(day, hour))


async def certified(key: str, day: date = TODAY) -> Certification:
    """Certifies somebody by the rules of the first pathway, which must be published."""
    await shown(key, on=day)
    await considered(key, day)
    return await Certification.filter(person_id=known(key), pathway_slug="steady").order_by("-recorded").first()


async def waiting(key: str, day: date = TODAY) -> Evaluation:
    """Brings somebody to where a named person has to decide, on the second pathway."""
    await shown(key, on=day)
    await considered(key, day)
    return await Evaluation.get(person_id=known(key), pathway__slug="chosen", awaiting=True)


async def changed(found: Certification, state: str, *, on: date, recorded: date | None = None, until=None) -> None:
    """Changes a certification as the central unit does."""
    wanted = changes.RequestedChange(state, f"{state.capitalize()} for a reason.", on, until)
    await changes.change(found.id, wanted, actor=await being("dara", on), now=at(recorded or on, 12))


async def certificate_of(found: Certification) -> Certificate:
    """Gives the certificate of a certification."""
    return await Certificate.get(certification_id=found.id)


async def second_in_the_unit(browse, key: str = "farah"):
    """Gives a second person of the central unit, who had no part in anything yet, and opens their browser."""
    form = {"role": "central", "starts": TODAY.isoformat()}
    answer = await (await browse("dara")).post(f"/people/{known(key)}/memberships", data=form)
    assert answer.status_code == 303
    return await browse(key)
