"""What somebody typed about a record: whether the form asks for it, and what is wrong with it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.pathways.forms import PERSONAL, AttributeField, RecordForm
from certificates.pathways.makers import MADE_BY
from training.parsing.keywords import DATE, DONE_TYPES, HELD_TYPES, NUMBER, YES_OR_NO
from training.parsing.labels import label_of
from training.parsing.text import typed_number
from training.parsing.values import as_list
from training.records.rules import KINDS_OF_SUPERVISION, NEEDS_A_YES, Entry

REASONED = frozenset({"waiver", "signoff", "assessment"})
"""Types that are somebody's judgement, and so say why."""
ENDING = frozenset({*HELD_TYPES, "waiver"})
"""Types that may have a last day."""
OTHER = "other"
"""The answer to an attribute that is none of the values which the rules know."""
MOST = 100_000
YES_NO = {"yes": True, "no": False}


CLAIMED = frozenset(type_ for type_, (makers, _) in MADE_BY.items() if "holder" in makers) - {"relation"}
"""Types that somebody may record of themselves; they count once confirmed. All others somebody else has to say."""
ENTERED = frozenset(MADE_BY) - {"role", "relation"}
"""Types that a form records. Decisions here, roles and relations are told by what was done, and never typed in."""
JUDGED = frozenset({"assessment", "signoff", "waiver", "calibration", "check"})
"""Types that are signed by whoever records them, whether or not a rule says who may."""
TOLD_AT_ONCE = frozenset(type_ for type_, (makers, _) in MADE_BY.items() if "program" in makers) - JUDGED - CLAIMED
"""Types that another system may tell, and that then count at once where no rule wants them signed."""
TELLS_WHO = frozenset({"supervision", "learning", "check"})
"""Types whose record says of somebody else that they supervised, taught or vouched; all others one signs oneself."""
REQUIRED = {
    "sessions": "Say how many sessions there were",
    "hours": "Say how many hours it took in all",
    "role": "Choose what your part was",
    "parents": "Say how many parents joined",
    "completed": "Say how many parents stayed to the end",
    "minutes": "Say how many minutes it took",
}
"""Attribute of a delivery or supervision that everybody knows who was there → what to say without it."""
RESULTS = {"passed": "Passed", "failed": "Not passed"}


@dataclass(frozen=True)
class TypedEvidence(Entry):
    """An entry as it was typed into a form: of which pathway ("" for what belongs to the person), and why."""

    pathway: str = ""
    reason: str = ""


def form_for(shown: TypedEvidence, forms: tuple[RecordForm, ...]) -> RecordForm | None:
    """Returns the form that offers this record; one that does not say its pathway must fit one form alone."""
    named = [one for one in forms if one.type == shown.type and one.what == shown.what]
    named = named or [one for one in forms if one.type == shown.type and not one.what and shown.what]
    fitting = [one for one in named if shown.type in PERSONAL or shown.pathway in ("", one.pathway)]
    return fitting[0] if len(fitting) == 1 else None


def typed_day(value: object) -> object:
    """Reads a day typed by hand, as 27/3/2026 or 27.3.2026, where the browser has no picker."""
    parts = str(value).replace(".", "/").replace(" ", "/").split("/")
    if len(parts) != 3 or len(parts[2]) != 4 or not all(part.isdigit() for part in parts):
        return value
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return value


def typed_attributes(form: RecordForm, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns the attributes that were typed into the fields of a form, and what is wrong with each other one."""
    found, problems = typed_fields(form.fields, values)
    if "result" in form.parts and (result := str(values.get("result", ""))):
        found["result"] = result
    return found, problems


def of_members(form: RecordForm) -> list[AttributeField]:
    """Lists what a form asks of each member of a team."""
    return [one for one in form.team if one.name != "role"]


def typed_member(form: RecordForm, values: Mapping[str, Any], whose: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns what was typed of one member of a team, and what is wrong; `whose` is how their fields begin."""
    return typed_fields(of_members(form), values, f"{whose}_")


def typed_fields(
    fields: Iterable[AttributeField], values: Mapping[str, Any], prefix: str = ""
) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns what was typed into some fields, and what is wrong with each other one."""
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in fields:
        given = values.get(f"{prefix}{one.name}", "")
        texts = [text for each in as_list(given) if (text := str(each).strip())]
        try:
            read = [_value(one, text) for text in texts]
        except ValueError:
            problems[f"{prefix}{one.name}"] = f"{one.label()}: {_ASKED.get(one.kind, 'choose an answer')}"
            continue
        if read:
            found[one.name] = read if one.several and len(read) > 1 else read[0]
    return found, problems


def faults_of(form: RecordForm, shown: TypedEvidence) -> dict[str, str]:
    """Names each field of a record that cannot be so, and what to do about it."""
    is_supervision = form.type == "supervision"
    amounts = [one.unit() or one.label().lower() for one in form.fields if one.kind == NUMBER]
    checks = (
        (
            "what",
            is_supervision and not form.what and shown.what not in KINDS_OF_SUPERVISION,
            "Choose what kind it was",
        ),
        ("what", not shown.what.strip(), "Enter its name"),
        ("what", len(shown.what) > 200, "Enter a shorter name"),
        ("on", shown.on is None and form.type == "waiver", "Enter the day from which it is recognised"),
        ("on", shown.on is None and form.type == "award", "Enter the day on which it was awarded"),
        (
            "on",
            shown.on is None and form.type == "learning" and not _says_how_much(form, shown),
            f"Enter the day it was done{', or how many ' + ' or '.join(amounts) if amounts else ''}",
        ),
        ("until", shown.until is not None and form.type not in ENDING, "This is done on a day and has no last day"),
        ("by", bool(shown.by) and form.type not in TELLS_WHO, "Whoever signs this has to record it themselves"),
        ("reason", form.type in REASONED and not shown.reason.strip(), "Say why, in a sentence or two"),
    )
    found: dict[str, str] = {}
    for name, wrong, words in checks:
        if wrong:
            found.setdefault(name, words)
    offered = {one.name: one for one in form.fields}
    for name, value in shown.attributes.items():
        if name == "result" and "result" in form.parts and value in RESULTS:
            continue
        if name not in offered or not all(_fits(offered[name], one) for one in as_list(value)):
            found.setdefault(name if name in offered else "form", f"{label_of(name)}: this form does not ask for that")
    return found


def missing_in(form: RecordForm, shown: TypedEvidence) -> dict[str, str]:
    """Names each part that lacks and without which nobody could confirm it."""
    missing = {
        "on": (shown.on is None, "Enter the day"),
        "from": (form.type == "delivery" and shown.began is None, "Enter the day of the first session"),
        "by": (form.type == "supervision" and not shown.by, "Say who supervised you"),
        **{
            name: (form.type in NEEDS_A_YES and name not in shown.attributes, words)
            for name, words in REQUIRED.items()
            if any(one.name == name for one in form.fields)
        },
    }
    return {name: words for name, (wrong, words) in missing.items() if wrong}


def as_typed(value: Any) -> Any:
    """Returns a value of an attribute as it is typed into a form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return [as_typed(one) for one in value] if isinstance(value, list) else str(value)


def _says_how_much(form: RecordForm, shown: TypedEvidence) -> bool:
    return any(one.kind == NUMBER and one.name in shown.attributes for one in form.fields)


def is_done(type_: str) -> bool:
    """Tells whether a record of this type is done on a day, and not held from a day on."""
    return type_ in DONE_TYPES


_ASKED = {NUMBER: "enter a number", DATE: "enter a day, such as 27 3 2026", YES_OR_NO: "choose yes or no"}


def _value(one: AttributeField, text: str) -> Any:
    if one.kind == NUMBER:
        number = typed_number(text)
        if number is None or number > MOST:
            raise ValueError(text)
        return number
    if one.kind == YES_OR_NO:
        if text not in YES_NO:
            raise ValueError(text)
        return YES_NO[text]
    if one.kind == DATE:
        return date.fromisoformat(str(typed_day(text))).isoformat()
    if len(text) > 200 or not _fits(one, text):
        raise ValueError(text)
    return text


def _fits(one: AttributeField, value: Any) -> bool:
    if one.kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST
    if one.kind == YES_OR_NO:
        return isinstance(value, bool)
    return isinstance(value, str) and (not one.values or value in one.values or (value == OTHER and not one.closed))
