"""Commands for learning systems: connect and test them, see what became of scores, fetch who is in a course."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from training.app.consequences import AFTER
from training.app.resources import open_resources
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
from training.lti.registration.connection_test import TestResult
from training.trail import facts

__all__ = ["keys", "lti"]

lti = typer.Typer(no_args_is_help=True)

ANSWERS = {True: "ok", False: "fault", None: "-"}
COLUMNS = ("id", "sub", "line_item", "given", "maximum", "state", "attempts", "last_error", "sent_at")


@lti.command("add")
def add(
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
    asyncio.run(_add(entry, unit, site))


async def _add(entry: RegistrationEntry, unit: str, site: str) -> None:
    facts.follow(AFTER)
    async with opened(here().database_url):
        row = await registration.add(entry, now=clock.now(), unit=unit, site=site)
    typer.echo(f"Registration {row.id} is {row.state}: {row.name} ({row.profile}).")


lti.command("former-users")(former_users)


@lti.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the LMSs that are connected, or wait for approval."""
    rows = asyncio.run(_registrations())
    show(rows, ("id", "issuer", "client_id", "deployments", "waiting", "profile", "state"), as_json=as_json)


async def _registrations() -> Sequence[Mapping[str, Any]]:
    async with opened(here().database_url):
        return await registration.list_registrations()


@lti.command("approve")
def approve(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Approve a registration or a deployment that waits."""
    typer.echo(asyncio.run(_approve(identifier)))


async def _approve(identifier: str) -> str:
    facts.follow(AFTER)
    async with opened(here().database_url):
        return await approval.approve(identifier, now=clock.now())


@lti.command("test")
def test(identifier: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Try a connection: its keys, a token, the gradebook, the roster and the clock."""
    found = asyncio.run(_test(identifier))
    if as_json:
        show([asdict(one) for one in found], (), as_json=True)
    else:
        for one in found:
            typer.echo(f"{ANSWERS[one.ok]:5}  {one.what}: {one.words}")
    raise typer.Exit(1 if any(one.ok is False for one in found) else 0)


async def _test(identifier: str) -> list[TestResult]:
    settings = here()
    async with opened(settings.database_url), open_resources(settings) as things:
        return await connection_test.test(await registration.find(identifier), things.platform, now=clock.now())


@lti.command("scores")
def list_scores(as_json: AsJson = False) -> None:
    """List the scores on their way to LMSs, newest first."""
    rows = asyncio.run(_scores())
    show(rows, COLUMNS, as_json=as_json)


async def _scores() -> Sequence[Mapping[str, Any]]:
    async with opened(here().database_url):
        return await scores.list_scores()


@lti.command("resend")
def resend(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Queue a score again, whatever became of it."""
    asyncio.run(_resend(identifier))
    typer.echo(f"Score {identifier} is queued.")


async def _resend(identifier: str) -> None:
    facts.follow(AFTER)
    async with opened(here().database_url):
        await scores.resend(identifier, now=clock.now())


@lti.command("send-score")
def send_score(
    registration: Annotated[str, typer.Option(help="id of the registration")],
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
    typer.echo(f"Score {asyncio.run(_send_score(registration, user, line_item, value))} is queued.")


async def _send_score(identifier: str, user: str, line_item: str, value: Value) -> UUID:
    facts.follow(AFTER)
    async with opened(here().database_url):
        chosen = await registration.find(identifier)
        return await scores.send_by_hand(chosen, user, line_item, value, now=clock.now())


@lti.command("sync-members")
def sync_members(
    registration: Annotated[str, typer.Option(help="id of the registration")],
    context: Annotated[str, typer.Option(help="id of the course in the LMS")],
    as_json: AsJson = False,
) -> None:
    """Fetch who is in a course of an LMS."""
    rows = asyncio.run(_sync_members(registration, context))
    show(rows, ("sub", "name", "email", "roles", "status"), as_json=as_json)


async def _sync_members(identifier: str, context: str) -> Sequence[Mapping[str, Any]]:
    facts.follow(AFTER)
    settings = here()
    async with opened(settings.database_url), open_resources(settings) as things:
        chosen = await registration.find(identifier)
        return await roster_changes.sync(chosen, context, things.platform, now=clock.now())
