"""Does once in a process what takes most of a short test, and would come to the same in each of them."""

import secrets
from functools import cache
from itertools import count
from typing import Any

from tortoise.models import MetaInfo

from certificates.credentials import keys, status_lists
from training.database.engine_sqlite import PRAGMAS

DURABLE = PRAGMAS["synchronous"]
"""How the service itself waits for the disk."""
SECRET = secrets.token_bytes(32)
_finalised: dict[MetaInfo, tuple[type, int]] = {}
_finalise, _generate = MetaInfo.finalise_model, keys._generated
_number = count()


def take() -> None:
    """Takes the shortcuts from here on."""
    PRAGMAS["synchronous"] = "OFF"  # no test cuts the power, and waiting for the disk takes most of a short one
    MetaInfo.finalise_model = _once  # type: ignore[method-assign]
    keys._generated = _stocked
    # The order of a list's entries follows from its secret, and takes a tenth of a second.
    status_lists.take.__kwdefaults__["random"] = lambda size: SECRET[:size]


def begin() -> None:
    """Begins a test: issuers' keys come from the stock in the same order, and never twice."""
    global _number
    _number = count()


def _once(meta: MetaInfo) -> None:
    # Anew for another kind of database, and where more models point here than before.
    found = meta.db.query_class, len(meta.fields_map)
    if _finalised.get(meta) != found:
        _finalise(meta)
        _finalised[meta] = found


def _stocked(purpose: str) -> Any:
    return _kept(purpose, next(_number))


@cache
def _kept(purpose: str, number: int) -> Any:
    return _generate(purpose)
