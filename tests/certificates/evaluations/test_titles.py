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
        ("learning: first course", "First course"),
        ("learning: foundation day one", "Course: foundation day one"),
        ("learning: first course, at_least: {days: 2}", "2 days of first course"),
        ("supervision: any, at_least: {hours: 1}", "1 hour of supervision"),
        ("supervision: any, at_least: {hours: 40}", "40 hours of supervision"),
        ("supervision: reflective, within: P3M", "Reflective supervision in the last 3 months"),
        ("supervision: consultation, since: 2026-01-01, every: P1M, for: P1Y", "Consultation every month for 1 year"),
        ("delivery: group, at_least: 2", "Led 2 groups"),
        ("delivery: group, within: P1Y", "Led a group in the last year"),
        ("delivery: cycle, at_least: 6, different: {client: 2}", "6 cycles, with 2 different clients"),
        ("delivery: trainee supervised, at_least: 3", "Trainee supervised, 3 times"),
        ("check: dbs enhanced, within: P3Y", "Enhanced DBS check, not older than 3 years"),
        ("check: reference, at_least: 2, different: {by: 2}", "2 references, by 2 different people"),
        ("check: letter of reference, at_least: 2", "2 letters of reference"),
        ("assessment: practice clip, at_least: 2", "2 assessments: practice clip"),
        ("quiz: x quiz, where: {medium: video}, pass: {score: 8}", "X quiz, seen on video, a score of 8 or more"),
        ("qualification: nursing, where: {level: {min: 6}}", "Qualification: nursing, at least level 6"),
        ("relation: family, at_most: 25", "At most 25 families"),
        ("award: other/coach, held_for: P2Y", "Holds for 2 years: Coach (other)"),
        ("fee: yearly", "Yearly fee"),
        ("agreement: x, whose: site", "Agreement: x (the site’s)"),
        ("learning: a course, each: {topic: [play, rest]}", "A course, each of 2 topics"),
        ("any_of: {a: {delivery: visit, at_least: 2}, b: {delivery: visit}, c: {delivery: visit, at_least: 3, where: "
         "{mode: [in_person, online], role: lead}, different: {family: 2, client: 3}}}", "Visit, in one of 3 ways"),
        ("none_of: {a: {event: warning}}", "None of: warning"),
        ("signoff: ready to lead", "Sign-off: ready to lead"),
        ("any_of: {a: {learning: x}, b: {qualification: nvq}}", "Course: x or qualification: nvq"),
    ],
)  # fmt: skip
def test_a_requirement_without_a_title_gets_one_from_its_rule(rule, title):
    pathway = read_pathway_text("bare", UNTITLED.replace("RULE", rule), {})
    assert titled(pathway).levels["leader"].requires[0].title == title
    assert pathway.levels["leader"].requires[0].title == "", "the file says nothing, and stays as it is"


async def test_no_page_shows_the_id_of_a_rule_to_people(browse, tmp_path):
    await publish_pathway(tmp_path, UNTITLED.replace("RULE", "delivery: trainee supervised, at_least: 3"))
    chloe = await browse("chloe")
    text = (await chloe.get(f"/pathways/of/{known('amina')}")).text
    assert "Extra" not in text and "superviseds" not in text
    assert "Trainee supervised, 3 times: 0 of 3 so far, 3 left." in text


@pytest.mark.parametrize(
    ("count", "word", "words"),
    [(1, "module", "1 module"), (2, "module", "2 modules"), (0, "family", "0 families"), (3, "class", "3 classes")],
)
def test_a_count_is_written_with_its_word(count, word, words):
    assert many(count, word) == words


def test_what_was_done_has_no_plural():
    assert has_plural("home visit") and not has_plural("trainee supervised") and plural("survey") == "surveys"
