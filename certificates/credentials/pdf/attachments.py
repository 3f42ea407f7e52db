"""Reads the badge back out of a certificate's PDF; run as a program for PDFs of strangers: it may not hurt us.

`python -m certificates.credentials.pdf.attachments` reads a PDF and writes its badge, in little time and memory.
"""

import asyncio
import io
import os
import resource
import sys
from asyncio.subprocess import PIPE
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from training.core.errors import Invalid, Upstream

NAME = "open-badge-credential.json"
LARGEST_PDF = 5_000_000  # bytes; ours are 30,000
LARGEST_BADGE = 65_536
LARGEST_STREAM = 2_000_000  # bytes that one part of a PDF may unpack to
UNPACKED = (None, "/FlateDecode")  # how a badge may be packed: these unpack to no more than they are allowed

PROGRAM = (sys.executable, "-P", "-m", "certificates.credentials.pdf.attachments")
HOME = Path(__file__).resolve().parents[3]
MEMORY = 96_000_000  # bytes; a certificate of ours takes a tenth of them
CPU_SECONDS, TIMEOUT_SECONDS = 2, 10.0
BEHIND = 10  # how far the program stands behind the service, where both want the processor
UNREADABLE = "This file is not a PDF that can be read."
NO_BADGE = "There is no certificate in this file."
TRY_OTHERWISE = "Ask the holder for the file as it was downloaded, or type what is printed beside the square code."


async def extract_attachment_apart(
    pdf: bytes, *, program: tuple[str, ...] = PROGRAM, timeout_seconds: float = TIMEOUT_SECONDS
) -> bytes:
    """Gives the badge that a stranger's PDF carries, read by a program of its own; raises Invalid for none.

    Raises Upstream when that takes too long, which may be for what else this machine has to do.
    """
    if len(pdf) > LARGEST_PDF:
        raise Invalid("This file is too large to be a certificate.", TRY_OTHERWISE)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
    process = await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=bare | {"PYTHONPATH": str(HOME)}
    )
    try:
        async with asyncio.timeout(timeout_seconds):
            badge, _ = await process.communicate(pdf)
    except TimeoutError as error:
        raise Upstream("This file could not be read in time.", "Try again in a minute.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Invalid(UNREADABLE, TRY_OTHERWISE)
    if not badge:
        raise Invalid(NO_BADGE, TRY_OTHERWISE)
    return badge


def extract_attachment(pdf: bytes) -> bytes:
    """Gives the badge that a PDF of ours carries; raises Invalid when it carries none."""
    if len(pdf) > LARGEST_PDF:
        raise Invalid("This file is too large to be a certificate.", TRY_OTHERWISE)
    pikepdf = _pikepdf()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(NAME)
            stream = found.get_file().obj if found else None
            badge = stream.read_bytes() if stream is not None and stream.get("/Filter") in UNPACKED else b""
    except (pikepdf.PdfError, ValueError) as error:
        raise Invalid(UNREADABLE, TRY_OTHERWISE) from error
    if not badge or len(badge) > LARGEST_BADGE:
        raise Invalid(NO_BADGE, TRY_OTHERWISE)
    return bytes(badge)


@cache
def _pikepdf() -> ModuleType:
    """Loads the library when a PDF comes in: it is large, and seldom needed."""
    pikepdf = import_module("pikepdf")
    most = dict.fromkeys(("flate_max_memory", "png_max_memory", "run_length_max_memory", "tiff_max_memory"))
    pikepdf.settings.set_qpdf_limits(**dict.fromkeys(most, LARGEST_STREAM))
    return pikepdf


def main() -> None:
    """Writes the badge, or nothing where the PDF carries none; fails where it cannot be read."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(BEHIND)
    try:
        sys.stdout.buffer.write(extract_attachment(sys.stdin.buffer.read(LARGEST_PDF + 1)))
    except Invalid as error:
        sys.exit(error.message != NO_BADGE)


if __name__ == "__main__":
    main()
