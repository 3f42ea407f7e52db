"""Sheets that are kept as they were read: nothing of them is lost, whatever letters stand in them."""

from hypothesis import given
from hypothesis import strategies as some

from training.parsing.kept_sheets import MARK, packed, unpacked
from training.parsing.workbooks import TextSheet

texts = some.text(max_size=8)
cells = some.lists(texts, max_size=4).map(tuple)
rows = some.lists(some.tuples(some.integers(1, 10**6), cells), max_size=5).map(tuple)
sheets = some.lists(
    some.builds(TextSheet, texts, cells, rows, some.integers(1, 99)),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)


@given(sheets)
def test_each_sheet_comes_back_as_it_was_read(several):
    kept = packed(several)
    assert kept.startswith(MARK)
    assert [unpacked(kept, one.name) for one in several] == several
