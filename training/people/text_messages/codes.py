"""Codes by text message, for people without e-mail: asked for, handed to the unit's web hook, used once."""

import hmac
import json
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from training.core.encryption import Encryptor, derive_key
from training.core.errors import Conflict, Invalid, NotFound, Upstream
from training.core.outbound import Outbound, registered_ports
from training.core.settings import Settings
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.models import SignInNumber, TextCode, TextGateway
from training.people.authentication.rules import numbers_meant, plain_code
from training.people.models import Email, Person
from training.people.text_messages.webhook_signatures import SECRET_MARK, key_of, signed
from training.people.visibility import person_for
from training.trail import facts

SEND = "text sign-in code"
"""Name of the work that hands one over."""
PURPOSE = "text gateway"
CODE_LIVES = timedelta(minutes=10)
TRIES = 5
NO_NUMBER = "Write the number with its country, like +44 7700 900123"


async def set_gateway(
    *, url: str, secret: str, country_code: str, encryptor: Encryptor, outbound: Outbound, actor: Actor, now: datetime
) -> None:
    """Sets where text messages of the actor's unit are handed over; an empty secret leaves the one there is."""
    await outbound.check(url, ports=registered_ports(url))
    there = await TextGateway.get_or_none(unit_id=actor.unit_id)
    if secret and not key_of(secret):
        raise Invalid("There is a problem", problems={"secret": f"It begins with {SECRET_MARK}. Copy all of it"})
    kept = encryptor.encrypt_text(secret, purpose=PURPOSE) or (there.secret if there else "")
    if not kept:
        raise Invalid("There is a problem", problems={"secret": "Enter the secret"})
    row = TextGateway(id=there.id if there else uuid4(), unit_id=actor.unit_id, url=url, secret=kept)
    row.country_code = country_code
    async with transaction():
        await row.save(force_create=there is None, force_update=there is not None)
        await facts.record(
            "text_gateway.set", row, actor=actor.person_id, unit=actor.unit_id, now=now, detail={"url": url}
        )


async def remove_gateway(*, actor: Actor, now: datetime) -> None:
    """Takes the gateway of the actor's unit away: nobody signs in by text any more."""
    found = await TextGateway.get_or_none(unit_id=actor.unit_id)
    if found is None:
        return
    async with transaction():
        await TextGateway.filter(id=found.id).delete()
        await facts.record("text_gateway.removed", found, actor=actor.person_id, unit=actor.unit_id, now=now)


async def set_number(person_id: UUID, typed: str, *, actor: Actor, now: datetime) -> None:
    """Sets the number to which somebody without e-mail gets codes; an empty one takes it away."""
    person = await person_for(actor, "manage people", person_id)
    gateway = await TextGateway.get_or_none(unit_id=person.unit_id)
    if gateway is None:
        raise NotFound("Your unit sends no text messages.", "An administrator sets that under How people sign in.")
    there = await SignInNumber.get_or_none(person_id=person.id)
    meant = numbers_meant(typed, [gateway.country_code])
    if typed.strip() and not meant:
        raise Invalid("There is a problem", problems={"number": NO_NUMBER})
    if meant and await _has_address(person.id):
        raise Invalid("There is a problem", problems={"number": "They sign in by e-mail. Only who has none needs this"})
    row = SignInNumber(id=there.id if there else uuid4(), person_id=person.id, number=(meant or [""])[0], added=now)
    async with transaction():
        if meant:
            await row.save(force_create=there is None, force_update=there is not None)
        elif there:
            await SignInNumber.filter(id=there.id).delete()
        else:
            return
        kind = "sign_in_number.set" if meant else "sign_in_number.removed"
        await facts.record(kind, row, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now)


async def _has_address(person_id: UUID) -> bool:
    return await Email.filter(person_id=person_id, mail_only=False).exists()


async def people_at(typed: str) -> list[tuple[Person, str]]:
    """Lists who signs in with a number, in all units that send texts, each with the number as it is kept."""
    codes = [str(code) for code in await TextGateway.all().values_list("country_code", flat=True)]
    meant = SignInNumber.filter(number__in=numbers_meant(typed, codes), person__erased_at__isnull=True)
    meant = meant.filter(person__merged_into_id__isnull=True)
    found = await meant.filter(person__unit__text_gateway__id__isnull=False).select_related("person__unit")
    return [(row.person, row.number) for row in found if not await _has_address(row.person_id)]


async def ask_for_code(typed: str, *, now: datetime) -> None:
    """Queues a text with a code to a number that is known; an unknown one changes nothing and looks the same."""
    people = await people_at(typed)
    if not people:
        return
    person, number = people[0]
    async with transaction():
        row = await TextCode.create(id=uuid4(), person_id=person.id, number=number, made=now, expires=now + CODE_LIVES)
        await facts.record("text_code.asked", row, actor=None, person=person.id, unit=person.unit_id, now=now)


def code_of(row: TextCode, *, secret_key: str) -> str:
    """Returns the six digits of a text; they are made of its id, and stored nowhere."""
    drawn = hmac.digest(derive_key(secret_key, "text codes"), row.id.bytes, sha256)
    return f"{int.from_bytes(drawn) % 10**6:06}"


async def send(code_id: UUID, *, settings: Settings, outbound: Outbound, now: datetime) -> None:
    """Hands a text to the web hook of its unit; raises Upstream when it has to be tried again."""
    row = await TextCode.get(id=code_id).select_related("person__unit")
    gateway = await TextGateway.get_or_none(unit_id=row.person.unit_id)
    if row.state != "queued" or gateway is None or row.expires <= now:
        return
    secret_key, service = settings.secret_key, settings.service_name
    code = code_of(row, secret_key=secret_key)
    words = f"{code} is your code for {service}. It works for 10 minutes. Tell it to nobody."
    told = {"type": "sign_in.code", "timestamp": now.isoformat(), "data": {"to": row.number, "text": words}}
    body = json.dumps(told, ensure_ascii=False).encode()
    secret = Encryptor(secret_key).decrypt_text(gateway.secret, purpose=PURPOSE)
    headers = {"Content-Type": "application/json", **signed(f"msg_{row.id.hex}", body, secrets=[secret], now=now)}
    reply = await outbound.fetch("POST", gateway.url, headers=headers, body=body, ports=registered_ports(gateway.url))
    if reply.ok:
        await TextCode.filter(id=row.id).update(state="sent")
    elif reply.status in (408, 429) or reply.status >= 500:
        raise _away(reply.status)
    else:
        await TextCode.filter(id=row.id).update(state="refused", reason=f"The web hook answered with {reply.status}.")


def _away(status: int) -> Upstream:
    return Upstream(f"The web hook for text messages answered with {status}.", "We will try again.")


async def use_text_code(typed: str, code: str, *, chosen: str, secret_key: str, now: datetime) -> UUID:
    """Uses up the newest code of a number, and says whom it signs in; each try counts, also of the right one.

    `chosen` is the person to be, where the number belongs to several.
    """
    people = await people_at(typed)
    live = TextCode.filter(number__in={number for _, number in people}, used__isnull=True, expires__gt=now)
    row = await live.order_by("-made").first()
    wrong = Invalid("There is a problem", problems={"code": "This code is not right, or too old. Ask for a new one"})
    if row is None or not await _left(row).update(tries=F("tries") + 1):
        raise wrong
    if not hmac.compare_digest(code_of(row, secret_key=secret_key).encode(), plain_code(code).encode()):
        raise wrong
    who = next((one.id for one, _ in people if str(one.id) == chosen or len(people) == 1), None)
    if who is None:
        raise Invalid("There is a problem", problems={"person": "Choose who you are"})
    if not await TextCode.filter(id=row.id, used__isnull=True).update(used=now):
        raise Conflict("This code has just been used.", "Ask for a new one.")
    return who


def _left(row: TextCode) -> QuerySet[TextCode]:
    return TextCode.filter(id=row.id, used__isnull=True, tries__lt=TRIES)
