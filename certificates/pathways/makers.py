"""Who makes a record of each type, when it counts, and who may sign it, from the rules that ask for it; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from certificates.pathways.language.schema import Pathway, SignatoryRule
from certificates.pathways.language.titles import named
from training.parsing.labels import plain

MADE_BY: dict[str, tuple[tuple[str, ...], str]] = {
    "learning": (("course", "trainer", "coordinator", "holder"), "seen"),
    "quiz": (("course", "trainer"), "at_once"),
    "delivery": (("holder",), "confirmed"),
    "supervision": (("holder", "supervisor"), "confirmed"),
    "assessment": (("assessor",), "signed"),
    "feedback": (("parents", "peers", "holder"), "counted"),
    "signoff": (("coordinator",), "at_once"),
    "return": (("coordinator", "program"), "at_once"),
    "event": (("coordinator", "program"), "at_once"),
    "fee": (("coordinator", "program"), "at_once"),
    "calibration": (("assessor", "program"), "at_once"),
    "portfolio": (("holder",), "accepted"),
    "experience": (("holder",), "accepted"),
    "background": (("holder", "coordinator"), "seen"),
    "qualification": (("holder", "coordinator"), "seen"),
    "registration": (("holder", "coordinator"), "seen"),
    "check": (("holder", "coordinator"), "seen"),
    "agreement": (("holder", "coordinator"), "seen"),
    "membership": (("holder", "coordinator"), "seen"),
    "award": (("decision", "central_unit"), "at_once"),
    "role": (("central_unit", "coordinator"), "at_once"),
    "relation": (("holder", "other_person", "practice"), "at_once"),
    "waiver": (("holder", "coordinator"), "decided"),
}
"""Type of a record → who makes it, and when it counts. Who signs is named by the rules."""
MAKERS = {
    "course": "a course here",
    "trainer": "the trainer",
    "coordinator": "the coordinator",
    "holder": "the person",
    "supervisor": "the supervisor",
    "assessor": "whoever assesses",
    "parents": "parents",
    "peers": "colleagues",
    "program": "another system",
    "decision": "a decision here",
    "central_unit": "the central unit",
    "other_person": "the other person",
    "practice": "the work that two people log together",
}
WHEN = {
    "at_once": "at once",
    "confirmed": "when {} says yes",
    "seen": "when {} has seen it",
    "signed": "when {} has signed",
    "counted": "at once, by number; small numbers stay hidden",
    "accepted": "when {} accepts it",
    "decided": "when {} decides so",
}
SIGNS = frozenset({"signoff", "assessment", "calibration", "quiz", "event", "fee", "return", "award"})
"""Types that whoever may sign makes as well; all others are made as ever and count once they have signed."""
CHECKERS = {
    "delivery": "a co-leader, the supervisor or the coordinator",
    "supervision": "the supervisor or the coordinator",
    "assessment": "everybody who assesses",
}
"""Who makes a record count where no rule says who; elsewhere it is the coordinator."""


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes a record and when it counts: stable words, and the same for people."""

    made_by: tuple[str, ...]
    counts_when: str
    made_by_words: str
    counts_when_words: str


def making_of(type_: str, by: SignatoryRule | None, holder: str, pathway: Pathway) -> Making:
    """Returns who makes a record that a rule asks for and when it counts; `by` is whom the rule lets sign.

    Whoever holds a role or a level X is `holds:X`. What a site has is told by its coordinator, and seen by the
    central unit.
    """
    makers, when = MADE_BY[type_]
    checker = CHECKERS.get(type_, "the coordinator")
    names: dict[str, str] = dict(MAKERS)
    if holder == "site":
        names |= {"holder": "the site’s coordinator", "coordinator": "the site’s coordinator"}
        makers = tuple(dict.fromkeys("coordinator" if one == "holder" else one for one in makers))
        checker = CHECKERS.get(type_, "the central unit")
    if by is not None:
        checker = signatory_words(by, pathway)
        held = tuple(f"holds:{name}" for name in by.holds)
        names |= {key: one_who_holds((name,), pathway) for key, name in zip(held, by.holds, strict=True)}
        if type_ in SIGNS and held:
            makers = held
        elif when in ("seen", "at_once", "counted"):
            others = (one for one in makers if not held or one not in ("course", "trainer"))
            makers, when = tuple(dict.fromkeys((*held, *others))), "signed"
    return Making(
        made_by=makers,
        counts_when=when,
        made_by_words=_or(dict.fromkeys(names[one] for one in makers)),
        counts_when_words=WHEN[when].format(checker),
    )


def signatory_words(rule: SignatoryRule | None, pathway: Pathway) -> str:
    """Says who may sign: "central unit or assessor, who is not a supervisor of this person"."""
    if rule is None:
        return "anybody"
    who = one_who_holds(rule.holds, pathway) if rule.holds else "somebody"
    apart = _or(_a(plain(one).lower()) for one in rule.not_own)
    return f"{who} who is not {apart} of this person" if apart else who


def one_who_holds(names: Iterable[str], pathway: Pathway) -> str:
    """Says who holds one of some roles or levels: "somebody of the central unit or an assessor"."""
    titles = [named((name,), pathway) for name in names]
    lower = [title if title[1:2].isupper() else title[:1].lower() + title[1:] for title in titles]
    return _or(f"somebody of the {name}" if name.endswith("unit") else _a(name) for name in lower)


def _or(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} or {last}" if first else last


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
