"""The JSON-LD contexts that we know, shipped and checked by hash; the guard against terms that they do not define."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

SHIPPED = {  # file in vendored/ and its SHA-256
    CREDENTIALS: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OPEN_BADGES: ("open-badges-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
}
# Defined in some published copies of the Open Badges context and missing from others: never sign them.
DOUBTFUL = frozenset({"jti", "endorsementJwt"})

_UNKNOWN = "undefined:"
_NOWHERE = "nowhere://x/"  # PyLD invents a base for relative ids; this one can be told from a real one


class Uncovered(ValueError):
    """A document says something that a signature over it would not cover."""


def load(url: str, _options: object = None) -> dict[str, Any]:
    """Gives PyLD a shipped context; raises for every other address, so nothing is ever fetched."""
    if url not in _CONTEXTS:
        raise Uncovered(f"The context {url} is not one that this service knows.")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _CONTEXTS[url]}


def canonical(document: Mapping[str, Any]) -> bytes:
    """Writes a JSON-LD document as canonical N-Quads. Source: RDF Dataset Canonicalization (RDFC-1.0)."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    quads: str = _jsonld().normalize(document, options)
    return quads.encode()


def guard(document: Mapping[str, Any]) -> None:
    """Refuses what canonicalisation would drop in silence, and shapes that it would take for ever over.

    PyLD has no safe mode. An unknown term is made visible by a last context that names all of them `undefined:`.
    """
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not all(isinstance(each, str) and each in SHIPPED for each in contexts):
        raise Uncovered("@context must list contexts that this service knows.")
    traced = {**document, "@context": [*contexts, {"@vocab": _UNKNOWN}]}
    try:
        for path, value in _walk({key: value for key, value in document.items() if key != "@context"}, ""):
            _guard_written(path, value)
        for path, value in _walk(_jsonld().expand(traced, {"documentLoader": load, "base": _NOWHERE}), ""):
            if _UNKNOWN in path:
                raise Uncovered(f"No context defines {path.rpartition(_UNKNOWN)[2]}.")
            if isinstance(value, str) and (path.endswith(".@id") or ".@type[" in path or path.endswith(".@type")):
                if value.startswith(_UNKNOWN):
                    raise Uncovered(f"No context defines {value.removeprefix(_UNKNOWN)}.")
                if value.startswith((_NOWHERE, "_:")):
                    raise Uncovered(f"{value.removeprefix(_NOWHERE)} is not an absolute identifier.")
    except (_jsonld().JsonLdError, RecursionError) as error:
        raise Uncovered("This is not JSON-LD that a signature could cover.") from error


@cache
def _jsonld() -> Any:
    # Loaded when something is signed: PyLD takes a tenth of the time that the service needs to start.
    return import_module("pyld.jsonld")


def _guard_written(path: str, value: Any) -> None:
    key = path.rpartition(".")[2]
    if key in DOUBTFUL or key.startswith("@"):
        raise Uncovered(f"{path[1:]} is not understood the same everywhere; leave it out.")
    if value is None or value == [] or value == {}:
        raise Uncovered(f"{path[1:]} is empty; leave it out.")
    # Nameless nodes of one shape inside a nameless node cost a factorial of their number to tell apart.
    if isinstance(value, Mapping) and "id" not in value and path:
        inside = [each for inner in value.values() if isinstance(inner, list) for each in inner]
        if sum(isinstance(each, Mapping) and "id" not in each for each in inside) > 1:
            raise Uncovered(f"{path[1:]} holds several things without an id; give each an id.")


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{number}]")


def _shipped(name: str, sha256: str) -> Any:
    raw = files("certificates.credentials").joinpath("vendored", name).read_bytes()
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise RuntimeError(f"certificates/credentials/vendored/{name} is not the file that was published.")
    return json.loads(raw)


_CONTEXTS = {url: _shipped(name, sha256) for url, (name, sha256) in SHIPPED.items()}
