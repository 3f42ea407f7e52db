"""Rules that count from a day on change nothing before it, and on it those who follow them, and nobody else."""

from datetime import timedelta

import pytest

from certificates.decisions import jobs
from certificates.evaluations.models import Certification, Evaluation, PathwayVersion
from certificates.evaluations.pathway_versions import followed_by, load_pathway, newest_version
from tests.certificates.awarded import HOME
from tests.certificates.world import BY_RULES, at, certified, publish_pathway, shown
from tests.today import TODAY
from training.demo.cast import known
from training.demo.doing import being

DAY = TODAY + timedelta(5)
ASKED = "knows: {qualification: first aid, title: Knows first aid}"
NEXT = BY_RULES.replace('version: "1"', f'version: "2"\neffective: {{from: {DAY}}}').replace(
    ASKED, "more: {qualification: first aid again, title: First aid once more}"
)


@pytest.fixture
async def ahead(database, tmp_path) -> None:
    """Amina is certified; Jude has shown what only the version of a day to come asks for; Nadia nothing."""
    await publish_pathway(tmp_path, BY_RULES)
    (tmp_path / "steady.yaml").write_text(NEXT, "utf-8")
    await load_pathway(tmp_path / "steady.yaml", actor=await being("dara", TODAY), now=at(TODAY, 11))
    await certified("amina")
    await shown("jude", "first aid again")


async def night(day, hour: int = 3) -> None:
    """Does what each night does."""
    await jobs.evaluate_everyone(f"{day}-{hour}/", home=HOME, now=at(day, hour))


async def version_of(key: str, day) -> str:
    """Tells the version that somebody follows on a day."""
    [found] = await followed_by(known(key), known("together"), today=day)
    return found.version


async def test_rules_of_a_day_to_come_change_nothing_before_it_and_the_right_people_on_it(ahead):
    programme = (await PathwayVersion.get(version="2")).programme_id
    before = DAY - timedelta(1)
    for day in (TODAY, before):
        await night(day)
        assert not await Evaluation.filter(pathway__version="2").exists()
        assert {await version_of(key, day) for key in ("amina", "jude", "nadia")} == {"1"}
        assert await newest_version(programme, known("together"), today=day) == "1"
    assert not await Certification.filter(person_id=known("jude")).exists()
    await night(DAY)
    assert [await version_of(key, DAY) for key in ("amina", "jude", "nadia")] == ["1", "2", "2"]
    assert (await Certification.get(person_id=known("jude"))).starts == DAY
    assert {row.person_id for row in await Evaluation.filter(pathway__version="2")} == {known("jude")}
    assert await newest_version(programme, known("together"), today=DAY) == "2"


async def test_they_are_taken_back_until_their_day_and_put_back(browse, ahead):
    rules = (await PathwayVersion.get(version="2")).id
    dara, bruno = await browse("dara"), await browse("bruno")
    page = await dara.get("/material")
    assert f"version 2, takes effect on {DAY.day} {DAY:%B %Y}" in page.text
    path = f"/programmes/rules/{rules}/take-back"
    assert (await bruno.post(path)).status_code == 403
    assert {(await dara.post(path)).status_code for _ in "ab"} == {303}, "pressed twice, it is done once"
    assert "was taken back" in (await dara.get("/material")).text
    assert await version_of("jude", DAY) == "1"
    assert (await dara.post(path, data={"do": "undo"})).status_code == 303
    assert await version_of("jude", DAY) == "2"
    first = (await PathwayVersion.get(version="1")).id
    assert (await dara.post(f"/programmes/rules/{first}/take-back")).status_code == 409
