"""Forms of records as pages show them: what they are called, what each field offers, what was typed before."""

from typing import Any
from uuid import uuid4

from certificates.evidence.actions import Offered
from certificates.evidence.rules import OTHER, REQUIRED, as_typed
from certificates.pathways.forms import AttributeField, RecordForm, signatory_of
from certificates.pathways.language.titles import title_of
from certificates.pathways.makers import making_of
from training.core.languages import translations
from training.parsing.keywords import YES_OR_NO
from training.parsing.labels import MODES, hint_of
from training.programmes.components import components_of
from training.records.models import Participant, Record, Tailoring
from training.records.rules import ROLES
from training.records.tailorings import CHANGED, SLOTS
from training.records.words import plain, record_name

SPOKEN = {"role": ROLES, "mode": MODES}
"""Attribute → how its values are said of oneself."""


async def typed_before(old: Record) -> dict[str, Any]:
    """Gives what the form of a record would have had in its fields."""
    values = {name: as_typed(value) for name, value in old.attributes.items()}
    days = {"from": old.began, "on": old.on, "until": old.until}
    values |= {name: found.isoformat() if found else "" for name, found in days.items()}
    about = old.about_id
    while about and (later := await Record.get_or_none(replaces_id=about, void=False)):
        about = later.id
    values |= {"name": old.name, "note": old.note, "about": str(about or ""), "key": str(uuid4())}
    for one in await Participant.filter(record_id=old.id).order_by("-id"):
        part = "co_leader" if one.part == "team" else "by"
        own = one.part == "team" and one.person_id == old.person_id
        values |= {f"{'own' if own else part}_{name}": as_typed(value) for name, value in one.attributes.items()}
        if own:
            continue
        values |= {part: str(one.person_id or "other"), f"{part}_name": "" if one.person_id else one.name}
    changes = await Tailoring.filter(record_id=old.id).order_by("id")
    parts = {part.title: part.id for part in await components_of(old.programme_id)} if changes else {}
    for slot, change in zip(SLOTS, changes, strict=False):
        values |= {f"{name}_{slot}": getattr(change, name) for name in (*CHANGED, "how")}
        values |= {f"component_{slot}": parts.get(change.component, change.component)}
    return values


def field_of(one: AttributeField, name: str, language: str) -> dict[str, Any]:
    """Gives what a page shows of one attribute, in a language of ours."""
    return {
        "name": name,
        "label": one.label(language),
        "hint": hint_of(one.name, language),
        "kind": one.kind,
        "several": one.several,
        "optional": not one.asked and one.name not in REQUIRED,
        "choices": [(value, translations(language).gettext(said)) for value, said in _choices(one)],
    }


def _choices(field: AttributeField) -> list[tuple[str, str]]:
    if field.kind == YES_OR_NO:
        return [("", "Not known"), ("yes", "Yes"), ("no", "No")]
    if not field.values:
        return []
    said = SPOKEN.get(field.name, {})
    known = [(one, said.get(one, plain(one))) for one in field.values]
    if field.closed or field.several or set(field.values) <= set(said):
        return known
    return [("", "Not known"), *known, (OTHER, "Something else")]


def name_of(form: RecordForm) -> str:
    """Returns what a form is called: a waiver by the requirement in whose place it stands."""
    if form.type == "waiver":
        return f"Prior learning in place of: {form.titles[0]}"
    return record_name(form.type, form.what)


def used_for(form: RecordForm, offered: Offered) -> str:
    """Says for what a record can count: titles of requirements, with level and programme."""
    said = dict.fromkeys(
        f"{title_of(rule, pathway)} ({where}{offered.versions[pathway.id].title})"
        for pathway, level, rule in form.rules
        for where in (f"{level.title or plain(level.id)}, " if level else "",)
    )
    return "; ".join(said)


def counts_when(form: RecordForm) -> str:
    """Says when a record that its holder logs counts, in the words of the rules that read it."""
    said = dict.fromkeys(
        making_of(form.type, signatory_of(form.type, rule), form.holder, rule[0]).counts_when_words
        for rule in form.rules
    )
    return " or ".join(said)
