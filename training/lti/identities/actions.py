"""Writes what a launch tells us: the person, the course, the activity and the role; never more rights than here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.models import Model

from training.core.dates import local_day
from training.lti.models import Context, ContextRole, Deployment, Identity, Registration, ResourceLink
from training.lti.protocol.roles import LEARNER
from training.lti.protocol.types import Launch, LtiMessage, UserClaims
from training.people.models import Membership, Person
from training.people.names import has_name, neutral_name
from training.people.renaming import is_settled, rename
from training.sites.models import zone_of
from training.trail import facts

LANGUAGES = frozenset({"en", "cy"})


@dataclass(frozen=True)
class Arrival:
    """Who has arrived, and where."""

    person_id: UUID
    new: bool


async def record_arrival(
    visit: LtiMessage,
    registration: Registration,
    deployment: Deployment,
    *,
    now: datetime,
    formerly: UUID | None = None,
) -> Arrival:
    """Writes a visit's people and places; every row is found or made, also when two visits come at once.

    `formerly` is the person who somebody new to us has proved to be.
    """
    if formerly:
        await _come_back(visit, registration, formerly, now)
    identity, new = await _identity(visit, registration, now)
    context = await _context(visit, deployment)
    if isinstance(visit, Launch):
        await _link(visit, context, registration.unit_id, now)
    await _role(identity, context, visit.role, registration.unit_id, now)
    await facts.record(
        "person.launched",
        identity,
        actor=identity.person_id,
        person=identity.person_id,
        unit=registration.unit_id,
        now=now,
        detail={"registration": str(registration.id), "role": visit.role, "new": new},
        rows=[identity] if new else [],
    )
    return Arrival(identity.person_id, new)


async def _come_back(visit: LtiMessage, registration: Registration, person_id: UUID, now: datetime) -> None:
    if await Identity.filter(registration_id=registration.id, sub=visit.sub).exists():
        return  # whoever has launched before stays who they are
    row = Identity(id=uuid4(), registration=registration, sub=visit.sub, person_id=person_id, created=now)
    await Identity.bulk_create([row], ignore_conflicts=True)
    detail = {"registration": str(registration.id), "because": "lti 1.1"}
    await facts.record(
        "person.recognised", row, actor=person_id, person=person_id, unit=registration.unit_id, now=now, detail=detail
    )


async def _identity(visit: LtiMessage, registration: Registration, now: datetime) -> tuple[Identity, bool]:
    known = await Identity.filter(registration_id=registration.id, sub=visit.sub).select_related("person").first()
    if known is None or known.person.erased_at is not None:
        return await find_or_create_identity(
            registration, visit.sub, visit.person, role=visit.role, test_user=visit.test_user, now=now, erased=known
        )
    await learn_name(known, visit.person, now=now)
    if visit.role == LEARNER and not await Membership.filter(person_id=known.person_id).exists():
        await _join(known.person, registration, now=now)  # who was met as a teacher, and learns now
    return known, False


async def find_or_create_identity(
    registration: Registration,
    sub: str,
    named: UserClaims,
    *,
    role: str,
    test_user: bool = False,
    now: datetime,
    erased: Identity | None = None,
) -> tuple[Identity, bool]:
    """Makes the person of an LMS identity that is new here; only a learner becomes a trainee, at the system's site.

    Two launches at once make one person: the later one takes back its own and uses the other's.
    """
    identifier = uuid4()
    person = await Person.create(
        id=identifier, unit_id=registration.unit_id, name=name_of(identifier, named), language=language_of(named),
        test_user=test_user, created=now,
    )  # fmt: skip
    known_as: dict[str, Any] = {"person_id": person.id, "name": named.name, "email": named.email}
    if erased is not None:
        await Identity.filter(id=erased.id).update(**known_as)
    else:
        row = Identity(id=uuid4(), registration=registration, sub=sub, test_user=test_user, created=now, **known_as)
        await Identity.bulk_create([row], ignore_conflicts=True)
    found = await Identity.get(registration_id=registration.id, sub=sub).select_related("person")
    if found.person_id != person.id:
        await person.delete()  # never seen by anybody: it was made in this very transaction
        return found, False
    if role == LEARNER:
        await _join(person, registration, now=now, rows=[found])
    else:
        await facts.record(
            "person.added", person, actor=None, person=person.id, unit=registration.unit_id, now=now,
            detail={"because": "lti"}, rows=[found],
        )  # fmt: skip
    return found, True


async def _join(person: Person, registration: Registration, *, now: datetime, rows: Sequence[Model] = ()) -> None:
    today = local_day(now, await zone_of(registration.unit_id))
    membership = await Membership.create(
        id=uuid4(), person=person, role="trainee", site_id=registration.site_id, starts=today, recorded=now
    )
    await facts.record(
        "membership.given", membership, actor=None, person=person.id, unit=registration.unit_id, now=now,
        detail={"role": "trainee", "because": "lti"},
        rows=[person, *rows],
    )  # fmt: skip


def name_of(person_id: UUID, named: UserClaims) -> str:
    """Tells what a person new to us is called; a neutral name where the LMS tells none."""
    return named.name or neutral_name(person_id)


def language_of(named: UserClaims) -> str:
    """Tells which of our languages a person new to us reads."""
    return spoken_of_ours(named) or "en"


def spoken_of_ours(named: UserClaims) -> str:
    """Tells in which of our languages the LMS shows itself, if it is one of them."""
    spoken = named.locale.lower()[:2]
    return spoken if spoken in LANGUAGES else ""


async def learn_name(known: Identity, named: UserClaims, *, now: datetime) -> None:
    """Takes over a name or address that the LMS tells anew; what it leaves out is kept.

    A name that was told or confirmed by a person is not overwritten: the LMS's stands beside it as a proposal.
    """
    changed: dict[str, str | None] = {
        field: told
        for field, told in (("name", named.name), ("email", named.email))
        if told and told != getattr(known, field)
    }
    if not changed:
        return
    if "name" in changed:
        taken = await _called_as_told(known, named.name, now=now)
        changed["proposed_name"] = None if taken else named.name
    if "email" in changed and known.email:
        changed["former_emails"] = f"{known.former_emails} {known.email}".strip()
    await Identity.filter(id=known.id).update(**changed)


async def _called_as_told(known: Identity, name: str, *, now: datetime) -> bool:
    """Tells whether the person bears the name that the LMS tells, if need be by calling them so from now on."""
    person = known.person
    if person.name == name:
        return True
    if has_name(person.id, person.name) and (person.name != known.name or await is_settled(person.id)):
        return False
    former = await rename(person, name, now=now)
    if former is None:
        return False
    await facts.record(
        "person.changed", person, actor=None, person=person.id, unit=person.unit_id, now=now,
        detail={"columns": ["name"], "because": "lti"}, rows=former,
    )  # fmt: skip
    return True


async def _context(visit: LtiMessage, deployment: Deployment) -> Context:
    told = {
        "title": visit.context_title,
        "label": visit.context_label,
        "roster_url": visit.services.roster,
    }
    known = await Context.filter(deployment_id=deployment.id, context_id=visit.context_id).first()
    if known is None:
        row = Context(id=uuid4(), deployment=deployment, context_id=visit.context_id, **told)
        await Context.bulk_create([row], ignore_conflicts=True)
        return await Context.get(deployment_id=deployment.id, context_id=visit.context_id)
    changed = {name: value for name, value in told.items() if value and value != getattr(known, name)}
    if changed:
        await Context.filter(id=known.id).update(**changed)
    return known


async def _link(launch: Launch, context: Context, unit_id: UUID, now: datetime) -> None:
    """Writes what a link opens; earlier results may now have a place to go to."""
    told = {
        "title": launch.resource_link_title,
        "target": launch.opens,
        "line_item_url": launch.services.line_item,
        "line_items_url": launch.services.line_items,
        "scopes": list(launch.services.scopes),
    }
    place = ResourceLink.filter(context_id=context.id, resource_link_id=launch.resource_link_id)
    known = await place.first()
    if known is None:
        row = ResourceLink(id=uuid4(), context=context, resource_link_id=launch.resource_link_id, **told)
        await ResourceLink.bulk_create([row], ignore_conflicts=True)
        changed = told
    else:
        changed = {name: value for name, value in told.items() if value and value != getattr(known, name)}
        if changed:
            await ResourceLink.filter(id=known.id).update(**changed)
    if not changed.keys().isdisjoint({"target", "line_item_url", "line_items_url"}):
        await facts.record("link.opened", await place.get(), actor=None, unit=unit_id, now=now)


async def _role(identity: Identity, context: Context, role: str, unit_id: UUID, now: datetime) -> None:
    if await ContextRole.filter(identity_id=identity.id, context_id=context.id).update(role=role, launched=now):
        return
    row = ContextRole(id=uuid4(), identity=identity, context=context, role=role, launched=now)
    await ContextRole.bulk_create([row], ignore_conflicts=True)
    held = await ContextRole.get(identity_id=identity.id, context_id=context.id)
    await facts.record(
        "context.joined", held, actor=identity.person_id, person=identity.person_id, unit=unit_id, now=now
    )
