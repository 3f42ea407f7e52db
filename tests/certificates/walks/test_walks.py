"""Every example pathway can be walked by the people concerned, from a place to each certificate, and on."""

import re
from pathlib import Path

import pytest
import time_machine

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import load_pathway
from certificates.pathways.language.read import read_pathway
from certificates.pathways.language.schema import Level
from tests.certificates.walks.door import HOUR, Door
from tests.certificates.walks.recording import HOLDER, SITE, NoWay
from tests.certificates.walks.walker import Walker
from tests.today import NOW, TODAY
from training.demo.doing import being

FOLDER = Path(__file__).parents[1] / "pathways" / "examples"
CASES = FOLDER.parent / "cases" / "pathways"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
MORE = [CASES / f"{name}.yaml" for name in ("assessors", "counting", "groups", "instruments", "panels", "standing")]
"""Small pathways of rules that no example has; others of the cases ask for days that are over."""
NOT_YET: dict[str, str] = {}
"""Level that cannot be walked → what is missing; a level that can be walked again leaves the list."""


@pytest.fixture
def settings(settings):
    """Certificates as web pages alone: making PDFs takes time and is tested elsewhere."""
    return settings.model_copy(update={"pdf": False})


@pytest.fixture
async def walks(browse, work):
    """Publishes a pathway and gives who walks it, on a day that moves on."""
    with time_machine.travel(NOW.replace(hour=HOUR.hour), tick=True) as clock:

        async def begun(path, **ways) -> Walker:
            await load_pathway(path, actor=await being("dara", TODAY), now=NOW)
            walker = Walker(Door(browse, work, clock), await PathwayVersion.get(slug=path.stem), **ways)
            await walker.adopts()
            return walker

        yield begun


@pytest.mark.parametrize("path", [*EXAMPLES, *MORE], ids=lambda path: path.stem)
async def test_a_pathway_is_walked_to_every_certificate_through_renewal_lapse_and_return(path, walks):
    walker = await walks(path)
    levels = [*read_pathway(path).levels.values()]
    held = [one for one in levels if f"{path.stem}/{one.id}" not in NOT_YET]
    for level in levels:
        if missing := NOT_YET.get(f"{path.stem}/{level.id}"):
            with pytest.raises(NoWay, match=re.escape(missing)):
                await walker.climbs(holder_of(level), level.id)
        else:
            now = await walker.climbs(holder_of(level), level.id)
            if now.standing.state != "lapsed":
                await walker.may_work(holder_of(level), level.id)
    if HOLDER in walker.placed:
        for name in read_pathway(path).deliveries:
            await walker.leads(HOLDER, name)
    for level in (one for one in held if one.renewal is not None):
        await walker.renews(holder_of(level), level.id)
    for level in (one for one in held if one.return_ is not None or one.renewal is not None):
        await walker.lapses(holder_of(level), level.id)
        await walker.renews(holder_of(level), level.id)


def holder_of(level: Level) -> str:
    """Tells who walks to a level."""
    return SITE if level.holder == "site" else HOLDER


@pytest.mark.parametrize(("name", "level"), [("vig", "trainee"), ("triple_p", "accredited_provider")])
async def test_what_was_learnt_before_is_asked_for_by_the_holder_and_recognised_by_whom_the_rules_name(
    name, level, walks
):
    walker = await walks(FOLDER / f"{name}.yaml", waives=True)
    await walker.climbs(HOLDER, level)
    assert any(one.form.type == "waiver" for one in walker.entered.values())


async def test_what_a_conditional_award_asks_is_shown_and_lifts_the_condition(walks):
    walker = await walks(FOLDER / "henry.yaml", outcome="conditional")
    assert (await walker.climbs(HOLDER, "accredited_facilitator")).standing.state == "provisional"
    walker.outcome = "certified"
    await walker.is_lifted(HOLDER, "accredited_facilitator")
