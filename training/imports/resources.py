"""What imports ask of the service around them: the table of kinds, as some belong to rooms above."""

from collections.abc import Mapping
from dataclasses import dataclass

from training.batches.resources import BatchResources
from training.imports.kinds import Derived, ImportKind


@dataclass(frozen=True, kw_only=True)
class ImportResources(BatchResources):
    """The roof gives the kinds, and the tables that are worked out of a person, by their column of the person."""

    import_kinds: Mapping[str, ImportKind]
    derived: Derived
