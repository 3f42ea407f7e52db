"""Loading instruments: a version is published once and never changes."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from training.assessments.load import load_instrument
from training.assessments.models import InstrumentVersion
from training.assessments.reading import instrument_of
from training.core.errors import Conflict
from training.instruments.read import read_instrument
from training.parsing.messages import FileError
from training.people.actor import Actor
from training.trail.models import Fact

from .conftest import HERE, NOW

Cast = Callable[[str], Awaitable[Actor]]
FILE = HERE / "leading.yaml"


async def test_the_same_file_twice_is_one_version_and_one_fact(cast: Cast) -> None:
    farah = await cast("farah")
    assert (await load_instrument(FILE, actor=farah, now=NOW)).change == "new"
    assert (await load_instrument(FILE, actor=farah, now=NOW)).change == "same"
    assert await InstrumentVersion.all().count() == 1
    assert await Fact.filter(kind="instrument.published").count() == 1


async def test_a_rehearsal_writes_nothing(cast: Cast) -> None:
    assert (await load_instrument(FILE, actor=await cast("farah"), now=NOW, check=True)).change == "new"
    assert await InstrumentVersion.all().count() == 0


async def test_a_published_version_cannot_change_and_a_new_number_can(cast: Cast, tmp_path: Path) -> None:
    farah, changed = await cast("farah"), tmp_path / "changed.yaml"
    await load_instrument(FILE, actor=farah, now=NOW)
    changed.write_text(FILE.read_text().replace("Closes the session", "Ends well"))
    with pytest.raises(Conflict):
        await load_instrument(changed, actor=farah, now=NOW)
    changed.write_text(changed.read_text().replace('version: "1"', 'version: "2"'))
    assert (await load_instrument(changed, actor=farah, now=NOW)).change == "new"
    assert await InstrumentVersion.all().count() == 2


async def test_the_body_comes_back_as_it_was_written_in_its_order(cast: Cast) -> None:
    farah = await cast("farah")
    await load_instrument(FILE, actor=farah, now=NOW)
    stored = instrument_of(await InstrumentVersion.get())
    assert stored == read_instrument(FILE)
    assert list(stored.items) == ["welcome", "listening", "closing"]


@pytest.mark.parametrize("version", ["yes", "1.10", "010", "019", "1e3", "0x10", "2026-01-01", "1_000", "~x"])
async def test_a_version_stays_as_it_was_written(cast: Cast, tmp_path: Path, version: str) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(f"instrument: on\nversion: {version}\nkind: checklist\nitems: {{no: {{title: No}}}}\n")
    done = await load_instrument(file, actor=await cast("farah"), now=NOW)
    stored = await InstrumentVersion.get()
    assert (done.version, stored.version, instrument_of(stored).version) == (version, version, version)
    assert list(instrument_of(stored).items) == ["no"]


@pytest.mark.parametrize("text", ["instrument: [", "instrument: x", "- a\n- b", "kind: scale\nkind: scale2", "a: \x07"])
async def test_a_faulty_file_is_refused_with_its_line_and_nothing_is_loaded(
    cast: Cast, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(text)
    with pytest.raises(FileError, match=r"faulty\.yaml:\d"):
        await load_instrument(file, actor=await cast("farah"), now=NOW)
    assert await InstrumentVersion.all().count() == 0
