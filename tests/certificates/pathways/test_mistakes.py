"""Every kind of mistake that the language names is found, at its line, with words that help."""

from pathlib import Path

import pytest

from certificates.pathways.check_files import check
from certificates.pathways.language.read import read_pathway
from certificates.pathways.language.schema import OwnAttribute

HEAD = (
    "pathway: p\nroles: [steward]\nattributes: {led: text}\nsources: {web: https://example.org}\nlevels:\n  leader:\n"
)
BASE = (
    "pathway: base\nroles: [steward]\nlevels:\n  leader:\n    requires:\n"
    "      course: {learning: course}\n      routes: {any_of: {a: {learning: a}, b: {learning: b}}}\n"
)
INSTRUMENT = 'instrument: tool\nversion: "1"\n'

# what stands in `requires` of the level, and words of the answer
IN_REQUIRES = [
    ("a: {learning: x, whre: {mode: online}}", "whre where"),
    ("a: {learning: x, where: {mod: online}}", "mod mode"),
    ("a: {learning: x, where: {hours: many}}", "hours many number"),
    ("a: {learning: x, where: {consent: yes}}", "consent true or false"),
    ("a: {learning: x, where: {hours: {min: 5, max: 4}}}", "min max nobody"),
    ("a: {learning: x, at_least: {mode: 2}}", "mode added up"),
    ("a: {learning: x, at_least: 0}", "at_least 0 1 or more"),
    ("a: {learning: x, at_least: 1.5}", "at_least 1.5 whole"),
    ("a: {learning: x, at_least: {hours: 5}, at_most: {hours: 4}}", "hours nobody"),
    ("a: {learning: x, different: {mode: two}}", "mode two"),
    ("a: {learning: x, new: {client: 2}}", "new start"),
    ("a: {learning: x, each: {topic: play}}", "topic list"),
    ("a: {learning: x, each: {topic: [a], mode: [b]}}", "each one attribute"),
    ("a: {learning: x, of_which: {live: {at_least: 2}}}", "live where"),
    ("a: {learning: x, of_which: {live: {where: {mode: live}}}}", "live nothing"),
    ("a: {learning: x, of_which: {live: {where: {mode: live}, at_leest: 2}}}", "at_leest at_least"),
    ("a: {learning: x, by: {holds: leader, not_own: superviser}}", "superviser supervisor"),
    ("a: {learning: x, by: {hold: leader}}", "hold holds"),
    ("a: {learning: x, whose: me}", "me site"),
    ("a: {learning: x, pass: any}", "pass learning"),
    ("a: {quiz: x, pass: {scor: 80}}", "scor score"),
    ("a: {quiz: x, pass: {percent: {of: [a]}}}", "percent at_least"),
    ("a: {quiz: x, pass: {score: high}}", "score high number"),
    ("a: {learning: x, every: P1M}", "every since"),
    ("a: {learning: x, for: P1Y}", "for every"),
    ("a: {learning: x, since: 2026-01-01, every: P1Y, for: P1M}", "for shorter every"),
    ("a: {learning: x, since: 2026-01-01, after: 2026-01-02}", "since after"),
    ("a: {learning: x, within: [P1M, P2M]}", "within two lengths"),
    ("a: {learning: x, since: 2026-01-01, within: [P2M, P1M]}", "wrong way round"),
    ("a: {event: x, ever: true}", "ever event done"),
    ("a: {check: x, ever: yes}", "ever true"),
    ("a: {learning: x, tenure: {from: P1Y}}", "tenure requires renewal"),
    ("a: {this: {hours: 2}}", "this deliveries"),
    ("a: {team: any, at_least: 2}", "team deliveries"),
    ("a: {delivery: x, each_with: {b: {feedback: y, waivable_by: steward}}}", "waivable_by each_with"),
    ("a: {delivery: x, each_with: {b: {feedback: y, each_with: {c: {feedback: z}}}}}", "each_with"),
    ("a: {delivery: x, each_with: {b: {feedback: y}}}\n      c: {learning: z, after: b}", "b seen"),
    ("a: {none_of: {b: {learning: x, applies_when: {role: y}}}}", "applies_when none_of"),
    ("a: {award: any}", "award any"),
    ("a: {award: x/y, where: {standing: lapsd}}", "lapsd lapsed"),
    ("a: {award: x/y, where: {standing: {not: lapsd}}}", "lapsd lapsed"),
    ("a: {award: leder}", "leder leader"),
    ("a: {award: leader}", "circle leader"),
    ("a: {learning: x, waivable_by: stewart}", "stewart steward"),
    ("a: {learning: x, source: wed}", "wed web"),
    ("a: {learning: x, effective: {from: 2026-02-01, until: 2026-01-01}}", "effective ends before"),
    ("a: {learning: x, advisory: yes}", "advisory true"),
    ("a: {title: nothing}", "a asks for nothing"),
    ("a: {any_of: {}}", "any_of"),
    ("a: {replace: {learning: x}}", "replace overlays"),
    ("A: {learning: x}", "A id small letters"),
    ("a: {learning: x, since: b}\n      b: {none_of: {c: {event: y}}}", "b no day"),
    ("a: {learning: x, since: b}\n      b: {learning: y, at_most: 3}", "b no day"),
    ("a: {learning: x, since: b}\n      b: {learning: y, advisory: true}", "b no day"),
    ("a: {learning: x, since: b}\n      b: {learning: y, since: 2026-01-01, every: P1M}", "b no day"),
    ("a: {use: once, all_of: {b: {learning: x}, c: {learning: y, after: b}}}", "c sibling b once"),
    ("a: {use: once, all_of: {b: {all_of: {c: {learning: y}}}}}", "b leaf once"),
    ("a: {use: twice, all_of: {b: {learning: x}}}", "twice once"),
    ("a: {all_of: {b: {learning: x, after: a}}}", "circle"),
    ("a: {learning: x, since: lapse}", "lapse seen"),
    ("a: {learning: x, since: end}", "end seen"),
]
# what stands in the level after `requires: {}`, and words of the answer
IN_LEVEL = [
    ("kind: certifcate", "certifcate certificate"),
    ("holder: team", "team site"),
    ("per: hours", "per hours text"),
    ("requres: {}", "requres requires"),
    ("decision: {by: steward, outcomes: [certifed]}", "certifed certified"),
    ("decision: {by: steward, conditional: {duties: [x]}}", "conditional outcome"),
    ("decision: {buy: steward}", "buy by"),
    ("decision: {by: steward, at_least: 0}", "at_least 0 1 or more"),
    ("decision: {by: steward, at_least: {hours: 3}}", "at_least whole"),
    ("valid: three years", "valid length"),
    ("valid: {until_next: 02-30}", "until_next month and day"),
    ("valid: unlimited\n    renewal: {opens: P1M}", "opens period"),
    ("renewal: {requires: {a: {fee: x, up_to: end}}}", "end period"),
    ("permits: [{may: lead, in: lapsd}]", "lapsd"),
    ("permits: [{my: lead}]", "my may"),
    ("keep: {a: {delivery: x, within: P1Y, tenure: {from: P2Y, to: P1Y}}}", "tenure wrong way round"),
    ("keep: {a: {delivery: x}}\n    return: {a: {learning: y}}", "a twice"),
    ("keep: {a: {delivery: x}}\n    return: {b: {learning: y, since: a}}", "a seen return"),
    ("permits: [{may: lead, while: {a: {delivery: x, within: P1X}}}]", "within P1X"),
    ("decision: {outcomes: [conditional], conditional: {lifted_by: {a: {award: leader}}}}", "circle leader"),
]
# the long form of an attribute, a requirement that reads it, and words of the answer
IN_ATTRIBUTES = [
    ("{type: text, lable: Which}", "learning: x", "2: lable label"),
    ("{type: text, label: [a]}", "learning: x", "2: label list text"),
    ("{type: text, label: 5}", "learning: x", "2: label 5 text"),
    ("{type: txt}", "learning: x", "2: txt text"),
    ("{label: Which}", "learning: x", "2: led type"),
    ("{type: text, one_of: []}", "learning: x", "2: one_of list"),
    ("{type: text, one_of: basic}", "learning: x", "2: one_of basic list"),
    ("{type: number, one_of: [1, two]}", "learning: x", "2: one_of two number"),
    ("{type: date, one_of: [2026-01-01, soon]}", "learning: x", "2: one_of soon day"),
    ("{type: text, one_of: [true]}", "learning: x", "2: one_of true text"),
    ("{type: yes_or_no, one_of: [true]}", "learning: x", "2: led one_of"),
    ("{type: text, one_of: [basic, more]}", "learning: x, where: {led: moer}", "6: moer more"),
    ("{type: text, one_of: [basic, more]}", "learning: x, where: {led: [basic, moer]}", "6: moer more"),
    ("{type: text, one_of: [basic, more]}", "learning: x, where: {led: {not: moer}}", "6: moer more"),
    ("{type: text, one_of: [basic, more]}", "learning: x, each: {led: [basic, moer]}", "6: moer more"),
    ("{type: text, one_of: [basic]}", "learning: x, of_which: {a: {where: {led: b}, at_least: 1}}", "6: b basic"),
    ("{type: number, one_of: [1, 2]}", "learning: x, where: {led: 3}", "6: 3 1"),
    ("{type: number, one_of: [1, 2]}", "learning: x, where: {led: {min: 2.5}}", "6: led nobody"),
    ("{type: number, one_of: [4, 1]}", "learning: x, where: {led: {min: 2, max: 3}}", "6: led nobody"),
]
SOUND_ATTRIBUTES = [
    ("{type: text}", "learning: x, where: {led: anything}"),
    ("{type: text, label: Who led, one_of: [basic, 2]}", 'learning: x, where: {led: "2"}'),
    ("{type: number, one_of: [1, 2.5]}", "learning: x, where: {led: {min: 2}}, at_least: {led: 3}"),
    ("{type: date, one_of: [2026-01-01]}", "learning: x, where: {led: {max: 2026-05-01}}"),
    ("{type: yes_or_no, label: Led}", "learning: x, where: {led: false}"),
]
# whole evidence records, and words of the answer
IN_RECORDS = [
    ("{id: a, type: learning, what: x, on: 2026-01-01, until: 2026-02-01}", "until learning"),
    ("{id: a, type: check, what: x, on: 2026-01-01, from: 2025-02-01}", "from check"),
    ("{id: a, type: check, what: x, on: 2026-01-01, until: 2025-02-01}", "ends before"),
    ("{id: a, type: award, what: x, on: unknown}", "award unknown day"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, hours: -1}", "hours below 0"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, own_number: -1}", "own_number below 0"),
    ("{id: a, type: assessment, what: x, on: 2026-01-01, ratings: [{items: {a: maybe}}]}", "maybe n/a"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, hours: two}", "hours two number"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, void: true}", "void replaces"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, result: pased}", "pased passed"),
    ("{id: a, type: state, what: x, on: 2026-01-01, state: suspendd}", "suspendd suspended"),
    ("{id: a, type: award, what: x, on: 2026-01-01, outcome: certifed}", "certifed certified"),
    ("{id: a, type: learning, what: x, on: 2026-02-30}", "2026-02-30"),
    ("{id: a, type: learning, what: x, on: yesterday}", "yesterday day"),
    ("{id: a, type: learning, what: x}", "a on"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, replaces: z}", "replaces z"),
    ("{id: a, type: learning, what: x, on: 2026-01-01, consent: yes}", "consent true or false"),
]
# what an instrument holds after its name and version, and words of the answer
IN_INSTRUMENTS = [
    ("kind: chekclist\nitems: {a: {}}", "chekclist checklist"),
    ("kind: checklist", "items"),
    ("kind: checklist\nitems: {a: {basic: {b: c}}}", "basic"),
    ("kind: behaviours\nscale: {1: a, 2: b, 3: c}\nitems: {a: {basic: {b: c}}}", "scale 3 four"),
    ("kind: scale\nitems: {a: {}}", "scale"),
    ("kind: scale\nscale: {low: x, 2: y}\nitems: {a: {}}", "low whole number"),
    ("kind: checklist\nitems: {a: {}}\nsections: {s: [b]}", "b no item"),
    ("kind: checklist\nitems: {a: {}}\npass: {percent: {at_least: 50, of: [z]}}", "z no item"),
    ("kind: numbers\nitems: {speed: {}}\npass: {number: {spead: 1}}", "spead speed"),
    ("kind: checklist\nitems: {a: {}}\nraters: {at_least: 0}", "at_least 0"),
    ("kind: checklist\nitems: {a: {}}\nraters: {combine: highest}", "highest lowest"),
    ("kind: judgement\nitems: {a: {}}", "items judgement"),
    ("kind: judgement\npass: {judged: good}", "judged good satisfactory"),
]
# what an overlay says about `requires` of the level, and words of the answer
IN_OVERLAYS = [
    ("course: {remove: }", "course reason"),
    ("course: {add: {x: {learning: x}}}", "add no group"),
    ("routes: {add: {a: {learning: x}}}", "a stands"),
    ("course: {change: {at_leest: 2}}", "at_leest at_least"),
    ("course: {change: {quiz: x}}", "learning quiz"),
    ("course: {replace: {lerning: x}}", "lerning learning"),
    ("course: {remove: why, change: {at_least: 2}}", "beside"),
]


def _told(folder: Path, name: str, text: str) -> list[str]:
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return [str(mistake) for mistake in check([path])]


def _holds(lines: list[str], words: str) -> bool:
    return any(all(word in line for word in words.split()) for line in lines)


@pytest.mark.parametrize(("text", "words"), IN_REQUIRES)
def test_a_mistake_in_a_requirement_is_named(tmp_path: Path, text: str, words: str) -> None:
    lines = _told(tmp_path, "p", f"{HEAD}    requires:\n      {text}\n")
    assert _holds(lines, words), lines
    assert all(line.startswith(str(tmp_path / "p.yaml")) and "; " in line for line in lines)


@pytest.mark.parametrize(("text", "words"), IN_LEVEL)
def test_a_mistake_in_a_level_is_named(tmp_path: Path, text: str, words: str) -> None:
    lines = _told(tmp_path, "p", f"{HEAD}    requires: {{}}\n    {text}\n")
    assert _holds(lines, words), lines


def _with_attribute(folder: Path, attribute: str, rule: str) -> list[str]:
    text = f"pathway: p\nattributes: {{led: {attribute}}}\nlevels:\n  leader:\n    requires:\n      a: {{{rule}}}\n"
    return _told(folder, "p", text)


@pytest.mark.parametrize(("attribute", "rule", "words"), IN_ATTRIBUTES)
def test_a_mistake_in_an_attribute_is_named(tmp_path: Path, attribute: str, rule: str, words: str) -> None:
    line, words = words.split(": ", 1)
    lines = _with_attribute(tmp_path, attribute, rule)
    assert len(lines) == 1 and _holds(lines, words) and lines[0].startswith(f"{tmp_path / 'p.yaml'}:{line}: "), lines


@pytest.mark.parametrize(("attribute", "rule"), SOUND_ATTRIBUTES)
def test_a_sound_attribute_passes_in_silence(tmp_path: Path, attribute: str, rule: str) -> None:
    assert _with_attribute(tmp_path, attribute, rule) == []


def test_an_overlay_adds_an_attribute_in_its_long_form_and_tells_the_old_one_anew(tmp_path: Path) -> None:
    base = "attributes: {led: {type: text, label: Who led, one_of: [a]}, part: number}\n"
    (tmp_path / "base.yaml").write_text(f"pathway: base\n{base}levels: {{leader: {{requires: {{}}}}}}\n")
    own = "attributes: {led: {type: text, one_of: [a, b]}, kit: {type: yes_or_no, label: Had the kit}}\n"
    (tmp_path / "over.yaml").write_text(f"pathway: over\nextends: base\n{own}")
    found = read_pathway(tmp_path / "over.yaml")
    assert dict(found.attributes) == {"led": "text", "part": "number", "kit": "yes_or_no"}
    assert found.own_attributes == {"led": OwnAttribute("", ("a", "b")), "kit": OwnAttribute("Had the kit")}


@pytest.mark.parametrize(("text", "words"), IN_RECORDS)
def test_a_mistake_in_evidence_is_named(tmp_path: Path, text: str, words: str) -> None:
    lines = _told(tmp_path, "e", f"holder: amina\nrecords:\n  - {text}\n")
    assert _holds(lines, words), lines
    assert all(line.startswith(f"{tmp_path / 'e.yaml'}:3:") for line in lines)


@pytest.mark.parametrize(("text", "words"), IN_INSTRUMENTS)
def test_a_mistake_in_an_instrument_is_named(tmp_path: Path, text: str, words: str) -> None:
    lines = _told(tmp_path, "i", INSTRUMENT + text + "\n")
    assert _holds(lines, words), lines


@pytest.mark.parametrize(("text", "words"), IN_OVERLAYS)
def test_a_mistake_in_an_overlay_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    overlay = f"pathway: over\nextends: base\nlevels:\n  leader:\n    requires:\n      {text}\n"
    lines = _told(tmp_path, "over", overlay)
    assert _holds(lines, words), lines


def test_overlays_that_extend_each_other_are_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("pathway: one\nextends: two\n")
    lines = _told(tmp_path, "two", "pathway: two\nextends: one\n")
    assert _holds(lines, "circle overlays")


def test_a_base_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert _holds(_told(tmp_path, "one", "pathway: one\nextends: nobody\n"), "one.yaml:2: nobody exist")


def test_awards_that_ask_for_each_other_are_a_circle(tmp_path: Path) -> None:
    text = "pathway: p\nlevels:\n  a: {requires: {x: {award: b}}}\n  b: {requires: {x: {award: a}}}\n"
    assert _holds(_told(tmp_path, "p", text), "p.yaml:3: circle awards")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x {b: c}\nd: *x\n", "anchor"),
        ("a: {b: c\n", "YAML"),
        ("", "empty"),
        ("- a\n", "mapping"),
        ("colour: blue\n", "pathway instrument holder"),
        ("a: !!str b\n", "tag"),
        ("<<: {a: b}\n", "merge"),
        ("a: 1\n---\nb: 2\n", "YAML"),
    ],
)
def test_a_file_that_is_no_plain_yaml_is_refused(tmp_path: Path, text: str, words: str) -> None:
    assert _holds(_told(tmp_path, "f", text), words)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert _holds([str(one) for one in check([tmp_path / "nobody.yaml"])], "nobody.yaml:1: read")


def test_only_a_few_plain_words_are_more_than_text(tmp_path: Path) -> None:
    text = "holder: no\nsite: on\nrecords:\n  - {id: yes, type: learning, what: NO, on: 2026-05-01, mode: off}\n"
    assert _told(tmp_path, "e", text) == []
