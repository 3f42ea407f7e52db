"""Opens a page of an LMS's frame in a window of its own: by a code that is good for one session, once, not for long."""

import json
import secrets
from datetime import datetime, timedelta

from starlette.requests import Request
from tortoise.exceptions import IntegrityError

from training.core import clock
from training.core.errors import Upstream
from training.database.connection import transaction
from training.lti.models import Nonce
from training.lti.platform.tool import Tool
from training.lti.protocol.refusals import Refused
from training.lti.resources import LtiResources
from training.people.authentication.sign_in_pages import own_path
from training.people.sessions import continue_session, token_hash
from training.web.frames import is_framed

LASTS = timedelta(minutes=30)
"""How long after a page was shown its code opens a window: longer than most stay on one page."""
NONCE_BYTES = 24
WINDOW = "lti windows"
"""What codes are encrypted for."""


def window_for(request: Request) -> dict[str, str] | None:
    """Gives what opens the page under request in a window, or None where it is in no frame of an LMS.

    A login cannot begin again for that: Moodle takes a login hint once (`Profile.hint_once`). And a frame's cookie is
    not sent by a window, as browsers keep both apart (`web/cookies`), so the code is part of the page, which only this
    session gets to see.
    """
    me, token = request.scope.get("actor"), request.scope.get("session_token")
    if me is None or me.lti is None or token is None or not is_framed(request):
        return None
    path, query = request.scope["path"].removeprefix(request.scope.get("root_path", "")), request.url.query
    wanted = own_path(f"{path}?{query}" if query and request.method == "GET" else path)
    said = [token_hash(token), wanted, secrets.token_urlsafe(NONCE_BYTES), int((clock.now() + LASTS).timestamp())]
    code = LtiResources.of(request).tool.encryptor.encrypt_text(json.dumps(said), purpose=WINDOW)
    return {"path": "/lti/window", "code": code}  # outside of the frame's address, whose token counts in no window


async def open_window(tool: Tool, code: str, *, token: str, replaces: str | None, now: datetime) -> str:
    """Opens the session of a frame once more, under a fresh token, and gives the path of the page."""
    try:
        said = tool.encryptor.decrypt_text(code, purpose=WINDOW)
    except Upstream:
        said = ""
    session, path, nonce, until = json.loads(said) if said else ("", "", "", 0)
    if now.timestamp() > until:
        raise Refused("state_expired", "the code of a window")
    try:
        async with transaction():
            await Nonce.create(nonce=nonce, digest="window", expires=now + LASTS)
            lives = await continue_session(session, token=token, now=now, replaces=replaces)
    except IntegrityError:
        raise Refused("state_used", "the code of a window") from None
    if not lives:
        raise Refused("state_expired", "the session of the frame has ended")
    return str(path)
