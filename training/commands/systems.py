"""Commands for learning systems: connect and test them, see what became of scores, fetch who is in a course."""

from dataclasses import asdict
from typing import Annotated

import typer

from training.app.declared import declare
from training.app.resources import open_resources
from training.commands.event_loop import in_event_loop
from training.commands.former import former_users
from training.commands.keys import keys
from training.commands.place import here
from training.commands.tables import AsJson, show
from training.core import clock
from training.database.connection import opened
from training.lti.identities import roster_changes
from training.lti.platform import scores
from training.lti.platform.scores import Value
from training.lti.registration import actions as registration
from training.lti.registration import approval, connection_test
from training.lti.registration.actions import RegistrationEntry

__all__ = ["keys", "lti"]

lti = typer.Typer(no_args_is_help=True)

ANSWERS = {True: "ok", False: "fault", None: "-"}
COLUMNS = ("id", "sub", "line_item", "given", "maximum", "state", "attempts", "last_error", "sent_at")


@lti.command("add")
@in_event_loop
async def add(
    issuer: Annotated[str, typer.Option(help="the issuer, exactly as the LMS shows it")],
    client_id: Annotated[str, typer.Option(help="the client id that the LMS gave")],
    auth_url: Annotated[str, typer.Option(help="authorization URL")],
    token_url: Annotated[str, typer.Option(help="token URL")],
    jwks_url: Annotated[str, typer.Option(help="key set URL")],
    deployment_id: Annotated[list[str], typer.Option(help="deployment id; may be given several times")] = [],  # noqa: B006
    token_audience: Annotated[str, typer.Option(help="audience of token requests, where it is not the token URL")] = "",
    service_host: Annotated[list[str], typer.Option(help="another host for its services; several times")] = [],  # noqa: B006
    profile: Annotated[str, typer.Option(help="kind of LMS, where the issuer does not tell")] = "",
    name: Annotated[str, typer.Option(help="what to call it")] = "",
    unit: Annotated[str, typer.Option(help="slug of the central unit, where there are several")] = "",
    site: Annotated[str, typer.Option(help="code of the site whose people come from there")] = "",
    deployment_policy: Annotated[str, typer.Option(help="new deployments: auto, ask or refuse")] = "ask",
) -> None:
    """Connect an LMS."""
    entry = RegistrationEntry(
        issuer=issuer, client_id=client_id, auth_url=auth_url, token_url=token_url, jwks_url=jwks_url,
        deployment_ids=tuple(deployment_id), token_audience=token_audience, service_hosts=tuple(service_host),
        profile=profile, name=name, deployment_policy=deployment_policy,
    )  # fmt: skip
    declare()
    async with opened(here().database_url):
        row = await registration.add(entry, now=clock.now(), unit=unit, site=site)
    typer.echo(f"Registration {row.id} is {row.state}: {row.name} ({row.profile}).")


lti.command("former-users")(former_users)


@lti.command("list")
@in_event_loop
async def list_(as_json: AsJson = False) -> None:
    """List the LMSs that are connected, or wait for approval."""
    async with opened(here().database_url):
        rows = await registration.list_registrations()
    show(rows, ("id", "issuer", "client_id", "deployments", "waiting", "profile", "state"), as_json=as_json)


@lti.command("approve")
@in_event_loop
async def approve(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Approve a registration or a deployment that waits."""
    declare()
    async with opened(here().database_url):
        typer.echo(await approval.approve(identifier, now=clock.now()))


@lti.command("test")
@in_event_loop
async def test(identifier: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Try a connection: its keys, a token, the gradebook, the roster and the clock."""
    settings = here()
    async with opened(settings.database_url), open_resources(settings) as things:
        found = await connection_test.test(await registration.find(identifier), things.platform, now=clock.now())
    if as_json:
        show([asdict(one) for one in found], (), as_json=True)
    else:
        for one in found:
            typer.echo(f"{ANSWERS[one.ok]:5}  {one.what}: {one.words}")
    raise typer.Exit(1 if any(one.ok is False for one in found) else 0)


@lti.command("scores")
@in_event_loop
async def list_scores(as_json: AsJson = False) -> None:
    """List the scores on their way to LMSs, newest first."""
    async with opened(here().database_url):
        rows = await scores.list_scores()
    show(rows, COLUMNS, as_json=as_json)


@lti.command("resend")
@in_event_loop
async def resend(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Queue a score again, whatever became of it."""
    declare()
    async with opened(here().database_url):
        await scores.resend(identifier, now=clock.now())
    typer.echo(f"Score {identifier} is queued.")


@lti.command("send-score")
@in_event_loop
async def send_score(
    identifier: Annotated[str, typer.Option("--registration", help="id of the registration")],
    user: Annotated[str, typer.Option(help="the person, as the LMS names them (sub)")],
    line_item: Annotated[str, typer.Option(help="address of the column")],
    given: Annotated[float, typer.Option(help="the score")],
    maximum: Annotated[float, typer.Option(help="the highest score there is")],
    progress: Annotated[str, typer.Option(help=", ".join(scores.PROGRESS))] = "Completed",
    grading: Annotated[str, typer.Option(help=", ".join(scores.GRADING))] = "FullyGraded",
    comment: Annotated[str, typer.Option(help="shown beside the score")] = "",
) -> None:
    """Queue one score by hand."""
    value = Value(given, maximum, progress, grading, comment)
    declare()
    async with opened(here().database_url):
        chosen = await registration.find(identifier)
        queued = await scores.send_by_hand(chosen, user, line_item, value, now=clock.now())
    typer.echo(f"Score {queued} is queued.")


@lti.command("sync-members")
@in_event_loop
async def sync_members(
    identifier: Annotated[str, typer.Option("--registration", help="id of the registration")],
    context: Annotated[str, typer.Option(help="id of the course in the LMS")],
    as_json: AsJson = False,
) -> None:
    """Fetch who is in a course of an LMS."""
    declare()
    settings = here()
    async with opened(settings.database_url), open_resources(settings) as things:
        chosen = await registration.find(identifier)
        rows = await roster_changes.sync(chosen, context, things.platform, now=clock.now())
    show(rows, ("sub", "name", "email", "roles", "status"), as_json=as_json)
