"""What the rules of a pathway ask of the calibration of whoever signs an assessment; pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from certificates.pathways.asked import asked_requirements
from certificates.pathways.language.schema import Group, Leaf, Pathway, Requirement
from training.parsing.lengths import Length


@dataclass(frozen=True, slots=True)
class CalibrationAsked:
    """What whoever signs an assessment with `rated` needs: a calibration with `name`, in percent, for how long."""

    rated: str
    name: str
    agreement: float = 0
    period: Length | None = None


def calibrations_asked(pathway: Pathway) -> list[CalibrationAsked]:
    """Lists what every rule on an assessment asks for; where several rules do, by the mildest of them.

    Which of the rules an assessment will serve is not known when it is signed: no signature is of use that none takes.
    """
    of_rules: dict[str, list[dict[str, CalibrationAsked]]] = defaultdict(list)
    for spot in asked_requirements(pathway):
        ask = spot.requirement.ask
        if isinstance(ask, Leaf) and ask.type == "assessment":
            for rated in ask.names:
                of_rules[rated].append(_asked(rated, ask.by.requires if ask.by else ()))
    return [
        _mildest([rule[name] for rule in rules])
        for rules in of_rules.values()
        for name in rules[0]
        if all(name in rule for rule in rules)
    ]


def _asked(rated: str, requirements: Iterable[Requirement]) -> dict[str, CalibrationAsked]:
    found = {}
    for ask in _surely(requirements):
        if ask.type == "calibration" and len(ask.names) == 1:
            forms = ask.passing.forms if ask.passing else ()
            needed = [float(str(one.value)) for one in forms if one.form == "agreement"]
            anchored = ask.since or ask.after or ask.before or ask.up_to
            period = ask.within[0] if len(ask.within) == 1 and not anchored else None
            found[ask.names[0]] = CalibrationAsked(rated, ask.names[0], max(needed, default=0), period)
    return found


def _surely(requirements: Iterable[Requirement]) -> Iterator[Leaf]:
    """What is asked of everybody, under no condition and with no other way."""
    for one in requirements:
        if one.advisory or one.applies_when or one.tenure or one.waivable_by or one.effective != (None, None):
            continue
        if isinstance(one.ask, Leaf):
            yield one.ask
        elif isinstance(one.ask, Group) and one.ask.kind == "all_of":
            yield from _surely(one.ask.children)


def _mildest(rules: list[CalibrationAsked]) -> CalibrationAsked:
    periods = [one.period for one in rules if one.period]
    longest = max(periods, key=Length.about_days) if len(periods) == len(rules) else None
    return CalibrationAsked(rules[0].rated, rules[0].name, min(one.agreement for one in rules), longest)
