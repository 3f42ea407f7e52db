"""What reports keep of somebody who is erased: nothing that names them, though somebody typed it elsewhere."""

from datetime import UTC, datetime

import pytest

from certificates.erase_person import erase
from certificates.reports.models import ReportAnswer, SavedReport
from tests.certificates.reports.test_reports import again, asked, held, saved
from tests.certificates.world import TODAY, being
from training.demo.cast import known
from training.people.models import Person
from training.programmes.models import Place

pytestmark = pytest.mark.by_hand
__all__ = ["held"]


async def test_a_name_that_was_typed_elsewhere_leaves_reports_and_answers_when_its_person_is_erased(
    held, service, browse, settings
):
    dara, name = await browse("dara"), (await Person.get(id=known("amina"))).name
    assert await Place.filter(person_id=known("amina")).update(funding=f"{name} herself")
    rows = await asked(dara, await saved(dara, "/figures/people", name=f"How {name} goes on"))
    labels = await asked(dara, await saved(dara, "/figures?show=people&by=funding"))
    one = await asked(dara, await saved(dara, f"/figures/people?funding={name} herself"))
    others = await asked(dara, await saved(dara, "/register?standing=all"))
    assert name in str(rows.rows) and name in str(labels.rows) and name in str(one.question)
    await erase(known("amina"), actor=await being("dara", TODAY), now=datetime.now(UTC), storage=settings.storage)
    told = [await SavedReport.all().values(), await ReportAnswer.all().values()]
    assert name not in str(told) and "Erased person" in str(told)
    for kept in (rows, labels, one, others):
        page = f"/reports/answers/{kept.id}"
        for path in (page, f"{page}?format=csv", f"/reports/{kept.report_id}"):
            answer = await dara.get(path)
            assert answer.status_code == 200 and name not in answer.text
    assert "The digest is the same" in await again(dara, others, "then")
    assert "the details of a person were erased" in await again(dara, rows, "then")
