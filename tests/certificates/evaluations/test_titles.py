"""What nobody gave a title is told in words made from its rule, and counts are written as people write them."""

import pytest

from certificates.pathways.language.read import read_pathway_text
from certificates.pathways.language.titles import titled
from tests.certificates.world import publish_pathway
from training.demo.cast import known
from training.parsing.plurals import has_plural, many, plural

UNTITLED = """
pathway: bare
title: Bare Steps
version: "1"
levels:
  leader:
    title: Leader
    requires:
      extra:   {RULE}
"""


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("learning: first course", "Course: first course"),
        ("learning: first course, at_least: {days: 2}", "2 days of first course"),
        ("supervision: any, at_least: {hours: 1}", "1 hour of supervision"),
        ("delivery: group, at_least: 4", "4 groups"),
        ("delivery: trainee supervised, at_least: 3", "trainee supervised, 3 times"),
        ("signoff: ready to lead", "Sign-off: ready to lead"),
        ("any_of: {a: {learning: x}, b: {qualification: nvq}}", "Course: x or qualification: nvq"),
    ],
)
def test_a_requirement_without_a_title_gets_one_from_its_rule(rule, title):
    pathway = read_pathway_text("bare", UNTITLED.replace("RULE", rule), {})
    assert titled(pathway).levels["leader"].requires[0].title == title
    assert pathway.levels["leader"].requires[0].title == "", "the file says nothing, and stays as it is"


async def test_no_page_shows_the_id_of_a_rule_to_people(browse, tmp_path):
    await publish_pathway(tmp_path, UNTITLED.replace("RULE", "delivery: trainee supervised, at_least: 3"))
    chloe = await browse("chloe")
    text = (await chloe.get(f"/pathways/of/{known('amina')}")).text
    assert "Extra" not in text and "superviseds" not in text
    assert "trainee supervised, 3 times: 0 of 3 so far, 3 left." in text


@pytest.mark.parametrize(
    ("count", "word", "words"),
    [(1, "module", "1 module"), (2, "module", "2 modules"), (0, "family", "0 families"), (3, "class", "3 classes")],
)
def test_a_count_is_written_with_its_word(count, word, words):
    assert many(count, word) == words


def test_what_was_done_has_no_plural():
    assert has_plural("home visit") and not has_plural("trainee supervised") and plural("survey") == "surveys"
