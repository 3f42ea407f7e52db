"""Answers about the past stay as they were: moving somebody or naming something anew changes no earlier day."""

from datetime import date, datetime, timedelta

import pytest

from certificates.erase_person import erase
from certificates.evaluations.models import Certification
from certificates.register.register import RegisterFilter, rows
from tests.certificates.world import BY_RULES, at, certified, publish_pathway
from training.database.load_report import By
from training.demo.cast import known
from training.demo.doing import being
from training.parsing.csv import read_sheet
from training.people.actions import end_membership, give_membership
from training.people.load import load_people
from training.people.models import Membership
from training.sites.history import Moment, Replaced, as_then
from training.sites.load import load_sites
from training.sites.models import Area, FormerValue
from training.trail.models import Fact

JAN, MARCH, MAY, JUNE = date(2026, 1, 10), date(2026, 3, 1), date(2026, 5, 4), date(2026, 6, 1)
DAY = timedelta(days=1)
SITES = "site,name,area,area_name,area_path"
PEOPLE = "name,former_name,email,role,site,starts"


@pytest.fixture
async def amina(database, tmp_path):
    """Amina is certified at Riverside, in Cardiff."""
    await publish_pathway(tmp_path, BY_RULES)
    await certified("amina", JAN)


async def load(folder, work, head: str, *lines: str, day: date) -> None:
    """Loads a table as the central unit does."""
    path = folder / "table.csv"
    path.write_text("\n".join([head, *lines]), "utf-8")
    told = await work(read_sheet(path), By(known("dara"), known("together"), "en", at(day)))
    assert not told.refused, told.mistakes


async def told(as_of: date, known_at: date | None = None, **asked: str) -> list[tuple[str, str, str]]:
    """The names and places that the register tells of a day."""
    found = await rows(await being("dara", JUNE), RegisterFilter(as_of, known_at, standing="all", **asked))
    return [(row.name, row.site, row.area) for row in found]


RIVERSIDE = ("Amina Yusuf", "Riverside Family Centre", "Cardiff")
OAK = ("Amina Yusuf", "Oak Tree Children's Centre", "Newport")


async def test_whoever_moves_stood_where_they_were_on_the_day(amina):
    dara = await being("dara", MAY)
    held = await Membership.get(person_id=known("amina"), role="trainee")
    await end_membership(held.id, ends=MAY - DAY, actor=dara, now=at(MAY + 3 * DAY))
    await give_membership(
        known("amina"), role="facilitator", site_id=known("site/OAK"), starts=MAY, actor=dara, now=at(MAY + 3 * DAY)
    )
    assert await told(MAY - DAY) == await told(MARCH) == [RIVERSIDE]
    assert await told(MAY) == await told(JUNE) == [OAK]
    assert await told(MAY, MAY + 2 * DAY) == [RIVERSIDE], "the move was not known yet"
    assert await told(MAY, MAY + 3 * DAY) == [OAK]
    for area, day, there in (("CDF", MARCH, 1), ("NWP", MARCH, 0), ("CDF", MAY, 0), ("NWP", MAY, 1), ("WLS", MAY, 1)):
        assert len(await told(day, area=area)) == there, (area, day)


async def test_whoever_has_left_stands_at_no_site_any_more(amina):
    held = await Membership.get(person_id=known("amina"), role="trainee")
    await end_membership(held.id, ends=MAY, actor=await being("dara", MAY), now=at(MAY))
    assert await told(MAY) == [RIVERSIDE]
    assert await told(MAY + DAY) == [("Amina Yusuf", "", "")]
    assert await told(MAY + DAY, area="WLS") == []


async def test_a_site_and_an_area_that_are_called_anew_were_called_as_before(amina, tmp_path):
    await load(tmp_path, load_sites, SITES, "RIV,River House,CDF,Caerdydd,", day=MAY)
    assert await told(MAY - DAY) == [RIVERSIDE]
    assert await told(MAY) == [("Amina Yusuf", "River House", "Caerdydd")]
    assert await told(MAY, MAY - DAY) == [RIVERSIDE]
    assert await Fact.filter(kind="area.changed").count() == 1


async def test_a_site_that_comes_to_another_area_lay_in_the_one_before(amina, tmp_path):
    await load(tmp_path, load_sites, SITES, "RIV,Riverside Family Centre,LDS,,", day=MAY)
    assert await told(MARCH) == await told(MARCH, area="WLS") == [RIVERSIDE]
    assert await told(MAY) == await told(MAY, area="ENG") == [("Amina Yusuf", "Riverside Family Centre", "Leeds")]
    assert await told(MARCH, area="ENG") == await told(MAY, area="WLS") == []
    assert await told(MAY, MAY - DAY, area="CDF") == [RIVERSIDE]


async def test_a_person_who_is_called_anew_was_called_as_before(amina, tmp_path):
    line = "Amina Khan,Amina Yusuf,amina@together.example,trainee,RIV,2022-09-01"
    await load(tmp_path, load_people, PEOPLE, line, day=MAY)
    assert [name for name, *_ in await told(MAY - DAY)] == ["Amina Yusuf"]
    assert [name for name, *_ in await told(MAY)] == ["Amina Khan"]
    assert [name for name, *_ in await told(MAY, MAY - DAY)] == ["Amina Yusuf"]


async def test_page_file_entry_and_audit_call_people_and_places_as_on_their_day(amina, tmp_path, browse):
    await load(tmp_path, load_sites, SITES, "RIV,River House,CDF,Caerdydd,", day=MAY)
    line = "Amina Khan,Amina Yusuf,amina@together.example,trainee,RIV,2022-09-01"
    await load(tmp_path, load_people, PEOPLE, line, day=MAY)
    dara, found = await browse("dara"), await Certification.get(person_id=known("amina"))
    before, after = (f"as_of={MARCH}", f"as_of={JUNE}")
    audits = {}
    for as_of in (MARCH, JUNE):
        drawn = await dara.post("/audits", data={"title": f"Of {as_of}", "size": "1", "as_of": as_of.isoformat()})
        audits[as_of] = drawn.headers["location"]
    case = (await dara.get(audits[MARCH])).text.split(f"{audits[MARCH]}/cases/")[1].split('"')[0]
    for path in (f"/register?{before}", f"/register.csv?{before}", f"/register/{found.id}?{before}", audits[MARCH],
                 f"{audits[MARCH]}/cases/{case}"):  # fmt: skip
        text = (await dara.get(path)).text
        assert "Amina Yusuf" in text and "Riverside Family Centre" in text, path
        assert "Amina Khan" not in text and "River House" not in text, path
    assert f'/register/{found.id}?{before}"' in (await dara.get(f"/register?{before}")).text
    for path in (f"/register?{after}", f"/register.csv?{after}", f"/register/{found.id}?{after}", audits[JUNE]):
        text = (await dara.get(path)).text
        assert "Amina Khan" in text and "River House" in text, path
        assert "Amina Yusuf" not in text and "Riverside Family" not in text, path


async def test_an_erased_person_is_named_on_no_day(amina, tmp_path, settings):
    line = "Amina Khan,Amina Yusuf,amina@together.example,trainee,RIV,2022-09-01"
    await load(tmp_path, load_people, PEOPLE, line, day=MAY)
    await erase(known("amina"), actor=await being("dara", JUNE), now=at(JUNE), storage=settings.storage)
    for day in (MARCH, MAY, JUNE):
        ((name, *_),) = await told(day)
        assert name.startswith("Erased person")
    assert (await FormerValue.get(subject_id=known("amina"))).value.startswith("Erased person")


async def test_the_first_name_of_an_area_replaces_none(database, tmp_path):
    await load(tmp_path, load_sites, SITES, "NEW,New House,ABC,Abc and around,WLS/ABC", day=MAY)
    assert (await Area.get(code="ABC")).name == "Abc and around"
    assert not await FormerValue.exists()


MORNING = datetime.fromisoformat("2026-05-04T09:00:00+00:00")
NOON, NIGHT = MORNING.replace(hour=12), MORNING.replace(hour=22)
TWICE = [Replaced("first", MAY, NOON), Replaced("second", MAY + DAY, NOON + DAY)]


@pytest.mark.parametrize(
    ("on", "known_by", "value"),
    [
        (MAY - DAY, None, "first"),
        (MAY, None, "second"),
        (MAY + DAY, None, "third"),
        (MAY - DAY, NIGHT, "first"),
        (MAY, MORNING, "first"),
        (MAY, NIGHT, "second"),
        (MAY + DAY, NIGHT, "second"),
        (MAY + DAY, NIGHT + DAY, "third"),
    ],
)
def test_a_value_that_changed_twice_is_told_as_of_the_day_and_as_known_then(on, known_by, value):
    assert as_then("third", TWICE, Moment(on, known_by)) == value
