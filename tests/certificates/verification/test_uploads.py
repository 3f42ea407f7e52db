"""Files of strangers: however they are made, nobody else waits for them, and the answer says what is true."""

import asyncio
import io
import json
import os
import time
from pathlib import Path

import pikepdf
import pytest

from certificates.credentials import publish
from certificates.credentials.artefacts import BADGE
from certificates.credentials.pdf.attachments import LARGEST_PDF, NAME, extract_attachment_apart
from certificates.credentials.publish import credential_of
from tests.certificates.awarded import NOW, awarded
from tests.holding import nobody_waits
from training.core.errors import Upstream


@pytest.fixture
async def badge(service):
    row = await awarded()
    given = service.state.resources
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    await row.refresh_from_db()
    return json.loads(await credential_of(row, BADGE, store=service.state.resources.store))


def nested(depth, inner="a"):
    return inner if not depth else [nested(depth - 1, inner)]


def hostile(badge):
    """Badges that a signature check would take for ever over, or that a reader would."""
    described = {"id": "urn:x", "type": ["ResultDescription"], "name": "x", "resultType": "Result"}
    achievement = badge["credentialSubject"]["achievement"]
    for description in (
        {"allowedValue": ["a"] * 200},
        {"allowedValue": ["a"] * 20_000},
        {"requiredValue": nested(200)},
    ):
        wide = {**achievement, "resultDescription": [described | description]}
        yield {**badge, "credentialSubject": {**badge["credentialSubject"], "achievement": wide}}
    yield {**badge, "evidence": [{"type": ["Evidence"], "name": "x"}] * 60}
    yield {**badge, "@context": badge["@context"] * 200}
    yield {**badge, "credentialSubject": [{"type": ["AchievementSubject"]}] * 150}


async def test_a_loop_that_works_on_one_thing_for_long_is_noticed():
    with pytest.raises(AssertionError, match="was held"):
        async with nobody_waits():
            begun = time.thread_time()
            while time.thread_time() - begun < 0.3:
                pass


async def test_a_badge_that_takes_for_ever_to_canonicalise_holds_nobody_up(badge, browse):
    stranger = await browse("")
    for number, document in enumerate(hostile(badge)):
        for content in (json.dumps(document), json.dumps({**document, "id": "urn:uuid:none"})):
            begun = time.perf_counter()
            async with nobody_waits():
                answer = await stranger.post("/verify", files={"file": ("badge.json", content.encode())})
            assert answer.status_code in (303, 413, 422), number
            assert answer.headers.get("location", "?file=other").endswith("?file=other"), "never genuine"
            assert time.perf_counter() - begun < 2


async def test_a_photo_of_a_certificate_is_called_a_picture_and_not_too_large(service, browse):
    stranger = await browse("")
    for sign in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\0\0\0\x18ftypheic", b"RIFF\x24\x60\0\0WEBP"):
        answer = await stranger.post("/verify", files={"file": ("photo", sign + bytes(90_000))})
        assert answer.status_code == 422 and "This is a picture" in answer.text and "too large" not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 65_000,
        b'{"a":' * 13_000,
        b'{"id": ' + b"9" * 60_000 + b"}",
        b'{"id": "' + b"\\u0000" * 9_000 + b'"}',
        b"." * 65_000,
        b"e30." * 16_000,
        b"\xff\xfe" * 30_000,
        bytes(65_536),
        bytes(5_000_000),
        b"%PDF-1.7\n" + b"1 0 obj<</Length 99>>stream\n" * 170_000,
        b"%PDF-1.7\nxref\n0 99999999\ntrailer<</Size 99999999/Root 1 0 R/Prev 0>>startxref\n9\n%%EOF",
    ],
    ids=range(11),
)
async def test_junk_of_any_size_is_refused_in_words_and_holds_nobody_up(service, browse, content):
    stranger = await browse("")
    async with nobody_waits():
        answer = await stranger.post("/verify", files={"file": ("x", content)})
    assert answer.status_code == 422 and "There is a problem" in answer.text
    assert "genuine" not in answer.text and "changed" not in answer.text


async def test_a_file_over_the_limit_is_too_large_and_not_kept(service, browse):
    answer = await (await browse("")).post("/verify", files={"file": ("x", bytes(LARGEST_PDF + 200_000))})
    assert answer.status_code == 413


def packed_pdf(size):
    """A small PDF whose attachment and pages unpack to a lot."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments[NAME] = pikepdf.AttachedFileSpec(document, bytes(size), filename=NAME)
        for _ in range(3):
            document.make_stream(bytes(size))
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue() + os.urandom(3_000_000)


@pytest.mark.by_hand
async def test_six_large_pdfs_at_once_neither_fill_the_memory_nor_hold_anybody_up(service, browse):
    stranger, pdf = await browse(""), packed_pdf(60_000_000)
    before = _resident()
    async with nobody_waits():
        sent = [stranger.post("/verify", files={"file": ("x.pdf", pdf)}) for _ in range(6)]
        answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {422}
    assert _resident() - before < 100_000_000


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_the_program_that_reads_pdfs_is_ended_when_it_takes_too_long():
    begun = time.perf_counter()
    with pytest.raises(Upstream, match="in time"):
        await extract_attachment_apart(b"%PDF", program=("/bin/sleep", "60"), timeout_seconds=0.2)
    assert time.perf_counter() - begun < 10


async def test_the_program_that_reads_pdfs_sees_none_of_our_settings(monkeypatch):
    monkeypatch.setenv("TRAINING_SECRET_KEY", "s" * 40)
    seen = await extract_attachment_apart(b"%PDF", program=("/bin/sh", "-c", "env | grep -c TRAINING_ || true"))
    assert seen == b"0\n"
