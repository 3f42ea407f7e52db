"""A film is sent, watched while it is rated, consented to and withdrawn; each sees what is for them by then."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine

from tests.training.assessments.conftest import Rated
from tests.training.assessments.films.filming import CONSENT, PART, begun, consented, filmed, link_of, sent
from training.assessments.deadlines.actions import close_late
from training.assessments.films.models import Film, FilmComment, FilmConsent
from training.assessments.models import Assessment
from training.assessments.signing import sign
from training.demo.cast import known
from training.trail.models import Fact

pytestmark = pytest.mark.timeout(60)


def mails(settings, words: str) -> list[str]:
    """Whom a mail with these words went to."""
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(Path(settings.mail_url.removeprefix("file:")).glob("*.eml"))
    ]
    return [str(one["To"]).partition("@")[0] for one in found if words in str(one["Subject"])]


async def test_a_trainee_sends_a_film_and_raters_watch_it_beside_their_questions(rated: Rated, browse, work, settings):
    row = await rated.open("gwen")
    amina, bruno = await browse("amina"), await browse("bruno")
    assert "/assessments/films" in (await amina.get("/assessments")).text
    film = filmed()
    page = await sent(amina, film)
    assert "being checked" in (await amina.get(page)).text
    while await work():
        pass
    shown = (await amina.get(page)).text
    assert "0:04 long" in shown and f'src="{page}/content"' in shown
    kept = await Film.get()
    assert (settings.storage / kept.stored).exists() and film[:64] not in (settings.storage / kept.stored).read_bytes()
    # Nobody but her until everyone consented.
    assert (await bruno.get(f"{page}/content")).status_code == 404
    assert "There is a film" not in (await bruno.get(f"/assessments/{row.id}/rate")).text
    assert (await bruno.post(page, data={"do": "use", "assessment": str(row.id)})).status_code == 404
    early = await amina.post(f"{page}/consents", data={"do": "state", "stated": "yes"})
    assert early.status_code == 422 and "First add everyone" in early.text
    await consented(amina, page)
    rating = (await bruno.get(f"/assessments/{row.id}/rate")).text
    assert "There is a film of 20 November 2026" in rating and "<video" not in rating
    assert (await bruno.post(page, data={"do": "use", "assessment": str(row.id)})).status_code == 303
    while await work():
        pass
    assert mails(settings, "A film for you to rate") == ["bruno"]
    assert mails(settings, "Ffilm i chi ei hasesu") == ["gwen"]
    for who in (bruno, await browse("gwen")):
        rating = (await who.get(f"/assessments/{row.id}/rate")).text
        assert f'src="{page}/content"' in rating and "films.js" in rating
        assert (await who.get(f"{page}/content")).content == film
    assert "What you look for" in (await bruno.get(page)).text
    assert f'src="{page}/content#t=2"' in (await bruno.get(f"{page}?t=0:02")).text
    for who in ("jude", ""):
        assert (await (await browse(who)).get(f"{page}/content")).status_code in (303, 404)


async def ready(rated: Rated, browse, work, *others: str) -> tuple[Assessment, str]:
    """A film of Amina's that she sent, beside Bruno's assessment of her, and that all consented to."""
    row = await rated.open(*others)
    page = await sent(await browse("bruno"), filmed(), assessment=str(row.id))
    while await work():
        pass
    await consented(await browse("bruno"), page)
    return row, page


async def test_withdrawal_hides_the_film_at_once_and_keeps_the_judgement(rated: Rated, browse, work, settings):
    row, page = await ready(rated, browse, work)
    await rated.hand_in(row, "bruno")
    bruno, stranger = await browse("bruno"), await browse("")
    link = await link_of(bruno, page)
    told = (await stranger.get(link)).text
    assert "Amina Yusuf leads a parenting group" in told and "1 June 2027" in told and "A. B." in told
    assert (await stranger.post(link, data={"answer": "withdraw"})).status_code == 303
    for who in (bruno, await browse("amina")):
        assert (await who.get(f"{page}/content")).status_code == 404
        assert "withdrawn their consent" in (await who.get(page)).text
    assert (await Assessment.get(id=row.id)).state == "submitted" and await Fact.exists(kind="film_consent.withdrawn")
    while await work():
        pass
    assert mails(settings, "may not be watched") == ["bruno"]
    # A mistake: within a week they may consent again.
    assert (await stranger.post(link, data={"answer": "give"})).status_code == 303
    assert (await bruno.get(f"{page}/content")).status_code == 200
    await stranger.post(link, data={"answer": "withdraw"})
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        await work()  # sets the timers of that day
        await work()
    film = await Film.get()
    assert (film.state, film.removed_because) == ("gone", "withdrawn")
    assert not (settings.storage / film.stored).exists() and await Fact.exists(kind="film.removed")
    assert "is deleted" in (await stranger.get(link)).text
    assert (await stranger.get(f"{link[:-4]}xxxx")).status_code == 404


async def test_the_site_withdraws_for_somebody_and_sees_who_consented(rated: Rated, browse, work):
    _, page = await ready(rated, browse, work)
    chloe = await browse("chloe")
    assert "A. B." in (await chloe.get(f"{page}/consents")).text
    consent = await FilmConsent.get()
    assert (
        await chloe.post(f"{page}/consents", data={"do": "withdraw", "consent": str(consent.id)})
    ).status_code == 303
    assert (await FilmConsent.get()).withdrawn_by_id == known("chloe")
    assert (await (await browse("bruno")).get(f"{page}/content")).status_code == 404


async def test_a_link_that_asks_has_to_be_answered_before_others_watch(rated: Rated, browse, work):
    row = await rated.open()
    bruno, stranger = await browse("bruno"), await browse("")
    page = await sent(bruno, filmed(), assessment=str(row.id))
    await work()
    await bruno.post(f"{page}/consents", data=CONSENT | {"way": "link", "part": "child", "given_by": "C. D."})
    refused = await bruno.post(f"{page}/consents", data={"do": "state", "stated": "yes"})
    assert refused.status_code == 422 and "Not everyone has consented: A. B." in refused.text
    link = await link_of(bruno, page)
    await stranger.post(link, data={"answer": "give"})
    assert (await bruno.post(f"{page}/consents", data={"do": "state", "stated": "yes"})).status_code == 303
    bad = await bruno.post(f"{page}/consents", data=CONSENT | {"name": "", "until": "2040-01-01", "part": "child"})
    assert bad.status_code == 422
    assert all(f'href="#{name}"' in bad.text for name in ("name", "until", "given_by"))


async def test_raters_stay_blind_to_what_others_say_until_all_have_handed_in(rated: Rated, browse, work):
    row, page = await ready(rated, browse, work, "gwen")
    bruno, gwen, amina = await browse("bruno"), await browse("gwen"), await browse("amina")
    for who, words in ((bruno, "She waits here"), (gwen, "Too fast here"), (amina, "I was nervous")):
        answer = await who.post(page, data={"do": "comment", "at": "0:02", "words": words})
        assert answer.status_code == 303 and "t=2" in answer.headers["location"]
    assert (await bruno.post(page, data={"do": "comment", "at": "9:59", "words": "x"})).status_code == 422

    async def sees(who) -> set[str]:
        text = (await who.get(page)).text
        return {words for words in ("She waits here", "Too fast here", "I was nervous") if words in text}

    assert await sees(bruno) == {"She waits here", "I was nervous"} and await sees(amina) == {"I was nervous"}
    await rated.hand_in(row, "bruno")
    assert await sees(bruno) == {"She waits here", "I was nervous"}
    await rated.hand_in(row, "gwen")
    assert len(await sees(bruno)) == len(await sees(gwen)) == len(await sees(amina)) == 3
    own = await FilmComment.get(person_id=known("bruno"))
    assert (await gwen.post(page, data={"do": "take comment back", "comment": str(own.id)})).status_code == 404
    await bruno.post(page, data={"do": "take comment back", "comment": str(own.id)})
    assert "She waits here" not in await sees(gwen)


async def test_a_part_of_a_film_is_what_it_is_in_the_whole(rated: Rated, browse, work):
    row = await rated.open()
    film, bruno = filmed(pad=300_000), await browse("bruno")
    page = await sent(bruno, film, assessment=str(row.id))
    await work()
    whole = await bruno.get(f"{page}/content")
    assert whole.content == film and whole.headers["cache-control"] == "private, no-store"
    size = len(film)
    for asked, start, end in (
        ("bytes=0-", 0, size), ("bytes=0-0", 0, 1), ("bytes=65535-65536", 65535, 65537), ("bytes=-7", size - 7, size),
        (f"bytes=131071-{size * 2}", 131071, size), ("bytes=70000-250000", 70000, 250001),
    ):  # fmt: skip
        part = await bruno.get(f"{page}/content", headers={"Range": asked})
        assert part.status_code == 206 and part.content == film[start:end], asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = await bruno.get(f"{page}/content", headers={"Range": f"bytes={size}-"})
    assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{size}"
    other = await bruno.get(f"{page}/content", headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert other.status_code == 200 and len(other.content) == size
    head = await bruno.head(f"{page}/content")
    assert head.content == b"" and head.headers["content-length"] == str(size)


async def test_captions_are_shown_with_the_film(rated: Rated, browse, work):
    _, page = await ready(rated, browse, work)
    bruno = await browse("bruno")
    await bruno.post(f"{page}/captions", files={"captions": ("a.vtt", b"Not captions", "text/vtt")})
    assert "<track" not in (await bruno.get(page)).text
    words = "WEBVTT\n\n00:00.000 --> 00:02.000\nCroeso!\n"
    await bruno.post(f"{page}/captions", files={"captions": ("a.vtt", words.encode(), "text/vtt")})
    assert f'src="{page}/captions"' in (await bruno.get(page)).text
    given = await (await browse("amina")).get(f"{page}/captions")
    assert given.text == words and given.headers["content-type"].startswith("text/vtt")


async def test_a_film_goes_when_its_purpose_ends_and_one_that_nobody_states_after_a_month(
    rated: Rated, browse, work, settings, cast
):
    row, page = await ready(rated, browse, work)
    await rated.hand_in(row, "bruno")
    await sign(row.id, actor=await cast("bruno"), now=datetime.now(UTC))
    amina = await browse("amina")
    await sent(amina, filmed())
    answer = await begun(amina, 10_000_000)
    await amina.patch(answer.headers["location"], content=bytes(70_000), headers=PART | {"Upload-Offset": "0"})
    assert len(list((settings.storage / "films").iterdir())) == 3

    async def left(days: int) -> list[str]:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            await work()  # sets the timers of that day
            await work()
        return sorted(row.removed_because for row in await Film.all())

    assert await left(1) == ["", "", ""]
    assert await left(8) == ["", "", "unfinished"]
    assert await left(32) == ["", "unfinished", "unstated"]
    assert await left(220) == ["purpose", "unfinished", "unstated"]
    assert not list((settings.storage / "films").iterdir()) and await Fact.filter(kind="film.removed").count() == 3
    assert "until which everyone had consented" in (await (await browse("bruno")).get(page)).text


@pytest.mark.parametrize("how", ["cancelled", "late"])
async def test_a_film_is_hidden_at_once_and_then_deleted_when_its_assessment_ends_unsigned(
    rated: Rated, browse, work, settings, how
):
    row, page = await ready(rated, browse, work)
    bruno, amina = await browse("bruno"), await browse("amina")
    half = (await begun(bruno, 10_000_000, assessment=str(row.id))).headers["location"]
    if how == "cancelled":
        given = {"step": "cancel", "reason": "The group did not meet."}
        assert (await bruno.post(f"/assessments/{row.id}/stop", data=given)).status_code == 303
    else:
        await close_late(now=datetime.now(UTC) + timedelta(days=40))
    for who in (bruno, amina):
        assert (await who.get(f"{page}/content")).status_code == 404
        assert "was cancelled, or not signed in time" in (await who.get(page)).text
    assert "Cancelled" in (await bruno.get("/assessments/films")).text
    assert (await bruno.patch(half, content=b"x", headers=PART | {"Upload-Offset": "0"})).status_code == 404
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        await work()  # sets the timers of that day
        await work()
    assert {film.removed_because for film in await Film.all()} == {"cancelled"}
    assert not list((settings.storage / "films").iterdir()) and await Fact.filter(kind="film.removed").count() == 2
    assert "was cancelled, or not signed in time" in (await amina.get(page)).text


async def test_another_site_neither_sees_nor_keeps_a_film(rated: Rated, browse, work):
    _, page = await ready(rated, browse, work)
    other = await browse("jude")
    for path in ("", "/content", "/captions", "/consents", "/upload"):
        assert (await other.get(f"{page}{path}")).status_code == 404, path
    assert (await other.post(page, data={"do": "remove"})).status_code == 404
    assert (await other.post(f"{page}/consents", data=CONSENT)).status_code == 404
    assert page not in (await other.get("/assessments/films")).text


@pytest.mark.by_hand
async def test_a_trainee_chooses_the_assessment_that_her_film_is_for(rated: Rated, browse, work):
    row = await rated.open()
    amina = await browse("amina")
    assert str(row.id) not in (await amina.get("/assessments/films/new")).text, "somebody was in the room"
    assert (await begun(amina, 9_000, assessment=str(row.id))).status_code == 404
    await Assessment.filter(id=row.id).update(medium="video")
    assert str(row.id) in (await amina.get("/assessments/films/new")).text
    page = await sent(amina, filmed(), assessment=str(row.id))
    await work()
    await consented(amina, page)
    assert f'src="{page}/content"' in (await (await browse("bruno")).get(f"/assessments/{row.id}/rate")).text
    await Assessment.filter(id=row.id).update(state="cancelled")
    assert (await begun(amina, 9_000, assessment=str(row.id))).status_code == 404
