"""The form of every record that a pathway's rules read: its type, name, fields and parts, from those rules; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from certificates.pathways.asked import AskedRequirement, Kind, asked_requirements
from certificates.pathways.engine.context import RequirementContext, open_case
from certificates.pathways.engine.requirements import may_sign
from certificates.pathways.engine.signatories import may_waive
from certificates.pathways.language.evidence import Evidence, EvidenceRecord
from certificates.pathways.language.schema import Leaf, Level, Pathway, Requirement, SignatoryRule, Team, This
from certificates.pathways.language.titles import title_of
from training.parsing import labels
from training.parsing.keywords import (
    ATTRIBUTES,
    HELD_TYPES,
    JUDGED_TYPES,
    NAMES_OF_RECORDS,
    NUMBER,
    OUTCOMES,
    TEXT,
)
from training.parsing.values import Sure, Value, number

PERSONAL = frozenset(
    {"learning", "background", "qualification", "registration", "check", "agreement", "membership", "experience"}
)
"""Types that belong to the person and count in every programme; all others count in their own one only."""
SIGNED = frozenset({"signoff", "waiver"})
"""Types that are a signature, whether or not a rule says whose."""
TOLD = "confirmed"
"""The attribute that the service tells by itself of each record; no form asks it, nor the standing of an award."""
Rule = tuple[Pathway, Level | None, Requirement]
BASE = {
    "delivery": ("sessions", "hours", "role", "parents", "completed", "mode"),
    "supervision": ("minutes", "mode", "topic"),
    "learning": ("hours", "mode"),
    "assessment": ("score",),
    "quiz": ("score",),
    "calibration": ("agreement",),
}
"""What the form of a type asks whatever the rules read; see also AMOUNTS."""
TOLD_BY = {("supervision", "hours"): "minutes"}
"""Amount that the service works out of another one, which the form asks in its place."""
AMOUNTS = {
    "supervision": ("minutes",),
    "learning": ("hours", "days", "credits"),
    "experience": ("years", "months", "hours"),
    "assessment": ("score", "percent", "mean", "agreement"),
    "quiz": ("score", "percent"),
}
"""How much of it there was: where rules read one of these, the form asks those and not the one of BASE."""
BEGUN = frozenset({"delivery", "learning", "experience"})
"""Types whose first day is asked beside the last."""
REASONED = frozenset({*SIGNED, "assessment"})
SIGNED_BY_SOMEBODY = frozenset({*SIGNED, *JUDGED_TYPES, "supervision"})
PROVEN = frozenset({*PERSONAL, "portfolio", "return", "award", "waiver"}) - {"background"}
"""Types that a file can prove."""


@dataclass(frozen=True, slots=True)
class AttributeField:
    """One attribute: its kind in the language, and the values that the rules know of it.

    `closed`: it has no other values. `several`: one record may hold more than one. `asked`: a rule reads it. `own`:
    what the pathway itself calls it.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    closed: bool = False
    several: bool = False
    asked: bool = True
    own: str = ""

    def label(self, language: str = "en") -> str:
        """Returns what people call it."""
        return self.own or labels.label_of(self.name, language)

    def unit(self, language: str = "en") -> str:
        """Returns the unit of its number."""
        return labels.unit_of(self.name, language) if self.kind == NUMBER else ""

    def hint(self, language: str = "en") -> str:
        """Returns what to know before it is filled in."""
        return "" if self.own else labels.hint_of(self.name, language)

    def joined(self, more: "AttributeField") -> "AttributeField":
        """Returns the field that serves both."""
        return replace(
            self,
            values=tuple(dict.fromkeys((*self.values, *more.values))),
            closed=self.closed and more.closed,
            several=self.several or more.several,
            asked=self.asked or more.asked,
            own=self.own or more.own,
        )


@dataclass(frozen=True)
class RecordForm:
    """One thing to record: a type and a name (none: any), what rules read of it, and for which requirements.

    `pathway` is empty for what belongs to the person. Each of the `rules` is (pathway, level, requirement); what is
    asked of a delivery stands in no level. `holder` is whose record it is: person or site. `parts` are what a record
    has beside its attributes (labels.PARTS), `team` what rules read of each member of the team, `per` the attributes
    for whose values levels are awarded one by one. `told` is what rules read and the service works out of a field.
    """

    type: str
    what: str
    pathway: str
    fields: tuple[AttributeField, ...]
    rules: tuple[Rule, ...]
    holder: str = "person"
    parts: tuple[str, ...] = ()
    team: tuple[AttributeField, ...] = ()
    per: tuple[str, ...] = ()
    told: tuple[AttributeField, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this form from all others of the same kind of holder."""
        return self.pathway, self.type, self.what

    @property
    def name(self) -> str:
        """What tells it from the others of one pathway, in one word: delivery/group."""
        return form_name((self.type, self.what))

    def part_label(self, part: str, language: str = "en") -> str:
        """Returns what people call one of its parts."""
        return labels.label_of_part(self.type, part, language)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The requirements it is for, as people call them."""
        return tuple(dict.fromkeys(title_of(rule, pathway) for pathway, _, rule in self.rules))

    @property
    def names_signatories(self) -> bool:
        """Whether one of its rules says who may sign."""
        return any(signatory_of(self.type, rule) for rule in self.rules)


def form_name(kind: Kind) -> str:
    """Returns the name of the form of a type and a name."""
    return f"{kind[0]}/{kind[1] or 'any'}"


def record_forms(pathways: Iterable[Pathway], holder: str = "person") -> tuple[RecordForm, ...]:
    """Lists what can be recorded for a person, or for a site, on these pathways, in the order of their rules."""
    found: dict[tuple[str, str, str], RecordForm] = {}
    for pathway in pathways:
        spots = [one for one in asked_requirements(pathway) if one.holder == holder]
        kinds = dict.fromkeys(kind for one in spots for kind in one.kinds())
        readers = {kind: [one for one in spots if {kind, (kind[0], "")} & {*one.kinds()}] for kind in kinds}
        forms = [_form(kind, of_kind, holder) for kind, of_kind in readers.items()]  # a rule for any name reads each
        forms += [_waiver(one) for one in spots if one.waiver]
        for form in forms:
            found[form.key] = _joined(found[form.key], form) if form.key in found else form
    return tuple(found.values())


def award_form(pathway: Pathway, level: Level) -> RecordForm:
    """Returns the form by which an award of a level is brought in that was made before, or elsewhere.

    It is not for one requirement: whoever holds the level may sign what the rules let them sign.
    """
    per = (level.per,) if level.per else ()
    fields = _fields("award", pathway, ((name, (), False) for name in per))
    return RecordForm("award", level.id, pathway.id, fields, (), level.holder, ("on", "until", "files"), per=per)


def award_fields(pathway: Pathway, level: Level) -> tuple[AttributeField, ...]:
    """Returns what the rules of a pathway read of an award of one of its levels, and whoever decides has to say."""
    forms = record_forms((pathway,), level.holder)
    found = next((one.fields for one in forms if (one.type, one.what) == ("award", level.id)), ())
    return tuple(one for one in found if one.name not in (level.per, "outcome"))


def may_decide(pathway: Pathway, level: Level, evidence: Evidence, record_id: str, today: date) -> bool:
    """Tells whether whoever signed a decision of the evidence may decide a level, alone or as one of several."""
    record, place = _signed(pathway, level, evidence, record_id, today)
    by = level.decision.by if level.decision else None
    return by is None or may_sign(record, by, place) is not Sure.NO


def accepts(rule: Rule, evidence: Evidence, record_id: str, today: date) -> bool:
    """Tells whether whoever signed a record of the evidence may sign it for one rule."""
    pathway, level, requirement = rule
    record, place = _signed(pathway, level, evidence, record_id, today)
    if record.type == "waiver":
        return may_waive(record, requirement.waivable_by, place.day, place) is not Sure.NO
    by = signatory_of(record.type, rule)
    return by is None or may_sign(record, by, place) is not Sure.NO


def _signed(
    pathway: Pathway, level: Level | None, evidence: Evidence, record_id: str, today: date
) -> tuple[EvidenceRecord, RequirementContext]:
    """Finds a record of the evidence, and the place from which its signatories are looked at."""
    record = next(one for one in evidence.records if one.id == record_id)
    case = open_case(pathway, evidence, None, instruments=())
    return record, RequirementContext(case=case, day=record.on or today, subject=case.holder, level=level)


def signatory_of(type_: str, rule: Rule) -> SignatoryRule | None:
    """Returns whom a rule lets sign a record of a type; None: it does not say."""
    requirement = rule[2]
    if type_ == "waiver":
        return SignatoryRule(holds=requirement.waivable_by)
    return requirement.ask.by if isinstance(requirement.ask, Leaf) else None


def attributes_read(spot: AskedRequirement) -> Iterator[tuple[str, tuple[Value, ...], bool]]:
    """Lists what a requirement reads of a record: attribute, values that it knows, whether one record has several."""
    ask = spot.requirement.ask
    if isinstance(ask, This):
        yield from ((one.attribute, (*one.one_of, *one.none_of), False) for one in ask.where)
    if not isinstance(ask, Leaf):
        return
    amounts = [*ask.at_least, *ask.at_most, *ask.different, *ask.new]
    amounts += [one for part in ask.of_which for one in (*part.at_least, *part.different, *part.counts_up_to)]
    yield from ((name, (), False) for name, _ in amounts if name != "records")
    if ask.each:
        yield ask.each[0], ask.each[1], True
    for one in (*ask.where, *(one for part in ask.of_which for one in part.where)):
        yield one.attribute, (*one.one_of, *one.none_of), False
    if ask.type in JUDGED_TYPES and ask.passing:
        yield from ((one.form, (), False) for one in ask.passing.forms if one.form in AMOUNTS["assessment"])
    yield from ((name, (), False) for name in _per(spot))


def _per(spot: AskedRequirement) -> Iterator[str]:
    """The attributes for whose values the level of a leaf, or the level whose award it asks for, is awarded apart."""
    ask, level = spot.requirement.ask, spot.level
    if isinstance(ask, Leaf) and level and level.per and not ask.of_site:
        yield level.per
    for name in ask.names if isinstance(ask, Leaf) and ask.type == "award" else ():
        if (known := spot.pathway.levels.get(name)) and known.per:
            yield known.per


def _form(kind: Kind, spots: list[AskedRequirement], holder: str) -> RecordForm:
    type_, what = kind
    pathway = spots[0].pathway
    leaves = [one.requirement.ask for one in spots if isinstance(one.requirement.ask, Leaf)]
    per = dict.fromkeys(name for one in spots for name in _per(one))
    members = [one.requirement.ask for one in spots if isinstance(one.requirement.ask, Team)]
    counted = {name for leaf in leaves for name, _ in (*leaf.different, *leaf.new)}
    read = [one for spot in spots for one in attributes_read(spot)]
    told = dict.fromkeys(name for name, _, _ in read if (type_, name) in TOLD_BY)
    has = {
        "from": type_ in BEGUN,
        "on": True,
        "until": type_ in HELD_TYPES and type_ != "background",
        "result": type_ in JUDGED_TYPES,
        "who": type_ == "relation",
        "by": type_ in SIGNED_BY_SOMEBODY or "by" in counted or any(leaf.by for leaf in leaves),
        "about": type_ == "feedback" or any(one.about and isinstance(one.requirement.ask, Leaf) for one in spots),
        "team": type_ == "delivery" or bool(members),
        "per": bool(per),
        "reason": type_ in REASONED,
        "files": type_ in PROVEN,
    }
    return RecordForm(
        type=type_,
        what=what,
        pathway="" if type_ in PERSONAL else pathway.id,
        fields=_fields(type_, pathway, read),
        rules=tuple((one.pathway, one.level, one.requirement) for one in spots),
        holder=holder,
        parts=tuple(name for name, asked in has.items() if asked),
        team=_fields("", pathway, _of_members(members)) if has["team"] else (),
        per=tuple(per),
        told=tuple(AttributeField(name, NUMBER) for name in told),
    )


def _of_members(members: Iterable[Team]) -> Iterator[tuple[str, tuple[Value, ...], bool]]:
    """What rules read of each member of a team."""
    for ask in members:
        if ask.roles:
            yield "role", ask.roles, False
        yield from ((one.attribute, (*one.one_of, *one.none_of), False) for one in ask.where)


def _waiver(spot: AskedRequirement) -> RecordForm:
    return RecordForm(
        "waiver", spot.waiver, spot.pathway.id,
        rules=((spot.pathway, spot.level, spot.requirement),), holder=spot.holder,
        fields=(), parts=("on", "until", "by", "reason", "files"),
    )  # fmt: skip


def _fields(
    type_: str, pathway: Pathway, read: Iterable[tuple[str, tuple[Value, ...], bool]]
) -> tuple[AttributeField, ...]:
    """The fields of a type, and then of all attributes that rules read, each with all values that they know."""
    kinds = ATTRIBUTES | dict(pathway.attributes)
    found: dict[str, AttributeField] = {}
    for read_name, values, several in read:
        name = TOLD_BY.get((type_, read_name), read_name)
        if name in kinds and name not in (*NAMES_OF_RECORDS, TOLD) and (type_, name) != ("award", "standing"):
            known = tuple(str(one) for one in values if isinstance(one, str) and kinds[name] == TEXT)
            more = AttributeField(name, kinds[name], known, several=several)
            found[name] = found[name].joined(more) if name in found else more
    amounts = AMOUNTS.get(type_, ())
    base = [one for one in BASE.get(type_, ()) if one not in amounts or not any(name in found for name in amounts)]
    order = dict.fromkeys((*(name for name in amounts if name in found), *base, *found))
    fields = (found.get(name) or AttributeField(name, kinds[name], asked=False) for name in order)
    return tuple(_offering(one, type_, pathway) for one in fields)


def _offering(field: AttributeField, type_: str, pathway: Pathway) -> AttributeField:
    """The field with the values that the pathway, the language or usage knows, and with the pathway's name for it."""
    own = pathway.own_attributes.get(field.name)
    label = own.label if own else ""
    if own and own.one_of:
        values = tuple(str(number(one)) if field.kind == NUMBER else str(one) for one in own.one_of)
        return replace(field, values=values, closed=True, own=label)
    if type_ == "award" and field.name == "outcome":
        return replace(field, values=OUTCOMES[:2], closed=True, own=label)
    if not field.values:
        field = replace(field, values=labels.USUAL.get(("", field.name), ()))
    # Who led says so, too, where a rule asks for co-leaders alone.
    known = {one.replace("-", "_") for one in field.values}
    usual = (one for one in labels.USUAL.get((type_, field.name), ()) if one not in known)
    return replace(field, values=(*field.values, *usual), own=label)


def _joined(known: RecordForm, more: RecordForm) -> RecordForm:
    fields = {one.name: one for one in known.fields}
    for one in more.fields:
        fields[one.name] = fields[one.name].joined(one) if one.name in fields else one
    team = {one.name: one for one in (*more.team, *known.team)}
    return replace(
        known,
        fields=tuple(fields.values()),
        rules=(*known.rules, *more.rules),
        parts=tuple(name for name in labels.PARTS if name in (*known.parts, *more.parts)),
        team=tuple(team.values()),
        per=tuple(dict.fromkeys((*known.per, *more.per))),
        told=tuple(dict.fromkeys((*known.told, *more.told))),
    )
