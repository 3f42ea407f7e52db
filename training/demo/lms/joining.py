"""Connects the pretend LMS to the service, with its Amina as ours."""

from datetime import datetime
from uuid import UUID, uuid4

from training.database.connection import transaction
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, COURSE_TITLE, DEPLOYMENT_ID
from training.lti.identities.programme_places import choose_programme
from training.lti.models import Context, Deployment, Identity, Registration
from training.lti.registration.actions import RegistrationEntry, add
from training.people.actor import Actor
from training.trail import facts


async def join(base_url: str, *, now: datetime, site: str = "RIV", people: dict[str, UUID] | None = None) -> None:
    """Registers the pretend LMS once; `people` says who of its accounts (sub) is whom of ours."""
    registration = await Registration.get_or_none(issuer=base_url, client_id=CLIENT_ID)
    if registration is None:
        registration = await add(entry(base_url), now=now, site=site)
    async with transaction():
        known = {row.sub for row in await Identity.filter(registration_id=registration.id)}
        new = [
            await Identity.create(id=uuid4(), registration=registration, sub=sub, person_id=person, created=now)
            for sub, person in (people or {}).items()
            if sub not in known
        ]
        if new:
            unit = registration.unit_id
            await facts.record("person.added", new[0], actor=None, unit=unit, now=now, rows=new)


async def belongs_to(programme_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Says that who learns in the course of the pretend LMS takes part in a programme, though nobody has come yet."""
    deployment = await Deployment.get(deployment_id=DEPLOYMENT_ID)
    context = await Context.create(id=uuid4(), deployment=deployment, context_id=CONTEXT_ID, title=COURSE_TITLE)
    await choose_programme(context, programme_id, actor=actor, now=now)


def entry(base_url: str, *, token_audience: str = "") -> RegistrationEntry:
    """Says what an administrator would enter for the pretend LMS."""
    return RegistrationEntry(
        issuer=base_url,
        client_id=CLIENT_ID,
        auth_url=f"{base_url}/auth",
        token_url=f"{base_url}/token",
        jwks_url=f"{base_url}/keys",
        deployment_ids=(DEPLOYMENT_ID,),
        profile="pretend",
        name="Pretend LMS",
    )
