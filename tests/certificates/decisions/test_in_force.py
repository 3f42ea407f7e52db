"""Who decides is said truly, and rules that are not in force decide nothing."""

from datetime import timedelta

from certificates.evaluations import pathway_versions
from certificates.evaluations.models import Certification, Evaluation
from tests.certificates.world import BY_RULES, NAMED, TODAY, considered, publish_pathway, shown
from training.demo.cast import known

LATER = TODAY + timedelta(days=40)
PAGE = f"/pathways/of/{known('amina')}"


def from_later(text: str) -> str:
    """The same rules, in force from a later day on."""
    return text.replace("owner:", f"effective: {{from: {LATER}}}\nowner:")


async def test_a_level_that_nobody_decides_says_so_until_the_rules_have_awarded_it(browse, work, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    chloe = await browse("chloe")
    text = (await chloe.get(PAGE)).text
    assert "somebody has to decide" not in text and "Ready for a decision" not in text
    assert "This is being decided by the rules alone" in text and "All is met" in text
    await work()
    assert await Certification.filter(person_id=known("amina")).count() == 1
    assert "being decided" not in (await chloe.get(PAGE)).text


async def test_a_level_that_somebody_decides_says_that(browse, tmp_path):
    await publish_pathway(tmp_path, NAMED)
    await shown("amina")
    text = (await (await browse("chloe")).get(PAGE)).text
    assert "Now somebody has to decide" in text and "Ready for a decision" in text


async def test_rules_that_begin_later_certify_nobody_today(browse, work, tmp_path):
    await publish_pathway(tmp_path, from_later(BY_RULES))
    await publish_pathway(tmp_path, from_later(NAMED))
    await shown("amina")
    await work()
    await considered("amina")
    assert not await Certification.exists() and not await Evaluation.filter(awaiting=True).exists()
    text = (await (await browse("chloe")).get(PAGE)).text
    assert f"These rules begin on {LATER.day} {LATER:%B %Y}" in text
    assert "decided by the rules" not in text and "somebody has to decide" not in text
    await considered("amina", LATER)
    assert await Certification.filter(person_id=known("amina"), starts=LATER).count() == 1
    assert await Evaluation.filter(awaiting=True).count() == 1


async def test_a_version_of_the_future_leaves_everybody_on_the_one_in_force(tmp_path, database):
    await publish_pathway(tmp_path, BY_RULES)
    await publish_pathway(tmp_path, from_later(BY_RULES.replace('version: "1"', 'version: "2"')))
    for day, number in ((TODAY, "1"), (LATER, "2")):
        followed = await pathway_versions.followed_by(known("amina"), known("together"), today=day)
        assert [version.version for version in followed] == [number]
