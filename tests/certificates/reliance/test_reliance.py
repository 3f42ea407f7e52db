"""The list of certificates that rely on assessments in question: who is named, what remains, what the rules say."""

import io
import random
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from openpyxl import load_workbook

from certificates.evaluations.models import Certification, Evaluation
from certificates.evaluations.pathway_versions import instruments_of
from certificates.reliance.pages import RELIANCE
from certificates.reliance.questions import question_of
from certificates.reliance.reevaluation import reevaluate
from tests.certificates.reliance.world import DAYS, JUDGED, assessed, tool
from tests.certificates.world import at, considered, publish_pathway, shown
from tests.today import NOW, TODAY
from tests.training.app.test_every_list import as_csv, table_of, walked
from training.assessments.cancellation import set_aside
from training.assessments.models import Assessment
from training.database.connection import transaction
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Membership, Person

LIST = "/certificates/reliance"
BRUNO = f"{LIST}?assessor={known('bruno')}"
RENEWED = """
pathway: judged
title: Judged Steps
version: "1"
owner: Parenting Together
roles: [central_unit, assessor]
levels:
  leader:
    title: Leader
    requires:
      knows: {qualification: first aid, title: Knows first aid}
    valid: P1Y
    renewal:
      opens: P3M
      requires:
        again: {assessment: leading, by: assessor, title: Seen once more}
    permits:
      - {may: lead groups}
"""
SEEN = {
    "amina": ("bruno", "gwen"),
    "ivan": ("bruno", "gwen", "hana"),
    "nadia": ("gwen", "hana"),
    "jude": ("bruno",),
}
"""Who was assessed by whom: without Bruno one has too little, one enough, one never needed him, one has no award."""


@pytest.fixture
async def judged(database, tmp_path):
    """Four people assessed, three of them certified."""
    await tool()
    await publish_pathway(tmp_path, JUDGED)
    await told(SEEN)


async def told(seen):
    """Has people assessed, day by day, and the rules asked about each."""
    for key, assessors in seen.items():
        for day, by in zip(DAYS, assessors, strict=False):
            await assessed(key, by, day)
        await considered(key, TODAY, 11)


async def named(browser, path):
    """Name → what the list says: relied on, what remains, without it."""
    return {row[0]: row[4:] for row in table_of((await browser.get(path)).text)}


async def name_of(key):
    return (await Person.get(id=known(key))).name


async def put_aside(row):
    """Lets an assessment count no more, as it is done when it turns out wrong, and asks the rules anew."""
    async with transaction():
        await set_aside(row.id, because="She never went there.", actor=await being("dara", TODAY), now=NOW)


async def test_a_withdrawn_assessor_names_each_certificate_what_remains_and_what_would_stand(judged, browse):
    found = await named(await browse("dara"), BRUNO)
    assert set(found) == {await name_of("amina"), await name_of("ivan")}
    used, remains, without = found[await name_of("amina")]
    assert used == "Leading, 3 November 2026, by Bruno Costa"
    assert remains == "Leading, 4 November 2026, by Gwen Llŷr"
    assert without == "Would not standTwo live groups assessed: 1 of 2"
    used, remains, without = found[await name_of("ivan")]
    assert remains == "Leading, 4 November 2026, by Gwen Llŷr; Leading, 5 November 2026, by Hana Nowak"
    assert without == "Would still stand"


async def test_asked_anew_once_nothing_of_hers_counts_the_rules_say_what_the_list_said(judged, browse, work):
    await work()
    dara, said = await browse("dara"), await named(await browse("dara"), BRUNO)
    question = await question_of({"assessor": str(known("bruno"))}, await being("dara", TODAY))
    foretold = await foretell(question)
    for row in await Assessment.filter(raters__person_id=known("bruno")):
        await put_aside(row)
    await work()
    for key in ("amina", "ivan"):
        now = await Evaluation.get(person_id=known(key), slot__isnull=False)
        assert now.verdict == foretold[known(key)], key
        assert (now.result == "met") is said[await name_of(key)][2].startswith("Would still stand"), key
    assert await named(dara, BRUNO) == said, "what a decision relied on does not change"


async def foretell(question):
    """Person → the verdict that the list foretells, as it would be kept."""
    tools = await instruments_of(known("together"))
    rows = await Certification.all().select_related("person", "decision__evaluation", "decision__pathway")
    return {row.person_id: (await reevaluate(row, question, today=TODAY, tools=tools)).level.as_json() for row in rows}


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_assessed_whom_and_whatever_is_asked_the_list_and_the_rules_agree(
    database, tmp_path, browse, work, seed
):
    chance = random.Random(seed)
    await tool()
    await publish_pathway(tmp_path, JUDGED)
    people, assessors = ("amina", "ivan", "nadia", "jude"), ("bruno", "gwen", "hana")
    seen = {key: tuple(chance.choices(assessors, k=chance.randint(2, 4))) for key in people}
    await told(seen)
    await work()
    asked = {"assessor": str(known(chance.choice(assessors)))} if chance.random() < 0.8 else {}
    asked |= {"from": DAYS[1].isoformat()} if chance.random() < 0.5 else {}
    asked |= {"until": DAYS[2].isoformat()} if chance.random() < 0.5 else {}
    question = await question_of(asked, await being("dara", TODAY))
    said = await named(await browse("dara"), f"{LIST}?{'&'.join(f'{key}={text}' for key, text in asked.items())}")
    foretold, gone = await foretell(question), set()
    for row in await Assessment.all().prefetch_related("raters"):
        by = row.raters[0].person_id
        wanted = asked.get("assessor") in (None, str(by))
        if wanted and asked.get("from", "") <= row.observed.isoformat() <= asked.get("until", "9"):
            gone.add(row.person_id)
            await put_aside(row)
    await work()
    assert set(said) == {(await Person.get(id=one)).name for one in gone}, (seen, asked)
    for key in people:
        now = await Evaluation.get(person_id=known(key), slot__isnull=False)
        assert now.verdict == foretold[known(key)], (key, seen, asked)
        stands = said.get(await name_of(key), ("", "", "Would still stand"))[2].startswith("Would still stand")
        assert (now.result == "met") is stands, (key, seen, asked)


async def test_the_days_an_assessment_an_instrument_and_a_programme_narrow_the_list(judged, browse):
    dara, both = await browse("dara"), {await name_of("amina"), await name_of("ivan")}
    one = await Assessment.get(person_id=known("ivan"), raters__person_id=known("hana"))
    for query, who in (
        (f"assessor={known('bruno')}&from={DAYS[0]}&until={DAYS[0]}&programme=judged", both),
        (f"assessor={known('bruno')}&from={DAYS[1]}", set()),
        (f"assessor={known('bruno')}&programme=growing-together", set()),
        (f"assessment={one.id}", {await name_of("ivan")}),
        (f"version={one.version_id}", {*both, await name_of("nadia")}),
        ("", {*both, await name_of("nadia")}),
    ):
        assert set(await named(dara, f"{LIST}?{query}")) == who, query
    for query in ("assessor", "assessment", "version"):
        assert (await dara.get(f"{LIST}?{query}={known('nobody')}")).status_code == 404
    head, rows, _ = await as_csv(dara, f"{BRUNO}&format=csv")
    assert head[-1] == "Without it" and rows[0][-1] == "Would not stand. Two live groups assessed: 1 of 2"
    assert "GT-" in rows[0][1] or rows[0][1].startswith("Leader ")


async def test_the_list_is_walked_in_any_order_given_as_files_and_saved(judged, browse):
    dara = await browse("dara")
    for column in (one for one in RELIANCE.columns if one.sort):
        for sort in (column.key, f"-{column.key}"):
            whole = table_of((await dara.get(f"{LIST}?sort={sort}")).text)
            assert len(whole) == 3
            forth, pages = await walked(dara, f"{LIST}?sort={sort}&rows=1")
            assert forth == whole and len(pages) == 3, sort
            assert (await walked(dara, pages[-1], "prev"))[0] == whole, sort
    page = table_of((await dara.get(f"{BRUNO}&sort=-name")).text)
    _, rows, _ = await as_csv(dara, f"{BRUNO}&sort=-name&format=csv")
    sheet = load_workbook(io.BytesIO((await dara.get(f"{BRUNO}&sort=-name&format=xlsx")).content)).active
    _, _, _, *lines = sheet.iter_rows(values_only=True)
    assert [row[0] for row in page] == [row[0] for row in rows] == [line[0] for line in lines]
    query = BRUNO.partition("?")[2]
    answer = await dara.post("/lists", data={"listing": LIST, "query": query, "name": "Hers"}, follow_redirects=True)
    assert "The filter “Hers” is saved." in unescape(answer.text) and "certificates rely" in answer.text


async def test_who_assessed_and_was_not_counted_is_known_and_not_relied_on(database, tmp_path, browse):
    await tool()
    own = JUDGED.replace("by: assessor,", "by: {holds: assessor, not_own: supervisor},")
    await publish_pathway(tmp_path, own)
    await told({"amina": ("hana", "bruno", "gwen")})  # Hana supervises her
    frozen = (await Certification.get().select_related("decision__evaluation")).decision.evaluation
    assert str(known("hana")) in str([row for row in frozen.evidence if row["type"] == "assessment"])
    dara = await browse("dara")
    assert await named(dara, f"{LIST}?assessor={known('hana')}") == {}
    assert set(await named(dara, BRUNO)) == {await name_of("amina")}


async def test_what_keeps_an_award_is_relied_on_as_well(database, tmp_path, browse):
    await tool()
    kept = JUDGED.replace("at_least: 2, by: assessor, ", "by: assessor, ").replace("    valid: P3Y\n", (
        "    valid: P3Y\n    keep:\n      watched: {assessment: leading, at_least: 2, since: 2026-11-04, "
        "title: Watched twice since}\n"
    ))  # fmt: skip
    await publish_pathway(tmp_path, kept)
    for day, by in zip(DAYS, ("bruno", "gwen", "hana"), strict=False):
        await assessed("amina", by, day)
    await considered("amina", TODAY, 11)
    await considered("amina", TODAY, 12)
    found = await named(await browse("dara"), f"{LIST}?assessor={known('hana')}")
    assert found[await name_of("amina")][2] == "Would not standWatched twice since: 1 of 2"


async def test_where_rules_ask_for_newer_evidence_by_now_the_day_of_the_decision_is_judged(database, tmp_path, browse):
    await tool()
    await publish_pathway(tmp_path, JUDGED.replace("at_least: 2,", "at_least: 2, within: P1Y,"))
    await told({"amina": ("bruno", "gwen"), "ivan": ("bruno", "gwen", "hana")})
    with time_machine.travel(at(TODAY + timedelta(days=500)), tick=True):
        found = await named(await browse("dara"), BRUNO)
    on = "On 25 November 2026, the day of the decision"
    assert found[await name_of("amina")][2] == f"Would not standTwo live groups assessed: 1 of 2. {on}"
    assert found[await name_of("ivan")][2] == f"Would still stand{on}"


async def test_only_who_decides_sees_it_and_is_led_to_it_from_where_they_stand(judged, browse):
    dara, one = await browse("dara"), await Assessment.filter(person_id=known("amina")).first()
    leads = {
        f"/people/{known('bruno')}": BRUNO,
        f"/assessments/{one.id}": f"{LIST}?assessment={one.id}",
        "/material": f"{LIST}?version={one.version_id}",
        f"/assessments/calibration/of/{known('bruno')}": BRUNO,
    }
    for page, path in leads.items():
        assert f'href="{path}"' in (await dara.get(page)).text, page
    assert LIST not in (await dara.get(f"/people/{known('amina')}")).text
    for key in ("chloe", "emre", "farah", "bruno", "amina"):
        browser = await browse(key)
        assert (await browser.get(BRUNO)).status_code == 403, key
        for page in leads:
            assert LIST not in (await browser.get(page)).text, (key, page)


async def test_whoever_ends_an_assessor_s_role_or_withdraws_one_is_told_what_relies_on_them(judged, browse):
    dara = await browse("dara")
    held = await Membership.get(person_id=known("bruno"), role="assessor")
    form = {"membership": str(held.id), "ends": TODAY.isoformat()}
    answer = await dara.post(f"/people/{known('bruno')}/memberships/end", data=form, follow_redirects=True)
    assert "What relies on their assessments" in unescape(answer.text).partition("<h1")[0] and BRUNO in answer.text
    for day in DAYS[:2]:
        await assessed("bruno", "gwen", day)
    await considered("bruno", TODAY, 11)
    mine = await Certification.get(person_id=known("bruno"))
    page = unescape((await dara.get(f"/register/{mine.id}")).text)
    assert "2 certificates rely on assessments by Bruno Costa." in page and BRUNO in page
    nadia = await Certification.get(person_id=known("nadia"))
    assert LIST not in (await dara.get(f"/register/{nadia.id}")).text


async def test_a_renewal_is_judged_by_what_it_asked_and_by_what_was_shown_since(database, tmp_path, browse):
    await tool()
    await publish_pathway(tmp_path, RENEWED)
    begins = TODAY - timedelta(days=330)
    await shown("amina", on=begins)
    await considered("amina", begins)
    await assessed("amina", "bruno", DAYS[0])
    await considered("amina", DAYS[1], 11)
    assert await Certification.filter(person_id=known("amina")).count() == 2
    dara = await browse("dara")
    rows = table_of((await dara.get(BRUNO)).text)
    assert len(rows) == 1, "the award before it rested on no assessment"
    on = "On 4 November 2026, the day of the decision"
    assert rows[0][4:] == (
        "Leading, 3 November 2026, by Bruno Costa", "Nothing", f"Would not standSeen once more: 0 of 1. {on}"
    )  # fmt: skip
    await assessed("amina", "gwen", DAYS[3])
    rows = table_of((await dara.get(BRUNO)).text)
    assert rows[0][5:] == ("Leading, 6 November 2026, by Gwen Llŷr", "Would still stand")
