"""Pages for everybody who thinks of taking up a programme: what it is, where it runs, and two side by side."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from certificates.commissioning.figures import BEFORE, NOW, TRAINED, ProgrammeFigures, figures_of
from certificates.commissioning.models import PublicPage, on_show
from certificates.commissioning.resources import CommissioningResources
from certificates.commissioning.words import level_words
from certificates.evaluations import pathway_versions
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import NotFound
from training.people.visibility import active_on
from training.programmes.models import Adoption
from training.sites.models import CentralUnit, Programme
from training.web.exports import list_file
from training.web.rate_limits import allow, caller
from training.web.render import render

LIMIT = "120/minute"
NAMED_SITES, PIECE = 60, 500
"""So many sites at most are named on a page; a file has all, read so many at once."""
HEADINGS = ("programme", "unit", "area", "figure", "number", "as_of", "definition")
SITE_HEADINGS = ("programme", "unit", "site", "area", "as_of")
COLUMNS = {NOW: "Certified", BEFORE: "A year before", TRAINED: "In training", "sites": "Sites"}


async def programmes(request: Request) -> Response:
    """Lists the programmes that units show to everybody, unit by unit."""
    await _limit(request)
    return _listed(request, await _shown())


def _listed(request: Request, pages: Sequence[PublicPage], status: int = 200, **told: Any) -> Response:
    units: dict[str, list[dict[str, str]]] = {}
    keys = _keys(pages)
    for page in pages:
        row = {"title": page.programme.title, "key": keys[page.id], "text": page.description.splitlines()[0]}
        units.setdefault(page.programme.unit.name, []).append(row)
    named = [(row["key"], row["title"]) for rows in units.values() for row in rows]
    return render(request, "commissioning/programmes.html", status, units=units, named=named, **told)


async def programme(request: Request) -> Response:
    """Shows what a unit says of a programme, what its rules ask, and its figures."""
    await _limit(request)
    pages = await _shown()
    page, keys = _found(str(request.path_params["slug"]), pages), _keys(pages)
    others = [(keys[one.id], one.programme.title) for one in pages if one is not page]
    return await answer_page(request, page, key=keys[page.id], others=others)


async def answer_page(
    request: Request, page: PublicPage, *, key: str = "", others: Sequence[tuple[str, str]] = (), **told: Any
) -> Response:
    """Shows a page as everybody reads it, and leads to others beside it; without a key it is a draft."""
    one = await _told(request, page)
    back = told.pop("back", ("All programmes", "/programmes"))
    return render(
        request, "commissioning/programme.html", one=one, key=key, others=others, columns=COLUMNS,
        unit=page.programme.unit, zone=page.programme.unit.zone, back=back, **told,
    )  # fmt: skip


async def compare(request: Request) -> Response:
    """Shows two programmes side by side; asked without two, lets them be chosen."""
    await _limit(request)
    asked = [request.query_params.get(name, "") for name in ("a", "b")]
    pages = await _shown()
    if not all(asked) or asked[0] == asked[1]:
        problem = {"b": "Choose two programmes"} if any(asked) else {}
        return _listed(request, pages, 422 if problem else 200, problems=problem, values=dict(request.query_params))
    keys = _keys(pages)
    both = [_found(one, pages) for one in asked]
    return render(
        request, "commissioning/compare.html", both=[await _told(request, one) | {"key": keys[one.id]} for one in both],
        columns=COLUMNS, query=f"a={keys[both[0].id]}&b={keys[both[1].id]}", back=("All programmes", "/programmes"),
    )  # fmt: skip


async def file(request: Request) -> Response:
    """Sends the figures of a programme, or of the two that are compared."""
    await _limit(request)
    slug = request.path_params.get("slug")
    asked = [str(slug)] if slug else [request.query_params.get(name, "") for name in ("a", "b")]
    shown = await _shown()
    pages = [_found(one, shown) for one in asked]
    told = [(page, await _figures(request, page.programme)) for page in pages]

    async def pieces() -> AsyncIterator[list[list[str]]]:
        for page, figures in told:
            yield _cells(page.programme, figures)

    name = "programmes-" + "-".join(page.programme.slug for page in pages)
    return await list_file(name, "csv", pieces(), columns=HEADINGS, head=[])


def _cells(programme: Programme, figures: ProgrammeFigures) -> list[list[str]]:
    says = figures.definitions()
    days = {NOW: figures.on, BEFORE: figures.before, TRAINED: figures.on, "sites": figures.today}
    return [
        [programme.title, programme.unit.name, row.name, name, str(getattr(row, name)), days[name].isoformat(),
         says[name]]
        for row in figures.rows
        for name in COLUMNS
    ]  # fmt: skip


async def sites_file(request: Request) -> Response:
    """Sends the sites that deliver a programme."""
    await _limit(request)
    page = _found(str(request.path_params["slug"]), await _shown())
    programme, today = page.programme, _today(page.programme.unit)

    async def pieces() -> AsyncIterator[list[list[str]]]:
        after = Q()
        while rows := await _delivering(programme, today, after, PIECE):
            yield [[programme.title, programme.unit.name, row["site"], row["area"], today.isoformat()] for row in rows]
            last = rows[-1]
            after = Q(site__name__gt=last["site"]) | Q(site__name=last["site"], site_id__gt=last["site_id"])

    return await list_file(f"sites-{programme.slug}", "csv", pieces(), columns=SITE_HEADINGS, head=[])


async def _limit(request: Request) -> None:
    await allow("programmes", caller(request), limit=LIMIT, now=clock.now())


async def _shown() -> list[PublicPage]:
    found = on_show().order_by("programme__unit__name", "programme__title", "id")
    return await found.prefetch_related("programme__unit")


def _keys(pages: Sequence[PublicPage]) -> dict[Any, str]:
    """Gives each page its name in addresses: its slug, with that of the unit before it where two units use the same."""
    slugs = [page.programme.slug for page in pages]
    return {
        page.id: slug if slugs.count(slug) == 1 else f"{page.programme.unit.slug}:{slug}"
        for page, slug in zip(pages, slugs, strict=True)
    }


def _found(key: str, pages: Sequence[PublicPage]) -> PublicPage:
    unit, _, slug = key.rpartition(":")
    rows = [one for one in pages if one.programme.slug == slug and unit in ("", one.programme.unit.slug)]
    if len(rows) != 1:
        why = "Several units show such a programme." if rows else "There is no such programme here."
        raise NotFound(why, "Choose it from the list of all programmes, on the page /programmes.")
    return rows[0]


async def _told(request: Request, page: PublicPage) -> dict[str, Any]:
    """Gathers what is shown of a programme."""
    programme = page.programme
    today = _today(programme.unit)
    rules = await pathway_versions.versions_of(programme.id, programme.unit_id, today=today)
    sites = await _delivering(programme, today, Q(), NAMED_SITES + 1)
    figures = await _figures(request, programme)
    return {
        "page": page,
        "programme": programme,
        "rules": rules[0] if rules else None,
        "levels": level_words(pathway_versions.read(rules[0])) if rules else [],
        "figures": figures,
        "definitions": figures.definitions(),
        "sites": sites[:NAMED_SITES],
        "more_sites": len(sites) > NAMED_SITES,
        "today": day(today),
    }


async def _figures(request: Request, programme: Programme) -> ProgrammeFigures:
    unit: CentralUnit = programme.unit
    today = _today(unit)

    async def work_out() -> ProgrammeFigures:
        return await figures_of(programme, unit.zone, today=today)

    store = CommissioningResources.of(request).programme_figures
    return await store.of(programme.id, today=today, work_out=work_out)


async def _delivering(programme: Programme, today: date, after: Q, most: int) -> list[dict[str, Any]]:
    rows = Adoption.filter(active_on(today), after, programme_id=programme.id).order_by("site__name", "site_id")
    return await rows.limit(most).values("site_id", site="site__name", area="site__area__name")


def _today(unit: CentralUnit) -> date:
    return local_day(clock.now(), unit.zone)
