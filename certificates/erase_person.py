"""Erases a person and keeps the truth: certificates go on verifying as genuine, with the holder's details removed."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from certificates.credentials.facts import canonical, digest, digest_of, thawed
from certificates.credentials.models import Artefact
from certificates.evaluations.models import Appeal, Certificate
from certificates.imports.models import EarlierProof
from certificates.verification.models import ShareLink, StaffListing
from courses.cohorts.models import Attendance
from courses.learning.models import ScormAttempt, TaskEntry, TaskReply
from training.assessments.attempts.models import LearnerAnswer
from training.assessments.films.models import GONE as FILM_GONE
from training.assessments.films.models import Film, FilmComment, FilmConsent, FilmConsentLink
from training.assessments.models import Visit
from training.core import handed_files
from training.core.errors import NotFound
from training.database.connection import transaction
from training.lti.identities.erase_person import erase_identities
from training.people.actor import Actor
from training.people.erase_person import erase_person, pseudonym_of, sweep
from training.people.merging.moving import model_of
from training.people.models import Person
from training.people.personal_data import Rows, rows_about, rows_above, sealed
from training.people.visibility import people_for
from training.programmes.erase_person import end_participation
from training.records.models import Confirmation, Participant, RecordFile
from training.trail import facts

GONE = {"because": "", "shows": "name", "opens_badge": False, "leads_on": False}
"""What is left of the words about a certificate without a holder, and what its check may show."""
REMOVED = "Holder details removed"
NAMED_BY_OTHERS = (
    (Confirmation, "confirmer_id", ("confirmer_name", "contact")),
    (Participant, "person_id", ("name",)),
)
"""Where others typed the person's name: table, column of the person, columns of the name."""


PEOPLE, FUNDING = "/figures/people", "funding"
"""The list of a report whose rows say who pays for a place, and what narrows other lists by it or tells them apart."""
AT_ONCE = 20
"""Answers of reports that are read at once: each may hold thousands of rows."""


@dataclass(frozen=True)
class Erased:
    """What became of the person: the name from now on, and how much was changed."""

    pseudonym: str
    certificates: int
    rows: int


async def erase(person_id: UUID, *, actor: Actor, now: datetime, storage: Path) -> Erased:
    """Erases a person for good, with the records that were merged into theirs; raises Conflict when it was done before.

    Files go first: if it ends in between, it is done again from the start and finds the rest.
    """
    person = await people_for(actor, "manage people").get_or_none(id=person_id)
    if person is None:
        raise NotFound("There is no such person.", "Give the id that stands in the address of the person's page.")
    for shut in await Person.filter(merged_into_id=person_id, erased_at__isnull=True):
        await erase_record(shut, actor_id=actor.person_id, now=now, storage=storage)
    return await erase_record(person, actor_id=actor.person_id, now=now, storage=storage)


async def erase_record(person: Person, *, actor_id: UUID | None, now: datetime, storage: Path) -> Erased:
    """Erases what one record holds of a person; whoever calls it has asked whether it may be."""
    person_id = person.id
    certificate_ids = [row.id for row in await Certificate.filter(person_id=person_id)]
    entries = [row.stored for row in await TaskEntry.filter(enrolment__person_id=person_id)]
    proofs = [row.stored for row in await RecordFile.filter(record__person_id=person_id)]
    appeals = [one["stored"] for row in await Appeal.filter(person_id=person_id) for one in row.files or ()]
    scans = [row.stored for row in await EarlierProof.filter(earlier__person_id=person_id)]
    filmed = await Film.filter(person_id=person_id).exclude(state=FILM_GONE)
    kept = [
        *(film.stored for film in filmed),
        *_under(handed_files.ENTRIES, entries),
        *_under(handed_files.RECORDS, proofs),
        *_under(handed_files.APPEALS, appeals),
        *_under(handed_files.PROOFS, scans),
    ]
    await asyncio.to_thread(_remove_files, storage, certificate_ids, kept)
    async with transaction():
        await end_participation(person, now=now)  # first: what is swept after it is as it was read
        rows = await rows_about(person_id)
        words = await erase_person(person, now=now) | await erase_identities(person_id) | _named(rows, person_id)
        await _remove_holder(certificate_ids)
        await StaffListing.filter(person_id=person_id).delete()
        await _remove_words(person_id, rows)
        await _remove_films(person_id, now)
        instead, leave = pseudonym_of(person_id), frozenset({Certificate})
        swept = await sweep(rows, words, instead, leave=leave)
        above = await rows_above(rows)
        swept |= await sweep(above, words, instead, leave=leave)
        async for told in _reported(person.unit_id):
            swept |= await sweep(told, words, instead, leave=leave)
        await facts.record(
            "person.erased", person, actor=actor_id, person=person_id, unit=person.unit_id, now=now,
            detail={"certificates": len(certificate_ids), "rows": len(swept)}, rows=[*sealed(rows), *sealed(above)],
            beyond=swept,
        )  # fmt: skip
    return Erased(pseudonym_of(person_id), len(certificate_ids), len(swept))


async def _reported(unit_id: UUID) -> AsyncIterator[Rows]:
    """Gives reports, and those of their answers that tell who pays: both hold what somebody typed, of anybody."""
    reports, answers = model_of("reports.SavedReport"), model_of("reports.ReportAnswer")
    found = {row["id"]: row for row in await reports.filter(unit_id=unit_id).values()}
    yield {reports: found}
    freely = [key for key, row in found.items() if row["listing"] == PEOPLE or FUNDING in str(row["filters"])]
    kept = await answers.filter(report_id__in=freely).order_by("id").values_list("id", flat=True)
    for at in range(0, len(kept), AT_ONCE):
        yield {answers: {key: {} for key in kept[at : at + AT_ONCE]}}


def _under(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{folder}/{name}" for name in names if name]


def _remove_files(storage: Path, certificate_ids: Iterable[UUID], kept: Iterable[str]) -> None:
    for certificate_id in certificate_ids:
        for folder in (storage / "certificates").glob(f"*/{certificate_id}"):
            shutil.rmtree(folder)
    for name in kept:
        (storage / name).unlink(missing_ok=True)


def _named(rows: Rows, person_id: UUID) -> frozenset[str]:
    return frozenset(
        row[column]
        for model, who, columns in NAMED_BY_OTHERS
        for row in rows.get(model, {}).values()
        if row[who] == person_id
        for column in columns
        if row[column]
    )


async def _remove_words(person_id: UUID, rows: Rows) -> None:
    """Takes what the person handed in, what came back about it, and why they were absent or what they did instead."""
    await TaskEntry.filter(id__in=list(rows.get(TaskEntry, {}))).update(note="", file_name="", stored="")
    await ScormAttempt.filter(enrolment__person_id=person_id).update(suspend_data="", location="")
    await RecordFile.filter(id__in=list(rows.get(RecordFile, {}))).update(file_name="", stored="")
    await Appeal.filter(person_id=person_id).update(files=None)
    await EarlierProof.filter(earlier__person_id=person_id).update(file_name="", stored="")
    await TaskReply.filter(entry__enrolment__person_id=person_id).update(words="")
    await Attendance.filter(person_id=person_id).update(note="")
    await Visit.filter(assessment__person_id=person_id).update(place="", directions="")
    await LearnerAnswer.filter(assessment__person_id=person_id).update(words="")


async def _remove_films(person_id: UUID, now: datetime) -> None:
    """Takes the films of the person’s groups, with who was on them and what was said of them; their files are gone."""
    films = Film.filter(person_id=person_id)
    await films.exclude(state=FILM_GONE).update(state=FILM_GONE, removed=now, removed_because="erased")
    await films.update(file_name="", captions="", secret="")
    await FilmConsent.filter(film__person_id=person_id).update(name="", given_by="")
    await FilmConsentLink.filter(consent__film__person_id=person_id).update(address="")
    await FilmComment.filter(film__person_id=person_id).update(words="")


async def _remove_holder(certificate_ids: list[UUID]) -> None:
    """Takes the holder out of the frozen facts; the hashes of facts and files stay, as proof of what they were."""
    for row in await Certificate.filter(id__in=certificate_ids):
        bare = replace(thawed(row.facts), name=REMOVED, email_hash="", email_salt="")
        sound = digest_of(row.facts) == row.facts_sha256  # what was damaged before does not become sound by this
        now_proves = digest(bare) if sound else ""
        await Certificate.filter(id=row.id).update(facts=canonical(bare), bare_sha256=now_proves, **GONE)
    await Artefact.filter(certificate_id__in=certificate_ids).update(path="")
    await ShareLink.filter(certificate_id__in=certificate_ids).delete()
