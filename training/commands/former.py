"""The command that brings people over from LTI 1.1: the old key and secret, and who had which user id."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from training.app.declared import declare
from training.app.resources import open_resources
from training.commands.event_loop import in_event_loop
from training.commands.place import here
from training.core import clock
from training.core.errors import Invalid
from training.database.connection import opened
from training.lti.launch import lti11_users
from training.lti.launch.lti11_users import Known
from training.lti.registration.actions import unit_of
from training.parsing.csv import CsvLine, Sheet, read_sheet
from training.parsing.text import uuid_of
from training.people.models import Email, Person
from training.sites.models import CentralUnit

COLUMNS = ("user_id", "person")


@in_event_loop
async def former_users(
    key: Annotated[str, typer.Argument(metavar="KEY", help="the consumer key of the LTI 1.1 entry")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with the columns user_id and person (id or e-mail)")
    ],
    secret: Annotated[str, typer.Option(prompt=True, hide_input=True, help="its secret; asked for if left out")],
    unit: Annotated[str, typer.Option(help="slug of the central unit, where there are several")] = "",
) -> None:
    """Tell who used LTI 1.1, so that their first LTI 1.3 launch finds them as who they were."""
    declare()
    settings = here()
    async with opened(settings.database_url), open_resources(settings) as things:
        owner = await unit_of(unit, now=clock.now())
        told = await _read(file, owner)
        added = await lti11_users.tell(things.tool, key, secret, told, unit_id=owner.id, now=clock.now())
    typer.echo(f"{added} new users of {key} are known. Each is recognised at the first LTI 1.3 launch.")


async def _read(file: Path, unit: CentralUnit) -> list[Known]:
    sheet = read_sheet(file)
    sheet.must_have(COLUMNS, COLUMNS)
    known = [await _known(line, sheet, unit) for line in sheet.lines] if not sheet.unusable else []
    if sheet.mistakes:
        raise Invalid("\n".join(words for _, words in sheet.mistakes), "Nothing was changed.")
    return [one for one in known if one]


async def _known(line: CsvLine, sheet: Sheet, unit: CentralUnit) -> Known | None:
    user_id, told = line["user_id"], line["person"]
    person_id = await _person(told, unit)
    if not 0 < len(user_id) <= 255:
        sheet.refuse(line.number, "the user_id is missing or too long", "write it as LTI 1.1 sent it")
    elif person_id is None:
        sheet.refuse(line.number, f"nobody here is {told or 'without a name'}", "give the id or the e-mail of a person")
    else:
        return Known(user_id, person_id)
    return None


async def _person(told: str, unit: CentralUnit) -> UUID | None:
    if "@" in told:
        email = await Email.filter(
            unit_id=unit.id, address=told.lower(), mail_only=False, person__erased_at=None
        ).first()
        return email.person_id if email else None
    found = await Person.get_or_none(id=uuid_of(told), unit_id=unit.id, erased_at=None)
    return found.id if found else None
