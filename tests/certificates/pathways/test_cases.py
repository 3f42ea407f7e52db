"""Every case of the pathway language gives the verdict that it expects."""

import pytest

from certificates.pathways.mistakes import Faulty
from tests.certificates.pathways.case_files import CaseRow, all_cases, differences, verdict_of

ROWS = list(all_cases())


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.file}: {row.name}" for row in ROWS])
def test_a_case_gives_the_verdict_that_it_expects(row: CaseRow) -> None:
    if row.error:
        with pytest.raises(Faulty) as fault:
            verdict_of(row)
        assert all(word in str(fault.value) for word in row.error)
        return
    assert differences(row.expect, verdict_of(row)) == []
