"""A pathway as pages show it to its holder: each level in one state, what is done, what is left, and what is next."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from certificates.decisions import outcomes
from certificates.decisions.outcomes import Outcome
from certificates.decisions.ways import Way, ways_of
from certificates.evaluations.changes import MERGED
from certificates.evaluations.evaluate_person import PersonEvaluation, is_named, judge, per_of
from certificates.evaluations.models import Certification, Evaluation, PathwayVersion, current, slot_name
from certificates.evaluations.outcome_text import OUTCOMES
from certificates.evaluations.standing import ENDED, WORDS
from certificates.pathways.engine.next_steps import next_steps
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.engine.verdict import LevelVerdict
from training.parsing.values import Result
from training.people.holders import Holder, whose
from training.records.words import plain

RESULTS = {Result.MET: "Done", Result.NOT_MET: "To do", Result.CANNOT_TELL: "Cannot tell yet"}
SAID_BY_THE_OUTCOME = ("suspended", "withdrawn", "replaced")
"""Standings whose next step stands in the table of outcomes."""
FOREMOST = ("in_grace", "renewal_due", "suspended", "certified", "provisional", "in_training", "lapsed", "withdrawn")
"""Standings in a programme, the one to speak of first."""
STANDINGS = WORDS | {"ready": "Ready for a decision", "in_training": "In training", "not_started": "Not started"}


async def followed_view(holder: Holder, version: PathwayVersion, today: date) -> dict[str, Any]:
    considered = await judge(holder, version, as_of=today)
    levels = [await _level(level, holder, considered, today) for level in considered.verdict.levels]
    _open_first(levels)
    begins, ends = considered.pathway.effective
    return {
        "title": version.title,
        "version": version.version,
        "levels": levels,
        "begins": begins if begins and today < begins else None,
        "ended": ends if ends and ends < today else None,
    }


async def programmes_in_words(
    holder: Holder, versions: list[PathwayVersion], shown: PathwayVersion | None
) -> list[tuple[str, str, str, bool]]:
    """Lists programmes of somebody who has several: title, how they stand, its page (a query), whether it is open."""
    rows = await current().filter(**whose(holder)).values("standing", "awaiting", slug="pathway__slug")
    return [
        (
            version.title,
            _in_a_word([row for row in rows if row["slug"] == version.slug]),
            f"?{urlencode({'programme': version.slug})}",
            version is shown,
        )
        for version in versions
    ]


def _in_a_word(rows: list[dict[str, Any]]) -> str:
    """Says how somebody stands in a programme: by what they hold there, else by how far they have come."""
    if any(row["awaiting"] for row in rows):
        return STANDINGS["ready"]
    found = {row["standing"] for row in rows}
    return STANDINGS[next((one for one in FOREMOST if one in found), "not_started")]


def _open_first(levels: list[dict[str, Any]]) -> None:
    """Opens the level one works on: the first that is begun and not certified; on the first day, the first of all."""
    untouched = all(not level["working"] and level["outcome"] is None and level["until"] is None for level in levels)
    for level in levels:
        if level["working"] or untouched:
            level["open"] = True
            return


async def _level(level: LevelVerdict, holder: Holder, considered: PersonEvaluation, today: date) -> dict[str, Any]:
    """Tells a level in one state: of the certification that there is, else of the refusal, else of the rules."""
    slug, by_rules = considered.version.slug, not is_named(considered, level)
    held = await _held(holder, slug, level, today)
    refusal = await outcomes.refusal_of(whose(holder), slug, level.level, per_of(level))
    again = await _waits_again(holder, slug, level)
    state = held.state if held else level.standing.state
    if refusal and not refusal.has_fallen and not held and not again and state in ("ready", "in_training"):
        state = refusal.state
    nodes = [node for node in (*level.entry, *level.requires) if not node.advisory and node.result in RESULTS]
    done = sum(node.result is Result.MET for node in nodes)
    renewal = level.renewal.requires if level.renewal and state not in ENDED else ()
    ways = ways_of((*nodes, *renewal), level.level, considered.pathway)
    steps = [(said, ways.get(node, ())) for said, node in _steps(level, state, considered).items()]
    return {
        "title": level.title or plain(level.level),
        "standing": _standing(state, by_rules or not considered.verdict.in_force),
        "working": state not in ("not_started", "certified"),
        "open": False,
        "until": held.until if held and state in ("certified", "renewal_due") else None,
        "renewal_opens": level.standing.renewal_opens if state == "certified" else None,
        "outcome": held if held and state not in ("certified", "renewal_due") else None,
        "refusal": refusal,
        "again": again,
        "done": done,
        "total": len(nodes),
        "steps": sorted(steps, key=lambda step: not step[1]),  # what somebody can do about it stands first
        "nodes": [_node(node, ways) for node in nodes],
        "renewal": [_node(node, ways) for node in renewal],
        "permits": [(permit.may, permit.result is Result.MET, permit.duties) for permit in level.permits],
    }


def _standing(state: str, nobody: bool) -> str:
    """The word for a state; where nobody has to decide, what is met waits for no decision."""
    if state == "ready" and nobody:
        return "All is met"
    return OUTCOMES[state].tag if state in OUTCOMES else STANDINGS[state]


def _steps(level: LevelVerdict, state: str, considered: PersonEvaluation) -> dict[str, str]:
    """What is next; what is told elsewhere, or not decided while the rules are not in force, is left out."""
    if state != level.standing.state or state in SAID_BY_THE_OUTCOME:
        return {}
    if state == "ready" and not considered.verdict.in_force:
        return {}
    return next_steps(level, by_rules=not is_named(considered, level))


async def _held(holder: Holder, slug: str, level: LevelVerdict, today: date) -> Outcome | None:
    """How the latest certification of a level stands, which is what the register and the public check say too."""
    same = Certification.filter(**whose(holder), pathway_slug=slug, level=level.level, per=per_of(level))
    for row in await same.filter(starts__lte=today).order_by("-recorded"):
        found = await outcomes.of_certification(row, today)
        if found.grounds != MERGED:  # the one in whose place it gave way may have been recorded before it
            return found
    return None


async def _waits_again(holder: Holder, slug: str, level: LevelVerdict) -> bool:
    slot = slot_name(holder.id, slug, level.level, per_of(level))
    return await Evaluation.filter(slot=slot, awaiting=True).exists()


def _node(node: Node, ways: Mapping[str, tuple[Way, ...]]) -> dict[str, Any]:
    numbers = [_number(count) for count in node.counts if count.need != 1]
    return {
        "title": node.title,
        "done": node.result is Result.MET,
        "word": "Recognised" if node.waived else RESULTS.get(node.result, "Not asked"),
        "numbers": ", ".join(numbers),
        "on": node.met_on,
        "ways": ways.get(node.id, ()),
    }


def _number(count: Count) -> str:
    """Says how much there is of what is asked: "6 of 8 hours"."""
    words = f"{float(count.have):g} of {float(count.need):g}"
    return words if count.of == "records" else f"{words} {count.of}"
