"""The page of the forms that the rules of a programme make: who fills in which, when it counts, what it asks."""

from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations import pathway_versions
from certificates.evaluations.models import PathwayVersion
from certificates.pathways.form_list import form_rows, questions, unrecordable
from certificates.pathways.forms import record_forms
from training.core.errors import NotFound
from training.people.actor import Actor
from training.web.languages import chosen_language, language_switch
from training.web.render import actor, identity, render


async def forms(request: Request) -> Response:
    """Lists for each requirement of a published pathway its form, as `training pathway forms` does before."""
    me: Actor = actor(request)
    found = await PathwayVersion.get_or_none(id=identity(request), unit_id=me.unit_id)
    if found is None:
        raise NotFound("There are no such rules.", "Look at the list of programmes.")
    pathway, language = pathway_versions.read(found), chosen_language(request)
    levels: dict[str, list[tuple[str, str, str, str]]] = {}
    for row in form_rows(pathway):
        level = pathway.levels.get(row["level"] or "")
        words = (row["title"], row["nobody"] or ", ".join(row["forms"]), row["made_by_words"], row["counts_when_words"])
        levels.setdefault(level.title or level.id if level else "Rules on each delivery", []).append(words)
    asked = [
        (one.name, holder, list(questions(one, language)))
        for holder in ("person", "site")
        for one in record_forms([pathway], holder)
        if one.type != "waiver"
    ]
    return render(
        request, "participation/forms.html", title=found.title, version=found.version, levels=list(levels.items()),
        asked=asked, problems_found=[str(one) for one in unrecordable(pathway)], content_lang=language,
        languages=language_switch(request, language), back=("Programmes and courses", "/material"),
    )  # fmt: skip
