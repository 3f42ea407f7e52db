"""What training days may count as: the names of learning that the pathways of a unit ask for, with their topics."""

from uuid import UUID

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.pathways.forms import record_forms


async def learning_names(unit_id: UUID) -> dict[str, tuple[str, ...]]:
    """Returns each name that a rule of the unit's newest pathways asks for, with the topics that rules know of it."""
    versions = await PathwayVersion.filter(unit_id=unit_id).order_by("published", "id")
    newest = {version.slug: version for version in versions}
    forms = [form for form in record_forms(map(read, newest.values())) if form.type == "learning" and form.what]
    topics = {form.what: [field.values for field in form.fields if field.name == "topic"] for form in forms}
    return {name: next(iter(found), ()) for name, found in sorted(topics.items())}
