"""Every requirement of a pathway has a form with all that its rule reads, and somebody who fills it in."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from certificates.pathways.asked import AskedRequirement, asked_requirements
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.form_list import form_rows, unrecordable
from certificates.pathways.forms import RecordForm, record_forms
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway, read_pathway_text
from certificates.pathways.language.schema import Leaf, Level, Pathway, Requirement, Team, This
from certificates.pathways.makers import MADE_BY
from tests.certificates.pathways.filled_forms import DAY, HOLDER, PLACE, Filling
from tests.certificates.pathways.random_pathways import pathways
from training.parsing.keywords import ASKED_TYPES, ATTRIBUTES, JUDGED_TYPES
from training.parsing.labels import LABELS, PARTS, PARTS_OF
from training.parsing.values import Result

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.yaml"))
HEAD = (
    "pathway: p\nroles: [steward]\nattributes: {protocol: {type: text, label: Which way, one_of: [a, b]}, led: text}\n"
)


def _pathway(requires: str, more: str = "") -> Pathway:
    text = f"{HEAD}levels:\n  leader:\n    title: Leader\n    requires:\n      {requires}\n{more}"
    return read_pathway_text("p", text)


def _form(pathway: Pathway, name: str, holder: str = "person") -> RecordForm:
    return next(one for one in record_forms([pathway], holder) if one.name == name)


def _fed(form: RecordForm) -> set[str]:
    """What a record has once its form is filled in."""
    return {one.name for one in (*form.fields, *form.told)}


def _names(form: RecordForm) -> list[str]:
    return [one.name for one in form.fields]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_requirement_of_an_example_has_a_form_and_somebody_who_fills_it_in(path):
    pathway = read_pathway(path)
    rows = form_rows(pathway)
    assert unrecordable(pathway) == []
    assert len(rows) >= 5
    for row in rows:
        assert row["form"] and row["title"] and row["made_by"] and row["made_by_words"], row
        assert row["counts_when"] and row["counts_when_words"] and Path(row["file"]) in EXAMPLES and row["line"] > 1, (
            row
        )
        assert "_" not in row["title"] + row["made_by_words"] + row["counts_when_words"], row


def test_every_type_of_record_is_made_by_somebody():
    assert set(MADE_BY) == {*ASKED_TYPES, "waiver"}


def _read_by_rule(spot: AskedRequirement) -> set[str]:
    """What a rule reads of records, told anew from the language and not from the code under test."""
    ask = spot.requirement.ask
    if isinstance(ask, This | Team):
        return {one.attribute for one in ask.where} if isinstance(ask, This) else set()
    if not isinstance(ask, Leaf):
        return set()
    parts = [ask, *ask.of_which]
    read = {name for part in parts for name, _ in (*part.at_least, *part.different)}
    read |= {name for name, _ in (*ask.at_most, *ask.new, *(one for part in ask.of_which for one in part.counts_up_to))}
    read |= {one.attribute for part in parts for one in part.where} | ({ask.each[0]} if ask.each else set())
    if ask.type in JUDGED_TYPES and ask.passing:
        read |= {one.form for one in ask.passing.forms} & {"percent", "mean", "score", "agreement"}
    if spot.level and spot.level.per and not ask.of_site:
        read.add(spot.level.per)
    return read - {"records", "by", "who", "confirmed"}


@given(pathways())
@settings(max_examples=40, deadline=None)
def test_every_attribute_that_a_rule_reads_is_a_field_of_its_forms(pathway):
    forms = {(one.holder, one.type, one.what): one for holder in ("person", "site")
             for one in record_forms([pathway], holder)}  # fmt: skip
    for spot in asked_requirements(pathway):
        for type_, what in spot.kinds():
            form = forms[spot.holder, type_, what]
            assert _read_by_rule(spot) <= _fed(form), (spot.requirement, _names(form))
            others = [one for one in forms.values() if one.type == type_ and one.holder == spot.holder]
            if not what:
                assert all(_read_by_rule(spot) <= _fed(one) for one in others), "a rule for any name reads all"
            if isinstance(spot.requirement.ask, Team):
                members = {one.name for one in form.team}
                assert {one.attribute for one in spot.requirement.ask.where} <= members and "team" in form.parts


def test_a_delivery_asks_a_small_base_and_then_what_any_rule_of_the_programme_reads():
    pathway = _pathway(
        "groups: {delivery: group, at_least: 2, where: {protocol: a, sessions: {min: 8}}}\n"
        "      any: {delivery: any, where: {consent: true}}\n"
        "      clients: {delivery: visit, different: {client: 2, by: 2}}",
        "deliveries: {group: {pair: {team: lead, where: {gender: woman}}, big: {this: {group_size: {min: 3}}}}}\n",
    )
    group = _form(pathway, "delivery/group")
    assert _names(group) == [
        "sessions", "hours", "role", "parents", "completed", "mode", "protocol", "consent", "group_size",
    ]  # fmt: skip
    assert group.parts == ("from", "on", "team")
    assert [(one.name, one.values) for one in group.team] == [("role", ("lead",)), ("gender", ("woman",))]
    visit = _form(pathway, "delivery/visit")
    assert "client" in _names(visit) and "by" not in _names(visit) and "by" in visit.parts
    assert "protocol" not in _names(visit), "no rule on visits reads it"
    assert _form(pathway, "delivery/any").titles == ("Delivery, with consent",)


def test_hours_of_supervision_are_worked_out_of_its_minutes():
    pathway = _pathway("a: {supervision: x, at_least: {hours: 8}}")
    assert [one.name for one in _form(pathway, "supervision/x").told] == ["hours"]
    told = {one["name"]: one["told_by"] for one in form_rows(pathway)[0]["fields"]}
    assert (told["hours"], told["minutes"]) == ("minutes", None)


def test_texts_offer_what_the_rules_know_and_an_own_list_is_closed():
    pathway = _pathway("a: {learning: x, where: {mode: [in_person, blended], protocol: a, led: {not: mother}}}")
    fields = {one.name: one for one in _form(pathway, "learning/x").fields}
    assert fields["mode"].values == ("in_person", "blended") and not fields["mode"].closed
    assert fields["protocol"].values == ("a", "b") and fields["protocol"].closed
    assert fields["protocol"].label() == "Which way"
    assert fields["led"].values == ("mother",)
    assert (fields["hours"].label(), fields["hours"].label("cy")) == ("How many hours", "Sawl awr")
    assert (fields["hours"].unit(), fields["hours"].unit("cy"), fields["mode"].unit()) == ("hours", "awr", "")


@pytest.mark.parametrize(
    ("rule", "form", "asked", "not_asked"),
    [
        ("learning: x, at_least: {days: 2}", "learning/x", {"days", "mode"}, {"hours", "credits"}),
        ("learning: x", "learning/x", {"hours", "mode"}, {"days", "credits"}),
        ("supervision: x", "supervision/x", {"minutes", "mode"}, {"hours"}),
        ("supervision: x, at_least: {hours: 8}", "supervision/x", {"minutes", "mode"}, {"hours"}),
        ("assessment: x", "assessment/x", {"score"}, {"percent"}),
        ("assessment: x, pass: {percent: 85}", "assessment/x", {"percent"}, {"score"}),
        ("quiz: x, pass: {score: 80}", "quiz/x", {"score"}, set()),
        ("qualification: any, where: {level: {min: 6}}", "qualification/any", {"level"}, set()),
        ("award: other/level, where: {course: group}", "award/other/level", {"course"}, set()),
        ("award: other/level, where: {standing: lapsed}", "award/other/level", set(), {"standing"}),
        ("delivery: x, where: {confirmed: account}", "delivery/x", set(), {"confirmed"}),
    ],
)
def test_a_form_asks_what_its_rule_reads(rule, form, asked, not_asked):
    names = set(_names(_form(_pathway(f"a: {{{rule}}}"), form)))
    assert asked <= names and not names & not_asked


@pytest.mark.parametrize(
    ("rule", "form", "parts"),
    [
        ("delivery: x", "delivery/x", {"from", "on", "team"}),
        ("assessment: x", "assessment/x", {"on", "result", "by", "reason"}),
        ("check: x", "check/x", {"on", "until", "files"}),
        ("check: x, at_least: 2, different: {by: 2}", "check/x", {"on", "until", "by", "files"}),
        ("relation: family", "relation/family", {"on", "until", "who"}),
        ("portfolio: x", "portfolio/x", {"on", "files"}),
        ("fee: x", "fee/x", {"on"}),
        ("feedback: x", "feedback/x", {"on", "about"}),
    ],
)
def test_a_form_has_the_parts_that_its_record_needs(rule, form, parts):
    assert set(_form(_pathway(f"a: {{{rule}}}"), form).parts) == parts


def test_what_is_asked_with_each_record_and_about_a_delivery_says_what_it_is_about():
    pathway = _pathway(
        "a: {delivery: group, each_with: {b: {portfolio: diary}, c: {this: {sessions: {min: 8}, led: both}}}}",
        "deliveries: {group: {d: {supervision: peer, where: {group_size: 5}}}}\n",
    )
    assert "about" in _form(pathway, "portfolio/diary").parts and "about" in _form(pathway, "supervision/peer").parts
    group = _form(pathway, "delivery/group")
    assert "led" in _names(group) and "about" not in group.parts
    rows = {row["id"]: row for row in form_rows(pathway)}
    assert rows["b"]["about"] == ["delivery/group"] and rows["b"]["section"] == "each_with"
    assert rows["c"]["form"] == "delivery/group"
    assert (rows["d"]["level"], rows["d"]["section"], rows["d"]["form"]) == (None, "deliveries", "supervision/peer")


def test_what_a_site_must_show_is_a_form_of_the_site():
    licence = "  licence:\n    holder: site\n    requires: {own: {agreement: contract}}\n"
    pathway = _pathway("plan: {signoff: plan, whose: site, by: steward}", licence)
    assert [one.name for one in record_forms([pathway])] == []
    assert [one.name for one in record_forms([pathway], "site")] == ["signoff/plan", "agreement/contract"]
    rows = {row["id"]: row for row in form_rows(pathway)}
    assert (rows["plan"]["holder"], rows["plan"]["made_by"]) == ("site", ["holds:steward"])
    assert rows["own"]["made_by"] == ["coordinator"]
    assert rows["own"]["counts_when_words"] == "when the central unit has seen it"


def test_every_standard_attribute_and_part_has_a_name_in_english_and_welsh():
    assert set(LABELS) == set(ATTRIBUTES)
    for label in (*LABELS.values(), *PARTS.values(), *PARTS_OF.values()):
        assert label.english and label.welsh and label.english != label.welsh
        assert bool(label.unit) == bool(label.welsh_unit) and bool(label.hint) == bool(label.welsh_hint)
    form = _form(_pathway("a: {supervision: peer, by: steward}"), "supervision/peer")
    assert [form.part_label(part) for part in form.parts] == ["The day", "Who supervised"]
    assert form.part_label("by", "cy") == "Pwy a oruchwyliodd"
    assert _form(_pathway("a: {check: dbs}"), "check/dbs").part_label("on") == "The first day it holds"


def test_what_belongs_to_the_person_is_one_form_for_all_programmes():
    one = _pathway("a: {check: dbs, where: {protocol: a}}")
    text = "pathway: q\nlevels: {leader: {requires: {b: {check: dbs, where: {level: 2}}, c: {fee: yearly}}}}\n"
    forms = record_forms([one, read_pathway_text("q", text)])
    assert [form.key for form in forms] == [("", "check", "dbs"), ("q", "fee", "yearly")]
    assert _names(forms[0]) == ["protocol", "level"] and len(forms[0].rules) == 2


def test_a_level_that_is_awarded_for_each_course_asks_which_course():
    pathway = _pathway("a: {learning: x}\n    per: course", "  next: {requires: {held: {award: leader}}}\n")
    assert _form(pathway, "learning/x").per == ("course",) and "course" in _names(_form(pathway, "learning/x"))
    held = _form(pathway, "award/leader")
    assert "course" in _names(held) and held.parts == ("on", "until", "per", "files")


def test_the_conditions_of_a_requirement_and_what_signatories_need_have_forms_too():
    pathway = _pathway(
        "a: {learning: x, applies_when: {role: runs courses}, waivable_by: steward}\n"
        "      b: {signoff: y, by: {holds: steward, requires: {c: {calibration: video, pass: {agreement: 85}}}}}"
    )
    assert [one.name for one in record_forms([pathway])] == [
        "learning/x", "role/runs courses", "signoff/y", "calibration/video", "waiver/leader/a",
    ]  # fmt: skip
    rows = [(row["id"], row["section"], row["form"], row["waiver"]) for row in form_rows(pathway)]
    assert rows == [
        ("a", "requires", "learning/x", "leader/a"), ("a", "applies_when", "role/runs courses", None),
        ("b", "requires", "signoff/y", None), ("c", "signing", "calibration/video", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "made_by", "counts"),
    [
        ("delivery: group", ["holder"], "when a co-leader, the supervisor or the coordinator says yes"),
        ("delivery: group, by: steward", ["holder"], "when a steward says yes"),
        ("supervision: x, by: {not_own: manager}", ["holder", "supervisor"],
         "when somebody who is not a manager of this person says yes"),
        ("signoff: x, by: steward", ["holds:steward"], "at once"),
        ("signoff: x", ["coordinator"], "at once"),
        ("assessment: x, by: [steward, leader]", ["holds:steward", "holds:leader"],
         "when a steward or a leader has signed"),
        ("assessment: x", ["assessor"], "when everybody who assesses has signed"),
        ("portfolio: x", ["holder"], "when the coordinator accepts it"),
        ("portfolio: x, by: steward", ["holder"], "when a steward accepts it"),
        ("supervision: x", ["holder", "supervisor"], "when the supervisor or the coordinator says yes"),
        ("learning: x, by: steward", ["holds:steward", "coordinator", "holder"],
         "when a steward has signed"),
        ("check: x", ["holder", "coordinator"], "when the coordinator has seen it"),
        ("feedback: x", ["parents", "peers", "holder"], "at once, by number; small numbers stay hidden"),
    ],
)  # fmt: skip
def test_each_type_is_made_by_somebody_and_counts_when_the_rules_say(rule, made_by, counts):
    row = form_rows(_pathway(f"a: {{{rule}}}"))[0]
    assert (row["made_by"], row["counts_when_words"]) == (made_by, counts)


SITE = "  licence:\n    holder: site\n    requires: {}\n"
SIGNED_BY_SITES = "licence: held by sites, and people sign"
NEVER = f"never: nobody can be awarded this: {SIGNED_BY_SITES}"
IMPOSSIBLE = [
    ("a: {award: licence}", "licence is held by sites, and this looks at a person; write whose: site"),
    ("a: {award: never, whose: site}", "never is held by people, and this looks at a site"),
    ("a: {award: never}", f"{SIGNED_BY_SITES}; name a role"),
    ("a: {award: [never, other/level], where: {standing: ready}}", "standing is never that"),
    (
        "a: {award: other/level, where: {outcome: deferred}}",
        "outcome is never that; use one of: certified, conditional",
    ),
    ("a: {award: [leading, other/level], at_least: 3}", "3 awards are asked and 2 can be held"),
    ("a: {award: p/leading}", "p/leading is a level of this pathway; write leading"),
    ("a: {signoff: x, by: p/leading}", "p/leading is a level of this pathway; write leading"),
    ("a: {quiz: x, pass: {percent: 101}}", "percent is 101, above 100; write 100 or less"),
    ("a: {signoff: x, by: licence}", SIGNED_BY_SITES),
    ("a: {signoff: x, by: {holds: [licence], not_own: manager}}", "people sign"),
    ("a: {delivery: group, where: {confirmed: e-mail}}", "confirmed is never that; use one of: account"),
    ("a: {delivery: group, different: {protocol: 3}}", "3 different protocol are asked and it has 2 values"),
    ("a: {delivery: group, different: {consent: 3}}", "3 different consent"),
    (
        "a: {delivery: x, at_most: {hours: 3}, of_which: {b: {where: {mode: m}, at_least: {hours: 4}}}}",
        "b asks for more",
    ),
    ("a: {learning: x, after: 2026-02-01, before: 2026-02-02}", "no day lies between its days"),
    ("a: {role: runs courses, whose: site}", "roles are given to people"),
]
POSSIBLE = [
    "a: {award: licence, whose: site}",
    "a: {award: other/level}",
    "a: {award: [never, leading]}",
    "a: {award: [p/never, leading]}",
    "a: {award: [leading, other/level], at_least: 2}",
    "a: {signoff: x, by: [p/never, steward]}",
    "a: {assessment: x, pass: {agreement: 100}}",
    "a: {signoff: x, by: [licence, steward]}",
    "a: {signoff: x, by: other/level}",
    "a: {role: anything at all}",
    "a: {relation: neighbour, at_most: 3}",
    "a: {assessment: no instrument of ours, pass: {every_item: 3}}",
    "a: {delivery: group, where: {confirmed: {not: [none]}}, different: {protocol: 2}}",
    "a: {learning: x, after: 2026-02-01, before: 2026-02-03}",
    "a: {learning: x, before: 2011-01-01}",
    "a: {award: leading, where: {outcome: {not: conditional}}}",
]


def _with_levels(requires: str) -> Pathway:
    more = "  never: {requires: {}, decision: {by: licence}}\n  leading: {requires: {}}\n"
    return _pathway(requires, SITE + more)


@pytest.mark.parametrize(("rule", "words"), IMPOSSIBLE)
def test_what_nobody_can_record_is_said_with_file_and_line(rule, words):
    pathway = _with_levels(rule)
    lines = [str(one) for one in unrecordable(pathway) if ": never: " not in str(one)]
    assert len(lines) == 1 and lines[0].startswith("p.yaml:8: a: nobody can record this: ") and words in lines[0], lines
    row = form_rows(pathway)[0]
    assert row["form"] is None and row["nobody"].startswith("nobody can record this: ")


def test_a_level_that_nobody_can_be_awarded_is_said_whether_or_not_a_rule_asks_for_it():
    lines = [str(one) for one in unrecordable(_pathway("a: {fee: x}\n    decision: {by: licence}", SITE))]
    words = "leader: nobody can be awarded this: licence: held by sites, and people sign"
    assert lines == [f"p.yaml:5: {words}; name a role, or a level of people"]
    outcomes = "decision: {by: steward, outcomes: [deferred, declined]}"
    lines = [str(one) for one in unrecordable(_pathway(f"a: {{fee: x}}\n    {outcomes}"))]
    words = "leader: nobody can be awarded this: no decision on leader grants it"
    assert lines == [f"p.yaml:5: {words}; add certified to its outcomes"]


@pytest.mark.parametrize("rule", POSSIBLE)
def test_what_somebody_can_record_is_not_refused(rule):
    assert [one.what for one in unrecordable(_with_levels(rule))] == [NEVER]


def test_a_circle_of_signatures_needs_a_first_holder_and_is_not_impossible():
    decision = "    decision: {by: coach}\n"
    coach = "  coach: {title: Coach, requires: {held: {award: leader}}}\n"
    pathway = _pathway("a: {assessment: x, by: coach}", decision + coach)
    assert unrecordable(pathway) == []
    assert [row["first_holder"] for row in form_rows(pathway)] == [["coach"], []]
    door = "a: {assessment: x, by: coach}\n      b: {assessment: x, by: [coach, steward]}"
    open_door = _pathway(door, coach)
    assert [row["first_holder"] for row in form_rows(open_door)][1] == [], "a steward can be first"
    waived = _pathway("a: {assessment: x, by: coach, waivable_by: steward}", coach)
    assert all(row["first_holder"] == [] for row in form_rows(waived)), "who is waived through can be first"


def test_the_lines_of_an_overlay_are_those_of_the_file_that_wrote_the_rule(tmp_path):
    (tmp_path / "base.yaml").write_text("pathway: base\nlevels:\n  leader:\n    requires:\n      a: {learning: x}\n")
    own = "pathway: over\nextends: base\nlevels:\n  leader:\n    requires:\n      b: {delivery: y}\n"
    (tmp_path / "over.yaml").write_text(own)
    rows = form_rows(read_pathway(tmp_path / "over.yaml"))
    assert [(Path(row["file"]).name, row["line"]) for row in rows] == [("base.yaml", 5), ("over.yaml", 6)]


def _alone(leaf: Leaf) -> Leaf:
    """The leaf without the days of others that it waits for; a rhythm begins a while ago."""
    since = ((DAY - timedelta(days=leaf.lasting.about_days() + 2)).isoformat(),) if leaf.every and leaf.lasting else ()
    return replace(leaf, since=since, after=(), up_to=(), before=(), within=() if len(leaf.within) > 1 else leaf.within)


def _forms_of(pathway: Pathway) -> dict[tuple[str, str, str], RecordForm]:
    both = [record_forms([pathway], holder) for holder in ("person", "site")]
    return {(one.holder, one.type, one.what): one for forms in both for one in forms}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_the_forms_ask_is_enough_to_meet_each_requirement_of_an_example(path):
    pathway = read_pathway(path)
    forms = _forms_of(pathway)
    for spot in asked_requirements(pathway):
        if not isinstance(spot.requirement.ask, Leaf) or spot.about or spot.section == "signing":
            continue
        leaf = replace(_alone(spot.requirement.ask), of_site=spot.holder == "site")
        filling = Filling(pathway, forms)
        filling.leaf(leaf, spot.holder)
        level = Level(id="only", requires=(Requirement(id="only", ask=leaf),))
        only = replace(pathway, levels={**pathway.levels, "only": level}, deliveries={})
        evidence = Evidence.of({"holder": HOLDER, "site": PLACE, "records": filling.rows})
        verdict = evaluate(only, evidence, DAY).level("only")
        assert verdict and verdict.result is Result.MET, (spot.requirement.id, verdict, filling.rows)


@pytest.mark.parametrize("path", [one for one in EXAMPLES if read_pathway(one).deliveries], ids=lambda path: path.stem)
def test_what_the_forms_ask_is_enough_for_the_rules_on_each_delivery_of_an_example(path):
    pathway = read_pathway(path)
    for name in pathway.deliveries:
        filling = Filling(pathway, _forms_of(pathway))
        filling.delivery(name)
        evidence = Evidence.of({"holder": HOLDER, "site": PLACE, "records": filling.rows})
        [verdict] = evaluate(pathway, evidence, DAY).deliveries
        assert verdict.result is Result.MET, verdict
