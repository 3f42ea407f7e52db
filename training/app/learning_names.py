"""What a unit's pathways ask for by name: learning, instruments in which programmes, and calibrations of who signs."""

from datetime import date, datetime
from uuid import UUID

from certificates.evaluations.evaluate_person import has_begun
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read, standing_versions
from certificates.pathways.attempts import attempts_asked
from certificates.pathways.calibrations import calibrations_asked
from certificates.pathways.forms import AttributeField, RecordForm, record_forms
from courses.cohorts.rules import LearningField, LearningName
from training.assessments.attempts.rules import AttemptRule
from training.assessments.calibration.rules import AGREEMENT_NEEDED, CalibrationRule
from training.assessments.eligibility.programme_rules import ProgrammeRules
from training.core.dates import local_day
from training.parsing.keywords import NUMBER, TEXT
from training.parsing.labels import LABELS
from training.sites.models import zone_of

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


async def assessment_rules(unit_id: UUID, now: datetime) -> ProgrammeRules:
    """Returns what the newest rules of a unit that count ask of whoever signs an assessment, and of another attempt."""
    versions = [(version, read(version)) for version in (await _newest(unit_id, now)).values()]
    calibrations = [
        CalibrationRule(
            one.rated, one.name, version.programme_id, version.title, max(one.agreement, AGREEMENT_NEEDED), one.period
        )
        for version, rules in versions
        for one in calibrations_asked(rules)
    ]
    attempts = [
        AttemptRule(one.rated, version.programme_id, version.title, one.wait, one.most, one.other)
        for version, rules in versions
        for one in attempts_asked(rules)
    ]
    return ProgrammeRules(calibrations, attempts)


async def _newest(unit_id: UUID, now: datetime | None = None) -> dict[str, PathwayVersion]:
    """Finds the newest version of each pathway; given a moment, the one that counts then, else the first that will."""
    today = local_day(now, await zone_of(unit_id)) if now else date.max
    rows = await standing_versions().filter(unit_id=unit_id).order_by("-published", "-id").values_list("id", "slug")
    older: dict[str, list[UUID]] = {}
    for key, slug in rows:
        older.setdefault(slug, []).append(key)
    newest: dict[str, PathwayVersion] = {}
    wanted = [*older]
    while wanted:  # the texts of all versions together are long: in most cases only the newest of each are read
        for version in await PathwayVersion.filter(id__in=[older[slug].pop(0) for slug in wanted]):
            newest[version.slug] = version
        wanted = [slug for slug in wanted if older[slug] and not has_begun(newest[slug], today)]
    return {slug: newest[slug] for slug in reversed(older)}


def _name(form: RecordForm, language: str) -> LearningName:
    topics = [field.values for field in form.fields if field.name == "topic"]
    others = [field for field in form.fields if field.name not in OF_EVERY_SESSION and field.kind in (NUMBER, TEXT)]
    return LearningName(next(iter(topics), ()), tuple(_field(one, language) for one in others))


def _field(field: AttributeField, language: str) -> LearningField:
    label = LABELS.get(field.name)
    hint = label.hint if label else ""
    return LearningField(field.name, field.label(language), hint, field.kind == NUMBER, field.values)
