"""The address inside a signed square: proves the code, then shows how the certificate stands now."""

from starlette.requests import Request
from starlette.responses import Response

from certificates import offline
from certificates.models import Certificate
from certificates.signing import Unproven
from training import clock
from training.errors import NotFound
from training.web.limits import allow, caller
from training.web.pages import go


async def signed(request: Request) -> Response:
    """Leads from a signed code to the check of its certificate."""
    await allow("verify", caller(request), limit="120/minute", now=clock.now())
    try:
        proven = offline.read(request.path_params["signed"], keys=await request.app.state.keys.trusted_for_codes())
    except Unproven as error:
        raise NotFound(str(error), "Do not rely on it. Ask the holder for the certificate's number.") from error
    row = await Certificate.get_or_none(credential_id=proven.credential_id)
    if row is None:
        raise NotFound("This service does not keep that certificate any more.", "Ask whoever issued it.")
    return go(request, f"/v/{row.verify_token}")
