"""A certificate that was awarded in the demo's world, written row by row, for tests of what comes after."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from certificates.credentials import facts as frozen
from certificates.credentials import status_lists
from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation, PathwayVersion
from tests.certificates.examples import FACTS
from tests.soundness import speak_of
from training.database.connection import transaction
from training.demo.cast import known

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
HOME = "http://testserver"


async def awarded(person: str = "amina", **changes) -> Certificate:
    """Reserves a certificate for one of the cast."""
    unit, programme = known("together"), known("growing-together")
    version, _ = await PathwayVersion.get_or_create(
        unit_id=unit, slug="growing_together", version="1",
        defaults={
            "id": uuid4(), "programme_id": programme, "title": "Growing Together", "text": "", "bases": {},
            "sha256": "0" * 64, "published": NOW,
        },
    )  # fmt: skip
    given = {"person_id": known(person), "pathway_id": version.id, "level": "group_leader"}
    basis = await Evaluation.create(
        id=uuid4(), **given, as_of=NOW.date(), made=NOW, result="met", standing="certified", verdict={},
        evidence=[], evidence_sha256="0" * 64,
    )  # fmt: skip
    decision = await Decision.create(
        id=uuid4(), key=str(uuid4()), evaluation_id=basis.id, **given, outcome="certified", on=NOW.date(),
        recorded=NOW,
    )  # fmt: skip
    certification = await Certification.create(
        id=uuid4(), decision_id=decision.id, person_id=known(person), programme_id=programme,
        pathway_slug="growing_together", level="group_leader", level_title="Group leader", starts=NOW.date(),
        ends=FACTS.valid_until, over=FACTS.valid_until, recorded=NOW,
    )  # fmt: skip
    async with transaction():
        place = await status_lists.take(unit, home=HOME)
        facts = replace(
            FACTS, home=HOME, issued=NOW, valid_from=NOW.date(), status_list=place.address, status_index=place.index,
            credential_id=f"urn:uuid:{frozen.uuid7(NOW, random=secrets.token_bytes)}",
            verify_token=frozen.verify_token(random=secrets.token_bytes),
            serial=frozen.serial("GT", year=2026, number=place.number), **changes,
        )  # fmt: skip
        made = await Certificate.create(
            id=uuid4(), certification_id=certification.id, person_id=known(person), serial=facts.serial,
            verify_token=facts.verify_token, credential_id=facts.credential_id, facts=frozen.canonical(facts),
            facts_sha256=frozen.digest(facts), status_list_id=place.list_id, status_index=place.index, reserved=NOW,
        )  # fmt: skip
    await speak_of(made, version, basis, decision, certification)
    return made
