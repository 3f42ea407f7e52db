"""Agreement through the browser: original marks, what does not count, who may see whom, quarters, files."""

import io
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from html import unescape
from uuid import uuid4

import httpx2
import pytest
from openpyxl import load_workbook

from training.assessments import actions, cancellation, signing
from training.assessments.actions import Noted, Opening
from training.assessments.models import Assessment
from training.database.connection import transaction
from training.demo.cast import known
from training.people.actor import Actor

from ..conftest import NOW, Rated

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
HOME = "/assessments/agreement"
ITEMS = ("welcome", "listening", "closing")
DAYS = tuple(date(2026, month, 10) for month in (4, 5, 6, 7, 8, 10))
BRUNO = ((4, 3, 2), (2, 2, 3), (4, 4, 3), (3, 2, 2), (4, 3, 3), (2, 3, 4))
GWEN = ((3, 3, 2), (2, 1, 3), (3, 4, 2), (3, 2, 2), (4, 3, 2), (2, 2, 4))
"""By visit the levels of the three items: Gwen is a level stricter on six of eighteen."""


async def watched(
    rated: Rated,
    cast: Cast,
    day: date,
    levels: dict[str, tuple[int, ...]],
    *,
    blind: bool = True,
    settled: int = 0,
    signs: bool = True,
) -> Assessment:
    """Several rate Amina on a day, agree on `settled` where they are too far apart, and sign."""
    actors = [replace(await cast(key), today=day) for key in levels]
    first, *others = actors
    opening = Opening(
        known("amina"), rated.version.id, day, "live", group_name=str(uuid4()), blind=blind,
        others=tuple(one.person_id for one in others),
    )  # fmt: skip
    row = await actions.open_assessment(opening, key=uuid4(), actor=first, now=NOW)
    for actor, given in zip(actors, levels.values(), strict=True):
        marks = {item: Noted(level) for item, level in zip(ITEMS, given, strict=True)}
        await actions.save_draft(row.id, marks, actor=actor, now=NOW)
        row = await actions.submit_rating(row.id, actor=actor, now=NOW)
    if row.state == "reconciling":
        await actions.reconcile(row.id, {item: Noted(settled, "So we saw.") for item in ITEMS}, actor=first, now=NOW)
    for actor in actors if signs else ():
        await signing.sign(row.id, actor=actor, now=NOW)
    return await Assessment.get(id=row.id)


@pytest.fixture
async def six(rated: Rated, cast: Cast) -> Rated:
    """Six visits that Bruno and Gwen rated."""
    for day, bruno, gwen in zip(DAYS, BRUNO, GWEN, strict=True):
        await watched(rated, cast, day, {"bruno": bruno, "gwen": gwen})
    return rated


def words_of(text: str) -> str:
    """A page in words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def line_of(text: str, name: str, table: str = "Agreement of assessors") -> str:
    """The row of a table that begins with a name, in words."""
    body = next(one for one in re.findall(r"<table.*?</table>", text, re.S) if f">{table}<" in one)
    return next(words for row in re.findall(r"<tr role=\"row\">.*?</tr>", body, re.S)
                if (words := words_of(row)).startswith(name))  # fmt: skip


async def test_the_page_says_how_far_raters_agree_and_who_is_stricter(six: Rated, browse: Browse) -> None:
    text = (await (await browse("dara")).get(HOME)).text
    said = words_of(text)
    assert "All assessors together: 6 visits, 18 marks compared" in said
    assert "Leading a group, three items, visits from 1 October 2024 to 25 November 2026" in said
    line = "Bruno Costa 6 6 67 % 0.76 (0.66 to 0.87) 0.73 (−0.10 to 0.96) 0.33 more lenient (0.11 to 0.55)"
    assert line_of(text, "Bruno") == line
    assert "ICC 0.70 (−0.03 to 0.95) Whether" in said
    assert line_of(text, "Gwen").endswith("0.33 stricter (0.11 to 0.55)")
    assert "ICC(1)" in said and "ICC(A,1)" in said and "1 is full agreement, 0 is what chance gives" in said
    assert "<figcaption>Leniency of each assessor, in levels</figcaption>" in text and text.count("<svg viewBox") == 4


async def test_a_pair_has_the_same_figures_and_both_names(six: Rated, browse: Browse) -> None:
    dara = await browse("dara")
    assert f'href="{HOME}/pairs"' in (await dara.get(HOME)).text
    line = line_of((await dara.get(f"{HOME}/pairs")).text, "Bruno", "Agreement of pairs")
    assert line.startswith("Bruno Costa Gwen Llŷr 6 67 % 0.76 (0.66 to 0.87)")
    assert line.endswith("0.33 more lenient (0.11 to 0.55)")


async def test_what_was_agreed_afterwards_changes_no_figure(six: Rated, browse: Browse, cast: Cast) -> None:
    await watched(six, cast, date(2026, 11, 2), {"bruno": (4, 4, 4), "gwen": (1, 1, 1)}, settled=4)
    text = (await (await browse("dara")).get(HOME)).text
    assert "0.71 more lenient" in line_of(text, "Bruno"), "(6 * 1/3 + 3) / 7, whatever they agreed on"


async def test_few_visits_give_no_figure_and_say_so(rated: Rated, browse: Browse, cast: Cast) -> None:
    for day, bruno, gwen in list(zip(DAYS, BRUNO, GWEN, strict=True))[:4]:
        await watched(rated, cast, day, {"bruno": bruno, "gwen": gwen})
    dara = await browse("dara")
    assert line_of((await dara.get(HOME)).text, "Bruno") == "Bruno Costa 4 4 Too few Too few Too few Too few"
    assert "<svg viewBox" not in (await dara.get(HOME)).text
    assert "With fewer than 5 such visits no figure is given" in words_of((await dara.get(HOME)).text)


async def test_what_is_cancelled_set_aside_unsigned_or_not_blind_does_not_count(
    six: Rated, browse: Browse, cast: Cast
) -> None:
    far = {"bruno": (4, 4, 4), "gwen": (3, 3, 3)}
    await watched(six, cast, date(2026, 11, 2), far, blind=False)
    begun = await watched(six, cast, date(2026, 11, 3), far, signs=False)
    await watched(six, cast, date(2026, 11, 4), far, signs=False)
    await cancellation.cancel(begun.id, reason="Begun by mistake.", actor=await cast("bruno"), now=NOW)
    voided = await watched(six, cast, date(2026, 11, 5), far)
    async with transaction():
        await cancellation.set_aside(voided.id, because="It was somebody else.", actor=await cast("dara"), now=NOW)
    await watched(six, cast, date(2026, 11, 6), {"bruno": (1, 1, 1)})
    line = line_of((await (await browse("dara")).get(HOME)).text, "Bruno")
    assert line.startswith("Bruno Costa 8 6 67 %") and line.endswith("0.33 more lenient (0.11 to 0.55)")


async def test_days_narrow_what_is_looked_at(six: Rated, browse: Browse) -> None:
    dara = await browse("dara")
    text = (await dara.get(f"{HOME}?since=2026-05-01&until=2026-12-31")).text
    assert "visits from 1 May 2026 to 31 December 2026" in words_of(text)
    assert line_of(text, "Bruno").startswith("Bruno Costa 5 5 ")
    assert line_of((await dara.get(f"{HOME}?since=2026-06-01")).text, "Bruno").startswith("Bruno Costa 4 4 Too few")
    onward = re.search(rf'href="({HOME}/of/{known("bruno")}[^"]*)"', text)
    assert onward and "5 of them beside another assessor" in words_of((await dara.get(unescape(onward[1]))).text)
    assert (await dara.get(f"{HOME}?until=0001-01-01&instrument=x&programme=y")).status_code == 200


async def test_an_assessor_finds_their_own_page_with_quarters_and_every_visit(six: Rated, browse: Browse) -> None:
    gwen = await browse("gwen")
    path = f"{HOME}/of/{known('gwen')}"
    assert f'href="{path}"' in (await gwen.get("/assessments")).text
    text = (await gwen.get(path)).text
    assert line_of(text, "April to June 2026", "The same in figures").startswith("April to June 2026 3 9 Too few")
    assert line_of(text, "10 April 2026", "Visits of Gwen Llŷr").endswith("Amina Yusuf Bruno Costa 3 67 % 0.33 lower")
    assert "6 visits" in words_of(text)
    july = (await gwen.get(f"{path}?quarter=2026-3")).text
    assert "10 July 2026" in july and "10 April 2026" not in july
    assert "Save this filter" not in july, "a page of one person is no list of which filters are kept"
    visit = re.search(r'href="(/assessments/[0-9a-f-]{36})"', text)
    assert visit and (await gwen.get(visit[1])).status_code == 200


async def test_drift_shows_where_there_are_enough_visits(six: Rated, browse: Browse, cast: Cast) -> None:
    for day in (11, 12, 13):
        await watched(six, cast, date(2026, 6, day), {"bruno": (3, 3, 3), "gwen": (3, 3, 3)})
    text = (await (await browse("dara")).get(f"{HOME}/of/{known('gwen')}")).text
    assert "0.22 stricter (0.51 stricter to 0.06 more lenient: could be chance)" in line_of(
        text, "April to June 2026", "The same in figures"
    )
    assert "<figcaption>Leniency by quarter, in levels</figcaption>" in text


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("dara", "gwen", 200),
        ("gwen", "bruno", 403),
        ("hana", "gwen", 403),
        ("chloe", "gwen", 403),
        ("amina", "gwen", 403),
    ],
)
async def test_only_those_who_watch_over_quality_see_another(
    six: Rated, browse: Browse, who: str, whose: str, status: int
) -> None:
    browser = await browse(who)
    assert (await browser.get(f"{HOME}/of/{known(whose)}")).status_code == status
    assert (await browser.get(HOME)).status_code == status
    assert (await browser.get(f"{HOME}/of/{known(who)}")).status_code == 200
    assert (HOME in (await browser.get("/")).text) is (status == 200)


async def test_a_workbook_says_the_day_and_what_each_figure_means(six: Rated, browse: Browse) -> None:
    dara = await browse("dara")
    book = load_workbook(io.BytesIO((await dara.get(f"{HOME}?format=xlsx")).content)).active
    assert book is not None
    lines = [str(row[0] or "") for row in book.iter_rows(values_only=True)]
    assert lines[0] == "Agreement of assessors: extracted on 25 November 2026"
    assert any(line.startswith("Weighted kappa: Agreement beyond") for line in lines)
    assert any("fewer than 5" in line for line in lines)
    file = await dara.get(f"{HOME}?format=csv")
    assert "2026-11-25" in file.headers["content-disposition"]
    assert "0.33 more lenient (0.11 to 0.55)" in file.text


async def test_without_an_instrument_the_pages_say_that_there_is_nothing(database: None, browse: Browse) -> None:
    dara = await browse("dara")
    for path in (HOME, f"{HOME}/pairs", f"{HOME}/of/{known('gwen')}"):
        answer = await dara.get(path)
        assert answer.status_code == 200 and "app-empty" in answer.text
