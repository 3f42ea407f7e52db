"""Commands for the rights of people: a copy of everything about them, and erasure."""

from typing import Annotated
from uuid import UUID

import typer

from certificates.erase_person import erase
from training.app.declared import declare
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.core import clock
from training.core.dates import moment
from training.core.errors import Invalid, NotFound
from training.database.connection import opened, transaction
from training.people import personal_data
from training.people.actions import make_link, signer
from training.people.authentication.operator import operator
from training.people.models import Email, Person
from training.people.second_step.resets import let_in_again

person = typer.Typer(no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="ID", help="the person's id, or one of their e-mail addresses")]
Unit = Annotated[str, typer.Option(help="slug of the central unit, where there are several")]


@person.command("export")
@in_event_loop
async def export(who: Who, unit: Unit = "") -> None:
    """Print everything that is stored about a person, table by table, as one JSON document."""
    declare()
    async with opened(here().database_url):
        now = clock.now()
        actor = await operator(unit, now=now)
        typer.echo(await personal_data.export(await _find(who, actor.unit_id), actor=actor, now=now))


@person.command("erase")
@in_event_loop
async def erase_(who: Who, unit: Unit = "") -> None:
    """Erase a person: name, addresses, identities and files go for good; the record stays under a pseudonym."""
    declare()
    settings = here()
    async with opened(settings.database_url):
        now = clock.now()
        actor = await operator(unit, now=now)
        found = await _find(who, actor.unit_id)
        done = await erase(found.id, actor=actor, now=now, storage=settings.storage)
    typer.echo(
        f"{done.pseudonym} is what is left. {done.certificates} certificates still verify, without the holder's "
        f"details; {done.rows} other rows no longer name the person. Backups made before still do."
    )


@person.command("reset-sign-in")
@in_event_loop
async def reset_sign_in(who: Who, unit: Unit = "") -> None:
    """Take all second steps of a person away, where no two people can, and print a link to sign in."""
    declare()
    settings = here()
    async with opened(settings.database_url):
        now = clock.now()
        actor = await operator(unit, now=now)
        found = await _find(who, actor.unit_id)
        email = await Email.filter(person_id=found.id, mail_only=False).order_by("address").first()
        if email is None:
            raise Invalid(f"{found.name} has no address to sign in by.", "Give them one first.")
        gone = await let_in_again(found, actor=actor, now=now)
        async with transaction():
            link = await make_link("person.let_in", found, email.address, actor_id=actor.person_id, now=now)
    typer.echo(
        f"{gone} passkeys and apps of {found.name} work no more. Open this link to sign in. It works once, until "
        f"{moment(link.expires, actor.zone)}:\n\n"
        f"{settings.public_url}/sign-in/{signer(settings.secret_key).dumps(str(link.id))}"
    )


async def _find(who: str, unit_id: UUID) -> Person:
    """Finds a person of the unit by id or address."""
    people = Person.filter(unit_id=unit_id)
    try:
        found = await people.get_or_none(id=UUID(who))
    except ValueError:
        email = await Email.get_or_none(unit_id=unit_id, address=who.strip().lower())
        found = await people.get_or_none(id=email.person_id) if email else None
    if found is None:
        raise NotFound(f"There is no person {who}.", "Give the id that stands in the address of the person's page.")
    return found
