"""Where people are lost: each figure is as many as the list behind it shows, told from records, late ones too."""

from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from certificates.figures.pages import question_from
from certificates.figures.people import STEPS, narrowed_places, people_table
from certificates.figures.questions import FigureQuestion
from tests.certificates.register.test_questions import ZONE, moment, nation, perhaps, some_day
from tests.certificates.world import TODAY
from training.core.dates import end_of
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person
from training.programmes.models import Place
from training.records.models import Record
from training.sites.models import Site

pytestmark = pytest.mark.by_hand
__all__ = ["nation"]


async def on_the_way(chance):
    """Gives everybody of the nation places and records, some late, some corrected."""
    sites = [site.id for site in await Site.all().order_by("code")]
    for person in await Person.filter(certifications__id__isnull=False).distinct().order_by("id"):
        for _ in range(chance.randrange(3)):
            starts = some_day(chance)
            ends = perhaps(chance, lambda starts=starts: starts + timedelta(days=chance.randrange(90)))
            await Place.create(
                id=uuid4(), person_id=person.id, programme_id=known("growing-together"),
                site_id=perhaps(chance, lambda: chance.choice(sites)), starts=starts, ends=ends,
                end_reason=chance.choice(("finished", "left", "moved")) if ends else "",
                end_recorded=ends and moment(chance, some_day(chance)),
                funding=chance.choice(("", "-", "Lottery", "Council")),
                recorded=moment(chance, some_day(chance)),
                taken_back=moment(chance, some_day(chance)) if chance.random() < 0.1 else None,
            )  # fmt: skip
        for _ in range(chance.randrange(4)):
            on, kind = some_day(chance), chance.choice(("learning", "delivery", "supervision"))
            given = {"unit_id": person.unit_id, "person_id": person.id, "type": kind, "what": "group", "attributes": {},
                     "recorded_by_id": person.id}  # fmt: skip
            first = await Record.create(
                id=uuid4(), entry_key=uuid4(), on=on, listed=on, recorded=moment(chance, some_day(chance)), **given
            )
            if chance.random() < 0.3:
                await Record.create(
                    id=uuid4(), entry_key=uuid4(), on=on, listed=on, recorded=moment(chance, some_day(chance)),
                    replaces=first, void=True, **given,
                )  # fmt: skip


async def replayed(asked):
    """How far everybody had come, told from one row after the other."""
    late = end_of(asked.known_at, ZONE) if asked.known_at else datetime.max.replace(tzinfo=end_of(TODAY, ZONE).tzinfo)
    latest, records = {}, await Record.all()
    for one in await Place.all().order_by("starts", "id"):
        if one.starts <= asked.as_of and one.recorded <= late and not (one.taken_back and one.taken_back <= late):
            latest[one.person_id, one.programme_id] = one
    gone = {one.replaces_id for one in records if one.replaces_id and one.recorded <= late}
    done = {(one.person_id, one.type) for one in records
            if not one.void and one.id not in gone and one.listed <= asked.as_of and one.recorded <= late}  # fmt: skip
    told = dict.fromkeys(("taken", "trained", "delivered", "supervised", "idle", "finished", "left"), 0)
    for place in latest.values():
        had = {kind for person, kind in done if person == place.person_id}
        over = place.ends and place.ends <= asked.as_of and place.end_recorded <= late
        told["taken"] += 1
        told["trained"] += "learning" in had
        told["delivered"] += "delivery" in had
        told["supervised"] += "supervision" in had
        told["idle"] += "learning" in had and "delivery" not in had
        told["finished"] += bool(over and place.end_reason == "finished")
        told["left"] += bool(over and place.end_reason == "left")
    return told


@pytest.mark.parametrize("nation", range(3), indirect=True)
async def test_how_far_people_came_is_what_one_row_after_the_other_tells(nation):
    await on_the_way(nation)
    before = await Place.all().values_list("person_id", flat=True)
    dara = await being("dara", TODAY)
    for known_at in (None, some_day(nation), TODAY):
        asked = FigureQuestion("people", "area", some_day(nation) if known_at else TODAY, known_at)
        table = await people_table(dara, asked)
        wanted = await replayed(asked)
        assert before and {key: table.rows[0].figures[key].number for key in wanted} == wanted, asked


@pytest.mark.parametrize("by", ["area", "site", "programme", "reads", "background", "funding"])
@pytest.mark.parametrize("nation", [5], indirect=True)
async def test_the_list_behind_each_step_has_as_many_places(nation, by):
    await on_the_way(nation)
    dara, then = await being("dara", TODAY), TODAY - timedelta(days=60)
    for on, known_at in ((TODAY, None), (then, then), (then, None)):
        table = await people_table(dara, FigureQuestion("people", by, on, known_at))
        assert len(table.rows) > 1
        for row in table.rows:
            for one in STEPS:
                told = dict(parse_qsl(urlsplit(table.behind(one.key, row)).query))
                found = await narrowed_places(dara, question_from(told, dara), told)
                assert await found.count() == row.figures[one.key].number, (on, row, one.key)


async def test_a_coordinator_finds_who_was_trained_and_never_delivered(service, growing, browse):
    amina, born = known("amina"), datetime(2026, 1, 1, tzinfo=end_of(TODAY, ZONE).tzinfo)
    await Record.create(
        id=uuid4(), entry_key=uuid4(), unit_id=known("together"), person_id=amina, type="learning", what="a course",
        on=date(2026, 2, 1), listed=date(2026, 2, 1), attributes={}, recorded=born, recorded_by_id=known("chloe"),
    )  # fmt: skip
    chloe = await browse("chloe")
    page = await chloe.get("/figures?show=people&by=site")
    assert page.status_code == 200 and "Never delivered" in page.text and "step=idle" in page.text
    listed = (await chloe.get("/figures/people?step=idle")).text
    assert "Amina" in listed and "Trained" in listed
