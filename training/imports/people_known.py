"""Whom the rows of a table speak of: people by address or name, sites by code or name, looked up many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from training.database.name_search import searched
from training.imports.columns import Column
from training.imports.kinds import RowPlan
from training.parsing.csv import CsvLine
from training.parsing.text import folded, straight
from training.people.contact.actions import ADDRESS
from training.people.models import Email, Membership, Person
from training.sites.models import Programme, Site

WHO = (
    Column("email", "E-mail address", known_as=("e-mail", "mail", "address", "email address"),
           hint="By this we know who is meant."),
    Column("person", "Name", known_as=("full name", "who", "facilitator", "holder", "learner", "staff member"),
           hint="Where there is no e-mail address, the name has to be of one person alone."),
    Column("site", "Site", known_as=("organisation", "team", "site code", "centre"),
           hint="Its code or its name. It tells people of one name apart."),
)  # fmt: skip
"""Columns by which a row says whom it is about."""


@dataclass
class HeldRole:
    """A role that somebody holds or held: which, where, between which days; `id` none: made by an earlier row."""

    id: UUID
    role: str
    site_id: UUID | None
    starts: date
    ends: date | None


@dataclass
class KnownPerson:
    """Somebody whom a row may mean, with their roles; `fresh`: an earlier row of the same table makes them."""

    id: UUID
    name: str
    language: str
    addresses: dict[str, Email] = field(default_factory=dict)
    roles: list[HeldRole] = field(default_factory=list)
    fresh: int = 0
    """The line that makes them, or 0."""


@dataclass
class Sites:
    """The sites of a unit, by code and by name."""

    by_word: dict[str, Site]
    by_id: dict[UUID, Site]

    @classmethod
    async def of(cls, unit_id: UUID) -> "Sites":
        """Reads them; a name that two sites have names none of them."""
        rows = await Site.filter(unit_id=unit_id)
        names = [searched(row.name) for row in rows]
        by_name = {name: row for name, row in zip(names, rows, strict=True) if names.count(name) == 1}
        return cls(by_name | {searched(row.code): row for row in rows}, {row.id: row for row in rows})

    def find(self, plan: RowPlan, *, needed: bool = False) -> Site | None:
        """Finds the site of a row; notes what is wrong where there is none."""
        text = plan.line["site"]
        found = self.by_word.get(searched(text))
        if text and found is None:
            plan.refuse("site", f"there is no site {text}", "Write the code or the name of a site, or import it first")
        elif needed and not text:
            plan.refuse("site", "it is empty", "Write the code or the name of the site")
        return found

    def called(self, site_id: UUID | None) -> str:
        """Returns what a site is called; "" without one."""
        return self.by_id[site_id].name if site_id in self.by_id else ""


async def programmes_of(unit_id: UUID) -> dict[str, Programme]:
    """Returns the programmes of a unit, by each word for them."""
    rows = await Programme.filter(unit_id=unit_id)
    return {searched(word): row for row in rows for word in (row.title, row.slug)}


@dataclass
class People:
    """The people of a unit whom the rows speak of, by address and by folded name."""

    unit_id: UUID
    sites: Sites
    by_id: dict[UUID, KnownPerson] = field(default_factory=dict)
    by_address: dict[str, KnownPerson] = field(default_factory=dict)
    by_name: dict[str, list[KnownPerson]] = field(default_factory=dict)
    _looked_up: set[str] = field(default_factory=set)

    async def learn(self, lines: Sequence[CsvLine], name: str = "person") -> list[UUID]:
        """Looks up the people whom these lines name by e-mail address or by the column `name`; lists who is new."""
        addresses = {line["email"].lower() for line in lines if line["email"]} - self._looked_up
        names = {searched(line[name]) for line in lines if line[name]} - self._looked_up - {""}
        self._looked_up |= addresses | names
        if not addresses and not names:
            return []
        there = Person.filter(
            unit_id=self.unit_id, test_user=False, erased_at__isnull=True, merged_into_id__isnull=True
        )
        of_address = Q(emails__address__in=sorted(addresses)) if addresses else Q(id__in=[])
        of_name = Q(folded__in=sorted(names)) if names else Q(id__in=[])
        rows = {row.id: row for row in await there.filter(of_address)} | {
            row.id: row for row in await there.filter(of_name)
        }
        fresh = [key for key in rows if key not in self.by_id]
        for key in fresh:
            self.add(KnownPerson(key, rows[key].name, rows[key].language))
        for email in await Email.filter(person_id__in=fresh):
            known = self.by_id[email.person_id]
            known.addresses[email.address] = email
            self.by_address[email.address] = known
        for held in await Membership.filter(person_id__in=fresh).order_by("starts", "id"):
            self.by_id[held.person_id].roles.append(HeldRole(held.id, held.role, held.site_id, held.starts, held.ends))
        return fresh

    def add(self, known: KnownPerson) -> None:
        """Adds somebody, also one whom a row of this table makes."""
        self.by_id[known.id] = known
        self.by_name.setdefault(searched(known.name), []).append(known)

    def find(self, plan: RowPlan) -> KnownPerson | None:
        """Finds whom a row is about; notes what is wrong where that is nobody, or several."""
        address, name = plan.line["email"].lower(), plan.line["person"]
        if not address and not name:
            plan.refuse("email", "nobody is named", "Write an e-mail address, or a name")
            return None
        if address:
            return self._by_address(plan, address, name)
        found = self.by_name.get(searched(name), [])
        if len(found) > 1 and (site := self.sites.by_word.get(searched(plan.line["site"]))):
            found = [one for one in found if any(held.site_id == site.id for held in one.roles)]
        if len(found) == 1:
            return found[0]
        if found:
            plan.refuse("person", f"{len(found)} people are called {name}", "Write the e-mail address of the one meant")
        else:
            plan.refuse("person", f"nobody here is called {name}", "Look at the spelling, or import the person first")
        return None

    def _by_address(self, plan: RowPlan, address: str, name: str) -> KnownPerson | None:
        known = self.by_address.get(address)
        if not ADDRESS.fullmatch(address):
            plan.refuse("email", f"{address} is no e-mail address", "Write it like name@example.org")
        elif known is None:
            plan.refuse("email", f"nobody here has the address {address}", "Look at it, or import the person first")
        elif name and folded(straight(name)) != folded(straight(known.name)):
            plan.refuse("person", f"{address} belongs to {known.name}, and not to {name}", "Write one or the other")
        else:
            return known
        return None

    def told_apart(self, known: KnownPerson) -> str:
        """Says in words who somebody is: name, address, and where they are."""
        where = next((self.sites.called(one.site_id) for one in reversed(known.roles) if one.site_id), "")
        first = next(iter(known.addresses), "")
        line = f"made by line {known.fresh}" if known.fresh else ""
        return ", ".join(filter(None, (f"The same as {known.name}", first, where, line)))
