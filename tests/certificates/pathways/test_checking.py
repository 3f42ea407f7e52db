"""Files that are wrong are refused with their line and with words that help; files that are right pass in silence."""

from pathlib import Path

import pytest

from certificates.pathways.check_files import check

HERE = Path(__file__).parent
FAULTY = sorted((HERE / "cases" / "faulty").glob("*.yaml"))
SOUND = [
    *sorted((HERE / "examples").glob("*.yaml")),
    *sorted((HERE / "examples" / "instruments").glob("*.yaml")),
    *sorted((HERE / "cases" / "pathways").glob("*.yaml")),
]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_file_passes_in_silence(path: Path) -> None:
    assert [str(mistake) for mistake in check([path])] == []


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_file_is_refused_at_its_line_with_words_that_help(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    mistakes = [str(one) for one in check([path])]
    if not first.startswith("# expect"):
        assert mistakes == []
        return
    line, words = first.removeprefix("# expect ").split(": ", 1)
    start = f"{path}:{line}: "
    assert any(one.startswith(start) and all(word in one for word in words.split()) for one in mistakes), mistakes
