"""An operation of the API, declared once: which scope it asks for, what it takes, what it answers; and its door."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tortoise.exceptions import IntegrityError

from training.clients.actor import ClientActor, acting_as
from training.clients.models import KeyedAnswer
from training.clients.resources import ClientResources
from training.core import clock
from training.core.errors import AppError, Conflict, Invalid, NotAllowed
from training.database.connection import transaction
from training.web.bodies import BodyLimit
from training.web.error_pages import app_error, refused
from training.web.rate_limits import Allowance, TooMany, allow
from training.web.routing import ANYONE, NORMAL_BODY, SMALL, ProtectedRoute, Unauthenticated

PER_MINUTE = 600
"""Requests of one program."""
KEPT = timedelta(days=1)
"""How long a request with an Idempotency-Key is known."""
LONGEST_KEY = 200
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
JSON = "application/json"


def _iso(value: object) -> object:
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        raise ValueError("write a day as 2026-03-27")
    return value


Day = Annotated[date, BeforeValidator(_iso)]
"""A day as JSON Schema has it; a number would be taken for seconds since 1970."""


class ApiInput(BaseModel):
    """What an operation takes, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class ApiPage(BaseModel):
    """One page of a list."""

    next: str | None = Field(None, description="The address of the next page; the Link header says it, too.")


@dataclass(frozen=True)
class ApiCall:
    """One request that came in: by whom, when, and what it asks (`query`) and sends (`body`) in the declared shapes."""

    request: Request
    actor: ClientActor
    now: datetime
    query: Any
    body: Any

    def page_after(self, cursor: str) -> str:
        """Gives the address of the same list from a cursor on."""
        asked = dict(self.request.query_params) | {"cursor": cursor}
        home = ClientResources.of(self.request).settings.public_url
        return f"{home}{self.request.scope['path']}?{urlencode(asked)}"


@dataclass(frozen=True)
class Operation:
    """One thing that programs may ask.

    `shape` is what it answers as JSON; `kinds` are media types of what it answers otherwise. `links` leads from its
    answer on: the function of another operation → its parameters, each with where it stands in the answer. What is
    asked by POST brings an Idempotency-Key, so that it is done once however often it is sent.
    """

    answer: Callable[[ApiCall], Awaitable[BaseModel | Response]]
    scope: str
    summary: str
    shape: type[BaseModel] | None = None
    query: type[ApiInput] = ApiInput
    body: type[ApiInput] | None = None
    kinds: tuple[str, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Gives the method by which it is asked."""
        return "GET" if self.body is None else "POST"


class ApiRoute(ProtectedRoute):
    """A route of the API, which knows its operation."""

    operation: Operation


def api(path: str, operation: Operation) -> ApiRoute:
    """Declares a route of the API. No session opens it: its door asks for a token with the scope of the operation."""
    door = ApiRoute(
        path,
        _TokenRequired(operation),
        methods=[operation.method],
        name=operation.answer.__qualname__,
        middleware=[Middleware(BodyLimit, most=NORMAL_BODY), SMALL],
    )
    door.may, door.body, door.operation = ANYONE, NORMAL_BODY, operation
    return door


class _TokenRequired:
    """An operation behind its guard, which answers troubles as problem details and tells how much may be asked."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            client, scopes = await _client(request)
            allowance = await allow("api", str(client.id), limit=f"{PER_MINUTE}/minute", now=clock.now())
        except TooMany as error:
            response = _limited(await app_error(request, error), error.allowance)
        except AppError as error:
            response = await app_error(request, error)
            if isinstance(error, Unauthenticated):
                sent = "authorization" in request.headers
                response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if sent else "Bearer"
        else:
            response = _limited(await self._guarded(request, client, scopes), allowance)
        await response(scope, receive, send)

    async def _guarded(self, request: Request, client: Any, scopes: frozenset[str]) -> Response:
        try:
            if self.operation.scope not in scopes:
                response = await app_error(request, NotAllowed(
                    f"This asks for the scope {self.operation.scope}.", "Ask for a token with it."
                ))  # fmt: skip
                response.headers["WWW-Authenticate"] = (
                    f'Bearer error="insufficient_scope", scope="{self.operation.scope}"'
                )
                return response
            now = clock.now()
            actor = acting_as(client, self.operation.scope, now=now)
            query = _query(request, self.operation.query)
            if self.operation.body is None:
                told = await self.operation.answer(ApiCall(request, actor, now, query, None))
                return told if isinstance(told, Response) else _told(request, told)
            sent = await _body(request)
            call = ApiCall(request, actor, now, query, _shaped(self.operation.body, lambda: json.loads(sent)))
            return await _once(self.operation, call, sent)
        except AppError as error:
            return await app_error(request, error)
        except HTTPException as error:
            return await refused(request, error)


async def _client(request: Request) -> tuple[Any, frozenset[str]]:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated("This asks for a token.", "Send it as Authorization: Bearer …; /developers says how.")
    return await ClientResources.of(request).issuer.client_of(token.strip(), now=clock.now())


def _limited(response: Response, told: Allowance | None) -> Response:
    """Tells how much may be asked. Source: https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-10.html"""
    if told:
        response.headers["RateLimit-Policy"] = f'"client";q={told.most};w={told.period}'
        response.headers["RateLimit"] = f'"client";r={told.left};t={told.seconds}'
    return response


def _query(request: Request, shape: type[ApiInput]) -> ApiInput:
    given = request.query_params.multi_items()
    values = dict(given)
    if len(values) < len(given):
        raise Invalid("A parameter is said twice.", "Say each once.")
    return _shaped(shape, lambda: values)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise HTTPException(415, f"Send {JSON}.")
    return await request.body()


def _shaped(shape: type[ApiInput], read: Callable[[], Any]) -> ApiInput:
    """Fills the shape; raises Invalid with a sentence for each field at fault."""
    try:
        values = read()
        text = json.dumps(values, ensure_ascii=False)
        if not text.encode() or "\\u0000" in text:
            raise ValueError  # PostgreSQL takes no such text, nor half a letter
        return shape.model_validate(values)
    except ValidationError as error:
        problems = {str(one["loc"][0]) if one["loc"] else "body": one["msg"] for one in error.errors()}
        raise Invalid("There is a problem with what was sent.", problems=problems) from error
    except (ValueError, RecursionError):
        raise HTTPException(400, "What was sent cannot be read as JSON text.") from None


def is_known(request: Request, tag: str) -> bool:
    """Tells whether the program has the answer with this tag already."""
    return tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]


def _told(request: Request, told: BaseModel) -> Response:
    """Answers in JSON, with a tag by which the same answer need not be sent again."""
    content = told.model_dump_json(by_alias=True).encode()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if isinstance(told, ApiPage) and told.next:
        headers["Link"] = f'<{told.next}>; rel="next"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=JSON)


async def _once(operation: Operation, call: ApiCall, sent: bytes) -> Response:
    """Does what is asked once for each Idempotency-Key, and answers each time with what it was answered first.

    The answer is kept in the transaction of what is done, so there is never one without the other; of two at once the
    second waits for the first.
    """
    key = call.request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise HTTPException(400, f"Send an Idempotency-Key, new for each thing to do, of up to {LONGEST_KEY} letters.")
    name = f"{call.actor.person_id}\0{call.request.scope['path']}\0{key}"
    row_id, digest = hashlib.sha256(name.encode()).hexdigest(), hashlib.sha256(sent).hexdigest()
    if await KeyedAnswer.filter(id=row_id, expires__gt=call.now).exists():
        return await _again(row_id, digest)
    try:
        async with transaction():
            await KeyedAnswer.filter(id=row_id, expires__lte=call.now).delete()  # the night has not come to it yet
            kept = await KeyedAnswer.create(id=row_id, digest=digest, answer={}, expires=call.now + KEPT)
            told = await operation.answer(call)
            assert isinstance(told, BaseModel)
            await KeyedAnswer.filter(id=kept.id).update(answer=told.model_dump(mode="json", by_alias=True))
    except IntegrityError:
        return await _again(row_id, digest)
    return _made(told.model_dump(mode="json", by_alias=True))


async def _again(row_id: str, digest: str) -> Response:
    kept = await KeyedAnswer.get_or_none(id=row_id)
    if kept is None:
        raise Conflict("Something changed in the meantime.", "Send it once more.")
    if kept.digest != digest:
        raise Invalid("This Idempotency-Key was sent with something else.", "Take a new key for another request.")
    return _made(kept.answer)


def _made(told: Mapping[str, Any]) -> Response:
    # Sorted, as PostgreSQL keeps no order: the same answer is the same text.
    return Response(json.dumps(told, ensure_ascii=False, sort_keys=True), 201, media_type=JSON)
