"""How a page is made, how a form is read, and how one goes elsewhere."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import combining
from urllib.parse import quote
from uuid import UUID

import jinja2
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from training.core import dates
from training.core.errors import Invalid, NotFound
from training.core.languages import translations
from training.parsing.text import clean
from training.web.assets import asset
from training.web.cookies import set_cookie
from training.web.frames import is_framed
from training.web.languages import WELSH, chosen_language, language_switch, reader_language
from training.web.resources import PageResources, Unit
from training.web.shortlists import unchosen

NOTICE_SECONDS = 600
"""How long a page says it, when it is loaded again."""
LANGUAGE_SECONDS = 365 * 24 * 3600
"""How long a device keeps the language that somebody chose on it."""
ROOT = Path(__file__).resolve().parents[2]
Shape = TypeVar("Shape", bound=BaseModel)


class Templates(jinja2.Environment):
    """Renders our pages strictly, and the components of GOV.UK Frontend leniently: their macros test absent options.

    A page speaks one language: `_("…")` and `|translated` say in it what its catalogue has.
    """

    def __init__(self, language: str) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader(ROOT / "templates"),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.components = jinja2.Environment(
            loader=jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
            autoescape=True,
            undefined=jinja2.ChainableUndefined,
            auto_reload=False,
        )
        self.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
        self.filters |= {"day": _day, "moment": _moment, "hours": _hours, "translated": partial(_translated, language)}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:
        """Finds one of our templates, or a component under its package's name."""
        if isinstance(name, str) and name.startswith("govuk_frontend_jinja/"):
            return self.components.get_template(name)
        return super().get_template(name, parent, globals)


@jinja2.pass_context
def _day(context: jinja2.runtime.Context, value: date | datetime | str, language: str = "") -> str:
    day = dates.local_day(value, context["zone"]) if isinstance(value, datetime) else value
    return dates.day(day, language or context["said_in"])


@jinja2.pass_context
def _moment(context: jinja2.runtime.Context, value: datetime, language: str = "") -> str:
    return dates.moment(value, context["zone"], language or context["said_in"])


@jinja2.pass_context
def _hours(context: jinja2.runtime.Context, starts: datetime, ends: datetime) -> str:
    return dates.hours(starts, ends, context["zone"], context["said_in"])


def _translated(language: str, english: str) -> str:
    return translations(language).gettext(english) if english else ""


@cache
def templates(language: str) -> Templates:
    """Gives the one set of templates of this process that speaks a language."""
    return Templates(language)


def link(request: Request, path: str) -> str:
    """Gives the address of one of our pages, inside the frame session when there is one."""
    return str(request.scope.get("root_path", "")) + path


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Shows a template, with what every page needs around it.

    It bears the name and the help address of the actor's unit; without an actor those of the value `unit`, which
    answers for what is shown; else of the only unit there is.
    """
    given: dict[str, Any] = {
        "problems": {},
        "values": {},
        "notice": _notice(request),
        "back": None,
    }
    given |= _surroundings(request, values.get("unit")) | values
    if request.method != "GET" and "languages" not in values:
        given["lang"] = chosen_language(request)  # a form is answered in the language in which it was sent
    page = templates(given["lang"]).get_template(template)
    if WELSH not in page.blocks:
        return HTMLResponse(templates("en").get_template(template).render(given | {"said_in": "en"}), status)
    if "languages" in values or request.method != "GET":
        return HTMLResponse(page.render(given | {"said_in": given["lang"]}), status)
    return _offering_languages(request, template, given, status)


def _offering_languages(request: Request, template: str, given: dict[str, Any], status: int) -> Response:
    """Shows a page with the switch of our languages on top; the one that is asked for is kept on this device."""
    asked = chosen_language(request)
    switch = language_switch(request, asked)
    page = templates(asked).get_template(template)
    response = HTMLResponse(page.render(given | {"lang": asked, "said_in": asked, "languages": switch}), status)
    if request.query_params.get("language"):
        secure = PageResources.of(request).settings.secure
        set_cookie(response, "language", asked, max_age=LANGUAGE_SECONDS, secure=secure)
    return response


def _surroundings(request: Request, unit: Unit | None) -> dict[str, Any]:
    given, me = PageResources.of(request), request.scope.get("actor")
    settings = given.settings
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    around = unit or given.units.only
    return {
        "service_name": settings.service_name,
        "brand": (me.unit_name if me else around.name if around else "") or settings.service_name,
        "contact": me.contact if me else around.contact if around else "",
        "me": me,
        "zone": me.zone if me else dates.DEFAULT_ZONE,
        "nav": given.menu(me, path),
        "languages": [],
        "demo": settings.demo,
        "framed": is_framed(request),
        "direct_path": f"{settings.public_url}/sign-in",
        "way_back": me.way_back if me else None,
        "window": given.window_for(request),
        "lang": reader_language(request),
        "dir": "ltr",
        "nonce": request.scope.get("nonce", ""),
        "asset": asset,
        "link": partial(link, request),
    }


def redirect(request: Request, path: str, *, notice: str = "") -> Response:
    """Sends the browser to another of our pages, as the answer to something done; that page says the notice."""
    if notice:
        path, mark, place = path.partition("#")
        path += f"{'&' if '?' in path else '?'}notice={_notices(request).dumps(notice)}{mark}{place}"
    return RedirectResponse(link(request, path), 303)


def _notice(request: Request) -> str:
    """Reads what the page is to say. It is signed, or anybody could put words into our mouth by a link."""
    try:
        return str(_notices(request).loads(request.query_params.get("notice", ""), max_age=NOTICE_SECONDS))
    except BadSignature:
        return ""


def _notices(request: Request) -> URLSafeTimedSerializer:
    reader = getattr(request.scope.get("actor"), "person_id", "")
    return URLSafeTimedSerializer(PageResources.of(request).settings.secret_key, salt=f"notice {reader}")


def as_file(name: str, *, shown: str = "attachment") -> dict[str, str]:
    """Names a file for the browser, in whatever letters.

    Source: https://www.rfc-editor.org/rfc/rfc6266#section-4.3 and https://www.rfc-editor.org/rfc/rfc8187#section-3.2
    """
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(one if " " <= one <= "~" and one not in '"\\%' else "_" for one in letters if not combining(one))
    also = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": f'{shown}; filename="{plain}"{also}'}


async def form(request: Request, shape: type[Shape]) -> Shape:
    """Reads the posted form into the shape; raises Invalid with one sentence for each field at fault."""
    return validate(shape, await form_data(request))


async def form_data(request: Request) -> dict[str, Any]:
    """Gives what was typed: text for each field, a list where a name came more than once or ends in "[]".

    A file in place of text counts as nothing typed; letters that nobody sees are left out.
    """
    found: dict[str, Any] = {}
    async with request.form() as posted:
        for name in posted:
            several = [clean(value) if isinstance(value, str) else "" for value in posted.getlist(name)]
            found[name.removesuffix("[]")] = several if name.endswith("[]") or len(several) > 1 else several[0]
    return found


QUESTIONS = ("who ", "what ", "which ", "how ")
"""How a label begins that is a question: it is answered, perhaps by a choice, and not typed."""


def validate(shape: type[Shape], values: dict[str, Any]) -> Shape:
    """Fills the shape with typed values; an empty text is as good as none.

    Raises Invalid, without a problem where the form was sent to find what is to be chosen.
    """
    given = {name: value for name, value in values.items() if value != ""}
    problems = unchosen(values)
    try:
        filled = shape.model_validate(given)
    except ValidationError as error:
        for found in error.errors():
            name = str(found["loc"][0]) if found["loc"] else "form"
            known = shape.model_fields.get(name)
            label = (known.title if known and known.title else name.replace("_", " ")).lower()
            problems.setdefault(name, _sentence(found["type"], label, found["msg"], found.get("ctx", {})))
        raise Invalid("There is a problem", problems=problems) from error
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return filled


def _sentence(kind: str, label: str, words: str, bounds: Mapping[str, Any]) -> str:
    asked = f"{'Say' if label.startswith(QUESTIONS) else 'Enter'} {label}"
    if kind in ("missing", "string_too_short"):
        return asked
    if kind == "string_too_long":
        return f"{asked} in at most {bounds['max_length']:,} letters"
    if kind == "greater_than_equal":
        return f"{asked} as a number from {bounds['ge']:,}"
    if kind == "less_than_equal":
        return f"{asked} as a number up to {bounds['le']:,}"
    if kind.startswith(("literal", "enum", "uuid", "bool")):
        return f"Choose {label} from the list"
    if kind.startswith("date"):
        return f"{asked}, such as 27 3 2026"
    if kind.startswith(("int", "float", "decimal")):
        return f"{asked} as a number"
    return words.removeprefix("Value error, ")


def actor(request: Request) -> Any:
    """Gives the signed-in person; the doors have made sure that there is one."""
    return request.scope["actor"]


def identity(request: Request, name: str = "id") -> UUID:
    """Reads an id from the address; raises NotFound when it is none."""
    try:
        return UUID(str(request.path_params[name]))
    except ValueError as error:
        raise NotFound("There is no such page.", "Check the address.", title="Page not found") from error
