"""An assessment that is not signed in time: raters take more days once, then it is closed, and all are told."""

from datetime import timedelta
from pathlib import Path

import time_machine

from tests.mails import sent_mails
from training.assessments.deadlines.actions import close_late
from training.assessments.models import Assessment, Rater
from training.assessments.signing import sign

from ..conftest import NOW, Rated


async def test_what_is_not_signed_in_time_is_closed_and_all_are_told(
    rated: Rated, browse, cast, work, settings
) -> None:
    row = await rated.open("gwen")
    for who in ("bruno", "gwen"):
        await rated.hand_in(row, who)
    await sign(row.id, actor=await cast("bruno"), now=NOW)
    gwen, path = await browse("gwen"), f"/assessments/{row.id}"
    assert "9 December 2026. After that it is closed" in (await gwen.get(f"{path}/sign")).text
    await close_late(now=NOW + timedelta(days=14))
    assert (await Assessment.get(id=row.id)).state == "submitted", "the last day is not over"
    assert "sign by 9 December 2026" in (await gwen.get(f"{path}/stop")).text
    assert (await gwen.post(f"{path}/stop", data={"step": "extend"})).status_code == 303
    again = await gwen.post(f"{path}/stop", data={"step": "extend"})
    assert (again.status_code, "more days already" in again.text) == (422, True)
    await close_late(now=NOW + timedelta(days=28))
    assert (await Assessment.get(id=row.id)).state == "submitted"
    await work()
    for mail in Path(settings.mail_url.removeprefix("file:")).glob("*"):
        mail.unlink()
    with time_machine.travel(NOW + timedelta(days=29)):
        for _ in range(3):  # the work of the night, and then the mails
            await work()
    row = await Assessment.get(id=row.id)
    assert (row.state, row.cancelled_because) == ("cancelled", "It was not signed in time.")
    assert await Rater.filter(assessment=row, state="left").count() == 2
    told = {one.to.partition("@")[0]: one.text for one in sent_mails(settings) if "sign" in one.text}
    assert {"amina", "bruno"} <= set(told)
    assert "not signed in time. So it was closed" in told["bruno"] and "not your fault" in told["amina"]


async def test_what_is_begun_late_has_its_days_from_then_and_what_is_signed_stays(rated: Rated, cast) -> None:
    late = NOW + timedelta(days=30)
    row = await rated.open(now=late)
    await close_late(now=late + timedelta(days=14))
    assert (await Assessment.get(id=row.id)).state == "open"
    await rated.hand_in(row, "bruno")
    await sign(row.id, actor=await cast("bruno"), now=NOW)
    await close_late(now=late + timedelta(days=40))
    assert (await Assessment.get(id=row.id)).state == "signed"
