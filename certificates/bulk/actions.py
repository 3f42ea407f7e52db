"""Makes a batch of one action for many that were chosen on a list, and has it rehearsed once all is answered."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from certificates.bulk.kinds import BulkAction, BulkField
from certificates.bulk.selections import Selection, kept, of_programme
from certificates.bulk.table import ACTIONS, PROGRAMME
from certificates.bulk.work import PREFIX
from training.batches import actions as batches
from training.batches.models import Batch
from training.core.dates import day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor

CHANGEABLE = ("new", "rehearsed")


def action_of(kind: str) -> BulkAction:
    """Finds the action of a kind of batch; raises NotFound where it is another kind of work."""
    found = ACTIONS.get(kind.removeprefix(PREFIX)) if kind.startswith(PREFIX) else None
    if found is None:
        raise NotFound("There is no such action.", "Choose one from the list.")
    return found


def fields_of(action: BulkAction, on: str) -> tuple[BulkField, ...]:
    """Lists what an action asks of what was chosen on a list."""
    return (PROGRAMME, *action.fields) if of_programme(on, action.about) else action.fields


async def choose(kind: str, chosen: Selection, *, actor: Actor, now: datetime) -> Batch:
    """Makes a batch of what was chosen; nothing is done yet."""
    action = action_of(kind)
    if chosen.on not in action.lists or not actor.may(action.lists[chosen.on]):
        raise NotAllowed("You may not do this.", "Choose one of the actions that the list offers.")
    wishes = {"chosen": asdict(chosen), "values": {}}
    batch = await batches.make(kind, action.title, wishes, actor=actor, now=now)
    if not fields_of(action, chosen.on):
        await batches.rehearse(batch, now=now)
    return batch


async def answer(
    batch: Batch, values: Mapping[str, str], *, options: Mapping[str, list[tuple[str, str]]], now: datetime
) -> None:
    """Keeps what was answered, and has the batch rehearsed; `options` are those that each choice had."""
    fields = fields_of(action_of(batch.kind), kept(batch.wishes).on)
    answers = {one.name: str(values.get(one.name, "")).strip() for one in fields}
    problems: dict[str, str] = {}
    words: list[tuple[str, str]] = []
    for one in fields:
        text, offered = answers[one.name], dict(options.get(one.name, ()))
        words.append((one.label, offered.get(text, day(date.fromisoformat(text)) if _is_day(text) else text)))
        if one.kind == "choice" and text not in offered:
            problems[one.name] = "Choose one from the list"
        elif one.kind == "day" and text and not _is_day(text):
            problems[one.name] = "Enter a day, such as 27 3 2026"
        elif not text and not one.optional and one.kind != "choice":
            problems[one.name] = "Enter a day" if one.kind == "day" else "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    wishes = batch.wishes | {"values": answers, "answers": [pair for pair in words if pair[1]]}
    if not await Batch.filter(id=batch.id, state__in=CHANGEABLE).update(wishes=wishes):
        raise Conflict("This is being done already.", "Look at the batch again.")
    await batches.rehearse(batch, now=now)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
