"""Findings of an audit: each case gets one, and an overturned certification is withdrawn in the same step."""

from datetime import date

import pytest

from certificates.audits import actions
from certificates.audits.models import Audit, AuditCase
from certificates.evaluations.models import Certificate, Certification, StateChange
from certificates.register.register import RegisterFilter
from tests.certificates.awarded import NOW, awarded
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.trail.models import Fact, Followup

QUESTION = RegisterFilter(date(2026, 11, 25))


@pytest.fixture
async def case(database, cast) -> AuditCase:
    """The case of Amina in an audit that Dara drew."""
    await awarded("amina")
    audit = await actions.draw_sample("This autumn", QUESTION, size=5, seed="5eed", actor=await cast("dara"), now=NOW)
    return await AuditCase.get(audit=audit)


async def test_an_upheld_case_changes_nothing_but_the_case(case, cast):
    await actions.find(case.id, finding="upheld", reasons="It bears.", actor=await cast("dara"), now=NOW)
    assert (await AuditCase.get(id=case.id)).finding == "upheld"
    assert await StateChange.all().count() == 0


async def test_an_overturned_case_withdraws_the_certification_and_deletes_nothing(case, cast):
    await actions.find(case.id, finding="overturned", reasons="Never held.", actor=await cast("dara"), now=NOW)
    change = await StateChange.get(certification_id=case.certification_id)
    assert (change.state, change.reason) == ("withdrawn", "Never held.")
    assert await Fact.filter(kind="audit.finding", person_id=(await Certificate.get()).person_id).count() == 1
    assert await Followup.filter(kind="settle status bit").count() == 1
    assert (await Certification.all().count(), await Certificate.all().count(), await Audit.all().count()) == (1, 1, 1)


async def test_a_case_gets_one_finding(case, cast):
    dara = await cast("dara")
    await actions.find(case.id, finding="overturned", reasons="Never held.", actor=dara, now=NOW)
    with pytest.raises(Conflict):
        await actions.find(case.id, finding="upheld", reasons="It bears.", actor=dara, now=NOW)
    assert (await AuditCase.get(id=case.id)).finding == "overturned"


@pytest.mark.parametrize(
    ("finding", "reasons", "field"),
    [("", "It bears.", "finding"), ("maybe", "Hm.", "finding"), ("upheld", " ", "reasons")],
)
async def test_a_finding_needs_one_of_two_words_and_a_reason(case, cast, finding, reasons, field):
    with pytest.raises(Invalid) as refused:
        await actions.find(case.id, finding=finding, reasons=reasons, actor=await cast("dara"), now=NOW)
    assert set(refused.value.problems) == {field}
    assert (await AuditCase.get(id=case.id)).finding == "open"


async def test_only_auditors_of_the_unit_see_and_judge_cases(case, cast):
    with pytest.raises(NotAllowed):
        await actions.draw_sample("Mine", QUESTION, size=1, seed="5eed", actor=await cast("chloe"), now=NOW)
    with pytest.raises((NotFound, NotAllowed)):
        await actions.find(case.id, finding="upheld", reasons="It bears.", actor=await cast("emre"), now=NOW)
    assert (await AuditCase.get(id=case.id)).finding == "open"
