"""Nobody judges themselves, not under a second record either that shares an address of theirs."""

from uuid import uuid4

import pytest

from certificates.audits.actions import draw_sample
from certificates.audits.models import AuditCase
from certificates.evaluations.changes import RequestedChange, change
from certificates.evaluations.models import Appeal, Decision, StateChange
from certificates.register.register import RegisterFilter
from tests.certificates.world import BY_RULES, NAMED, TODAY, at, certified, publish_pathway, waiting
from tests.soundness import speak_of
from tests.training.assessments.conftest import version
from training.assessments.calibration.actions import record_calibration
from training.assessments.models import CalibrationRun
from training.core.errors import NotAllowed
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Email

__all__ = ["version"]


async def also_dara(key: str, *rows) -> None:
    """Writes an address of Dara of the central unit beside somebody's record."""
    row = await Email.create(
        id=uuid4(), unit_id=known("together"), person_id=known(key), address="dara+two@together.example"
    )
    await speak_of(row, *rows)


async def test_nobody_decides_about_their_second_record(database, tmp_path, browse):
    await publish_pathway(tmp_path, NAMED)
    case = await waiting("amina")
    await also_dara("amina")
    form = {"outcome": "certified", "reasons": "It is met."}
    answer = await (await browse("dara")).post(f"/certificates/decisions/{case.id}", data=form)
    assert answer.status_code == 403 and "share an e-mail address" in answer.text
    assert not await Decision.exists()


async def test_nobody_changes_audits_or_decides_the_appeal_of_their_second_record(database, tmp_path, browse):
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("amina")
    dara = await being("dara", TODAY)
    await draw_sample("Autumn", RegisterFilter(TODAY), size=5, seed="5eed", actor=dara, now=at(TODAY, 12))
    case = await AuditCase.get()
    await change(found.id, RequestedChange("suspended", "Not seen.", TODAY), actor=dara, now=at(TODAY, 12))
    held = await StateChange.get()
    appeal = await Appeal.create(
        id=uuid4(), person_id=known("amina"), change_id=held.id, words="It was.", made=at(TODAY, 13)
    )
    await also_dara("amina", appeal)
    browser = await browse("dara")
    for path, form in (
        (f"/register/{found.id}", {"state": "restored", "reason": "Mine.", "effective": TODAY.isoformat()}),
        (f"/audits/{case.audit_id}/cases/{case.id}", {"finding": "upheld", "reasons": "Mine."}),
        (f"/certificates/appeals/{appeal.id}", {"finding": "overturned", "reasons": "Mine.", "step": "decide"}),
    ):
        answer = await browser.post(path, data=form)
        assert answer.status_code == 403 and "share an e-mail address" in answer.text, path
    assert await StateChange.all().count() == 1
    assert (await Appeal.get()).finding == (await AuditCase.get()).finding == "open"


async def test_nobody_records_a_calibration_of_their_second_record(database, version):
    await also_dara("amina")
    dara = await being("dara", TODAY)
    with pytest.raises(NotAllowed):
        await record_calibration(
            known("amina"), instrument_id=version.instrument_id, agreement=100, held=TODAY, actor=dara, now=at(TODAY)
        )
    assert not await CalibrationRun.exists()
