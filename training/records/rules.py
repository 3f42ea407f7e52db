"""What a record must say, who may confirm it, for how long, and what stands after a dispute; all pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from training.parsing.addresses import plain_address

DISPUTE_WINDOW = timedelta(days=14)
"""How long a confirmer may say "that was not so" after something was confirmed in their name."""
LINK_LIFE = timedelta(days=14)
"""How long somebody has to answer."""
ONE_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
"""A letter with somebody's link goes to one address, and not to a list of them."""

NEEDS_A_YES = frozenset({"delivery", "supervision"})
"""Types that count once somebody who was there, or a coordinator, says yes; others wait for whoever may accept them."""
ROLES = {"lead": "I led it", "co_leader": "I led it together with somebody"}
KINDS_OF_SUPERVISION = {
    "reflective": "Reflective: looking back on practice",
    "coaching": "Coaching: trying something out",
    "group": "Group supervision",
}
TAILORED = {
    "core": "Core: the part that makes it work",
    "adaptable": "Adaptable: may be changed in some ways",
    "free": "Free: yours to change",
}
HOW = {"changed": "Changed", "left_out": "Left out"}
JUDGED = {"within": "Within the limits", "outside": "Outside the limits"}
STRENGTHS = {
    "signed_in": "signed in",
    "one_time_link": "by a link that works once",
    "passed_on": "by a link that the person who logged it passed on",
    "on_device": "on the device of the person who logged it",
    "paper": "on paper, seen by a coordinator",
    "seen": "as who looks after the records",
}
CONFIRMED_AS = {
    "signed_in": "account",
    "seen": "account",
    "one_time_link": "typed_address",
    "passed_on": "typed_address",
    "on_device": "device",
    "paper": "paper",
}
"""How something was confirmed → the word of the pathway language."""
State = Literal["asked", "confirmed", "disputed", "expired"]
Strength = Literal["signed_in", "one_time_link", "passed_on", "on_device", "paper", "seen"]


def confirmed_as(strength: str, *, known: bool) -> str:
    """Returns how strongly a record was confirmed, in the word of the language; `known`: by an address of ours."""
    if strength == "one_time_link" and known:
        return "known_address"
    return CONFIRMED_AS[strength]


@dataclass(frozen=True)
class Confirmer:
    """Who is named to confirm: somebody known here (`person`), or a name with an e-mail address or a telephone.

    `attributes` are what rules ask of them as a member of a team.
    """

    name: str
    person: UUID | None = None
    contact: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TailoringEntry:
    """What was changed or left out in one part of the programme, and the limits of that part."""

    component: str
    kind: str
    changed: str
    for_whom: str = ""
    why: str = ""
    how: str = "changed"
    limits: str = ""


@dataclass(frozen=True)
class KeptFile:
    """A file that proves an entry and is kept already: its name, under which name it is kept, its hash, and whether
    everybody who can be recognised agreed.
    """

    file_name: str
    stored: str
    sha256: str
    agreed: bool


@dataclass(frozen=True)
class Entry:
    """What somebody enters as a record: type, name and attributes of the pathway language, its days and people.

    `name` is what people call it, `team` who led it too (`own_part`: what rules ask of the
    holder as a member), `by` who signed, supervised or taught, each a person or a
    name; `body` the role of the programme in which they did. `note` is for whoever enters it.
    """

    type: str
    what: str
    on: date | None = None
    began: date | None = None
    until: date | None = None
    name: str = ""
    programme: UUID | None = None
    site: UUID | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    team: tuple[Confirmer, ...] = ()
    own_part: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[Confirmer, ...] = ()
    body: str = ""
    about: UUID | None = None
    note: str = ""
    tailorings: tuple[TailoringEntry, ...] = ()
    files: tuple[KeptFile, ...] = ()


MOST = {"sessions": 200, "minutes": 600, "hours": 1000, "parents": 500, "completed": 500}
"""The most that one delivery or supervision can have of something; more is a slip of the fingers."""


def faults_of_entry(entry: Entry, today: date) -> Mapping[str, str]:
    """Names each field of a record that cannot be so whatever the rules ask, and what to do about it."""
    is_delivery, amounts = entry.type == "delivery", _amounts(entry.attributes)
    checks = [
        ("name", is_delivery and not entry.name.strip(), "Enter a name for it, such as Tuesday group"),
        ("on", bool(entry.on and entry.on > today), "This day is still to come. Enter it after it has happened"),
        (
            "from",
            bool(entry.began and entry.on and entry.on < entry.began),
            "The first day must be before the last one",
        ),
        (
            "until",
            bool(entry.until and entry.on and entry.until < entry.on),
            "The last day must be after the first one",
        ),
        (
            "completed",
            amounts.get("completed", 0) > amounts.get("parents", 500),
            "No more parents can stay to the end than joined",
        ),
        ("co_leader", entry.attributes.get("role") == "co_leader" and not entry.team, "Say who led it with you"),
    ]
    if is_delivery or entry.type == "supervision":
        least = {"sessions": 1, "minutes": 1}
        checks += [
            (
                name,
                not least.get(name, 0) <= amounts[name] <= most,
                f"Enter a number from {least.get(name, 0)} to {most:,}",
            )
            for name, most in MOST.items()
            if name in amounts
        ]
    return _first_of_each(checks)


def _amounts(attributes: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in attributes.items() if isinstance(value, int | float)}


def _first_of_each(checks: Iterable[tuple[str, bool, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, wrong, words in checks:
        if wrong:
            found.setdefault(name, words)
    return found


def fault_of_confirmer(confirmer: Confirmer, *, holder: UUID, own_addresses: Iterable[str]) -> str:
    """Tells why this person cannot confirm the holder's record, or "" when they can."""
    if confirmer.person == holder or same_address(confirmer.contact, own_addresses):
        return "You cannot confirm your own record. Name the person who was there with you"
    if confirmer.person is None and not confirmer.contact:
        return "Enter an e-mail address or a phone number, so that they can be asked"
    if confirmer.contact and not looks_like_contact(confirmer.contact):
        return "Enter an e-mail address, like name@example.org, or a phone number"
    return ""


def same_address(contact: str, addresses: Iterable[str]) -> bool:
    """Tells whether the contact is one of the addresses, whatever the case and the tag after a plus sign."""
    return bool(contact) and plain_address(contact) in {plain_address(address) for address in addresses}


def looks_like_contact(contact: str) -> bool:
    """Tells whether the text can be an e-mail address or a phone number."""
    if "@" in contact:
        return ONE_ADDRESS.fullmatch(contact.strip()) is not None
    digits = sum(sign.isdigit() for sign in contact)
    return 7 <= digits <= 15 and all(sign.isdigit() or sign in "+ ()-" for sign in contact)


def may_answer(state: str, *, expires: datetime, now: datetime) -> bool:
    """Tells whether a confirmation can still be answered for the first time."""
    return state == "asked" and now < expires


def may_dispute(state: str, *, dispute_until: datetime | None, now: datetime) -> bool:
    """Tells whether something confirmed can still be taken back by the confirmer."""
    return state == "confirmed" and dispute_until is not None and now <= dispute_until


def stands(states: Iterable[str]) -> State | None:
    """Tells how a record stands by the states of its confirmations: one dispute outweighs any confirmation."""
    found = set(states)
    order: tuple[State, ...] = ("disputed", "confirmed", "asked", "expired")
    return next((state for state in order if state in found), None)
