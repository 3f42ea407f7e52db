"""More people than one statement may name: the register and the sites answer for all of them."""

import re
import sqlite3
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.audits.models import Audit
from certificates.evaluations.models import Certification, Decision, Evaluation, PathwayVersion, StateChange
from certificates.register.register import RegisterFilter, rows
from tests.certificates.world import BY_RULES, TODAY, at, publish_pathway
from tests.copies import SERVER
from training.database.connection import connection
from training.demo.cast import known
from training.people.models import Membership, Permission, Person

pytestmark = [
    pytest.mark.skipif(bool(SERVER), reason="PostgreSQL's limit of 32,767 needs as many people"),
    pytest.mark.by_hand,
]

MANY, MOST_NAMED = 600, 300
"""How many there are, and how many values a statement may have here; both are small, so that this is quick."""


@pytest.fixture
async def many(database, tmp_path):
    """Many certified people at one site, every other of them suspended and restored; and statements that are short."""
    await publish_pathway(tmp_path, BY_RULES)
    pathway = (await PathwayVersion.get(slug="steady")).id
    unit, site, programme = known("together"), known("site/RIV"), known("growing-together")
    people = [Person(id=uuid4(), unit_id=unit, name=f"Person {n:04}", created=at(TODAY)) for n in range(MANY)]
    said = {"pathway_id": pathway, "level": "leader", "made": at(TODAY, 0)}
    grounds = [
        Evaluation(
            id=uuid4(), person_id=one.id, as_of=TODAY, result="met", standing="certified", verdict={}, evidence=[],
            evidence_sha256="0" * 64, slot=f"{one.id}/steady/leader/", **said,
        )
        for one in people
    ]  # fmt: skip
    decisions = [
        Decision(
            id=uuid4(), key=str(ground.id), evaluation_id=ground.id, person_id=ground.person_id, level="leader",
            pathway_id=pathway, outcome="certified", on=TODAY, recorded=at(TODAY),
        )
        for ground in grounds
    ]  # fmt: skip
    held = [
        Certification(
            id=uuid4(), decision_id=one.id, person_id=one.person_id, programme_id=programme, pathway_slug="steady",
            level="leader", level_title="Leader", site_id=site, starts=TODAY, ends=TODAY + timedelta(days=60),
            over=TODAY + timedelta(days=60), recorded=at(TODAY),
        )
        for one in decisions
    ]  # fmt: skip
    changes = [
        StateChange(
            id=uuid4(), certification_id=one.id, turn=turn, state=state, reason="x", effective=TODAY, recorded=at(TODAY)
        )
        for one in held[::2]
        for turn, state in enumerate(("suspended", "restored"), 1)
    ]
    roles = [Membership(id=uuid4(), person_id=one.id, site_id=site, role="facilitator", starts=TODAY) for one in people]
    permissions = [
        Permission(id=uuid4(), person_id=one.id, what="steady/leader", may="lead groups", starts=TODAY, because=uuid4())
        for one in people
    ]
    for made in (people, grounds, decisions, held, changes, roles, permissions):
        await type(made[0]).bulk_create(made)
    connection()._connection._conn.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MOST_NAMED)
    return people


@pytest.mark.parametrize(
    ("who", "path", "words"),
    [
        ("dara", f"/register?as_of={TODAY}", f"{MANY:,}"),
        ("dara", f"/register.csv?as_of={TODAY}&standing=all", "Person 0599"),
        ("dara", "/sites", "Riverside"),
        ("dara", f"/sites/{known('site/RIV')}", "Person 0599"),
        ("chloe", "/", "may deliver today"),
        ("dara", "/people?format=csv", "Person 0599"),
    ],
)
async def test_every_list_of_people_answers(many, browse, who, path, words):
    answer = await (await browse(who)).get(path)
    assert answer.status_code == 200 and words.replace(",", "") in answer.text.replace(",", ""), answer.text[-2000:]


async def test_the_list_of_sites_counts_as_the_page_of_each_site_does(many, browse):
    dara, found = await browse("dara"), {}
    for sort in ("name", "-expiring"):
        page = (await dara.get(f"/sites?sort={sort}")).text
        for row in re.findall(r"<tr role=\"row\">(.*?)</tr>", page.partition("<tbody")[2], re.S):
            site = re.search(r"/sites/([0-9a-f-]{36})", row)[1]
            numbers = re.findall(r'app-number" data-label="[^"]*">(\d+)', row)
            assert found.setdefault(site, numbers) == numbers, "whatever it is sorted by"
    assert found[str(known("site/RIV"))] != ["0", "0", "0"]
    for site, numbers in found.items():
        page = (await dara.get(f"/sites/{site}")).text
        assert re.findall(r'app-card__number">(\d+)', page) == numbers, site


async def test_an_audit_is_drawn_from_all_of_them(many, browse):
    form = {"title": "Many", "size": 3, "as_of": str(TODAY)}
    answer = await (await browse("dara")).post("/audits", data=form)
    assert answer.status_code == 303, answer.text
    assert (await Audit.get()).found >= MANY


async def test_the_register_of_the_command_answers(many, cast):
    found = await rows(await cast("dara"), RegisterFilter(TODAY))
    assert len(found) >= MANY and {row.standing for row in found} <= {"certified", "renewal_due"}
