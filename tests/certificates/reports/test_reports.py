"""Reports: a question is saved, answered, sent as a link when it is due, asked again, and says what differs and why."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
import time_machine

from certificates.evaluations.models import Certification
from certificates.reports import answers
from certificates.reports.models import ReportAnswer, ReportReader, SavedReport
from certificates.reports.rules import EARLIER, RELATIVE, Days, RunningDigest, changes, following, last_due
from tests.certificates.world import BY_RULES, TODAY, certified, changed, publish_pathway
from tests.mails import sent_mails
from training.core.dates import local_day
from training.database.load_report import By
from training.demo.cast import known
from training.people.models import Membership, Person
from training.sites.actions import save_site
from training.sites.models import Site
from training.trail.models import Fact, Followup

pytestmark = pytest.mark.by_hand
ZONE = "Europe/London"
FORM = {"name": "Who is certified", "as_of": "today", "shared": "all", "every": ""}


@pytest.fixture
async def held(growing, tmp_path):
    """Amina holds a certificate."""
    await publish_pathway(tmp_path, BY_RULES)
    return await certified("amina", TODAY - timedelta(days=20))


async def saved(browser, listing="/register?", **words):
    """Saves what a list shows as a report, from the link on its page."""
    page = (await browser.get(listing)).text
    path = unescape(page.split("/reports/new?")[1].split('"')[0])
    answer = await browser.post(f"/reports/new?{path}", data=FORM | words)
    assert answer.status_code == 303, answer.text
    return await SavedReport.get(id=UUID(answer.headers["location"].split("/reports/")[1].split("?")[0]))


async def asked(browser, report):
    answer = await browser.post(f"/reports/{report.id}/ask")
    assert answer.status_code == 303
    return await ReportAnswer.filter(report_id=report.id).order_by("-extracted").first()


async def again(browser, first, word):
    answer = await browser.post(f"/reports/answers/{first.id}/again", data={"known": word})
    assert answer.status_code == 303
    return unescape((await browser.get(answer.headers["location"])).text)


async def suspended(browser, held):
    values = {"state": "suspended", "reason": "A check ran out.", "effective": held.starts.isoformat()}
    assert (await browser.post(f"/register/{held.id}", data=values)).status_code == 303


def test_days_move_with_the_day_on_which_a_question_is_asked():
    today = date(2027, 5, 12)
    told = {word: str(Days(word).on(today)["as_of"]) for word in RELATIVE}
    assert told == {
        "today": "2027-05-12", "yesterday": "2027-05-11", "week_end": "2027-05-09", "month_start": "2027-05-01",
        "month_end": "2027-04-30", "quarter_start": "2027-04-01", "quarter_end": "2027-03-31",
        "year_start": "2027-01-01", "year_end": "2026-12-31",
    }  # fmt: skip
    assert {word: Days("month_end", against=word).on(today)["against"] for word in EARLIER} == {
        "month": "2027-03-30", "quarter": "2027-01-30", "year": "2026-04-30",
    }  # fmt: skip
    assert Days("2027-01-02", "same").on(today) == {"as_of": "2027-01-02", "known_at": "2027-01-02"}


def test_what_is_due_is_the_last_one_only_however_many_nights_were_missed():
    today, at = date(2027, 5, 12), datetime(2027, 5, 12, 12, tzinfo=UTC)  # a Wednesday
    assert [last_due(every, today, at, ZONE) for every in ("day", "week", "month")] == [
        today, date(2027, 5, 10), date(2027, 5, 1),
    ]  # fmt: skip
    assert last_due("day", today, at.replace(hour=3), ZONE) == date(2027, 5, 11), "it comes in the morning"
    assert [following(every, date(2027, 12, 31)) for every in ("day", "week", "month")] == [
        date(2028, 1, 1), date(2028, 1, 3), date(2028, 1, 1),
    ]  # fmt: skip


def test_answers_differ_by_their_rows_and_digests_by_what_the_rows_say():
    rows = [{"key": "a", "cells": {"n": 1}}, {"key": "b", "cells": {"n": 2}}]
    other = [{"key": "a", "label": "A", "cells": {"n": 3}}, {"key": "c", "cells": {"n": 2}}]
    told = [(one.key, one.what, list(one.cells)) for one in changes(rows, other, {"n": "Number"})]
    assert told == [("a", "changed", [("Number", "1", "3")]), ("b", "gone", []), ("c", "new", [])]

    def digest(rows):
        made = RunningDigest({"list": "/x"}, ["n"])
        made.add(rows)
        return made.hex()

    assert digest(rows) == digest([{**rows[0], "label": "Called otherwise"}, rows[1]]) != digest(other)


async def test_a_question_is_saved_from_the_register_the_figures_and_the_list_behind_them(held, service, browse):
    dara = await browse("dara")
    assert "/reports" in (await dara.get("/")).text
    for path, title in (
        ("/register?standing=all", "Register"),
        ("/figures?by=programme&against=2026-11-01", "Figures"),
        ("/figures?show=expiring", "Figures"),
        ("/figures?show=groups", "Figures"),
        ("/figures?show=people&by=funding", "Figures"),
        ("/figures/people?step=trained", "People on their way"),
    ):
        against = "2026-11-01" if "against" in path else ""
        report = await saved(dara, path, name=f"All of {path}", against=against)
        kept = await asked(dara, report)
        page = unescape((await dara.get(f"/reports/answers/{kept.id}")).text)
        assert title in page and kept.digest in page and kept.columns[0]["definition"] in page
        assert (await dara.get(f"/reports/answers/{kept.id}?format=csv")).status_code == 200
        assert "The digest is the same" in await again(dara, kept, "then")
    listed = unescape((await dara.get("/reports?asks=/register")).text)
    assert "All of /register" in listed and "All of /figures" not in listed


async def test_an_answer_keeps_its_question_and_no_name(held, service, browse):
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all&area=WLS", as_of="yesterday")
    kept = await asked(dara, report)
    yesterday = local_day(datetime.now(UTC), ZONE) - timedelta(days=1)
    assert kept.question == {"standing": "all", "area": "WLS", "as_of": str(yesterday)}
    every = await asked(dara, await saved(dara, "/register?standing=all"))
    [row] = every.rows
    assert row["key"] == str(held.id) and "Amina" not in str(every.rows)
    assert "Amina" in (await dara.get(f"/reports/answers/{every.id}")).text
    fact = await Fact.filter(kind="report.answered").order_by("-id").first()
    assert fact.detail["digest"] == every.digest and fact.detail["count"] == 1


async def test_a_late_correction_shows_when_it_is_asked_as_known_now_and_not_as_known_then(held, service, browse):
    dara = await browse("dara")
    first = await asked(dara, await saved(dara, "/register?standing=all"))
    await suspended(dara, held)
    assert "The digest is the same: nothing differs." in await again(dara, first, "then")
    page = await again(dara, first, "now")
    assert "The digest is not the same" in page and "1 row differs" in page
    assert "Standing: Certified → Suspended" in page
    assert "Recorded late: it was suspended" in page


async def test_a_month_after_it_was_saved_the_answer_comes_by_link_and_a_late_correction_is_told(
    held, service, browse, work, settings
):
    """The story of a report: saved, sent, corrected late, asked again."""
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all", name="Certified", as_of="month_end", every="month")
    with time_machine.travel(datetime(2026, 12, 1, 6, 30, tzinfo=UTC)):
        await answers.plan(now=datetime.now(UTC))
        while await work():
            pass
    kept = await ReportAnswer.get(report_id=report.id)
    assert (kept.due, kept.as_of, kept.count) == (date(2026, 12, 1), date(2026, 11, 30), 1)
    [mail] = [one for one in sent_mails(settings) if one.subject == "New answer: Certified"]
    assert f"/reports/answers/{kept.id}" in mail.text and "30 November 2026" in mail.text
    with time_machine.travel(datetime(2026, 12, 3, 9, tzinfo=UTC)):
        dara = await browse("dara")
        assert "Certified" in (await dara.get(f"/reports/answers/{kept.id}")).text
        await changed(held, "suspended", on=date(2026, 11, 20), recorded=date(2026, 12, 2))
        assert "The digest is the same" in await again(dara, kept, "then")
        page = await again(dara, kept, "now")
    assert "Amina" in page and "Standing: Certified → Suspended" in page
    assert "Recorded late: it was suspended, from 20 November 2026, recorded 2 December 2026" in page


async def test_figures_say_how_many_late_corrections_were_recorded_in_between(held, service, browse):
    dara = await browse("dara")
    first = await asked(dara, await saved(dara, "/figures?by=programme"))
    await suspended(dara, held)
    page = await again(dara, first, "now")
    assert "Counts: 1 → 0" in page and "Suspended: 0 → 1" in page
    assert "1 × it was suspended, about a day before the first answer" in page


async def test_what_changes_the_past_is_told_when_it_is_asked_as_known_then(held, service, browse):
    dara = await browse("dara")
    first = await asked(dara, await saved(dara, "/register?standing=all"))
    await Certification.filter(id=held.id).update(ends=held.starts + timedelta(days=3))
    page = await again(dara, first, "then")
    assert "Until:" in page and "The record tells of nothing that would explain it" in page


async def test_an_answer_of_many_rows_comes_later_and_keeps_their_number_and_digest(
    held, service, browse, work, monkeypatch
):
    monkeypatch.setattr("certificates.reports.asking.MOST_KEPT", 0)
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all")

    async def newest(path, **values):
        answer = await dara.post(path, data=values)
        assert "It comes within minutes" in (await dara.get(answer.headers["location"])).text
        while await work():
            pass
        return await ReportAnswer.filter(report_id=report.id).order_by("-extracted").first()

    first = await newest(f"/reports/{report.id}/ask")
    assert first.rows is None and first.count == 1 and len(first.digest) == 64
    await suspended(dara, held)
    for word, words in (("then", "The digest is the same"), ("now", "too many rows to keep")):
        again = await newest(f"/reports/answers/{first.id}/again", known=word)
        assert again.repeats_id == first.id and again.asked_by_id == known("dara")
        assert words in (await dara.get(f"/reports/answers/{again.id}")).text


async def due(report, *, nights=1):
    """Makes a report due some nights ago, and does what the hourly look does, twice."""
    await SavedReport.filter(id=report.id).update(next_due=datetime.now(UTC) - timedelta(days=nights))
    for _ in range(2):
        await answers.plan(now=datetime.now(UTC))


async def test_what_is_due_comes_once_as_a_link_to_whoever_gets_it(held, service, browse, work, settings):
    dara, gwen = await browse("dara"), known("gwen")
    report = await saved(dara, "/register?standing=all", every="day", name="Certified each day")
    assert report.next_due > datetime.now(UTC)
    assert (await dara.post(f"/reports/{report.id}/readers", data={"person": str(gwen)})).status_code == 422
    await Membership.create(id=UUID(int=8), person_id=gwen, role="auditor", site_id=None, starts=date(2026, 1, 1))
    assert (await dara.post(f"/reports/{report.id}/readers", data={"person": str(gwen)})).status_code == 303
    await due(report, nights=3)
    while await work():
        pass
    [kept] = await ReportAnswer.filter(report_id=report.id)
    assert kept.due and kept.asked_by_id is None
    mails = [one for one in sent_mails(settings) if "Certified each day" in one.subject]
    assert len(mails) == 2
    assert all(f"/reports/answers/{kept.id}" in one.text and "Amina" not in one.text for one in mails)
    assert (await SavedReport.get(id=report.id)).next_due > datetime.now(UTC)
    assert (await (await browse("gwen")).get(f"/reports/answers/{kept.id}")).status_code == 200
    await answers.ask_due(report.id, str(kept.due), now=datetime.now(UTC))
    assert await ReportAnswer.filter(report_id=report.id).count() == 1


async def test_whoever_stopped_it_or_lost_the_right_gets_nothing_and_opens_nothing(
    held, service, browse, work, settings
):
    dara, gwen = await browse("dara"), known("gwen")
    role = await Membership.create(
        id=UUID(int=8), person_id=gwen, role="auditor", site_id=None, starts=date(2026, 1, 1)
    )
    report = await saved(dara, "/register?standing=all", every="week", name="Each week")
    await dara.post(f"/reports/{report.id}/readers", data={"person": str(gwen)})
    first = await asked(dara, report)
    await dara.post(f"/reports/{report.id}/readers", data={"do": "stop", "person": str(known("dara"))})
    assert await ReportReader.filter(report_id=report.id, stopped__isnull=True).count() == 1
    browser = await browse("gwen")
    assert (await browser.get(f"/reports/answers/{first.id}")).status_code == 200
    await answers.ask_due(report.id, "2026-11-23", now=datetime.now(UTC))
    await dara.post(f"/reports/{report.id}/readers", data={"do": "stop", "person": str(gwen)})
    while await work():
        pass
    assert not any("Each week" in one.subject for one in sent_mails(settings)), (
        "they stopped it while the mail was on its way"
    )
    await dara.post(f"/reports/{report.id}/readers", data={"person": str(gwen)})
    await due(report, nights=1)
    await Membership.filter(id=role.id).update(ends=local_day(datetime.now(UTC), ZONE) - timedelta(days=1))
    while await work():
        pass
    assert [one for one in sent_mails(settings) if "Each week" in one.subject] == []
    assert (await browser.get(f"/reports/answers/{first.id}")).status_code == 403
    assert (await browser.get("/reports")).status_code == 403
    assert (await dara.post(f"/reports/{report.id}/readers", data={"do": "start"})).status_code == 303
    assert await ReportReader.filter(report_id=report.id, person_id=known("dara"), stopped__isnull=True).exists()


async def test_what_few_may_see_nobody_else_finds(held, service, browse):
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all", shared="few")
    first = await asked(dara, report)
    other = await Person.get(id=known("gwen"))
    await Membership.create(id=UUID(int=8), person_id=other.id, role="central", site_id=None, starts=date(2026, 1, 1))
    gwen = await browse("gwen")
    for path in (f"/reports/{report.id}", f"/reports/answers/{first.id}", f"/reports/{report.id}/change"):
        assert (await gwen.get(path)).status_code == 404
    assert "Who is certified" not in (await gwen.get("/reports")).text


async def test_a_report_is_changed_put_away_and_used_again(held, service, browse):
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all", every="month")
    changed = FORM | {"name": "Each quarter", "as_of": "quarter_end", "every": "week"}
    assert (await dara.post(f"/reports/{report.id}/change", data=changed)).status_code == 303
    now = await SavedReport.get(id=report.id)
    assert (now.name, now.days["as_of"], now.every) == ("Each quarter", "quarter_end", "week")
    assert now.next_due != report.next_due
    assert (await dara.post(f"/reports/{report.id}/put-away", data={"do": "away"})).status_code == 303
    assert (await SavedReport.get(id=report.id)).next_due is None
    assert "Each quarter" not in (await dara.get("/reports?state=used")).text
    assert (await dara.post(f"/reports/{report.id}/put-away", data={"do": "away"})).status_code == 409
    assert (await dara.post(f"/reports/{report.id}/put-away", data={"do": "use"})).status_code == 303
    assert (await SavedReport.get(id=report.id)).next_due is not None
    kinds = await Fact.filter(subject_id=str(report.id)).order_by("id").values_list("kind", flat=True)
    assert kinds == ["report.saved", "report.changed", "report.put_away", "report.used_again"]


async def test_a_question_without_a_name_or_with_an_unknown_day_is_told_and_nothing_is_saved(held, service, browse):
    dara = await browse("dara")
    for wrong, words in (
        ({"name": " "}, "Enter a name for the report"),
        ({"as_of": "some day"}, "Choose a day from the list"),
        ({"every": "hour"}, "Choose how often it is asked"),
        ({"against": "2026-01-01"}, "Choose a day from the list"),
    ):
        answer = await dara.post("/reports/new?listing=/figures&by=area", data=FORM | wrong)
        assert answer.status_code == 422 and words in unescape(answer.text)
    assert (await dara.get("/reports/new?listing=/people")).status_code == 404
    assert await SavedReport.all().count() == 0
    assert not await Followup.filter(kind=answers.ASK).exists()


async def test_the_last_day_of_the_calendar_can_be_asked_about(held, service, browse):
    dara = await browse("dara")
    for path, days in (
        ("/register?known_at=9999-12-31", {"known_at": "9999-12-31"}),
        ("/figures?as_of=9999-12-31&show=expiring", {"as_of": "9999-12-31", "known_at": "same"}),
    ):
        kept = await asked(dara, await saved(dara, path, **days))
        assert kept.known == kept.extracted, "what will be known later is not known yet"
        assert (await dara.get(f"/reports/answers/{kept.id}")).status_code == 200


async def test_a_report_that_is_put_away_stays_so_when_it_is_changed(held, service, browse):
    dara = await browse("dara")
    report = await saved(dara, "/register?standing=all", every="month")
    await dara.post(f"/reports/{report.id}/put-away", data={"do": "away"})
    assert (await dara.post(f"/reports/{report.id}/change", data=FORM | {"every": "week"})).status_code == 303
    assert (await SavedReport.get(id=report.id)).next_due is None
    assert "It comes next" not in (await dara.get(f"/reports/{report.id}")).text
    await dara.post(f"/reports/{report.id}/put-away", data={"do": "use"})
    assert (await SavedReport.get(id=report.id)).next_due.weekday() == 0


async def test_who_is_taken_off_a_report_that_few_may_see_sees_it_no_more(held, service, browse):
    dara, person = await browse("dara"), str(known("gwen"))
    await Membership.create(id=UUID(int=8), person_id=person, role="auditor", site_id=None, starts=date(2026, 1, 1))
    report = await saved(dara, "/register?standing=all", shared="few")
    first = await asked(dara, report)
    await dara.post(f"/reports/{report.id}/readers", data={"person": person})
    gwen = await browse("gwen")
    assert (await gwen.get(f"/reports/answers/{first.id}")).status_code == 200
    await dara.post(f"/reports/{report.id}/readers", data={"do": "stop", "person": person})
    assert (await gwen.get(f"/reports/answers/{first.id}")).status_code == 404
    assert (await gwen.post(f"/reports/{report.id}/readers", data={"do": "start"})).status_code == 404
    await dara.post(f"/reports/{report.id}/readers", data={"person": person})
    left = await gwen.post(f"/reports/{report.id}/readers", data={"do": "stop", "person": person})
    assert left.status_code == 303 and "You do not get it any more." in (await gwen.get(left.headers["location"])).text


async def test_a_name_that_was_looked_for_is_not_kept_with_a_report(held, service, browse):
    dara = await browse("dara")
    page = (await dara.get("/reports/new?listing=/register&name=Amina&standing=all")).text
    assert "The name that you looked for is left out." in page
    report = await saved(dara, "/register?name=Amina&standing=all")
    kept = await asked(dara, report)
    assert report.filters == {"standing": "all"} and "Amina" not in str(vars(kept))
    assert "is left out" not in (await dara.get("/reports/new?listing=/register&standing=all")).text


async def test_an_answer_says_its_days_once(held, service, browse):
    dara = await browse("dara")
    kept = await asked(dara, await saved(dara, "/figures?by=area&against=2026-11-01", against="month", known_at="same"))
    page = (await dara.get(f"/reports/answers/{kept.id}")).text
    summary = page.split("What was asked")[1].split("</dl>")[0]
    assert summary.count("As known on") == summary.count("Compared with") == 1 and "On the day" not in summary


async def test_a_site_that_is_renamed_changes_nothing_that_was_known_of_people_on_their_way(held, service, browse):
    dara = await browse("dara")
    first = await asked(dara, await saved(dara, "/figures/people"))
    name = next(row["cells"]["site"] for row in first.rows if row["cells"]["site"])
    site, now = await Site.get(name=name), datetime.now(UTC)
    by = By(known("dara"), known("together"), "en", now)
    await save_site(site.id, code=site.code, area_id=site.area_id, given={"name": "Hafan House"}, by=by)
    assert "The digest is the same" in await again(dara, first, "then")
