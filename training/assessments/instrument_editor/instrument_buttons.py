"""What the buttons on the form of an instrument do to its text, and how each change is called; pure."""

import re

from training.assessments.instrument_editor.instrument_form import (
    TO_WRITE,
    InstrumentForm,
    drop,
    form_of,
    in_words,
    out_of_list,
    put_under,
    table,
    with_item,
)
from training.instruments.check import ITEM_KEYS, KEYS_OF_KIND
from training.instruments.judge import FORMS_OF_KIND, READ_FROM_RECORD
from training.parsing.values import as_list
from training.parsing.yaml_edits.members import STEPS, moved, put_key, without, without_key
from training.parsing.yaml_edits.places import NotByButton, Where, Written, set_value, value_in, values_of

SCALES: dict[str, dict[str, str]] = {
    "behaviours": {
        "1": "may do harm", "2": "some of the basics", "3": "all of the basics", "4": "all of the basics and more"
    },
    "scale": {"0": "not done", "1": "needs work", "2": "good", "3": "very good"},
}  # fmt: skip
"""The scale that an instrument begins with, by its kind."""
_PRESSED = re.compile(
    r"(?P<what>up|down|remove) (?:i(?P<item>\d{1,4})(?:-(?P<degree>[a-z]+)-(?P<behaviour>\d{1,4}))?"
    r"|c(?P<criterion>\d{1,4})|s(?P<section>\d{1,4})|level-(?P<level>-?\d+)|p-(?P<form>[a-z_]+))"
)


def pressed(text: str, button: str, chosen: str = "") -> tuple[str, str]:
    """Does what a button says; gives the text, and what the change is called ("" where the button does nothing).

    `chosen` is the kind, or the rule of the pass mark, that stands beside the button. Raises NotByButton.
    """
    form = form_of(text)
    if button == "kind" and chosen in KEYS_OF_KIND:
        return as_kind(text, chosen), f"The kind is {chosen}"
    if button == "add rule" and chosen in form.forms_to_add:
        return put_under(
            text, ("pass",), chosen, _fresh_rule(form, chosen)
        ), f"A rule to pass: {in_words(chosen).lower()}"
    if button == "add level" and form.kind == "scale":
        level = str(max(form.levels, default=-1) + 1)
        return put_under(text, ("scale",), level, f"level {level}"), f"Level {level}"
    found = _PRESSED.fullmatch(button)
    if found is None:
        return text, ""
    try:
        return _done(text, form, {key: value for key, value in found.groupdict().items() if value is not None})
    except IndexError as error:
        raise NotByButton("somebody has taken it out") from error


def _done(text: str, form: InstrumentForm, press: dict[str, str]) -> tuple[str, str]:
    what = press["what"]
    told = "taken out" if what == "remove" else f"moved {what}"
    if "behaviour" in press:
        return _behaviour(text, form, press, told)
    if "item" in press:
        item, at = form.items[int(press["item"])], int(press["item"])
        fresh = _without_item(text, item.id) if what == "remove" else moved(text, ("items",), at, STEPS[what])
        return fresh, f"Item “{item.title}” {told}"
    if "criterion" in press:
        at = int(press["criterion"])
        words, last = form.criteria[at], len(form.criteria) == 1
        if what != "remove":
            return moved(text, ("criteria",), at, STEPS[what]), f"“{words}” {told}"
        return without_key(text, ("criteria",)) if last else without(text, ("criteria",), at), f"“{words}” {told}"
    if "section" in press:
        name = form.sections[int(press["section"])][0]
        for rule in form.passing:
            text = out_of_list(text, ("pass", rule.form, "of"), name)
        return drop(text, ("sections", name)), f"Part “{in_words(name)}” {told}"
    if "level" in press:
        return _without_level(text, form, press["level"]), f"Level {press['level']} {told}"
    return drop(text, ("pass", press["form"])), f"The rule {in_words(press['form']).lower()} {told}"


def _behaviour(text: str, form: InstrumentForm, press: dict[str, str], told: str) -> tuple[str, str]:
    item, degree, at = form.items[int(press["item"])], press["degree"], int(press["behaviour"])
    where: Where = ("items", item.id, degree)
    row = dict(item.degrees).get(degree, [])
    name, words = row[at]
    if press["what"] != "remove":
        return moved(text, where, at, STEPS[press["what"]]), f"“{words}” {told}"
    if degree == "basic" and len(row) == 1:
        raise NotByButton(f"{item.title} needs one basic behaviour at least")
    return drop(text, (*where, name)), f"“{words}” {told}"


def _without_item(text: str, name: str) -> str:
    said = values_of(text)
    for section, items in table(said.get("sections")).items():
        if {str(one) for one in as_list(items)} != {name}:
            text = out_of_list(text, ("sections", section), name)
            continue
        for form in table(said.get("pass")):
            text = out_of_list(text, ("pass", form, "of"), section)
        text = drop(text, ("sections", section))
    for form in table(said.get("pass")):
        text = (
            drop(text, ("pass", "number", name)) if form == "number" else out_of_list(text, ("pass", form, "of"), name)
        )
    return without_key(text, ("items", name))


def _without_level(text: str, form: InstrumentForm, level: str) -> str:
    if form.kind != "scale" or len(form.scale) < 3:
        raise NotByButton("a scale needs two levels, and one for behaviours has four")
    for item in form.items:
        text = drop(text, ("items", item.id, "levels", level))
    return without_key(text, ("scale", level))


def _fresh_rule(form: InstrumentForm, rule: str) -> Written:
    levels = sorted(form.levels) or [0, 1]
    if rule == "number":
        return {form.items[0].id: 1} if form.items else {}
    if rule == "items_at":
        return {"level": levels[-1], "count": max(1, len(form.items) // 2)}
    plain: dict[str, Written] = {
        "percent": 60, "no_item_at": levels[0], "judged": "satisfactory", "mean": levels[len(levels) // 2]
    }  # fmt: skip
    return plain.get(rule, levels[min(1, len(levels) - 1)])


def as_kind(text: str, kind: str) -> str:
    """Makes an instrument one of another kind: what does not fit is taken out, what it needs is put in."""
    text = set_value(text, ("kind",), kind)
    for key in ("scale", "items", "criteria", *(("sections",) if kind == "judgement" else ())):
        if key == "sections" or key not in KEYS_OF_KIND[kind]:
            text = drop(text, (key,))
    for form in table(values_of(text).get("pass")):
        if form not in (*FORMS_OF_KIND[kind], *READ_FROM_RECORD):
            text = drop(text, ("pass", form))
    if kind == "judgement":
        return text if values_of(text).get("criteria") else set_value(text, ("criteria",), [TO_WRITE])
    scale = table(values_of(text).get("scale"))
    if kind in SCALES and (len(scale) != 4 if kind == "behaviours" else len(scale) < 2):
        text = set_value(text, ("scale",), dict(SCALES[kind]), after="title")
    for name, row in table(values_of(text).get("items")).items():
        for key in [key for key in table(row) if key not in ITEM_KEYS[kind]]:
            text = drop(text, ("items", name, key))
        if kind == "behaviours" and not value_in(values_of(text), ("items", name, "basic")):
            text = _with_basic(text, name)
    return text if values_of(text).get("items") else with_item(text, kind, "A first item")


def _with_basic(text: str, name: str) -> str:
    where: Where = ("items", name)
    basic: Written = {"seen": TO_WRITE}
    if "basic" in table(value_in(values_of(text), where)):
        return set_value(text, (*where, "basic"), basic)
    if value_in(values_of(text), where):
        return put_key(text, where, "basic", basic)
    return set_value(text, where, {"title": in_words(name), "basic": basic})
