"""Reads the badge back out of a certificate's PDF, for a check by file."""

import io
from functools import cache
from importlib import import_module
from types import ModuleType

from training.errors import Invalid

NAME = "open-badge-credential.json"
LARGEST_PDF = 5_000_000  # bytes; ours are 30,000
LARGEST_BADGE = 65_536
LARGEST_STREAM = 2_000_000  # bytes that one part of a PDF may unpack to
UNPACKED = (None, "/FlateDecode")  # how a badge may be packed: these unpack to no more than they are allowed


def extract_attachment(pdf: bytes) -> bytes:
    """Gives the badge that the PDF carries; raises Invalid when it carries none."""
    if len(pdf) > LARGEST_PDF:
        raise Invalid("This file is too large to be a certificate.", "Choose the PDF that you were given.")
    pikepdf = _pikepdf()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(NAME)
            stream = found.get_file().obj if found else None
            badge = stream.read_bytes() if stream is not None and stream.get("/Filter") in UNPACKED else b""
    except (pikepdf.PdfError, ValueError) as error:
        raise Invalid("This file is not a PDF that can be read.", "Choose the PDF that you were given.") from error
    if not badge or len(badge) > LARGEST_BADGE:
        raise Invalid("There is no certificate in this file.", "Type the certificate's number instead.")
    return bytes(badge)


@cache
def _pikepdf() -> ModuleType:
    """Loads the library when a PDF comes in: it is large, and seldom needed."""
    pikepdf = import_module("pikepdf")
    most = dict.fromkeys(("flate_max_memory", "png_max_memory", "run_length_max_memory", "tiff_max_memory"))
    pikepdf.settings.set_qpdf_limits(**dict.fromkeys(most, LARGEST_STREAM))
    return pikepdf
