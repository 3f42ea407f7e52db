"""A program of its own: looks into one film with FFmpeg's libraries, under limits, and says what it is or is not.

It reads a line of JSON (folder, name, key, size) and writes one: kind, seconds and sha256, or `refused` with words, or
`away` where the file cannot be read just now. What is decrypted stays in memory, a piece at a time.
"""

import hashlib
import io
import json
import resource
import struct
import sys
from pathlib import Path
from typing import Any

import av

from training.assessments.films.large_files import CHUNK, DamagedFilm, LargeFile
from training.assessments.films.rules import BOXES, KINDS, MOST_FREE, fault_of_film
from training.core.errors import Upstream

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 240
NO_FILM = "This is not a film that browsers play. Choose a film as MP4, MOV or WebM"
TWO_THINGS = "This file holds something beside a film. Save the film anew, and send that"
EBML, END_OF_ZIP, TAIL = b"\x1a\x45\xdf\xa3", b"PK\x05\x06", 66_000
OTHERS = (b"%PDF-", b"<html", b"<script", b"<!doctype", b"<svg", b"<?php")
"""What begins a document of another kind, wherever it is looked for in the first kilobyte."""


class RefusedFilm(Exception):
    """The file is no film that we take; the words say why."""


class _Readable(io.RawIOBase):
    """A kept file as FFmpeg reads one."""

    def __init__(self, file: LargeFile) -> None:
        self.file, self.at = file, 0

    def read(self, size: int = -1) -> bytes:
        found = self.file.read(self.at, size if size >= 0 else self.file.size - self.at)
        self.at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.file.size)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def look(file: LargeFile) -> dict[str, Any]:
    """Says what a film is; raises RefusedFilm where it is none that we take."""
    head = file.read(0, 1024)
    kind = "webm" if head.startswith(EBML) else "mp4" if head[4:8] in (b"ftyp", b"wide", b"moov", b"mdat") else ""
    if not kind:
        raise RefusedFilm(NO_FILM)
    if kind == "mp4":
        _refuse_odd_boxes(file)
    _refuse_two_things(file, head)
    seconds = _refuse_unplayable(file, kind)
    digest = hashlib.sha256()
    for block in file.blocks():
        digest.update(block)
    return {"kind": KINDS[kind], "seconds": round(seconds, 3), "sha256": digest.hexdigest()}


def _refuse_odd_boxes(file: LargeFile) -> None:
    """Refuses what is not boxes of a film from the first byte to the last: behind them another file may be hidden."""
    at, free, began, window = 0, 0, 0, b""
    seen: set[bytes] = set()
    while at < file.size:
        if at + 16 > began + len(window):  # small boxes by the million are read together
            began, window = at, file.read(at, CHUNK)
        head = window[at - began : at - began + 16]
        if len(head) < 8:
            raise RefusedFilm(TWO_THINGS)
        size, name = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) == 16:
            [size] = struct.unpack(">Q", head[8:])
        size = size or file.size - at
        if name not in BOXES or size < 8 or at + size > file.size:
            raise RefusedFilm(TWO_THINGS if {b"moov", b"mdat"} <= seen else NO_FILM)
        free += size if name in (b"free", b"skip", b"uuid") else 0
        seen.add(name)
        at += size
    if not {b"moov", b"mdat"} <= seen:
        raise RefusedFilm("This film is not whole: its end or its beginning is missing. Send it again")
    if free > MOST_FREE:
        raise RefusedFilm(TWO_THINGS)


def _refuse_two_things(file: LargeFile, head: bytes) -> None:
    tail = file.read(max(0, file.size - TAIL), TAIL)
    at = tail.rfind(END_OF_ZIP)
    # A package ends with its own length of what comes after: by chance four letters may be there, and not this.
    told = int.from_bytes(tail[at + 20 : at + 22], "little") if 0 <= at <= len(tail) - 22 else -1
    zipped = told == len(tail) - at - 22
    if zipped or any(one in head.lower() for one in (word.lower() for word in OTHERS)):
        raise RefusedFilm(TWO_THINGS)


def _refuse_unplayable(file: LargeFile, kind: str) -> float:
    """Refuses what does not play in browsers, and gives the seconds of what does."""
    demuxer = "matroska" if kind == "webm" else "mov"
    try:
        with av.open(_Readable(file), mode="r", format=demuxer, metadata_errors="replace") as film:
            if not film.streams.video:
                raise RefusedFilm("There is no picture in this file, only sound. Choose a film")
            video = film.streams.video[0]
            if not all(one.codec_context for one in (video, *film.streams.audio)):  # FFmpeg does not know what it is
                raise RefusedFilm(fault_of_film("unknown", (), pixels=0, seconds=1, streams=1))
            seconds = film.duration / av.time_base if film.duration else 0.0
            if wrong := fault_of_film(
                video.codec_context.name.removeprefix("lib").split("-")[0].replace("dav1d", "av1"),
                [one.codec_context.name for one in film.streams.audio],
                pixels=video.width * video.height, seconds=seconds or 1, streams=len(film.streams),
            ):  # fmt: skip
                raise RefusedFilm(wrong)
            first = next(film.decode(video), None)
            if first is None or first.width * first.height == 0:
                raise RefusedFilm(NO_FILM)
            if not seconds:  # what a browser has recorded says no length: the last picture tells
                film.seek(0)
                for packet in film.demux(video):
                    if packet.pts is not None and packet.time_base is not None:
                        seconds = max(seconds, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    except (av.FFmpegError, ValueError, MemoryError, OverflowError) as error:
        raise RefusedFilm(NO_FILM) from error
    if wrong := fault_of_film("h264", (), pixels=1, seconds=seconds, streams=1):
        raise RefusedFilm(wrong)
    return seconds


def main() -> None:
    """Limits itself, then reads what is asked and answers."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # At the soft limit it ends in a way of its own; killed it may be by anybody.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 10))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.loads(sys.stdin.readline())
    try:
        told = look(LargeFile(Path(asked["folder"]), asked["name"], asked["key"], asked["size"]))
    except RefusedFilm as refused:
        told = {"refused": str(refused)}
    except MemoryError:
        told = {"refused": NO_FILM}
    except DamagedFilm:
        told = {"refused": "This film did not arrive whole. Send it again"}
    except (Upstream, OSError) as error:
        told = {"away": str(error)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
