"""Records through the browser: typed text is kept, a double post makes one row, each sees only what is theirs."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from uuid import uuid4

import httpx2
import pytest

from tests.mails import as_written
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Permission, Person
from training.people.names import neutral_name
from training.records import actions, asking
from training.records.emails import notice_letter, request_letter
from training.records.models import Confirmation, ConfirmationLink, Record

from .test_actions import GROUP, NOW, SESSION, with_more

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
NEW = "/practice/new"
GROUP_FORM = f"{NEW}?type=delivery&what=group&pathway=growing_together"
SESSION_FORM = f"{NEW}?type=supervision&what=&pathway=growing_together"
TYPED = {
    "type": "delivery",
    "what": "group",
    "pathway": "growing_together",
    "name": "Tuesday group",
    "from": "2026-09-01",
    "on": "20/10/2026",
    "sessions": "8",
    "hours": "16",
    "role": "lead",
    "co_leader": str(known("ivan")),
    "parents": "9",
    "completed": "7",
    "mode": "in_person",
    "changed_1": "Shorter scenes",
    "component_1": "Role play",
}
TALK = {
    "type": "supervision",
    "what": "reflective",
    "pathway": "growing_together",
    "by": str(known("hana")),
    "on": "2026-03-01",
    "minutes": "60",
    "mode": "online",
}


def key_of(page: httpx2.Response) -> str:
    """The key of the form on a page."""
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_a_trainee_logs_a_group_and_sees_that_it_waits_for_the_co_leader(browse: Browse, growing: None) -> None:
    amina = await browse("amina")
    assert GROUP_FORM.replace("&", "&amp;") in (await amina.get(NEW)).text
    form = await amina.get(GROUP_FORM)
    assert "Ivan Petrov" in form.text and "Emre" not in form.text
    sent = TYPED | {"key": key_of(form)}
    first = await amina.post(NEW, data=sent)
    again = await amina.post(NEW, data=sent)
    places = {one.headers["location"].partition("?")[0] for one in (first, again)}  # behind it stands the second
    assert (first.status_code, len(places)) == (303, 1)
    assert await Record.all().count() == 1
    record = await amina.get(first.headers["location"])
    assert "Waiting" in record.text and "Shorter scenes" in record.text and "Ivan Petrov" in record.text
    mine = await amina.get("/practice")
    assert "Tuesday group" in mine.text and "8 sessions" in mine.text


async def test_the_same_group_or_session_from_forms_sent_at_once_is_logged_once_and_asked_for_once(
    browse: Browse, growing: None
) -> None:
    amina = await browse("amina")
    for form in (TYPED, TALK):
        sent = [amina.post(NEW, data=form | {"key": str(uuid4())}) for _ in range(8)]
        assert sorted(one.status_code for one in await asyncio.gather(*sent)) == [303, *[422] * 7]
    path = f"/practice/records/{(await Record.get(type='delivery')).id}/ask"
    lena = {"confirmer": "other", "confirmer_name": "Lena", "confirmer_contact": "lena@elsewhere.example"}
    asked = [amina.post(path, data=lena) for _ in range(8)]
    assert sorted(one.status_code for one in await asyncio.gather(*asked)) == [303, *[422] * 7]
    assert (await Record.all().count(), await Confirmation.all().count()) == (2, 3)


async def test_what_was_typed_is_kept_when_something_is_wrong_with_it(browse: Browse, growing: None) -> None:
    amina = await browse("amina")
    wrong = TYPED | {"key": str(uuid4()), "hours": "lots", "completed": "", "note": "my own words"}
    answer = await amina.post(NEW, data=wrong)
    assert answer.status_code == 422
    assert 'value="lots"' in answer.text and "my own words" in answer.text and 'value="Tuesday group"' in answer.text
    assert 'href="#hours"' in answer.text and 'href="#completed"' in answer.text
    assert await Record.all().count() == 0


async def test_a_correction_shows_what_was_logged_and_leads_to_the_new_record(
    browse: Browse, cast: Cast, growing: None
) -> None:
    session = replace(SESSION, programme=known("growing-together"))
    old = await actions.log(session, key=uuid4(), actor=await cast("amina"), now=NOW)
    amina = await browse("amina")
    form = await amina.get(f"/practice/records/{old.id}/correct")
    assert 'value="60"' in form.text and "A quiet one" in form.text
    sent = TALK | {"key": key_of(form), "on": "2026-10-01", "minutes": "90", "topic": "A quiet one"}
    answer = await amina.post(f"/practice/records/{old.id}/correct", data=sent)
    assert answer.status_code == 303
    assert (await Record.get(replaces_id=old.id)).attributes["minutes"] == 90
    assert (await amina.get(f"/practice/records/{old.id}")).status_code == 404


async def test_a_stranger_confirms_by_link_once_and_reads_exactly_what_it_is(browse: Browse, cast: Cast) -> None:
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    letter = await request_letter(asked.id, token="t" * 43, now=NOW)
    assert letter is not None
    assert letter.to == "ivan@together.example"
    text = as_written(letter.mail).text
    assert "How many sessions: 8\n" in text and "How many hours: 16\n" in text
    assert f"https://x.example/practice/confirm/{'t' * 43}" in text
    assert "t" * 43 not in str(await ConfirmationLink.all().values())
    stranger = await browse("")
    path = f"/practice/confirm/{'t' * 43}"
    question = await stranger.get(path)
    assert question.status_code == 200
    shown = re.findall(r"<dt[^>]*>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", question.text)
    for words in (
        ("How many sessions", "8"), ("How many hours", "16"), ("Parents who joined", "9"),
        ("How many stayed to the end", "7"), ("Led with", "Ivan Petrov"),
    ):  # fmt: skip
        assert words in shown
    assert (await stranger.get(path)).status_code == 200
    thanks = await stranger.post(path, data={"answer": "yes"})
    assert thanks.status_code == 200 and "Thank you" in thanks.text
    kept = await Confirmation.get(id=asked.id)
    assert (kept.state, kept.strength) == ("confirmed", "one_time_link")
    assert (await stranger.post(path, data={"answer": "yes"})).status_code == 404
    assert (await stranger.get(path)).status_code == 404


async def test_the_confirmer_can_take_it_back_by_the_link_in_the_notice(browse: Browse, cast: Cast) -> None:
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    await request_letter(asked.id, token="a" * 43, now=NOW)
    await asking.confirm_by_link("a" * 43, note="", now=NOW)
    notice = await notice_letter(asked.id, token="b" * 43, now=NOW)
    assert notice is not None and "confirmed in your name" in as_written(notice.mail).text
    stranger = await browse("")
    page = await stranger.get(f"/practice/confirm/{'b' * 43}")
    assert "This was not me" in page.text and "Yes, this is right" not in page.text
    assert (await stranger.post(f"/practice/confirm/{'b' * 43}", data={"answer": "no"})).status_code == 422
    answer = await stranger.post(f"/practice/confirm/{'b' * 43}", data={"answer": "no", "note": "I was away"})
    assert answer.status_code == 200
    assert (await Confirmation.get(id=asked.id)).state == "disputed"


async def test_a_supervisor_confirms_signed_in_and_the_record_counts(browse: Browse, cast: Cast) -> None:
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    hana = await browse("hana")
    assert str(asked.id) in (await hana.get("/practice/confirmations")).text
    await hana.post(f"/practice/confirmations/{asked.id}", data={"answer": "yes", "note": ""})
    assert (await Confirmation.get(id=asked.id)).strength == "signed_in"
    assert "This counts." in (await (await browse("amina")).get(f"/practice/records/{row.id}")).text


async def test_the_holder_cannot_answer_for_the_confirmer(browse: Browse, cast: Cast) -> None:
    row = await actions.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    amina = await browse("amina")
    assert (await amina.get(f"/practice/confirmations/{asked.id}")).status_code == 404
    assert (await amina.post(f"/practice/confirmations/{asked.id}", data={"answer": "yes"})).status_code == 404
    assert (await amina.post(f"/practice/confirmations/{asked.id}/paper", data={"note": "x"})).status_code == 403
    assert (await Confirmation.get(id=asked.id)).state == "asked"


@pytest.mark.parametrize(
    ("who", "status"), [("chloe", 200), ("dara", 200), ("emre", 404), ("jude", 404), ("kiran", 404)]
)
async def test_a_record_is_seen_at_its_site_and_not_elsewhere(
    browse: Browse, cast: Cast, who: str, status: int
) -> None:
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    assert (await (await browse(who)).get(f"/practice/records/{row.id}")).status_code == status


async def test_a_coordinator_finds_the_records_of_the_site_and_only_those(browse: Browse, cast: Cast) -> None:
    named = replace(GROUP, name="=1+1")
    await actions.log(named, key=uuid4(), actor=await cast("amina"), now=NOW)
    chloe, emre = await browse("chloe"), await browse("emre")
    found = await chloe.get("/practice/records?state=asked&kind=delivery&name=ami")
    assert "=1+1" in found.text and "1 record<" in found.text
    assert "=1+1" not in (await chloe.get("/practice/records?state=confirmed")).text
    file = await chloe.get("/practice/records?state=asked&format=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert [line.split(",")[:3] for line in file.text.splitlines()[1:]] == [["'=1+1", "Delivery", "Amina Yusuf"]]
    assert "0 records" in (await emre.get("/practice/records")).text
    assert (await emre.get(f"/practice/of/{known('amina')}")).status_code == 404


async def test_a_coordinator_records_a_check_and_an_answer_on_paper(browse: Browse, cast: Cast, growing: None) -> None:
    chloe, path = await browse("chloe"), f"/practice/of/{known('amina')}/new"
    assert f'href="{path}"' in (await chloe.get(f"/practice/of/{known('amina')}")).text
    asked = re.search(rf'href="({path}\?type=check[^"]*)">Enhanced DBS check<', (await chloe.get(path)).text)
    assert asked
    form = await chloe.get(asked[1].replace("&amp;", "&"))
    sent = {"key": key_of(form), "type": "check", "what": "dbs enhanced", "on": "2026-03-01", "until": "2029-02-28"}
    assert (await chloe.post(path, data=sent)).status_code == 303
    row = await Record.get(person_id=known("amina"), type="check")
    assert (row.on, row.until, row.counts_at_once) == (date(2026, 3, 1), date(2029, 2, 28), True)
    assert "Enhanced DBS check" in (await chloe.get(f"/practice/of/{known('amina')}")).text
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    asked = await Confirmation.get(record=row)
    refused = await chloe.post(f"/practice/confirmations/{asked.id}/paper", data={"note": ""})
    assert refused.status_code == 422
    await chloe.post(f"/practice/confirmations/{asked.id}/paper", data={"note": "Folder 3"})
    assert (await Confirmation.get(id=asked.id)).strength == "paper"


async def test_a_record_taken_back_by_its_holder_is_no_longer_listed(browse: Browse, cast: Cast) -> None:
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    amina = await browse("amina")
    path = f"/practice/records/{row.id}/take-back"
    key = key_of(await amina.get(path))
    assert (await amina.post(path, data={"key": key, "reason": ""})).status_code == 422
    assert (await amina.post(path, data={"key": key, "reason": "Wrong group"})).status_code == 303
    assert "Tuesday group" not in (await amina.get("/practice")).text


async def test_asking_again_names_somebody_new_and_refuses_the_same_one(browse: Browse, cast: Cast) -> None:
    row = await actions.log(GROUP, key=uuid4(), actor=await cast("amina"), now=NOW)
    amina = await browse("amina")
    path = f"/practice/records/{row.id}/ask"
    assert (await amina.post(path, data={"confirmer": str(known("ivan"))})).status_code == 422
    assert (await amina.post(path, data={"confirmer": ""})).status_code == 422
    outside = {"confirmer": "other", "confirmer_name": "Mo", "confirmer_contact": "+44 7700 900123"}
    assert (await amina.post(path, data=outside)).status_code == 303
    assert await Confirmation.filter(record=row, contact="+44 7700 900123", confirmer_id=None).count() == 1


async def test_a_long_list_is_read_page_by_page_without_losing_or_doubling_a_record(browse: Browse, cast: Cast) -> None:
    amina, hana = await cast("amina"), await cast("hana")
    for number in range(53):
        entry = with_more(replace(SESSION, on=date(2026, 10, 1 + number % 3)), minutes=10 + number)
        row = await actions.log(entry, key=uuid4(), actor=amina, now=NOW)
        if number < 2:
            await asking.confirm((await Confirmation.get(record=row)).id, note="", actor=hana, now=NOW)
    await actions.log(GROUP, key=uuid4(), actor=amina, now=NOW)
    chloe = await browse("chloe")
    page, shown = await chloe.get("/practice/records?kind=&state=open&name="), list[list[str]]()
    assert "52 records" in page.text
    while more := re.search(r'rel="next" href="([^"]+)"', page.text):
        shown.append(re.findall(r"/practice/records/[0-9a-f-]{36}", page.text))
        page = await chloe.get(more[1].replace("&amp;", "&"))
    shown.append(re.findall(r"/practice/records/[0-9a-f-]{36}", page.text))
    assert ([len(one) for one in shown], len({key for one in shown for key in one})) == ([20, 20, 12], 52)
    for state, total in (("", 54), ("confirmed", 2), ("asked", 52), ("disputed", 0), ("none", 0)):
        assert f"{total} records" in (await chloe.get(f"/practice/records?state={state}")).text


async def test_what_is_not_confirmed_is_one_click_away_and_a_claim_is_found_by_the_word_beside_it(
    browse: Browse, cast: Cast, growing: None
) -> None:
    amina, hana = await cast("amina"), await cast("hana")
    waits = await actions.log(replace(GROUP, on=date(2026, 9, 1)), key=uuid4(), actor=amina, now=NOW)
    trained = {"type": "learning", "what": "peer coach training", "on": "2026-08-01", "days": "2", "mode": "in_person"}
    claimed = await (await browse("nadia")).post(NEW, data=trained | {"pathway": "", "key": str(uuid4())})
    assert claimed.status_code == 303
    counts = await actions.log(SESSION, key=uuid4(), actor=amina, now=NOW)
    await asking.confirm((await Confirmation.get(record=counts)).id, note="", actor=hana, now=NOW)
    chloe = await browse("chloe")
    whole = (await chloe.get("/practice/records")).text
    assert "All that is not confirmed" in whole and "3 records" in whole
    left = (await chloe.get("/practice/records?state=open")).text
    assert str(waits.id) in left and str(counts.id) not in left
    assert "2 records" in (await chloe.get("/practice/records?state=asked")).text
    assert "0 records" in (await chloe.get("/practice/records?state=none")).text


async def test_nobody_can_use_the_forms_to_send_mail_without_end_and_the_text_stays(
    browse: Browse, growing: None
) -> None:
    amina = await browse("amina")
    forms = [TYPED | {"key": str(uuid4()), "name": f"Tuesday group {number}"} for number in range(61)]
    answers = [await amina.post(NEW, data=form) for form in forms]
    assert [answer.status_code for answer in answers[:60]] == [303] * 60
    assert answers[60].status_code == 422 and "Wait a little" in answers[60].text
    assert 'value="Tuesday group 60"' in answers[60].text
    assert await Record.all().count() == 60


def offered(page: httpx2.Response, part: str) -> set[str]:
    """Lists whom a form offers for a part."""
    choices = page.text.partition(f'name="{part}"')[2].partition("</select>")[0]
    found = re.findall(r"<option[^>]*>([^<]+)</option>", choices)
    return set(found) - {"Choose a name", "Somebody who is not in this list"}


@pytest.mark.by_hand
async def test_who_is_offered_is_who_may_and_has_a_name(browse: Browse, growing: None) -> None:
    for key in ("ivan", "nadia"):
        await Person.filter(id=known(key)).update(name=neutral_name(known(key)))
    amina = await browse("amina")
    group, talk = await amina.get(GROUP_FORM), await amina.get(SESSION_FORM)
    assert offered(group, "co_leader") == offered(group, "confirmer") == {"Chloe Davies", "Hana Nowak"}
    assert offered(talk, "by") == {"Chloe Davies", "Hana Nowak"}
    await Person.filter(id=known("nadia")).update(name="Nadia Rahman")
    assert "Nadia Rahman" in offered(await amina.get(GROUP_FORM), "co_leader")
    assert "Nadia Rahman" not in offered(await amina.get(SESSION_FORM), "by")
    coach = {"what": "growing-together/peer_coach", "may": "coach new leaders", "starts": "2026-01-01"}
    await Permission.create(id=uuid4(), person_id=known("nadia"), because=uuid4(), **coach)
    assert "Nadia Rahman" in offered(await amina.get(SESSION_FORM), "by")


async def test_whoever_was_chosen_stays_a_choice_and_nobody_of_elsewhere_is_named(
    browse: Browse, growing: None
) -> None:
    amina = await browse("amina")
    jude = TYPED | {"co_leader": str(known("jude")), "key": str(uuid4())}
    logged = await amina.post(NEW, data=jude)
    assert logged.status_code == 303
    form = await amina.get(f"{logged.headers['location'].partition('?')[0]}/correct")
    assert "Jude Mensah" in offered(form, "co_leader") and f'value="{known("jude")}" selected' in form.text
    emre = await amina.post(NEW, data=jude | {"co_leader": str(known("emre")), "from": ""})
    assert emre.status_code == 422 and "Emre" not in emre.text
