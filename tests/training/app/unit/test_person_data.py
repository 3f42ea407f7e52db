"""A copy of what is held about somebody, and their erasure, from the page, with what goes and stays said before."""

import json

from training.demo.cast import known
from training.people.models import Email, Person
from training.trail.models import Fact

AMINA = f"/people/{known('amina')}/data"


async def test_a_copy_of_everything_is_given_and_noted(browse):
    dara = await browse("dara")
    answer = await dara.post(AMINA, data={"do": "export"})
    assert "attachment" in answer.headers["content-disposition"]
    told = json.loads(answer.text)["tables"]
    assert told["people.Person"][0]["name"] == "Amina Yusuf" and told["people.Email"]
    assert await Fact.filter(kind="person.exported", person_id=known("amina"), actor_id=known("dara")).exists()


async def test_erasure_says_before_what_goes_and_stays_and_asks_for_the_name(browse):
    dara = await browse("dara")
    page = (await dara.get(AMINA)).text
    assert "1 e-mail address" in page and "0 certificates: each still verifies" in page
    wrong = await dara.post(AMINA, data={"do": "erase", "name": "Jude"})
    assert wrong.status_code == 422 and "Type Amina Yusuf" in wrong.text
    answer = await dara.post(AMINA, data={"do": "erase", "name": "amina yusuf"})
    assert "is what is left" in (await dara.get(answer.headers["location"])).text
    assert (await Person.get(id=known("amina"))).erased_at and not await Email.filter(person_id=known("amina")).exists()


async def test_nobody_erases_themselves_and_coordinators_nobody(browse):
    dara = await browse("dara")
    own = f"/people/{known('dara')}/data"
    assert "Erase for good" not in (await dara.get(own)).text
    assert (await dara.post(own, data={"do": "erase", "name": "Dara O'Neill"})).status_code == 403
    assert (await (await browse("chloe")).get(AMINA)).status_code == 403
