"""Opens the zip of a SCORM package: checks that it can do no harm, and gives its files one by one."""

import hashlib
import zipfile
from contextlib import suppress
from dataclasses import asdict
from io import BytesIO
from mimetypes import MimeTypes
from pathlib import Path, PurePosixPath
from typing import Any

from courses.packages.files import MOST_BYTES, MOST_FILES, UNREADABLE, is_inside, members_of
from courses.packages.scorm.manifest import NAME, Manifest, NotPlayable, file_of, read_manifest
from training.core.storage import size_of, write

MOST_TIMES, SMALL_BYTES = 100, 20_000_000
"""How many times its own size a package may open to, where it opens to more than is small."""
PROGRAMS = frozenset(
    (*("exe", "msi", "com", "bat", "cmd", "scr", "pif", "dll", "so", "dylib", "jar", "class", "war", "sh", "bash"),
     *("ps1", "vbs", "vbe", "wsf", "hta", "lnk", "reg", "apk", "app", "dmg", "pkg", "deb", "rpm", "iso", "php"),
     *("phtml", "asp", "aspx", "jsp", "jspx", "cgi", "pl", "py", "rb"))
)  # fmt: skip
"""Endings of files that run on a computer or a server: no browser plays them, so nobody needs them in a lesson."""
PLAYED_IN_PIECES = 1_000_000
"""Bytes from which a file is laid out by itself; films and sounds always are, for browsers ask for pieces of them."""
UNPACKED = "scorm"  # of the storage; made anew whenever it is missing
_TYPES = MimeTypes()
for _ending, _type in {
    ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".vtt": "text/vtt",
    ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf", ".m4a": "audio/mp4",
    ".m4v": "video/mp4", ".ogg": "audio/ogg", ".webp": "image/webp", ".wasm": "application/wasm", ".xsd": "text/xml",
    ".xml": "text/xml", ".svg": "image/svg+xml",
}.items():  # fmt: skip
    _TYPES.add_type(_type, _ending)


def read_scorm(content: bytes) -> Manifest:
    """Checks the zip of a package and reads its manifest; raises NotPlayable with the first thing that is wrong."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            listed = members_of(archive)
            _refuse_harm(listed, len(content))
            members = dict(listed)
            if NAME not in members:
                deeper = next((name for name in members if name.lower().endswith(f"/{NAME}")), "")
                mend = "zip what is inside of the folder, not the folder" if deeper else "export it as a SCORM package"
                raise NotPlayable(f"there is no {NAME} at the top of it", mend)
            manifest = read_manifest(archive.read(members[NAME]))
    except (*UNREADABLE, OSError, ValueError) as error:
        raise NotPlayable(f"it is not a readable zip ({error})", "export the package again") from error
    for sco in manifest.scos:
        if file_of(sco.href) not in members:
            what = f"its part {sco.title} opens {sco.href[:100]}, which is not in the package"
            raise NotPlayable(what, "export the package again, with all its files")
    return manifest


def as_content(manifest: Manifest) -> dict[str, Any]:
    """What an activity keeps of a manifest."""
    return {
        "version": manifest.version,
        "edition": manifest.edition,
        "scos": [asdict(one) for one in manifest.scos],
    }


def _refuse_harm(listed: list[tuple[str, zipfile.ZipInfo]], size_bytes: int) -> None:
    opened = sum(
        one.file_size for _, one in listed
    )  # binding: zipfile reads no further than the sizes that are declared
    if len(listed) > MOST_FILES or opened > MOST_BYTES:
        most = f"{MOST_FILES} files and {MOST_BYTES // 10**6} MB"
        raise NotPlayable(f"it opens to more than {most}", "make its films smaller, or split it")
    if opened > SMALL_BYTES and opened > MOST_TIMES * size_bytes:
        raise NotPlayable(f"it opens to more than {MOST_TIMES} times its size, as a bomb does", "export it again")
    if len(dict(listed)) < len(listed):
        raise NotPlayable("two of its files have the same name", "export the package again")
    for name, member in listed:
        if not is_inside(name, member) or any(ord(letter) < 32 for letter in name):
            raise NotPlayable(f"{name[:100] or 'a file without a name'} points outside of it", "export it again")
        if member.flag_bits & 0x1:
            raise NotPlayable("it is locked with a password", "export it without one")
        if PurePosixPath(name).suffix.lower().removeprefix(".") in PROGRAMS:
            raise NotPlayable(f"{name[:100]} is a program, which no lesson needs", "take it out and zip it again")


def type_of_name(name: str) -> str:
    """The media type of a file by its name, as browsers are told; it is never guessed from what is inside."""
    return _TYPES.guess_type(PurePosixPath(name).name, strict=False)[0] or "application/octet-stream"


def file_in(storage: Path, stored: str, name: str) -> bytes | Path | None:
    """Gives a file of a kept package: a small one as bytes, else where it is laid out; None where there is none."""
    try:
        with zipfile.ZipFile(storage / stored) as archive:
            member = dict(members_of(archive)).get(name)
            if member is None:
                return None
            in_pieces = type_of_name(name).startswith(("audio/", "video/")) or member.file_size > PLAYED_IN_PIECES
            if not in_pieces:
                return archive.read(member)
            place = f"{UNPACKED}/{_hashed(stored)}/{_hashed(name)}"
            with suppress(FileNotFoundError):
                if (storage / place).stat().st_size == member.file_size:
                    return storage / place
            write(storage, place, archive.read(member))
            return storage / place
    except FileNotFoundError:
        size_of(storage, stored)  # raises where the folder is away: then nothing is known of the file
        return None
    except UNREADABLE:
        return None


def _hashed(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:40]
