"""The answer of the engine: levels with their standings, permits and requirements, and their JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.pathways.engine.nodes import Node as Node
from certificates.pathways.engine.nodes import day_text
from training.parsing.values import Result, Value


@dataclass(frozen=True, slots=True)
class VerdictPart:
    """A place of requirements (renewal, keep, return, lifted_by) with the result of all of them."""

    result: Result
    requires: tuple[Node, ...]

    def as_json(self) -> dict[str, Any]:
        """The part as in the verdict."""
        return {"result": self.result.value, "requires": _nodes(self.requires)}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the holder stands on the day."""

    state: str
    certain: bool = True
    valid_until: date | None = None
    renewal_opens: date | None = None
    grace_until: date | None = None
    lapsed_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The standing as in the verdict."""
        return {
            "state": self.state,
            "certain": self.certain,
            "valid_until": day_text(self.valid_until),
            "renewal_opens": day_text(self.renewal_opens),
            "grace_until": day_text(self.grace_until),
            "lapsed_on": day_text(self.lapsed_on),
        }


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    """The latest decision, and whether it is in order."""

    record: str
    outcome: str
    on: date
    in_order: Result

    def as_json(self) -> dict[str, Any]:
        """The decision as in the verdict."""
        said = {"record": self.record, "outcome": self.outcome, "on": day_text(self.on)}
        return {**said, "in_order": self.in_order.value}


@dataclass(frozen=True, slots=True)
class PermitVerdict:
    """What the holder may do, under which duties."""

    may: str
    result: Result
    duties: tuple[str, ...] = ()
    requires: tuple[Node, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The permit as in the verdict."""
        return {
            "may": self.may,
            "result": self.result.value,
            "duties": list(self.duties),
            "while": _nodes(self.requires),
        }


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """One level (for one value of its `per`) on the day; title is not part of the JSON."""

    level: str
    per: tuple[str, Value] | None
    result: Result
    may_start: Result
    entry: tuple[Node, ...]
    requires: tuple[Node, ...]
    standing: Standing
    decision: DecisionSeen | None = None
    renewal: VerdictPart | None = None
    keep: VerdictPart | None = None
    return_: VerdictPart | None = None
    lifted_by: VerdictPart | None = None
    permits: tuple[PermitVerdict, ...] = ()
    title: str = ""

    def nodes(self) -> Iterator[Node]:
        """Every requirement of the level, wherever it stands."""
        parts = (self.renewal, self.keep, self.return_, self.lifted_by)
        places = [self.entry, self.requires, *(part.requires for part in parts if part)]
        for place in [*places, *(permit.requires for permit in self.permits)]:
            for node in place:
                yield from node.walk()

    def as_json(self) -> dict[str, Any]:
        """The level as in the verdict."""
        return {
            "level": self.level,
            "per": {self.per[0]: _value(self.per[1])} if self.per else None,
            "result": self.result.value,
            "may_start": self.may_start.value,
            "entry": _nodes(self.entry),
            "requires": _nodes(self.requires),
            "standing": self.standing.as_json(),
            "decision": self.decision.as_json() if self.decision else None,
            "renewal": self.renewal.as_json() if self.renewal else None,
            "keep": self.keep.as_json() if self.keep else None,
            "return": self.return_.as_json() if self.return_ else None,
            "lifted_by": self.lifted_by.as_json() if self.lifted_by else None,
            "permits": [permit.as_json() for permit in self.permits],
        }


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    """Whether one delivery is as the pathway asks."""

    record: str
    result: Result
    requires: tuple[Node, ...]

    def as_json(self) -> dict[str, Any]:
        """The delivery as in the verdict."""
        return {"record": self.record, "result": self.result.value, "requires": _nodes(self.requires)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that a pathway says about one holder on a day, as known on a day."""

    pathway: str
    version: str | None
    holder: str
    as_of: date
    known_at: date | None
    in_force: bool
    levels: tuple[LevelVerdict, ...]
    deliveries: tuple[DeliveryVerdict, ...] = ()

    def level(self, name: str, per: Value | None = None) -> LevelVerdict | None:
        """The level of that name (and value of its `per`, if one is given)."""
        named = (one for one in self.levels if one.level == name)
        return next((one for one in named if per is None or (one.per is not None and one.per[1] == per)), None)

    def as_json(self) -> dict[str, Any]:
        """The verdict as in section 11 of the language."""
        return {
            "pathway": self.pathway,
            "version": self.version,
            "holder": self.holder,
            "as_of": day_text(self.as_of),
            "known_at": day_text(self.known_at),
            "in_force": self.in_force,
            "levels": [level.as_json() for level in self.levels],
            "deliveries": [delivery.as_json() for delivery in self.deliveries],
        }


def _nodes(nodes: tuple[Node, ...]) -> list[dict[str, Any]]:
    return [node.as_json() for node in nodes]


def _value(value: Value) -> Any:
    return value if isinstance(value, bool | str | int) else str(value)
