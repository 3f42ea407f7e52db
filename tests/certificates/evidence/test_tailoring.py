"""Tailoring with fidelity: parts of a programme are data, and what is changed in the core is shown, judged, counted."""

import re
from uuid import uuid4

import pytest

from certificates.evaluations.models import PathwayVersion
from tests.certificates.evidence.test_feedback import GROUP, RULES
from tests.certificates.world import TODAY, at, publish_pathway
from training.core.errors import Conflict
from training.demo.doing import being
from training.parsing.messages import FileError
from training.programmes.components import components_of, load_components
from training.records.models import Record, Tailoring

PARTS = """
components: heard
version: "1"
items:
  role_play: {title: Role play, kind: core, session: 5, limits: Each parent tries one scene.}
  snack:     {title: Tea and a snack, kind: free}
"""
LEFT_OUT = {"component_1": "role_play", "how_1": "left_out", "why_1": "There was no time."}


@pytest.fixture
async def parts(database, tmp_path) -> None:
    """A programme with two parts."""
    await publish_pathway(tmp_path, RULES)
    await load(tmp_path, PARTS)


async def load(folder, text: str, hour: int = 10):
    """Loads a list of parts as the central unit."""
    path = folder / "parts.yaml"
    path.write_text(text, "utf-8")
    return await load_components(path, actor=await being("dara", TODAY), now=at(TODAY, hour))


async def logs(browse, **given: str):
    """Amina logs a group with Nadia."""
    amina = await browse("amina")
    form = GROUP | {
        "key": str(uuid4()),
        "co_leader": "other",
        "co_leader_name": "Mo",
        "co_leader_contact": "mo@x.example",
    }
    return await amina.post("/practice/new", data=form | given)


async def test_a_version_of_parts_stays_as_it_was_published_and_mistakes_name_their_line(parts, tmp_path):
    assert (await load(tmp_path, PARTS))[1] is False
    with pytest.raises(Conflict):
        await load(tmp_path, PARTS.replace("free", "core"))
    with pytest.raises(FileError) as wrong:
        await load(tmp_path, PARTS.replace("kind: free", "kind: fre"))
    assert "parts.yaml:6: " in str(wrong.value.mistakes[0]) and "free" in str(wrong.value.mistakes[0])
    await load(tmp_path, PARTS.replace('"1"', '"2"').replace("Tea and a snack", "Tea"), hour=11)
    version = await PathwayVersion.get(slug="heard")
    assert [one.title for one in await components_of(version.programme_id)] == ["Role play", "Tea"]


async def test_a_core_part_that_was_left_out_says_why_and_whoever_confirms_reads_it(browse, parts, work):
    assert "Role play (core)" in (await (await browse("amina")).get(
        "/practice/new?type=delivery&what=group&pathway=heard"
    )).text  # fmt: skip
    assert (await logs(browse, **LEFT_OUT | {"why_1": ""})).status_code == 422
    assert (await logs(browse, **LEFT_OUT | {"component_1": "unknown"})).status_code == 422
    assert await Record.all().count() == 0
    sent = await logs(browse, **LEFT_OUT)
    assert sent.status_code == 303
    kept = await Tailoring.get()
    assert (kept.component, kept.kind, kept.how, kept.limits) == (
        "Role play", "core", "left_out", "Each parent tries one scene.",
    )  # fmt: skip
    page = (await (await browse("chloe")).get(sent.headers["location"])).text
    assert "Left out in the core" in page and "Each parent tries one scene." in page


async def test_the_supervisor_judges_a_change_once_and_the_unit_sees_which_recur(browse, parts):
    sent = await logs(browse, **LEFT_OUT)
    record = str(sent.headers["location"]).partition("?")[0]
    hana, amina, chloe = await browse("hana"), await browse("amina"), await browse("chloe")
    path = re.search(rf"{record}/changes/[0-9a-f-]+", (await hana.get(record)).text)[0]
    assert path not in (await amina.get(record)).text
    said = {"judged": "outside", "judged_note": "They never practised."}
    assert (await amina.post(path, data=said)).status_code == 404
    assert (await (await browse("emre")).post(path, data=said)).status_code == 404
    assert (await hana.post(path, data=said)).status_code == 303
    assert (await chloe.post(path, data=said)).status_code == 409
    assert "Outside the limits: They never practised." in (await amina.get(record)).text
    page = (await chloe.get("/practice/changes")).text
    assert "Role play" in page and "Left out" in page and "Riverside" in page
    assert "Role play" not in (await (await browse("emre")).get("/practice/changes")).text
    file = (await chloe.get("/practice/changes?format=csv")).text
    assert "Role play,Core,Left out,Riverside Family Centre,1,1," in file
