"""Every reason for which a launch or an LMS call is refused: its code, its status and the words for its reader."""

from dataclasses import dataclass

from training.core.errors import AppError

AGAIN = "Go back to your course and open the activity again."
ASK = "If it happens again, tell the person who looks after your learning system, and give them the reference number."
ADMIN = "Tell the person who looks after your learning system. Give them the reference number: it leads to the details."


@dataclass(frozen=True)
class RefusalText:
    """The status, what happened, what to do, and a line for the administrator."""

    status: int
    happened: str
    remedy: str
    admin: str


def _person(status: int, happened: str, admin: str) -> RefusalText:
    return RefusalText(status, happened, f"{AGAIN} {ASK}", admin)


def _setup(status: int, happened: str, admin: str) -> RefusalText:
    return RefusalText(status, happened, ADMIN, admin)


_ODD = "Your learning system sent a message that we could not accept."
_LATE = "This link is no longer fresh."
_UNPROVEN = "We could not make sure that this message came from your learning system."
_NOT_SET_UP = "Your learning system is not connected to this service yet."

REFUSALS: dict[str, RefusalText] = {
    "login_param_missing": _setup(400, _ODD, "The login request lacks iss, login_hint or target_link_uri."),
    "issuer_unknown": _setup(400, _NOT_SET_UP, "No registration has this issuer and client id."),
    "client_ambiguous": _setup(400, _NOT_SET_UP, "Several registrations have this issuer: send client_id."),
    "target_not_ours": _setup(400, "This link leads to another site.", "The target link URI is not on our address."),
    "state_missing": _person(
        401,
        "Your browser did not bring back what we gave it when you opened the link.",
        "The state or its cookie is missing: third-party cookies are blocked, or the post did not follow a login.",
    ),
    "state_mismatch": _person(
        401,
        "This link was opened in another browser, or was changed on its way.",
        "The state was not signed by us, or belongs to another browser.",
    ),
    "state_expired": _person(401, _LATE, "More than ten minutes passed between login and launch."),
    "state_used": _person(401, "This link was opened before.", "This login has already ended."),
    "platform_error": _person(
        400,
        "Your learning system could not sign you in.",
        "The platform answered the login with an error; its text is in the trace.",
    ),
    "token_too_large": _setup(413, _ODD, "The posted form or its id_token is larger than 64 KB."),
    "token_malformed": _setup(400, _ODD, "The id_token is not a signed token of three parts in plain JSON."),
    "alg_forbidden": _setup(401, _UNPROVEN, "Only RS256 signatures are accepted."),
    "kid_missing": _setup(401, _UNPROVEN, "The token does not name the key that signed it (kid)."),
    "kid_unknown": _setup(401, _UNPROVEN, "The platform's key set has no key of this name. Check the key set URL."),
    "jwks_unreachable": _person(
        503,
        "Your learning system is not answering us just now.",
        "The platform's key set could not be fetched. Check the key set URL and that it can be reached.",
    ),
    "jwks_invalid": _setup(503, _UNPROVEN, "The platform's key set is not a JSON key set."),
    "key_unusable": _setup(
        401,
        _UNPROVEN,
        "The key is unfit: not RSA, shorter than 2048 bits, private, not for signing, or its name is not unique.",
    ),
    "signature_invalid": _setup(401, _UNPROVEN, "The signature does not match the platform's key."),
    "issuer_mismatch": _setup(401, _UNPROVEN, "The token's iss differs from the registration's issuer."),
    "audience_mismatch": _setup(401, _UNPROVEN, "The token is not meant for our client id alone."),
    "azp_mismatch": _setup(401, _UNPROVEN, "The token's azp is missing or is not our client id."),
    "token_expired": _person(401, _LATE, "The token's exp has passed. Compare the clocks."),
    "issued_in_future": _person(401, "Your learning system's clock is wrong.", "The token's iat is in the future."),
    "not_yet_valid": _person(401, "Your learning system's clock is wrong.", "The token's nbf is in the future."),
    "nonce_unknown": _person(401, _UNPROVEN, "The token's nonce was not issued for this login."),
    "nonce_used": _person(401, "This link was opened before.", "The token was used before: reloaded, or replayed."),
    "claim_missing": _setup(400, _ODD, "A claim that is required is missing."),
    "claim_type": _setup(400, _ODD, "A claim has the wrong JSON type or is too long."),
    "version_unsupported": _setup(400, _ODD, "Only LTI version 1.3.0 is supported."),
    "message_type_unsupported": _setup(400, "This kind of link is not supported.", "We take no messages of this type."),
    "deployment_pending": _setup(
        403,
        "Your learning system's connection is waiting for approval.",
        "The deployment is recorded and waits: training lti approve, or the console.",
    ),
    "deployment_unknown": _setup(403, _NOT_SET_UP, "This deployment is refused for this registration."),
    "role_not_allowed": _setup(403, "Your role in this course does not allow this.", "An instructor role is needed."),
    "service_scope_missing": _setup(403, "The course does not let us do this.", "The platform did not grant a scope."),
    "service_host_forbidden": _setup(
        403,
        "The address for scores is not one we may call.",
        "The service URL's host is not allowed for this registration: add it to the other hosts of its services.",
    ),
    "service_rate_limited": _person(503, "Your learning system is busy.", "The platform answered 429; we wait."),
    "score_not_gradable": _setup(403, "This person is not graded there.", "Instructors and test users get no score."),
    "score_stale": _setup(409, "The course holds a newer score.", "The platform refused the time stamp twice."),
    "dl_type_not_accepted": _setup(400, "The course does not accept this kind of item.", "accept_types excludes it."),
    "registration_url_forbidden": _setup(
        400,
        "This address may not be used.",
        "We call only public https addresses. An address named here has no known name, or is not public.",
    ),
    "registration_rejected": _setup(400, "The learning system refused the registration.", "See the trace."),
    "storage_timeout": _person(401, "Your browser blocks what this page needs.", "The platform storage was silent."),
    "storage_mismatch": _person(401, "This link belongs to another window.", "The stored state differs."),
}


REASONS: dict[str, RefusalText] = {
    "registration_pending": _setup(
        400,
        "Your learning system's connection is waiting for approval.",
        "The registration is recorded and waits: an administrator of this service approves it in the console.",
    ),
    "registration_closed": _setup(
        400,
        "Your learning system's connection was closed here.",
        "The registration was closed or refused. An administrator of this service can open it again.",
    ),
}
"""Why a registration that we have counts as unknown; the code for programs stays issuer_unknown."""


class Refused(AppError):
    """A launch or a call to an LMS that is refused, with its code and the claim or fact it concerns.

    `because` says more for readers than the code, which is agreed with programs.
    """

    def __init__(self, code: str, detail: str = "", *, because: str = "") -> None:
        words = REASONS[because] if because else REFUSALS[code]
        super().__init__(words.happened, words.remedy)
        self.name = code
        self.code = f"{code}:{detail}" if code.startswith("claim_") else code
        self.outcome = because or self.code
        self.detail = detail
        self.status = words.status
        self.admin = words.admin


def explain(code: str) -> str:
    """Tells an administrator what a stored code means."""
    words = REASONS.get(code) or REFUSALS.get(code.partition(":")[0])
    return words.admin if words else ""
