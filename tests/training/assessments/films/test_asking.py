"""Somebody on a film is asked by a link: mailed or shown; it outlives another secret key, the address does not stay."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.mails import sent_mails
from tests.training.assessments.conftest import Rated
from tests.training.assessments.films.filming import CONSENT, filmed, link_of, sent
from training.assessments.films.actions import consent_links
from training.assessments.films.emails import mail_link
from training.assessments.films.models import FilmConsent, FilmConsentLink
from training.assessments.films.retention import forget_films
from training.core.errors import Upstream
from training.trail.models import Fact, Followup

pytestmark = pytest.mark.timeout(60)
TO = "parent@home.example"


async def asked(browser, work, **more: str) -> tuple[str, str]:
    """Sends a film and lists one person on it; gives the page of the film, and the one from which they are asked."""
    page = await sent(browser, filmed())
    await work()
    await browser.post(f"{page}/consents", data=CONSENT | {"way": "link"} | more)
    return page, f"{page}/consents/{(await FilmConsent.get()).id}"


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "May we use a film that you are on?", "You decide"),
        ("cy", "Gawn ni ddefnyddio ffilm rydych chi arni?", "At beth mae hi"),
    ],
)
async def test_a_link_is_mailed_again_and_again_and_says_when_and_by_whom(
    browse, work, settings, language, subject, words
):
    amina, stranger = await browse("amina"), await browse("")
    page, where = await asked(amina, work)
    wrong = await amina.post(where, data={"do": "mail", "address": "nobody", "language": language})
    assert wrong.status_code == 422 and 'href="#address"' in wrong.text
    for _ in range(2):
        answer = await amina.post(where, data={"do": "mail", "address": TO, "language": language})
        assert answer.status_code == 303
        assert "is on its way since" in (await amina.get(f"{page}/consents")).text
        await work()
    told = (await amina.get(f"{page}/consents")).text
    assert told.count("The link was sent by mail on") == 2 and "by Amina Yusuf" in told and TO not in told
    mails = [one for one in sent_mails(settings) if one.to == TO]
    assert [one.subject for one in mails] == [subject] * 2
    assert all(words in one.text and "A. B." in one.text and "Amina Yusuf" in one.text for one in mails)
    links = [re.search(r"/films/consent/\S+", one.text)[0] for one in mails]
    assert links[0] != links[1]
    assert (await stranger.post(links[0], data={"answer": "give"})).status_code == 303
    assert (await stranger.post(links[1], data={"answer": "withdraw"})).status_code == 303
    assert (await FilmConsent.get()).withdrawn


async def test_an_address_is_kept_no_longer_than_the_mail_needs_it(browse, work, settings):
    amina = await browse("amina")
    _, where = await asked(amina, work)
    await amina.post(where, data={"do": "mail", "address": TO, "language": "en"})
    assert (await FilmConsentLink.get()).address == TO
    await work()
    everywhere = [*await Fact.all().values(), *await Followup.all().values(), *await FilmConsentLink.all().values()]
    assert TO not in str(everywhere)
    [made] = await Fact.filter(kind="film_consent.link_made")
    assert made.detail["way"] == "mailed"
    await amina.post(where, data={"do": "mail", "address": TO, "language": "en"})
    await forget_films(settings=settings, now=datetime.now(UTC) + timedelta(days=6))
    assert await FilmConsentLink.filter(address=TO).count() == 1, "the mail server may come back"
    await forget_films(settings=settings, now=datetime.now(UTC) + timedelta(days=8))
    assert not await FilmConsentLink.filter(address=TO).exists()


async def test_a_mail_that_cannot_go_says_so_and_one_that_is_tried_again_leaves_no_link_dead(browse, work, settings):
    amina, stranger = await browse("amina"), await browse("")
    page, where = await asked(amina, work)
    await amina.post(where, data={"do": "mail", "address": TO, "language": "en"})
    link, away = await FilmConsentLink.get(), settings.model_copy(update={"mail_url": "smtp://127.0.0.1:1"})
    with pytest.raises(Upstream):
        await mail_link(link.id, token="first", settings=away, now=datetime.now(UTC))
    assert (await FilmConsentLink.get(id=link.id)).address == TO
    await mail_link(link.id, token="second", settings=settings, now=datetime.now(UTC))
    for token in ("first", "second"):
        assert (await stranger.get(f"/films/consent/{token}")).status_code == 200, token
    assert (await amina.get(f"{page}/consents")).text.count("The link was sent by mail on") == 1
    await amina.post(where, data={"do": "mail", "address": TO, "language": "en"})
    await FilmConsentLink.filter(address=TO).update(address="a\n@b.example")
    await work()
    assert "could not be sent" in (await amina.get(f"{page}/consents")).text


async def test_a_link_outlives_another_secret_key_and_only_its_hash_is_kept(browse, work, settings, monkeypatch):
    amina, stranger = await browse("amina"), await browse("")
    page, where = await asked(amina, work)
    shown = await amina.post(where, data={"do": "show"})
    assert "<svg" in shown.text and "Link to consent" in shown.text
    link = await link_of(amina, page)
    assert link.rpartition("/")[2] not in str(await FilmConsentLink.all().values())
    signed = f"/films/consent/{consent_links(settings).dumps(str((await FilmConsent.get()).id))}"
    assert (await stranger.get(signed)).status_code == 200, "given out before, it works on"
    monkeypatch.setitem(settings.__dict__, "secret_key", "n" * 40)
    assert (await stranger.get(signed)).status_code == 404
    assert (await stranger.post(link, data={"answer": "give"})).status_code == 303
    assert (await FilmConsent.get()).given


async def test_who_does_not_keep_the_consents_asks_nobody(rated: Rated, browse, work):
    _, where = await asked(await browse("amina"), work)
    for who in ("jude", "bruno"):
        browser = await browse(who)
        assert (await browser.get(where)).status_code == 404
        assert (await browser.post(where, data={"do": "mail", "address": TO, "language": "en"})).status_code == 404
    assert not await FilmConsentLink.exists()
