"""Passkeys: what a browser is asked for, and the check of what it answers. Source: WebAuthn, level 3."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from training.core.errors import Invalid
from training.core.settings import Settings

ANSWERED_WITHIN = 1800
"""Seconds for which a page that asks for a passkey may stand open."""
NOBODY = ""
VERIFIED = UserVerificationRequirement.REQUIRED
"""The device makes sure that it is its owner: so a passkey alone is two things, one held and one known."""
AGAIN = "This did not work. Open the page again and try once more"


@dataclass(frozen=True)
class PasskeyOptions:
    """What a page asks of a browser: `options` for its script, and `challenge`, signed, to come back with it."""

    options: str
    challenge: str


@dataclass(frozen=True)
class Registered:
    """A passkey that a browser has made."""

    credential_id: str
    public_key: str
    counter: int


def _rp_id(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""


def _challenges(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="passkey challenge")


def _descriptors(credential_ids: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in credential_ids]


def ask_for_new(person_id: UUID, *, name: str, unit: str, known: Iterable[str], settings: Settings) -> PasskeyOptions:
    """Asks for a new passkey of a person, on a device that has none of the `known` ones."""
    challenge = generate_challenge()
    options = generate_registration_options(
        rp_id=_rp_id(settings),
        rp_name=settings.service_name,
        user_id=person_id.bytes,
        # Whoever works for two units finds both in the list of their device.
        user_name=f"{name}, {unit}",
        user_display_name=f"{name}, {unit}",
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=_descriptors(known),
    )
    return PasskeyOptions(options_to_json(options), _signed(challenge, str(person_id), settings))


def ask_for_known(person_id: UUID | None, *, known: Iterable[str], settings: Settings) -> PasskeyOptions:
    """Asks for one of the `known` passkeys of a person, or for any that was made here."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=_rp_id(settings),
        challenge=challenge,
        allow_credentials=_descriptors(known),
        user_verification=VERIFIED,
    )
    return PasskeyOptions(options_to_json(options), _signed(challenge, str(person_id or NOBODY), settings))


def _signed(challenge: bytes, person: str, settings: Settings) -> str:
    return str(_challenges(settings).dumps([bytes_to_base64url(challenge), person]))


def read_challenge(signed: str, person_id: UUID | None, *, settings: Settings) -> bytes:
    """Returns the challenge that a page asked a person with, or anybody; each may be answered once."""
    try:
        challenge, person = _challenges(settings).loads(signed, max_age=ANSWERED_WITHIN)
    except BadSignature as error:
        raise Invalid("There is a problem", problems={"form": "This page was open for too long. Try again"}) from error
    if person != str(person_id or NOBODY):
        raise _wrong()
    return base64url_to_bytes(challenge)


def check_new(answer: str, challenge: bytes, *, settings: Settings) -> Registered:
    """Returns the passkey that was made as an answer; raises Invalid for anything else."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(settings),
            expected_origin=settings.public_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _wrong() from error
    return Registered(
        bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key), made.sign_count
    )


def credential_of(answer: str) -> str:
    """Returns the id of the passkey that an answer claims to be of."""
    try:
        read = json.loads(answer)
        found = read.get("id") if isinstance(read, dict) else None
    except ValueError as error:
        raise _wrong() from error
    if not isinstance(found, str) or "\0" in found:
        raise _wrong()
    return found


def check_known(answer: str, challenge: bytes, *, public_key: str, counter: int, settings: Settings) -> int:
    """Returns the new count of a passkey that answered; raises Invalid for anything else."""
    try:
        checked = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(settings),
            expected_origin=settings.public_url,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _wrong() from error
    return checked.new_sign_count


def _wrong() -> Invalid:
    return Invalid("There is a problem", problems={"form": AGAIN})
