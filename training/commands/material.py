"""Commands for what people write in files: load them all; check and evaluate pathways, and list their forms."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from certificates.pathways.commands import advice_command, check_command, evaluate_command, forms_command
from certificates.pathways.form_list import table_of
from training.app.declared import declare
from training.app.load import load_all
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.core import clock, logs
from training.core.errors import Invalid
from training.database.connection import opened

pathway = typer.Typer(no_args_is_help=True)
Check = Annotated[bool, typer.Option("--check", help="only say what would be new, changed or refused")]
GoodOnes = Annotated[bool, typer.Option("--good-ones", help="load the good rows of a CSV file beside bad ones")]
Unit = Annotated[str, typer.Option(help="slug of the central unit, where there are several")]


@in_event_loop
async def load(paths: list[Path], check: Check = False, good_ones: GoodOnes = False, unit: Unit = "") -> None:
    """Load course packages, pathways, instruments, and CSV files of people and sites; all of a file or nothing."""
    settings = here()
    logs.set_up(settings.log_format)
    declare()
    async with opened(settings.database_url):
        lines, refused = await load_all(
            paths, settings=settings, now=clock.now(), check=check, good_ones=good_ones, unit=unit
        )
    for line in lines:
        typer.echo(line, err=refused)
    raise typer.Exit(1 if refused else 0)


@pathway.command("check")
def check(files: list[Path]) -> None:
    """Check pathway, instrument and evidence files: a line for each mistake; advice goes to standard error."""
    lines, code = check_command(files)
    for line in lines:
        typer.echo(line)
    for line in advice_command(files):
        typer.echo(line, err=True)
    raise typer.Exit(code)


@pathway.command("forms")
def forms(
    files: list[Path],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON list of all requirements")] = False,
) -> None:
    """List for each requirement its form, who fills it in and when it counts, or that nobody can record it."""
    found, lines = forms_command(files)
    if as_json:
        typer.echo(json.dumps([row for _, rows in found for row in rows], ensure_ascii=False))
    else:
        typer.echo("\n\n".join("\n".join(table_of(one, rows)) for one, rows in found))
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(1 if lines else 0)


@pathway.command("evaluate")
def evaluate(
    file: Path,
    evidence: Annotated[Path, typer.Option(help="what is known about the holder")],
    as_of: Annotated[str, typer.Option(help="the day, like 2026-05-01")],
    known_at: Annotated[str, typer.Option(help="use only what was recorded by this day")] = "",
    instruments: Annotated[Path | None, typer.Option(help="folder of instrument files")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Print the verdict of a pathway on an evidence file; needs no database."""
    known = _day(known_at, "--known-at") if known_at else None
    verdict, lines = evaluate_command(file, evidence, _day(as_of, "--as-of"), known, instruments)
    for line in lines:
        typer.echo(line, err=True)
    if lines:
        raise typer.Exit(1)
    typer.echo(json.dumps(verdict, ensure_ascii=False, indent=None if as_json else 1))


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{option} {text}: this is not a day.", "Write it like 2026-05-01.") from error
