"""Reads a record as it was sent, from the form of the page and from programs alike: into an entry, or what is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from certificates.evidence.actions import Offered
from certificates.evidence.rules import TypedEvidence, missing_in, typed_attributes, typed_day, typed_member
from certificates.pathways.forms import RecordForm
from training.core.errors import Invalid
from training.programmes.components import components_of
from training.records.pages import person_named
from training.records.rules import KeptFile
from training.records.tailorings import typed_tailorings
from training.web.render import validate

Day = Annotated[date, BeforeValidator(typed_day)]


class RecordFields(BaseModel):
    """What every form of a record has; its attributes stand beside them under their own names."""

    type: str = Field("", title="what it is")
    what: str = Field("", title="its name", max_length=200)
    pathway: str = ""
    name: str = Field("", title="a name for it", max_length=120)
    began: Day | None = Field(None, alias="from", title="the first day")
    on: Day | None = Field(None, title="the day")
    until: Day | None = Field(None, title="the last day")
    about: UUID | None = None
    reason: str = Field("", max_length=2000)
    note: str = Field("", max_length=4000)
    why: str = Field("", max_length=2000)


def asked_for(values: Mapping[str, Any]) -> TypedEvidence:
    """Returns which form was asked for, as an entry that says nothing else."""
    type_, what, pathway = (str(values.get(name, "")) for name in ("type", "what", "pathway"))
    return TypedEvidence(type_, what, None, pathway=pathway)


async def typed_entry(
    form: RecordForm, values: Mapping[str, Any], offered: Offered, *, claimed: bool, files: tuple[KeptFile, ...] = ()
) -> TypedEvidence:
    """Reads what was typed into a form; raises Invalid with each field at fault.

    Of what is `claimed` it also asks whatever somebody has to know who is to confirm it.
    """
    attributes, problems = typed_attributes(form, values)
    try:
        given = validate(RecordFields, dict(values))
    except Invalid as wrong:
        raise Invalid("There is a problem", problems=wrong.problems | problems) from wrong
    parts = await components_of(offered.programme_of(form)) if form.type == "delivery" else ()
    team, by = (tuple(filter(None, [person_named(values, part)])) for part in ("co_leader", "by"))
    own, wrong_of_own = typed_member(form, values, "own")
    theirs, wrong_of_theirs = typed_member(form, values, "co_leader")
    team = tuple(replace(one, attributes=theirs) for one in team)
    problems |= wrong_of_own | (wrong_of_theirs if team else {})
    shown = TypedEvidence(
        given.type, given.what, given.on, given.began, given.until, given.name.strip(), attributes=attributes,
        team=team, by=by, files=files, own_part=own,
        about=given.about, note=given.note, tailorings=typed_tailorings(values, parts), pathway=given.pathway,
        reason=given.reason,
    )  # fmt: skip
    if problems := (missing_in(form, shown) if claimed else {}) | problems:
        raise Invalid("There is a problem", problems=problems)
    return shown
