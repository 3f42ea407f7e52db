"""Which certificates rely on some assessments: those by an assessor, one alone, or those with an instrument's version.

A certificate relies on what the verdict behind its decision used, or what keeps it now; not on what was known besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, certifications_visible_to
from training.assessments.models import LEFT, Assessment, InstrumentVersion, visible_to
from training.core.dates import day
from training.core.errors import NotFound
from training.database.connection import on_postgres
from training.parsing.csv import day as read_day
from training.parsing.text import uuid_of
from training.parsing.values import texts
from training.people.actor import Actor
from training.people.merging.models import records_of
from training.people.visibility import visible_to as people_visible_to

KEEPING = ("keep", "lifted_by")
"""Parts of the verdict of today by which an award stays what it is, whatever it was decided on."""
KEYS = ("assessor", "version", "assessment", "from", "until", "programme")
"""The filters of the address that ask something."""
LOOK = "Look for it on the list again."


@dataclass(frozen=True)
class RelianceQuestion:
    """Which assessments are in question; what is left open asks for nothing.

    `assessors` are the ids of one assessor's records; `version` is the id of an instrument's version, `tool` its name
    and version as evidence tells them. `asked` are the filters of the address.
    """

    asked: Mapping[str, str]
    words: str
    assessors: tuple[UUID, ...] = ()
    assessment: UUID | None = None
    version: UUID | None = None
    tool: tuple[str, str] = ("", "")
    first: date | None = None
    last: date | None = None

    def covers(self, record: Mapping[str, Any]) -> bool:
        """Tells whether a record of somebody's evidence, fresh or as it was frozen, is in question."""
        if not record["id"].startswith("assessment-"):  # one that was written down by hand was not rated here
            return False
        on = date.fromisoformat(str(record["on"]))
        raters = {*texts(record.get("by", [])), *(str(one.get("by", "")) for one in record.get("ratings", ()))}
        return not (
            (self.assessors and not {str(one) for one in self.assessors} & raters)
            or (self.assessment and not record["id"].startswith(f"assessment-{self.assessment}"))
            or (self.version and (record["what"], record["version"]) != self.tool)
            or (self.first and on < self.first)
            or (self.last and on > self.last)
        )

    def sql(self, row: str) -> str:
        """Writes the same as a condition on a row of signed assessments, by the name that it has in the statement."""
        ids = ", ".join(f"'{one}'" for one in self.assessors)
        rates = f"SELECT 1 FROM assessments_rater rates WHERE rates.assessment_id = {row}.id"  # noqa: S608 - no input
        beside = f"SELECT 1 FROM assessments_countersignature beside WHERE beside.assessment_id = {row}.id"  # noqa: S608 - no input
        parts = [
            f"{row}.state = 'signed'",
            f"(EXISTS ({rates} AND rates.state <> '{LEFT}' AND rates.person_id IN ({ids}))"
            f" OR EXISTS ({beside} AND beside.person_id IN ({ids})))"
            if ids
            else "",
            f"{row}.id = '{self.assessment}'" if self.assessment else "",
            f"{row}.version_id = '{self.version}'" if self.version else "",
            f"{row}.observed >= '{self.first}'" if self.first else "",
            f"{row}.observed <= '{self.last}'" if self.last else "",
        ]
        return " AND ".join(part for part in parts if part)


async def question_of(asked: Mapping[str, str], me: Actor) -> RelianceQuestion:
    """Reads what an address asks; raises NotFound for an assessor, an assessment or a version that is not there."""
    known = {name: asked[name] for name in KEYS if asked.get(name)}
    words, given = [], dict[str, Any]()
    if text := known.get("assessor"):
        person = await people_visible_to(me).get_or_none(id=uuid_of(text))
        if person is None:
            raise NotFound("There is no such assessor.", LOOK)
        given["assessors"] = tuple(await records_of(person.id))
        words.append(f"by {person.name}")
    if text := known.get("version"):
        version = await versions_of(me).get_or_none(id=uuid_of(text)).select_related("instrument")
        if version is None:
            raise NotFound("There is no such version of an instrument.", LOOK)
        given |= {"version": version.id, "tool": (version.instrument.name, version.version)}
        words.append(f"with {version.title}, version {version.version}")
    if text := known.get("assessment"):
        one = await visible_to(me).filter(state="signed").get_or_none(id=uuid_of(text)).select_related("person")
        if one is None:
            raise NotFound("There is no such assessment.", LOOK)
        given["assessment"] = one.id
        words.append(f"of {one.person.name} on {day(one.observed)} alone")
    for name, key, said in (("from", "first", "from"), ("until", "last", "until")):
        if found := read_day(known.get(name, "")):
            given[key] = found
            words.append(f"{said} {day(found)}")
    return RelianceQuestion(known, " ".join(["assessments", *words]), **given)


def versions_of(me: Actor) -> QuerySet[InstrumentVersion]:
    """Lists every version of the unit's instruments."""
    return InstrumentVersion.filter(instrument__unit_id=me.unit_id)


async def assessors_of(me: Actor) -> dict[str, str]:
    """Lists by name whoever has signed an assessment, or countersigned one: id and name."""
    beside = Q(countersignatures__finding="countersigned")
    signed = people_visible_to(me).filter(Q(signatures__id__isnull=False) | beside).distinct()
    rows = await signed.order_by("name").values_list("id", "name")
    return {str(key): str(name) for key, name in rows}


def relying(me: Actor, question: RelianceQuestion) -> QuerySet[Certification]:
    """Lists the certifications, of those whom the actor decides about, that rely on what is in question."""
    # One walks a verdict where it lies: read into Python, those of a nation would be a gigabyte for each page.
    mine = "certificates_certification"
    frozen = f"""SELECT 1 FROM certificates_decision made
        JOIN certificates_evaluation said ON said.id = made.evaluation_id
        WHERE made.id = {mine}.decision_id AND {_used("")}"""  # noqa: S608 - no input
    slot = " || '/' || ".join((f"CAST({mine}.person_id AS TEXT)", *(f"{mine}.{one}" for one in _SLOT)))
    keeps = " OR ".join(_used(part) for part in KEEPING)
    now = f"SELECT 1 FROM certificates_evaluation said WHERE said.slot = {slot} AND ({keeps})"  # noqa: S608 - no input
    relies = f"""(CASE WHEN EXISTS (SELECT 1 FROM assessments_assessment rated
        WHERE rated.person_id = {mine}.person_id AND {question.sql("rated")} AND (EXISTS ({frozen}) OR EXISTS ({now})))
        THEN 1 ELSE 0 END)"""  # noqa: S608 - ids and days that were read as such
    found = certifications_visible_to(me, "decide").annotate(relies=RawSQL(relies)).filter(relies=1)
    slug = question.asked.get("programme")
    return found.filter(programme__slug=slug) if slug else found


_SLOT = ("pathway_slug", "level", "per")


def _used(part: str) -> str:
    """Writes whether the verdict of the row `said`, or a part of it, used the assessment of the row `rated`."""
    name, within = "'assessment-' || CAST(rated.id AS TEXT)", f"$.{part}" if part else "$"
    if on_postgres():
        wanted = f"jsonb_build_object('id', {name})"
        return f"jsonb_path_exists(said.verdict, '{within}.**.used[*] ? (@ == $id)', {wanted})"
    tree = f"SELECT 1 FROM json_tree(said.verdict, '{within}') leaf"  # noqa: S608 - no input
    return f"EXISTS ({tree} WHERE leaf.atom = {name} AND leaf.path GLOB '*.used')"


def in_question(me: Actor, question: RelianceQuestion) -> QuerySet[Assessment]:
    """Lists the assessments in question that still count, of whomever the actor sees: also of those in training."""
    row = "assessments_assessment"
    asked = RawSQL(f"(CASE WHEN {question.sql(row)} THEN 1 ELSE 0 END)")
    found = visible_to(me).filter(set_aside__isnull=True).annotate(asked=asked).filter(asked=1)
    slug = question.asked.get("programme")
    return (found.filter(programme__slug=slug) if slug else found).order_by("person__folded", "observed", "id")
