"""What a message tells, once it is read: who comes from which course, as what, and what for."""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from training.lti.protocol.roles import INSTRUCTOR

TEACH = "/lti/teach"
"""The page on which teachers land."""


def plain_target(target: str) -> str:
    """Writes a target as it is compared: without a query, a fragment or a slash behind; it opens the same page."""
    return "/" + urlsplit(target).path.strip("/")


@dataclass(frozen=True)
class UserClaims:
    """What the LMS tells of the person; every part may be missing."""

    name: str = ""
    email: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Services:
    """The services that come with this launch: addresses and granted scopes."""

    line_items: str = ""
    line_item: str = ""
    roster: str = ""
    scopes: tuple[str, ...] = ()
    notices: str = ""
    """Where we may ask to be told of copied courses."""


@dataclass(frozen=True)
class Lti11User:
    """Who somebody claims to have been under LTI 1.1: the consumer's key, the user id, and what was signed how."""

    key: str
    user_id: str
    signed: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class LtiMessage:
    """What every message tells: who comes from which course, and as what."""

    issuer: str
    client_id: str
    deployment_id: str
    sub: str
    role: str
    context_id: str = ""
    context_title: str = ""
    context_label: str = ""
    test_user: bool = False
    person: UserClaims = field(default_factory=UserClaims)
    services: Services = field(default_factory=Services)
    product: str = ""
    way_back: str = ""
    """Where the LMS wants people to go when they have finished here."""
    former: Lti11User | None = None


@dataclass(frozen=True, kw_only=True)
class Launch(LtiMessage):
    """A launch of a resource link that we can act on."""

    target: str
    resource_link_id: str
    resource_link_title: str = ""

    @property
    def opens(self) -> str:
        """Gives the target as targets are compared."""
        return plain_target(self.target)

    @property
    def landing(self) -> str:
        """Gives the page to open: teachers see their learners, and everybody else what was placed."""
        teaches = self.role == INSTRUCTOR and self.context_id
        return f"{TEACH}?{urlencode({'path': self.target})}" if teaches else self.target


@dataclass(frozen=True, kw_only=True)
class DeepLinkingRequest(LtiMessage):
    """A deep linking request: a teacher wants to place activities of ours into a course."""

    return_url: str
    accepts: tuple[str, ...]
    several: bool = False
    line_items: bool = True
    review: bool = False
    presentations: tuple[str, ...] = ()
    data: str | None = None


@dataclass(frozen=True, kw_only=True)
class Review(LtiMessage):
    """A submission review: a teacher (or the learner) wants to see what one learner did."""

    target: str
    resource_link_id: str
    learner_sub: str


@dataclass(frozen=True, kw_only=True)
class Privacy(LtiMessage):
    """A data privacy launch: somebody wants to see what we keep."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice without a browser; of a copied course it tells the new one, and the ones it was made from."""

    kind: str
    id: str
    deployment_id: str
    context_id: str = ""
    context_title: str = ""
    context_label: str = ""
    origins: tuple[str, ...] = ()
