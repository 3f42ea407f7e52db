"""Has a film looked into that has arrived, in a process of its own, and keeps what was found; deletes what is none."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from training.assessments.films.contents import file_of
from training.assessments.films.large_files import LargeFile
from training.assessments.films.models import CHECKING, READY, REFUSED, Film
from training.core import storage
from training.core.encryption import Encryptor
from training.core.errors import Upstream
from training.core.settings import Settings
from training.database.connection import transaction
from training.trail import facts

CHECK = "check film"
PROGRAM = (sys.executable, "-P", "-m", "training.assessments.films.probe")
HOME = Path(__file__).resolve().parents[3]
TIMEOUT_SECONDS = 300.0
NOT_READ = "This film could not be read. Save it anew as MP4 (H.264), and send that"
NOT_THERE = "This film did not arrive whole. Send it again"
OF_THE_FILE = frozenset(
    -one for one in (
        signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP,
    )
)  # fmt: skip
"""How the program ends by what is in a film: at its limit of time, or by a fault of the libraries. All else is ours."""
_one_at_a_time = asyncio.Semaphore(1)


async def check(film_id: UUID, *, settings: Settings, now: datetime) -> None:
    """Looks into a film, once; one that cannot be looked at just now raises Upstream, to be tried again."""
    film = await Film.get(id=film_id)
    if film.state != CHECKING:
        return
    file = file_of(film, settings.storage, Encryptor(settings.secret_key))
    there = await asyncio.to_thread(storage.size_of, settings.storage, film.stored)
    # Without it the service ended between the file and the note that it was refused.
    found = await _looked_into(file) if there else {"refused": NOT_THERE}
    if "away" in found:
        raise Upstream("This film cannot be looked into just now.", found["away"])
    refused = str(found.get("refused", ""))[:300]
    if refused:
        await asyncio.to_thread(storage.remove, settings.storage, film.stored)
    change: dict[str, Any] = {"state": REFUSED, "problem": refused, "removed": now, "secret": ""} if refused else {
        "state": READY, **found
    }  # fmt: skip
    async with transaction():
        if await Film.filter(id=film.id, state=CHECKING).update(**change):
            await facts.record(
                "film.checked", film, actor=None, person=film.person_id, unit=film.unit_id, now=now,
                detail={"found": change["state"]},
            )  # fmt: skip


async def _looked_into(file: LargeFile) -> dict[str, Any]:
    asked = {"folder": str(file.folder.absolute()), "name": file.name, "key": file.key, "size": file.size}
    async with _one_at_a_time:
        program = await asyncio.create_subprocess_exec(*PROGRAM, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=HOME)
        try:
            said, _ = await asyncio.wait_for(program.communicate(json.dumps(asked).encode() + b"\n"), TIMEOUT_SECONDS)
        except TimeoutError:
            return {"away": f"It took longer than {TIMEOUT_SECONDS:.0f} seconds."}  # of a machine that is slow
        finally:
            with suppress(ProcessLookupError):
                program.kill()
            await program.wait()
    if program.returncode in OF_THE_FILE:
        return {"refused": NOT_READ}
    try:
        found: dict[str, Any] = json.loads(said)
    except ValueError:  # stopped with the service, or for want of memory: no reason to delete a film
        return {"away": f"The program that looks into films ended with {program.returncode}."}
    return found
