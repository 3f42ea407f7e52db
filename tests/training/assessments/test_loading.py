"""Loading instruments: a version is published once and never changes."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from training.assessments.loading import body_of, load_instrument, read_file
from training.assessments.versions import InstrumentVersion
from training.errors import Conflict, Invalid
from training.facts import Fact
from training.people.actor import Actor

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
    body = body_of((await InstrumentVersion.get()).body)
    assert body == read_file(FILE)
    assert list(body["items"]) == ["welcome", "listening", "closing"]


async def test_words_stay_words(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text("instrument: on\nversion: yes\nkind: checklist\nitems: {no: {title: No}}\n")
    assert read_file(file)["version"] == "yes" and list(read_file(file)["items"]) == ["no"]


@pytest.mark.parametrize("text", ["instrument: [", "instrument: x", "- a\n- b", "kind: scale\nkind: scale2"])
async def test_a_faulty_file_is_refused_and_nothing_is_loaded(cast: Cast, tmp_path: Path, text: str) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(text)
    with pytest.raises(Invalid, match=r"faulty\.yaml"):
        await load_instrument(file, actor=await cast("farah"), now=NOW)
    assert await InstrumentVersion.all().count() == 0


async def test_faults_found_by_the_language_itself_are_handed_in(cast: Cast) -> None:
    with pytest.raises(Invalid, match=r"leading\.yaml:3: wrong"):
        await load_instrument(
            FILE, actor=await cast("farah"), now=NOW, faults=lambda path: [f"{path}:3: wrong; mend it"]
        )
