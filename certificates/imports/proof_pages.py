"""Pages of the papers behind earlier certificates: their scans, for the holder and whoever reads the register."""

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from certificates.imports.models import proofs_visible_to
from certificates.imports.proofs import add_proof, bring_back_proof, decidable, remove_proof
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.core.handed_files import ACCEPTED, MOST_BYTES_SENT, PROOFS
from training.web.bodies import cut, handed_file
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources


async def add(request: Request) -> Response:
    """Shows the form for a scan of an earlier certificate; posted, adds it."""
    me, path = actor(request), f"/register/{identity(request)}"
    old = await decidable(identity(request), actor=me)
    told: dict[str, Any] = {"old": old, "file_types": ",".join(ACCEPTED), "back": (f"{old.name} in the register", path)}
    if request.method == "GET":
        return render(request, "imports/proof.html", **told)
    async with cut(request, most=MOST_BYTES_SENT).form() as sent:
        file = await handed_file(sent.get("file"))
    storage = PageResources.of(request).settings.storage
    try:
        await add_proof(identity(request), file, actor=me, storage=storage, now=clock.now())
    except Invalid as error:
        return render(request, "imports/proof.html", 422, problems=error.problems, **told)
    return redirect(request, path, notice="The scan is added.")


async def proof(request: Request) -> Response:
    """Sends a scan; posted, removes it, or brings it back."""
    me, storage = actor(request), PageResources.of(request).settings.storage
    proof_id = identity(request, "proof")
    if request.method == "POST":
        back = (await form_data(request)).get("do") == "back"
        await (bring_back_proof if back else remove_proof)(identity(request), proof_id, actor=me, now=clock.now())
        notice = f"The scan is {'there again' if back else 'removed. You can bring it back below'}."
        return redirect(request, f"/register/{identity(request)}", notice=notice)
    found = await proofs_visible_to(me).get_or_none(id=proof_id, earlier__certification_id=identity(request))
    path = storage / PROOFS / found.stored if found else None
    if found is None or path is None or not path.is_file():
        raise NotFound("There is no such file.", "Look at the certificate again.")
    return FileResponse(path, media_type="application/octet-stream", filename=found.file_name)
