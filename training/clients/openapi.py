"""The description of the API in OpenAPI 3.1, made of the routes themselves: what they take, answer and ask for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from training.clients.operations import JSON, LONGEST_KEY, ApiRoute, Operation
from training.clients.scopes import SCOPES

PROBLEM = "application/problem+json"
TROUBLES = {
    "400": "What was sent cannot be read.",
    "401": "There is no token, or one that does not count.",
    "403": "The token does not carry the scope, or the program may not do this.",
    "404": "There is nothing of that name, or not for this program.",
    "409": "Something changed in the meantime, or it is not ready yet.",
    "406": "None of the kinds that are accepted can be given.",
    "413": "What was sent is too large.",
    "415": "What was sent is not JSON.",
    "422": "What was sent cannot be used; `errors` names each field and why.",
    "429": "Too many requests; Retry-After says when to go on.",
    "503": "Our records cannot be reached just now.",
}
PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reference": {"type": "string", "description": "Tell it when you ask us about this."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
LIMITS = {
    "RateLimit-Policy": {
        "schema": {"type": "string"},
        "description": "How many requests there are in how many seconds.",
    },
    "RateLimit": {"schema": {"type": "string"}, "description": "How many are left, and when all are there anew."},
}
TAG = {"ETag": {"schema": {"type": "string"}}, "Link": {"schema": {"type": "string"}}}


def document(routes: Iterable[BaseRoute], *, home: str, name: str) -> dict[str, Any]:
    """Describes all operations that stand among the routes."""
    doors = [one for one in routes if isinstance(one, ApiRoute)]
    shapes = {shape for door in doors for shape in (door.operation.shape, door.operation.body) if shape}
    _, defined = models_json_schema(
        [(one, "serialization" if one in _answers(doors) else "validation") for one in sorted(shapes, key=_named)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for door in doors:
        paths.setdefault(door.path, {})[door.operation.method.lower()] = _described(door.path, door.operation)
    return {
        "openapi": "3.1.1",
        "info": {"title": name, "version": "1", "description": f"How to begin stands on {home}/developers."},
        "servers": [{"url": home}],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(defined.get("$defs", {}).items())) | {"Problem": PROBLEM_SCHEMA},
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": f"{home}/api/token",
                            "scopes": {scope: one.words for scope, one in SCOPES.items()},
                        }
                    },
                }
            },
        },
    }


def _answers(doors: Iterable[ApiRoute]) -> set[type[BaseModel]]:
    return {door.operation.shape for door in doors if door.operation.shape}


def _named(shape: type[BaseModel]) -> str:
    return shape.__name__


def _described(path: str, operation: Operation) -> dict[str, Any]:
    made = operation.method == "POST"
    content: dict[str, Any] = {
        kind: {"schema": {"type": "object" if kind.endswith("json") else "string"}} for kind in operation.kinds
    }
    if operation.shape:
        content[JSON] = {"schema": {"$ref": f"#/components/schemas/{operation.shape.__name__}"}}
    good: dict[str, Any] = {
        "description": operation.summary,
        "headers": LIMITS | ({} if made else TAG),
        "content": content,
    }
    if operation.links:
        good["links"] = {
            name: {"operationId": name, "parameters": dict(given)} for name, given in operation.links.items()
        }
    answers: dict[str, Any] = {"201" if made else "200": good}
    if not made:
        answers["304"] = {"description": "It is as you have it (If-None-Match)."}
    for status, words in TROUBLES.items():
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers[status] = {"description": words, "content": {PROBLEM: problem}}
    told: dict[str, Any] = {
        "operationId": operation.answer.__name__,
        "summary": operation.summary,
        "security": [{"token": [operation.scope]}],
        "parameters": [*_in_path(path), *_in_query(operation), *(_headers() if made else [])],
        "responses": answers,
    }
    if operation.body:
        shape = {"schema": {"$ref": f"#/components/schemas/{operation.body.__name__}"}}
        told["requestBody"] = {"required": True, "content": {JSON: shape}}
    return told


def _in_path(path: str) -> list[dict[str, Any]]:
    named = re.findall(r"{(\w+)}", path)
    texts = {"type": "string", "pattern": "^[a-z0-9_-]+$", "maxLength": 60}
    return [
        {
            "name": one,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"} if one == "id" else texts,
        }
        for one in named
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    told = operation.query.model_json_schema(ref_template="#/components/schemas/{model}")
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": _plain({key: value for key, value in schema.items() if key not in ("description", "title")}),
        }
        for name, schema in told.get("properties", {}).items()
    ]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Leaves out of a schema that nothing may be said: then the parameter is left out."""
    kinds = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
    if schema.get("default", 0) is None:
        del schema["default"]
    return schema | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})


def _headers() -> list[dict[str, Any]]:
    key = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
    words = "New for each thing to do. Sent once more with the same body, it is answered as at first."
    return [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": key, "description": words}]
