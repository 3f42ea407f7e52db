"""A merge tried out: which record stays, what comes along in numbers, what disagrees; nothing is changed by it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from certificates.evaluations.models import Certificate
from certificates.merging.disagreements import MergeConflict, refusals, told
from training.core.dates import local_day
from training.core.errors import Conflict, NotFound
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.merging.moving import MergePlan, RecordPair, plan
from training.people.models import Person
from training.people.visibility import person_for

OTHERS_DO = "Somebody else of the central unit has to do it."
COUNTED = {
    "people.Membership.person_id": ("role at a site or in the unit", "roles at sites or in the unit"),
    "programmes.Place.person_id": ("place in a programme", "places in programmes"),
    "programmes.ProgrammeRole.person_id": ("role in a programme", "roles in programmes"),
    "courses.Enrolment.person_id": ("course begun", "courses begun"),
    "courses.Completion.person_id": ("module or course finished", "modules or courses finished"),
    "courses.Seat.person_id": ("seat in a cohort", "seats in cohorts"),
    "courses.Attendance.person_id": ("session noted", "sessions noted"),
    "records.Record.person_id": ("record of practice or learning", "records of practice or learning"),
    "assessments.Assessment.person_id": ("assessment of them", "assessments of them"),
    "assessments.Rater.person_id": ("assessment that they rate", "assessments that they rate"),
    "records.Confirmation.confirmer_id": ("record they confirm for others", "records they confirm for others"),
    "certificates.Certificate.person_id": ("certificate", "certificates"),
    "certificates.EarlierCertificate.person_id": ("certificate from before", "certificates from before"),
    "certificates.Decision.person_id": ("decision about them", "decisions about them"),
    "certificates.Decision.decided_by_id": ("decision that they made", "decisions that they made"),
    "certificates.Appeal.person_id": ("appeal", "appeals"),
    "people.Permission.person_id": ("permission", "permissions"),
    "people.Relation.person_id": ("person they work with", "people they work with"),
    "people.Email.person_id": ("e-mail address", "e-mail addresses"),
    "people.Phone.person_id": ("telephone number", "telephone numbers"),
    "lti.Identity.person_id": ("account at a learning system", "accounts at learning systems"),
    "people.Factor.person_id": ("passkey or app to sign in with", "passkeys or apps to sign in with"),
    "people.SignInNumber.person_id": ("number that gets codes by text", "numbers that get codes by text"),
    "people.Letter.person_id": ("letter sent to them", "letters sent to them"),
}
"""Column → how what comes along with it is called, one and several."""


@dataclass(frozen=True)
class MergeRehearsal:
    """What a merge would do; it can be done where nothing is `refused`."""

    stays: Person
    shut: Person
    plan: MergePlan
    comes: list[str]
    refused: list[MergeConflict]
    told: list[MergeConflict]


async def rehearse(stays_id: UUID, shut_id: UUID, *, actor: Actor, now: datetime) -> MergeRehearsal:
    """Tries a merge out, as the actor and for two people whom they may merge; changes nothing."""
    stays, shut = await pair_for(stays_id, shut_id, actor)
    today = local_day(now, actor.zone)
    made = await plan(RecordPair(shut.id, stays.id, now, today))
    refused = await refusals(stays, shut, today=today)
    return MergeRehearsal(stays, shut, made, _comes(made), refused, await told(stays, shut, made, today=today))


async def pair_for(one: UUID, other: UUID, actor: Actor) -> tuple[Person, Person]:
    """Finds two people about whom the actor may say so, neither of them the actor, neither of them erased."""
    if one == other:
        raise NotFound("This is one record.", "Choose another one.")
    found = await person_for(actor, "give every role", one), await person_for(actor, "give every role", other)
    for person in found:
        await refuse_own(person.id, actor.person_id, "You may not merge a record of your own.", OTHERS_DO)
        if person.erased_at:
            raise Conflict("One of these records was erased.", "Nothing is left to merge.")
    return found


async def suggested(one: Person, other: Person) -> UUID:
    """Names the record that had better stay: the one with certificates, else the older one."""
    certified = {row.person_id for row in await Certificate.filter(person_id__in=[one.id, other.id])}
    return min((one, other), key=lambda person: (person.id not in certified, person.created)).id


def _comes(made: MergePlan) -> list[str]:
    found = Counter(f"{change.table}.{change.column}" for change in made.changes)
    behind = set(made.kept)
    rows = {(one.table, one.id) for one in made.changes} - behind
    counted = {(one.table, one.id) for one in made.changes if f"{one.table}.{one.column}" in COUNTED}
    words = [many(found[column], *said) for column, said in COUNTED.items() if found[column]]
    others = len(rows - counted)
    return [*words, many(others, "other entry that names them", "other entries that name them")] if others else words
