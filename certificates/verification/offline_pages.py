"""The address inside a signed square: proves the code, then shows how the certificate stands now."""

from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials import offline_code
from certificates.credentials.keys import KeyStore
from certificates.credentials.proofs import Unproven
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.models import Certificate
from training.core import clock
from training.core.errors import NotFound
from training.web.rate_limits import allow, caller
from training.web.render import redirect


async def signed(request: Request) -> Response:
    """Leads from a signed code to the check of its certificate."""
    await allow("verify", caller(request), limit="120/minute", now=clock.now())
    code, keys = request.path_params["signed"].strip(" .,;"), CredentialResources.of(request).keys
    try:
        proven, trusted = offline_code.read(code, keys=await keys.trusted_for_codes()), True
    except Unproven:
        proven, trusted = await _by_key_given_up(code, keys), False
    row = await Certificate.get_or_none(credential_id=proven.credential_id)
    if row is None:
        raise NotFound("This service does not keep that certificate any more.", "Ask whoever issued it.")
    return redirect(request, f"/v/{row.verify_token}" + ("" if trusted else "?code=untrusted"))


async def _by_key_given_up(code: str, keys: KeyStore) -> offline_code.OfflineFacts:
    """Reads which certificate an old code stood for; nothing else that it says is believed."""
    try:
        return offline_code.read(code, keys=await keys.given_up_for_codes())
    except Unproven as error:
        raise NotFound(str(error), "Do not rely on it. Ask the holder for the certificate's number.") from error
