"""Tables of signing in: what people prove themselves with beside a link, and what their unit asks for."""

from datetime import date
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.people.models import RESTRICT, Person
from training.sites.models import CentralUnit


class Factor(Model):
    """Is a passkey, or an authenticator that shows codes, by which a person proves who they are.

    `counter` is the last count of a passkey, or the last half-minute of which a code was taken: no code works twice.
    `secret` makes the codes of an authenticator, encrypted. What is `removed` proves nothing any more.
    Personal data: which devices somebody has, by the names they gave them, and when they were used; kept: until the
    person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="factors", on_delete=RESTRICT
    )
    kind = fields.CharField(20)  # passkey or authenticator
    name = fields.CharField(60)
    credential_id = fields.CharField(1400, null=True, unique=True)
    public_key = fields.TextField(default="")
    secret = fields.TextField(default="")
    counter = fields.BigIntField(default=0)
    made = fields.DatetimeField()
    used = fields.DatetimeField(null=True)
    removed = fields.DatetimeField(null=True)

    person_id: UUID

    class Meta:
        table = "people_factor"
        indexes = (("person_id",),)


class RecoveryCode(Model):
    """Is one of the codes for the day on which a device is lost; shown once, kept as a keyed hash, works once.

    Personal data: that somebody has codes, and when one was used; kept: until there are new ones.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="recovery_codes", on_delete=RESTRICT
    )
    hash = fields.CharField(64)
    made = fields.DatetimeField()
    used = fields.DatetimeField(null=True)

    person_id: UUID

    class Meta:
        table = "people_recovery_code"
        indexes = (("person_id",),)


class SignInReset(Model):
    """Asks that somebody who lost their devices may sign in by a link alone once more; a second person agrees.

    `state` is asked, agreed or refused; `slot` names the person while it is asked, so that it is asked once.
    Personal data: who lost a device, who asked and answered, why; kept: as long as the person, then under pseudonyms.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="sign_in_resets", on_delete=RESTRICT
    )
    state = fields.CharField(10, default="asked")
    slot = fields.CharField(40, null=True, unique=True)
    reason = fields.TextField()
    asked = fields.DatetimeField()
    asked_by_id = fields.UUIDField()
    answered = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    person_id: UUID

    class Meta:
        table = "people_sign_in_reset"
        indexes = (("person_id",),)


class SignInPolicy(Model):
    """Says how the people of a unit sign in; where there is none, what `rules` says holds.

    `second_step_roles` are asked for a second step from `second_step_from` on.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.OneToOneRelation[CentralUnit] = fields.OneToOneField(
        "sites.CentralUnit", related_name="sign_in_policy", on_delete=RESTRICT
    )
    second_step_roles = fields.JSONField[list[str]]()
    second_step_from: date = fields.DateField()

    unit_id: UUID

    class Meta:
        table = "people_sign_in_policy"


class OpenIdProvider(Model):
    """Is where an organisation signs its people in: its OpenID provider, as one unit trusts it.

    Only addresses in `domains` are taken from it. One of `strong_values` in `amr` or `acr` counts as the second step.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.OneToOneRelation[CentralUnit] = fields.OneToOneField(
        "sites.CentralUnit", related_name="openid_provider", on_delete=RESTRICT
    )
    name = fields.CharField(100)
    issuer = fields.CharField(500)
    client_id = fields.CharField(255)
    client_secret = fields.TextField(default="")
    domains = fields.JSONField[list[str]]()
    strong_values = fields.JSONField[list[str]]()

    unit_id: UUID

    class Meta:
        table = "people_openid_provider"


class TextGateway(Model):
    """Is where a unit's text messages are handed over: a web hook of whoever sends them.

    Numbers that begin with 0 are of the country of `country_code`.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.OneToOneRelation[CentralUnit] = fields.OneToOneField(
        "sites.CentralUnit", related_name="text_gateway", on_delete=RESTRICT
    )
    url = fields.CharField(500)
    secret = fields.TextField()
    country_code = fields.CharField(5)

    unit_id: UUID

    class Meta:
        table = "people_text_gateway"


class SignInNumber(Model):
    """Is the number to which a person without e-mail gets codes to sign in; people of one family may share one.

    Personal data: number; kept: until it is taken away, or the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "people.Person", related_name="sign_in_number", on_delete=RESTRICT
    )
    number = fields.CharField(20, db_index=True)
    added = fields.DatetimeField()

    person_id: UUID

    class Meta:
        table = "people_sign_in_number"


class TextCode(Model):
    """Is one text message with a code to sign in, and what became of it; the code itself is stored nowhere.

    `state` is queued, sent or refused.
    Personal data: number, who asked to sign in and when; kept: 30 days.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="text_codes", on_delete=RESTRICT
    )
    number = fields.CharField(20, db_index=True)
    made = fields.DatetimeField()
    expires = fields.DatetimeField()
    tries = fields.IntField(default=0)
    used = fields.DatetimeField(null=True)
    state = fields.CharField(10, default="queued")
    reason = fields.CharField(300, default="")

    person_id: UUID

    class Meta:
        table = "people_text_code"
        indexes = (("person_id",),)
