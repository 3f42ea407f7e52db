"""What can be recorded for a pathway by typing: the types, names and attributes that its rules read; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from certificates.pathways.engine.context import Context, open_case
from certificates.pathways.engine.evaluate import RULES
from certificates.pathways.engine.requirements import may_waive
from certificates.pathways.engine.signatories import may_sign
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.schema import Condition, Leaf, Level, Pathway, Requirement, Requirements, Signatory
from training.parsing.keywords import ATTRIBUTES, NAMES_OF_RECORDS
from training.parsing.values import Sure

PERSONAL = frozenset(
    {"learning", "background", "qualification", "registration", "check", "agreement", "membership", "experience"}
)
"""Types that belong to the person and count in every programme; all others count in their own one only."""
TYPED = ("learning", "qualification", "background", "registration", "check", "agreement", "membership", "experience",
         "portfolio", "signoff", "fee", "event", "return")  # fmt: skip
"""Types that only a form tells. Awards, states, roles and relations come from what was done here, never from a form."""
Rule = tuple[Pathway, Level, Requirement]
SIGNED = frozenset({"signoff", "waiver"})
"""Types that are a signature, whether or not a rule says whose."""


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute that rules read: its kind in the language, and the values that they know of a text."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordForm:
    """One thing to record: a type and a name (none: any), what rules read of it, and for which requirements.

    `pathway` is empty for what belongs to the person. Each of the `rules` is (pathway, level, requirement).
    """

    type: str
    what: str
    pathway: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this form from all others."""
        return self.pathway, self.type, self.what

    @property
    def titles(self) -> tuple[str, ...]:
        """The requirements it is for, as people call them."""
        return tuple(dict.fromkeys(rule.title or rule.id.replace("_", " ").capitalize() for _, _, rule in self.rules))

    @property
    def names_signatories(self) -> bool:
        """Whether one of its rules says who may sign."""
        return any(signatory_of(self.type, rule) for rule in self.rules)


def record_forms(pathways: Iterable[Pathway]) -> tuple[RecordForm, ...]:
    """Lists what can be typed for a person on these pathways, in the order of their rules."""
    found: dict[tuple[str, str, str], RecordForm] = {}
    for pathway in pathways:
        for level in pathway.levels.values():
            if level.holder == "person":
                for requirement in _all(level):
                    for form in _forms(pathway, level, requirement):
                        known = found.get(form.key)
                        found[form.key] = _joined(known, form) if known else form
    return tuple(found.values())


def accepts(rule: Rule, evidence: Evidence, record_id: str, today: date) -> bool:
    """Tells whether whoever signed a record of the evidence may sign it for one rule."""
    pathway, level, requirement = rule
    record = next(one for one in evidence.records if one.id == record_id)
    case = open_case(pathway, evidence, None, instruments=(), rules=RULES)
    place = Context(case=case, day=record.on or today, subject=case.holder, level=level)
    if record.type == "waiver":
        return may_waive(record, requirement.waivable_by, place.day, place) is not Sure.NO
    by = signatory_of(record.type, rule)
    return by is None or may_sign(record, by, place) is not Sure.NO


def signatory_of(type_: str, rule: Rule) -> Signatory | None:
    """Returns whom a rule lets sign a record of a type; None: it does not say."""
    requirement = rule[2]
    if type_ == "waiver":
        return Signatory(holds=requirement.waivable_by)
    return requirement.ask.by if isinstance(requirement.ask, Leaf) else None


def _all(level: Level) -> Iterator[Requirement]:
    """Every requirement of a level, in each of its parts, and those that a signatory must meet."""
    decision = level.decision
    parts: list[Requirements] = [
        level.entry, level.requires, level.renewal or (), level.keep or (), level.return_ or (),
        *(permit.requires for permit in level.permits), decision.lifted_by if decision else (),
        decision.by.requires if decision and decision.by else (),
    ]  # fmt: skip
    for requirement in (one for part in parts for top in part for one in top.walk()):
        yield requirement
        if requirement.applies_when:
            yield from requirement.applies_when.walk()
        if isinstance(requirement.ask, Leaf) and requirement.ask.by:
            yield from (one for top in requirement.ask.by.requires for one in top.walk())


def _forms(pathway: Pathway, level: Level, requirement: Requirement) -> Iterator[RecordForm]:
    rules = ((pathway, level, requirement),)
    if requirement.waivable_by:
        yield RecordForm("waiver", f"{level.id}/{requirement.id}", pathway.id, (), rules)
    ask = requirement.ask
    if not isinstance(ask, Leaf) or ask.type not in TYPED or ask.of_site:
        return
    fields = tuple(_fields(ask, level, pathway))
    for name in ask.names or ("",):
        yield RecordForm(ask.type, name, "" if ask.type in PERSONAL else pathway.id, fields, rules)


def _fields(leaf: Leaf, level: Level, pathway: Pathway) -> Iterator[Field]:
    kinds = ATTRIBUTES | dict(pathway.attributes)
    named: dict[str, tuple[str, ...]] = {}
    for attribute, values in _attributes(leaf, level):
        if attribute in kinds and attribute not in NAMES_OF_RECORDS:
            named[attribute] = tuple(dict.fromkeys((*named.get(attribute, ()), *values)))
    return (Field(name, kinds[name], values) for name, values in named.items())


def _attributes(leaf: Leaf, level: Level) -> Iterator[tuple[str, tuple[str, ...]]]:
    portions = leaf.of_which
    amounts = [*leaf.at_least, *leaf.at_most, *leaf.different, *leaf.new]
    amounts += [one for part in portions for one in (*part.at_least, *part.different, *part.counts_up_to)]
    for name, _ in amounts:
        yield name, ()
    if leaf.each:
        yield leaf.each[0], _texts(leaf.each[1])
    for condition in (*leaf.where, *(one for part in portions for one in part.where)):
        yield condition.attribute, _known(condition)
    if level.per:
        yield level.per, ()


def _known(condition: Condition) -> tuple[str, ...]:
    return _texts((*condition.one_of, *condition.none_of))


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))


def _joined(known: RecordForm, more: RecordForm) -> RecordForm:
    fields = {one.name: one for one in known.fields}
    for one in more.fields:
        before = fields.get(one.name, one)
        fields[one.name] = replace(before, values=tuple(dict.fromkeys((*before.values, *one.values))))
    return replace(known, fields=tuple(fields.values()), rules=(*known.rules, *more.rules))
