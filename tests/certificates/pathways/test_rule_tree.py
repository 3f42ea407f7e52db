"""Rules as a tree in words, and two versions compared rule by rule: nothing that decides changes unsaid."""

from dataclasses import replace

import pytest

from certificates.pathways.comparison import IN_DETAIL, compare
from certificates.pathways.language.read import read_pathway, read_pathway_text
from certificates.pathways.language.titles import titled
from certificates.pathways.rule_tree import rule_tree
from tests.certificates.world import BY_RULES
from training.demo.seed import MATERIAL

CHANGED = (
    BY_RULES.replace("valid: P1Y", "valid: P2Y")
    .replace("first aid, title: Knows", "first aid, at_least: 2, title: Knows")
    .replace("      - {may: lead groups}", "      - {may: lead groups, duties: [with a mentor]}")
    .replace("    renewal:", "    keep:\n      minds: {agreement: code, title: Minds the code}\n    renewal:")
)  # fmt: skip


def _steady(text: str):
    return titled(read_pathway_text("steady", text))


def test_two_versions_are_compared_in_words():
    before, after = _steady(BY_RULES), _steady(CHANGED)
    said = [str(one) for one in compare(before, after)]
    assert said == [
        "Leader: Holds: changed from “for 1 year” to “for 2 years”",
        "Leader: Lets somebody lead groups: changed from “yes” to “with a mentor”",
        "Leader: Knows first aid: changed from “Qualification: first aid” to “Qualification: first aid, 2 times”",
        "Leader: What has to stay true: added: “Minds the code: Code”",
    ]
    assert [one.kind for one in compare(after, before)] == ["Changed", "Changed", "Changed", "Removed"]
    assert compare(before, before) == []


def test_a_change_of_what_a_kind_of_delivery_asks_is_told_also_where_its_words_are_the_same():
    pathway = titled(read_pathway(MATERIAL / "pathways" / "epec.yaml"))
    [(kind, (first, *others))] = list(pathway.deliveries.items())[:1]
    other = replace(first, source=("elsewhere",))
    [told] = compare(pathway, replace(pathway, deliveries={**pathway.deliveries, kind: (other, *others)}))
    assert told.rule == first.title and IN_DETAIL in told.after


@pytest.mark.parametrize("path", sorted((MATERIAL / "pathways").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_requirement_stands_in_the_tree_and_a_change_of_any_is_told(path):
    pathway = titled(read_pathway(path))
    lines = [line for level in rule_tree(pathway) for _, ones in level.sections for top in ones for line in top.walk()]
    assert all(line.title and line.asks and line.place[1] for line in lines)
    for name, level in pathway.levels.items():
        for at, one in enumerate(level.requires):
            assert one.id in {line.id for line in lines}
            other = replace(one, advisory=not one.advisory)
            changed = replace(level, requires=(*level.requires[:at], other, *level.requires[at + 1 :]))
            found = compare(pathway, replace(pathway, levels={**pathway.levels, name: changed}))
            assert [line.rule for line in found] == [one.title]
