"""Does once in a process what takes most of a short test, and would come to the same in each of them."""

import secrets
import sys
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tortoise.apps import Apps
from tortoise.models import Model

from certificates.credentials import keys, status_lists
from training.database.engine_sqlite import PRAGMAS

DURABLE = PRAGMAS["synchronous"]
"""How the service itself waits for the disk."""
SECRET = secrets.token_bytes(32)
_prepared: dict[type[Model], tuple[type, int]] = {}
_prepare, _generate, _take = Apps._build_initial_querysets, keys._generated, status_lists.take
_number = count()


def take() -> None:
    """Takes the shortcuts from here on."""
    PRAGMAS["synchronous"] = "OFF"  # no test cuts the power, and waiting for the disk takes most of a short one
    Apps._build_initial_querysets = _once  # type: ignore[method-assign]
    keys._generated = _stocked
    # httpx looks for it at each request, and looking for what is not installed takes a tenth of one.
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    status_lists.take = _with_one_secret  # type: ignore[assignment]


def begin() -> None:
    """Begins a test: issuers' keys come from the stock in the same order, and never twice."""
    global _number
    _number = count()


def _once(apps: Apps) -> None:
    # Anew for another kind of database, and where more models point to a model than before.
    models = [model for room in apps.apps.values() for model in room.values()]
    found = {model: (model._meta.db.query_class, len(model._meta.fields_map)) for model in models}
    anew = {str(number): model for number, model in enumerate(models) if _prepared.get(model) != found[model]}
    _prepare(SimpleNamespace(apps={"anew": anew}))  # type: ignore[arg-type]
    _prepared.update(found)


async def _with_one_secret(unit_id: UUID, *, home: str, random: object = None) -> status_lists.StatusEntry:
    # The order of a list's entries follows from its secret, and takes a tenth of a second.
    return await _take(unit_id, home=home, random=lambda size: SECRET[:size])


def _stocked(purpose: str) -> Any:
    return _kept(purpose, next(_number))


@cache
def _kept(purpose: str, number: int) -> Any:
    return _generate(purpose)
