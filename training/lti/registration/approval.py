"""Whoever administers here approves or refuses what waits, takes over changes, and closes or opens connections."""

from datetime import datetime
from typing import Any
from uuid import UUID

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.lti.models import Deployment, Registration
from training.lti.platform.registration_cache import forget_everywhere
from training.lti.registration.proposals import fingerprint, proposed_for
from training.parsing.text import uuid_of
from training.people.sessions import end_sessions_through
from training.sites.models import Site
from training.trail import facts

OPENED, CLOSED = ("pending", "closed"), ("pending", "active")
"""The states out of which a registration is opened, and out of which it is closed."""


WHOLE_UNIT = "unit"
CHANGED = ("It has changed since you looked.", "Read it again, then answer it.")


async def approve(
    identifier: str,
    *,
    now: datetime,
    shown: str | None = None,
    site: str = "",
    actor: UUID | None = None,
    unit_id: UUID | None = None,
) -> str:
    """Approves a registration that waits or is closed, or a deployment that waits, by its id.

    A deployment may also be named by the LMS's own id if only one waits. `shown` is the fingerprint of the registration
    that was read on a page; None where there was no page. `site` is the code of the site whose people come from there,
    or "unit". `unit_id` limits it to one unit's.
    """
    wanted = uuid_of(identifier)
    own: dict[str, Any] = {"unit_id": unit_id} if unit_id else {}
    registration = await Registration.get_or_none(id=wanted, state__in=OPENED, **own) if wanted else None
    if registration:
        return await _approve_registration(registration, shown, site, now, actor)
    own = {"registration__unit_id": unit_id} if unit_id else {}
    waiting = Deployment.filter(state="pending", **own).select_related("registration")
    found = await waiting.filter(id=wanted) if wanted else []
    found = found or await waiting.filter(deployment_id=identifier)
    if len(found) > 1:
        raise Conflict("Several deployments with this id wait.", "Give the id that training lti list shows.")
    if not found:
        raise NotFound(f"Nothing with the id {identifier} waits for approval.", "See: training lti list.")
    return await _approve_deployment(found[0], now, actor)


async def _approve_registration(
    registration: Registration, shown: str | None, site: str, now: datetime, actor: UUID | None
) -> str:
    one_site = site not in ("", WHOLE_UNIT)
    place = await Site.get_or_none(unit_id=registration.unit_id, code=site) if one_site else None
    if one_site and place is None:
        raise Invalid(f"There is no site {site}.", "Choose one from the list.")
    serves = {"site_id": place.id if place else None} if site else {}
    async with transaction():
        row = await _as_shown(registration, fingerprint(registration) if shown is None else shown)
        if row.state not in OPENED:
            raise Conflict("It was approved already.", "Load the page again.")
        if shown is not None and row.state == "pending" and not site:
            raise Invalid("Nobody has said whose people come from there.", "Go back and choose a site, or every site.")
        await Registration.filter(id=row.id).update(state="active", asked=None, **serves)
        waiting = await Deployment.filter(registration_id=row.id, state="pending")
        await Deployment.filter(registration_id=row.id, state="pending").update(state="approved")
        await facts.record("registration.approved", row, actor=actor, unit=row.unit_id, now=now, rows=waiting)
    forget_everywhere()
    return f"Registration {registration.id} is active."


async def _as_shown(registration: Registration, shown: str) -> Registration:
    """Reads a registration for a change, if it still says what was shown: nobody accepts what they have not read."""
    row = await Registration.select_for_update().get(id=registration.id)
    if fingerprint(row) != shown:
        raise Conflict(*CHANGED)
    return row


async def _approve_deployment(deployment: Deployment, now: datetime, actor: UUID | None) -> str:
    async with transaction():
        if not await Deployment.filter(id=deployment.id, state="pending").update(state="approved"):
            raise Conflict("It was approved already.", "Load the page again.")
        await facts.record(
            "deployment.approved",
            deployment,
            actor=actor,
            unit=deployment.registration.unit_id,
            now=now,
            detail={"deployment_id": deployment.deployment_id},
        )
    return f"Deployment {deployment.deployment_id} is approved."


async def accept_changes(registration: Registration, *, shown: str, now: datetime, actor: UUID | None = None) -> None:
    """Takes over what an LMS proposed for its registration, as it was shown."""
    async with transaction():
        row = await _as_shown(registration, shown)
        proposal = proposed_for(row)
        if proposal is None:
            raise Conflict("There is nothing to take over.", "Load the page again.")
        told = {name: after for name, (_, after) in proposal.changes.items()}
        token = {"client_token": proposal.client_token} if proposal.client_token else {}
        await Registration.filter(id=row.id).update(proposed=None, asked_hash=proposal.asked_hash, **told, **token)
        detail = dict(proposal.changes)
        await facts.record("registration.changed", row, actor=actor, unit=row.unit_id, now=now, detail=detail)
    forget_everywhere()


async def drop_changes(registration: Registration, *, now: datetime, actor: UUID | None = None) -> None:
    """Refuses what an LMS proposed for its registration: all stays as it is."""
    async with transaction():
        if not await Registration.filter(id=registration.id, proposed__isnull=False).update(proposed=None):
            raise Conflict("There is nothing to refuse.", "Load the page again.")
        detail = {"proposal": ["waiting", "refused"]}
        unit = registration.unit_id
        await facts.record("registration.changed", registration, actor=actor, unit=unit, now=now, detail=detail)


async def refuse(identifier: UUID, *, now: datetime, actor: UUID | None = None, unit_id: UUID) -> str:
    """Closes a registration, or refuses a deployment that waits: nobody is in by it. Says in words what it did."""
    async with transaction():
        row = await Registration.get_or_none(id=identifier, unit_id=unit_id)
        if row and await Registration.filter(id=identifier, state__in=CLOSED).update(state="closed", asked=None):
            await end_sessions_through(identifier, now=now)
            detail = {"state": [row.state, "closed"]}
            await facts.record("registration.changed", row, actor=actor, unit=unit_id, now=now, detail=detail)
            forget_everywhere()
            return f"{row.name} is closed."
        waiting = await Deployment.get_or_none(id=identifier, registration__unit_id=unit_id)
        if waiting and await Deployment.filter(id=identifier, state="pending").update(state="refused"):
            detail_of = {"deployment_id": waiting.deployment_id}
            await facts.record("deployment.refused", waiting, actor=actor, unit=unit_id, now=now, detail=detail_of)
            return f"Deployment {waiting.deployment_id} is refused."
    raise NotFound("Nothing of this kind waits for approval.", "Load the page again.")


async def end_late_sessions(identifier: UUID, *, now: datetime) -> None:
    """Ends what a launch opened that was on its way when its registration was closed."""
    if await Registration.filter(id=identifier, state="closed").exists():
        await end_sessions_through(identifier, now=now)
