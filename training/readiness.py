"""What the service needs of its house: tables, a folder that takes files, and the secret key that opens the keys."""

import asyncio
from datetime import datetime

from certificates.credential_models import Artefact
from certificates.keys import KeyStore
from training import storage
from training.database.migrating import is_migrated
from training.errors import Invalid, Upstream
from training.lti.keyring import Keyring
from training.settings import Settings


async def check_start(settings: Settings, *, now: datetime) -> None:
    """Raises Invalid where there is no use in starting; what may come right meanwhile is left to `lacks`."""
    if not await is_migrated():
        raise Invalid("The database is not up to date.", "Run: training migrate")
    folder = settings.storage
    try:
        if storage.is_fresh(folder) and await Artefact.exists():
            raise Invalid(
                f"TRAINING_STORAGE_URL: {folder} is empty, and the records name files in it.",
                "Mount the disk, or name the right folder.",
            )
        await asyncio.to_thread(storage.prepare, folder)
        await asyncio.to_thread(storage.sweep, folder, now=now)
    except (Upstream, OSError) as error:
        raise Invalid(f"TRAINING_STORAGE_URL: {error}", "Give this user the right to write there.") from error


async def lacks(settings: Settings, *, keys: KeyStore, keyring: Keyring, now: datetime) -> dict[str, str]:
    """Says of what is missing why it is; empty when all is there. Asks a database that answers and is migrated."""
    found: dict[str, str] = {}
    for name, look in (("keys", keys.check()), ("lti_keys", keyring.check(now)), ("files", _files(settings))):
        try:
            await look
        except Upstream as trouble:
            found[name] = trouble.message
    return found


async def _files(settings: Settings) -> None:
    await asyncio.to_thread(storage.probe, settings.storage)
