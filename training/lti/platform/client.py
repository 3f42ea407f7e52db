"""The only caller of an LMS: its keys, its tokens, its line items and scores, and its roster."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from training.core.errors import Upstream
from training.core.outbound import Outbound, Reply
from training.lti.models import Registration
from training.lti.platform.access_tokens import AccessTokens, wait
from training.lti.platform.jwks_cache import JwksCache, read_keys
from training.lti.platform.tool_keys import ToolKeys
from training.lti.protocol.refusals import Refused

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, SCORE, RESULT = f"{SCOPE}lineitem", f"{SCOPE}score", f"{SCOPE}result.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass(frozen=True)
class GradebookColumn:
    """A line item as we want it or found it."""

    label: str
    maximum: float
    resource_id: str = ""
    resource_link_id: str = ""
    tag: str = ""


class Platform:
    """Calls registered LMSs; caches live as long as the process, so make one and keep it."""

    def __init__(self, outbound: Outbound, *, secret_key: str) -> None:
        self.outbound = outbound
        self.keyring = ToolKeys(secret_key)
        self.keys = JwksCache(outbound, read_keys)
        self.grants = AccessTokens(outbound, self.keyring)

    async def key(self, registration: Registration, kid: str, *, now: datetime) -> RSAPublicKey:
        """Finds the platform's public key of that name."""
        return await self.keys.find(registration.jwks_url, kid, now=now)

    async def call(
        self,
        method: str,
        registration: Registration,
        url: str,
        *,
        scopes: tuple[str, ...],
        now: datetime,
        headers: Mapping[str, str],
        body: Any = None,
    ) -> Reply:
        """Calls a service with a token; a host that is not allowed for the registration never sees one."""
        check_host(registration, url)
        packed = None if body is None else json.dumps(body).encode()
        for last in (False, True):
            token = await self.grants.token(registration, scopes, now=now)
            sent = {**headers, "Authorization": f"Bearer {token}"}
            reply = await self.outbound.fetch(method, url, headers=sent, body=packed, ports=known_ports(registration))
            if reply.status != 401 or last:
                break
            self.grants.drop(registration, scopes, token)
        return reply

    async def post_score(
        self, registration: Registration, line_item_url: str, score: Mapping[str, Any], *, now: datetime
    ) -> Reply:
        """Posts one score. Source: AGS 2.0, 3.4 Score publish service."""
        return await self.call(
            "POST",
            registration,
            under(line_item_url, "scores"),
            scopes=(SCORE,),
            now=now,
            headers={"Content-Type": SCORE_TYPE},
            body=score,
        )

    async def find_column(
        self, registration: Registration, line_items_url: str, column: GradebookColumn, *, now: datetime
    ) -> str:
        """Finds the address of a line item by its link, else by what it stands for; empty when there is none.

        Of several that belong to one link, the one whose resource id and tag are ours is meant.
        """
        by_link = {"resource_link_id": column.resource_link_id}
        by_resource = {"resource_id": column.resource_id, "tag": column.tag}
        for asked in (by_link, by_resource):
            wanted = {name: value for name, value in asked.items() if value}
            if wanted:
                url = with_query(line_items_url, wanted)
                reply = await self.call(
                    "GET", registration, url, scopes=(LINE_ITEM,), now=now, headers={"Accept": LINE_ITEMS_TYPE}
                )
                if found := _best(_read(reply, now), wanted, column):
                    return found
        return ""

    async def make_column(
        self, registration: Registration, line_items_url: str, column: GradebookColumn, *, now: datetime
    ) -> str:
        """Makes a line item and gives its address."""
        wanted = {
            "label": column.label or "Score",
            "scoreMaximum": column.maximum,
            "resourceId": column.resource_id,
            "resourceLinkId": column.resource_link_id,
            "tag": column.tag,
        }
        body = {name: value for name, value in wanted.items() if value}
        reply = await self.call(
            "POST",
            registration,
            line_items_url,
            scopes=(LINE_ITEM,),
            now=now,
            headers={"Content-Type": LINE_ITEM_TYPE, "Accept": LINE_ITEM_TYPE},
            body=body,
        )
        made = _read(reply, now)
        if not isinstance(made, dict) or not isinstance(made.get("id"), str):
            raise Upstream("The LMS made a column without an address.", "We will try again.")
        return str(made["id"])


def check_host(registration: Registration, url: str) -> None:
    """Makes sure that an address is on a host allowed for the registration."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        host = ""
    allowed = allowed_hosts(registration)
    if not host or not any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in allowed):
        raise Refused("service_host_forbidden", host[:200])


def allowed_hosts(registration: Registration) -> frozenset[str]:
    """Lists the hosts that may be called for a registration: of its endpoints, and those added by hand."""
    own = (registration.issuer, registration.auth_url, registration.token_url, registration.jwks_url)
    hosts = {urlsplit(url).hostname or "" for url in own}
    added = (one.lower().rpartition("://")[2].partition("/")[0] for one in registration.service_hosts)
    return frozenset(host for host in hosts if host) | {one.partition(":")[0] for one in added}


def known_ports(registration: Registration) -> frozenset[int]:
    """Lists the ports that came with a registration's own addresses, beside 443."""
    own = (registration.issuer, registration.auth_url, registration.token_url, registration.jwks_url)
    urls = [*own, *(f"https://{host}" for host in registration.service_hosts)]
    return frozenset({443, *(urlsplit(url).port or 443 for url in urls)})


def under(url: str, part: str) -> str:
    """Adds a part to the path of an address, before its query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{part}"))


def with_query(url: str, added: Mapping[str, str]) -> str:
    """Adds to the query of an address."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _read(reply: Reply, now: datetime) -> Any:
    if reply.status == 429 or reply.status >= 500:
        raise Upstream(f"The LMS is busy ({reply.status}).", "We will try again.", retry_after=wait(reply, now))
    if reply.status in (401, 403):
        raise Refused("service_scope_missing", str(reply.status))
    if not reply.ok:
        raise Upstream(f"The LMS answered {reply.status}.", "We will try again.")
    return reply.json()


def _best(rows: Any, wanted: Mapping[str, str], column: GradebookColumn) -> str:
    # Some platforms leave out the filter, so that every row is compared again.
    fitting = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
        and row.get("id")
        and all(row.get(_WRITTEN[name]) == value for name, value in wanted.items())
        and row.get("resourceLinkId") in (None, "", column.resource_link_id)
    ]
    ours = (column.resource_id, column.tag)
    fitting.sort(key=lambda row: sum(row.get(name) == value for name, value in zip(_OURS, ours, strict=True)))
    return str(fitting[-1]["id"]) if fitting else ""


_OURS = ("resourceId", "tag")
_WRITTEN = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
