"""Opens a course package, folder or zip, as names and bytes; refuses what could do harm."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from courses.packages.mistakes import Mistakes

MOST_FILES = 2_000
MOST_BYTES = 300_000_000
MOST_TEXT_BYTES = 1_000_000
SAYS_UTF8 = 0x800
"""The flag of a zip's member whose name is UTF-8; without it, the name is taken for code page 437."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What is raised where a zip, or a member of it, cannot be read."""


@dataclass(frozen=True)
class Files:
    """The files of a package by their name inside it."""

    root: str
    contents: dict[str, bytes]

    def where(self, name: str) -> str:
        """The name to show for a file: the package's own path first."""
        return f"{self.root}/{name}" if self.root else name

    def text(self, name: str, mistakes: Mistakes) -> str:
        """A file as text; empty, with the mistake noted, when it is none."""
        content = self.contents[name]
        if len(content) > MOST_TEXT_BYTES:
            mistakes.add(self.where(name), 1, "the text is longer than 1 MB", "split it into several pages")
            return ""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            mistakes.add(self.where(name), line, "the text is not UTF-8", "save the file as UTF-8")
            return ""

    def digest(self, names: Iterable[str]) -> str:
        """One hash over the names and contents of some files; equal for a folder and its zip."""
        total = hashlib.sha256()
        for name in sorted(names):
            total.update(f"{name}\0{hashlib.sha256(self.contents[name]).hexdigest()}\n".encode())
        return total.hexdigest()


def open_package(path: Path, mistakes: Mistakes) -> Files:
    """Reads a folder or zip whole; what is refused is noted and left out."""
    if path.is_dir():
        paths = [
            one
            for one in sorted(path.rglob("*"))
            if one.is_file() and not one.is_symlink() and not _hidden(one.relative_to(path).as_posix())
        ]
        if not _fits(path, len(paths), sum(one.stat().st_size for one in paths), mistakes):
            return Files(str(path), {})
        named = {normalize("NFC", one.relative_to(path).as_posix()): one.read_bytes() for one in paths}
        return Files(str(path), named)
    if not path.exists():
        mistakes.add(str(path), 1, "there is no such file or folder", "check the path")
        return Files(str(path), {})
    try:
        return Files(str(path), _from_zip(path, mistakes))
    except (*UNREADABLE, OSError, ValueError) as error:
        mistakes.add(str(path), 1, f"this is not a readable zip ({error})", "make it again from the folder")
        return Files(str(path), {})


def _from_zip(path: Path, mistakes: Mistakes) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        members = [(name, one) for name, one in members_of(archive) if not _hidden(name)]
        # The declared sizes are binding: zipfile reads no further than they say.
        if not _fits(path, len(members), sum(one.file_size for _, one in members), mistakes):
            return {}
        if unsafe := [name for name, one in members if not is_inside(name, one)]:
            wrong = f"{unsafe[0]} points outside the package" if unsafe[0] else "a file in the package has no name"
            mistakes.add(str(path), 1, wrong, "zip the folder itself")
            return {}
        contents = {name: archive.read(one) for name, one in members}
    tops = {name.split("/", 1)[0] for name in contents}
    if "course.yaml" in contents or len(tops) != 1:
        return contents
    return {name.split("/", 1)[1]: content for name, content in contents.items() if "/" in name}


def _fits(path: Path, count: int, size_bytes: int, mistakes: Mistakes) -> bool:
    if count <= MOST_FILES and size_bytes <= MOST_BYTES:
        return True
    most = f"{MOST_FILES} files and {MOST_BYTES // 1_000_000} MB"
    mistakes.add(str(path), 1, f"the package is larger than {most}", "make the videos smaller or split the course")
    return False


def members_of(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """Lists the files of a zip, without its folders, each with its name as it was meant."""
    return [(_name_of(one), one) for one in archive.infolist() if not one.filename.endswith("/")]


def _name_of(member: zipfile.ZipInfo) -> str:
    """Reads a name as it was meant: Macs write UTF-8 without saying so, and old Windows tools write backslashes."""
    name = member.filename
    if not member.flag_bits & SAYS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return normalize("NFC", name.replace("\\", "/"))


def is_inside(name: str, member: zipfile.ZipInfo) -> bool:
    """Tells whether a member of a zip is a file that lies inside of it, and no link."""
    path = PurePosixPath(name)
    leads_out = not path.parts or path.is_absolute() or ".." in path.parts or ":" in name
    return not leads_out and not stat.S_ISLNK(member.external_attr >> 16)


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "__MACOSX", "__pycache__")) and part != ".." for part in parts)
