"""An instrument is written as a form: its YAML is changed in place, always passes the check, and can be tried."""

import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.training.drafts.conftest import begun
from training.assessments.instrument_editor.instrument_buttons import pressed
from training.assessments.instrument_editor.instrument_form import faults, filled_in, form_of
from training.assessments.models import Rater
from training.demo.seed import MATERIAL
from training.drafts.models import DraftChange, DraftFile
from training.instruments.check import check_instrument
from training.instruments.read import read_instrument_text
from training.parsing.findings import Findings
from training.parsing.keywords import INSTRUMENT_KINDS
from training.parsing.yaml import read_table
from training.parsing.yaml_edits.places import NotByButton, values_of

EXAMPLES = Path(__file__).parents[3] / "certificates" / "pathways" / "examples" / "instruments"
FILES = sorted([*EXAMPLES.glob("*.yaml"), *(MATERIAL / "instruments").glob("*.yaml")])
WRITTEN = """\
instrument: visits
version: "1"
kind: scale   # as in the pilot
title: A visit
scale: {0: not done, 1: partly, 2: done}
items:
  arrives: {title: Arrives in time, levels: {0: late}}   # a note
  # asked next
  listens:
    title: Listens
    note: >
      Waits until
      they have ended.
# the last one
  ends: {title: Ends well}
sections: {room: [arrives, ends], talk: [listens]}
raters: {at_least: 2, combine: mean}
pass: {percent: 60, every_item: {at_least: 1, of: [room]}}
"""


def _sent(text: str) -> dict[str, Any]:
    """Gives what the page sends where nobody has typed anything."""
    form = form_of(text)
    given: dict[str, Any] = dict(form.head) | {"new-item": "", "new-section": "", "new-criterion": ""}
    given |= {f"scale-{level}": words for level, words in form.scale}
    given |= {f"c{at}": words for at, words in enumerate(form.criteria)}
    given |= {f"s{at}-of": ["", *items] for at, (_, items) in enumerate(form.sections)}
    for at, item in enumerate(form.items):
        given |= {f"i{at}-title": item.title, f"i{at}-note": item.note}
        given |= {f"i{at}-core": "yes"} if item.core else {}
        given |= {f"i{at}-level-{level}": words for level, words in item.levels}
        for degree, rows in item.degrees:
            given |= {f"i{at}-{degree}-{number}": words for number, (_, words) in enumerate(rows)}
            given |= {f"i{at}-{degree}-new": ""}
    for rule in form.passing:
        name = f"p-{rule.form}"
        if rule.form == "number":
            given |= {f"{name}-{at}": rule.numbers.get(item.id, "") for at, item in enumerate(form.items)}
        elif rule.form != "judged":
            given |= {f"{name}-limit": rule.limit, f"{name}-of": ["", *rule.of]}
            given |= {f"{name}-count": rule.count} if rule.form == "items_at" else {}
    return given


def _mistakes(text: str) -> list[str]:
    found = Findings("x.yaml")
    check_instrument(read_table(text, "x.yaml"), found)
    return [str(one) for one in found.mistakes]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_form_that_is_sent_as_it_came_changes_no_letter(path):
    text = path.read_text("utf-8")
    assert not faults(form_of(text), _sent(text)) and filled_in(text, _sent(text)) == text


def test_what_is_typed_is_written_where_it_belongs_and_notes_stay():
    given = _sent(WRITTEN) | {
        "i0-level-1": "a little: late", "i1-note": "Waits, and asks.", "p-percent-limit": "62,5", "agree_within": "1",
        "p-every_item-of": ["", "room", "listens"], "s1-of": ["", "listens", "ends"], "new-item": "Über 3 things",
    }  # fmt: skip
    text = filled_in(WRITTEN, given)
    assert "kind: scale   # as in the pilot" in text and "  # asked next\n" in text and "# the last one\n" in text
    assert '{title: Arrives in time, levels: {0: late, 1: "a little: late"}}   # a note' in text
    said = read_instrument_text(text)
    assert said.items["listens"].note == "Waits, and asks." and said.items["uber_3_things"].title == "Über 3 things"
    assert str(said.passing.forms[0].value) == "62.5" and said.agree_within == 1
    assert said.passing.forms[1].of == ("room", "listens") and said.sections["talk"] == ("listens", "ends")
    moved, words = pressed(text, "down i0")
    assert list(values_of(moved)["items"])[:2] == ["listens", "arrives"] and "Arrives in time" in words
    assert moved.index("# asked next") < moved.index("arrives:") and values_of(pressed(moved, "up i1")[0]) == values_of(
        text
    )
    out, _ = pressed(text, "remove i0")
    assert values_of(out)["sections"]["room"] == ["ends"] and "# asked next" in out
    with pytest.raises(NotByButton, match="about “Arrives” alone"):
        pressed(filled_in(text, {"p-every_item-of": ["arrives"]}), "remove i0")


@pytest.mark.parametrize(("typed", "written"), [("1,000", "1000"), ("−2,5", "-2.5"), ("70.0", "70"), ("070", "70")])
def test_a_number_is_read_as_on_every_other_page(typed, written):
    text = filled_in(WRITTEN, _sent(WRITTEN) | {"p-percent-limit": typed})
    assert f"percent: {written}," in text


def test_what_cannot_be_written_is_said_beside_its_field():
    text = (MATERIAL / "instruments" / "group_facilitation.yaml").read_text("utf-8")
    given = _sent(text) | {"i0-title": " ", "i0-basic-0": "", "at_least": "two"}
    rule = next(one for one in given if one.endswith("-limit"))
    assert set(faults(form_of(text), given | {rule: "many"})) == {"i0-title", "i0-basic-0", "at_least", rule}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_pressed_the_check_lets_it_through_or_the_page_says_why_not(seed):
    dice = random.Random(seed)
    text = dice.choice([*(path.read_text("utf-8") for path in FILES), WRITTEN])
    done = 0
    for _ in range(25):
        form = form_of(text)
        at, what = f"i{dice.randrange(len(form.items) or 1)}", dice.choice(["up", "down", "remove"])
        about = [at, *(f"level-{one}" for one, _ in form.scale), "c0", "s0", *(f"p-{one.form}" for one in form.passing)]
        rows = [(at, degree, len(rows)) for item in form.items[:1] for degree, rows in item.degrees if rows]
        about += [f"i0-{degree}-{dice.randrange(count)}" for _, degree, count in rows]
        button = dice.choice([f"{what} {dice.choice(about)}", "add rule", "add level", "kind"])
        chosen = dice.choice([*INSTRUMENT_KINDS, *form.forms_to_add])
        new = {"new-item": f"Thing {seed}: «new» #{done}", "new-section": "A part", "new-criterion": "Calm: yes"}
        new |= {f"i0-{degree}-new": f'Says "{done}"' for degree in ("basic", "harmful", "advanced")}
        try:
            text = filled_in(text, _sent(text) | (new if dice.random() < 0.3 else {}))
            text, words = pressed(text, button, chosen)
        except NotByButton as why:
            assert str(why)
            continue
        done += bool(words)
        assert _mistakes(text) == [], (button, chosen, text)
        assert filled_in(text, _sent(text)) == text
    assert done > 2


async def test_an_instrument_is_changed_by_its_form_tried_printed_and_every_step_undone(browse):
    bruno = await browse("bruno")
    draft = await begun(bruno, "instrument", "visits", "A visit")
    form = f"{draft}/instrument/visits.yaml"
    assert f'href="{form}"' in (await bruno.get(draft)).text
    page = await bruno.get(form)
    assert "Welcomes everybody by name" in page.text and "There is no rule to pass" in page.text

    async def press(button: str, **typed: Any) -> str:
        shown = (await bruno.get(form)).text
        base = (await DraftFile.get(path="visits.yaml")).text
        number = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        sent = _sent(base) | {"base": base, "revision": number, "do": button} | typed
        many = {f"{name}[]" if isinstance(value, list) else name: value for name, value in sent.items()}
        answer = await bruno.post(form, data=many)
        return (await bruno.get(answer.headers["location"])).text if answer.status_code == 303 else answer.text

    assert "The kind is behaviours" in await press("kind", **{"kind-chosen": "behaviours"})
    assert "Write here what is seen" in await press("save", **{"i0-harmful-new": "Mocks somebody"})
    assert "A rule to pass: no item at" in await press("add rule", **{"add rule-chosen": "no_item_at"})
    assert "Write what is seen, or take it out" in await press("save", **{"i0-basic-0": ""})
    tried = await bruno.post(
        f"{draft}/rate/visits.yaml", data={"welcomes": "seen", "welcomes_seen[]": ["mocks_somebody"]}
    )
    assert "It would come to: not passed" in tried.text and "1 item at level 1; there must be none" in tried.text
    assert 'value="mocks_somebody" checked' in tried.text and not await Rater.all().count()
    paper = await bruno.get(f"{draft}/paper/visits.yaml")
    assert "☐ Mocks somebody" in paper.text and "Name of the rater" in paper.text
    step = (await DraftChange.filter(words__startswith="A rule").first()).step
    assert (await bruno.post(draft, data={"do": "undo", "step": str(step)})).status_code == 303
    assert "pass:" not in (await DraftFile.get(path="visits.yaml")).text
    stale = await bruno.post(
        form, data=_sent(WRITTEN) | {"base": WRITTEN, "revision": "1", "do": "save", "title": "Mine"}
    )
    assert stale.headers["location"].startswith(draft) and await DraftChange.filter(what="aside").count() == 1


@pytest.mark.parametrize("text", ["raters: 5\n", "kind: scale\nitems: {a: 5}\n", "kind: judgement\ncriteria: 5\n"])
def test_what_is_no_instrument_is_left_to_a_hand(text):
    with pytest.raises(NotByButton, match="mended first"):
        filled_in(text, {"at_least": "2", "i0-title": "Another", "c0": "B"})
    assert pressed(WRITTEN, f"remove i{'9' * 5000}") == (WRITTEN, "")
