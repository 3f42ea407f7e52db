"""Pages of rehearsals: on which day the rules of a draft are tried, and whose standing would be another."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q
from tortoise.functions import Count

from certificates.decisions.views import STANDINGS
from certificates.evaluations.pathway_versions import read
from certificates.rehearsals import actions
from certificates.rehearsals.models import Rehearsal, rehearsed_visible_to
from certificates.rehearsals.parts import STATES
from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name
from training.drafts import actions as drafts
from training.drafts.models import MaterialDraft
from training.parsing.csv import day as read_day
from training.parsing.messages import FileError
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.models import Person
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render

WORDS: Mapping[str, str] = {**STANDINGS, "": "No such level"}
MOST_SITES = 30
"""Sites that are counted on the page; the list has all."""
STANDS = PagedList(
    "/rehearsals",
    "Who would stand otherwise",
    ("standing would be another", "standings would be others"),
    (
        ListColumn("name", "Name", ListSort("person__folded", nullable=True),
                   text=lambda row: row["person__name"] or row["holder_site__name"],
                   cell=lambda row: {"text": row["person__name"] or row["holder_site__name"], "path": row["path"]}),
        ListColumn("level", "Level", ListSort("level_title"), text=lambda row: row["level_title"]),
        ListColumn("site", "Site", ListSort("site__folded", nullable=True), text=lambda row: row["site__name"] or ""),
        ListColumn("before", "Today's rules", ListSort("before"), text=lambda row: WORDS[row["before"]],
                   cell=lambda row: {"tag": WORDS[row["before"]]}),
        ListColumn("after", "The draft", ListSort("after"), text=lambda row: WORDS[row["after"]],
                   cell=lambda row: {"tag": WORDS[row["after"]]}),
        ListColumn("since", "From", ListSort("since", "day"), text=lambda row: day(row["since"])),
        ListColumn("reasons", "Why"),
    ),
    (
        ListFilter("query", "Name", lambda _, part: has_in_name(part, "person__") | has_in_name(part, "holder_site__")),
        ListFilter("change", "Change", lambda _, one: Q(**dict(zip(("before", "after"), one.split("."), strict=True))),
                   choices={}),
        ListFilter("level", "Level", lambda _, one: Q(level=one), choices={}),
        ListFilter("site", "Site", lambda _, part: has_in_name(part, "site__")),
    ),
    fields=("person_id", "person__name", "holder_site_id", "holder_site__name", "level_title", "site__name", "before",
            "after", "since", "reasons"),
    first_sort="name",
)  # fmt: skip


async def rehearse(request: Request) -> Response:
    """Asks on which day the rules of a draft are tried; posted, begins."""
    me: Actor = actor(request)
    found = await draft_of_rules(request, me)
    first, title = await _first_day_and_title(found)
    values: dict[str, Any] = {"when": "today"}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            trial = await actions.begin(found, _day(values, me.today, first), actor=me, now=clock.now())
            return redirect(request, f"/rehearsals/{trial.id}")
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "rehearsals/rehearse.html", 422 if problems else 200, values=values, problems=problems,
        title=title, path=f"/drafts/{found.id}/rehearse", choices=_choices(me.today, first),
        back=("The draft", f"/drafts/{found.id}"),
    )  # fmt: skip


async def draft_of_rules(request: Request, me: Actor) -> MaterialDraft:
    """Finds the draft that the address names; raises NotFound where it is none of rules."""
    found = await drafts.draft_for(me, identity(request))
    if found.kind != "pathway":
        raise NotFound("Only the rules of a programme are rehearsed.", "Look at the draft again.")
    return found


async def _first_day_and_title(found: MaterialDraft) -> tuple[date | None, str]:
    """Reads from which day the rules of a draft count, None where they say none, and what they are called."""
    try:
        rules = read(await actions.rules_of(found))
    except FileError:
        return None, found.name
    return rules.effective[0], rules.title or found.name


def _choices(today: date, first: date | None) -> list[tuple[str, str, str]]:
    begins = [("begins", f"On {day(first)}", "The day from which the draft counts.")] if first and first > today else []
    ago = _year_ago(today)
    return [
        ("today", "Today", ""),
        *begins,
        ("year", f"A year ago, {day(ago)}", "As if the draft had held last year, with what is known now."),
        ("other", "On another day", ""),
    ]


def _year_ago(today: date) -> date:
    return today.replace(year=today.year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)


def _day(values: Mapping[str, Any], today: date, first: date | None) -> date:
    known = {"today": today, "begins": first, "year": _year_ago(today)}
    when = str(values.get("when", ""))
    if when not in (*known, "other"):
        raise Invalid("There is a problem", problems={"when": "Choose a day"})
    if when != "other":
        return known[when] or today
    chosen = read_day(str(values.get("on", "")))
    if chosen is None or not (today.year - 20 <= chosen.year <= today.year + 20):
        raise Invalid("There is a problem", problems={"on": "Enter a day of the last or the next 20 years"})
    return chosen


async def rehearsal(request: Request) -> Response:
    """Shows how far a rehearsal is, and whose standing would be another; posted, stops it."""
    me: Actor = actor(request)
    trial = await actions.rehearsal_for(me, identity(request))
    here, title = f"/rehearsals/{trial.id}", read(trial.rules).title or trial.draft.name
    if request.method == "POST":
        await actions.stop(trial, now=clock.now())
        return redirect(request, here, notice="The rehearsal is stopped.")
    found = rehearsed_visible_to(me).filter(rehearsal_id=trial.id)
    changes = await found.annotate(count=Count("id")).group_by("level", "level_title", "before", "after").values(
        "level", "level_title", "before", "after", "count"
    )  # fmt: skip
    sites = await found.annotate(count=Count("id")).group_by("site__name").order_by("-count").limit(MOST_SITES).values(
        "count", name="site__name"
    )  # fmt: skip
    kinds = {f"{one['before']}.{one['after']}": f"{WORDS[one['before']]} → {WORDS[one['after']]}" for one in changes}
    levels = {one["level"]: one["level_title"] for one in changes}
    listing = replace(STANDS, path=here, title=f"Who would stand otherwise in {title}").offering(
        change={"": "Any change", **kinds}, level={"": "Any level", **levels}
    )
    maker, rules = await Person.get(id=trial.made_by_id), await actions.rules_of(trial.draft)
    return await answer_list(
        request, "rehearsals/rehearsal.html", listing, found, complete=_with_paths, trial=trial, title=title,
        state=STATES[trial.state], works=trial.state == "working", how_far=_how_far(trial), maker=maker.name,
        changes=[one | {"words": kinds[key := f"{one['before']}.{one['after']}"],
                        "path": f"{here}?change={key}&level={one['level']}"}
                 for one in sorted(changes, key=lambda one: -one["count"])],
        sites=sites, most_sites=MOST_SITES, current=actions.is_current(trial, rules), first=_begins(trial),
        published=trial.draft.published_as, back=("The draft", f"/drafts/{trial.draft_id}"),
    )  # fmt: skip


def _begins(trial: Rehearsal) -> date | None:
    first, _ = read(trial.rules).effective
    return first if first and first > trial.as_of else None


def _how_far(trial: Rehearsal) -> str:
    return f"{trial.progress:,} of {trial.total:,} people and sites"


async def _with_paths(rows: list[Row], _: Actor) -> list[Row]:
    """Adds where the page of each holder is."""
    return [
        row | {"path": f"/people/{row['person_id']}" if row["person_id"] else f"/sites/{row['holder_site_id']}"}
        for row in rows
    ]
