"""What a unit's pathways ask for by name: learning, with what they read of it, and instruments, in which programmes."""

from uuid import UUID

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.pathways.forms import Field, RecordForm, record_forms
from courses.cohorts.rules import LearningField, LearningName
from training.parsing.keywords import NUMBER, TEXT
from training.parsing.labels import LABELS

OF_EVERY_SESSION = ("hours", "days", "mode", "topic")


async def learning_names(unit_id: UUID, language: str) -> dict[str, LearningName]:
    """Returns each name that a rule of the unit's newest pathways asks for, with what rules know and read of it."""
    forms = record_forms(map(read, (await _newest(unit_id)).values()))
    learning = [form for form in forms if form.type == "learning" and form.what]
    return {form.what: _name(form, language) for form in sorted(learning, key=lambda form: form.what)}


async def rated_in(unit_id: UUID) -> dict[str, frozenset[UUID]]:
    """Returns each name of an assessment in the rules of a unit, with the programmes whose rules name it."""
    newest = await _newest(unit_id)
    found: dict[str, frozenset[UUID]] = {}
    for form in record_forms(map(read, newest.values())):
        if form.type == "assessment" and form.what:
            found[form.what] = found.get(form.what, frozenset()) | {newest[form.pathway].programme_id}
    return found


async def _newest(unit_id: UUID) -> dict[str, PathwayVersion]:
    versions = await PathwayVersion.filter(unit_id=unit_id).order_by("published", "id")
    return {version.slug: version for version in versions}


def _name(form: RecordForm, language: str) -> LearningName:
    topics = [field.values for field in form.fields if field.name == "topic"]
    others = [field for field in form.fields if field.name not in OF_EVERY_SESSION and field.kind in (NUMBER, TEXT)]
    return LearningName(next(iter(topics), ()), tuple(_field(one, language) for one in others))


def _field(field: Field, language: str) -> LearningField:
    label = LABELS.get(field.name)
    hint = label.hint if label else ""
    return LearningField(field.name, field.label(language), hint, field.kind == NUMBER, field.values)
