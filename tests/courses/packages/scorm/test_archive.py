"""SCORM packages as tools write them, and as nobody should: what is read of a manifest, what is refused with words."""

import io
import stat
import warnings
import zipfile
from collections.abc import Callable

import pytest

from courses.packages.files import MOST_BYTES
from courses.packages.scorm.archive import read_scorm, type_of_name
from courses.packages.scorm.manifest import NotPlayable, file_of
from tests.courses import scorm_packages as made

MANIFEST = made.manifest()


def _linked() -> bytes:
    link = zipfile.ZipInfo("pages/away.html")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _with(lambda archive: archive.writestr(link, "/etc/passwd"))


def _twice() -> bytes:
    with warnings.catch_warnings(action="ignore"):  # that of zipfile, on the same name
        return _with(lambda archive: archive.writestr("pages/index.html", "other"))


def _locked() -> bytes:
    content = bytearray(made.package())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


def _with(more: Callable[[zipfile.ZipFile], None]) -> bytes:
    made_here = io.BytesIO(made.package())
    with zipfile.ZipFile(made_here, "a") as archive:
        more(archive)
    return made_here.getvalue()


def _manifest(old: str, new: str) -> bytes:
    assert old in MANIFEST
    return made.package(changes={"imsmanifest.xml": MANIFEST.replace(old, new)})


LAUGHS = '<!DOCTYPE manifest [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE manifest [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
FAULTS: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"no zip", "not a readable zip"),
    (lambda: made.package()[:200], "not a readable zip"),
    (lambda: made.package(changes={"../../etc/cron.d/x": b"x"}), "points outside"),
    (lambda: made.package(changes={"/etc/passwd": b"x"}), "points outside"),
    (lambda: made.package(changes={"C:\\windows\\x.html": b"x"}), "points outside"),
    (lambda: made.package(changes={"..\\x.html": b"x"}), "points outside"),
    (_linked, "points outside"),
    (_twice, "the same name"),
    (_locked, "locked with a password"),
    (lambda: made.package(changes={"pages/run.exe": b"MZ"}), "is a program"),
    (lambda: made.package(changes={"pages/Shell.PHP": b"<?php"}), "is a program"),
    (lambda: made.package(changes={f"pages/{at}.txt": b"" for at in range(2_001)}), "more than 2000 files"),
    (lambda: made.package(changes={"big.bin": bytes(MOST_BYTES)}), "300 MB"),
    (lambda: made.package(changes={"big.bin": bytes(40_000_000)}), "as a bomb does"),
    (lambda: made.package(changes={"imsmanifest.xml": None}), "there is no imsmanifest.xml"),
    (lambda: made.zipped({"lesson/imsmanifest.xml": MANIFEST}), "there is no imsmanifest.xml"),
    (lambda: made.package(changes={"imsmanifest.xml": "<manifest"}), "cannot be read"),
    (lambda: made.package(changes={"imsmanifest.xml": "<course/>"}), "is no manifest"),
    (lambda: made.package(changes={"imsmanifest.xml": b" " * 2_000_001}), "longer than 2 MB"),
    (lambda: _manifest("?>", f"?>{LAUGHS}"), "declares entities"),
    (lambda: _manifest("?>", f"?>{FILE}"), "declares entities"),
    (lambda: _manifest("<title>", "<a>" * 3_000 + "</a>" * 3_000 + "<title>"), "cannot be read"),
    (lambda: _manifest("<schemaversion>1.2<", "<schemaversion>cmi5<"), "it is ADL SCORM cmi5"),
    (lambda: _manifest('identifierref="a"', 'identifierref="b"'), "leads to no resource"),
    (lambda: _manifest('identifierref="a"', ""), ""),
    (lambda: _manifest('href="pages/index.html"', 'href="pages/gone.html"'), "not in the package"),
    (lambda: _manifest('href="pages/index.html"', 'href="https://example.org/"'), "not in the package"),
    (lambda: _manifest('href="pages/index.html"', 'href="pages/../../x"'), "not in the package"),
    (lambda: _manifest('href="pages/index.html"', 'href=""'), "names no file"),
]


@pytest.mark.parametrize(("content", "words"), FAULTS, ids=[f"{at} {words}" for at, (_, words) in enumerate(FAULTS)])
def test_what_could_do_harm_or_cannot_be_played_is_refused_with_words(content: Callable[[], bytes], words: str) -> None:
    if not words:  # without an item, the resource that is a SCO plays by itself
        assert [one.href for one in read_scorm(content()).scos] == ["pages/index.html"]
        return
    with pytest.raises(NotPlayable) as refused:
        read_scorm(content())
    assert words in refused.value.what and refused.value.mend


def test_both_versions_are_read_with_what_they_ask_for() -> None:
    more = "<adlcp:masteryscore>80</adlcp:masteryscore><adlcp:datafromlms>hello</adlcp:datafromlms>"
    old = made.manifest(items=made.item("a", "One", more), resources=made.resource("a", "pages/index.html?x=1#two"))
    read = read_scorm(made.package(changes={"imsmanifest.xml": old}))
    assert (read.version, read.edition, read.title) == ("1.2", "SCORM 1.2", "Fire drill")
    assert (read.scos[0].passing, read.scos[0].launch_data) == ("80", "hello")
    assert read.scos[0].href == "pages/index.html?x=1#two"
    more = (
        '<imsss:sequencing xmlns:imsss="http://www.imsglobal.org/xsd/imsss"><imsss:objectives><imsss:primaryObjective>'
        "<imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>"
        '</imsss:sequencing><adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.9"/>'
    )
    new = made.manifest(made.NEW, items=made.item("a", "One", more).replace("<item ", '<item parameters="?a=b" '))
    read = read_scorm(made.package(made.NEW, changes={"imsmanifest.xml": new}))
    assert (read.version, read.edition) == ("2004", "SCORM 2004 4th Edition")
    assert (read.scos[0].passing, read.scos[0].completing, read.scos[0].href) == ("0.6", "0.9", "pages/index.html?a=b")


def test_an_address_leads_to_a_file_inside_or_to_none() -> None:
    assert file_of("a%20b/index.html?x=../y#z") == "a b/index.html"
    for href in ("http://a.org/x", "javascript:alert(1)", "/etc/passwd", "a/%2e%2e/b", "..\\x", "//a.org/x"):
        assert file_of(href) == "", href


def test_types_are_those_of_the_name() -> None:
    assert type_of_name("a/B.HTML") == "text/html" and type_of_name("x.js") == "text/javascript"
    assert type_of_name("x.unknown") == "application/octet-stream" and type_of_name("x.svg") == "image/svg+xml"
