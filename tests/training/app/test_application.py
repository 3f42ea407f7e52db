"""What the service does beside answering: it reads again and again whether there is more than one central unit."""

import asyncio
from uuid import uuid4

import pytest

from training.app import application
from training.database.connection import connection
from training.sites.models import CentralUnit


@pytest.mark.by_hand
async def test_a_unit_added_after_the_database_failed_for_a_moment_is_seen(settings, database, monkeypatch):
    monkeypatch.setattr(application, "UNITS_AGAIN", 0.02)
    app = application.build(settings)
    async with app.router.lifespan_context(app):
        async with asyncio.timeout(10):
            while app.state.resources.units.only is None:
                await asyncio.sleep(0.02)
        await connection().execute_query("ALTER TABLE sites_central_unit RENAME TO sites_central_unit_away")
        await asyncio.sleep(0.1)
        assert app.state.resources.units.only is not None  # the one known before stays
        await connection().execute_query("ALTER TABLE sites_central_unit_away RENAME TO sites_central_unit")
        await CentralUnit.create(id=uuid4(), slug="another", name="Another unit")
        async with asyncio.timeout(10):
            while app.state.resources.units.only is not None:
                await asyncio.sleep(0.02)
