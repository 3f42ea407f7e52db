"""Commands of the central unit: who stood how on a day, and what a certificate says."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from certificates.credentials.integrity import proven
from certificates.credentials.keys import KeyStore
from certificates.evaluations.models import Certificate
from certificates.register.exports import HEADINGS, as_cells, as_json
from certificates.register.register import RegisterFilter, pieces, rows
from certificates.verification.pages import answer, find
from certificates.verification.uploads import recognise
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import Invalid, NotFound
from training.core.storage import FileStore
from training.database.connection import opened
from training.parsing.csv import line_of
from training.people.authentication.operator import operator

certificate = typer.Typer(no_args_is_help=True)


@in_event_loop
async def register(
    as_of: Annotated[str, typer.Option(help="the day, like 2026-03-03")],
    known_at: Annotated[str, typer.Option(help="as known on this day")] = "",
    area: Annotated[str, typer.Option(help="code of an area, with all below it")] = "",
    programme: Annotated[str, typer.Option(help="slug of a programme")] = "",
    standing: Annotated[str, typer.Option(help="one standing, or all")] = "",
    unit: Annotated[str, typer.Option(help="slug of the central unit, where there are several")] = "",
    format: Annotated[Literal["csv", "json"], typer.Option(help="how to print it")] = "csv",
) -> None:
    """Print who stood how on a day, as known on a day."""
    asked = RegisterFilter(_day(as_of), _day(known_at) if known_at else None, area, programme, standing)
    async with opened(here().database_url):
        me, now = await operator(unit, now=clock.now()), clock.now()
        if format == "json":
            typer.echo(json.dumps(as_json(await rows(me, asked), asked, extracted=now), ensure_ascii=False))
            return
        typer.echo(line_of(HEADINGS), nl=False)
        async for piece in pieces(me, asked):
            typer.echo("".join(map(line_of, as_cells(piece, asked, extracted=now))), nl=False)


@certificate.command("show")
@in_event_loop
async def show(code: str) -> None:
    """Print how the certificate with this code or serial number stands now."""
    settings, now = here(), clock.now()
    keys, store = KeyStore(Encryptor(settings.secret_key), home=settings.public_url), FileStore(settings.storage)
    async with opened(settings.database_url):
        row = await find(code)
        if row is None:
            raise NotFound("We know of no certificate with this code.", "Check the code, letter by letter.")
        facts = await proven(row, keys=keys, store=store, now=now)
        typer.echo(json.dumps(await answer(row, facts, now), default=str, ensure_ascii=False))


@certificate.command("verify")
@in_event_loop
async def verify(file: Path) -> None:
    """Check a PDF, PNG, SVG, JSON or JWT file: whether it is what was made here, and how the certificate stands now."""
    if not file.is_file():
        raise Invalid(f"{file}: there is no such file.", "Check the name.")
    settings, now = here(), clock.now()
    keys, store = KeyStore(Encryptor(settings.secret_key), home=settings.public_url), FileStore(settings.storage)
    async with opened(settings.database_url):
        found = await recognise(file.read_bytes(), store=store)
        row = await Certificate.get(id=found.certificate_id).prefetch_related("certification")
        facts = await proven(row, keys=keys, store=store, now=now)
        told = {"genuine": found.same, "same_file": found.same, **await answer(row, facts, now)}
    typer.echo(json.dumps(told, default=str, ensure_ascii=False))
    if not found.same:
        raise Invalid("This file was changed.", "Only the facts that are printed here are proven.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text}: this is not a day.", "Write it like 2026-03-03.") from error
