"""The page of reliance: each certificate that rests on assessments in question, and whether it would stand without."""

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations.changes import histories, period_of
from certificates.evaluations.models import Certificate, Certification
from certificates.evaluations.pathway_versions import instruments_of
from certificates.evaluations.standing import WORDS as STANDINGS
from certificates.evaluations.standing import standing_on
from certificates.reliance.questions import (
    RelianceQuestion,
    assessors_of,
    in_question,
    question_of,
    relying,
    versions_of,
)
from certificates.reliance.reevaluation import (
    WORDS,
    Reevaluation,
    names_in,
    record_words,
    reevaluate,
    remains_words,
)
from training.batches.resources import BatchResources
from training.core.dates import day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.sites.models import Programme
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor

HOME = "/certificates/reliance"
RELIANCE = PagedList(
    HOME,
    "Reliance on assessments",
    ("certificate", "certificates"),
    (
        ListColumn("name", "Name", ListSort("person__folded", nullable=True), text=lambda row: row["person__name"],
                   cell=lambda row: {"text": row["person__name"], "path": f"/register/{row['id']}"}),
        ListColumn("level", "Level", ListSort("level_title"),
                   text=lambda row: f"{row['level_title']} {row['serial']}".strip(),
                   cell=lambda row: {"text": row["level_title"], "more": row["serial"]}),
        ListColumn("standing", "Standing today", cell=lambda row: {"tag": row["standing"]}),
        ListColumn("decided", "Decided", ListSort("decision__on", "day"), text=lambda row: day(row["decision__on"])),
        ListColumn("used", "Relied on"),
        ListColumn("remains", "What remains"),
        ListColumn("without", "Without it", text=lambda row: f"{row['word']}. {row['because']}".strip(),
                   cell=lambda row: {"tag": row["word"], "more": row["because"]}),
    ),
    (
        ListFilter("assessor", "Assessor", choices={}),
        ListFilter("version", "Instrument", choices={}),
        ListFilter("assessment", "One assessment", choices={}),
        ListFilter("from", "Assessed from", kind="day"),
        ListFilter("until", "Assessed until", kind="day"),
        ListFilter("programme", "Programme", choices={}),
    ),
    fields=("person__name", "level_title", "decision__on"),
    first_sort="name",
    page_size=25,
)  # fmt: skip


async def certificates(request: Request) -> Response:
    """Lists the certificates that rely on the assessments which the address asks about."""
    me: Actor = actor(request)
    question = await question_of(dict(request.query_params), me)
    offers = BatchResources.of(request).offered(me, "reliance")
    return await answer_list(
        request, "reliance/certificates.html", await _offering(question, me), relying(me, question),
        complete=partial(_judged, question=question), choose=bool(offers), offers=offers, words=question.words,
        counting=await in_question(me, question).count(),
    )  # fmt: skip


async def _offering(question: RelianceQuestion, me: Actor) -> PagedList:
    """Gives the list with its choices; an assessment is asked for from its own page, and so is chosen nowhere else."""
    people, asked = await assessors_of(me), question.asked
    if (key := asked.get("assessor", "")) and key not in people:
        people[key] = question.words.removeprefix("assessments by ")
    versions = await versions_of(me).order_by("title", "version").values("id", "title", "version")
    programmes = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("slug", "title")
    listing = RELIANCE.offering(
        assessor={"": "Any assessor", **people},
        version={"": "Any instrument", **{str(one["id"]): f"{one['title']}, {one['version']}" for one in versions}},
        assessment={"": "Any assessment", **({asked["assessment"]: "This one alone"} if "assessment" in asked else {})},
        programme={"": "All programmes", **{str(slug): str(title) for slug, title in programmes}},
    )
    shown = [one for one in listing.filters if one.key != "assessment" or "assessment" in asked]
    return replace(listing, filters=tuple(shown))


async def _judged(rows: list[Row], me: Actor, *, question: RelianceQuestion) -> list[Row]:
    """Adds to the rows of a page how each stands, and what the rules say of it without what is in question."""
    ids = [row["id"] for row in rows]  # of one page, or one piece of a file
    these = Certification.filter(id__in=ids)
    changes = await histories(these)
    issued = Certificate.filter(certification_id__in=ids).order_by("issue")
    serials = dict(await issued.values_list("certification_id", "serial"))
    tools = await instruments_of(me.unit_id)
    found = {row.id: row for row in await these.select_related("person", "decision__evaluation", "decision__pathway")}
    anew = {key: await reevaluate(row, question, today=me.today, tools=tools) for key, row in found.items()}
    records = [one for judged in anew.values() for rest in (judged.used, *judged.remains.values()) for one in rest]
    names = await names_in(records)
    return [
        row | {
            "standing": STANDINGS[standing_on(period_of(found[row["id"]]), changes.get(row["id"], ()), me.today)
                                  or "certified"],
            "serial": serials.get(row["id"], ""),
            **_told(anew[row["id"]], names, me),
        }
        for row in rows
    ]  # fmt: skip


def _told(judged: Reevaluation, names: dict[str, str], me: Actor) -> dict[str, Any]:
    then = "" if judged.on == me.today else f"On {day(judged.on)}, the day of the decision"
    return {
        "used": "; ".join(record_words(one, names) for one in judged.used),
        "remains": remains_words(judged.remains, names),
        "word": WORDS[judged.result],
        "because": ". ".join(part for part in (judged.because, then) if part),
    }
