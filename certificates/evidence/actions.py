"""Enters records into the forms that the rules ask for: of oneself, of somebody else, of a site; answers claims."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery

from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.models import PathwayVersion, current
from certificates.evidence.rules import CLAIMED, ENTERED, JUDGED, TOLD_AT_ONCE, TypedEvidence, faults_of, form_for
from certificates.pathways.forms import SIGNED, RecordForm, accepts, award_form, record_forms, signatory_of
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.makers import signatory_words
from certificates.pathways.recordable import first_holders
from training.assessments.models import InstrumentVersion
from training.core.errors import Invalid, NotAllowed, NotFound
from training.core.handed_files import RECORDS, HandedFile, drop, wrong_with
from training.database.kept_files import kept
from training.parsing.keywords import LIVE_STANDINGS
from training.people.actor import Actor
from training.people.holders import Holder, kind_of
from training.people.models import Person
from training.people.visibility import people_for, reach, sites_for
from training.programmes.models import ProgrammeRole, holding_on
from training.records import actions as records
from training.records import asking
from training.records.models import Participant, Record, RecordFile, standing
from training.records.overview import in_state
from training.records.rules import NEEDS_A_YES, Confirmer, KeptFile
from training.sites.models import Site

MANAGE = "manage people"


@dataclass(frozen=True)
class Offered:
    """What can be recorded for a holder: the forms, and the pathway versions whose rules they come from, by name."""

    forms: tuple[RecordForm, ...]
    versions: dict[str, PathwayVersion]

    def slug_of(self, programme_id: UUID | None) -> str:
        """Returns the name of the pathway of a programme; "" where nobody follows one of it."""
        return next((slug for slug, one in self.versions.items() if one.programme_id == programme_id), "")

    def programme_of(self, form: RecordForm) -> UUID | None:
        """Returns the programme in which a form's records count; none for what belongs to the person."""
        return self.versions[form.pathway].programme_id if form.pathway else None

    def of(self, types: Iterable[str]) -> "Offered":
        """Returns the forms of some types alone."""
        return replace(self, forms=tuple(one for one in self.forms if one.type in types))


async def offered_for(holder: Holder, *, today: date) -> Offered:
    """Reads from the pathways that a person, or a site, follows what can be recorded for them.

    What an instrument here rates is rated with it, and an award of the same programme is decided; of a level that
    nobody here can be first to hold it is brought in.
    """
    followed = await pathway_versions.followed(holder, today=today)
    return offered_by(followed, kind_of(holder), await rated_here(holder.unit_id))


async def rated_here(unit_id: UUID) -> frozenset[str]:
    """Names the instruments of a unit: what they rate is not typed in."""
    tools = InstrumentVersion.filter(instrument__unit_id=unit_id)
    return frozenset(str(name) for name in await tools.values_list("instrument__name", flat=True))


def offered_by(followed: Sequence[PathwayVersion], kind: str, rated: Collection[str]) -> Offered:
    """Returns what the rules of these versions let be recorded for a kind of holder."""
    pathways = [pathway_versions.read(version) for version in followed]
    forms = tuple(
        form
        for form in record_forms(pathways, kind)
        if (form.type != "assessment" or form.what not in rated) and (form.type != "award" or "/" in form.what)
    )
    forms += tuple(
        award_form(one, one.levels[name])
        for one in pathways
        for name in sorted(first_holders(one))
        if one.levels[name].holder == kind
    )
    return Offered(forms, {version.slug: version for version in followed}).of(ENTERED)


async def log_evidence(
    shown: TypedEvidence, *, actor: Actor, now: datetime, key: UUID, confirmer: Confirmer | None = None,
    replaces: UUID | None = None,
) -> Record:  # fmt: skip
    """Logs what the actor did or holds, as a form of their pathways asks; it counts once it is confirmed."""
    offered = (await offered_for(await Person.get(id=actor.person_id), today=actor.today)).of(CLAIMED)
    entry = _entry(shown, offered)
    return await records.log(entry, key=key, actor=actor, now=now, confirmer=confirmer, replaces=replaces)


async def record_evidence(
    holder_id: UUID,
    shown: TypedEvidence,
    *,
    actor: Actor,
    now: datetime,
    key: UUID | None = None,
    replaces: UUID | None = None,
    why: str = "",
) -> Record:
    """Records what the actor has seen of somebody, or a site, or signs; the same `key` again gives the row there is.

    Who looks after them records what the rules let anybody tell; what they want signed, whom they name.
    """
    holder, offered = await offered_to(actor, holder_id)
    entry = _entry(shown, offered)
    form = form_for(shown, offered.forms)
    assert form is not None
    if not entry.by and await _signs(entry, form, offered, holder, actor):
        entry = replace(entry, by=(Confirmer(actor.name, actor.person_id),))
    return await records.record_for(
        holder, entry, key=key or uuid4(), actor=actor, now=now, replaces=replaces, reason=why
    )


async def tell_evidence(
    person: Person,
    shown: TypedEvidence,
    offered: Offered,
    *,
    actor: Actor,
    now: datetime,
    key: UUID,
    confirmer: Confirmer | None = None,
    replaces: UUID | None = None,
    why: str = "",
) -> Record:
    """Records what a program tells of somebody: as if they had logged it, so that it counts once people confirm it.

    A program signs nothing, and vouches for nothing that somebody has to see. What the language lets another system
    tell counts at once, unless rules want it signed. It corrects only what it told itself of the same person.
    """
    entry, form = _entry(shown, offered), form_for(shown, offered.forms)
    assert form is not None
    if replaces and not await Record.filter(id=replaces, program_id=actor.person_id, person_id=person.id).exists():
        raise Invalid("There is a problem", problems={"replaces": "You have told no such record of this person"})
    if form.type in CLAIMED:
        return await records.log(
            entry, key=key, actor=actor, now=now, confirmer=confirmer, replaces=replaces, holder=person.id
        )
    asking = [rule for rule in form.rules if signatory_of(form.type, rule)]
    if form.type not in TOLD_AT_ONCE or (asking and len(asking) == len(form.rules)):
        words = "A person has to record this here and sign it; a program cannot"
        raise Invalid("There is a problem", problems={"type": words})
    return await records.record_for(
        person, entry, key=key, actor=actor, now=now, replaces=replaces, reason=why, program=True
    )


@asynccontextmanager
async def kept_proof(file: HandedFile | None, *, agreed: bool, storage: Path) -> AsyncIterator[tuple[KeptFile, ...]]:
    """Keeps a file while a record is written, and removes it where no record came of it; refuses a wrong one."""
    if file is None:
        yield ()
        return
    wrong = wrong_with(file)
    if not agreed:
        wrong = wrong or "Say that everybody who can be recognised in it agreed, or that nobody can be"
    if wrong:
        raise Invalid("There is a problem", problems={"file": wrong})
    async with kept(file, storage, RECORDS) as stored:
        yield (KeptFile(file.shown_name, stored, file.sha256, agreed),)
    if not await RecordFile.filter(stored=stored).exists():  # the same form came twice, and the first one counts
        drop(stored, storage, RECORDS)


async def answer_claim(row: Record, *, accepts: bool, note: str, actor: Actor, now: datetime) -> None:
    """Says of a claim that it was seen, or gives it back with a word; refuses whoever the rules do not name."""
    if not await may_answer(row, actor):
        raise NotAllowed("You may not answer this.", "Whoever looks after the person, or whom the rules name, can.")
    await asking.answer_claim(row, accepts=accepts, note=note, actor=actor, now=now)


async def may_answer(row: Record, actor: Actor) -> bool:
    """Tells whether the actor may say of a claim that it counts: who looks after its holder, or whom the rules name.

    Where the rules want a claim signed and it names nobody else, it is for those whom they name.
    """
    if row.person_id is None or row.counts_at_once or row.person_id == actor.person_id:
        return False
    person = await Person.get(id=row.person_id)
    if person.unit_id != actor.unit_id:
        return False
    offered = await offered_for(person, today=actor.today)
    form = form_for(TypedEvidence(row.type, row.what, pathway=offered.slug_of(row.programme_id)), offered.forms)
    named = row.type in SIGNED or (form is not None and form.names_signatories)
    if form is None or not named or await Participant.filter(record_id=row.id, part="by").exists():
        return await records.looks_after(actor, row)
    return bool(await signable(person, replace(offered, forms=(form,)), actor, on=actor.today))


async def claims_for(actor: Actor, *, most: int) -> list[Record]:
    """Lists what people claim and the actor may say yes to, the latest first: who looks after them, or whom rules name.

    Rules name roles in the programme, and levels of it that somebody holds.
    """
    held = ProgrammeRole.filter(holding_on(actor.today), person_id=actor.person_id).values("programme_id")
    levels = current().filter(person_id=actor.person_id, standing__in=list(LIVE_STANDINGS))
    near = reach(actor, "manage people") | Q(programme_id__in=Subquery(held))
    near |= Q(programme_id__in=Subquery(levels.values("pathway__programme_id")))
    claims = standing(Record.filter(near, unit_id=actor.unit_id, counts_at_once=False)).filter(in_state("none"))
    claims = claims.exclude(type__in=sorted(NEEDS_A_YES)).exclude(person_id=actor.person_id)
    rows = await claims.order_by("-recorded").limit(most)
    return [row for row in rows if await may_answer(row, actor)]


async def offered_to(actor: Actor, holder_id: UUID) -> tuple[Holder, Offered]:
    """Finds a holder of whom the actor may record something, with what: all for who looks after them, else what the
    rules let the actor sign; raises NotFound where that is nothing.
    """
    holder: Holder | None = await people_for(actor, MANAGE).get_or_none(id=holder_id)
    holder = holder or await sites_for(actor, MANAGE).get_or_none(id=holder_id)
    if holder:
        offered = await offered_for(holder, today=actor.today)
        return holder, offered.of(ENTERED if actor.may("decide") else ENTERED - {"award"})
    there = Person.filter(unit_id=actor.unit_id, test_user=False, erased_at__isnull=True, merged_into_id__isnull=True)
    holder = await there.get_or_none(id=holder_id)
    holder = holder or await Site.get_or_none(id=holder_id, unit_id=actor.unit_id)
    if holder and holder.id != actor.person_id:
        offered = await offered_for(holder, today=actor.today)
        keys = await signable(holder, offered, actor, on=actor.today)
        if keys:
            return holder, replace(offered, forms=tuple(one for one in offered.forms if one.key in keys))
    raise NotFound("There is no such person or site among yours.", "Look for them in the lists of people and sites.")


async def signable(
    holder: Holder, offered: Offered, actor: Actor, *, on: date | None
) -> frozenset[tuple[str, str, str]]:
    """Lists which of the forms the rules let the actor sign for somebody on a day, by their keys."""
    rules = [(form, rule) for form in offered.forms for rule in form.rules if signatory_of(form.type, rule)]
    found: set[tuple[str, str, str]] = set()
    for slug in dict.fromkeys(pathway.id for _, (pathway, _, _) in rules):
        asking = [(form, rule) for form, rule in rules if rule[0].id == slug]
        rows = {form.key: _signature(form, number, actor, on) for number, (form, _) in enumerate(asking)}
        evidence = Evidence.of(await collect_evidence(holder, offered.versions[slug], rows.values(), as_of=actor.today))
        tried = {row["id"] for row in rows.values()}
        for form, rule in asking:
            # Each by itself: whoever signed all of them would be the supervisor or trainer who may not sign others.
            signed = rows[form.key]["id"]
            known = tuple(one for one in evidence.records if one.id == signed or one.id not in tried)
            found |= {form.key} if accepts(rule, replace(evidence, records=known), signed, actor.today) else set()
    return frozenset(found)


def _signature(form: RecordForm, number: int, actor: Actor, on: date | None) -> dict[str, Any]:
    return {
        "id": f"signed-{number}", "type": form.type, "what": form.what or "any", "on": on or "unknown",
        "recorded_at": actor.today, "by": str(actor.person_id),
    }  # fmt: skip


def _entry(shown: TypedEvidence, offered: Offered) -> TypedEvidence:
    """Returns what was typed with the programme that it counts in; refuses what no form asks for."""
    form = form_for(shown, offered.forms)
    if form is None:
        words = "Choose from the list what it is. Awards, roles and relations are never typed in"
        raise Invalid("There is a problem", problems={"what": words})
    if problems := faults_of(form, shown):
        raise Invalid("There is a problem", problems=problems)
    reason = {"reason": shown.reason.strip()} if shown.reason.strip() else {}
    programme = offered.programme_of(form)
    attributes = {**shown.attributes, **reason}
    return replace(shown, what=shown.what.strip(), pathway=form.pathway, programme=programme, attributes=attributes)


async def _signs(entry: TypedEvidence, form: RecordForm, offered: Offered, holder: Holder, actor: Actor) -> bool:
    """Tells whether the record carries the signature of whoever types it; refuses one that no rule would take."""
    asking = [rule for rule in form.rules if signatory_of(form.type, rule)]
    if not asking:
        return form.type in JUDGED
    if await signable(holder, replace(offered, forms=(form,)), actor, on=entry.on):
        return True
    if len(asking) < len(form.rules):
        return False
    needed = dict.fromkeys(signatory_words(signatory_of(form.type, rule), rule[0]) for rule in asking)
    words = f"You may not sign this on that day. It must be signed by {' or '.join(needed)}"
    raise Invalid("There is a problem", problems={"form": words})
