"""The command that looks at this machine and says what is missing."""

from typing import Annotated

import typer

from training.commands import machine
from training.commands.event_loop import in_event_loop
from training.commands.pango import look
from training.core import settings as setting
from training.core.errors import Invalid


@in_event_loop
async def doctor(
    pango: Annotated[
        bool, typer.Option("--pango", help="only tell whether PDFs can be made, by the exit code")
    ] = False,
    port: Annotated[int, typer.Option(help="port that the service would use", min=1, max=65535)] = 8000,
) -> None:
    """Look at this machine: a line for each thing that the service stands on, and what to do where one is missing."""
    if pango:
        raise typer.Exit(1 if look().missing else 0)
    lacking = 0
    settings, finding = _settings()
    typer.echo(finding)
    async for one in machine.findings(settings, port):
        typer.echo(one)
        lacking += one.state == "lack"
    raise typer.Exit(1 if lacking or finding.state == "lack" else 0)


def _settings() -> tuple[setting.Settings | None, machine.DoctorFinding]:
    try:
        return setting.load(), machine.DoctorFinding("ok", "Settings", "complete")
    except Invalid as wrong:
        if wrong.message.endswith("is missing"):  # the demo makes what is missing
            return None, machine.DoctorFinding(
                "note", "Settings", f"{wrong.message}; serve needs it, the demo does not"
            )
        return None, machine.DoctorFinding("lack", "Settings", f"{wrong.message}; {wrong.remedy}")
