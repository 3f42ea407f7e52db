"""Undoes what the rows of an import wrote: made rows go where nothing else leans on them, changed columns come back."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from tortoise import Tortoise
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from training.batches.models import Batch, BatchRow
from training.core.errors import Conflict
from training.imports.kinds import Derived, ImportRequest
from training.people.models import Person
from training.trail.facts import FactDraft, record_all
from training.trail.models import Followup
from training.trail.sealed_tables import SEALED

LEANS = "Something that came later rests on this, so it stays"
CHANGED = "This has been changed since, so it stays as it is"


async def undo_rows(rows: Sequence[BatchRow], batch: Batch, asked: ImportRequest, *, derived: Derived) -> None:
    """Undoes rows of a batch in the caller's transaction, all of them or none; raises Conflict where one has to stay.

    What was worked out of rows that go, goes with them (`derived`).
    """
    wrote = [one for row in rows for one in reversed(row.wrote)]
    await _put_back([one for one in wrote if "before" in one])
    made: dict[type[Model], list[str]] = {}
    for one in wrote:
        if "before" not in one:
            made.setdefault(_model(one["table"]), []).append(one["id"])
    spoken = [_named(one) for one in wrote if one["table"] in SEALED]
    try:
        spoken += await _drop_derived(made, derived)
        for model, keys in _last_first(made):
            await model.filter(pk__in=keys).delete()
    except IntegrityError as error:
        raise Conflict(LEANS, "Change what rests on it first") from error
    gone = [one["id"] for one in wrote if "before" not in one]
    await Followup.filter(subject_id__in=gone, state="queued").delete()  # what was to be done with what is gone
    for row in rows:
        row.state, row.wrote, row.problems = "undone", [], []
    await _tell(rows, wrote, spoken, batch, asked)


async def _put_back(changes: Iterable[Mapping[str, Any]]) -> None:
    for one in changes:
        model = _model(one["table"])
        still = [_is(name, value) for name, value in one["after"].items()]
        if not await model.filter(*still, pk=one["id"]).update(**one["before"]):
            raise Conflict(CHANGED, "Look at it on its own page")


def _is(name: str, value: Any) -> Q:
    given: dict[str, Any] = {f"{name}__isnull": True} if value is None else {name: value}
    return Q(**given)


async def _drop_derived(made: Mapping[type[Model], list[str]], derived: Derived) -> list[Model]:
    gone: list[Model] = []
    for table, column, of_table in derived:
        model = _model(table)
        about: dict[str, Any] = {f"{column}__in": made.get(_model(of_table), [])}
        gone += await model.filter(**about).only(model._meta.pk_attr)
        await model.filter(**about).delete()
    return gone


def _last_first(made: Mapping[type[Model], list[str]]) -> list[tuple[type[Model], list[str]]]:
    """Orders what is to go so that whatever points to others goes before them; of a tree each row by itself."""
    above = {model: {parent for parent in _parents(model) if parent is not model} for model in made}
    order = [*TopologicalSorter(above).static_order()]
    found: list[tuple[type[Model], list[str]]] = []
    for model in (one for one in reversed(order) if one in made):
        alone = model in _parents(model)
        found += [(model, [key]) for key in made[model]] if alone else [(model, made[model])]
    return found


def _parents(model: type[Model]) -> set[type[Model]]:
    fields = model._meta.fields_map.values()
    return {field.related_model for field in fields if isinstance(field, ForeignKeyFieldInstance)}


async def _tell(
    rows: Sequence[BatchRow],
    wrote: Sequence[Mapping[str, Any]],
    spoken: list[Model],
    batch: Batch,
    asked: ImportRequest,
) -> None:
    """Writes one fact of all rows that are gone or put back, and one for each person, whom the rules look at again."""
    gone = {one["id"] for one in wrote if one["table"] == Person._meta.full_name and "before" not in one}
    people: dict[UUID, None] = {row.person_id: None for row in rows if row.person_id and str(row.person_id) not in gone}
    detail = {"number": batch.number, "rows": len(rows)}
    drafts = [FactDraft("batch.rows_undone", batch, detail=detail, rows=spoken)]
    drafts += [FactDraft("batch.person_undone", batch, person=person, detail=detail) for person in people]
    await record_all(drafts, actor=asked.actor.person_id, unit=asked.actor.unit_id, now=asked.now)


def _named(one: Mapping[str, Any]) -> Model:
    model = _model(one["table"])
    return model(**{model._meta.pk_attr: UUID(one["id"])})


def _model(table: str) -> type[Model]:
    room, _, name = table.partition(".")
    assert Tortoise.apps is not None
    found: type[Model] = Tortoise.apps[room][name]
    return found
