"""In which of our languages a page speaks, and the switch at its top."""

from urllib.parse import urlencode

from starlette.requests import Request

from training.core.languages import SPOKEN, spoken

NAMES = {"en": "English", "cy": "Cymraeg"}
WELSH = "speaks_welsh"
"""The empty block of a page whose every word has its Welsh in the catalogue; others are English from top to bottom."""


def chosen_language(request: Request) -> str:
    """Returns the language that the address asks for, else that of the reader."""
    asked = request.query_params.get("language")
    return spoken(asked) if asked else reader_language(request)


def reader_language(request: Request) -> str:
    """Returns the language of the reader: chosen on this device, else kept of them, else their browser's first."""
    me = request.scope.get("actor")
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return spoken(request.cookies.get("language") or (me.language if me else first) or "en")


def language_switch(request: Request, current: str) -> list[tuple[str, str, str, bool]]:
    """Lists our languages for the top of a page, each leading to the same place."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    asked = {key: value for key, value in request.query_params.items() if key != "notice"}  # said once
    return [(one, NAMES[one], f"{path}?{urlencode(asked | {'language': one})}", one == current) for one in SPOKEN]
