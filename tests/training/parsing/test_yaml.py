"""The one reader of YAML: text stays as written, and whatever it is given, it answers with lines, never a trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.parsing.messages import FileError
from training.parsing.yaml import read_table

PIECES = st.sampled_from(
    ["a: ", "- ", "? ", ": ", "&x ", "*x", "!!map ", "!x ", "<<: ", "{", "}", "[", "]", "'", '"', "|\n", ">\n", "---\n",
     "...\n", "%YAML 3.0\n", "#", "\n", "  ", "\t", "\x07", "\x85", "\u2028", "\ufeff", "\ud800", "\\ud800", "\0",
     "2026-02-30", "1.10", "019", "null", "~"]
)  # fmt: skip


@pytest.mark.parametrize("written", ["yes", "on", "010", "019", "1e3", "0x1F", "1_000", ".5", "1:30", "No", "NULL"])
def test_what_is_no_number_and_no_day_stays_text(written):
    assert read_table(f"a: {written}", "x.yaml") == {"a": written}


def test_a_decimal_keeps_its_last_nought():
    assert str(read_table("version: 1.10", "x.yaml")["version"]) == "1.10"


@pytest.mark.parametrize("text", ["a: 1\nb: \x07", "a: 1\n*x : 2", "a: 1\nb: 2026-02-30"])
def test_what_cannot_be_read_is_refused_with_its_line(text):
    with pytest.raises(FileError, match=r"^x\.yaml:2: "):
        read_table(text, "x.yaml")


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_whatever_is_written_is_read_or_refused_with_a_line(text):
    try:
        read_table(text, "x.yaml")
    except FileError as refused:
        assert all(one.line >= 1 and one.remedy for one in refused.mistakes)
