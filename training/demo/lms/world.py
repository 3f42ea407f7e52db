"""What the pretend LMS knows, all of it in memory: its people, one course, its activities and its gradebook."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from training.demo.lms.personalities import Personality

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
CLIENT_ID = "training"
DEPLOYMENT_ID = "demo-1"
CONTEXT_ID = "course-1"
COURSE_TITLE = "Working with families, autumn group"


@dataclass(frozen=True)
class User:
    """Somebody with an account in the pretend LMS."""

    sub: str
    given: str = ""
    family: str = ""
    email: str = ""
    roles: tuple[str, ...] = (f"{MEMBERSHIP}Learner", f"{INSTITUTION}Student")
    status: str = "Active"

    @property
    def name(self) -> str:
        """Gives the full name, which may be empty."""
        return f"{self.given} {self.family}".strip()


@dataclass
class PlacedLink:
    """A link to the tool, placed in the course."""

    id: str
    title: str
    path: str
    line_item: str = ""
    custom: dict[str, str] = field(default_factory=dict)


@dataclass
class DemoLineItem:
    """A column of the gradebook."""

    id: str
    label: str
    maximum: float
    resource_id: str = ""
    link_id: str = ""
    tag: str = ""


@dataclass
class Key:
    """A signing key and its name."""

    kid: str
    private: RSAPrivateKey

    def public(self) -> dict[str, Any]:
        """Writes the public half as a member of the key set."""
        return {
            **RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True),
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
        }


def fresh_key() -> Key:
    """Makes a key with a name of its own."""
    return Key(secrets.token_urlsafe(8), generate_private_key(65537, 2048))


USERS = (
    User("amina", "Amina", "Yusuf", "amina@example.org"),
    User("grace", "Grace", "Hall", "grace@example.org"),
    User("nameless"),
    User("tutor", "Tom", "Reed", "tom@example.org", (f"{MEMBERSHIP}Instructor", f"{INSTITUTION}Faculty")),
)
_COURSE = "/courses/leading-a-parenting-group"
ACTIVITIES = (
    ("a-course", "Leading a parenting group", _COURSE, True),
    ("a-module", "Module: what a parenting group is for", f"{_COURSE}/what-a-group-is-for", True),
    ("a-quiz", "Quiz: what a parenting group is for", f"{_COURSE}/what-a-group-is-for/quiz", True),
    ("a-pathway", "My way to the certificate", "/pathways", False),
    ("a-practice", "My practice log", "/practice", False),
)


@dataclass
class World:
    """The whole state of one pretend LMS."""

    base_url: str
    tool_url: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    users: dict[str, User] = field(default_factory=lambda: {user.sub: user for user in USERS})
    activities: dict[str, PlacedLink] = field(default_factory=dict)
    line_items: dict[str, DemoLineItem] = field(default_factory=dict)
    scores: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=lambda: [fresh_key()])
    key_headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "max-age=600"})
    """What HTTP is told about keeping the key set."""
    tokens: dict[str, frozenset[str]] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)
    hints: set[str] = field(default_factory=set)
    """Message hints that were given out and not answered yet, where each is answered once."""
    hints_once: bool = False
    """Whether that is so whatever LMS is played."""
    mischief: dict[str, dict[str, Any]] = field(default_factory=dict)
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrived: dict[tuple[str, str], datetime] = field(default_factory=dict)
    plays: Personality = field(default_factory=Personality)
    rotated: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    keeps: str = "lti"
    """How the storage behaves: in the words that it understands, or silent, wrong or off."""
    told: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    """The roster as it was each time that it was read to its end."""
    copies: list[str] = field(default_factory=list)
    """Ids of the courses that were made as copies of the one course."""
    handlers: dict[str, str] = field(default_factory=dict)
    """Kind of notice → the address that the tool wants it sent to."""
    tells_deployment: bool = True
    """Whether the answer to a registration names the deployment."""
    alone: bool = False
    """Whether it runs by itself: whoever registers becomes the one tool that it launches."""
    configured: dict[str, Any] = field(default_factory=dict)
    """What the configuration for dynamic registration says otherwise than it should."""
    roster_goes_on_at: str = ""
    """An address that the roster names as its next page."""

    @property
    def storage(self) -> str:
        """Names the frame that keeps data for the tool (lti_storage_target), or none."""
        return "" if self.keeps == "off" else self.plays.storage

    def set_clock(self, *, ahead: float) -> None:
        """Sets the clock ahead by some seconds; nought is right again."""
        self.clock = lambda: self.right_clock() + timedelta(seconds=ahead)

    def __post_init__(self) -> None:
        self.right_clock = self.clock
        for identifier, title, path, graded in ACTIVITIES:
            self.place(PlacedLink(identifier, title, path), graded=graded)

    def place(self, activity: PlacedLink, *, graded: bool, maximum: float = 100) -> None:
        """Puts an activity into the course, with a column in the gradebook if it is graded."""
        if graded:
            activity.line_item = self.add_line_item(activity.title, maximum, link_id=activity.id).id
        self.activities[activity.id] = activity

    def add_line_item(
        self, label: str, maximum: float, *, resource_id: str = "", link_id: str = "", tag: str = ""
    ) -> DemoLineItem:
        """Adds a column to the gradebook."""
        item = DemoLineItem(str(len(self.line_items) + 1), label, maximum, resource_id, link_id, tag)
        self.line_items[item.id] = item
        return item

    def hint(self, sub: str) -> str:
        """Writes the login hint of a person, which some LMSs make long and odd."""
        return f"{sub}|{'%2F+ü=' * 120}" if self.plays.long_hint else sub

    def message_hint(self, wanted: str) -> str:
        """Gives out a message hint for what somebody wants to open."""
        if not (self.hints_once or self.plays.hints_once):
            return wanted
        self.hints.add(hint := f"{wanted}#{secrets.token_urlsafe(6)}")
        return hint

    def take_hint(self, hint: str) -> str:
        """Takes a message hint back and gives what was wanted; nothing where it was taken before."""
        if not (self.hints_once or self.plays.hints_once):
            return hint
        if hint not in self.hints:
            return ""
        self.hints.discard(hint)
        return hint.rpartition("#")[0]

    def sign(self, claims: Mapping[str, Any], *, headers: Mapping[str, Any] | None = None) -> str:
        """Signs claims with the newest key."""
        key = self.keys[-1]
        return jwt.encode(dict(claims), key.private, "RS256", {"kid": key.kid, **(headers or {})})

    def line_item_url(self, identifier: str) -> str:
        """Gives the address of a column; it has a query, as in some real LMSs."""
        return f"{self.base_url}/course/{CONTEXT_ID}/lineitems/{identifier}{self.plays.query}"

    @property
    def line_items_url(self) -> str:
        """Gives the address of the list of columns."""
        return f"{self.base_url}/course/{CONTEXT_ID}/lineitems{self.plays.query}"

    @property
    def roster_url(self) -> str:
        """Gives the address of the roster."""
        return f"{self.base_url}/course/{CONTEXT_ID}/roster"
