"""Whoever is decided about is told: by mail and on a page, with the outcome, its reason and day, and what now."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.audits.actions import draw_sample, find
from certificates.audits.models import AuditCase
from certificates.decisions import outcomes
from certificates.decisions.actions import DecisionForm, decide
from certificates.decisions.jobs import evaluate_everyone
from certificates.evaluations import changes
from certificates.evaluations.models import Appeal, Certificate, Certification, Decision, Evaluation, StateChange
from certificates.evaluations.standing import is_new_evidence
from certificates.register.register import RegisterFilter
from tests.certificates.awarded import HOME
from tests.certificates.world import (
    BY_RULES,
    NAMED,
    TODAY,
    at,
    certificate_of,
    certified,
    considered,
    publish_pathway,
    second_in_the_unit,
    shown,
    waiting,
)
from tests.mails import sent_mails
from training.core.dates import day
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Membership, Person
from training.trail.models import Fact, Followup

CONTACT = "help@together.example"
REASON = "The second group was never seen."
LAST_DAY = f"{day(TODAY + timedelta(days=28))}"
WITH_EVERY_OUTCOME = NAMED.replace(
    "[certified, deferred]", "[certified, conditional, deferred, declined], conditional: {ends_after: P6M}"
)


@pytest.fixture
async def named(database, tmp_path):
    await publish_pathway(tmp_path, WITH_EVERY_OUTCOME)


@pytest.fixture
async def by_rules(database, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)


@pytest.fixture
def mails(settings):
    """Gives (to, subject, text) of every mail sent so far, with the words wanted in the subject."""

    def sent(words: str = "") -> list[tuple[str, str, str]]:
        return [(one.to, one.subject, one.text) for one in sent_mails(settings) if words in one.subject]

    return sent


async def decided(browse, row: Evaluation, outcome: str, reasons: str = REASON) -> None:
    browser = await browse("dara")
    form = {"outcome": outcome, "reasons": reasons}
    assert (await browser.post(f"/certificates/decisions/{row.id}", data=form)).status_code == 303


async def changed(found: Certification, state: str, browse, **more: str) -> None:
    form = {"state": state, "reason": REASON, "effective": TODAY.isoformat(), **more}
    dara = await browse("dara")
    answer = await dara.post(f"/register/{found.id}", data=form)
    assert answer.status_code == 303 and "It is changed." in (await dara.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("outcome", "subject", "tag"),
    [("deferred", "Not certified yet: Leader", "Not yet"), ("declined", "You were not certified: Leader", "Declined")],
)
async def test_whoever_is_refused_gets_a_mail_and_a_page_with_reason_day_and_where_to_appeal(
    named, browse, work, mails, outcome, subject, tag
):
    await decided(browse, await waiting("amina"), outcome)
    await work()
    ((to, _, text),) = mails(subject)
    assert to == "amina@together.example"
    link = re.search(r"http://testserver(/certificates/outcomes/\S+)", text)
    for words in ("Hello Amina Yusuf", REASON, day(TODAY), LAST_DAY, "Parenting Together", CONTACT, "something new"):
        assert words in text, words
    amina = await browse("amina")
    page = (await amina.get("/pathways")).text
    for words in (tag, REASON, day(TODAY), f"by {LAST_DAY}"):
        assert words in page, words
    assert "Ready for a decision" not in page and "somebody has to decide" not in page
    assert link and (await amina.get(link[1])).status_code == 200
    for other in ("dara", "jude", "chloe"):
        assert (await (await browse(other)).get(link[1])).status_code == 404, other


async def test_only_those_who_read_the_register_read_the_reason_beside_the_holder(named, browse, work):
    await decided(browse, await waiting("amina"), "declined")
    await work()
    path = f"/pathways/of/{known('amina')}"
    assert REASON in (await (await browse("chloe")).get(path)).text
    page = (await (await browse("hana")).get(path)).text
    assert "Declined" in page and REASON not in page and "The central unit decided so." in page


async def test_you_are_certified_is_mailed_when_the_certificate_can_be_opened_and_not_before(
    named, browse, work, mails, settings
):
    away = settings.storage.with_name("away")
    settings.storage.rename(away)
    await decided(browse, await waiting("amina"), "certified", "All is met.")
    await work()
    assert await Certificate.filter(progress="published").count() == 0
    assert mails("certified") == []
    away.rename(settings.storage)
    await Followup.filter(kind="publish certificate").update(state="queued", due=at(TODAY, 0), ended=None)
    await work()
    ((to, subject, text),) = mails("You are certified")
    row = await Certificate.get(progress="published")
    assert (to, subject) == ("amina@together.example", "You are certified: Leader")
    assert f"http://testserver/certificates/{row.id}" in text and CONTACT in text
    assert await Followup.filter(kind="remind of renewal").count() == 3


async def test_a_certificate_withdrawn_before_it_was_published_is_never_told_as_certified(named, browse, work, mails):
    await decided(browse, await waiting("amina"), "certified", "All is met.")
    await changed(await Certification.get(), "withdrawn", browse)
    await work()
    assert [subject for _, subject, _ in mails()] == ["Your certificate was taken back: Leader"]


async def test_a_condition_is_told_with_the_reasons_that_name_it(named, browse, work, mails):
    await decided(browse, await waiting("amina"), "conditional", "Lead one more group by summer.")
    await work()
    ((_, _, text),) = mails("You are certified on a condition: Leader")
    assert "Lead one more group by summer." in text and LAST_DAY in text
    page = (await (await browse("amina")).get("/pathways")).text
    assert "Provisional" in page and "Lead one more group by summer." in page


@pytest.mark.parametrize(
    ("state", "subject"),
    [("suspended", "Your certificate is on hold: Leader"), ("withdrawn", "Your certificate was taken back: Leader")],
)
async def test_a_change_shows_one_state_on_every_page_with_its_day_and_what_now(
    by_rules, browse, work, mails, state, subject
):
    found = await certified("amina")
    await work()
    await changed(found, state, browse, grounds="practice")
    await work()
    ((to, _, text),) = mails(subject)
    assert to == "amina@together.example"
    for words in (REASON, day(TODAY), LAST_DAY, CONTACT):
        assert words in text, words
    amina, row, word = await browse("amina"), await certificate_of(found), state.capitalize()
    for path in ("/pathways", "/certificates", f"/certificates/{row.id}"):
        page = (await amina.get(path)).text
        assert word in page, path
        assert "Certified until" not in page and "Renewal opens" not in page and "is certified as" not in page, path
    for path in ("/pathways", f"/certificates/{row.id}"):
        page = (await amina.get(path)).text
        for words in (REASON, day(TODAY), f"by {LAST_DAY}"):
            assert words in page, (path, words)
    page = (await (await browse("")).get(f"/v/{row.verify_token}")).text
    assert f"Since {day(TODAY)}" in page and "What the programme asks of its people was not kept." in page
    assert REASON not in page and "Days printed on it" in page and "Until" not in page


async def test_a_hold_with_an_end_says_when_it_ends(by_rules, browse, work, mails):
    found = await certified("amina")
    end = TODAY + timedelta(days=14)
    await changed(found, "suspended", browse, until=end.isoformat())
    await work()
    ((_, _, text),) = mails("on hold")
    assert f"It ends after {day(end)}." in text
    told = (await (await browse("")).get(f"/v/{(await certificate_of(found)).verify_token}")).text
    assert f"until {day(end)}" in told


async def test_what_is_restored_is_told_and_stands_as_certified_again(by_rules, browse, work, mails):
    found = await certified("amina")
    await changed(found, "suspended", browse)
    await changed(found, "restored", browse)
    await work()
    assert [len(mails(words)) for words in ("counts again", "on hold")] == [1, 1]
    page = (await (await browse("amina")).get("/pathways")).text
    assert "Certified until" in page and "Suspended" not in page and REASON not in page


async def test_a_lapse_that_the_rules_find_is_told(database, tmp_path, mails, browse, work):
    kept = BY_RULES.replace(
        "    permits:", "    keep:\n      checked: {check: dbs enhanced, within: P2M}\n    permits:"
    )
    await publish_pathway(tmp_path, kept)
    began = TODAY - timedelta(days=100)
    await shown("amina", "dbs enhanced", on=began, type_="check")
    found = await certified("amina", began)
    await evaluate_everyone("consider everyone@night", home=HOME, now=at(TODAY, 2))
    await work()
    ((_, _, text),) = mails("Your certificate has lapsed: Leader")
    assert "must stay true" in text and LAST_DAY in text
    told = (await (await browse("")).get(f"/v/{(await certificate_of(found)).verify_token}")).text
    assert "Expired" in told and "Something that has to stay true was not shown." in told


async def test_a_replaced_certificate_leads_its_holder_to_the_newer_one_and_nobody_else(by_rules, browse, work, mails):
    began = TODAY - timedelta(days=300)
    old = await certificate_of(await certified("amina", began))
    await shown("amina", "first aid again", on=TODAY - timedelta(days=1))
    await considered("amina", TODAY)
    new = await Certificate.exclude(id=old.id).get()
    await work()
    assert any("It takes the place of your earlier certificate" in text for _, _, text in mails("You are certified"))
    page = (await (await browse("amina")).get(f"/certificates/{old.id}")).text
    assert "Replaced" in page and f"/certificates/{new.id}" in page
    told = (await (await browse("")).get(f"/v/{old.verify_token}")).text
    assert "Replaced" in told and new.verify_token not in told and str(new.id) not in told


async def test_a_refused_case_waits_again_only_after_new_evidence(named, browse, work):
    first = await waiting("amina")
    await decided(browse, first, "declined")
    await work()
    for _ in range(2):
        await evaluate_everyone("consider everyone@night", home=HOME, now=at(TODAY, 23))
    assert await Evaluation.filter(awaiting=True).count() == 0
    dara, latest = await browse("dara"), await Evaluation.get(slot__isnull=False, person_id=known("amina"))
    assert "Amina" not in (await dara.get("/certificates/decisions")).text
    form = {"outcome": "certified", "reasons": "On second thoughts."}
    answer = await dara.post(f"/certificates/decisions/{latest.id}", data=form)
    assert answer.status_code == 409 and "nothing new has been shown since" in answer.text
    await shown("amina")
    await considered("amina", TODAY, 23)
    again = await Evaluation.get(awaiting=True)
    page = (await dara.get(f"/certificates/decisions/{again.id}")).text
    for words in ("Decided before", "Declined", REASON, day(TODAY), "Dara O&#39;Neill"):
        assert words in page, words
    assert "somebody decides again" in (await (await browse("amina")).get("/pathways")).text
    await decided(browse, again, "certified", "The new paper settles it.")
    assert [one.outcome async for one in Decision.all().order_by("recorded")] == ["declined", "certified"]


async def test_a_renewal_that_is_put_off_leaves_the_holder_certified_and_says_so(named, browse, work, mails):
    began = TODAY - timedelta(days=300)
    row = await waiting("amina", began)
    wish = DecisionForm("certified", "All is met.")
    await decide(row.id, wish, actor=await being("dara", began), home=HOME, now=at(began, 12))
    await shown("amina", "first aid again", on=TODAY - timedelta(days=1))
    await considered("amina", TODAY, 0)
    await decided(browse, await Evaluation.get(awaiting=True), "deferred")
    await work()
    ((_, subject, text),) = mails("Not renewed yet")
    assert subject == "Not renewed yet: Leader" and REASON in text and "stays as it is" in text
    amina = await browse("amina")
    page = (await amina.get("/pathways")).text
    assert "Renewal due" in page and "Certified until" in page and "Your renewal was put off" in page and REASON in page
    assert "You are not certified" not in page + text
    assert "Not renewed yet" in (await amina.get("/")).text


async def test_what_is_not_confirmed_or_only_declared_is_no_new_evidence(named, browse, work):
    for record in (
        {"type": "relation", "what": "supervisor", "who": "x"},
        {"type": "delivery", "what": "group", "result": "pending"},
        {"type": "award", "what": "leader", "outcome": "declined"},
        {"type": "role", "what": "assessor"},
        {"type": "qualification", "what": "first aid", "void": True},
    ):
        assert not is_new_evidence(record, "leader"), record
    assert is_new_evidence({"type": "award", "what": "coach"}, "leader")
    assert is_new_evidence({"type": "qualification", "what": "first aid"}, "leader")


async def appeals(browse, about) -> Appeal:
    amina = await browse("amina")
    path = f"/certificates/outcomes/{about.id}"
    assert "What was wrong?" in (await amina.get(path)).text
    assert (await amina.post(path, data={"words": " "})).status_code == 422
    assert (await amina.post(path, data={"words": "It met. Ask Ivan."})).status_code == 303
    page = (await amina.get(path)).text
    assert "It met. Ask Ivan." in page and "has not answered yet" in page and "What was wrong?" not in page
    assert (await amina.post(path, data={"words": "Once more."})).status_code == 409
    return await Appeal.get()


async def answered(browse, appeal: Appeal, finding: str) -> None:
    path = f"/certificates/appeals/{appeal.id}"
    form = {"step": "decide", "finding": finding, "reasons": "Ivan has the list."}
    dara = await browse("dara")
    assert "Nobody else can yet" in (await dara.get(path)).text
    assert (await dara.post(path, data=form)).status_code == 403
    farah = await second_in_the_unit(browse)
    assert path in (await farah.get("/certificates/appeals")).text
    for words in ("It met. Ask Ivan.", REASON):
        assert words in (await farah.get(path)).text
    assert (await farah.post(path, data={"step": "decide", "finding": finding})).status_code == 422
    assert (await farah.post(path, data=form)).status_code == 303
    assert (await farah.post(path, data=form)).status_code == 409


async def test_an_appeal_to_a_withdrawal_that_is_found_right_brings_the_certificate_back(by_rules, browse, work, mails):
    found = await certified("amina")
    await changed(found, "withdrawn", browse)
    await work()
    await answered(browse, await appeals(browse, await StateChange.get(state="withdrawn")), "overturned")
    await work()
    ((to, _, text),) = mails("You were right")
    assert to == "amina@together.example" and "Ivan has the list." in text
    assert len(mails("counts again")) == 1
    told = (await (await browse("")).get(f"/v/{(await certificate_of(found)).verify_token}")).text
    assert "genuine and holds today" in told
    assert {fact.kind async for fact in Fact.filter(kind__startswith="appeal")} == {
        "appeal.made", "appeal.answered",
    }  # fmt: skip


async def test_an_appeal_to_a_refusal_that_is_found_right_makes_the_case_wait_again(named, browse, work, mails):
    await decided(browse, await waiting("amina"), "declined")
    await work()
    await answered(browse, await appeals(browse, await Decision.get()), "overturned")
    await work()
    assert await Evaluation.filter(awaiting=True, person_id=known("amina")).count() == 1
    ((_, _, text),) = mails("You were right")
    assert "When somebody has decided again, you get a mail" in text and "/pathways" in text
    amina = await browse("amina")
    page = (await amina.get("/pathways")).text
    assert "An appeal was found right" in page and "something new" not in page
    earlier = (await amina.get(f"/certificates/outcomes/{(await Decision.get()).id}")).text
    assert "This does not stand any more" in earlier and "What now" not in earlier
    home = (await amina.get("/")).text
    assert "Wait for a decision" in home and "See what is left" not in home


async def test_a_renewal_that_is_due_is_told_without_the_reasons_of_the_award(named):
    began = TODAY - timedelta(days=300)
    row = await waiting("amina", began)
    wish = DecisionForm("certified", "All is met.")
    await decide(row.id, wish, actor=await being("dara", began), home=HOME, now=at(began, 12))
    found = await Certification.get()
    assert (await outcomes.of_certification(found, began)).reason == "All is met."
    due = await outcomes.of_certification(found, TODAY)
    assert (due.state, due.reason) == ("renewal_due", "")


async def test_a_decision_that_stands_stays_as_it_is_and_the_answer_is_told(named, browse, work, mails):
    await decided(browse, await waiting("amina"), "declined")
    await work()
    await answered(browse, await appeals(browse, await Decision.get()), "upheld")
    await work()
    ((_, _, text),) = mails("The decision stands")
    assert "Ivan has the list." in text
    assert await Evaluation.filter(awaiting=True).count() == 0
    assert "The decision stands." in (await (await browse("amina")).get("/pathways")).text


@pytest.mark.by_hand
async def test_nobody_appeals_late_without_a_reason_or_for_somebody_else_or_answers_their_own(by_rules, browse, work):
    found = await certified("amina", TODAY - timedelta(days=60))
    wanted, made = changes.RequestedChange("withdrawn", REASON, TODAY - timedelta(days=40)), TODAY - timedelta(days=29)
    await changes.change(found.id, wanted, actor=await being("dara", made), now=at(made))
    change, amina = await StateChange.get(), await browse("amina")
    path, said = f"/certificates/outcomes/{change.id}", {"words": "No."}
    late = await amina.post(path, data=said)
    assert late.status_code == 422 and "Say why you come after the days were over" in late.text
    assert (await (await browse("dara")).post(path, data=said)).status_code == 404
    await StateChange.filter(id=change.id).update(recorded=at(TODAY), appeal_until=TODAY)
    assert (await amina.post(path, data=said)).status_code == 303
    await Membership.create(id=uuid4(), person_id=known("amina"), role="central", starts=TODAY - timedelta(days=1))
    form = {"step": "decide", "finding": "overturned", "reasons": "Mine."}
    answer = await amina.post(f"/certificates/appeals/{(await Appeal.get()).id}", data=form)
    assert answer.status_code == 403
    assert (await Appeal.get()).finding == "open"


async def test_an_audit_that_overturns_tells_the_holder_and_the_public_only_the_class_of_the_reason(
    by_rules, browse, work, mails
):
    found, dara = await certified("amina"), await being("dara", TODAY)
    await draw_sample("Autumn", RegisterFilter(TODAY), size=5, seed="5eed", actor=dara, now=at(TODAY, 12))
    await find((await AuditCase.get()).id, finding="overturned", reasons=REASON, actor=dara, now=at(TODAY, 13))
    await work()
    ((_, _, text),) = mails("taken back")
    assert REASON in text
    told = (await (await browse("")).get(f"/v/{(await certificate_of(found)).verify_token}")).text
    assert "What it rested on did not stand." in told and REASON not in told


@pytest.mark.by_hand
async def test_an_erased_person_is_written_to_no_more(by_rules, browse, work, mails):
    found = await certified("amina")
    await changed(found, "suspended", browse)
    await Person.filter(id=known("amina")).update(erased_at=at(TODAY))
    await work()
    assert mails() == []
