"""Speaks with an OpenID provider: what it says of itself, and the token it gives for a code."""

from base64 import standard_b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlencode

from training.core.errors import Upstream
from training.core.outbound import Outbound, Reply, registered_ports

DISCOVERY = "/.well-known/openid-configuration"
CALL_SECONDS = 10


@dataclass(frozen=True)
class Endpoints:
    """Where a provider signs people in, gives tokens and shows its keys, and whether it takes the secret in a form."""

    authorization: str
    token: str
    keys: str
    secret_in_form: bool


async def discover(issuer: str, *, outbound: Outbound) -> Endpoints:
    """Reads what a provider says of itself; raises Upstream where it is not what was entered. Source: Discovery 1.0."""
    url = issuer.rstrip("/") + DISCOVERY
    read = _object(await outbound.fetch("GET", url, ports=registered_ports(url), seconds=CALL_SECONDS))
    named = [read.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if read.get("issuer") != issuer or not all(isinstance(one, str) for one in named):
        raise Upstream(f"{url} does not speak of this provider.", "Enter the issuer as the provider itself writes it.")
    told = read.get("token_endpoint_auth_methods_supported")
    ways = told if isinstance(told, list) else ["client_secret_basic"]
    authorization, token, keys = map(str, named)
    return Endpoints(authorization, token, keys, secret_in_form="client_secret_basic" not in ways)


def authorization_url(endpoints: Endpoints, *, client_id: str, back: str, state: str, nonce: str, verifier: str) -> str:
    """Returns where to send a browser to sign in; the code it brings back is good with the verifier alone (PKCE)."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "scope": "openid email",
        "client_id": client_id,
        "redirect_uri": back,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoints.authorization}{'&' if '?' in endpoints.authorization else '?'}{urlencode(asked)}"


async def exchange(
    code: str, *, endpoints: Endpoints, client_id: str, secret: str, back: str, verifier: str, outbound: Outbound
) -> str:
    """Returns the ID token that the provider gives for a code."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if endpoints.secret_in_form:
        form |= {"client_id": client_id, "client_secret": secret}
    else:
        # Each half is written as in a form first. Source: RFC 6749, 2.3.1
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {standard_b64encode(pair.encode()).decode()}"
    reply = await outbound.fetch(
        "POST", endpoints.token, headers=headers, body=urlencode(form).encode(),
        ports=registered_ports(endpoints.token), seconds=CALL_SECONDS,
    )  # fmt: skip
    token = _object(reply).get("id_token")
    if not isinstance(token, str):
        raise Upstream("Your organisation's sign-in gave no ID token.", "Try again.")
    return token


def _object(reply: Reply) -> dict[str, object]:
    if not reply.ok:
        raise Upstream(f"Your organisation's sign-in answered with {reply.status}.", "Try again in a few minutes.")
    read = reply.json()
    if not isinstance(read, dict):
        raise Upstream("Your organisation's sign-in answered oddly.", "Try again in a few minutes.")
    return read
