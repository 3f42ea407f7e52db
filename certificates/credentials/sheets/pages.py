"""Pages on which a central unit chooses how its certificates look, and sees that before it is used."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.facts import CertificateFacts, Signatory
from certificates.credentials.models import SheetDesign, designs_visible_to
from certificates.credentials.pdf import template
from certificates.credentials.resources import CredentialResources
from certificates.credentials.sheets import designs
from certificates.credentials.sheets.designs import NewDesign
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.core.handed_files import MOST_BYTES_SENT
from training.web.bodies import cut, handed_file
from training.web.render import actor, as_file, form_data, identity, redirect, render, validate

PICTURES = {"logo": "Logo", "signature": "Signature"}
LANGUAGES = [("", "The holder's own, where we have it"), ("en", "English"), ("cy", "Welsh (Cymraeg)")]
CHANGEABLE = ("certificate", "awarded_to", "certified_as")
"""Words of the sheet that a unit may say in its own way."""
SAMPLES = {
    "usual": ("A usual name", "Amina Yusuf"),
    "long": ("A long name", "Maximiliana Wilhelmina Fernández-Villaverde von Hohenberg-Llewellyn"),
    "arabic": ("A name in Arabic", "سارة محمد عبد الله"),
    "chinese": ("A name in Chinese", "王心怡"),
    "tamil": ("A name in Tamil", "ஸ்ரீதர் லக்ஷ்மி"),
}


class DesignForm(BaseModel):
    """The form of a sheet."""

    language: str = ""
    certificate: str = Field("", title="the heading", max_length=40)
    awarded_to: str = Field("", title="the words before the name", max_length=80)
    certified_as: str = Field("", title="the words before the title", max_length=80)
    without_logo: str = ""
    without_signature: str = ""


async def sheet(request: Request) -> Response:
    """Shows how certificates look now, and the form to change that; posted, leads to what it would look like."""
    me, now = actor(request), clock.now()
    used, last = await designs.in_use(me.unit_id), await designs.latest(me.unit_id)
    told: dict[str, Any] = {
        "used": used,
        "last": last,
        "pictures": PICTURES,
        "choices": LANGUAGES,
        "usual": template.WORDS["en"],
    }
    if request.method == "GET":
        values = {"language": last.language, **last.wording} if last else {}
        return render(request, "sheets/sheet.html", values=values, **told)
    request = cut(request, most=MOST_BYTES_SENT)
    sent = await request.form()
    pictures, values = {name: await handed_file(sent.get(name)) for name in PICTURES}, await form_data(request)
    try:
        form = validate(DesignForm, values)
        if form.language not in dict(LANGUAGES):
            raise Invalid("There is a problem", problems={"language": "Choose one of the languages"})
        asked = NewDesign(
            language=form.language,
            wording={name: words for name in CHANGEABLE if (words := getattr(form, name).strip())},
            pictures=pictures,
            without=frozenset(name for name in PICTURES if getattr(form, f"without_{name}")),
        )
        store = CredentialResources.of(request).store
        made = await designs.draw_up(asked, actor=me, store=store, now=now)
    except Invalid as error:
        return render(request, "sheets/sheet.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/sheet/{made.id}")


async def draft(request: Request) -> Response:
    """Shows a sheet with names of several kinds before it is used; posted, uses it from now on."""
    row = await _design(request)
    if request.method == "POST":
        await designs.use(row.id, actor=actor(request), now=clock.now())
        return redirect(
            request, "/sheet", notice="Certificates look like this from now on. Earlier ones stay as they are."
        )
    samples = [(f"/sheet/{row.id}/{key}", words, name) for key, (words, name) in SAMPLES.items()]
    off = CredentialResources.of(request).press.off
    return render(request, "sheets/sheet_draft.html", row=row, samples=samples, off=off, back=("Sheet", "/sheet"))


async def sample(request: Request) -> Response:
    """Gives a sheet as PDF, with a made-up certificate on it that nobody can check."""
    row, given, key = await _design(request), CredentialResources.of(request), request.path_params["sample"]
    if key not in SAMPLES:
        raise NotFound("There is no such example.", "Look at the list of examples.")
    facts = _example(row, SAMPLES[key][1], home=given.settings.public_url)
    pictures = await designs.pictures_of(facts, store=given.store)
    printed = await given.press.print(facts, badge=b"{}", pictures=pictures)
    headers = as_file(f"example-{key}.pdf", shown="inline") | {"Cache-Control": "private, no-store"}
    return Response(printed, headers=headers, media_type="application/pdf")


async def _design(request: Request) -> SheetDesign:
    row = await designs_visible_to(actor(request)).get_or_none(id=identity(request)).prefetch_related("unit")
    if row is None:
        raise NotFound("There is no such sheet.", "Look at how your certificates look now.")
    return row


def _example(row: SheetDesign, name: str, *, home: str) -> CertificateFacts:
    day = local_day(row.made, row.unit.zone)
    made_up = CertificateFacts(
        credential_id="urn:uuid:00000000-0000-7000-8000-000000000000", serial="EXAMPLE-0000", home=home,
        verify_token="a" * 26, language=row.language or row.unit.language, name=name,
        title="Growing Together: Group leader", level="Group leader", programme="Growing Together",
        programme_slug="example", achievement_slug="example", achievement_version="1", description="An example.",
        criteria="This is an example, and certifies nobody.", valid_from=day, valid_until=day + timedelta(days=730),
        issued=row.made, issuer_name=row.unit.name, issuer_slug=row.unit.slug,
        signatories=(Signatory(name="Dara Okafor", role=f"For {row.unit.name}"),),
        subject_id="urn:uuid:00000000-0000-4000-8000-000000000000", status_list=f"{home}/status-lists/0",
        status_index=0, zone=row.unit.zone,
    )  # fmt: skip
    return replace(made_up, **designs.frozen(row))
