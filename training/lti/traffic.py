"""Pages of what went between an LMS and us: how launches went, and what became of scores."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery

from training import clock
from training.errors import NotFound
from training.lti import scores
from training.lti.models import LaunchTrace, visible_to
from training.lti.refusals import explain
from training.people.actor import Actor
from training.web.pages import actor, go, identity, page

SHOWN = 100
OUTCOMES = {"accepted": "Came in"}
STATES = {"queued": "Waiting", "sent": "Sent", "refused": "Refused", "dead": "Given up"}


async def launches(request: Request) -> Response:
    """Shows how launches went, newest first; searched by the reference number of the page that refused one."""
    me: Actor = actor(request)
    asked = request.query_params
    reference, only = asked.get("reference", "").strip(), asked.get("only", "")
    own = Q(registration_id__in=Subquery(visible_to(me).values("id")))
    rows = LaunchTrace.filter(own)
    if reference:  # also those that no registration is known of: the number is proof enough
        rows = LaunchTrace.filter(own | Q(registration_id__isnull=True), reference=reference)
    if only == "refused":
        rows = rows.exclude(outcome="accepted")
    found = await rows.order_by("-at").limit(SHOWN).prefetch_related("registration")
    return page(request, "lti/launches.html", launches=[_told(row) for row in found], reference=reference, only=only)


async def outbox(request: Request) -> Response:
    """Shows the scores on their way to LMSs, by state."""
    me: Actor = actor(request)
    state = request.query_params.get("state", "")
    rows = await scores.list_scores(unit_id=me.unit_id, state=state if state in STATES else "")
    counts = [
        {
            "number": len(await scores.list_scores(unit_id=me.unit_id, state=name)),
            "words": words.lower(),
            "path": f"/lti/console/scores?state={name}",
        }
        for name, words in STATES.items()
    ]
    shown = [dict(row, word=STATES.get(row["state"], row["state"])) for row in rows[:SHOWN]]
    return page(request, "lti/outbox.html", scores=shown, counts=counts, state=state)


async def score(request: Request) -> Response:
    """Shows the history of one score; posted, sends it again."""
    me: Actor = actor(request)
    wanted = identity(request)
    if request.method == "POST":
        await scores.resend(str(wanted), now=clock.now(), unit_id=me.unit_id)
        return go(request, f"/lti/console/scores/{wanted}?notice=It+will+be+sent+again.")
    rows = [row for row in await scores.list_scores(unit_id=me.unit_id) if row["id"] == str(wanted)]
    if not rows:
        raise NotFound("There is no such score.", "Go back to the list.")
    shown = dict(rows[0], word=STATES.get(rows[0]["state"], rows[0]["state"]))
    return page(request, "lti/score.html", score=shown, steps=await scores.history(wanted))


def _told(row: LaunchTrace) -> dict[str, Any]:
    return {
        "at": row.at,
        "reference": row.reference,
        "lms": row.registration.name if row.registration else "unknown",
        "word": OUTCOMES.get(row.outcome, "Refused"),
        "code": row.outcome,
        "detail": row.detail,
        "why": explain(row.outcome),
        "browser": row.browser,
        "target": row.target,
        "skew": "" if row.clock_skew is None else f"{row.clock_skew:+.0f} s",
    }
