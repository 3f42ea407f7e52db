"""Records evidence that no other room keeps: what was shown on paper, and prior learning that is recognised."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import PROGRAMME, collect_evidence, recorded_row
from certificates.evaluations.models import PathwayVersion, RecordedEvidence
from certificates.evaluations.typed_records import TypedEvidence, faults_of, form_for
from certificates.pathways.forms import SIGNED, TYPED, RecordForm, accepts, record_forms, signatory_of
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.makers import signatory_words
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Person
from training.people.visibility import person_for, reach
from training.trail import facts


@dataclass(frozen=True)
class Offered:
    """What can be recorded for a person: the forms, and the pathway versions whose rules they come from, by name."""

    forms: tuple[RecordForm, ...]
    versions: dict[str, PathwayVersion]


async def offered_for(person: Person, *, today: date) -> Offered:
    """Reads from the pathways that somebody follows what can be recorded for them."""
    followed = await pathway_versions.followed_by(person.id, person.unit_id, today=today)
    forms = record_forms(pathway_versions.read(version) for version in followed)
    typed = tuple(one for one in forms if one.type in TYPED or one.type == "waiver")
    return Offered(typed, {version.slug: version for version in followed})


async def record_evidence(
    person_id: UUID, shown: TypedEvidence, *, actor: Actor, now: datetime, key: UUID | None = None
) -> RecordedEvidence:
    """Records a piece of evidence for somebody else; the same `key` again gives the row that is there."""
    person = await _recordable(person_id, actor)
    row = await _row(person, shown, actor=actor, now=now, key=key)
    return await _once("evidence.recorded", row, actor=actor, now=now)


async def correct_evidence(
    record_id: UUID, shown: TypedEvidence, *, why: str, actor: Actor, now: datetime, key: UUID | None = None
) -> RecordedEvidence:
    """Writes what is right beside a record that is wrong; the wrong one stays in the past, with who said why."""
    old = await standing_record(record_id, actor)
    person = await _recordable(old.person_id, actor)
    _say_why(why)
    row = await _row(person, shown, actor=actor, now=now, key=key)
    row.replaces_id, row.note = old.id, why.strip()
    return await _once("evidence.corrected", row, actor=actor, now=now)


async def take_back_evidence(
    record_id: UUID, *, why: str, actor: Actor, now: datetime, key: UUID | None = None
) -> RecordedEvidence:
    """Takes a record back: a new row says so and why, and the old one stays in the past."""
    old = await standing_record(record_id, actor)
    await _recordable(old.person_id, actor)
    _say_why(why)
    row = RecordedEvidence(
        id=uuid4(), entry_key=key, person_id=old.person_id, programme_id=old.programme_id, type=old.type,
        what=old.what, on=old.on, until=old.until, attributes=old.attributes, replaces_id=old.id, void=True,
        note=why.strip(), recorded=now, recorded_by_id=actor.person_id,
    )  # fmt: skip
    return await _once("evidence.taken_back", row, actor=actor, now=now)


async def standing_record(record_id: UUID, actor: Actor) -> RecordedEvidence:
    """Finds a record that was neither corrected nor taken back, of somebody whom the actor looks after."""
    found = await RecordedEvidence.filter(reach(actor, "manage people")).get_or_none(id=record_id, void=False)
    if found is None or await RecordedEvidence.filter(replaces_id=found.id).exists():
        raise NotFound("There is no such record.", "It may have been corrected. Look at the list again.")
    return found


async def _recordable(person_id: UUID, actor: Actor) -> Person:
    remedy = "Your site coordinator or the central unit can."
    await refuse_own(person_id, actor.person_id, "You may not record this.", remedy)
    return await person_for(actor, "manage people", person_id)


def _say_why(why: str) -> None:
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say what was wrong with it"})


async def _row(
    person: Person, shown: TypedEvidence, *, actor: Actor, now: datetime, key: UUID | None
) -> RecordedEvidence:
    """Makes the row of what was shown; refuses what no form asks for, and a signature that nobody would count."""
    offered = await offered_for(person, today=actor.today)
    form = form_for(shown, offered.forms)
    if form is None:
        words = "Choose from the list what it is. Awards, roles and relations are never typed in"
        raise Invalid("There is a problem", problems={"what": words})
    if problems := faults_of(form, shown, actor.today):
        raise Invalid("There is a problem", problems=problems)
    reason = {"reason": shown.reason.strip()} if shown.reason.strip() else {}
    row = RecordedEvidence(
        id=uuid4(), entry_key=key, person_id=person.id, type=shown.type, what=shown.what.strip(), on=shown.on,
        until=shown.until, attributes={**shown.attributes, **reason}, recorded=now, recorded_by_id=actor.person_id,
        programme_id=offered.versions[form.pathway].programme_id if form.pathway else None,
    )  # fmt: skip
    if await _signs(row, form, offered, person, actor):
        row.attributes["by"] = str(actor.person_id)
    return row


async def _signs(row: RecordedEvidence, form: RecordForm, offered: Offered, person: Person, actor: Actor) -> bool:
    """Tells whether the record carries the signature of whoever types it; refuses one that no rule would take."""
    asking = [rule for rule in form.rules if signatory_of(form.type, rule)]
    if not asking:
        return form.type in SIGNED
    record: dict[str, Any] = recorded_row(row, actor.zone) | {"by": str(actor.person_id)}
    del record[PROGRAMME]
    for rule in asking:
        evidence = Evidence.of(
            await collect_evidence(person, offered.versions[rule[0].id], (record,), as_of=actor.today)
        )
        if accepts(rule, evidence, record["id"], actor.today):
            return True
    if len(asking) < len(form.rules):
        return False
    needed = dict.fromkeys(signatory_words(signatory_of(form.type, rule), rule[0]) for rule in asking)
    words = f"You may not sign this on that day. It must be signed by {' or '.join(needed)}"
    raise Invalid("There is a problem", problems={"form": words})


async def _once(kind: str, row: RecordedEvidence, *, actor: Actor, now: datetime) -> RecordedEvidence:
    """Writes a row with its fact, or gives the row that the same form made before."""
    person = await Person.get(id=row.person_id)

    async def made_before() -> RecordedEvidence | None:
        if row.entry_key is None:
            return None
        return await RecordedEvidence.get_or_none(entry_key=row.entry_key, recorded_by_id=actor.person_id)

    if found := await made_before():
        return found
    try:
        async with transaction():
            await row.save(force_create=True)
            await facts.record(
                kind, row, actor=actor.person_id, person=row.person_id, unit=person.unit_id, now=now,
                detail={
                    "type": row.type, "what": row.what, "replaces": str(row.replaces_id) if row.replaces_id else None,
                },
            )  # fmt: skip
    except IntegrityError as error:
        if found := await made_before():
            return found
        raise Conflict("This record has just been changed.", "Look at the list again before you go on.") from error
    return row
