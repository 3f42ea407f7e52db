"""What the service does beside answering: it reads again and again which learning systems may show it in a frame."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from training import app as roof
from training.database.opening import connection
from training.lti.models import Registration
from training.sites.models import CentralUnit


async def test_an_lms_added_after_the_database_failed_for_a_moment_may_show_us(settings, database, monkeypatch):
    monkeypatch.setattr(roof, "FRAMES_AGAIN", 0.02)
    await connection().execute_query("ALTER TABLE lti_registration RENAME TO lti_registration_away")
    app = roof.build(settings)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0.1)
        await connection().execute_query("ALTER TABLE lti_registration_away RENAME TO lti_registration")
        lms = "https://lms.example"
        await Registration.create(
            id=uuid4(),
            unit_id=(await CentralUnit.get()).id,
            issuer=lms,
            client_id="c",
            auth_url=f"{lms}/auth",
            token_url=f"{lms}/token",
            jwks_url=f"{lms}/keys",
            created=datetime.now(UTC),
        )
        async with asyncio.timeout(10):
            while lms not in app.state.frame_origins:
                await asyncio.sleep(0.02)
