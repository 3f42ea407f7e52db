"""The command that runs the pretend LMS by itself, beside any installation, to see that its connection works."""

from typing import Annotated

import typer
import uvicorn

from training.core.errors import Invalid
from training.demo.lms.app import build
from training.demo.lms.joining import entry
from training.demo.lms.personalities import PERSONALITIES


def lms(
    tool: Annotated[str, typer.Option(help="address of the service that it launches")] = "http://localhost:8000",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8001,
    host: str = "127.0.0.1",
    address: Annotated[str, typer.Option(help="its own address, if others reach it by another one")] = "",
    plays: Annotated[str, typer.Option(help=f"which LMS it plays: {', '.join(PERSONALITIES)}")] = "pretend-lms",
) -> None:
    """Run only the pretend LMS, to check an installation; it needs no database and keeps nothing."""
    if plays not in PERSONALITIES:
        raise Invalid(f"It cannot play {plays}.", f"Choose one of {', '.join(PERSONALITIES)}.")
    base = (address or f"http://{host}:{port}").rstrip("/")
    app = build(tool.rstrip("/"), base, plays=plays, alone=True)
    typer.echo(_told(base, tool, host))
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, date_header=False
    )
    uvicorn.Server(config).run()


def _told(base: str, tool: str, host: str) -> str:
    asked = entry(base)
    return f"""
The pretend LMS is at {base} and launches {tool}. Stop: Ctrl+C
Connect it there, in one of two ways:
  1. Open {base}/connect and press the registration link; approve it under Learning systems.
  2. training lti add --issuer {asked.issuer} --client-id {asked.client_id} --auth-url {asked.auth_url} \\
       --token-url {asked.token_url} --jwks-url {asked.jwks_url} --deployment-id {asked.deployment_ids[0]}
The service calls only public https addresses, so start it with TRAINING_OUTBOUND_ALLOW={host}
"""
