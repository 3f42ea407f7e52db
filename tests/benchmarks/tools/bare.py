"""The ceiling: two bare Starlette handlers that do nothing but what a launch needs, with the service's own SQL."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import asyncpg
import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from training.database.engine_sqlite import PRAGMAS
from training.lti.launch import fast_path_postgres, fast_path_sqlite

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DATABASE, ORIGIN = os.environ["TOOL_DATABASE"], os.environ["TOOL_ORIGIN"]
SECRET = secrets.token_bytes(32)
FIND = (
    "SELECT r.id, d.id AS deployment_row, unit_id, site_id, issuer, client_id, auth_url, jwks_url "
    "FROM lti_registration r JOIN lti_deployment d ON d.registration_id = r.id"
)
PLACE = "INSERT INTO lti_context (id, deployment_id, context_id, title, label, roster_url, differences_url) VALUES "
LINK = (
    "INSERT INTO lti_resource_link (id, context_id, resource_link_id, title, target, line_item_url, line_items_url, "
    "scopes, copied_from) VALUES "
)
UNDIGESTED = {"met_rows": "{}", "met_seals": "[]"}
"""Stands where the service digests the rows of somebody new."""


async def login(request):
    """Sends the browser to its LMS."""
    asked, known = dict(parse_qsl(request.scope["query_string"].decode())), request.app.state.known
    if (asked["iss"], asked["client_id"]) != (known["issuer"], known["client_id"]):
        return PlainTextResponse("unknown", 400)
    nonce, bound = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    state = f"{nonce}.{_sign(nonce + bound)}"
    query = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": known["client_id"], "redirect_uri": f"{ORIGIN}/launch", "login_hint": asked["login_hint"],
        "lti_message_hint": asked["lti_message_hint"], "state": state, "nonce": nonce,
    }  # fmt: skip
    answer = RedirectResponse(f"{known['auth_url']}?{urlencode(query)}", 302)
    answer.set_cookie("login", bound, max_age=600, httponly=True)
    return answer


async def launch(request):
    """Checks a launch and writes it down."""
    posted = dict(parse_qsl((await request.body()).decode()))
    token, (nonce, _, signature) = posted["id_token"], posted["state"].partition(".")
    claims = _checked(token, request.app.state)
    ours = hmac.compare_digest(_sign(nonce + request.cookies["login"]), signature)
    if not ours or claims["nonce"] != nonce:
        return PlainTextResponse("not ours", 400)
    session = secrets.token_urlsafe(32)
    values = _values(claims, token, session, request.app.state.known)
    for statement, row in _rows_of_place(values, request.app.state):
        await request.app.state.insert(statement, row)
    if not await request.app.state.write(values):
        return PlainTextResponse("used", 403)
    answer = RedirectResponse(values["target"], 303)
    answer.set_cookie("session", session, httponly=True)
    return answer


def _sign(text):
    return hmac.digest(SECRET, text.encode(), "sha256").hex()


def _decode(text):
    return base64.urlsafe_b64decode(text + "==")


def _checked(token, state):
    signed, _, signature = token.rpartition(".")
    header, body = signed.split(".")
    key = state.keys[json.loads(_decode(header))["kid"]]
    key.verify(_decode(signature), signed.encode(), PKCS1v15(), SHA256())
    claims = json.loads(_decode(body))
    assert (claims["iss"], claims["aud"]) == (state.known["issuer"], state.known["client_id"])
    assert claims["exp"] > datetime.now(UTC).timestamp()
    return claims


def _values(claims, token, session, known):
    now, person = datetime.now(UTC), uuid4()
    context, link = claims[f"{LTI}context"], claims[f"{LTI}resource_link"]
    grades = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    roster = claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]["context_memberships_url"]
    role = "learner" if any(one.endswith("#Learner") for one in claims[f"{LTI}roles"]) else "instructor"
    detail = f'{{"registration":"{known["id"]}","role":"{role}","new":'
    return {
        "now": now, "today": now.date(), "registration": known["id"], "unit": known["unit_id"],
        "site": known["site_id"], "sub": claims["sub"], "name": claims["name"], "email": claims["email"],
        "test_user": False, "person": person, "called": claims["name"], "folded": claims["name"].lower(),
        "language": "en", "identity": uuid4(),
        "membership": uuid4(), "first_detail": f"{detail}true}}", "again_detail": f"{detail}false}}",
        "given_detail": '{"role":"trainee","because":"lti"}', "deployment": claims[f"{LTI}deployment_id"],
        "context_id": context["id"], "title": context["title"], "label": context["label"],
        "roster_url": roster, "resource_link_id": link["id"], "link_title": link["title"],
        "target": (path := claims[f"{LTI}target_link_uri"].removeprefix(ORIGIN)), "opens": path,
        "line_item_url": grades["lineitem"],
        "line_items_url": grades["lineitems"], "scopes": json.dumps(grades["scope"]), "context_role": uuid4(),
        "role": role, "nonce": claims["nonce"], "digest": hashlib.sha256(token.encode()).hexdigest(),
        "nonce_until": now + timedelta(hours=1), "session": hashlib.sha256(session.encode()).hexdigest(),
        "session_until": now + timedelta(days=7), "came_from": json.dumps({"sub": claims["sub"]}), "replaces": "",
        "trace": uuid4(), "reference": secrets.token_hex(6), "message_type": claims[f"{LTI}message_type"],
        "clock_skew": 0.0, "state_proof": "cookie", "browser": "",
    } | UNDIGESTED  # fmt: skip


def _rows_of_place(values, state):
    """Lists the rows of a course and a link that were not seen before, as the service makes them on its long way."""
    course, link = values["context_id"], (values["context_id"], values["resource_link_id"])
    if course not in state.places:
        state.places[course] = uuid4()
        told = (values[name] for name in ("title", "label", "roster_url"))
        yield PLACE, [state.places[course], state.known["deployment_row"], course, *told, ""]
    if link not in state.places:
        state.places[link] = uuid4()
        names = ("resource_link_id", "link_title", "opens", "line_item_url", "line_items_url", "scopes")
        yield LINK, [state.places[link], state.places[course], *(values[name] for name in names), ""]


@asynccontextmanager
async def _opened(app):
    opened = _postgres if DATABASE.startswith("postgres") else _sqlite
    async with opened(app), httpx2.AsyncClient() as client:
        keys = (await client.get(app.state.known["jwks_url"])).json()
        app.state.places = {}
        app.state.keys = {key["kid"]: jwt.PyJWK(key).key for key in keys["keys"]}
        yield


@asynccontextmanager
async def _postgres(app):
    async with asyncpg.create_pool(DATABASE, min_size=1, max_size=10) as pool:

        async def write(values):
            try:
                return await pool.fetch(fast_path_postgres.STATEMENT, *fast_path_postgres.ordered(values))
            except asyncpg.IntegrityConstraintViolationError:
                return None

        async def insert(statement, row):
            await pool.execute(f"{statement} ({', '.join(f'${number + 1}' for number in range(len(row)))})", *row)

        app.state.known, app.state.write, app.state.insert = dict(await pool.fetchrow(FIND)), write, insert
        yield


@asynccontextmanager
async def _sqlite(app):
    raw = sqlite3.connect(DATABASE.removeprefix("sqlite://"), isolation_level=None)
    raw.row_factory = sqlite3.Row
    for name, value in PRAGMAS.items():
        raw.execute(f"PRAGMA {name}={value}")

    async def write(values):
        raw.execute("BEGIN IMMEDIATE")
        try:
            written = fast_path_sqlite.write(raw, values, lambda _: UNDIGESTED)
            raw.execute("COMMIT")
            return written
        except sqlite3.IntegrityError:
            raw.rollback()
            return False

    async def insert(statement, row):
        marks = ", ".join("?" * len(row))
        raw.execute(f"{statement} ({marks})", [str(one) if isinstance(one, UUID) else one for one in row])

    app.state.known, app.state.write, app.state.insert = dict(raw.execute(FIND).fetchone()), write, insert
    yield
    raw.close()


app = Starlette(
    routes=[Route("/login", login), Route("/launch", launch, methods=["POST"])],
    lifespan=_opened,
)
