"""An instrument as a form: what is typed there is written into its YAML, and every note of hand stays; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.instruments.check import BEHAVIOURS, ITEM_KEYS, KEYS_OF_KIND
from training.instruments.check_pass import LONG
from training.instruments.judge import FORMS_OF_KIND
from training.instruments.schema import DEGREES
from training.parsing.text import exact_number, plain_words
from training.parsing.values import as_list
from training.parsing.yaml_edits.members import put_key, put_word, without, without_key
from training.parsing.yaml_edits.places import NotByButton, Where, Written, set_value, value_in, values_of

Given = Mapping[str, str | list[str]]
TO_WRITE = "Write here what is seen"


@dataclass(frozen=True)
class FormItem:
    """One item as it is written: its words, those of each level, and its behaviours by degree (id, words)."""

    id: str
    title: str
    note: str
    core: bool
    levels: Sequence[tuple[str, str]]
    degrees: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class PassForm:
    """One rule of the pass mark: its number, its count, what it is narrowed to, or a number for each item."""

    form: str
    limit: str
    count: str
    of: Sequence[str]
    numbers: Mapping[str, str]


@dataclass(frozen=True)
class InstrumentForm:
    """All that the form of an instrument shows."""

    kind: str
    head: Mapping[str, str]
    scale: Sequence[tuple[str, str]]
    items: Sequence[FormItem]
    sections: Sequence[tuple[str, Sequence[str]]]
    criteria: Sequence[str]
    passing: Sequence[PassForm]

    @property
    def levels(self) -> list[int]:
        """The numbers of its scale."""
        return [int(level) for level, _ in self.scale if re.fullmatch(r"-?\d+", level)]

    @property
    def forms_to_add(self) -> list[str]:
        """The rules of a pass mark that its kind knows and that it does not have yet."""
        there = {one.form for one in self.passing}
        return [one for one in FORMS_OF_KIND.get(self.kind, ()) if one not in there]

    @property
    def names(self) -> list[tuple[str, str]]:
        """What a rule can be narrowed to: sections, items, and whatever is written there that is neither."""
        known = [(name, in_words(name)) for name, _ in self.sections] + [(one.id, one.title) for one in self.items]
        taken = {name for name, _ in known}
        strange = dict.fromkeys(name for one in self.passing for name in one.of if name not in taken)
        return [*known, *((name, name) for name in strange)]


def form_of(text: str) -> InstrumentForm:
    """Reads the text of an instrument as its form shows it, as far as it is one; NotByButton where it is no YAML."""
    said = values_of(text)
    kind, raters, passing = word(said.get("kind")), table(said.get("raters")), table(said.get("pass"))
    scale = [(level, word(words)) for level, words in table(said.get("scale")).items()]
    sections = table(said.get("sections")).items()
    return InstrumentForm(
        kind=kind,
        head={key: word(said.get(key)) for key in ("title", "note")}
        | {key: word(raters.get(key)) for key in ("at_least", "combine", "agree_within")},
        scale=scale,
        items=[_item(name, table(row), kind, scale) for name, row in table(said.get("items")).items()],
        sections=[(name, [str(one) for one in as_list(items)]) for name, items in sections],
        criteria=[word(one) for one in as_list(said.get("criteria") or [])],
        passing=[_pass_form(form, value) for form, value in passing.items()],
    )


def _item(name: str, row: Mapping[str, Any], kind: str, scale: Sequence[tuple[str, str]]) -> FormItem:
    levels = table(row.get("levels"))
    known = ITEM_KEYS.get(kind, ())
    return FormItem(
        id=name,
        title=word(row.get("title")) or in_words(name),
        note=word(row.get("note")),
        core=row.get("core") is True,
        levels=[(level, word(levels.get(level))) for level, _ in scale] if "levels" in known else [],
        degrees=[
            (degree, [(one, word(words)) for one, words in table(row.get(degree)).items()])
            for degree in DEGREES
            if degree in known
        ],
    )


def _pass_form(form: str, value: Any) -> PassForm:
    if form == "number":
        return PassForm(form, "", "", (), {item: word(limit) for item, limit in table(value).items()})
    if not isinstance(value, Mapping):
        return PassForm(form, word(value), "", (), {})
    limit = value.get(_limit_key(form))
    return PassForm(form, word(limit), word(value.get("count")), [str(one) for one in as_list(value.get("of"))], {})


def _limit_key(form: str) -> str:
    return LONG.get(form, ("at_least",))[0]


def faults(form: InstrumentForm, given: Given) -> dict[str, str]:
    """Tells what is typed in a way that cannot be written: field → what to do."""
    found = {}
    for name, typed in given.items():
        words = "" if isinstance(typed, list) else typed.strip()
        if re.fullmatch(r"title|i\d+-title|scale-.+|c\d+", name) and not words:
            found[name] = "Write some words, or take it out"
        elif re.fullmatch(rf"i\d+-({'|'.join(BEHAVIOURS)})-\d+", name) and not words:
            found[name] = "Write what is seen, or take it out"
        elif re.fullmatch(r"at_least|p-items_at-count", name) and not (words.isdecimal() or not words):
            found[name] = "Write a whole number"
        elif re.fullmatch(r"agree_within|p-number-\d+", name) and words and exact_number(words) is None:
            found[name] = "Write a number"
        elif re.fullmatch(r"p-[a-z_]+-(limit|count)", name) and exact_number(words) is None:
            found[name] = "Write a number, or take the rule out"
    if given.get("at_least") == "0":
        found["at_least"] = "Write 1 or more"
    return found


def filled_in(text: str, given: Given) -> str:
    """Writes what was typed into the text; a field that was not sent changes nothing.

    Raises NotByButton where a hand has to write it.
    """
    form = form_of(text)
    for key in ("title", "note"):
        text = _typed(text, (key,), form.head[key], given.get(key))
    for key in ("at_least", "combine", "agree_within"):
        text = _typed(text, ("raters", key), form.head[key], given.get(key))
    for level, words in form.scale:
        text = _typed(text, ("scale", level), words, given.get(f"scale-{level}"))
    for at, item in enumerate(form.items):
        text = _item_filled_in(text, at, item, given)
    for at, words in enumerate(form.criteria):
        text = _typed(text, ("criteria", at), words, given.get(f"c{at}"))
    for at, (name, items) in enumerate(form.sections):
        text = _chosen(text, ("sections", name), items, given.get(f"s{at}-of"))
    for rule in form.passing:
        text = _pass_filled_in(text, form, rule, given)
    return _with_new_ones(text, given)


def _item_filled_in(text: str, at: int, item: FormItem, given: Given) -> str:
    where: Where = ("items", item.id)
    for key, words in (("title", item.title), ("note", item.note)):
        text = _typed(text, (*where, key), words, given.get(f"i{at}-{key}"))
    if f"i{at}-title" in given and (f"i{at}-core" in given) != item.core:
        core: Where = (*where, "core")
        text = drop(text, core) if item.core else set_value(text, core, True, after="title")
    for level, words in item.levels:
        text = _typed(text, (*where, "levels", level), words, given.get(f"i{at}-level-{level}"))
    for degree, behaviours in item.degrees:
        for number_of_it, (one, words) in enumerate(behaviours):
            typed = given.get(f"i{at}-{degree}-{number_of_it}")
            text = _typed(text, (*where, degree, one), words, typed)
    taken = {one for _, behaviours in item.degrees for one, _ in behaviours}
    for degree, _ in item.degrees:
        if words := typed_line(given.get(f"i{at}-{degree}-new")):
            taken.add(name := fresh_id(words, taken))
            text = put_under(text, (*where, degree), name, words)
    return text


def _pass_filled_in(text: str, form: InstrumentForm, rule: PassForm, given: Given) -> str:
    where: Where = ("pass", rule.form)
    if rule.form == "number":
        for at, item in enumerate(form.items):
            text = _typed(text, (*where, item.id), rule.numbers.get(item.id, ""), given.get(f"p-number-{at}"))
        return text
    at_length = isinstance(value_in(values_of(text), where), Mapping)
    limit: Where = (*where, _limit_key(rule.form)) if at_length else where
    text = _typed(text, limit, rule.limit, given.get(f"p-{rule.form}-limit"))
    text = _typed(text, (*where, "count"), rule.count, given.get(f"p-{rule.form}-count"))
    names = given.get(f"p-{rule.form}-of")
    if names is None or at_length:
        return _chosen(text, (*where, "of"), rule.of, names)
    if chosen := [one for one in as_list(names) if one]:
        written = value_in(values_of(text), where)
        text = set_value(text, where, {_limit_key(rule.form): written, "of": chosen})
    return text


def _with_new_ones(text: str, given: Given) -> str:
    """Adds what was typed into the empty fields: an item, a criterion, a section."""
    form = form_of(text)
    if (words := typed_line(given.get("new-item"))) and form.kind in ITEM_KEYS:
        text = with_item(text, form.kind, words)
    if (words := typed_line(given.get("new-criterion"))) and "criteria" in KEYS_OF_KIND.get(form.kind, ()):
        text = put_word(text, ("criteria",), words) if form.criteria else set_value(text, ("criteria",), [words])
    if (words := typed_line(given.get("new-section"))) and form.items:
        taken = {name for name, _ in form.sections} | {one.id for one in form.items}
        text = put_under(text, ("sections",), fresh_id(words, taken), [form.items[0].id])
    return text


def with_item(text: str, kind: str, title: str) -> str:
    """Adds an item of a kind at the end, such as its check lets through."""
    name = fresh_id(title, set(table(values_of(text).get("items"))))
    row: dict[str, Any] = {"title": title}
    if kind == "behaviours":
        row["basic"] = {"seen": TO_WRITE}
    return put_under(text, ("items",), name, row)


def put_under(text: str, where: Where, key: str, value: Written) -> str:
    """Puts a key into a mapping that may not be there yet."""
    return (
        put_key(text, where, key, value) if value_in(values_of(text), where) else set_value(text, where, {key: value})
    )


def drop(text: str, where: Where) -> str:
    """Takes a key out, and what would be empty without it; an item stays, with its name alone."""
    there = value_in(values_of(text), where[:-1])
    if not isinstance(there, dict) or where[-1] not in there:
        return text
    if len(there) > 1:
        return without_key(text, where)
    return set_value(text, where[:-1], None) if where[:-2] == ("items",) else drop(text, where[:-1])


def out_of_list(text: str, where: Where, name: str) -> str:
    """Takes a word out of a list; NotByButton where nothing would be left."""
    names = [str(one) for one in as_list(value_in(values_of(text), where))]
    if name not in names:
        return text
    if set(names) == {name}:
        raise NotByButton(
            f"the rule {in_words(str(where[1])).lower()} is about “{in_words(name)}” alone; change it first"
        )
    for at in reversed([at for at, one in enumerate(names) if one == name]):
        text = without(text, where, at)
    return text


def _typed(text: str, where: Where, shown: str, typed: str | list[str] | None) -> str:
    if typed is None or typed_line(typed) == shown:
        return text
    words = typed_line(typed)
    if not words:
        return drop(text, where)
    figure = exact_number(words)
    is_figure = where[-1] in ("agree_within", "at_least", "count") or (where[0] == "pass" and figure is not None)
    value: Written = figure if is_figure and figure is not None else words
    return set_value(text, where, value, after="title" if where[-1] in ("note", "title") else "")


def _chosen(text: str, where: Where, shown: Sequence[str], chosen: str | list[str] | None) -> str:
    names = [one for one in as_list(chosen) if one] if chosen is not None else list(shown)
    if set(names) == set(shown):
        return text
    return set_value(text, where, names) if names else drop(text, where)


def fresh_id(words: str, taken: set[str]) -> str:
    """Makes an id of the first words of something, such as nobody has yet."""
    name = "_".join(plain_words(words)[:4])[:40]
    name = name if name[:1].isalpha() else f"one_{name}".strip("_")
    return next(one for one in (name, *(f"{name}_{more}" for more in range(2, 10_000))) if one not in taken)


def in_words(name: str) -> str:
    """Says an id as words."""
    return name.replace("_", " ").capitalize()


def typed_line(typed: str | list[str] | None) -> str:
    """Gives what was typed as one line."""
    return " ".join(typed.split()) if isinstance(typed, str) else ""


def word(value: object) -> str:
    """Gives a word of a file as the form shows it."""
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())


def table(value: object) -> dict[str, Any]:
    """Gives a mapping, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}
