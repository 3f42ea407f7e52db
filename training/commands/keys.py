"""Commands for the keys that we sign with: those of each issuer of certificates, and our own towards LMSs."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from certificates.credentials import keys as credentials_keys
from certificates.credentials import publish
from certificates.credentials.keys import KeyStore, issuer_keys
from certificates.credentials.models import IssuerKey
from training.app.declared import declare
from training.app.re_encryption import reseal
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.commands.tables import AsJson, show
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import NotFound
from training.core.storage import FileStore
from training.database.connection import opened
from training.lti.models import ToolKey
from training.lti.platform.tool_keys import ToolKeys, list_keys
from training.people.authentication.operator import OPERATOR
from training.sites.models import CentralUnit

keys = typer.Typer(no_args_is_help=True)

LMS = "lms"
"""Stands where the issuer's slug stands, for the keys that prove to an LMS who we are."""


@keys.command("list")
@in_event_loop
async def list_(as_json: AsJson = False) -> None:
    """List every key with its state: announced or coming, active or signing, retired, compromised."""
    names = ("kid", "purpose", "state", "announced", "activated", "ended")
    rows: list[dict[str, Any]] = []
    async with opened(here().database_url):
        for unit in await CentralUnit.all().order_by("slug"):
            found = await issuer_keys(unit.id)
            rows += [{"issuer": unit.slug} | {name: getattr(key, name) for name in names} for key in found]
        rows += [_tool_key(row) for row in await list_keys(clock.now())]
    show(rows, ("kid", "issuer", "purpose", "state", "announced", "activated", "ended"), as_json=as_json)


def _tool_key(row: Mapping[str, Any]) -> dict[str, Any]:
    times = {"announced": row["created"], "activated": row["signs_from"], "ended": row["ends"]}
    return {"kid": row["kid"], "issuer": LMS, "purpose": "lti", "state": row["state"]} | times


@keys.command("rotate")
@in_event_loop
async def rotate(
    issuer: Annotated[str, typer.Option(help="slug of one central unit; else all, and our key to LMSs")] = "",
) -> None:
    """Announce the next keys; they sign from two days later on, those to LMSs from one day later on."""
    declare()
    settings, now, lines = here(), clock.now(), []
    async with opened(settings.database_url):
        units = await CentralUnit.filter(**({"slug": issuer} if issuer else {})).order_by("slug")
        if issuer and not units:
            raise NotFound(f"There is no central unit {issuer}.", "Give the slug that keys list shows.")
        for unit in units:
            rows = await credentials_keys.announce(
                unit.id, safe=Encryptor(settings.secret_key), now=now, actor=OPERATOR
            )
            lines += [f"{row.kid} ({unit.slug}, {row.purpose}) is announced." for row in rows]
        if not issuer:
            lines.append(f"{await ToolKeys(settings.secret_key).rotate(now)} ({LMS}) is announced.")
    for line in lines:
        typer.echo(line)


@keys.command("compromise")
@in_event_loop
async def compromise(kid: str) -> None:
    """Give a key up at once because others may know it; what it had signed is signed again."""
    declare()
    settings, now = here(), clock.now()
    async with opened(settings.database_url):
        if await ToolKey.filter(kid=kid).exists():
            fresh = await ToolKeys(settings.secret_key).give_up(kid, now)
            typer.echo(f"The key {kid} is given up. {fresh} signs from now on.")
            return
        await publish.refuse_other_home(kid, home=settings.public_url)
        if not await IssuerKey.filter(kid=kid, state="compromised").exists():  # else it broke off while signing again
            await credentials_keys.compromise(kid, safe=Encryptor(settings.secret_key), now=now, actor=OPERATOR)
        store = KeyStore(Encryptor(settings.secret_key), home=settings.public_url)
        count = await publish.sign_again(kid, keys=store, store=FileStore(settings.storage), now=now)
    typer.echo(f"The key {kid} is given up.\n{count} certificates were signed again.")


@keys.command("reseal")
@in_event_loop
async def reseal_all(
    before: Annotated[
        str, typer.Option(envvar="TRAINING_SECRET_KEY_BEFORE", prompt="The old secret key", hide_input=True)
    ],
) -> None:
    """Encrypt every key anew after TRAINING_SECRET_KEY was changed; stop the service first."""
    declare()
    settings = here()
    async with opened(settings.database_url):
        count = await reseal(before=before, after=settings.secret_key, actor=OPERATOR, now=clock.now())
    typer.echo(f"{count} secrets were sealed anew with TRAINING_SECRET_KEY.")
