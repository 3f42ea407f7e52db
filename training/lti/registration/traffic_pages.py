"""Pages of what went between an LMS and us: how launches went, and what became of scores."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Max

from training.core import clock
from training.lti.models import Deployment, LaunchTrace, visible_to
from training.lti.platform import scores
from training.lti.protocol.refusals import explain
from training.lti.protocol.types import TEACH, plain_target
from training.lti.registration.actions import labels
from training.lti.resources import LtiResources
from training.people.actor import Actor
from training.web.render import actor, identity, redirect, render

SHOWN = 100
OF_LATE = timedelta(days=7)
STRANGERS, STRANGERS_FOR = 20, timedelta(days=30)
TRIED = {"none": "no cookie", "storage": "storage"}
OUTCOMES = {"accepted": "Came in"}
STEPS = {
    "queued": "Queued",
    "kept back": "Kept back",
    "failed": "Did not arrive, will be tried again",
    "sent": "Sent",
    "refused": "Refused for good",
    "dead": "Given up",
}
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
    system = next((row for row in await visible_to(me) if str(row.id) == asked.get("system")), None)
    if system:
        rows = rows.filter(registration_id=system.id)
    strangers = [] if reference or system else await strangers_refused(since=clock.now() - STRANGERS_FOR)
    found = await rows.order_by("-at").limit(SHOWN).prefetch_related("registration")
    told: dict[str, Any] = {"reference": reference, "only": only, "system": system}
    called = await labels(me.unit_id)
    titles = {offer.path: offer.title for offer in await LtiResources.of(request).offers(me)}
    shown = [_told(row, called) | {"opened": opened(row.target, titles)} for row in found]
    return render(request, "lti/launches.html", launches=shown, strangers=strangers, **told)


def opened(target: str, titles: Mapping[str, str]) -> str:
    """Names what a launch opened, by the activity that was placed or that it lies in; an address that is none stays."""
    parts = urlsplit(target)
    if parts.path == TEACH:
        path = next(iter(parse_qs(parts.query).get("path", [])), "")
        return f"{opened(path, titles)}: its learners, for a teacher"
    path = plain_target(target)
    around = [one for one in titles if path == one or path.startswith(f"{one}/")]
    return titles[max(around, key=len)] if around else target


async def counts_for(me: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """Counts for the home page of whoever connects systems what waits for them, and what was refused of late."""
    own = Subquery(visible_to(me).values("id"))
    since = LaunchTrace.filter(at__gte=now - OF_LATE)
    waiting = await visible_to(me).filter(state="pending").count()
    waiting += await Deployment.filter(registration_id__in=own, state="pending").count()
    refused = await since.filter(registration_id__in=own).exclude(outcome="accepted").count()
    strangers = await since.filter(registration_id__isnull=True).count()
    counted = (
        (waiting, "waiting for your approval: learning systems and deployments", "/lti/console"),
        (refused, "launches refused in the last 7 days", "/lti/console/launches?only=refused"),
        (strangers, "refused in the last 7 days from systems that we do not know", "/lti/console/launches#unknown"),
    )
    return [{"number": number, "words": words, "path": path} for number, words, path in counted if number]


async def strangers_refused(*, since: datetime) -> list[dict[str, Any]]:
    """Lists who was refused since a day without any registration that we know: the last of them, each once.

    Anybody can cause these, so they are counted, and only some are shown.
    """
    asked = LaunchTrace.filter(registration_id__isnull=True, at__gte=since)
    rows = (
        await asked.annotate(last=Max("at"), number=Count("id"))
        .group_by("issuer", "client_id", "outcome")
        .order_by("-last")
        .limit(STRANGERS)
        .values("issuer", "client_id", "outcome", "last", "number")
    )
    return [dict(row, why=explain(row["outcome"])) for row in rows]


async def outbox(request: Request) -> Response:
    """Shows the scores on their way to LMSs, or to one of them, by state."""
    me: Actor = actor(request)
    asked = request.query_params
    state, systems = asked.get("state", ""), await visible_to(me).order_by("name").values("id", "name", "client_id")
    called = await labels(me.unit_id)
    system = next((row for row in systems if str(row["id"]) == asked.get("system")), None)
    of: dict[str, Any] = {"unit_id": me.unit_id, "registration_id": system["id"] if system else None}
    rows = await scores.list_scores(**of, state=state if state in STATES else "", limit=SHOWN)
    counted = await scores.count_scores(**of)
    return render(
        request,
        "lti/outbox.html",
        scores=[_shown(row, called) for row in rows],
        counts=[
            {"number": counted.get(name, 0), "words": words.lower(), "path": _scores_of(system, name)}
            for name, words in STATES.items()
        ],
        word=STATES.get(state, ""),
        everything=_scores_of(system, ""),
        system=str(system["id"]) if system else "",
        systems=[
            ("", "All learning systems"),
            *((str(row["id"]), called[row["name"], row["client_id"]]) for row in systems),
        ],
        shown=SHOWN,
    )


def _scores_of(system: Mapping[str, Any] | None, state: str) -> str:
    asked = {"system": str(system["id"]) if system else "", "state": state}
    return f"/lti/console/scores?{urlencode({name: value for name, value in asked.items() if value})}"


async def score(request: Request) -> Response:
    """Shows the history of one score; posted, sends it again."""
    me: Actor = actor(request)
    wanted = identity(request)
    if request.method == "POST":
        await scores.resend(str(wanted), now=clock.now(), unit_id=me.unit_id)
        return redirect(request, f"/lti/console/scores/{wanted}", notice="It will be sent again.")
    found = await scores.find_score(wanted, unit_id=me.unit_id)
    steps = [
        dict(step, what=STEPS.get(step["what"], step["what"]), value=_value(step))
        for step in await scores.history(wanted)
    ]
    return render(request, "lti/score.html", score=_shown(found, await labels(me.unit_id)), steps=steps)


def _shown(row: Mapping[str, Any], called: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    lms = called.get((row["lms"], row["client_id"]), row["lms"])
    return dict(row, lms=lms, word=STATES.get(row["state"], row["state"]), value=_value(row))


def _value(row: Mapping[str, Any]) -> str:
    return "Not graded" if row["given"] is None else f"{row['given']:g} of {row['maximum']:g}"


def _told(row: LaunchTrace, called: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    lms = row.registration
    return {
        "at": row.at,
        "reference": row.reference,
        "lms": called.get((lms.name, lms.client_id), lms.name) if lms else "unknown",
        "word": OUTCOMES.get(row.outcome, "Refused"),
        "code": row.outcome,
        "detail": row.detail,
        "why": explain(row.outcome),
        "browser": f"{row.browser} ({TRIED[row.state_proof]})" if row.state_proof in TRIED else row.browser,
        "skew": "" if row.clock_skew is None else f"{round(row.clock_skew):+d} s",
    }
