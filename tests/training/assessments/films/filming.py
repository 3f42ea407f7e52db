"""Makes small films as phones and browsers make them, and sends them."""

import re
from base64 import b64encode
from functools import cache
from io import BytesIO
from typing import Any

import av
import httpx2

TUS = {"Tus-Resumable": "1.0.0"}
PART = TUS | {"Content-Type": "application/offset+octet-stream"}


@cache
def filmed(kind: str = "mp4", seconds: int = 4, codec: str = "libx264", pad: int = 0) -> bytes:
    """A film of grey pictures, four a second."""
    out = BytesIO()
    with av.open(out, "w", format=kind) as film:
        stream = film.add_stream(codec, rate=4)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(seconds * 4):
            frame = av.VideoFrame(160, 120, "yuv420p")
            for at, plane in enumerate(frame.planes):
                plane.update(bytes([(number * 7 + at * 40) % 255]) * plane.buffer_size)
            frame.pts = number
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return out.getvalue() + (box(b"mdat", bytes(range(256)) * (pad // 256)) if pad else b"")


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4 file."""
    return (len(content) + 8).to_bytes(4, "big") + name + content


async def begun(browser: httpx2.AsyncClient, size: int, **told: str) -> httpx2.Response:
    """Begins a film by tus."""
    said = {"filename": "group.mp4", "held": "2026-11-20"} | told
    metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
    return await browser.post("/assessments/films", headers=headers)


async def sent(browser: httpx2.AsyncClient, film: bytes, **told: str) -> str:
    """Sends a film by tus in one part; gives the address of its page."""
    answer = await begun(browser, len(film), **told)
    assert answer.status_code == 201, answer.text
    where = answer.headers["location"]
    answer = await browser.patch(where, content=film, headers=PART | {"Upload-Offset": "0"})
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(film))), answer.text
    return where.removesuffix("/upload")


CONSENT: dict[str, Any] = {
    "do": "add", "name": "A. B.", "part": "parent", "purpose": "assessment", "until": "2027-06-01", "way": "paper",
}  # fmt: skip


async def link_of(browser: httpx2.AsyncClient, page: str) -> str:
    """Has the link of the one who is on a film shown; gives where it leads."""
    where = re.search(rf"{page}/consents/[0-9a-f-]{{36}}", (await browser.get(f"{page}/consents")).text)
    assert where
    shown = await browser.post(where[0], data={"do": "show"})
    found = re.search(r"http://testserver(/films/consent/[^<\s\"]+)", shown.text)
    assert found, shown.text
    return found[1]


async def consented(browser: httpx2.AsyncClient, page: str, **more: str) -> None:
    """Lists one parent who consented, and says that these are all."""
    answer = await browser.post(f"{page}/consents", data=CONSENT | more)
    assert answer.status_code == 303, answer.text
    answer = await browser.post(f"{page}/consents", data={"do": "state", "stated": "yes"})
    assert answer.status_code == 303, answer.text
