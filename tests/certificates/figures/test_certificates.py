"""Figures of certificates equal a replay of the histories one by one, and the lists behind them, on any two days."""

from collections import Counter
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from certificates.evaluations.models import Certification, StateChange
from certificates.evaluations.standing import GOOD
from certificates.figures.certificates import STANDING, expiring_table, standing_table
from certificates.figures.questions import FigureQuestion
from certificates.register.pages import filtered
from certificates.register.register import RegisterFilter, certifications_on
from tests.certificates.register.test_questions import (
    FIRST,
    ZONE,
    by_the_rules,
    nation,
    perhaps,
    some_day,
)  # fmt: skip
from tests.certificates.world import TODAY
from training.core.dates import end_of
from training.demo.doing import being
from training.people.models import Person
from training.records.models import Record

pytestmark = pytest.mark.by_hand
__all__ = ["nation"]


def questions(chance, by):
    told = [
        FigureQuestion("standing", by, some_day(chance), perhaps(chance, lambda: some_day(chance)), some_day(chance))
        for _ in range(2)
    ]
    return [*told, FigureQuestion("standing", by, TODAY), FigureQuestion("standing", by, TODAY, TODAY, area="WLS")]


def numbers(row):
    return {key: one.number for key, one in row.figures.items() if one.number}


async def replayed(asked, keys):
    """What a question asks, told from one history after the other: key → standing → how many."""
    found = await by_the_rules(RegisterFilter(asked.as_of, asked.known_at, standing="all"))
    told = {}
    for one in found.values():
        if f"/{asked.area}/" in one["path"] or not asked.area:
            for key in keys(one):
                figures = told.setdefault(key, Counter())
                figures.update([one["standing"], *(["good"] if one["standing"] in GOOD else [])])
    return told


@pytest.mark.parametrize("nation", range(3), indirect=True)
async def test_figures_by_area_are_what_one_history_after_the_other_tells(nation):
    dara = await being("dara", TODAY)

    def areas(one):
        parts = one["path"].strip("/").split("/")
        return ["", *(f"/{'/'.join(parts[: at + 1])}/" for at in range(len(parts)))] if one["path"] else ["", "-"]

    for asked in questions(nation, "area"):
        table = await standing_table(dara, asked)
        wanted = await replayed(asked, areas)
        assert numbers(table.rows[0]) == dict(wanted.get("", {})), asked
        shown = {row.key: numbers(row) for row in table.rows[1:] if numbers(row)}
        within = {key: dict(one) for key, one in wanted.items() if key and (not asked.area or f"/{asked.area}/" in key)}
        assert shown == within, asked
        if asked.against:
            then = await replayed(asked.earlier(), areas)
            before = {key: one.before for key, one in table.rows[0].figures.items() if one.before}
            assert before == dict(then.get("", {})), asked


@pytest.mark.parametrize("by", ["area", "site", "programme", "level", "reads", "background"])
@pytest.mark.parametrize("nation", [5], indirect=True)
async def test_the_list_behind_each_figure_has_as_many_entries(nation, by):
    dara = await being("dara", TODAY)
    await Person.filter(folded__startswith="ann").update(language="cy")
    await background_of(await Person.filter(folded="li wei"), "nurse")
    await background_of(await Person.filter(folded__in=["li wei", "o neill"]), "teacher")
    then = TODAY - timedelta(days=40)
    days = ((then, None), (then, TODAY), (TODAY, then), (TODAY, None))
    asked_for = [FigureQuestion("standing", by, on, known) for on, known in days]
    for asked in [*asked_for, FigureQuestion("standing", by, TODAY, area="WLS")]:
        table = await standing_table(dara, asked)
        assert len(table.rows) > 1, asked
        for row in table.rows:
            for key in ("good", "lapsed", "suspended"):
                assert await behind(table.behind(key, row), dara) == row.figures[key].number, (asked, row, key)


async def background_of(people, what):
    for one in people:
        await Record.create(
            id=uuid4(), entry_key=uuid4(), unit_id=one.unit_id, person_id=one.id, type="background", what=what,
            on=FIRST, listed=FIRST, attributes={}, recorded=one.created, recorded_by_id=one.id,
        )  # fmt: skip


async def behind(path, me):
    """How many entries the address behind a figure lists."""
    told = dict(parse_qsl(urlsplit(path).query))
    return await (await certifications_on(me, await filtered(told, me))).count()


@pytest.mark.parametrize("nation", [6], indirect=True)
async def test_certificates_that_end_are_told_by_month_with_the_list_behind(nation):
    dara = await being("dara", TODAY)
    asked = FigureQuestion("expiring", "area", some_day(nation))
    table = await expiring_table(dara, asked)
    assert len(table.rows) == 13 and table.rows[0].figures["good"].number > 2
    assert sum(row.figures["good"].number for row in table.rows[1:]) == table.rows[0].figures["good"].number
    for row in table.rows:
        assert await behind(table.behind("good", row), dara) == row.figures["good"].number


@pytest.mark.parametrize("nation", [8], indirect=True)
async def test_the_page_leads_to_the_list_and_says_what_it_counts(nation, service, browse):
    dara = await browse("dara")
    assert "/figures" in (await dara.get("/")).text
    page = (await dara.get("/figures?by=programme&against=2026-08-01")).text
    assert all(one.definition in unescape(page) for one in STANDING)
    assert "<svg" in page and "Compared with" in page
    for show in ("standing", "expiring"):
        for by in ("area", "site", "programme", "level", "reads", "background"):
            answer = await dara.get(f"/figures?show={show}&by={by}&area=WLS")
            assert answer.status_code == 200
    told = (await dara.get("/figures?by=site&format=csv")).text
    assert told.splitlines()[0].lstrip("\ufeff").startswith("Site,Counts,Certified")
    assert (await dara.get("/figures?by=site&format=xlsx")).status_code == 200
    assert "/figures?as_of=" in (await dara.get("/register")).text


@pytest.mark.parametrize("nation", [9], indirect=True)
async def test_a_question_asked_again_has_the_same_digest_until_other_numbers_are_asked_for(nation, service, browse):
    dara, day = await browse("dara"), TODAY - timedelta(days=3)

    async def digest(more):
        page = (await dara.get(f"/figures?by=site&as_of={day}{more}")).text
        return page.split("SHA-256 <code>")[1].split("<")[0]

    then, now = await digest(f"&known_at={day}"), await digest("")
    page = (await dara.get(f"/figures?by=site&as_of={day}")).text
    assert now == await digest(f"&known_at={TODAY}"), "the address that keeps the days gives the digest on the page"
    assert "What is recorded later today still does" in page
    held = await Certification.filter(starts__lte=day, ends__isnull=True).first()
    await StateChange.create(
        id=uuid4(), certification_id=held.id, turn=99, state="withdrawn", reason="x", effective=held.starts,
        recorded=end_of(TODAY, ZONE),
    )  # fmt: skip
    assert await digest(f"&known_at={day}") == then
    assert await digest("") != now != then


async def test_the_last_days_of_the_calendar_are_answered(service, growing, browse):
    chloe = await browse("chloe")
    for show in ("standing", "expiring", "groups", "people"):
        for days in ("as_of=9999-12-31", "as_of=9999-06-30&against=9999-12-31", "as_of=0001-01-01&known_at=0001-01-01"):
            assert (await chloe.get(f"/figures?show={show}&{days}")).status_code == 200
    assert (await chloe.get("/figures/people?as_of=9999-12-31&step=idle")).status_code == 200
