"""What the database sorts, filters and counts by is what the rules say of each row: for random histories and days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from certificates.evaluations.changes import histories, period_of
from certificates.evaluations.models import Certification, Decision, Evaluation, PathwayVersion, StateChange
from certificates.evaluations.standing import GOOD, MARKS, WORDS, standing_on
from certificates.register.history import look_back
from certificates.register.register import RegisterFilter, certifications_on, ids_at, rows
from tests.certificates.world import BY_RULES, TODAY, publish_pathway
from training.database.name_search import searched
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Membership, Person
from training.sites.models import Area, FormerValue, Site

pytestmark = pytest.mark.by_hand
MANY, DAYS = 40, 300
FIRST = TODAY - timedelta(days=DAYS)
ZONE = "Europe/London"
Fits = Callable[[dict[str, Any]], bool]
NAMES = ("Ann Lee", "Zoë Wójcik", "Siân ap Dŵr", "ann lee", "Li Wei", "O’Neill")


def some_day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange(DAYS))


def moment(chance: Random, on: date) -> datetime:
    return datetime(on.year, on.month, on.day, chance.randrange(24), chance.randrange(60), tzinfo=UTC)


def perhaps(chance: Random, value: Callable[[], Any]) -> Any:
    return value() if chance.random() < 0.6 else None


async def history_of_somebody(chance: Random, pathway: UUID, sites: list[UUID]) -> None:
    """One person with a certification, changes of it, roles at sites, and names that they had."""
    unit, starts = known("together"), some_day(chance)
    person = await Person.create(id=uuid4(), unit_id=unit, name=chance.choice(NAMES), created=moment(chance, FIRST))
    said: dict[str, Any] = {"person_id": person.id, "pathway_id": pathway, "level": "leader"}
    ground = await Evaluation.create(
        id=uuid4(), as_of=starts, result="met", standing="certified", verdict={}, evidence=[],
        evidence_sha256="0" * 64, slot=f"{person.id}/", made=moment(chance, starts), **said,
    )  # fmt: skip
    recorded = moment(chance, starts + timedelta(days=chance.randrange(9)))
    decision = await Decision.create(
        id=uuid4(),
        key=str(ground.id),
        evaluation_id=ground.id,
        outcome="certified",
        on=starts,
        recorded=recorded,
        **said,
    )
    ends = perhaps(chance, lambda: starts + timedelta(days=chance.randrange(20, 200)))
    held = await Certification.create(
        id=uuid4(), decision_id=decision.id, person_id=person.id, programme_id=known("growing-together"),
        pathway_slug="steady", level="leader", level_title="Leader",
        site_id=perhaps(chance, lambda: chance.choice(sites)), starts=starts,
        renewal_opens=ends and ends - timedelta(days=chance.randrange(20)), ends=ends,
        over=ends and perhaps(chance, lambda: ends + timedelta(days=chance.randrange(30))), recorded=recorded,
    )  # fmt: skip
    effective = starts
    for turn in range(1, chance.randrange(5)):
        effective += timedelta(days=chance.randrange(60))
        state = chance.choice(("suspended", "restored", "withdrawn", "lapsed", "replaced", *MARKS))
        until = effective + timedelta(days=chance.randrange(40)) if state == "suspended" else None
        await StateChange.create(
            id=uuid4(), certification_id=held.id, turn=turn, state=state, reason="x", effective=effective,
            until=until and perhaps(chance, lambda until=until: until), recorded=moment(chance, some_day(chance)),
        )  # fmt: skip
    for _ in range(chance.randrange(4)):
        begins = some_day(chance)
        left = perhaps(chance, lambda begins=begins: begins + timedelta(days=chance.randrange(150)))
        await Membership.create(
            id=uuid4(), person_id=person.id, site_id=perhaps(chance, lambda: chance.choice(sites)), role="facilitator",
            starts=begins, ends=left, recorded=perhaps(chance, lambda: moment(chance, some_day(chance))),
            end_recorded=left and perhaps(chance, lambda: moment(chance, some_day(chance))),
        )  # fmt: skip
    for _ in range(chance.randrange(3)):
        await was(chance, "person", person.id, "name", chance.choice(NAMES))


async def was(chance: Random, kind: str, subject: UUID, what: str, value: str) -> None:
    """Something was called, or lay, otherwise."""
    changed = some_day(chance)
    await FormerValue.create(
        id=uuid4(), unit_id=known("together"), kind=kind, subject_id=subject, what=what, value=value,
        folded=perhaps(chance, lambda: searched(value)) if value.isascii() else searched(value), changed=changed,
        recorded=moment(chance, changed),
    )  # fmt: skip


@pytest.fixture
async def nation(database, tmp_path, request):
    """Many people with histories that chance made, at sites that were called otherwise and lay elsewhere."""
    chance = Random(request.param)
    await publish_pathway(tmp_path, BY_RULES)
    pathway = (await PathwayVersion.get(slug="steady")).id
    sites, areas = await Site.all().order_by("code"), await Area.all().order_by("path")
    for site in sites:
        for _ in range(chance.randrange(3)):
            await was(chance, "site", site.id, "name", f"{chance.choice(NAMES)} House")
            await was(chance, "site", site.id, "area", chance.choice(areas).path)
    for area in areas[:3]:
        await was(chance, "area", area.id, "name", chance.choice(NAMES))
    for _ in range(MANY):
        await history_of_somebody(chance, pathway, [site.id for site in sites])
    return chance


async def by_the_rules(asked: RegisterFilter) -> dict[UUID, dict[str, Any]]:
    """What the rules say of each certification that had begun and was known, one after the other."""
    moment = asked.moment(ZONE)
    found = Certification.filter(person_id__isnull=False)
    changes, told = await histories(found), {}
    then = await look_back(known("together"), moment, people=[one.person_id for one in await found])
    for one in await found.prefetch_related("person"):
        standing = standing_on(period_of(one), changes.get(one.id, []), moment.on, moment.known)
        if standing:
            place, name = then.place_of(one.person_id, one.site_id), then.name(one.person_id, one.person.name)
            told[one.id] = {
                "standing": standing,
                "name": name,
                "site": place.site,
                "area": place.area,
                "path": place.path,
            }
    return told


def questions(chance: Random) -> list[RegisterFilter]:
    days = [some_day(chance) for _ in range(4)]
    told = [RegisterFilter(on, perhaps(chance, lambda: some_day(chance)), standing="all") for on in days]
    return [*told, RegisterFilter(TODAY, standing="all"), RegisterFilter(TODAY, TODAY, standing="all")]


@pytest.mark.parametrize("nation", range(4), indirect=True)
async def test_the_database_and_the_rules_say_the_same_of_every_row(nation):
    dara, areas = await being("dara", TODAY), await Area.all()
    for asked in questions(nation):
        expected = await by_the_rules(asked)
        answer = await certifications_on(dara, asked)
        found = await answer.values("id", "standing", "named", "site_named", "area_named")
        assert {one["id"]: one["standing"] for one in found} == {key: one["standing"] for key, one in expected.items()}
        for one in found:
            said = expected[one["id"]]
            assert one["named"] == searched(said["name"]), asked
            assert (one["site_named"] or "") == searched(said["site"]), asked
            assert (one["area_named"] or "").casefold() == said["area"].casefold(), asked
        for narrowed, fits in narrower(asked, areas):
            wanted = {key for key, one in expected.items() if fits(one)}
            assert {row.id for row in await rows(dara, narrowed)} == wanted, narrowed
            assert await (await certifications_on(dara, narrowed)).count() == len(wanted), narrowed


def narrower(asked: RegisterFilter, areas: list[Area]) -> list[tuple[RegisterFilter, Fits]]:
    """The same question with one filter each, and what the filter means."""
    day, known_at = asked.as_of, asked.known_at

    def also(**more: str) -> RegisterFilter:
        return RegisterFilter(day, known_at, **{"standing": "all", **more})

    told: list[tuple[RegisterFilter, Callable[[dict[str, Any]], bool]]] = [
        (also(standing=""), lambda one: one["standing"] in GOOD)
    ]
    told += [(also(standing=state), lambda one, state=state: one["standing"] == state) for state in WORDS]
    told += [(also(area=one.code), lambda row, one=one: f"/{one.code}/" in row["path"]) for one in areas]
    for part in ("ann", "WOJ", "dwr", "House", "é"):
        told.append((also(name=part), lambda one, part=part: searched(part) in searched(one["name"])))
        told.append((also(site=part), lambda one, part=part: searched(part) in searched(one["site"])))
    return told


@pytest.mark.parametrize("nation", [7], indirect=True)
async def test_a_place_in_the_answer_is_found_without_reading_all_of_it(nation, monkeypatch):
    monkeypatch.setattr("certificates.register.register.IDS", 7)
    answer = await certifications_on(await being("dara", TODAY), RegisterFilter(TODAY, standing="all"))
    ids = sorted([one["id"] for one in await answer.values("id")], key=str)
    wanted = [0, 6, 7, 20, len(ids) - 1]
    assert await ids_at(answer, wanted) == {at: ids[at] for at in wanted}
