"""Commands that run the service: serve, work, migrate, seed, and the demo."""

import asyncio
import os
import secrets
import shutil
import signal
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
import uvicorn
import uvloop

from training.app import application
from training.app.consequences import worker
from training.app.declared import declare
from training.app.health import check_start
from training.app.resources import open_resources
from training.commands.tables import AsJson, show
from training.core import clock, logs
from training.core import settings as setting
from training.core.errors import Invalid, NotFound
from training.core.settings import Settings
from training.database import migrate as database_migrate
from training.database.connection import opened
from training.demo import seed as demo_seed
from training.demo.lms.app import build as build_lms
from training.people.authentication.demo_cast import SEES
from training.people.authentication.first_administrator import anybody_signs_in
from training.trail import facts
from training.trail.baseline import cover
from training.web.slow_requests import ImpatientProtocol

FAILED = ("id", "kind", "state", "attempts", "ended", "last_error")
"""What the list tells of work that failed."""

Port = Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)]


def serve(host: str = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the pages; with SQLite the follow-up work runs in here too."""
    settings = _ready()
    uvloop.run(_serve(settings, host, port))


def work(
    once: Annotated[bool, typer.Option(help="do everything that is due, then end")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="only list the work that failed, with the reason")] = False,
    again: Annotated[str, typer.Option(help="queue failed work again: its id, or all", metavar="ID|all")] = "",
    as_json: AsJson = False,
) -> None:
    """Do follow-up work: scores, mail, certificates, timers. Any number of these may run on PostgreSQL."""
    settings = _ready()
    if failed:
        show(asyncio.run(_failed(settings)), FAILED, as_json=as_json)
    elif again:
        typer.echo(f"{asyncio.run(_again(settings, again))} pieces of work are queued again.")
    else:
        uvloop.run(_work(settings, once=once))


def migrate() -> None:
    """Bring the tables of the database up to date."""
    done, rows = asyncio.run(bring_up_to_date(_ready()))
    typer.echo(f"{len(done)} migrations were run." if done else "The database is up to date.")
    if rows:
        typer.echo(f"The trail speaks of {rows} rows from now on; a change of them without an entry will show.")


def seed() -> None:
    """Load the people and the history of the demo into an empty database."""
    settings = _ready()
    asyncio.run(_seed(settings))


def demo(
    context: typer.Context,
    port: Port = 8000,
    reset: Annotated[bool, typer.Option("--reset", help="begin again with fresh demo data")] = False,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="leave PDFs out")] = False,
    host: str = "127.0.0.1",
) -> None:
    """Set up a demo in ./var and serve it with a pretend LMS beside it."""
    if context.invoked_subcommand:
        return
    settings = _demo_settings(port, no_pdf)
    if reset:
        shutil.rmtree("var/demo", ignore_errors=True)
    Path("var/demo").mkdir(parents=True, exist_ok=True)
    logs.set_up(settings.log_format)
    begun = time.perf_counter()
    asyncio.run(bring_up_to_date(settings))
    uvloop.run(_demo(settings, host, port, begun))


async def bring_up_to_date(settings: Settings) -> tuple[list[str], int]:
    """Makes and extends the tables; gives the migrations that were run and how many rows the trail speaks of anew."""
    if settings.database_url.startswith("sqlite://"):
        Path(settings.database_url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)
    done = await database_migrate.migrate(settings.database_url)
    declare()
    async with opened(settings.database_url):
        return done, await cover(now=clock.now(), migrated=bool(done))


def _ready() -> Settings:
    settings = setting.load()
    logs.set_up(settings.log_format)
    return settings


def _demo_settings(port: int, no_pdf: bool) -> Settings:
    folder = Path("var/demo")
    key = Path("var/demo.key")
    if not key.exists():
        key.parent.mkdir(exist_ok=True)
        key.write_text(secrets.token_urlsafe(48))
        key.chmod(0o600)
    return setting.load(
        demo=True,
        secret_key=os.environ.get("TRAINING_SECRET_KEY") or key.read_text(),
        database_url=os.environ.get("TRAINING_DATABASE_URL", f"sqlite://{folder}/training.db"),
        storage_url=str(folder / "files"),
        mail_url=os.environ.get("TRAINING_MAIL_URL", f"file:{folder}/mail"),
        public_url=os.environ.get("TRAINING_PUBLIC_URL", f"http://localhost:{port}"),
        demo_lms_url=f"http://127.0.0.1:{port + 1}",
        outbound_allow="127.0.0.1,localhost",
        pdf=not no_pdf,
    )


async def _serve(settings: Settings, host: str, port: int) -> None:
    declare()
    async with opened(settings.database_url):
        await check_start(settings, now=clock.now())
        works = settings.database_url.startswith("sqlite")
        typer.echo(f"Serving {settings.public_url} on http://{host}:{port}. Stop: Ctrl+C")
        if not await anybody_signs_in():
            typer.echo("Nobody can sign in yet: training setup")
        await _server(application.build(settings, works=works), host, port, settings.trusted_proxies).serve()


async def _work(settings: Settings, *, once: bool) -> None:
    declare()
    async with opened(settings.database_url):
        await check_start(settings, now=clock.now())
        async with open_resources(settings) as things:
            toil = worker(things)
            if once:
                typer.echo(f"{await toil.work_once()} pieces of work were done.")
            else:
                await _until_told(toil.work_forever())


async def _failed(settings: Settings) -> Sequence[Mapping[str, Any]]:
    async with opened(settings.database_url):
        return await facts.failed().order_by("ended", "id").values(*FAILED)


async def _again(settings: Settings, which: str) -> int:
    async with opened(settings.database_url):
        rows, now = facts.failed(), clock.now()
        try:
            count = await facts.send_all_again(rows if which == "all" else rows.filter(id=UUID(which)), now=now)
        except ValueError as error:
            raise Invalid(f"{which}: this is no id of work.", "Give one of: training work --failed") from error
    if not count and which != "all":
        raise NotFound(f"{which}: no such work has failed.", "See: training work --failed")
    return count


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Works until SIGTERM or Ctrl+C; what is in the middle is handed back, and whoever works next takes it at once."""
    working, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, working.cancel)
    with suppress(asyncio.CancelledError):
        await working


async def _seed(settings: Settings) -> None:
    declare()
    async with opened(settings.database_url):
        await demo_seed.fill(settings, now=clock.now())


async def _demo(settings: Settings, host: str, port: int, begun: float) -> None:
    declare()
    async with opened(settings.database_url):
        await demo_seed.fill(settings, now=clock.now())
        lms = build_lms(tool_url=settings.public_url, base_url=settings.demo_lms_url)
        servers = [
            _server(application.build(settings, works=True), host, port, ""),
            _server(lms, "127.0.0.1", port + 1, "", date_header=False),  # it dates its answers by its own clock
        ]
        _tell(settings, time.perf_counter() - begun)
        async with asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(_until_one_ends(server, servers))


async def _until_one_ends(server: uvicorn.Server, servers: list[uvicorn.Server]) -> None:
    try:
        await server.serve()
    finally:
        for other in servers:
            other.should_exit = True


def _server(app: object, host: str, port: int, trusted_proxies: str, *, date_header: bool = True) -> uvicorn.Server:
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,  # type: ignore[arg-type]
        proxy_headers=bool(trusted_proxies), forwarded_allow_ips=trusted_proxies or None,
        timeout_graceful_shutdown=5, http=ImpatientProtocol, date_header=date_header,
    )  # fmt: skip
    return uvicorn.Server(config)


def _tell(settings: Settings, seconds: float) -> None:
    typer.echo(f"\nThe demo is at {settings.public_url} (set up in {seconds:.1f} s). Be one of these people:")
    for name, (role, sees) in SEES.items():
        typer.echo(f"  {name:6} {role}. {sees}")
    typer.echo(
        f"The pretend LMS to launch from: {settings.demo_lms_url}\nMails lie in {settings.mail_url}. Stop: Ctrl+C\n"
    )
