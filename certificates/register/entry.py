"""One entry of the register, opened: standing, decision, the rules' verdict, the evidence, every change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from certificates.evaluations import pathway_versions
from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import Certificate, Certification, StateChange, any_certification_visible_to
from certificates.evaluations.standing import WORDS
from certificates.evaluations.verdict_text import describe_evidence, describe_nodes, titles_of
from certificates.imports.models import EarlierCertificate
from certificates.register.history import Then, look_back
from training.core.dates import local_day
from training.core.errors import NotFound
from training.people.actor import Actor
from training.people.holders import holder_of
from training.people.models import Person
from training.records.evidence import outsiders_of
from training.sites.history import Moment
from training.sites.models import Site


async def entry_of(actor: Actor, certification_id: UUID, now: datetime, moment: Moment | None = None) -> dict[str, Any]:
    """Gathers what the page of an entry shows; raises NotFound for what the actor may not see.

    `moment` is of the row of the register that is opened: it says the name and place of then. Whoever signed or
    decided is called as on the day of the decision.
    """
    seen = any_certification_visible_to(actor).get_or_none(id=certification_id)
    found = await seen.prefetch_related("decision__evaluation", "decision__pathway", "earlier__proofs")
    if found is None:
        raise NotFound("There is no such entry.", "Look for it in the register.")
    holder, known = await holder_of(found), max((moment and moment.known) or now, found.recorded)
    decision, basis = found.decision, found.decision.evaluation
    titles = titles_of(pathway_versions.read(decision.pathway), found.level)
    renewal = basis.verdict["renewal"]
    today = local_day(now, actor.zone)
    people = {found for record in basis.evidence for found in _ids(record)} | (
        {found.person_id} if found.person_id else set()
    )
    people |= {UUID(one) for one in decision.deciders}
    then = await look_back(actor.unit_id, moment or Moment(today), people=sorted(people))
    names = await _names(people, replace(then, moment=Moment(decision.on, decision.recorded)))
    names |= await outsiders_of(basis.evidence)
    standing = await standing_of(found, today)
    return {
        "certification": found,
        "certificates": await Certificate.filter(certification_id=found.id, reserved__lte=known).order_by("issue"),
        "name": then.name(holder.id, holder.name),
        "place": then.place_of(found.person_id, found.site_id) if found.person_id else then.place(found.site_id),
        "state": standing or "",
        "standing": WORDS[standing] if standing else "Not begun",
        "decision": decision,
        "decided_by": await _decided_by(found, names),
        "verdict": describe_nodes(basis.verdict["entry"] + basis.verdict["requires"], titles),
        "renewal": describe_nodes(renewal["requires"], titles) if renewal else [],
        "evidence": describe_evidence(basis.evidence, basis.verdict, titles=titles, names=names),
        "evidence_sha256": basis.evidence_sha256,
        "changes": await StateChange.filter(certification_id=found.id).order_by("turn"),
    }


async def _decided_by(found: Certification, names: Mapping[str, str]) -> str:
    """Says who decided: a person, a panel, the rules, or whoever issued what was brought in from before."""
    if old := await EarlierCertificate.get_or_none(certification_id=found.id):
        return f"{old.issuer}, before this service"
    who = ", ".join(names[one] for one in found.decision.deciders) or "the rules"
    return f"a panel: {who}" if found.decision.panel else who


async def _names(ids: set[UUID], then: Then) -> dict[str, str]:
    """The names of everybody and every site that the evidence speaks of by id."""
    people = await Person.filter(id__in=sorted(ids)).values_list("id", "name")
    sites = await Site.filter(id__in=sorted(ids)).values_list("id", "name")
    return {str(one): then.name(one, str(name)) for one, name in (*people, *sites)}


def _ids(value: Any) -> set[UUID]:
    if isinstance(value, dict):
        return {found for key, one in value.items() if key != "id" for found in _ids(one)}
    if isinstance(value, list):
        return {found for one in value for found in _ids(one)}
    try:
        return {UUID(value)} if isinstance(value, str) else set()
    except ValueError:
        return set()
