"""Tells a kept verdict and the evidence under it in words: titles for names, people for ids, days in full."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from certificates.pathways.language.schema import Pathway
from training.parsing.values import texts
from training.records.words import KINDS, SPELT, plain

Row = dict[str, Any]

RESULTS = {"met": "Met", "not_met": "Not met", "cannot_tell": "Cannot tell", "not_applicable": "Not asked"}
DETAILS = {
    "by": "Signed by",
    "who": "With",
    "outcome": "Outcome",
    "result": "Result",
    "sessions": "Sessions",
    "hours": "Hours",
    "days": "Days",
    "from": "First session",
    "until": "Until",
    "parents": "Parents joined",
    "completed": "Stayed to the end",
    "team": "Team",
    "mode": "How",
    "medium": "How",
    "site": "Site",
    "attempt": "Try",
    "version": "Version",
    "reason": "Reason",
}
"""What else a record says, and under which label; what is not named here is kept and not shown."""


def titles_of(pathway: Pathway, level: str) -> dict[str, str]:
    """Gives the title of each requirement of a level, and under its own name that of each level."""
    rules = pathway.levels[level]
    lasting = [one for permit in rules.permits for one in permit.requires]
    parts = (rules.entry, rules.requires, rules.renewal, rules.keep, rules.return_, lasting)
    asked = {one.id: one.title for part in parts for top in part or () for one in top.walk() if one.title}
    return {name: one.title or plain(name) for name, one in pathway.levels.items()} | asked


def describe_nodes(nodes: Iterable[Row], titles: Mapping[str, str]) -> list[Row]:
    """Tells requirements as they were judged, each with its title, numbers and remarks."""
    return [
        {
            "title": titles.get(node["id"], plain(node["id"])),
            "word": RESULTS[node["result"]],
            "on": node["met_on"],
            "remarks": ". ".join(_remarks(node, titles)),
            "children": describe_nodes(node["children"], titles),
        }
        for node in nodes
    ]


def _remarks(node: Row, titles: Mapping[str, str]) -> Iterator[str]:
    if node["waived"]:
        yield "Recognised prior learning"
    elif node["result"] != "not_applicable":
        yield from (words for count in node["counts"] if (words := _count(count)))
    if node["advisory"]:
        yield "Advice only"
    if node["late"]:
        yield "Too late"
    if node["waits_for"]:
        yield f"Waits for: {', '.join(titles.get(one, plain(one)) for one in node['waits_for'])}"
    elif node["result"] == "cannot_tell":
        maybe = len(node["maybe"])
        yield f"{maybe} not confirmed yet" if maybe else "The records do not say enough"


def _count(count: Row) -> str:
    have, need = f"{count['have']:g}", f"{count['need']:g}"
    of = "" if count["of"] == "records" else f" {count['of']}"
    if count["at_most"]:
        return f"{have}{of}, at most {need}"
    if count["have"] > count["need"]:
        return f"{have}{of}, where {need} {'is' if need == '1' else 'are'} asked"
    return "" if not of and have == need == "1" else f"{have} of {need}{of}"


def describe_evidence(
    records: Iterable[Row], verdict: Row, *, titles: Mapping[str, str], names: Mapping[str, str]
) -> Row:
    """Tells the records that counted and for what, and apart from them those that were known besides.

    A record that a later one replaced is kept as evidence and not told: only the later one can count.
    """
    known = [one for one in records if "who" not in one or one["type"] == "relation"]
    gone = {name for one in known for name in texts(one.get("replaces"))} | {
        one["id"] for one in known if one.get("void")
    }
    uses = _uses(verdict, titles)
    told = [
        _told(one, uses.get(one["id"], ()), titles=titles, names=names)
        for one in sorted(known, key=_place)
        if one["id"] not in gone
    ]
    others = {(one["kind"], one["what"], one["more"]): one for one in reversed(told) if not one["counts_for"]}
    return {"counted": [one for one in told if one["counts_for"]], "others": list(others.values())[::-1]}


def _place(record: Row) -> tuple[int, str, str]:
    order = list(KINDS)
    place = order.index(record["type"]) if record["type"] in order else len(order)
    return place, str(record["on"]), record["id"]


def _uses(said: Any, titles: Mapping[str, str]) -> dict[str, list[str]]:
    """Which requirements used each record, anywhere in the verdict."""
    found: dict[str, list[str]] = {}
    if isinstance(said, dict):
        for one in said.get("used", ()):
            found.setdefault(one, []).append(titles.get(said["id"], plain(said["id"])))
    below = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    for part in below:
        for one, uses in _uses(part, titles).items():
            found.setdefault(one, []).extend(uses)
    return found


def _told(record: Row, uses: Iterable[str], *, titles: Mapping[str, str], names: Mapping[str, str]) -> Row:
    more = [f"{label}: {_words(record[key], names)}" for key, label in DETAILS.items() if key in record]
    return {
        "kind": KINDS.get(record["type"], plain(record["type"])),
        "what": ": ".join(titles.get(part, plain(part)) for part in str(record["what"]).split("/")),
        "on": _day(record["on"]),
        "recorded": _day(record.get("recorded_at", "")),
        "counts_for": ", ".join(dict.fromkeys(uses)),
        "more": ". ".join(more),
    }


def _words(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one, names) for one in value)
    if isinstance(value, dict):
        first, *rest = reversed([_words(one, names) for one in value.values()])
        return f"{first} ({', '.join(rest)})" if rest else first
    if isinstance(value, float):
        return f"{value:g}"
    return names.get(str(value)) or _day(value)


def _day(value: Any) -> str:
    """Writes a day as people do; any other words stay, without the underscores of the language."""
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        return SPELT.get(str(value), str(value).replace("_", " "))
    return f"{found.day} {found:%B %Y}"
