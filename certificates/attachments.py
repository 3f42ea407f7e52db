"""Reads the badge back out of a certificate's PDF, for a check by file."""

import io
from importlib import import_module

from training.errors import Invalid

NAME = "open-badge-credential.json"
LARGEST_PDF = 5_000_000  # bytes; ours are 30,000
LARGEST_BADGE = 262_144


def extract_attachment(pdf: bytes) -> bytes:
    """Gives the badge that the PDF carries; raises Invalid when it carries none."""
    if len(pdf) > LARGEST_PDF:
        raise Invalid("This file is too large to be a certificate.", "Choose the PDF that you were given.")
    pikepdf = import_module("pikepdf")  # loaded when a PDF comes in: it is large, and seldom needed
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(NAME)
            badge = found.get_file().read_bytes() if found else b""
    except (pikepdf.PdfError, ValueError) as error:
        raise Invalid("This file is not a PDF that can be read.", "Choose the PDF that you were given.") from error
    if not badge or len(badge) > LARGEST_BADGE:
        raise Invalid("There is no certificate in this file.", "Type the certificate's number instead.")
    return bytes(badge)
