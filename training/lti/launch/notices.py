"""Notices that an LMS sends without a browser: we ask for them, and a copied course takes its set-up along, once."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from tortoise.exceptions import IntegrityError

from training.core.errors import Upstream
from training.database.connection import transaction
from training.lti.launch.login import find_registration
from training.lti.models import Context, Deployment, Nonce, Registration, ResourceLink
from training.lti.platform.access_tokens import wait
from training.lti.platform.client import NOTICES, Platform
from training.lti.platform.tool import Tool
from training.lti.protocol import id_tokens, messages
from training.lti.protocol.id_tokens import Expected
from training.lti.protocol.refusals import Refused
from training.lti.protocol.types import Launch, LtiMessage, Notice
from training.lti.trace import Notes, note_admitted
from training.trail import facts
from training.trail.models import Followup

WORK = "lti notices"
ADDRESS = "/lti/notices"
KEPT = timedelta(days=1)
AT_ONCE = 20
"""Notices that we take in one message."""
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


async def ask_for(tool: Tool, visit: LtiMessage, registration: Registration, *, now: datetime) -> None:
    """Queues, once for each place that an LMS names for it, that we ask to be told of copied courses."""
    place = (str(registration.id), visit.services.notices)
    if not visit.services.notices or place in tool.asked_for_notices:
        return
    tool.asked_for_notices.add(place)
    payload = {"url": visit.services.notices, "handler": f"{tool.origin}{ADDRESS}"}
    key = hashlib.sha256("|".join((*place, tool.origin)).encode()).hexdigest()
    await facts.schedule(WORK, f"{WORK}/{key}", due=now, payload=payload, subject_id=str(registration.id))


async def subscribe(work: Followup, platform: Platform, *, now: datetime) -> None:
    """Asks an LMS to tell us of copied courses. Source: Platform Notification Service 1.0, notice handlers."""
    registration = await Registration.get(id=work.subject_id)
    body = {"notice_type": messages.CONTEXT_COPY, "handler": work.payload["handler"], "max_batch_size": AT_ONCE}
    reply = await platform.call(
        "PUT", registration, work.payload["url"], scopes=(NOTICES,), now=now, headers=JSON, body=body
    )
    if reply.status in (401, 403):
        raise Refused("service_scope_missing", str(reply.status))
    if not reply.ok:
        raise Upstream(f"The LMS answered {reply.status}.", "We will try again.", retry_after=wait(reply, now=now))


async def take(tool: Tool, token: str, notes: Notes, *, now: datetime) -> int:
    """Takes one notice, and tells how many activities it copied; the second delivery of one changes nothing."""
    kid = id_tokens.read_kid(token)
    issuer, client_id = id_tokens.read_sender(token)
    registration = notes.registration = await find_registration(issuer, client_id, "", notes)
    key = await tool.platform.key(registration, kid, now=now)
    claims = id_tokens.verify(token, key, expected=Expected(registration.issuer, client_id, None), now=now)
    notice = messages.read_notice(claims)
    notes.message_type, notes.deployment_id = notice.kind, notice.deployment_id
    deployment = await Deployment.get_or_none(
        registration_id=registration.id, deployment_id=notice.deployment_id, state="approved"
    )
    if deployment is None:
        raise Refused("deployment_unknown", notice.deployment_id)
    copied = await _copy(deployment, registration, notice, now) if notice.kind == messages.CONTEXT_COPY else 0
    await note_admitted(notes, person_id=None, now=now)
    return copied


async def _copy(deployment: Deployment, registration: Registration, notice: Notice, now: datetime) -> int:
    spent = hashlib.sha256(f"notice:{registration.id}:{notice.id}".encode()).hexdigest()
    origins = await Context.filter(deployment_id=deployment.id, context_id__in=notice.origins)
    links = await ResourceLink.filter(context_id__in=[one.id for one in origins])
    try:
        async with transaction():
            await Nonce.create(nonce=spent, digest=spent, expires=now + KEPT)
            told = {"title": notice.context_title, "label": notice.context_label}
            row = Context(id=uuid4(), deployment=deployment, context_id=notice.context_id, **told)
            await Context.bulk_create([row], ignore_conflicts=True)
            context = await Context.get(deployment_id=deployment.id, context_id=notice.context_id)
            first = next(iter(notice.origins), None)
            await Context.filter(id=context.id, copied_from=None).update(copied_from=first)
            before = await ResourceLink.filter(context_id=context.id).count()
            await ResourceLink.bulk_create([_copied(link, context) for link in links], ignore_conflicts=True)
            added = await ResourceLink.filter(context_id=context.id).count() - before
            detail = {"from": list(notice.origins), "activities": added}
            await facts.record("context.copied", context, actor=None, unit=registration.unit_id, now=now, detail=detail)
    except IntegrityError:
        return 0
    return added


def _copied(link: ResourceLink, context: Context) -> ResourceLink:
    """Copies what an activity opens; its column and services are the copied course's own, told by its launches."""
    return ResourceLink(
        id=uuid4(),
        context=context,
        resource_link_id=link.resource_link_id,
        title=link.title,
        target=link.target,
        copied_from=str(link.id),
    )


async def remember(visit: LtiMessage, registration: Registration) -> LtiMessage:
    """Gives a launch in a copied course that says only our own address the target that its original had."""
    if not isinstance(visit, Launch) or visit.target != messages.HOME:
        return visit
    copies = ResourceLink.filter(
        context__deployment__registration_id=registration.id,
        context__deployment__deployment_id=visit.deployment_id,
        context__context_id=visit.context_id,
    ).exclude(copied_from="")
    original = await copies.filter(resource_link_id=visit.resource_link_id).first()
    named = [] if original else await copies.filter(title=visit.resource_link_title).limit(2)
    found = original or (named[0] if len(named) == 1 else None)
    return replace(visit, target=found.target) if found else visit
