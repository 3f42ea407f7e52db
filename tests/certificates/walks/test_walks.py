"""Every example pathway can be walked by the people concerned, from a place to each certificate, and on."""

import re
from pathlib import Path

import pytest
import time_machine

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import load_pathway
from certificates.pathways.language.read import read_pathway
from tests.certificates.walks.door import HOUR, Door
from tests.certificates.walks.walker import HOLDER, NoWay, Walker
from tests.today import NOW, TODAY
from training.demo.doing import being

EXAMPLES = sorted((Path(__file__).parents[1] / "pathways" / "examples").glob("*.yaml"))
NOT_YET = {
    "safecare/provisional_provider": "a record of the site",
    "safecare/provider": "a record of the site",
    "safecare/coach": "a record of the site",
    "safecare/trainer": "a record of the site",
    "triple_p/intensive_provider": "the award of accredited_provider does not say ['course_level']",
}
"""Level that cannot be walked → what is missing; a level that can be walked again leaves the list."""


@pytest.fixture
def settings(settings):
    """Certificates as web pages alone: making PDFs takes time and is tested elsewhere."""
    return settings.model_copy(update={"pdf": False})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_a_pathway_is_walked_to_every_certificate(path, browse, work):
    with time_machine.travel(NOW.replace(hour=HOUR.hour), tick=True) as clock:
        await load_pathway(path, actor=await being("dara", TODAY), now=NOW)
        walker = Walker(Door(browse, work, clock), await PathwayVersion.get(slug=path.stem))
        await walker.adopts()
        levels = [one for one in read_pathway(path).levels.values() if one.holder == "person"]
        for level in levels:
            if missing := NOT_YET.get(f"{path.stem}/{level.id}"):
                with pytest.raises(NoWay, match=re.escape(missing)):
                    await walker.climbs(HOLDER, level.id)
            else:
                await walker.climbs(HOLDER, level.id)
        open_ones = [one for one in levels if f"{path.stem}/{one.id}" not in NOT_YET]
        for level in (one for one in open_ones if one.renewal is not None):
            await walker.renews(HOLDER, level.id)
        for level in (one for one in open_ones if one.return_ is not None or one.renewal is not None):
            await walker.lapses(HOLDER, level.id)
            await walker.renews(HOLDER, level.id)
