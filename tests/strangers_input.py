"""What strangers, and people in a hurry, may send to any address: for the short fuzz of the tests and the long one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from training.app.routes import ROUTES

STRANGE = (
    *("", "0", "1", "-1", "00", "1e9", "9" * 40, "a", "x" * 300, "../../etc/passwd", "..%2f..%2fetc", "%00", "\0"),
    *("\u00e9", "e\u0301", "\u200b", "\U0001f600", "\u0661\u0662", "\u00b2", "\ufeff", "a b", "+", "=1+1", "?", "#"),
    *("'; DROP TABLE people_person; --", "<script>", "{{7*7}}", "null", "None", "NaN", "[]", "{}", "true", "\r\nX: y"),
    *("2026-02-30", "9999-12-31", "0001-01-01", str(UUID(int=7)), str(UUID(int=0)), "new", "of", "~", "/~x/"),
    "K" * 70_000,
)
NAMES = (
    "id", "person", "name", "email", "role", "site", "starts", "ends", "q", "page", "as_of", "known_at", "area",
    "code", "file", "type", "what", "on", "until", "hours", "reason", "outcome", "reasons", "title", "state",
    "programme", "notice", "to", "cursor", "token", "answer", "note", "sessions", "version", "observed", "medium",
    "step", "iss", "login_hint", "client_id", "target_link_uri", "lti_deployment_id", "id_token", "JWT",
    "openid_configuration", "sample", "seed", "choices",
)  # fmt: skip
BODIES = (
    b"",
    b"{",
    b"[]",
    b'{"a":',
    b"\xff\xfe",
    b"a" * 5000,
    b"%",
    b"a=%ZZ&b=%",
    b"--x\r\n\r\n",
    b"\0" * 100,
    b"=&=&=",
)
KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "")


@dataclass(frozen=True)
class Sent:
    """One request: the route that it is meant for, and everything about it."""

    route: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def requests(seed: int, *, known: dict[str, list[str]] | None = None) -> Iterator[Sent]:
    """Makes requests to every route without end; `known` gives ids that exist, by the name of the blank."""
    chance = random.Random(seed)
    while True:
        for route in chance.sample(ROUTES, len(ROUTES)):
            yield _to(route.path, chance.choice(sorted(route.methods or {"GET"})), chance, known or {})


def _to(route: str, method: str, chance: random.Random, known: dict[str, list[str]]) -> Sent:
    path, rest = "", route
    while "{" in rest:
        before, _, rest = rest.partition("{")
        blank, _, rest = rest.partition("}")
        path += before + chance.choice([*STRANGE[:-1], *known.get(blank.split(":")[0], [])] or [""])
    path += rest
    query = {chance.choice(NAMES): chance.choice(STRANGE[:-1]) for _ in range(chance.randrange(4))}
    headers = {"accept": chance.choice(["*/*", "text/html", "application/json", "application/jwt", "x"])}
    if method in ("GET", "HEAD"):
        return Sent(route, method, path, query, headers=headers)
    if chance.random() < 0.7:
        form = {chance.choice(NAMES): chance.choice(STRANGE) for _ in range(chance.randrange(8))}
        return Sent(route, method, path, query, form=form, headers=headers)
    kind = chance.choice(KINDS)
    return Sent(route, method, path, query, body=chance.choice(BODIES), headers=headers | {"content-type": kind})


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Gives a file that was good, with some pieces of it lost, doubled, swapped or made strange."""
    pieces = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at, length = chance.randrange(len(pieces) + 1), chance.randrange(1, 30)
        piece = bytes(pieces[at : at + length])
        odd = chance.choice(
            [*(word[:200].encode() for word in STRANGE), b"\xff", b"\n", b"  ", b"- ", b": ", b"{", b"]"]
        )
        pieces[at : at + length] = chance.choice([b"", piece * 3, piece[::-1], odd, odd + piece])
    return bytes(pieces)
