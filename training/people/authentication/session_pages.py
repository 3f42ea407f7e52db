"""Where somebody is signed in: the list of their sessions, each of which can be ended, or all at once."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.people import actions
from training.people.actor import Actor
from training.people.authentication.middleware import clear_session_cookie
from training.people.sessions import key_of, open_sessions, token_hash
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources


async def sessions(request: Request) -> Response:
    """Lists where the actor is signed in; posted, ends one of these sessions, or all."""
    me: Actor = actor(request)
    here, now = token_hash(request.scope["session_token"]), clock.now()
    if request.method == "GET":
        rows = await open_sessions(me.person_id, now=now)
        return render(request, "people/sessions.html", sessions=[_shown(row, here) for row in rows])
    wanted = str((await form_data(request)).get("session", ""))
    await actions.sign_out(me.person_id, key=wanted, actor=me, now=now)
    if wanted in ("", key_of(here)):
        request.scope["root_path"] = ""  # this frame's session is over with the others
        return clear_session_cookie(
            redirect(request, "/sign-in"),
            request.scope["session_token"],
            secure=PageResources.of(request).settings.secure,
        )
    return redirect(request, "/sessions")


def _shown(row: dict[str, Any], here: str) -> dict[str, Any]:
    lms = (row["lti"] or {}).get("lms") or (row["lti"] or {}).get("issuer", "")
    return {
        "key": key_of(row["token_hash"]),
        "browser": row["browser"] or "A browser",
        "way": f"through {lms}" if row["lti"] else f"by {row['way']}" if row["way"] else "directly",
        "created": row["created"],
        "seen": row["seen"],
        "here": row["token_hash"] == here,
    }


async def sign_out_person(request: Request) -> Response:
    """Ends every session of somebody whom the actor manages."""
    me: Actor = actor(request)
    found = await person_for(me, "manage people", identity(request))
    await actions.sign_out(found.id, actor=me, now=clock.now())
    return redirect(request, f"/people/{found.id}")
