"""Issues, renews and withdraws under load, kills that process at random moments, and looks at what is left.

`python -m tests.killed URL FOLDER --rounds N`: a program of its own, as it forks; says what it found as JSON.
"""

import asyncio
import hashlib
import json
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError, OperationalError

from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Artefact
from certificates.decisions.jobs import evaluate_and_follow
from certificates.evaluations import changes
from certificates.evaluations.models import Certificate, Certification, Decision, StateChange
from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from tests.certificates.world import BY_RULES, HOME, TODAY, at, publish_pathway
from tests.killing import Kills, asked, killed_once_begun
from tests.soundness import speak_of
from training.app import consequences
from training.app.resources import open_resources
from training.core.encryption import Encryptor
from training.core.errors import AppError
from training.database.connection import opened
from training.database.migrate import migrate
from training.demo.cast import settle
from training.demo.doing import being
from training.people.authentication.demo_cast import known
from training.people.models import Membership, Permission, Person
from training.programmes.models import Place
from training.sites.models import Programme
from training.trail import facts
from training.trail.models import Fact, Followup
from training.trail.verify import verify_trail
from training.trail.worker import Worker

PEOPLE, AT_ONCE, DAYS = 12, 4, 730
"""Who is certified, how many act side by side, and over how many days the rounds are spread."""
ACTS, SECONDS, LONGEST_SECONDS = 5, 0.15, 5.0
"""A process is killed after at most so many acts and so long after the last: at any write of any act."""


class CertificateKills(Kills):
    """Some act on the certificates of a few people, side by side, while days pass."""

    def kill(self, number: int) -> bool:
        now = at(TODAY - timedelta(days=DAYS)) + timedelta(days=DAYS) * number / self.rounds
        acts = self.chance.randint(0, ACTS)
        return killed_once_begun(partial(self._act, now), partial(self._wait, acts))

    def _wait(self, acts: int) -> None:
        wanted, until = self.acts().total() + acts, time.monotonic() + LONGEST_SECONDS
        while self.acts().total() < wanted and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(self.chance.uniform(0, SECONDS))

    async def prepare(self) -> None:
        facts.follow(consequences.AFTER)
        await migrate(self.settings.database_url)
        began = TODAY - timedelta(days=DAYS + 1)
        async with opened(self.settings.database_url):
            await settle(at(began))
            await publish_pathway(self.folder, BY_RULES)
            programme = (await Programme.get(slug="steady")).id
            for number in range(PEOPLE + 1):
                person = await Person.create(
                    id=uuid4(),
                    unit_id=known("together"),
                    name=f"{'Person' if number else 'First'} {number}",
                    created=at(began),
                )
                site = known("site/RIV")
                held = await Membership.create(
                    id=uuid4(), person_id=person.id, site_id=site, role="facilitator", starts=began
                )
                place = await Place.create(
                    id=uuid4(),
                    person_id=person.id,
                    programme_id=programme,
                    site_id=site,
                    starts=began,
                    recorded=at(began),
                )
                await speak_of(person, held, place)

        async with opened(self.settings.database_url):
            # What is read once in a process is read before the first fork: else nothing is done before the kill.
            first = await Person.get(name="First 0")
            await self._certify(first, "first aid", await being("dara", began), at(began))

    async def _act(self, now: datetime, begins: int) -> None:
        note = os.open(self.acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        chance = random.Random()
        async with opened(self.settings.database_url), open_resources(self.settings) as things:
            then = replace(things, now=lambda: now)
            apart = consequences.APART
            worker = Worker(consequences.HANDLERS, then, apart=apart, now=lambda: now, poll_seconds=0.02)
            os.write(begins, b"!")
            acts = [self._person_acts(now, note, chance) for _ in range(AT_ONCE)]
            await asyncio.gather(worker.work_forever(), *acts)

    async def _person_acts(self, now: datetime, note: int, chance: random.Random) -> None:
        dara = await being("dara", now.date())
        people = [one async for one in Person.filter(name__startswith="Person ")]
        while True:
            person = chance.choice(people)
            latest = await Certification.filter(person_id=person.id).order_by("-recorded", "-id").first()
            if latest is None or chance.random() < 0.2:
                act = self._certify(person, "first aid", dara, now)
            elif chance.random() < 0.85:
                act = self._certify(person, "first aid again", dara, now)
            else:
                act = self._withdraw(latest, dara, now)
            with suppress(AppError, IntegrityError, OperationalError):  # of two at once one comes second
                if said := await act:
                    os.write(note, f"{said}\n".encode())
            await asyncio.sleep(0)

    async def _certify(self, person: Person, what: str, dara: object, now: datetime) -> str:
        before = await Certification.filter(person_id=person.id).count()
        await record_evidence(person.id, TypedEvidence("qualification", what, now.date()), actor=dara, now=now)
        await evaluate_and_follow(person.id, home=HOME, now=now)
        made = await Certification.filter(person_id=person.id).order_by("-recorded", "-id")
        if len(made) == before:
            return ""
        return f"{'renewed' if len(made) > 1 else 'issued'} {made[0].id}"

    async def _withdraw(self, found: Certification, dara: object, now: datetime) -> str:
        wanted = changes.RequestedChange("withdrawn", "For a reason.", now.date())
        await changes.change(found.id, wanted, actor=dara, now=now)
        return f"withdrawn {found.id}"

    async def look(self) -> None:
        async with opened(self.settings.database_url):
            stored = {str(one) for one in await Certification.all().values_list("id", flat=True)}
            taken = StateChange.filter(state="withdrawn").values_list("certification_id", flat=True)
            withdrawn = {str(one) for one in await taken}
            for line in self.said():
                act, which = line.split()
                if which not in (withdrawn if act == "withdrawn" else stored):
                    self.wrong.append(f"{line}: acknowledged and lost")
            await self._consistent(stored, withdrawn)

    async def _consistent(self, stored: set[str], withdrawn: set[str]) -> None:
        rows = await Certificate.all().values("id", "certification_id", "serial", "progress", "person_id")
        if {str(row["certification_id"]) for row in rows} != stored or len(rows) != len(stored):
            self.wrong.append("a certification without its one certificate")
        if len({row["serial"] for row in rows}) != len(rows):
            self.wrong.append("a serial number twice")
        if await Decision.filter(outcome="certified").count() != len(stored):
            self.wrong.append("a decision without its certification")
        awarded = set(await Fact.filter(kind="certificate.awarded").values_list("subject_id", flat=True))
        if awarded != {str(row["id"]) for row in rows}:
            self.wrong.append("a certificate without its fact, or a fact without its certificate")
        told = set(await Fact.filter(kind="certificate.withdrawn").values_list("subject_id", flat=True))
        if told != withdrawn:
            self.wrong.append("a withdrawal without its fact, or a fact without its withdrawal")
        queued = set(await Followup.filter(kind="publish certificate").values_list("subject_id", flat=True))
        if queued != awarded:
            self.wrong.append("a certificate that nobody is going to publish")
        await self._no_two_at_once()
        await self._files(rows)

    async def _no_two_at_once(self) -> None:
        ended: dict[UUID, set[str]] = {}
        for change in await StateChange.all().order_by("certification_id", "turn").values():
            ended.setdefault(change["certification_id"], set()).add(change["state"])
        going = Counter(
            row["person_id"]
            for row in await Certification.all().values("id", "person_id")
            if not ended.get(row["id"], set()) & {"withdrawn", "replaced", "lapsed"}
        )
        if any(count > 1 for count in going.values()):
            self.wrong.append("somebody holds a level twice")
        for gone in await StateChange.filter(state="withdrawn").prefetch_related("certification"):
            held = Permission.filter(because=gone.certification.decision_id)
            if await held.filter(ends__gte=gone.effective).exists():
                self.wrong.append("a permission that outlives its withdrawal")

    async def _files(self, rows: list[dict[str, object]]) -> None:
        published = {row["id"] for row in rows if row["progress"] == "published"}
        for made in await Artefact.all().values("certificate_id", "path", "sha256"):
            path = self.settings.storage / made["path"]
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != made["sha256"]:
                self.wrong.append("a file that its row names is not there, or another")
            published.discard(made["certificate_id"])
        if published:
            self.wrong.append("a published certificate without files")

    async def finish(self) -> None:
        """Lets a worker do what is left: everything is published, nothing failed, and the trail is sound."""
        end = at(TODAY)
        async with opened(self.settings.database_url), open_resources(self.settings) as things:
            then = replace(things, now=lambda: end)
            await Worker(consequences.HANDLERS, then, now=lambda: end).work_once()
            if await Certificate.exclude(progress="published").exists():
                self.wrong.append("a certificate that was never published")
            failed = await facts.failed().values("kind", "last_error")
            self.wrong += [f"{row['kind']} failed: {row['last_error']}" for row in failed]
            self.wrong += (await verify_trail(now=end, keys=await things.keys.seal_keys())).problems
            await KeyStore(Encryptor(self.settings.secret_key), home=HOME).check()


def main(words: list[str]) -> int:
    """Does the rounds and prints what was found."""
    print(json.dumps(CertificateKills(*asked(words, __doc__, rounds=100)).run()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
