"""Commands that prove the trail, and that keep and bring back everything there is."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from certificates.credentials.keys import KeyStore
from training.app.declared import declare
from training.commands.backup import Backup
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.commands.tables import plain
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import Invalid
from training.core.settings import Settings
from training.database.connection import opened
from training.people.authentication.operator import OPERATOR
from training.trail.baseline import accept
from training.trail.seals import Head, export, head, last_seal, seal_trail
from training.trail.verify import Report, verify_trail

trail = typer.Typer(no_args_is_help=True)


@asynccontextmanager
async def _keys(settings: Settings) -> AsyncIterator[KeyStore]:
    """Opens the database, and gives the keys that sign the trail in it."""
    declare()
    async with opened(settings.database_url):
        yield KeyStore(Encryptor(settings.secret_key), home=settings.public_url)


async def _seal(keys: KeyStore) -> None:
    now = clock.now()
    if sign := await keys.seal_signer(now=now):
        await seal_trail(now=now, sign=sign)


@trail.command("verify")
@in_event_loop
async def verify(
    known: Annotated[list[Path], typer.Option("--head", help="a head kept elsewhere, as trail head printed it")] = [],  # noqa: B006
) -> None:
    """Check that no entry of the trail and no row it speaks of was changed, removed or added; then seal what is new."""
    heads = [_head(path) for path in known]
    async with _keys(here()) as keys:
        report = await verify_trail(heads, now=clock.now(), keys=await keys.seal_keys())
        if report.sound:  # never seal over a damage
            await _seal(keys)
    _tell(report, "The trail is sound.", new=True)


def _tell(report: Report, sound: str, *, new: bool = False) -> None:
    for problem in report.problems:
        typer.echo(problem, err=True)
    if not report.sound:
        raise typer.Exit(1)
    more = f", {report.unsealed} new" if new else ""
    typer.echo(f"{sound} Entries: {report.entries} sealed in {report.seals}{more}. Rows compared: {report.rows}.")
    for note in report.notes:
        typer.echo(note)


@trail.command("accept")
@in_event_loop
async def accept_rows(because: Annotated[str, typer.Option(help="why the rows are in order as they stand")]) -> None:
    """Take the rows that trail verify names as they stand, with a reason that stays in the trail."""
    if not because.strip():
        raise Invalid("There is no reason.", "Say why the rows are in order: --because WORDS")
    async with _keys(here()) as keys:
        report = await verify_trail(now=clock.now(), keys=await keys.seal_keys())
        count = await accept(report.wrong_rows, because=because.strip(), actor=OPERATOR, now=clock.now())
    typer.echo(f"{count} rows were taken as they stand; the trail says so, and why.")


@trail.command("head")
@in_event_loop
async def show_head() -> None:
    """Seal what is new and print the end of the trail, signed; keep it elsewhere, and later check against it."""
    async with _keys(here()) as keys:
        await _seal(keys)
        last = await last_seal()
        signed = asdict(await head()) | {"signatures": last.signatures if last else None}
    typer.echo(json.dumps(signed, default=plain))


def _head(path: Path) -> Head:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Head(int(told["number"]), str(told["chain"]), 0, None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path}: this is no head of the trail.", "Give a file that trail head has printed.") from error


@trail.command("export")
@in_event_loop
async def export_to(file: Path) -> None:
    """Write the sealed trail, with everything needed to check it elsewhere, as lines of JSON."""
    part, count = file.with_name(f"{file.name}.part"), 0
    try:
        async with _keys(here()) as keys:
            await _seal(keys)
            with part.open("w", encoding="utf-8") as out:
                async for line in export():
                    out.write(f"{line}\n")
                    count += 1
        os.replace(part, file)
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror or error}.", "Choose another file.") from error
    finally:
        part.unlink(missing_ok=True)
    typer.echo(f"{count} lines were written to {file}.")


def backup(file: Path) -> None:
    """Keep the database and the files in one tar file; the service may go on meanwhile."""
    kept = Backup.of(here()).keep(file, now=clock.now())
    typer.echo(
        f"{file}: the database and {kept} files. Keep TRAINING_SECRET_KEY too, but elsewhere: it opens the keys."
    )


def restore(file: Path, force: Annotated[bool, typer.Option("--force", help="replace what is there")] = False) -> None:
    """Bring back a backup; stop the service first. It is checked before anything is replaced, the trail after."""
    settings = here()
    Backup.of(settings).bring_back(file, force=force, now=clock.now())
    _tell(asyncio.run(_checked(settings)), f"{file} is restored. The trail is sound.")


async def _checked(settings: Settings) -> Report:
    async with _keys(settings) as keys:
        return await verify_trail(now=clock.now(), keys=await keys.seal_keys())
