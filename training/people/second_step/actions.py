"""What changes how a person signs in: passkeys, authenticators, recovery codes, and each use of one."""

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

import pyotp
from pyotp.exceptions import OTPVerificationError
from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from training.core.encryption import Encryptor, derive_key
from training.core.errors import Conflict, Invalid, NotFound
from training.core.settings import Settings
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.models import Factor, RecoveryCode
from training.people.authentication.rules import new_recovery_codes, plain_code
from training.people.models import Person
from training.people.second_step import passkeys
from training.trail import facts

PASSKEY, AUTHENTICATOR = "passkey", "authenticator"
MOST_FACTORS = 20
STEPS_BESIDE = 1
"""Half-minutes before and after now of which a code is taken: clocks of phones are a little wrong."""
WRONG_CODE = "This code is not right, or was used before. Wait for the next one and type that"


def factors_of(person_id: UUID) -> QuerySet[Factor]:
    """Lists what a person proves themselves with today."""
    return Factor.filter(person_id=person_id, removed__isnull=True).order_by("made")


def authenticator_purpose(factor_id: UUID) -> str:
    """Names what the secret of an authenticator is encrypted for."""
    return f"authenticator {factor_id}"


async def add_passkey(made: passkeys.Registered, *, name: str, actor: Actor, now: datetime) -> Factor:
    """Adds a passkey that the person's browser has made."""
    row = Factor(kind=PASSKEY, credential_id=made.credential_id, public_key=made.public_key, counter=made.counter)
    return await _add(row, name=name or "Passkey", actor=actor, now=now)


async def add_authenticator(
    secret: str, *, code: str, name: str, encryptor: Encryptor, actor: Actor, now: datetime
) -> Factor:
    """Adds an authenticator, once it has shown a code made of the secret."""
    step = _step(secret, code, now)
    if step is None:
        raise Invalid("There is a problem", problems={"code": "This is not the code that the app shows. Type it again"})
    row = Factor(id=uuid4(), kind=AUTHENTICATOR, counter=step)
    row.secret = encryptor.encrypt_text(secret, purpose=authenticator_purpose(row.id))
    return await _add(row, name=name or "Authenticator", actor=actor, now=now)


def _step(secret: str, code: str, now: datetime) -> int | None:
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=STEPS_BESIDE)
    except OTPVerificationError:
        return None


async def _add(row: Factor, *, name: str, actor: Actor, now: datetime) -> Factor:
    row.id, row.person_id, row.name, row.made = row.id or uuid4(), actor.person_id, name, now
    if await factors_of(actor.person_id).count() >= MOST_FACTORS:
        raise Invalid("There is a problem", problems={"form": "You have very many already. Remove one first"})
    try:
        async with transaction():
            await row.save(force_create=True)
            await _record("factor.added", row, actor, now)
    except IntegrityError as error:
        raise Conflict("This passkey is in use already.", "Sign in with it, or make another one.") from error
    return row


async def own_factor(factor_id: UUID, *, actor: Actor) -> Factor:
    """Returns a factor of the actor's own; raises NotFound when there is none."""
    found = await factors_of(actor.person_id).get_or_none(id=factor_id)
    if found is None:
        raise NotFound("There is no such way to sign in.", "Look at your list again.")
    return found


async def rename_factor(factor_id: UUID, *, name: str, actor: Actor, now: datetime) -> None:
    """Calls one of the actor's own factors by another name."""
    found = await own_factor(factor_id, actor=actor)
    async with transaction():
        await Factor.filter(id=found.id).update(name=name)
        await _record("factor.renamed", found, actor, now)


async def remove_factor(factor_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Takes one of the actor's own factors away; with the last one, the recovery codes go as well."""
    found = await own_factor(factor_id, actor=actor)
    async with transaction():
        if not await Factor.filter(id=found.id, removed__isnull=True).update(removed=now):
            raise Conflict("This was removed before.", "Look at your list again.")
        if not await factors_of(actor.person_id).exists():
            await RecoveryCode.filter(person_id=actor.person_id).delete()
        await _record("factor.removed", found, actor, now)


async def _record(kind: str, row: Factor, actor: Actor, now: datetime) -> None:
    await facts.record(
        kind, row, actor=actor.person_id, person=row.person_id, unit=actor.unit_id, now=now, detail={"kind": row.kind}
    )


async def make_recovery_codes(
    *, choose: Callable[[str], str], secret_key: str, actor: Actor, now: datetime
) -> list[str]:
    """Returns new recovery codes, in place of those before; they can be read now and never again."""
    codes = new_recovery_codes(choose)
    rows = [
        RecoveryCode(id=uuid4(), person_id=actor.person_id, hash=_hash(code, secret_key), made=now) for code in codes
    ]
    async with transaction():
        await RecoveryCode.filter(person_id=actor.person_id).delete()
        await RecoveryCode.bulk_create(rows)
        me = await Person.get(id=actor.person_id)
        await facts.record("recovery_codes.made", me, actor=me.id, person=me.id, unit=me.unit_id, now=now)
    return codes


def _hash(code: str, secret_key: str) -> str:
    return hmac.new(derive_key(secret_key, "recovery codes"), plain_code(code).encode(), sha256).hexdigest()


async def use_code(person_id: UUID, typed: str, *, settings: Settings, now: datetime) -> str:
    """Uses up a code of an authenticator or a recovery code, and says which it was; raises Invalid for any other."""
    code, encryptor = plain_code(typed), Encryptor(settings.secret_key)
    for factor in await factors_of(person_id).filter(kind=AUTHENTICATOR):
        secret = encryptor.decrypt_text(factor.secret, purpose=authenticator_purpose(factor.id))
        step = _step(secret, code, now)
        later = Factor.filter(id=factor.id, removed__isnull=True, counter__lt=step or 0)
        if step and await later.update(counter=step, used=now):
            return "code"
    unused = RecoveryCode.filter(person_id=person_id, hash=_hash(code, settings.secret_key), used__isnull=True)
    if await unused.update(used=now):
        return "recovery code"
    raise Invalid("There is a problem", problems={"code": WRONG_CODE})


async def use_passkey(
    answer: str, challenge: bytes, *, person_id: UUID | None, settings: Settings, now: datetime
) -> UUID:
    """Notes the use of a passkey that answered, and says whose it is; only the person's own, where one is named."""
    known = Factor.filter(kind=PASSKEY, removed__isnull=True, person__erased_at__isnull=True)
    found = await known.get_or_none(credential_id=passkeys.credential_of(answer))
    if found is None or person_id not in (None, found.person_id):
        raise Invalid("There is a problem", problems={"form": "We do not know this passkey. Choose another way"})
    counter = passkeys.check_known(
        answer, challenge, public_key=found.public_key, counter=found.counter, settings=settings
    )
    same = Factor.filter(id=found.id, removed__isnull=True, counter=found.counter)
    if not await same.update(counter=counter, used=now):
        raise Invalid("There is a problem", problems={"form": passkeys.AGAIN})
    return found.person_id
