"""No fault of ours costs anybody a film, or keeps one: a disk that is away or full, a stop, a key that is lost."""

import asyncio
import shutil
import sys
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tests.soundness import speak_of
from tests.training.assessments.conftest import Rated
from tests.training.assessments.films.filming import CONSENT, PART, begun, box, consented, filmed, sent
from training.assessments.films import checks, pages, probe, retention
from training.assessments.films.actions import consent_links, remove
from training.assessments.films.contents import file_of
from training.assessments.films.large_files import ROOM_LEFT, LargeFile, new_key
from training.assessments.films.models import Film, FilmConsent
from training.assessments.films.uploads import write_part
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import NotFound, Upstream
from training.core.storage import prepare
from training.demo.cast import known
from training.people.models import Membership

pytestmark = pytest.mark.timeout(60)
Usage = namedtuple("Usage", "total used free")
DIES = "import os, signal; os.kill(os.getpid(), signal.{})"


@pytest.mark.parametrize(
    ("program", "state"),
    [
        (DIES.format("SIGTERM"), "checking"),
        (DIES.format("SIGKILL"), "checking"),
        ("import nothing_of_that_name", "checking"),
        ("import time; time.sleep(60)", "checking"),
        (DIES.format("SIGXCPU"), "refused"),
        (DIES.format("SIGSEGV"), "refused"),
    ],
)
async def test_a_check_that_was_stopped_is_done_again_and_deletes_nothing(
    browse, work, settings, monkeypatch, program, state
):
    page = await sent(await browse("amina"), filmed())
    with monkeypatch.context() as broken:
        broken.setattr(checks, "PROGRAM", (sys.executable, "-c", program))
        broken.setattr(checks, "TIMEOUT_SECONDS", 2.0)
        await work()
    film = await Film.get()
    assert (film.state, (settings.storage / film.stored).exists()) == (state, state == "checking"), film.problem
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        await work()
    assert (await Film.get()).state == ("ready" if state == "checking" else "refused"), page


def test_a_film_of_countless_boxes_does_not_hold_up_the_others(tmp_path):
    prepare(tmp_path)
    content = filmed() + box(b"mdat", b"") * 50_000
    film = _Counted(tmp_path, "films/one", new_key(), len(content))
    film.append(content, at=0)
    assert probe.look(film)["kind"] == "video/mp4"
    assert _Counted.reads < 200, "each one opens a chunk: 60 MB of boxes took four minutes"


class _Counted(LargeFile):
    reads = 0

    def read(self, start: int, length: int) -> bytes:
        _Counted.reads += 1
        return super().read(start, length)


async def test_a_check_that_ended_before_it_noted_a_refusal_notes_it(browse, work, settings):
    await sent(await browse("amina"), filmed())
    (settings.storage / (await Film.get()).stored).unlink()
    await work()
    film = await Film.get()
    assert film.state == "refused" and "did not arrive whole" in film.problem


async def test_while_the_folder_is_away_a_film_is_neither_begun_nor_shown_and_says_so(browse, work, settings):
    amina = await browse("amina")
    page = await sent(amina, filmed())
    await work()
    settings.storage.rename(settings.storage.parent / "away")
    begin = await begun(amina, 9_000)
    assert begin.status_code == 503 and "folder of files" in begin.text and "<" not in begin.text
    for asked in ({}, {"Range": "bytes=0-99"}):
        assert (await amina.get(f"{page}/content", headers=asked)).status_code == 503
    (settings.storage.parent / "away").rename(settings.storage)
    assert (await amina.get(f"{page}/content")).content == filmed()


async def test_films_that_arrive_together_leave_room_for_the_records(browse, monkeypatch):
    amina = await browse("amina")
    where = (await begun(amina, 200_000)).headers["location"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, ROOM_LEFT + 100_000))
    answer = await amina.patch(where, content=bytes(200_000), headers=PART | {"Upload-Offset": "0"})
    assert answer.status_code == 507 and "full" in answer.text
    assert (await Film.get()).removed_because == "no room"


async def test_three_parts_for_one_place_write_it_once(browse, work):
    amina, film = await browse("amina"), filmed(pad=3_000_000)
    where = (await begun(amina, len(film))).headers["location"]
    parts = [amina.patch(where, content=film, headers=PART | {"Upload-Offset": "0"}) for _ in range(3)]
    assert sorted(one.status_code for one in await asyncio.gather(*parts)) == [204, 409, 409]
    await work()
    assert (await amina.get(where.replace("/upload", "/content"))).content == film


async def test_a_film_that_is_deleted_while_its_first_part_comes_leaves_nothing(browse, settings, cast, monkeypatch):
    amina, me = await browse("amina"), await cast("amina")
    where = (await begun(amina, 200_000)).headers["location"]

    async def later(film, part, **more):
        await remove(await Film.get(), because="taken back", actor=me.person_id, now=clock.now(), settings=settings)
        return await write_part(film, part, **more)

    monkeypatch.setattr("training.assessments.films.uploads.write_part", later)
    answer = await amina.patch(where, content=bytes(200_000), headers=PART | {"Upload-Offset": "0"})
    assert answer.status_code == 409 and not list((settings.storage / "films").iterdir())


async def test_one_film_that_does_not_open_keeps_no_other_beyond_its_day(browse, settings):
    amina = await browse("amina")
    for size in (9_000, 9_001):
        await begun(amina, size)
    await Film.filter(size=9_000).update(secret="of another key")
    with pytest.raises(Upstream):
        await retention.forget_films(settings=settings, now=datetime.now(UTC) + timedelta(days=9))
    assert (await Film.get(size=9_001)).removed_because == "unfinished"


async def test_a_withdrawal_ends_a_long_part_that_somebody_watches(browse, work, settings, cast):
    film, amina = filmed(pad=9_000_000), await browse("amina")
    page = await sent(amina, film)
    await work()
    await consented(amina, page)
    found, seen = await Film.get(), 0
    file = file_of(found, settings.storage, Encryptor(settings.secret_key))
    with pytest.raises(NotFound, match="not be watched"):
        async for block in pages._read(file, 0, len(film), found, await cast("amina")):
            if not seen:
                stranger = await browse("")
                link = f"/films/consent/{consent_links(settings).dumps(str((await FilmConsent.get()).id))}"
                assert (await stranger.post(link, data={"answer": "withdraw"})).status_code == 303
            seen += len(block)
    assert 0 < seen <= 4 * 1024 * 1024


async def test_who_sent_a_film_of_somebody_else_watches_it_as_long_as_they_assess(rated: Rated, browse, work):
    row, gwen = await rated.open("gwen"), await browse("gwen")
    page = await sent(gwen, filmed(), assessment=str(row.id))
    await work()
    assert (await gwen.get(f"{page}/content")).status_code == 200, "who is on it has to be looked for"
    await Membership.filter(person_id=known("gwen")).update(ends=date(2026, 11, 24))
    for held in await Membership.filter(person_id=known("gwen")):
        await speak_of(held)
    assert (await gwen.get(f"{page}/content")).status_code == 404
    assert "see the assessment" in (await gwen.get(page)).text
    assert (await gwen.get(f"{page}/consents")).status_code == 200, "and still says who withdrew"


async def test_what_cannot_be_kept_of_captions_and_names_is_said(browse, work):
    amina = await browse("amina")
    page = await sent(amina, filmed())
    await work()
    cue = "WEBVTT\n\n00:00.000 --> 00:02.000\n"
    for words, told in ((cue + "a\0b\n", "Choose a file with captions"), (cue + "x" * 500_000, "500 kB")):
        answer = await amina.post(f"{page}/captions", files={"captions": ("a.vtt", words.encode(), "text/vtt")})
        assert not (await Film.get()).captions
        assert told in (await amina.get(answer.headers["location"])).text
    answer = await amina.post(f"{page}/consents", data=CONSENT | {"part": "child", "given_by": "x" * 121})
    assert answer.status_code == 422 and 'href="#given_by"' in answer.text


async def test_who_withdrew_by_their_link_is_not_overruled_and_the_first_consent_keeps_its_date(browse, work, settings):
    amina, stranger = await browse("amina"), await browse("")
    page = await sent(amina, filmed())
    await work()
    await consented(amina, page)
    first = await FilmConsent.get()
    link = f"/films/consent/{consent_links(settings).dumps(str(first.id))}"
    await stranger.post(link, data={"answer": "give"})
    again = await FilmConsent.get()
    assert (again.given, again.way) == (first.given, "paper")
    answers = []
    for _ in range(11):
        assert (await stranger.post(link, data={"answer": "withdraw"})).status_code == 303
        answers.append((await stranger.post(link, data={"answer": "give"})).status_code)
    assert answers[-1] == 429, "each withdrawal writes to whoever rates"
    assert "They signed on paper" not in (await amina.get(f"{page}/consents")).text
    forced = await amina.post(f"{page}/consents", data={"do": "give", "consent": str(first.id)})
    assert forced.status_code == 409 and "by their link" in forced.text
    assert (await FilmConsent.get()).withdrawn and (await amina.get(f"{page}/content")).status_code == 404
