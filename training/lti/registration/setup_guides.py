"""What the administrator of each kind of LMS enters there, in the words that it uses, and what it shows in return."""

from collections.abc import Mapping
from urllib.parse import urlsplit

Named = tuple[tuple[str, str], ...]

FIELDS_BY_PLATFORM: Mapping[str, Named] = {
    "moodle": (
        ("Tool URL", "{home}/"),
        ("LTI version", "LTI 1.3"),
        ("Public key type", "Keyset URL"),
        ("Public keyset", "{keys}"),
        ("Initiate login URL", "{login}"),
        ("Redirection URI(s)", "{launch}"),
        ("Tool configuration usage", "Show in activity chooser and as a preconfigured tool"),
        ("Supports Deep Linking", "Tick it"),
        ("Content Selection URL", "{home}/"),
        ("IMS LTI Assignment and Grade Services", "Use this service for grade sync and column management"),
        ("IMS LTI Names and Role Provisioning", "Use this service to retrieve members' information"),
        ("Share launcher's name, share launcher's email", "Always"),
    ),
    "canvas": (
        ("Method", "Manual entry"),
        ("Redirect URIs", "{launch}"),
        ("Target Link URI", "{home}/"),
        ("OpenID Connect Initiation URL", "{login}"),
        ("JWK Method", "Public JWK URL"),
        ("Public JWK URL", "{keys}"),
        ("LTI Advantage Services", "Switch on line items, results, scores and the membership data"),
        ("Placements", "Link Selection, Assignment Selection; message type LtiDeepLinkingRequest"),
        ("Privacy Level", "Public"),
    ),
    "blackboard": (
        ("Domain(s)", "{domain}"),
        ("Login Initiation URL", "{login}"),
        ("Tool Redirect URL(s)", "{launch}"),
        ("Tool JWKS URL", "{keys}"),
        ("Signing Algorithm", "RS256"),
        ("User fields to send", "Role, name and e-mail address"),
        ("Allow grade service access, allow membership service access", "Yes"),
        ("Placement", "Deep linking content tool; target link URI {home}/"),
    ),
    "brightspace": (
        ("Domain", "{home}"),
        ("Redirect URLs", "{launch}"),
        ("OpenID Connect Login URL", "{login}"),
        ("Target Link URI", "{home}/"),
        ("Keyset URL", "{keys}"),
        ("Extensions", "Assignment and Grade Services, Deep Linking, Names and Role Provisioning Services"),
        ("Security settings", "First name, last name, user id and e-mail"),
    ),
    "openedx": (
        ("LTI Version", "LTI 1.3"),
        ("Tool Launch URL", "{home}/"),
        ("Registered Redirect URIs", '["{launch}"]'),
        ("Tool Initiate Login URL", "{login}"),
        ("Tool Public Key Mode", "Keyset URL"),
        ("Tool Keyset URL", "{keys}"),
        ("Enable LTI NRPS", "True"),
        ("Deep linking", "True; Deep Linking Launch URL {home}/"),
        ("LTI Assignment and Grades Service", "Allow tools to manage and submit grades (programmatic)"),
    ),
    "sakai": (
        ("Launch URL", "{home}/"),
        ("LTI 1.3 Tool OpenID Connect/Initialization Endpoint", "{login}"),
        ("LTI 1.3 Tool Redirect Endpoint(s)", "{launch}"),
        ("LTI 1.3 Tool Keyset URL", "{keys}"),
        ("Allow the tool to store grades, to see the roster, to select content", "Tick all three"),
        ("Send names, send e-mail addresses", "Yes"),
    ),
}
OTHERS: Named = (
    ("Tool URL, target link URI", "{home}/"),
    ("Login URL, OpenID Connect initiation", "{login}"),
    ("Redirect URI", "{launch}"),
    ("Public key set, JWKS URL", "{keys}"),
    ("Deep linking, content selection URL", "{home}/"),
    ("Services", "Scores and line items (AGS), roster (NRPS)"),
)

URLS_BY_PLATFORM: Mapping[str, Mapping[str, str]] = {
    "moodle": {
        "issuer": "https://moodle.example (Platform ID)",
        "auth_url": "https://moodle.example/mod/lti/auth.php",
        "token_url": "https://moodle.example/mod/lti/token.php",
        "jwks_url": "https://moodle.example/mod/lti/certs.php",
    },
    "canvas": {
        "issuer": "https://canvas.instructure.com",
        "client_id": "the long number in the Details column of Developer Keys",
        "auth_url": "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "token_url": "https://sso.canvaslms.com/login/oauth2/token",
        "jwks_url": "https://sso.canvaslms.com/api/lti/security/jwks",
        "service_hosts": "school.instructure.com",
    },
    "blackboard": {
        "issuer": "https://blackboard.com",
        "client_id": "the Application ID",
        "auth_url": "https://developer.blackboard.com/api/v1/gateway/oidcauth",
        "token_url": "https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
        "jwks_url": "https://developer.blackboard.com/api/v1/management/applications/APPLICATION-ID/jwks.json",
        "service_hosts": "school.blackboard.com",
    },
    "brightspace": {
        "issuer": "https://school.brightspace.com",
        "auth_url": "https://school.brightspace.com/d2l/lti/authenticate",
        "token_url": "https://auth.brightspace.com/core/connect/token",
        "jwks_url": "https://school.brightspace.com/d2l/.well-known/jwks",
        "token_audience": "https://api.brightspace.com/auth/token",
    },
    "openedx": {"issuer": "https://lms.example", "deployment_id": "1"},
    "sakai": {"issuer": "https://sakai.example", "deployment_id": "1"},
}
"""What each kind of LMS usually shows, field by field of our form."""


def fields_to_enter(kind: str, public_url: str) -> list[tuple[str, str]]:
    """Lists what to enter in an LMS for us: the name of the field there, and the exact value."""
    ours = {
        "home": public_url,
        "domain": urlsplit(public_url).netloc,
        "login": f"{public_url}/lti/login",
        "launch": f"{public_url}/lti/launch",
        "keys": f"{public_url}/.well-known/jwks.json",
    }
    return [(name, value.format(**ours)) for name, value in FIELDS_BY_PLATFORM.get(kind, OTHERS)]


def usual_urls(kind: str) -> Mapping[str, str]:
    """Gives for each field of our form what this kind of LMS usually shows."""
    return URLS_BY_PLATFORM.get(kind, {})
