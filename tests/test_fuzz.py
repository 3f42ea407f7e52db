"""Whatever anybody sends to any address, or puts into any file, gets an answer of ours: no fault and no trace."""

import io
import random
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from certificates.pathways.commands import check_command
from courses.packages.package import read_package
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import small_course, write
from tests.strangers_input import Sent, requests, spoilt
from training.demo.cast import PEOPLE, known
from training.parsing.csv import read_sheet

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "tests/certificates/pathways/examples").rglob("*.yaml"))
SHEET = b'name,email,role,site,starts\r\n"Ann, Ray",ann@example.org,trainee,RIV,2026-04-03\r\n'
EACH, FILES = 400, 300
NOT_READY = 503
"""An answer of ours too: it lies with somebody else, or cannot be made just now."""


async def answered(browser: httpx2.AsyncClient, sent: Sent) -> int:
    """Sends a request and gives the status."""
    path = quote(sent.path, safe="/~:@!$&'()*+,;=")
    content = sent.body or None
    answer = await browser.request(
        sent.method, path, params=sent.query, data=sent.form, content=content, headers=sent.headers
    )
    return answer.status_code


@pytest.fixture
async def course(tmp_path, cast, settings):
    """Publishes the small course; gives its name."""
    await load(write(tmp_path / "small"), actor=await cast("farah"), now=NOW, storage=settings.storage)
    return "small-steps"


@pytest.mark.parametrize("key", ["", "amina", "bruno", "chloe", "dara", "farah"])
async def test_no_request_meets_a_fault(service, browse, course, key):
    people = [str(known(member.key)) for member in PEOPLE[:6]]
    there = {"id": people, "person": people, "slug": [course], "module": ["hearing", "leading"]}
    there |= {"activity": ["first", "quiz", "task", "film", "01-plan"], "number": ["1", "2", "3"]}
    browser = await browse(key)
    if key:
        await browser.post(f"/courses/{course}/start")
    for sent in islice(requests(sum(map(ord, key)), known=there), EACH):
        if sent.route != "/sign-out":
            status = await answered(browser, sent)
            assert status < 500 or status == NOT_READY, (sent, status)


@pytest.mark.parametrize("path", ["/assets/x/{}", "/courses/media/{}", "/courses/entries/{}", "/keys/{}", "/v/{}"])
async def test_a_name_of_any_length_is_looked_for_and_not_found(browse, path):
    browser = await browse("amina")
    for name in ("x" * 300, "x" * 5000, "é" * 200, "..%2f" * 50 + "x", "%00"):
        assert (await browser.get(path.format(name))).status_code == 404


async def test_a_task_has_no_questions(browse, course):
    browser = await browse("amina")
    await browser.post(f"/courses/{course}/start")
    for activity in ("task", "first", "film"):
        for part in ("questions/1", "check", "results/1"):
            assert (await browser.get(f"/courses/{course}/hearing/{activity}/{part}")).status_code in (303, 404)


def _zipped() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in small_course().items():
            archive.writestr(name, content)
    return whole.getvalue()


READERS: dict[str, tuple[list[bytes], Callable[[Path], object]]] = {
    "yaml": ([path.read_bytes() for path in EXAMPLES], lambda path: check_command([path])),
    "csv": ([SHEET], read_sheet),
    "zip": ([_zipped()], read_package),
}
"""Ending → good files, and who reads them."""
COURSE = {name: content for name, content in small_course().items() if name.endswith((".md", ".yaml", ".vtt"))}


def read_spoilt(kind: str, chance: random.Random, folder: Path) -> None:
    """Spoils a file of one of the endings, or one of a course, and has it read."""
    if kind == "course":
        name = chance.choice(sorted(COURSE))
        content = COURSE[name]
        whole = content if isinstance(content, bytes) else content.encode()
        read_package(write(folder, {name: spoilt(whole, chance)}))
        return
    good, read = READERS[kind]
    path = folder / f"spoilt.{kind}"
    path.write_bytes(spoilt(chance.choice(good), chance))
    read(path)


@pytest.mark.parametrize(
    ("kind", "often"), [("yaml", FILES), ("csv", FILES), ("zip", FILES // 10), ("course", FILES // 10)]
)
def test_no_file_meets_a_fault(tmp_path, kind, often):
    chance = random.Random(kind)
    for _ in range(often):
        read_spoilt(kind, chance, tmp_path)
