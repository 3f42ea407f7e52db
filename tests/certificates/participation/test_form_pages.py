"""The central unit reads which forms the rules make, and a reader of Welsh is asked in Welsh."""

from uuid import uuid4

import pytest

from certificates.evaluations.models import PathwayVersion
from training.demo.cast import known
from training.people.models import Person


@pytest.fixture
async def rules(growing):
    """The rules of the demo's programme."""
    return await PathwayVersion.filter(unit_id=known("together")).first()


async def test_each_requirement_has_its_form_and_who_fills_it_in(rules, browse):
    dara = await browse("dara")
    page = (await dara.get(f"/programmes/rules/{rules.id}/forms")).text
    for words in ("delivery/group", "What each form asks", "How many sessions", "When it counts"):
        assert words in page
    assert "Nobody can record" not in page
    welsh = (await dara.get(f"/programmes/rules/{rules.id}/forms?language=cy")).text
    assert "Sawl sesiwn" in welsh and '<ul class="govuk-list govuk-list--bullet" lang="cy">' in welsh
    assert f"/programmes/rules/{rules.id}/forms" in (await dara.get("/material")).text
    assert (await (await browse("amina")).get(f"/programmes/rules/{rules.id}/forms")).status_code == 403
    assert (await dara.get(f"/programmes/rules/{known('amina')}/forms")).status_code == 404


async def test_a_form_asks_in_the_language_of_the_reader_and_keeps_it_after_a_mistake(growing, browse):
    await Person.filter(id=known("amina")).update(language="cy")
    amina = await browse("amina")
    path = "/practice/new?type=delivery&what=group&pathway=growing_together"
    page = (await amina.get(path)).text
    assert "Sawl sesiwn" in page and '<div lang="cy">' in page and "How many sessions" not in page
    assert "How many sessions" in (await amina.get(f"{path}&language=en")).text
    given = {"type": "delivery", "what": "group", "pathway": "growing_together", "sessions": "8", "key": str(uuid4())}
    answer = await amina.post("/practice/new?language=cy", data=given)
    assert answer.status_code == 422 and "Sawl sesiwn" in answer.text and 'value="8"' in answer.text
    assert "Rhowch ddiwrnod y sesiwn gyntaf" in answer.text and "Enter the day" not in answer.text
    for shown in (page, answer.text):
        assert '<html lang="cy"' in shown and "Enw arno" in shown and "Dewiswch enw" in shown
        assert "Craidd: y rhan" in shown or "Dewiswch ran" in shown
        assert "What did you change" not in shown and "Choose a name" not in shown
    assert "Beth ydych chi am ei gofnodi?" in (await amina.get("/practice/new?language=cy")).text
