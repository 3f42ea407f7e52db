"""Commands that prove the trail, and that keep and bring back everything there is."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from training import clock
from training.commands.backup import Backup
from training.commands.place import here
from training.commands.tables import plain
from training.database.opening import opened
from training.errors import Invalid
from training.lti.keyring import Keyring
from training.sealing import Head, export, head, seal_trail
from training.settings import Settings
from training.trail_check import Report, verify_trail

trail = typer.Typer(no_args_is_help=True)


@trail.command("verify")
def verify(
    known: Annotated[list[Path], typer.Option("--head", help="a head kept elsewhere, as trail head printed it")] = [],  # noqa: B006
) -> None:
    """Check that nothing in the trail was changed, removed, added or reordered; then seal what is new."""
    report = asyncio.run(_verify(here(), [_head(path) for path in known]))
    for problem in report.problems:
        typer.echo(problem, err=True)
    if not report.sound:
        raise typer.Exit(1)
    typer.echo(f"The trail is sound. Entries: {report.entries} sealed in {report.seals}, {report.unsealed} new.")


async def _verify(settings: Settings, known: list[Head]) -> Report:
    async with opened(settings.database_url):
        report = await verify_trail(known)
        if report.sound:  # never seal over a damage
            await seal_trail(now=clock.now())
    return report


@trail.command("head")
def show_head() -> None:
    """Seal what is new and print the end of the trail, signed; keep it elsewhere, and later check against it."""
    typer.echo(json.dumps(asyncio.run(_signed_head(here())), default=plain))


async def _signed_head(settings: Settings) -> dict[str, Any]:
    now = clock.now()
    async with opened(settings.database_url):
        await seal_trail(now=now)
        told: dict[str, Any] = json.loads(json.dumps(asdict(await head()), default=plain))
        claims = {"iss": settings.public_url, "iat": int(now.timestamp()), "sub": "trail", "head": told}
        return told | {"signed": await Keyring(settings.secret_key).sign(claims, now)}


def _head(path: Path) -> Head:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Head(int(told["number"]), str(told["chain"]), int(told["entries"]), None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path}: this is no head of the trail.", "Give a file that trail head has printed.") from error


@trail.command("export")
def export_to(file: Path) -> None:
    """Write the sealed trail, with everything needed to check it elsewhere, as lines of JSON."""
    typer.echo(f"{asyncio.run(_export(here(), file))} lines were written to {file}.")


async def _export(settings: Settings, file: Path) -> int:
    part, count = file.with_name(f"{file.name}.part"), 0
    try:
        async with opened(settings.database_url):
            await seal_trail(now=clock.now())
            with part.open("w", encoding="utf-8") as out:
                async for line in export():
                    out.write(f"{line}\n")
                    count += 1
        os.replace(part, file)
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror or error}.", "Choose another file.") from error
    finally:
        part.unlink(missing_ok=True)
    return count


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
    report = asyncio.run(_checked(settings.database_url))
    for problem in report.problems:
        typer.echo(problem, err=True)
    if not report.sound:
        raise typer.Exit(1)
    typer.echo(f"{file} is restored. The trail is sound. Entries: {report.entries} sealed in {report.seals}.")


async def _checked(url: str) -> Report:
    async with opened(url):
        return await verify_trail()
