"""The file behind a film, and which part of it a browser asks for."""

import re
from pathlib import Path

from training.assessments.films.large_files import LargeFile
from training.assessments.films.models import Film
from training.core.encryption import Encryptor

FOLDER = "films"
BLOCK = 1024 * 1024
"""Bytes that are read and decrypted in one go."""
ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def purpose_of(film: Film) -> str:
    """Names what the key of a film was encrypted for."""
    return f"film {film.stored}"


def file_of(film: Film, folder: Path, encryptor: Encryptor) -> LargeFile:
    """Gives the file behind a film; raises Upstream where its key was encrypted with another secret key."""
    return LargeFile(folder, film.stored, encryptor.decrypt_text(film.secret, purpose=purpose_of(film)), film.size)


def range_of(asked: str, size: int) -> tuple[int, int] | None:
    """Reads a header `Range` as first byte and the one after the last; all where it is none that we know.

    None where it lies outside of the file. Source: https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
    """
    found = ONE_RANGE.fullmatch(asked.strip())
    if found is None or found[1] == found[2] == "":
        return 0, size
    if not found[1]:
        last = min(int(found[2]), size)
        return (size - last, size) if last else None
    start, end = int(found[1]), min(int(found[2] or size), size - 1) + 1
    if found[2] and int(found[2]) < start:
        return 0, size
    return (start, end) if start < size else None
