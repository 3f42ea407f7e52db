"""Every case of the pathway language gives the verdict that it expects."""

import pytest

from tests.certificates.pathways.case_files import ROWS_OF_FILES, CaseRow, differences, evaluated
from training.parsing.messages import FileError


@pytest.mark.parametrize("row", ROWS_OF_FILES, ids=[f"{row.file}: {row.name}" for row in ROWS_OF_FILES])
def test_a_case_gives_the_verdict_that_it_expects(row: CaseRow) -> None:
    if row.error:
        with pytest.raises(FileError) as fault:
            evaluated(row)
        assert all(word in str(fault.value) for word in row.error)
        return
    assert differences(row.expect, evaluated(row).as_json()) == []
