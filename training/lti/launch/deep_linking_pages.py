"""The picker: a teacher chooses which activities of ours go into a course."""

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.lti.launch import deep_linking
from training.lti.launch.deep_linking import Offer
from training.lti.launch.models import DeepLinkingSession
from training.lti.resources import LtiResources
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, render


async def choose(request: Request) -> Response:
    """Shows what can be placed; posted, sends what was chosen back to the course, or nothing."""
    me: Actor = actor(request)
    row = await deep_linking.find(identity(request), me.person_id, now=clock.now())
    given = LtiResources.of(request)
    offers = await given.offers(me)
    if request.method == "GET":
        return _picker(request, row, offers)
    values = await form_data(request)
    if "cancel" in values:
        signed = await deep_linking.answer(row, [], given.tool, now=clock.now(), message="Nothing was chosen.")
        return _back(request, row, signed)
    wanted = values.get("path", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    chosen = [offer for offer in offers if offer.path in wanted]
    try:
        if not chosen:
            raise Invalid("Nothing is chosen.", problems={"path": "Choose an activity, or cancel."})
        signed = await deep_linking.answer(row, chosen, given.tool, now=clock.now())
    except Invalid as error:
        return _picker(request, row, offers, problems=error.problems)
    return _back(request, row, signed)


def _picker(
    request: Request, row: DeepLinkingSession, offers: list[Offer], problems: dict[str, str] | None = None
) -> Response:
    groups = [(kind, list(some)) for kind, some in groupby(offers, key=lambda offer: offer.kind)]
    return render(
        request,
        "lti/choose.html",
        422 if problems else 200,
        groups=groups,
        course=row.course,
        several=row.settings["several"],
        choosing=str(row.id),
        problems=problems or {},
    )


def _back(request: Request, row: DeepLinkingSession, signed: str) -> Response:
    return render(request, "lti/back.html", return_url=row.return_url, signed=signed)
