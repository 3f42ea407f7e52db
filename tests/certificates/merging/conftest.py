"""Two records of one person, as a fixture."""

from uuid import UUID

import pytest

from tests.certificates.merging.twin import make_twin


@pytest.fixture
async def twin(database, tmp_path) -> UUID:
    """Makes the second record of Jude, with something of every kind; gives its id."""
    return await make_twin(tmp_path)
