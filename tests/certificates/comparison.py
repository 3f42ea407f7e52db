"""Compares the service with the model: the register, the pathway, the public check, rights, letters and what waits."""

import re
from collections import Counter

from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation
from tests.certificates.walked_model import GOOD, PUBLIC, TAGS, Model
from tests.certificates.walked_world import COORDINATORS, LEARNER, World
from training.demo.cast import known
from training.people.models import Permission
from training.people.visibility import active_on


async def compare(world: World, model: Model, *, files: bool, with_address: bool) -> None:
    """Fails where anything that people can read, or a right that they have, is not as the model says."""
    made = await Certification.filter(person_id=LEARNER).order_by("recorded").prefetch_related("certificates")
    granting = Decision.filter(person_id=LEARNER, outcome__in=["certified", "conditional"])
    assert len(made) == len(model.awards) == await granting.count()
    assert await Certificate.filter(person_id=LEARNER).count() == len(made), "one for each that was granted"
    stand = {one.certificates[0].serial: model.standing(award) for one, award in zip(made, model.awards, strict=True)}
    assert sum(state in GOOD for state in stand.values()) <= 1, "two hold at once"
    await _pages(world, model, stand, files=files)
    await _rights(model)
    _letters(world, model, with_address=with_address)
    if world.letters and not with_address:
        assert "Amina" in (await world.get("dara", "/letters")).text, "what cannot be sent is nobody's task"
    waits = Evaluation.filter(person_id=LEARNER, level="leader", awaiting=True)
    assert await waits.exists() == model.waits, "a case waits that does not, or none that does"


async def _pages(world: World, model: Model, stand: dict[str, str], *, files: bool) -> None:
    found = await world.register("dara")
    assert found == stand, (found, stand)
    for site, coordinator in COORDINATORS.items():
        assert await world.register(coordinator) == (stand if site == model.site else {}), site
    page = (await world.get("amina", "/pathways")).text
    found = re.search(r"Leader\s*<strong[^>]*>\s*([^<]+?)\s*</strong>", page)
    assert found and found[1] == TAGS[model.state], (found and found[1], model.state)
    for one in await Certificate.filter(person_id=LEARNER, progress="published") if files else ():
        told = (await world.get("", f"/v/{one.verify_token}", "application/json")).json()
        assert told["status"] == PUBLIC[stand[one.serial]], (told, stand)


async def _rights(model: Model) -> None:
    holds = {"amina": model.state in GOOD}
    holds |= {key: award.holds(model.today) for key, award in model.assessors.items()}
    for key, may in holds.items():
        held = await Permission.filter(active_on(model.today), person_id=known(key)).count()
        assert held == may, (key, "may do what she may not, or may not what she may")


def _letters(world: World, model: Model, *, with_address: bool) -> None:
    of_no_decision = ("remind of renewal", "tell of the end", "mail result", "mail closed assessment")
    sent = [one for key, one in world.letters.items() if not key.startswith(of_no_decision)]
    assert Counter(re.sub(": Leader$", "", one.subject) for one in sent) == model.letters
    assert {one.state for one in world.letters.values()} <= {"sent" if with_address else "no_address"}
