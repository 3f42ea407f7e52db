"""What batches ask of the service around them: the table of what can be done to many rows, and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from training.batches.kinds import BatchKind
from training.people.actor import Actor
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class BatchResources(PageResources):
    """The roof gives the table, because this room knows none of those that do the work."""

    now: Callable[[], datetime]
    batch_kinds: Mapping[str, BatchKind]

    def offered(self, actor: Actor, on: str) -> list[tuple[str, str]]:
        """Lists what the actor may do to many at once of what a list shows: the kind of batch and its title."""
        kinds = self.batch_kinds.items()
        return [(key, one.title) for key, one in kinds if on in one.lists and actor.may(one.lists[on])]
