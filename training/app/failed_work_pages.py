"""The page of work that failed: what was given up and why, with a way to do it again."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core import clock
from training.core.errors import NotFound
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact, Followup
from training.web.render import actor, form_data, redirect, render

SHOWN = 50
OF_LEARNING_SYSTEMS = "lti score"
"""Has a page of its own, with what the LMS said."""


def visible_to(me: Actor) -> QuerySet[Followup]:
    """Lists the failed work that came of a fact of the actor's unit, or of no fact: what comes by the clock."""
    own = Fact.filter(unit_id=me.unit_id).values("id")
    found = facts.failed().filter(Q(fact_id__in=Subquery(own)) | Q(fact_id__isnull=True))
    return found.exclude(kind=OF_LEARNING_SYSTEMS)


async def work(request: Request) -> Response:
    """Lists work that failed, newest first; posted, queues one piece of it again, or all."""
    me: Actor = actor(request)
    found = visible_to(me)
    if request.method == "POST":
        again = (await form_data(request)).get("again", "")
        chosen = found if again == "all" else found.filter(id=uuid_of(again))
        count = await facts.send_all_again(chosen, now=clock.now())
        if not count:
            raise NotFound("There is no such piece of work any more.", "Look at the list: it may be done by now.")
        return redirect(request, "/work")
    alone = await CentralUnit.all().count() == 1
    rows = await found.order_by("-ended", "id").limit(SHOWN).values(
        "id", "kind", "state", "fact_id", "last_error", "attempts", "ended"
    )  # fmt: skip
    shown = [_line(row, alone=alone) for row in rows]
    return render(request, "app/work.html", rows=shown, total=await found.count(), shown=SHOWN)


def _line(row: dict[str, Any], *, alone: bool) -> dict[str, Any]:
    # What comes by the clock serves every unit, and its reason may name somebody of another one.
    why = row["last_error"] if alone or row["fact_id"] else "The log of the service says why."
    words = "Refused" if row["state"] == "refused" else "Given up"
    return row | {"kind": row["kind"].capitalize(), "why": why, "word": words}
