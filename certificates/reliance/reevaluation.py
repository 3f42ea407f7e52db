"""Judges a certificate anew with assessments left out: what it used of them, what remains, and why it would not stand.

The judge is the engine, as for every decision, on what is known today.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.evaluate_person import UUID_LETTERS, per_of
from certificates.evaluations.models import Certification, Evaluation, current, slot_name
from certificates.evaluations.verdict_text import describe_nodes, titles_of
from certificates.pathways.engine.context import counting, result_of
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.language.evidence import Evidence
from certificates.reliance.questions import KEEPING, RelianceQuestion
from training.core.dates import day
from training.instruments.schema import InstrumentSchema
from training.parsing.text import uuid_of
from training.parsing.values import Result, texts
from training.people.models import Person
from training.records.words import KINDS, plain

Record = dict[str, Any]
AGAIN = ("renewal_due", "in_grace", "lapsed")
"""Standings from which a decision renews, or brings somebody back."""
WORDS = {"stands": "Would still stand", "falls": "Would not stand", "cannot_tell": "Cannot tell"}
MOST_NAMED = 4
"""Records that remain which a line names; the others it counts."""


@dataclass(frozen=True)
class Reevaluation:
    """What the rules say of a certificate without what is in question.

    `result` is stands, falls or cannot_tell, `reasons` say what is missing. `used` are the records in question that it
    relied on, `remains` those that count for the same requirements without them, by the title of each. `on` is the
    day that was judged: today, or that of the decision where the rules ask for something newer by now.
    """

    result: str
    reasons: tuple[str, ...]
    used: tuple[Record, ...]
    remains: Mapping[str, tuple[Record, ...]]
    on: date
    level: LevelVerdict

    @property
    def because(self) -> str:
        """Says in a line what is missing."""
        return "; ".join(self.reasons)


async def reevaluate(
    found: Certification, question: RelianceQuestion, *, today: date, tools: Iterable[InstrumentSchema]
) -> Reevaluation:
    """Judges a certification without what is in question; person, decision, its evaluation and pathway are fetched."""
    assert found.person
    basis, version = found.decision.evaluation, found.decision.pathway
    evidence = await collect_evidence(found.person, version, as_of=today)
    judged = _judged(_Case(found, evidence, question, today, tuple(tools)))
    result = result_of(judged.after)
    titles = titles_of(pathway_versions.read(version), found.level)
    verdicts = [basis.verdict, *[{part: row.verdict.get(part) for part in KEEPING} for row in await _now(found)]]
    used, asked = _relied_on(verdicts, [*basis.evidence, *evidence["records"]], question)
    return Reevaluation(
        {Result.MET: "stands", Result.CANNOT_TELL: "cannot_tell"}.get(result, "falls"),
        tuple(_reasons(judged.before, judged.after, titles)) if result is not Result.MET else (),
        used,
        _remains(judged.less, asked, evidence["records"], titles),
        judged.on,
        judged.less,
    )


@dataclass(frozen=True)
class _Case:
    """A certification with all that is known of its holder, and what is in question."""

    found: Certification
    evidence: Record
    question: RelianceQuestion
    today: date
    tools: tuple[InstrumentSchema, ...]

    def level(self, on: date, *, whole: bool, decided: bool = False) -> LevelVerdict:
        """What the rules say of its level on a day; unless it is `decided`, as if its decision were still to come.

        `whole` is with what is in question, also where that was set aside by now.
        """
        covered = ((row, self.question.covers(row)) for row in self.evidence["records"])
        seen = [row for row, asked in covered if not asked or (whole and not row.get("void"))]
        seen = seen if decided else [row for row in seen if not _came_of(self.found, row)]
        pathway = pathway_versions.read(self.found.decision.pathway)
        verdict = evaluate(pathway, Evidence.of(self.evidence | {"records": seen}), on, None, self.tools)
        named = [one for one in verdict.levels if one.level == self.found.level]
        return next((one for one in named if per_of(one) == self.found.per), named[0])


@dataclass(frozen=True)
class _Judged:
    """The day that was judged, the level without what is in question, what decides it with that and without."""

    on: date
    less: LevelVerdict
    before: tuple[Node, ...]
    after: tuple[Node, ...]


def _judged(case: _Case) -> _Judged:
    again = case.found.decision.evaluation.standing in AGAIN
    whole = case.level(case.today, whole=True, decided=True)
    before = _deciding(whole, parts := _lasting(whole))
    if not again and result_of(before) is Result.MET:
        less = case.level(case.today, whole=False, decided=True)
        return _Judged(case.today, less, before, _deciding(less, parts))
    on = case.found.decision.on
    whole, less = (case.level(on, whole=one) for one in (True, False))
    after = _deciding(less, parts := _of_the_turn(whole))
    if again and result_of(after) is not Result.MET:
        since = case.level(case.today, whole=False)  # what was shown after a renewal may count for it as well
        if result_of(told := _deciding(since, _of_the_turn(since))) is Result.MET:
            return _Judged(case.today, since, told, told)
    return _Judged(on, less, _deciding(whole, parts), after)


def _came_of(found: Certification, row: Record) -> bool:
    """Tells whether a record is the award that a certification is, or whatever became of that level since."""
    if row["type"] not in ("award", "state") or "who" in row or row["what"] != found.level:
        return False
    later = date.fromisoformat(str(row["on"])) >= found.decision.on
    return row["id"][-UUID_LETTERS:] == str(found.decision_id) or later


def _lasting(whole: LevelVerdict) -> tuple[str, ...]:
    """Names the parts by which an award stays what it is: what keeps it, and a condition that was met."""
    lifted = whole.lifted_by and whole.lifted_by.result is Result.MET
    return KEEPING if lifted else KEEPING[:1]


def _of_the_turn(whole: LevelVerdict) -> tuple[str, ...]:
    """Names the part that a decision was about besides the level itself: a renewal, or a return."""
    if whole.standing.state not in AGAIN:
        return ()
    return ("return_",) if whole.standing.state == "lapsed" and whole.return_ else ("renewal",)


def _deciding(level: LevelVerdict, parts: Iterable[str]) -> tuple[Node, ...]:
    found = [getattr(level, name) for name in parts]
    return level.entry + level.requires + tuple(node for part in found if part for node in part.requires)


async def _now(found: Certification) -> list[Evaluation]:
    slot = slot_name(found.person_id, found.pathway_slug, found.level, found.per)
    return await current().filter(slot=slot).only("id", "verdict")


def _relied_on(
    verdicts: list[Record], records: Iterable[Record], question: RelianceQuestion
) -> tuple[tuple[Record, ...], list[str]]:
    """The records in question that verdicts used, by day, and the ids of the requirements that used them."""
    nodes = [node for verdict in verdicts for node in _nodes(verdict)]
    named = {one for node in nodes for one in node["used"]}
    found = {row["id"]: row for row in records if row["id"] in named and question.covers(row)}
    asked = [node["id"] for node in nodes if any(one in found for one in node["used"])]
    return tuple(sorted(found.values(), key=lambda row: (str(row["on"]), row["id"]))), list(dict.fromkeys(asked))


def _nodes(said: Any) -> Iterator[Record]:
    if isinstance(said, dict):
        if "used" in said:
            yield said
        for one in said.values():
            yield from _nodes(one)
    elif isinstance(said, list):
        for one in said:
            yield from _nodes(one)


def _remains(
    less: LevelVerdict, asked: Iterable[str], records: Iterable[Record], titles: Mapping[str, str]
) -> dict[str, tuple[Record, ...]]:
    known, nodes = {row["id"]: row for row in records}, {node.id: node for node in less.nodes()}
    used = {name: nodes[name].used if name in nodes else () for name in asked}
    return {
        titles.get(name, plain(name)): tuple(known[one] for one in ids if one in known) for name, ids in used.items()
    }


def _reasons(whole: Iterable[Node], less: Iterable[Node], titles: Mapping[str, str]) -> Iterator[str]:
    """Says of each requirement that is not met any more, down to its parts, how far it is."""
    before = {node.id: node for one in whole for node in one.walk()}
    lost = [node for node in counting(less) if node.result is not Result.MET]
    worse = [node for node in lost if node.id not in before or before[node.id].result is Result.MET]
    for node in worse or lost:  # where even all of it would not do, everything that is missing
        parts = [one for one in counting(node.children) if one.result is not Result.MET]
        if parts:
            yield from _reasons(whole, node.children, titles)
            continue
        [told] = describe_nodes([node.as_json()], titles)
        yield f"{told['title']}: {told['remarks'] or told['word'].lower()}"


async def names_in(rows: Iterable[Record]) -> dict[str, str]:
    """Reads the names of those who signed records."""
    ids = {found for row in rows for one in texts(row.get("by", [])) if (found := uuid_of(one))}
    return {str(key): str(name) for key, name in await Person.filter(id__in=sorted(ids)).values_list("id", "name")}


def record_words(row: Record, names: Mapping[str, str]) -> str:
    """Names a record in a few words: what, which day, by whom."""
    kind = KINDS.get(row["type"], plain(row["type"]))
    what = plain(str(row["what"])) if row["type"] == "assessment" else f"{kind} {plain(str(row['what'])).lower()}"
    by = " and ".join(names.get(one, one) for one in texts(row.get("by", [])))
    on = "day unknown" if str(row["on"]) == "unknown" else day(date.fromisoformat(str(row["on"])))
    return ", ".join([what, on, *([f"by {by}"] if by else [])])


def remains_words(remains: Mapping[str, tuple[Record, ...]], names: Mapping[str, str]) -> str:
    """Says what else counts for the requirements; for which of them, only where it is not the same for all."""
    titles: dict[str, list[str]] = {}
    for title, rows in remains.items():
        more = len(rows) - MOST_NAMED
        named = [record_words(row, names) for row in rows[:MOST_NAMED]] + ([f"{more} more"] if more > 0 else [])
        titles.setdefault("; ".join(named) or "nothing", []).append(title)
    if len(titles) == 1:
        return next(iter(titles)).replace("nothing", "Nothing")
    return ". ".join(f"{', '.join(ones)}: {words}" for words, ones in titles.items())
