"""The people and places of the demo: one unit, three sites in two countries, six people to be and some around them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.models import Model

from training.database.connection import transaction
from training.people.authentication.demo_cast import known
from training.people.models import Email, Membership, Person, Relation
from training.programmes.models import Adoption, Place
from training.sites.models import Area, CentralUnit, Programme, Site
from training.trail import facts

BEGIN = date(2022, 9, 1)
AREAS = (
    ("WLS", "Wales", "/WLS/"),
    ("CDF", "Cardiff", "/WLS/CDF/"),
    ("NWP", "Newport", "/WLS/NWP/"),
    ("ENG", "England", "/ENG/"),
    ("LDS", "Leeds", "/ENG/LDS/"),
)
SITES = (
    ("RIV", "Riverside Family Centre", "CDF", "029 2018 0100"),
    ("OAK", "Oak Tree Children's Centre", "NWP", "01633 960 200"),
    ("HAR", "Harehills Hub", "LDS", "0113 496 0300"),
)
SAFEGUARDING = {
    "RIV": {
        "safeguarding_lead": "Meena Shah",
        "safeguarding_telephone": "029 2018 0117",
        "help_lines": "Who stands in for Meena: Owen Price, 029 2018 0118\n"
        "Social services at night and at weekends: 029 2018 0199",
    },
}
"""Who helps when somebody is not safe: one site has said so, the others not yet."""


@dataclass(frozen=True)
class CastMember:
    """One person of the demo: key, full name, and (role, site code) pairs; "" means the whole unit."""

    key: str
    name: str
    roles: tuple[tuple[str, str], ...]
    language: str = "en"

    @property
    def at_work(self) -> str:
        """Gives the code of the site at which they lead groups, or learn to; "" where they do neither."""
        return next((site for role, site in self.roles if role in ("trainee", "facilitator")), "")


PEOPLE = (
    CastMember("amina", "Amina Yusuf", (("trainee", "RIV"),)),
    CastMember("bruno", "Bruno Costa", (("assessor", ""), ("facilitator", "OAK"))),
    CastMember("chloe", "Chloe Davies", (("coordinator", "RIV"),)),
    CastMember("dara", "Dara O'Neill", (("central", ""), ("auditor", ""))),
    CastMember("emre", "Emre Kaya", (("coordinator", "HAR"),)),
    CastMember("farah", "Farah Siddiqui", (("administrator", ""),)),
    CastMember("gwen", "Gwen Llŷr", (("assessor", ""), ("facilitator", "OAK")), "cy"),
    CastMember("hana", "Hana Nowak", (("supervisor", "RIV"), ("assessor", "RIV"), ("facilitator", "RIV"))),
    CastMember("ivan", "Ivan Petrov", (("facilitator", "RIV"),)),
    CastMember("jude", "Jude Mensah", (("trainee", "RIV"),)),
    CastMember("kiran", "Kiran Shah", (("facilitator", "HAR"),)),
    CastMember("lowri", "Lowri Ŵyn Parry", (("facilitator", "OAK"),), "cy"),
    CastMember("marek", "Marek Wójcik", (("trainee", "HAR"),)),
    CastMember("nadia", "Nadia Rahman", (("facilitator", "RIV"),)),
    CastMember("osian", "Osian Bevan", (("facilitator", "OAK"),)),
)
RELATIONS = (("amina", "hana", "supervisor"), ("jude", "hana", "supervisor"), ("nadia", "hana", "supervisor"))


async def settle(now: datetime) -> None:
    """Writes the places and people, with one entry of the trail for all; what is there already stays."""
    async with transaction():
        unit, new = await _places(now)
        people = await _people(unit.id, now)
        if new:
            rows = [*await Programme.all(), *await Area.all(), *await Site.all(), *people]
            rows += await take_up(known("growing-together"), now=now)
            await facts.record("unit.added", unit, actor=None, unit=unit.id, now=now, rows=rows)


async def _places(now: datetime) -> tuple[CentralUnit, bool]:
    unit, new = await CentralUnit.get_or_create(
        id=known("together"),
        defaults={
            "slug": "together", "name": "Parenting Together", "contact": "help@together.example",
            "first_steps_over": now,
        },
    )  # fmt: skip
    await Programme.get_or_create(
        id=known("growing-together"),
        defaults={"unit_id": unit.id, "slug": "growing-together", "title": "Growing Together"},
    )
    for code, name, path in AREAS:
        above = path.removesuffix(f"{code}/").strip("/").rsplit("/", 1)[-1]
        parent = known(f"area/{above}") if above else None
        given = {"unit_id": unit.id, "code": code, "name": name, "path": path, "parent_id": parent}
        await Area.get_or_create(id=known(f"area/{code}"), defaults=given)
    for code, name, area, telephone in SITES:
        given = {
            "unit_id": unit.id, "area_id": known(f"area/{area}"), "code": code, "name": name,
            "contact": f"{code.lower()}@together.example", "telephone": telephone, **SAFEGUARDING.get(code, {}),
        }  # fmt: skip
        await Site.get_or_create(id=known(f"site/{code}"), defaults=given)
    return unit, new


async def take_up(programme_id: UUID, *, now: datetime) -> list[Model]:
    """Has every site adopt a programme, and gives all who work with parents a place in it; lists the new rows.

    Only for the demo and for tests: whoever calls it tells the trail.
    """
    adopted = [
        Adoption(id=uuid4(), site_id=known(f"site/{code}"), programme_id=programme_id, starts=BEGIN, recorded=now)
        for code, *_ in SITES
    ]
    await Adoption.bulk_create(adopted)
    places = [
        Place(id=uuid4(), person_id=known(member.key), programme_id=programme_id, site_id=known(f"site/{site}"),
              starts=BEGIN, recorded=now)
        for member in PEOPLE
        if (site := member.at_work)
    ]  # fmt: skip
    await Place.bulk_create(places)
    return [*adopted, *places]


async def newcomer(key: str, name: str, *, now: datetime) -> None:
    """Adds somebody who has no e-mail."""
    async with transaction():
        person = await Person.create(id=known(key), unit_id=known("together"), name=name, created=now)
        await facts.record("person.added", person, actor=None, person=person.id, unit=person.unit_id, now=now)


async def _people(unit_id: UUID, now: datetime) -> list[Model]:
    for member in PEOPLE:
        given = {"unit_id": unit_id, "name": member.name, "language": member.language, "created": now}
        await Person.get_or_create(id=known(member.key), defaults=given)
        address = {"unit_id": unit_id, "person_id": known(member.key), "address": f"{member.key}@together.example"}
        await Email.get_or_create(id=known(f"email/{member.key}"), defaults=address | {"confirmed": True})
        for role, site in member.roles:
            held = {
                "person_id": known(member.key), "role": role, "site_id": known(f"site/{site}") if site else None,
                "starts": BEGIN,
            }  # fmt: skip
            await Membership.get_or_create(id=known(f"membership/{member.key}/{role}/{site}"), defaults=held)
    for person, other, kind in RELATIONS:
        related = {"person_id": known(person), "other_id": known(other), "kind": kind, "starts": BEGIN, "recorded": now}
        await Relation.get_or_create(id=known(f"relation/{person}/{other}"), defaults=related)
    return [*await Person.all(), *await Email.all(), *await Membership.all(), *await Relation.all()]
