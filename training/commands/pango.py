"""Looks for the libraries that PDFs need, without loading anything else: `python -m training.commands.pango`."""

import ctypes
import sys
from dataclasses import dataclass

INSTALL = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

NEEDED = {
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    "Pango for FreeType": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"),
    "GObject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libgobject-2.0-0.dll"),
    "Fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll"),
    "HarfBuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll"),
    "HarfBuzz-subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
}
"""Each library with its names on Linux, macOS and Windows."""


@dataclass(frozen=True)
class Libraries:
    """Which libraries were found, and the version of Pango."""

    missing: tuple[str, ...]
    version: str


def look() -> Libraries:
    """Tries to load each library."""
    loaded = {name: _load(names) for name, names in NEEDED.items()}
    pango = loaded["Pango"]
    return Libraries(tuple(name for name, library in loaded.items() if library is None), _version(pango))


def _load(names: tuple[str, ...]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _version(pango: ctypes.CDLL | None) -> str:
    if pango is None:
        return ""
    pango.pango_version_string.restype = ctypes.c_char_p
    return bytes(pango.pango_version_string()).decode()


if __name__ == "__main__":
    sys.exit(1 if look().missing else 0)
