"""The page that asks the rules of a draft about one person on one day, beside what holds then."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions.views import STANDINGS
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import followed_by, instruments_of, read
from certificates.evaluations.verdict_text import describe_nodes, titles_of
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.rehearsals.actions import newest_of, rules_of
from certificates.rehearsals.judge_both import judge_both
from certificates.rehearsals.pages import draft_of_rules
from certificates.rehearsals.reasons import reasons
from training.core.errors import Conflict
from training.drafts.models import MaterialDraft
from training.parsing.csv import day as read_day
from training.parsing.labels import plain
from training.parsing.messages import FileError
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.people.models import Person
from training.people.visibility import people_for, person_for
from training.web.render import actor, render
from training.web.shortlists import LOOKS

MAY = "read register"


async def verdict(request: Request) -> Response:
    """Asks for a person and a day, and shows what the draft would say of them, beside what holds."""
    me: Actor = actor(request)
    found = await draft_of_rules(request, me)
    values: dict[str, Any] = {"on": me.today.isoformat(), **request.query_params}
    problems: dict[str, str] = {}
    told: Mapping[str, Any] = {}
    person_id, on = uuid_of(values.get("person")), read_day(str(values["on"]))
    if on is None:
        problems["on"] = "Enter a day"
    elif person_id and LOOKS not in values:
        told = await _told(found, me, person_id, on)
    listed = await person_shortlist(people_for(me, MAY), values, "person", day=me.today, ask="Choose somebody")
    return render(
        request, "rehearsals/verdict.html", 422 if problems else 200, values=values, problems=problems, listed=listed,
        told=told, name=found.name, path=f"/drafts/{found.id}/try", back=("The draft", f"/drafts/{found.id}"),
    )  # fmt: skip


async def _told(found: MaterialDraft, me: Actor, person_id: UUID, on: date) -> dict[str, Any]:
    person, rules = await person_for(me, MAY, person_id), await rules_of(found)
    before = await _followed(person, rules, on)
    if before:
        rules.programme_id = before.programme_id
    else:
        raise Conflict("These rules are new: nobody takes part in them yet.", "Publish the draft first.")
    try:
        both = await judge_both(person, before, rules, as_of=on, tools=await instruments_of(me.unit_id))
    except FileError as faulty:
        raise Conflict("These rules cannot be read yet.", "Mend what the draft says is wrong.") from faulty
    levels = []
    for (level, per), old, new in both.levels():
        titles = titles_of(read(rules if new else before), level)
        levels.append(
            {
                "title": f"{titles.get(level, plain(level))}{f', {per}' if per else ''}",
                "other": _state(old) != _state(new),
                "why": reasons(old, new, titles) if _state(old) != _state(new) else "",
                "sides": [(f"Version {before.version}", *_side(old, before)), ("The draft", *_side(new, rules))],
            }
        )
    return {"name": person.name, "path": f"/people/{person.id}", "on": on, "levels": levels}


async def _followed(person: Person, rules: PathwayVersion, on: date) -> PathwayVersion | None:
    followed = await followed_by(person.id, person.unit_id, today=on)
    theirs = next((one for one in followed if one.slug == rules.slug), None)
    return theirs or await newest_of(person.unit_id, rules.slug)


def _state(level: LevelVerdict | None) -> str:
    return level.standing.state if level else ""


def _side(level: LevelVerdict | None, rules: PathwayVersion) -> tuple[str, list[tuple[str, list[dict[str, Any]]]]]:
    """Tells a level as it is judged: its standing, and each part with its requirements."""
    if level is None:
        return "No such level", []
    titles = titles_of(read(rules), level.level)
    parts = {"": level.entry + level.requires} | {
        name: part.requires
        for name, part in (
            ("To renew", level.renewal), ("What has to stay true", level.keep), ("To come back", level.return_),
        )
        if part
    }  # fmt: skip
    told = [
        (name, describe_nodes((node.as_json() for node in nodes), titles)) for name, nodes in parts.items() if nodes
    ]
    return STANDINGS[level.standing.state], told
