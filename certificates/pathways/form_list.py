"""Lists for each requirement of a pathway its form, who fills it in and when it counts, or why nobody can; pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from certificates.pathways.asked import AskedRequirement, asked_requirements
from certificates.pathways.forms import TOLD_BY, AttributeField, RecordForm, form_name, record_forms
from certificates.pathways.language.schema import Group, Leaf, Pathway
from certificates.pathways.language.titles import title_of
from certificates.pathways.makers import Making, making_of, one_who_holds
from certificates.pathways.recordable import first_holders, why_never_awarded, why_not
from training.parsing.labels import plain
from training.parsing.messages import Mistake

Row = dict[str, Any]
FEW = 2
"""So many forms of one requirement are named in the table."""
COLUMNS = ("section", "id", "form", "made by", "counts")


def form_rows(pathway: Pathway) -> list[Row]:
    """Lists every requirement that reads records, in written order; groups ask nothing by themselves.

    `form` is the first of its `forms`: a requirement with several names has one for each. What nobody can record has
    no form and says why under `nobody`. A field that is `told_by` another one is worked out of it, and not asked.
    `first_holder` names levels whose first holder comes from elsewhere.
    """
    forms = {
        (one.holder, one.type, one.what): one
        for holder in ("person", "site")
        for one in record_forms([pathway], holder)
    }
    alone = first_holders(pathway)
    spots = [one for one in asked_requirements(pathway) if not isinstance(one.requirement.ask, Group)]
    return [_row(one, [forms[one.holder, *kind] for kind in one.kinds()], alone) for one in spots]


def unrecordable(pathway: Pathway) -> list[Mistake]:
    """Lists what nobody can be awarded or can record, each with its file and line, why, and what to do."""
    found: list[Mistake] = []
    for level in pathway.levels.values():
        if reason := why_never_awarded(level, pathway):
            found.append(Mistake(*level.place, f"{level.id}: nobody can be awarded this: {reason[0]}", reason[1]))
    for spot in asked_requirements(pathway):
        if reason := why_not(spot):
            what = f"{spot.requirement.id}: nobody can record this: {reason[0]}"
            found.append(Mistake(*spot.requirement.place, what, reason[1]))
    return list(dict.fromkeys(found))


def untitled(pathway: Pathway) -> Mistake | None:
    """Advises to write titles, with an example of what requirements without one are called; None: all have one."""
    bare = [
        one.requirement
        for one in asked_requirements(pathway)
        if not one.requirement.title and one.section != "applies_when"
    ]
    if not bare:
        return None
    file, line = bare[0].place
    words, one = ("requirement has", "one") if len(bare) == 1 else ("requirements have", "them")
    what = f"{len(bare)} {words} no title, and the rule makes {one}: “{title_of(bare[0], pathway)}”"
    return Mistake(file, line, what, "write title: where people call it otherwise")


def table_of(pathway: Pathway, rows: Iterable[Row]) -> Iterator[str]:
    """Writes the rows of a pathway as a table for each level, and then what each form asks, line by line."""
    alone = first_holders(pathway)
    levels: dict[str | None, list[Row]] = {}
    for row in rows:
        levels.setdefault(row["level"], []).append(row)
    yield f"{pathway.title or pathway.id} ({pathway.id})"
    for name, own in levels.items():
        level = pathway.levels.get(name or "")
        yield ""
        yield f"{level.title or level.id} ({level.id}), held by a {level.holder}" if level else "Rules on each delivery"
        lines = [COLUMNS]
        for row in own:
            names = ", ".join(row["forms"][:FEW]) + (f" and {more} more" if (more := len(row["forms"][FEW:])) else "")
            made_by = ", ".join(one.removeprefix("holds:") for one in row["made_by"])
            lines.append((row["section"], row["id"], row["nobody"] or names, made_by, row["counts_when"]))
        widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
        for line in lines:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        deciding = level.decision.by.holds if level and level.decision and level.decision.by else ()
        needed = [*deciding] if set(deciding) <= alone else []
        needed += [one for row in own for one in row["first_holder"]]
        if needed:
            yield f"  Needs a first holder from elsewhere: {one_who_holds(dict.fromkeys(needed), pathway)}"
    for holder in ("person", "site"):
        forms = [one for one in record_forms([pathway], holder) if one.type != "waiver"]
        if forms:
            yield ""
            yield f"What the forms of a {holder} ask"
        for form in forms:
            yield f"  {form.name}: {'; '.join(questions(form))}"


EACH = {"en": "Of each in the team: ", "cy": "Am bob un yn y tîm: "}
ELSE = {"en": "Something else", "cy": "Rhywbeth arall"}


def questions(form: RecordForm, language: str = "en") -> Iterator[str]:
    """What a form asks, as people read it: its parts, its fields with what can be chosen, and of each in the team."""
    yield from (form.part_label(part, language) for part in form.parts if part not in ("per", "team"))
    for front, fields in (("", form.fields), (EACH[language], form.team)):
        for one in fields:
            values = [plain(value) for value in one.values]
            values += [ELSE[language]] if values and not one.closed else []
            yield front + one.label(language) + (f" ({', '.join(values)})" if values else "")


def _row(spot: AskedRequirement, forms: list[RecordForm], alone: frozenset[str]) -> Row:
    ask, pathway, reason = spot.requirement.ask, spot.pathway, why_not(spot)
    by = ask.by if isinstance(ask, Leaf) else None
    making: Making = making_of(forms[0].type, by, spot.holder, pathway)
    names = [one.what or "any" for one in forms]
    file, line = spot.requirement.place
    return {
        "pathway": pathway.id,
        "level": spot.level.id if spot.level else None,
        "section": spot.section,
        "id": spot.requirement.id,
        "title": title_of(spot.requirement, pathway),
        "type": forms[0].type,
        "what": names[0] if len(names) == 1 else names,
        "holder": spot.holder,
        "form": None if reason else forms[0].name,
        "forms": [] if reason else [one.name for one in forms],
        "nobody": f"nobody can record this: {reason[0]}" if reason else None,
        "made_by": list(making.made_by),
        "made_by_words": making.made_by_words,
        "counts_when": making.counts_when,
        "counts_when_words": making.counts_when_words,
        "first_holder": [one for one in (by.holds if by else ()) if set(by.holds if by else ()) <= alone],
        "about": [form_name(one) for one in spot.about],
        "waiver": spot.waiver or None,
        "advisory": spot.requirement.advisory,
        "parts": list(dict.fromkeys(part for one in forms for part in one.parts)),
        "fields": [
            _field(one) | {"told_by": TOLD_BY.get((forms[0].type, one.name))}
            for one in _all_fields((*form.fields, *form.told) for form in forms)
        ],
        "team": [_field(one) for one in _all_fields(form.team for form in forms)],
        "file": file,
        "line": line,
    }


def _all_fields(groups: Iterable[tuple[AttributeField, ...]]) -> Iterable[AttributeField]:
    found: dict[str, AttributeField] = {}
    for one in (field for group in groups for field in group):
        found[one.name] = found[one.name].joined(one) if one.name in found else one
    return found.values()


def _field(one: AttributeField) -> Row:
    return {
        "name": one.name,
        "kind": one.kind,
        "label": one.label(),
        "unit": one.unit(),
        "values": list(one.values),
        "something_else": bool(one.values) and not one.closed,
        "several": one.several,
        "asked": one.asked,
    }
