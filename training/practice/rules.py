"""What a practice record must say, who may confirm it, for how long, and what stands after a dispute; all pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from training.parsing.addresses import plain_address

DISPUTE_WINDOW = timedelta(days=14)
"""How long a confirmer may say "that was not so" after something was confirmed in their name."""
LINK_LIFE = timedelta(days=14)
"""How long somebody has to answer."""
ONE_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
"""A letter with somebody's link goes to one address, and not to a list of them."""

ROLES = {"lead": "I led the group", "co_leader": "I led the group together with somebody"}
MODES = {"in_person": "In person", "online": "Online", "mixed": "Some of both"}
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
CHECKS = {
    "dbs enhanced": "Enhanced DBS check",
    "pvg": "PVG scheme membership",
    "access ni": "AccessNI enhanced check",
    "reference": "Reference",
}
STRENGTHS = {
    "signed_in": "signed in",
    "one_time_link": "by a link that works once",
    "on_device": "on the device of the person who logged it",
    "paper": "on paper, seen by a coordinator",
}
State = Literal["asked", "confirmed", "disputed", "expired"]
Strength = Literal["signed_in", "one_time_link", "on_device", "paper"]


@dataclass(frozen=True)
class Confirmer:
    """Who is named to confirm: somebody known here (`person`), or a name with an e-mail address or a telephone."""

    name: str
    person: UUID | None = None
    contact: str = ""


@dataclass(frozen=True)
class TailoringEntry:
    """What was changed in one part of the programme."""

    component: str
    kind: str
    changed: str
    for_whom: str = ""
    why: str = ""


@dataclass(frozen=True)
class DeliveryEntry:
    """What somebody types about a group that they led."""

    group_name: str
    began: date
    ended: date
    sessions: int
    hours: Decimal
    role: str
    parents_enrolled: int
    parents_completing: int
    mode: str = "in_person"
    what: str = "group"
    language: str = ""
    protocol: str = ""
    note: str = ""
    site: UUID | None = None
    programme: UUID | None = None
    team: tuple[Confirmer, ...] = ()
    tailorings: tuple[TailoringEntry, ...] = ()


@dataclass(frozen=True)
class SupervisionEntry:
    """What somebody types about a supervision session that they had."""

    supervisor: Confirmer
    what: str
    held: date
    minutes: int
    mode: str = ""
    topics: str = ""
    note: str = ""
    delivery: UUID | None = None
    programme: UUID | None = None


def faults_of_delivery(entry: DeliveryEntry, today: date) -> Mapping[str, str]:
    """Names each field of a delivery that cannot be so, and what to do about it."""
    checks = (
        ("group_name", not entry.group_name.strip(), "Enter a name for the group, such as Tuesday group"),
        ("ended", entry.ended < entry.began, "The last session must be on or after the first one"),
        ("ended", entry.ended > today, "The last session is still to come. Log the group when it has ended"),
        ("sessions", not 1 <= entry.sessions <= 200, "Say how many sessions there were, from 1 to 200"),
        ("hours", not 0 < entry.hours <= 1000, "Say how many hours you led in all, up to 1,000"),
        ("parents_enrolled", not 0 <= entry.parents_enrolled <= 500, "Say how many parents joined, up to 500"),
        ("parents_completing", entry.parents_completing < 0, "Say how many parents stayed to the end"),
        (
            "parents_completing",
            entry.parents_completing > entry.parents_enrolled,
            "No more parents can stay to the end than joined",
        ),
        ("role", entry.role not in ROLES, "Choose what your part was"),
        ("mode", entry.mode not in MODES, "Choose how the group met"),
        ("co_leader", entry.role == "co_leader" and not entry.team, "Say who led the group with you"),
    )
    return _first_of_each(checks)


def faults_of_supervision(entry: SupervisionEntry, today: date) -> Mapping[str, str]:
    """Names each field of a supervision session that cannot be so, and what to do about it."""
    checks = (
        ("held", entry.held > today, "This day is still to come. Log it after it has happened"),
        ("minutes", not 1 <= entry.minutes <= 600, "Say how many minutes it took, from 1 to 600"),
        ("what", entry.what not in KINDS_OF_SUPERVISION, "Choose what kind of supervision it was"),
        ("mode", bool(entry.mode) and entry.mode not in MODES, "Choose how you met"),
        ("supervisor", not (entry.supervisor.person or entry.supervisor.name.strip()), "Say who supervised you"),
    )
    return _first_of_each(checks)


def _first_of_each(checks: Iterable[tuple[str, bool, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for field, wrong, words in checks:
        if wrong:
            found.setdefault(field, words)
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
