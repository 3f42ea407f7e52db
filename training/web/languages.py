"""In which of our languages a page speaks, and the switch at its top."""

from urllib.parse import urlencode

from starlette.requests import Request

from training.core.languages import SPOKEN, spoken

NAMES = {"en": "English", "cy": "Cymraeg"}


def chosen_language(request: Request) -> str:
    """Returns the language that the address asks for, else that of the reader."""
    me = request.scope.get("actor")
    asked = request.query_params.get("language") or request.cookies.get("language") or (me.language if me else "en")
    return spoken(asked)


def language_switch(request: Request, current: str) -> list[tuple[str, str, str, bool]]:
    """Lists our languages for the top of a page, each leading to the same place."""
    path, asked = request.scope["path"].removeprefix(request.scope.get("root_path", "")), dict(request.query_params)
    return [(one, NAMES[one], f"{path}?{urlencode(asked | {'language': one})}", one == current) for one in SPOKEN]
