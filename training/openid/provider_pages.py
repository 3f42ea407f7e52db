"""The page on which a unit enters its organisation's OpenID provider."""

import re

from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import AppError, Invalid
from training.lti.resources import LtiResources
from training.openid.actions import remove_provider, set_provider
from training.people.actor import Actor
from training.people.authentication.models import OpenIdProvider
from training.sites.models import CentralUnit
from training.web.render import actor, form_data, redirect, render, validate

HERE = "/people/sign-in/openid"
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class ProviderForm(BaseModel):
    """The form of a provider."""

    name: str = Field(title="what people call it", max_length=40)
    issuer: str = Field(title="the issuer", max_length=500)
    client_id: str = Field(title="the client id", max_length=255)
    client_secret: str = Field("", title="the client secret", max_length=500)
    domains: str = Field(title="the domains of the addresses", max_length=1000)
    strong_values: str = Field("", max_length=500)

    @field_validator("domains")
    @classmethod
    def _are_domains(cls, value: str) -> str:
        for part in words(value.lower()):
            if not DOMAIN.fullmatch(part):
                raise ValueError(f"{part[:60]} is no domain. Write example.org, with spaces between several")
        return value.lower()


def words(text: str) -> list[str]:
    """Lists what was typed with spaces or commas between."""
    return [part for part in re.split(r"[\s,]+", text) if part]


async def provider(request: Request) -> Response:
    """Shows the provider of the unit; posted, tries and keeps it, or takes it away."""
    me: Actor = actor(request)
    given, there = LtiResources.of(request), await OpenIdProvider.get_or_none(unit_id=me.unit_id)
    problems: dict[str, str] = {}
    values = {
        "name": there.name, "issuer": there.issuer, "client_id": there.client_id,
        "domains": " ".join(there.domains), "strong_values": " ".join(there.strong_values),
    } if there else {}  # fmt: skip
    if request.method == "POST":
        values = await form_data(request)
        if values.get("do") == "remove":
            await remove_provider(actor=me, now=clock.now())
            return redirect(request, HERE, notice="Removed. Nobody signs in by it any more.")
        try:
            typed = validate(ProviderForm, values)
            await set_provider(
                name=typed.name, issuer=typed.issuer, client_id=typed.client_id, secret=typed.client_secret,
                domains=words(typed.domains), strong_values=words(typed.strong_values),
                encryptor=Encryptor(given.settings.secret_key), outbound=given.platform.outbound,
                actor=me, now=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            problems = error.problems
        except AppError as error:
            problems = {"issuer": str(error)}
        else:
            return redirect(request, HERE, notice="Saved. It answers.")
    unit = await CentralUnit.get(id=me.unit_id)
    return render(
        request, "openid/provider.html", 422 if problems else 200, problems=problems, values=values,
        there=there is not None, address=f"{given.settings.public_url}/sign-in/with/{unit.slug}/back",
        back=("How people sign in", "/people/sign-in"),
    )  # fmt: skip
