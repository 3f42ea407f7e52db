"""Drawing an audit's sample: anybody can draw it again from its seed and its question, whatever came after."""

from datetime import date, timedelta

import pytest

from certificates.audits import actions
from certificates.audits.models import Audit, AuditCase
from certificates.evaluations.models import Certification
from certificates.register.register import RegisterFilter, rows
from tests.certificates.world import BY_RULES, TODAY, at, certified, changed, publish_pathway
from training.core.sampling import draw
from training.demo.cast import PEOPLE, known
from training.demo.doing import being

HELD = [one.key for one in PEOPLE if one.at_work][:10]
DRAWN = TODAY - timedelta(days=10)


@pytest.fixture
async def certifications(service, tmp_path) -> dict[str, Certification]:
    await publish_pathway(tmp_path, BY_RULES)
    return {key: await certified(key, TODAY - timedelta(days=30)) for key in HELD}


async def drawn_again(audit: Audit) -> list[str]:
    asked = dict(audit.asked)
    size = asked.pop("size")
    days = {name: date.fromisoformat(asked[name]) for name in ("as_of", "known_at")}
    found = await rows(await being("dara", TODAY), RegisterFilter(**(asked | days)))
    ids = sorted(str(row.id) for row in found)
    return [ids[one] for one in draw(len(ids), size=size, seed=audit.seed)]


async def test_a_sample_is_drawn_again_from_its_seed_after_everything_has_changed(certifications):
    dara = await being("dara", DRAWN)
    audit = await actions.draw_sample("Autumn", RegisterFilter(DRAWN), size=4, seed="5eed", actor=dara, now=at(DRAWN))
    drawn = await AuditCase.filter(audit=audit).order_by("position").values_list("certification_id", flat=True)
    cases = [str(one) for one in drawn]
    assert len(cases) == 4 and audit.found == 10
    await changed(certifications[HELD[0]], "withdrawn", on=DRAWN - timedelta(days=2), recorded=TODAY)
    await changed(certifications[HELD[1]], "suspended", on=DRAWN, recorded=TODAY)
    assert await drawn_again(audit) == cases


async def test_samples_drawn_through_the_page_keep_question_and_seed_and_differ(certifications, browse):
    dara = await browse("dara")
    for number in range(2):
        form = {"title": f"Visit {number}", "size": "5", "as_of": TODAY.isoformat(), "area": "CDF"}
        assert (await dara.post("/audits", data=form)).status_code == 303
    audits = await Audit.all().order_by("drawn")
    assert len({audit.seed for audit in audits}) == 2
    for audit in audits:
        assert audit.asked["area"] == "CDF" and audit.asked["known_at"] == TODAY.isoformat()
        page = (await dara.get(f"/audits/{audit.id}")).text
        assert audit.seed in page
        cases = await AuditCase.filter(audit=audit).order_by("position").values_list("certification_id", flat=True)
        assert [str(one) for one in cases] == await drawn_again(audit)


async def test_an_overturned_case_is_withdrawn_at_once_for_everybody_and_nothing_is_gone(certifications, browse, work):
    dara, stranger = await browse("dara"), await browse("")
    await dara.post("/audits", data={"title": "Visit", "size": "10", "as_of": TODAY.isoformat()})
    found = certifications[HELD[3]]
    case = await AuditCase.get(certification_id=found.id)
    certificate = (await found.certificates)[0]
    form = {"finding": "overturned", "reasons": "The group was never held."}
    assert (await dara.post(f"/audits/{case.audit_id}/cases/{case.id}", data=form)).status_code == 303
    told = await stranger.get(f"/v/{certificate.verify_token}", headers={"Accept": "application/json"})
    assert told.json()["status"] == "withdrawn"
    await work()
    entry = (await dara.get(f"/register/{found.id}")).text
    assert "The group was never held." in entry and "first aid" in entry.lower()
    again = await dara.post(f"/audits/{case.audit_id}/cases/{case.id}", data={"finding": "upheld", "reasons": "No."})
    assert again.status_code == 409
    assert await Certification.all().count() == len(HELD)
    assert await Certification.get(person_id=known(HELD[3])) == found
