"""The command of the first day: makes the central unit and its first administrator, and lets her in."""

import sys
from typing import Annotated

import typer

from training.app.declared import declare
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.commands.serving import bring_up_to_date
from training.core import clock
from training.core.dates import DEFAULT_ZONE, moment
from training.core.errors import Invalid
from training.database.connection import opened
from training.people.actions import signer
from training.people.authentication.first_administrator import set_up
from training.sites.models import CentralUnit

Unit = Annotated[str, typer.Option(help="name of your central unit; it stands on each page")]
Admin = Annotated[str, typer.Option(help="e-mail address of the first administrator")]
Zone = Annotated[str, typer.Option(help="time zone of the unit; its days begin and end there")]


@in_event_loop
async def setup(unit: Unit = "", admin: Admin = "", zone: Zone = "") -> None:
    """Make the central unit and its first administrator, and print a link to sign in; again, to let her in again."""
    settings = here()
    await bring_up_to_date(settings)
    declare()
    async with opened(settings.database_url):
        units = await CentralUnit.all().order_by("slug").values_list("name", flat=True)
        unit = unit or (str(units[0]) if len(units) == 1 else _ask("unit", "Name of your central unit"))
        admin = admin or _ask("admin", "E-mail address of the first administrator")
        zone = zone or (DEFAULT_ZONE if units else _ask("zone", "Time zone", DEFAULT_ZONE))
        done = await set_up(unit, admin, zone, now=clock.now())
    what = "is made" if done.new_unit else "is there already"
    who = "is its administrator" if done.new_person else "is known already, and gets a new link"
    until = moment(done.link.expires, done.unit.zone)
    typer.echo(
        f"{done.unit.name} {what}; {done.link.address} {who}.\n"
        f"Open this link to sign in. It works once, until {until}:\n\n"
        f"{settings.public_url}/sign-in/{signer(settings.secret_key).dumps(str(done.link.id))}\n\n"
        "The service has to run for it: training serve. For another link, run training setup again."
    )


def _ask(option: str, words: str, default: str = "") -> str:
    """Asks on a terminal; elsewhere what has a default is taken, and the rest has to be given."""
    if sys.stdin.isatty():
        return str(typer.prompt(words, default=default or None))
    if default:
        return default
    raise Invalid(f"--{option} is missing: {words.lower()}.", "Give it, or run this on a terminal to be asked.")
