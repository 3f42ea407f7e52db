"""Prints rows: as one JSON document, or for people one after the other."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Prints rows with a line for each value that there is; as JSON with every value."""
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], default=plain, ensure_ascii=False))
        return
    for row in rows:
        there = (name for name in columns if row.get(name) not in ("", None, []))
        typer.echo("\n".join(f"{name:12} {_words(row[name])}" for name in there) + "\n")
    if not rows:
        typer.echo("There are none.")


def plain(value: Any) -> str:
    """Writes what JSON has no way to write."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return " ".join(str(one) for one in value.values()) if isinstance(value, dict) else plain(value)
