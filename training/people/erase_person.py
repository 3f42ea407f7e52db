"""Erases a person from the tables of people, and their name and addresses from every other row about them."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.fields import CharField, JSONField, TextField
from tortoise.models import Model

from training.core.dates import local_day
from training.core.errors import Conflict
from training.database.name_search import called, searched
from training.people.authentication.models import Factor, RecoveryCode, SignInNumber, TextCode
from training.people.lists.models import SavedFilter
from training.people.models import (
    Email,
    Letter,
    Membership,
    NameRequest,
    Person,
    Phone,
    Session,
    SignInLink,
    TaskList,
)
from training.people.personal_data import Rows
from training.sites.models import FormerValue, zone_of
from training.trail.models import Fact, Followup

SHORTEST = 4
"""A word shorter than this is blanked only where it is the whole value: "Al" stands in many other words."""
NOT_SWEPT: frozenset[type[Model]] = frozenset({Fact, Person})
"""The trail holds no names, and is sealed as it is."""


def pseudonym_of(person_id: UUID) -> str:
    """Gives the name that stands in place of the person's from now on."""
    return f"Erased person {person_id.hex[:4]}"


async def erase_person(person: Person, *, now: datetime) -> frozenset[str]:
    """Takes the name, addresses and ways in; gives the words that may not stand anywhere else either.

    Only inside a transaction, with the fact `person.erased` beside it.
    """
    still = Person.filter(id=person.id, erased_at__isnull=True)
    if not await still.update(**called(pseudonym_of(person.id)), erased_at=now):
        raise Conflict("This person was erased before.", "Nothing is left to do.")
    addresses = [row.address for row in await Email.filter(person_id=person.id)]
    await Email.filter(person_id=person.id).delete()
    phones = [row.number for row in await Phone.filter(person_id=person.id)]
    await Phone.filter(person_id=person.id).delete()
    asked = [row.name for row in await NameRequest.filter(person_id=person.id)]
    await NameRequest.filter(person_id=person.id).delete()
    await Letter.filter(person_id=person.id).delete()
    await TaskList.filter(person_id=person.id).delete()
    await SavedFilter.filter(person_id=person.id).delete()
    await SignInLink.filter(person_id=person.id).delete()
    await Factor.filter(person_id=person.id).delete()
    await RecoveryCode.filter(person_id=person.id).delete()
    numbers = await SignInNumber.filter(person_id=person.id).values_list("number", flat=True)
    await SignInNumber.filter(person_id=person.id).delete()
    await TextCode.filter(person_id=person.id).delete()
    await Session.filter(person_id=person.id).update(lti=None)
    await Session.filter(person_id=person.id, ended__isnull=True).update(ended=now)
    today = local_day(now, await zone_of(person.unit_id))
    running = Q(ends__isnull=True) | Q(ends__gt=today)
    await Membership.filter(running, person_id=person.id).update(ends=today, end_recorded=now)
    mails = await Followup.filter(fact__person_id=person.id, kind__startswith="mail", state="queued")
    waiting = Followup.filter(id__in=[mail.id for mail in mails])
    await waiting.update(state="refused", last_error="The person was erased.", ended=now)
    former = FormerValue.filter(subject_id=person.id)
    names = [row.value for row in await former]
    pseudonym = pseudonym_of(person.id)
    await former.update(value=pseudonym, folded=searched(pseudonym))
    return frozenset({person.name, *names, *asked, *addresses, *phones, *map(str, numbers)})


Swept = dict[str, frozenset[str]]
"""Row (`table/id`) → its columns that held a word."""


async def sweep(rows: Rows, words: Iterable[str], pseudonym: str, *, leave: frozenset[type[Model]]) -> Swept:
    """Puts the pseudonym in place of each word in the texts of the rows as they stand, and tells which held one."""
    swept: Swept = {}
    say = _Sayer(words, pseudonym)
    for model, kept in rows.items():
        if model in leave | NOT_SWEPT:
            continue
        # Read again: a text that was emptied since may not come back.
        for row in await model.filter(pk__in=list(kept)).values():
            key = row[model._meta.pk_attr]
            changed = {name: say.again(row[name]) for name in _texts(model) if say.again(row[name]) != row[name]}
            if changed:
                fitting = {name: _fit(model, name, value) for name, value in changed.items()}
                if "name" in fitting and "folded" in model._meta.fields_map:
                    fitting |= called(fitting["name"])
                await model.filter(pk=key).update(**fitting)
                columns = model._meta.fields_db_projection
                swept[f"{model._meta.full_name}/{key}"] = frozenset(columns[name] for name in changed)
    return swept


class _Sayer:
    """Says a value again without the words."""

    def __init__(self, words: Iterable[str], pseudonym: str) -> None:
        self._whole = {word.casefold() for word in words if word}
        self._pseudonym = pseudonym
        # The longest first: an address may hold the name.
        inside = sorted((word for word in self._whole if len(word) >= SHORTEST), key=len, reverse=True)
        self._inside = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in inside) or r"(?!)", re.I)

    def again(self, value: Any) -> Any:
        """Gives a text, or a JSON value with all texts in it, without the words."""
        if isinstance(value, str):
            if value.casefold() in self._whole:
                return self._pseudonym
            return self._inside.sub(self._pseudonym, value)
        if isinstance(value, list):
            return [self.again(one) for one in value]
        return {key: self.again(one) for key, one in value.items()} if isinstance(value, dict) else value


def _texts(model: type[Model]) -> list[str]:
    fields = model._meta.fields_map.items()
    return [name for name, field in fields if isinstance(field, CharField | TextField | JSONField) and not field.pk]


def _fit(model: type[Model], name: str, value: Any) -> Any:
    field = model._meta.fields_map[name]
    return value[: field.max_length] if isinstance(field, CharField) else value
