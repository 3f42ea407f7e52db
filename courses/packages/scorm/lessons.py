"""Reads a lesson of a module: a SCORM package, kept byte for byte, and the same in each language."""

from collections.abc import Collection
from typing import Any

from courses.packages.located import Located
from courses.packages.media import take
from courses.packages.schema import Reading
from courses.packages.scorm.archive import as_content, read_scorm
from courses.packages.scorm.manifest import NotPlayable


def read_lesson(reading: Reading, name: str, item: Located, languages: Collection[str]) -> dict[str, dict[str, Any]]:
    """A lesson as it is stored, in each language; empty, with the mistake noted, when it cannot be played.

    Its title is that of the package, unless module.yaml gives another.
    """
    zipped = reading.files.contents[name]
    try:
        manifest = read_scorm(zipped)
    except NotPlayable as trouble:
        (item.get("scorm") or item).wrong(f"{name} cannot be played: {trouble.what}", trouble.mend)
        return {}
    titles = item.translated("title", languages)
    kept = {"file": take(reading, name), "size_bytes": len(zipped)} | as_content(manifest)
    own = titles.get(next(iter(languages), "")) or manifest.title
    return {language: kept | {"title": titles.get(language) or own} for language in languages}
