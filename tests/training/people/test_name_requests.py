"""Somebody asks for another name on her own page; who manages her answers, with a mail each way."""

from email import message_from_bytes, policy
from pathlib import Path

from training.demo.cast import known
from training.people.models import NameRequest, Person
from training.sites.models import FormerValue
from training.trail.models import Fact

WISH = {"name": "Amina Yusuf-Ali", "why": "I have married."}


def _mails(settings) -> dict[str, str]:
    found = [
        message_from_bytes(one.read_bytes(), policy=policy.default) for one in Path(settings.mail_url[5:]).iterdir()
    ]
    return {one["To"]: one.get_body(("plain",)).get_content() for one in found}


async def _asked(browse):
    amina = await browse("amina")
    answer = await amina.post("/name", data=WISH)
    assert "You have asked." in (await amina.get(answer.headers["location"])).text
    return amina, await NameRequest.get()


async def test_a_name_that_is_asked_for_waits_and_is_theirs_once_approved(browse, settings, work):
    amina, asked = await _asked(browse)
    await work()
    assert list(_mails(settings)) == ["chloe@together.example"], "who coordinates the site is told"
    assert "It waits for an answer" in (await amina.get("/name")).text
    chloe = await browse("chloe")
    assert "Amina Yusuf asks for another name" in (await chloe.get("/")).text
    answer = {"answer": "yes", "words": "I have seen the certificate of marriage."}
    assert (await chloe.post(f"/name-requests/{asked.id}", data=answer)).status_code == 303
    assert (await Person.get(id=known("amina"))).name == "Amina Yusuf-Ali"
    assert (await FormerValue.get(subject_id=known("amina"))).value == "Amina Yusuf"
    assert await Fact.filter(kind="person.name_answered", person_id=known("amina"), actor_id=known("chloe")).exists()
    await work()
    assert "I have seen the certificate of marriage." in _mails(settings)["amina@together.example"]
    assert "asks for another name" not in (await chloe.get("/")).text


async def test_a_refusal_says_why_on_her_page_and_by_mail_and_she_can_ask_again(browse, settings, work):
    amina, asked = await _asked(browse)
    assert (await amina.post("/name", data=WISH)).status_code == 422, "one waits at a time"
    chloe = await browse("chloe")
    page = await chloe.post(f"/name-requests/{asked.id}", data={"answer": "no", "words": ""})
    assert page.status_code == 422 and "Say why" in page.text
    await chloe.post(f"/name-requests/{asked.id}", data={"answer": "no", "words": "Bring a paper first."})
    await work()
    assert "Bring a paper first." in _mails(settings)["amina@together.example"]
    assert "Bring a paper first." in (await amina.get("/name")).text
    assert (await amina.post("/name", data=WISH)).status_code == 303


async def test_nobody_answers_for_oneself_or_for_people_of_another_site(browse):
    _, asked = await _asked(browse)
    path, yes = f"/name-requests/{asked.id}", {"answer": "yes", "words": "Seen."}
    assert (await (await browse("emre")).post(path, data=yes)).status_code == 404
    chloe = await browse("chloe")
    await chloe.post("/name", data={"name": "Chloe D", "why": "Shorter."})
    own = await NameRequest.get(person_id=known("chloe"))
    assert (await chloe.post(f"/name-requests/{own.id}", data=yes)).status_code == 404
    assert (await (await browse("dara")).post(f"/name-requests/{own.id}", data=yes)).status_code == 303
