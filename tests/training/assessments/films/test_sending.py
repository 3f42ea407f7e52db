"""A film arrives in parts over a line that breaks, and what is no film, or has no room, is refused with words."""

import asyncio
import resource
import signal
from io import BytesIO
from pathlib import Path

import pytest
import uvicorn

from tests.browsing import free_port
from tests.training.assessments.conftest import Rated
from tests.training.assessments.films.filming import PART, begun, box, filmed, sent
from training.assessments.films.large_files import CHUNK, DamagedFilm, LargeFile, new_key
from training.assessments.films.models import Film
from training.assessments.films.rules import MOST_BYTES, fault_of_film, fault_of_size, second_of, time_in_words
from training.core.storage import prepare
from training.people.authentication.middleware import cookie_name
from training.web.slow_requests import ImpatientProtocol

pytestmark = pytest.mark.timeout(60)


async def test_a_film_arrives_whole_though_its_line_breaks_five_times(service, browse, settings, work):
    film, amina = filmed(pad=3_000_000), await browse("amina")
    answer = await begun(amina, len(film))
    assert answer.status_code == 201 and answer.headers["tus-resumable"] == "1.0.0" and answer.headers["upload-expires"]
    where, port = answer.headers["location"], free_port()
    server = uvicorn.Server(uvicorn.Config(service, port=port, log_config=None, lifespan="off", http=ImpatientProtocol))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    cookie = amina.cookies[cookie_name(settings.secure)]
    at = 0
    for broken in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"PATCH {where} HTTP/1.1\r\nHost: testserver\r\nCookie: {cookie_name(settings.secure)}={cookie}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {at}\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(film) - at}\r\n\r\n"
        )
        writer.write(head.encode() + film[at : at + 400_000 + broken * 7_777])
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.transport.abort()  # what the service has not read by now is lost with the line
        for _ in range(100):
            there = int((await amina.head(where)).headers["upload-offset"])
            if there > at:
                break
            await asyncio.sleep(0.02)
        assert at < there < len(film) and there % CHUNK == 0
        assert there <= at + 400_000 + broken * 7_777
        at = there
    answer = await amina.patch(where, content=film[at:], headers=PART | {"Upload-Offset": str(at)})
    assert answer.status_code == 204 and answer.headers["upload-offset"] == str(len(film))
    server.should_exit = True
    await serving
    await work()
    assert (await amina.get(where.replace("/upload", "/content"))).content == film


async def test_a_part_that_does_not_fit_is_refused_and_nothing_is_lost(browse):
    amina, film = await browse("amina"), bytes(200_000)
    where = (await begun(amina, len(film))).headers["location"]

    async def status(content: bytes, at: int, **more: str) -> int:
        return (await amina.patch(where, content=content, headers=PART | {"Upload-Offset": str(at)} | more)).status_code

    assert await status(film[:70_000], 5) == 409
    assert await status(film[:100], 0) == 422, "less than a chunk would never end"
    assert await status(film + b"x", 0) == 422
    assert await status(film, 0, **{"Tus-Resumable": "0.2.2"}) == 422
    assert await status(film[:70_000], 0) == 204
    page = (await amina.get(where.removesuffix("/upload"))).text
    assert "32 percent of it are here" in page and 'data-size="200000"' in page
    assert (await (await browse("bruno")).head(where)).status_code == 404
    assert await status(film[CHUNK:], CHUNK) == 204
    assert (await status(b"", len(film))) == 204, "the answer to the last part may have been lost"


async def test_too_large_too_many_and_of_the_future_are_refused_with_words(browse):
    amina = await browse("amina")
    for size, told, words in (
        (MOST_BYTES + 1, {}, "larger than 2 GB"),
        (0, {}, "empty"),
        (9, {"held": "2030-01-01"}, "day on which you filmed"),
    ):
        answer = await begun(amina, size, **told)
        assert answer.status_code == 422 and words in answer.text and "<" not in answer.text
    assert [(await begun(amina, 9_000)).status_code for _ in range(6)] == [201] * 5 + [409]
    nobodys = await begun(await browse("bruno"), 9_000, assessment="6f0a6c0e-8a4a-4b0e-9f6f-0a6c0e8a4a4b")
    assert nobodys.status_code == 404


ODD = {
    "a page": (b"<html><script>alert(1)</script>" + bytes(9000), "not a film"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(9000), "not a film"),
    "nothing behind the name": (box(b"ftyp", b"isom\0\0\2\0isommp42") + bytes(9000), "not a film"),
    "only its beginning": (filmed()[:-400], "not a film"),
    "a page behind it": (filmed() + b"<html><script>alert(1)</script></html>", "beside a film"),
    "a package behind it": (filmed() + box(b"free", b"PK\x05\x06" + bytes(18)), "beside a film"),
    "a page in its first box": (box(b"ftyp", b"isom\0\0\2\0isom<script>alert(1)</script>") + filmed()[32:], "a film"),
    "much empty room": (filmed() + box(b"free", bytes(5_000_000)), "beside a film"),
    "made for another player": (filmed(codec="mpeg4"), "Browsers do not play this film"),
    "in a format that nobody knows": (filmed().replace(b"avc1", b"zzzz"), "Browsers do not play this film"),
    "from an iPhone": (filmed(codec="libx265"), "Most Compatible"),
    "junk for its pictures": (filmed()[:-1200] + bytes(1200), ""),
}


@pytest.mark.parametrize("what", ODD)
async def test_what_is_no_film_is_refused_with_words_and_deleted(browse, work, settings, what):
    content, words = ODD[what]
    amina = await browse("amina")
    page = await sent(amina, content)
    await work()
    film = await Film.get()
    assert film.state == "refused" and words in film.problem and film.problem, film.problem
    assert film.problem in (await amina.get(page)).text.replace("&#39;", "'")
    assert not list((settings.storage / "films").iterdir())
    assert (await amina.get(f"{page}/content")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "codec", "plays"), [("webm", "libvpx", "video/webm"), ("mov", "libx264", "video/mp4")]
)
async def test_films_of_browsers_and_phones_are_taken(browse, work, kind, codec, plays):
    amina = await browse("amina")
    page = await sent(amina, filmed(kind, codec=codec))
    await work()
    film = await Film.get()
    assert (film.state, film.kind, round(film.seconds)) == ("ready", plays, 4), film.problem
    assert (await amina.get(f"{page}/content")).headers["content-type"] == plays


async def test_without_script_a_small_film_is_sent_by_a_form(rated: Rated, browse, work):
    row, bruno = await rated.open(), await browse("bruno")
    form = (await bruno.get(f"/assessments/films/new?assessment={row.id}")).text
    assert "It shows how Amina Yusuf leads a group" in form and str(row.id) in form
    data = {"held": "2026-11-20", "assessment": str(row.id)}
    answer = await bruno.post("/assessments/films/new", data=data, files={"file": ("g.mp4", BytesIO(filmed()))})
    assert answer.status_code == 303
    await work()
    film = await Film.get()
    assert (film.state, film.assessment_id, film.person_id) == ("ready", row.id, row.person_id)
    nothing = await bruno.post("/assessments/films/new", data=data)
    assert nothing.status_code == 422 and "Choose a film" in nothing.text


async def test_a_full_disk_is_said_and_keeps_nothing(browse, settings):
    amina = await browse("amina")
    where = (await begun(amina, 40_000_000)).headers["location"]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000_000, before[1]))
    try:
        answer = await amina.patch(where, content=bytes(40_000_000), headers=PART | {"Upload-Offset": "0"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.status_code == 507 and "full" in answer.text and "nothing of this film was kept" in answer.text
    assert not list((settings.storage / "films").iterdir())
    assert "disk was full" in (await amina.get(where.removesuffix("/upload"))).text
    assert (await amina.head(where)).status_code == 404


def test_what_was_changed_moved_or_cut_off_on_the_disk_does_not_open(tmp_path: Path):
    prepare(tmp_path)
    film = LargeFile(tmp_path, "films/one", new_key(), 3 * CHUNK + 100)
    content = bytes(range(256)) * (film.size // 256 + 1)
    assert film.append(content[: film.size], at=0) == film.size == film.received()
    kept = (tmp_path / film.name).read_bytes()
    whole = CHUNK + 28
    for changed in (
        kept[:5] + b"x" + kept[6:],
        kept[whole : 2 * whole] + kept[:whole] + kept[2 * whole :],
        kept[:-whole],
    ):
        (tmp_path / film.name).write_bytes(changed)
        with pytest.raises(DamagedFilm):
            list(film.blocks())
    (tmp_path / film.name).write_bytes(kept[: whole + 500])
    assert film.received() == CHUNK, "half a chunk is nothing"
    assert film.append(content[CHUNK : film.size], at=CHUNK) == film.size
    assert b"".join(film.blocks(70_001)) == content[: film.size]


def test_rules_of_sizes_and_times():
    assert fault_of_size(MOST_BYTES) == "" and fault_of_size(MOST_BYTES + 1)
    assert "longer than 4 hours" in fault_of_film("h264", ["aac"], pixels=1, seconds=14_401, streams=2)
    assert fault_of_film("h264", ["aac"], pixels=60_000**2, seconds=1, streams=2)
    assert [second_of(one) for one in ("4:05", "1:04:05", "245", "4:65", "x")] == [245, 3845, 245, None, None]
    assert time_in_words(3845) == "1:04:05" and time_in_words(5.9) == "0:05"
