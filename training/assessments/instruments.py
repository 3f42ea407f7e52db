"""An assessment instrument as values: its items, levels and pass rules, read from the body of a version; pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("behaviours", "scale", "checklist", "numbers", "judgement")
DEGREES = ("basic", "required", "advanced", "harmful")
"""Kinds of behaviour, in the order in which a rater reads them."""


@dataclass(frozen=True)
class Item:
    """One thing that is rated; behaviours are id: words, levels are level: what it looks like."""

    id: str
    title: str
    note: str = ""
    core: bool = False
    basic: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    advanced: Mapping[str, str] = field(default_factory=dict)
    harmful: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[int, str] = field(default_factory=dict)

    def behaviours(self) -> Mapping[str, str]:
        """Lists every behaviour of the item, id: words."""
        return {**self.basic, **self.required, **self.advanced, **self.harmful}


@dataclass(frozen=True)
class Instrument:
    """One version of an instrument."""

    name: str
    version: str
    title: str
    kind: str
    note: str = ""
    scale: Mapping[int, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raters: int = 1
    combine: str = "lowest"
    agree_within: float | None = None
    passes: Mapping[str, Any] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()

    def item(self, name: str) -> Item:
        """Finds an item; an unknown one is a KeyError."""
        return {item.id: item for item in self.items}[name]

    def chosen(self, of: str | list[str] | None) -> frozenset[str]:
        """Lists the ids of the items that `of` (items or sections) names; all of them when it names none."""
        if of is None:
            return frozenset(item.id for item in self.items)
        names = [of] if isinstance(of, str) else of
        return frozenset(one for name in names for one in self.sections.get(name, (name,)))


def read_instrument(body: Mapping[str, Any]) -> Instrument:
    """Reads a body that has no faults."""
    raters = body.get("raters") or {}
    return Instrument(
        name=str(body["instrument"]),
        version=str(body["version"]),
        title=str(body.get("title", body["instrument"])),
        kind=str(body["kind"]),
        note=str(body.get("note", "")),
        scale=_levels(body.get("scale")),
        items=tuple(_item(name, given or {}) for name, given in (body.get("items") or {}).items()),
        sections={name: tuple(items) for name, items in (body.get("sections") or {}).items()},
        raters=int(raters.get("at_least", 1)),
        combine=str(raters.get("combine", "lowest")),
        agree_within=raters.get("agree_within"),
        passes=body.get("pass") or {},
        criteria=tuple(str(words) for words in body.get("criteria") or ()),
    )


def _item(name: str, given: Mapping[str, Any]) -> Item:
    words = {degree: {key: str(said) for key, said in (given.get(degree) or {}).items()} for degree in DEGREES}
    return Item(
        id=name,
        title=str(given.get("title", name.replace("_", " ").capitalize())),
        note=str(given.get("note", "")),
        core=bool(given.get("core", False)),
        levels=_levels(given.get("levels")),
        **words,
    )


def _levels(given: Mapping[Any, Any] | None) -> dict[int, str]:
    return {int(level): str(words) for level, words in sorted((given or {}).items(), key=lambda pair: int(pair[0]))}


def faults_of_instrument(body: object) -> list[str]:
    """Lists what keeps a body from being read as an instrument; finer faults are found by the language's own check."""
    if not isinstance(body, Mapping):
        return ["this is not an instrument; write keys such as instrument, version, kind"]
    named = ("instrument", "version", "kind")
    found = [f"{key} is missing; every instrument has one" for key in named if not body.get(key)]
    kind = body.get("kind")
    if kind is not None and kind not in KINDS:
        found.append(f"kind {kind} is unknown; use one of {', '.join(KINDS)}")
    if kind in KINDS and kind != "judgement" and not isinstance(body.get("items"), Mapping):
        found.append(f"items are missing; a {kind} instrument needs at least one")
    if kind in ("behaviours", "scale") and not isinstance(body.get("scale"), Mapping):
        found.append(f"scale is missing; a {kind} instrument needs its levels, number: words")
    return found or _faults_of_items(body)


def _faults_of_items(body: Mapping[str, Any]) -> list[str]:
    items = body.get("items") or {}
    found = []
    if body["kind"] == "behaviours":
        bare = [name for name, item in items.items() if not (item or {}).get("basic")]
        found += [f"item {name} has no basic behaviours; add some" for name in bare]
        if len(body["scale"]) != 4:
            found.append("scale of a behaviours instrument needs exactly four levels")
    for section, names in (body.get("sections") or {}).items():
        found += [f"section {section} names the unknown item {name}" for name in names if name not in items]
    return found


def canonical(body: Mapping[str, Any]) -> str:
    """Writes a body so that the same content is always the same text; items keep their order, which raters see."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)


def digest_of(body: Mapping[str, Any]) -> str:
    """Gives the SHA-256 of the canonical body."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()
