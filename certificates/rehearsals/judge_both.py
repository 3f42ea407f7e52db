"""One holder under two versions of the rules, on evidence that is gathered once: the levels that stand otherwise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.evaluate_person import per_of
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.evaluations.verdict_text import titles_of
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.verdict import LevelVerdict, Verdict
from certificates.pathways.language.evidence import Evidence
from certificates.rehearsals.models import RehearsedStanding
from certificates.rehearsals.reasons import reasons
from training.instruments.schema import InstrumentSchema
from training.parsing.labels import plain
from training.parsing.text import uuid_of
from training.people.holders import Holder, whose

NOTHING = frozenset({"", "not_started"})
"""Standings that are the same to whom they belong: nothing is begun."""
Level = tuple[str, str]
"""Name of a level, and the value that it is held for."""


@dataclass(frozen=True)
class BothVerdicts:
    """What two versions of the rules say of one holder on a day; `site` is where they take part."""

    before: Verdict
    after: Verdict
    site: UUID | None

    def levels(self) -> Iterator[tuple[Level, LevelVerdict | None, LevelVerdict | None]]:
        """Gives each level with what is said of it before and after; None where a version does not know it."""
        old, new = ({(one.level, per_of(one)): one for one in said.levels} for said in (self.before, self.after))
        for key in dict.fromkeys((*old, *new)):
            yield key, old.get(key), new.get(key)


async def judge_both(
    holder: Holder, before: PathwayVersion, after: PathwayVersion, *, as_of: date, tools: Iterable[InstrumentSchema]
) -> BothVerdicts:
    """Asks two versions of the same rules about a holder, on a day, as all is known now; keeps nothing."""
    gathered = await collect_evidence(holder, before, as_of=as_of, besides=after)
    evidence, tools = Evidence.of(gathered), tuple(tools)
    old, new = (evaluate(read(one), evidence, as_of, None, tools) for one in (before, after))
    return BothVerdicts(old, new, uuid_of(gathered["site"]))


def differences(
    holder: Holder, both: BothVerdicts, before: PathwayVersion, after: PathwayVersion
) -> Iterator[RehearsedStanding]:
    """Gives a row for each level that would stand otherwise, not saved yet and of no rehearsal."""
    first, _ = read(after).effective
    for (level, per), old, new in both.levels():
        was, would = (one.standing.state if one else "" for one in (old, new))
        if was == would or {was, would} <= NOTHING:
            continue
        rules = read(after if new else before)
        since = (new and new.standing.lapsed_on) or both.after.as_of
        yield RehearsedStanding(
            **whose(holder), site_id=both.site, level=level, per=per, before=was, after=would,
            level_title=rules.levels[level].title or plain(level), since=max(since, first) if first else since,
            reasons=reasons(old, new, titles_of(rules, level)),
        )  # fmt: skip
