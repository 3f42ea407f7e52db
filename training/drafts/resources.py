"""What drafts ask of the service around them: the table of kinds, as all of them belong to rooms above."""

from collections.abc import Mapping
from dataclasses import dataclass

from training.drafts.kinds import DraftKind
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class DraftResources(PageResources):
    """The roof gives the kinds."""

    draft_kinds: Mapping[str, DraftKind]
