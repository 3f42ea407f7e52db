"""Sessions for frames without cookies: a prefix `/~token` on every address of that frame."""

from starlette.types import ASGIApp, Receive, Scope, Send

MARK = "/~"


class FramePrefix:
    """Takes the prefix off the address, so that routes do not know of it, and keeps the token beside it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with `root_path` and `frame_token` set when the address has a prefix."""
        if scope["type"] == "http" and scope["path"].startswith(MARK):
            token = scope["path"][len(MARK) :].split("/", 1)[0]
            scope["root_path"], scope["frame_token"] = MARK + token, token
        await self.app(scope, receive, send)
