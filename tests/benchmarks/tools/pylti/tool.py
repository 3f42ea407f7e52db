"""A plain PyLTI1p3 tool on Flask and SQLAlchemy: keeps of a launch what the service keeps, each launch once."""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta

from flask import Flask, redirect, request
from kept import Audit, Context, Identity, Link, Nonce, Person, Role, Session, open_database
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.exception import LtiException, OIDCException
from pylti1p3.tool_config import ToolConfDict
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ISSUER = os.environ["TOOL_ISSUER"]

app = Flask(__name__)
database = open_database(os.environ["TOOL_DATABASE"])
settings = ToolConfDict(
    {
        ISSUER: {
            "client_id": os.environ["TOOL_CLIENT_ID"],
            "auth_login_url": f"{ISSUER}/auth",
            "auth_token_url": f"{ISSUER}/token",
            "auth_audience": None,
            "key_set_url": os.environ["TOOL_KEYS_URL"],
            "key_set": None,
            "deployment_ids": [os.environ["TOOL_DEPLOYMENT_ID"]],
        }
    }
)


class Memory:
    """What the library keeps between login and launch, in the memory of the one worker: the quickest there is."""

    def __init__(self):
        self.kept = {}

    def get(self, key):
        """Gives what was kept and has not run out."""
        value, until = self.kept.get(key, (None, 0))
        return value if until > time.monotonic() else None

    def set(self, key, value, expires=None):
        """Keeps a value."""
        self.kept[key] = value, time.monotonic() + (expires or 3600)


memory = FlaskCacheDataStorage(Memory())


@app.route("/login", methods=["GET", "POST"])
def login():
    """Begins a login."""
    asked = FlaskOIDCLogin(FlaskRequest(), settings, launch_data_storage=memory)
    try:
        return asked.redirect(f"{request.host_url}launch")
    except OIDCException as error:
        return str(error), 400


@app.route("/launch", methods=["POST"])
def launch():
    """Checks a launch and writes it down."""
    message = FlaskMessageLaunch(FlaskRequest(), settings, launch_data_storage=memory)
    message.set_public_key_caching(memory)
    try:
        claims = message.get_launch_data()
        token = write(claims)
    except LtiException as error:
        return str(error), 400
    except IntegrityError:
        return "used", 403
    answer = redirect(claims[f"{CLAIM}target_link_uri"], 303)
    answer.set_cookie("tool", token, httponly=True)
    return answer


def write(claims):
    """Writes the person, the course, the activity, the role, the session and the line for the audit, or nothing."""
    now, token = datetime.now(UTC), uuid.uuid4().hex
    with database.begin() as rows:
        rows.add(Nonce(nonce=claims["nonce"], expires=now + timedelta(hours=1)))
        identity = known_or_new(rows, claims, now)
        context = claims[f"{CLAIM}context"]
        course = rows.scalar(select(Context).filter_by(context_id=context["id"]))
        if course is None:
            course = Context(context_id=context["id"], title=context["title"], label=context["label"])
            rows.add(course)
        link = claims[f"{CLAIM}resource_link"]
        activity = rows.scalar(select(Link).filter_by(course=course, resource_link_id=link["id"]))
        if activity is None:
            activity = Link(course=course, resource_link_id=link["id"])
            rows.add(activity)
        activity.title, activity.target = link["title"], claims[f"{CLAIM}target_link_uri"]
        role = rows.scalar(select(Role).filter_by(identity=identity, course=course))
        if role is None:
            role = Role(identity=identity, course=course)
            rows.add(role)
        role.roles, role.launched = " ".join(claims[f"{CLAIM}roles"]), now
        rows.add(Session(token=token, person=identity.person, created=now, expires=now + timedelta(days=7)))
        rows.add(Audit(at=now, person=identity.person, what="launched", detail={"sub": claims["sub"]}))
    return token


def known_or_new(rows, claims, now):
    """Finds the person, or writes a new one."""
    identity = rows.scalar(select(Identity).filter_by(issuer=claims["iss"], sub=claims["sub"]))
    if identity is None:
        person = Person(name=claims["name"], created=now)
        identity = Identity(issuer=claims["iss"], sub=claims["sub"], person=person, email=claims["email"])
        rows.add(identity)
    return identity
