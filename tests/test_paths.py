"""How many files of the rooms a story passes through: what somebody has to open who wants to follow it.

Counted are the files of the product in which a function is called while the story runs (`tests/passing.py`), without
the common floor and without what even a page that is not there passes, such as who asks and the menu.
"""

import httpx2
import pytest

from certificates.evaluations.models import Certificate
from tests.certificates.world import BY_RULES, considered, publish_pathway, shown
from tests.passing import passing
from tests.training.assessments.conftest import Rated, permitted, rated, version
from tests.training.lti.conftest import Side, side
from training.assessments.models import Assessment

__all__ = ["permitted", "rated", "side", "version"]
FLOOR = (
    # What rules ask for, read by the roof for the rooms that know no rules.
    "certificates/evaluations/pathway_versions.py",
    "training/app/declared.py",
    "training/app/learning_names.py",
    "training/assessments/eligibility/programme_rules.py",  # where the roof hands its reader in
    "training/batches/resources.py",  # what each list offers for many at once
    "training/core/",
    "training/database/",
    "training/parsing/",
    "training/people/authentication/",
    "training/people/lists/",  # how every list is answered
    "training/people/visibility.py",
    "training/trail/",
    "training/web/",
)
"""What every request, every list, every row that is read or written passes: it is told once, for all stories."""
LAUNCH, SIGNATURE, AWARD, READ = 16, 19, 38, 3
"""A read is a page, the models, and one between them. 35 are asked of an award, and 16 of a signature that asks
neither how whoever signs is calibrated nor which attempt it is: those are rooms of their own."""
BESIDE = {"/assessments": 2}
"""Pages that show what other rooms know, and of how many: which attempt each was, and one's own calibrations."""


@pytest.fixture
async def everywhere(browse) -> frozenset[str]:
    """Gives the files that even a page which is not there passes."""
    with passing() as found:
        assert (await (await browse("dara")).get("/no-such-page")).status_code == 404
    return frozenset(found)


def of_rooms(found: set[str], everywhere: frozenset[str]) -> list[str]:
    """Gives the files of the rooms alone."""
    return sorted(one for one in found - everywhere if not one.startswith(FLOOR))


async def test_a_launch_passes_few_files(side: Side, everywhere: frozenset[str]) -> None:
    await side.launch()
    query = await side.begin()
    token = await side.token_for(query)
    with passing() as found:
        answer = await side.post(token, query["state"])
    assert answer.status_code == 303
    passed = of_rooms(found, everywhere)
    assert len(passed) <= LAUNCH, passed


async def test_the_last_signature_passes_few_files(rated: Rated, browse, everywhere: frozenset[str]) -> None:
    row = await rated.open("gwen")
    for one in ("bruno", "gwen"):
        await rated.hand_in(row, one)
    bruno, gwen = await browse("bruno"), await browse("gwen")
    await bruno.post(f"/assessments/{row.id}/sign")
    with passing() as found:
        await gwen.post(f"/assessments/{row.id}/sign")
    assert (await Assessment.get(id=row.id)).state == "signed"
    passed = of_rooms(found, everywhere)
    assert len(passed) <= SIGNATURE, passed


async def test_an_evaluation_and_the_award_pass_few_files(service, tmp_path, everywhere: frozenset[str]) -> None:
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    with passing() as found:
        await considered("amina")
    assert await Certificate.all().count() == 1
    passed = of_rooms(found, everywhere)
    assert len(passed) <= AWARD, passed


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("amina", "/practice"),
        ("amina", "/certificates"),
        ("bruno", "/assessments"),
        ("chloe", "/people"),
        ("dara", "/sites"),
        ("dara", "/trail"),
        ("dara", "/letters"),
        ("dara", "/certificates/decisions"),
        ("dara", "/audits"),
    ],
)
async def test_a_page_that_is_read_is_two_hops_from_its_rows(browse, everywhere, who: str, path: str) -> None:
    browser: httpx2.AsyncClient = await browse(who)
    with passing() as found:
        assert (await browser.get(path)).status_code == 200
    passed = of_rooms(found, everywhere)
    assert len(passed) <= READ + BESIDE.get(path, 0), passed
