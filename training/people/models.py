"""Tables of people: who they are, where they belong, how they relate, what they may do, and how they are signed in."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from training.database.name_search import FOLDED_LETTERS, folding
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Person(Model):
    """Is somebody with an id of our own; addresses and LMS identities point here and are never the key.

    `test_user` marks the stand-in by which a teacher looks at a course as a learner: it stands in no list. Nor does a
    record that is shut, as it was of the person whom `merged_into` names.
    Personal data: name, language; kept: until erased, then the row stays under a pseudonym.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="people", on_delete=RESTRICT
    )
    name = fields.CharField(200)
    folded = fields.CharField(FOLDED_LETTERS, null=True)
    language = fields.CharField(8, default="en")
    created = fields.DatetimeField()
    erased_at = fields.DatetimeField(null=True)
    test_user = fields.BooleanField(default=False, db_default=False)
    merged_into: fields.ForeignKeyNullableRelation["Person"] = fields.ForeignKeyField(
        "people.Person", related_name="merged", null=True, on_delete=RESTRICT
    )

    unit_id: UUID
    merged_into_id: UUID | None

    class Meta:
        table = "people_person"
        indexes = (("folded",), ("merged_into_id",))

    async def save(self, *given: Any, **named: Any) -> None:
        """Saves the row, with the name as it is searched for."""
        await super().save(*given, **folding(self, named))


class Email(Model):
    """Is one of a person's e-mail addresses, in small letters.

    One for `mail_only` was typed by a site: letters go there, and nobody signs in by it or is recognised by it.

    Personal data: address; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="emails", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="emails", on_delete=RESTRICT
    )
    address = fields.CharField(254)
    confirmed = fields.BooleanField(default=False)
    mail_only = fields.BooleanField(default=False, db_default=False)

    unit_id: UUID
    person_id: UUID

    class Meta:
        table = "people_email"
        indexes = (("person_id",),)
        unique_together = (("unit", "address"),)


class NameRequest(Model):
    """Is somebody's own wish to be called by another name, and what whoever manages them answered.

    `state` is waiting, approved or refused. `slot` names the person while it waits, so that one waits at a time.
    Personal data: both names, why, the answer; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="name_requests", on_delete=RESTRICT
    )
    name = fields.CharField(200)
    why = fields.TextField()
    made = fields.DatetimeField()
    state = fields.CharField(12, default="waiting")
    slot = fields.CharField(40, null=True, unique=True)
    answer = fields.TextField(default="")
    answered = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    person_id: UUID

    class Meta:
        table = "people_name_request"
        indexes = (("person_id",),)


class Phone(Model):
    """Is a number at which a person is called; nobody is recognised by it.

    Personal data: number; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="phones", on_delete=RESTRICT
    )
    number = fields.CharField(40)
    recorded = fields.DatetimeField()

    person_id: UUID

    class Meta:
        table = "people_phone"
        unique_together = (("person", "number"),)


class Letter(Model):
    """Is one mail for a person, or about them to somebody whom they named, and what became of it.

    `state` is queued, sent, no_address, refused (by a mail server, for good) or returned (it came back). `key` is that
    of the work that writes it. The text of a letter with a secret link is not kept. `broken` is the address at which it
    did not arrive, and `failed` when, also once it is sent to another.
    Personal data: addressee, address, subject, text; kept: 90 days after it was sent or settled.
    """

    id = fields.UUIDField(primary_key=True)
    key = fields.CharField(200, unique=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="letters", on_delete=RESTRICT
    )
    addressee = fields.CharField(200, default="")
    address = fields.CharField(254, default="")
    subject = fields.CharField(300)
    text = fields.TextField(default="")
    state = fields.CharField(12, default="queued")
    reason = fields.CharField(300, default="")
    made = fields.DatetimeField()
    ended = fields.DatetimeField(null=True)
    broken = fields.CharField(254, default="")
    failed = fields.DatetimeField(null=True)
    settled = fields.DatetimeField(null=True)
    settled_by_id = fields.UUIDField(null=True)
    note = fields.CharField(300, default="")

    person_id: UUID

    class Meta:
        table = "people_letter"
        indexes = (("person_id", "made"), ("state", "settled"))


class TaskList(Model):
    """Says of a person how many tasks waited when they were counted last, and whether a mail tells them each week.

    Whoever has no row has the mail, and nothing was counted yet.
    Personal data: how much waits for whom, and their choice; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "people.Person", related_name="task_list", on_delete=RESTRICT
    )
    waiting = fields.IntField(default=0)
    weekly = fields.BooleanField(default=True, db_default=True)

    person_id: UUID

    class Meta:
        table = "people_task_list"


class Membership(Model):
    """Gives a person a role in the unit, or at one site of it, between two days, both included.

    `recorded` and `end_recorded` say when the role, and its last day, became known; none: before that was noted.
    Personal data: role, site; kept: seven years after it ends.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="memberships", on_delete=RESTRICT
    )
    role = fields.CharField(20)
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="memberships", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="memberships", null=True, on_delete=RESTRICT
    )
    starts = fields.DateField()
    ends = fields.DateField(null=True)
    recorded = fields.DatetimeField(null=True)
    end_recorded = fields.DatetimeField(null=True)

    person_id: UUID
    site_id: UUID | None
    programme_id: UUID | None

    class Meta:
        table = "people_membership"
        indexes = (("person_id",), ("site_id", "person_id"), ("role", "person_id"))


class Relation(Model):
    """Says how another person stands to this one: supervisor, trainer, co_leader, assessor, manager or relative.

    Practice, cohorts and supervision make them, and people declare their own (`declared_by`). What was declared by
    mistake is `taken_back`, with a `note` that says why.
    Personal data: both people and how they relate; kept: seven years after it ends.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="relations", on_delete=RESTRICT
    )
    other: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="related_to", on_delete=RESTRICT
    )
    kind = fields.CharField(20)
    starts = fields.DateField(null=True)
    ends = fields.DateField(null=True)
    recorded = fields.DatetimeField()
    declared_by = fields.UUIDField(null=True)
    taken_back = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)

    person_id: UUID
    other_id: UUID

    class Meta:
        table = "people_relation"
        indexes = (("person_id",), ("other_id",))


class Difference(Model):
    """Says that two records are two people, though an address is known of both: a family's, or an office's.

    `one` and `other` stand in the order of their ids, and `pair` names both while it holds, so that it is said once.
    What was taken back stays, with the reason.
    Personal data: both people, who said so, why; kept: as long as both people, then under their pseudonyms.
    """

    id = fields.UUIDField(primary_key=True)
    one: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="different_from", on_delete=RESTRICT
    )
    other: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="also_different_from", on_delete=RESTRICT
    )
    pair = fields.CharField(80, null=True, unique=True)
    reason = fields.TextField()
    declared = fields.DatetimeField()
    declared_by_id = fields.UUIDField()
    taken_back = fields.DatetimeField(null=True)
    taken_back_by_id = fields.UUIDField(null=True)
    note = fields.TextField(null=True)

    one_id: UUID
    other_id: UUID

    class Meta:
        table = "people_difference"
        indexes = (("one_id",), ("other_id",))


class Permission(Model):
    """Lets a person do something because of an award; written above, read everywhere.

    `what` is the award as "pathway/level", `may` the words of the pathway, `because` the decision.
    Personal data: what the person may do; kept: as long as the certification.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="permissions", on_delete=RESTRICT
    )
    what = fields.CharField(200)
    may = fields.CharField(200)
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="permissions", null=True, on_delete=RESTRICT
    )
    starts = fields.DateField()
    ends = fields.DateField(null=True)
    because = fields.UUIDField()
    ended_because = fields.CharField(20, null=True)  # suspended, withdrawn, lapsed …; none where the period is over

    person_id: UUID
    site_id: UUID | None

    class Meta:
        table = "people_permission"
        indexes = (("site_id",), ("person_id", "what"))


class Session(Model):
    """Is one signed-in browser (or one frame without cookies); only a hash of its token is stored.

    `registration_id` and `lti` say through which LMS it came, if it did; then it is good for what is one's own, and for
    the abilities of staff only with `lms_staff`. `way` says how it was made, and `strong` whether by two things that
    only the person has or knows; sessions from before that was asked count as strong until they end.
    Personal data: who was signed in, when, by what and from where; kept: 30 days after it ends.
    """

    token_hash = fields.CharField(64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="sessions", on_delete=RESTRICT
    )
    created = fields.DatetimeField()
    seen = fields.DatetimeField()
    expires = fields.DatetimeField(db_index=True)
    ended = fields.DatetimeField(null=True)
    lti = fields.JSONField[dict[str, str] | None](null=True)
    registration_id = fields.UUIDField(null=True)
    lms_staff = fields.BooleanField(default=False, db_default=False)
    browser = fields.CharField(20, default="", db_default="")
    way = fields.CharField(60, default="", db_default="")
    strong = fields.BooleanField(default=False, db_default=True)

    person_id: UUID

    class Meta:
        table = "people_session"
        indexes = (("person_id",), ("registration_id",))


class SignInLink(Model):
    """Is a link that signs one person in once; `used` is set by the one who comes first.

    `way` is link (asked for by the person), setup, invitation or card; a card goes to no address. The link itself is
    signed and never stored. One that is withdrawn expires at that moment.
    Personal data: who asked to sign in and when; kept: 30 days.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="sign_in_links", on_delete=RESTRICT
    )
    address = fields.CharField(254)
    target = fields.CharField(500, default="/")
    way = fields.CharField(12, default="link", db_default="link")
    made = fields.DatetimeField()
    expires = fields.DatetimeField()
    used = fields.DatetimeField(null=True)

    person_id: UUID

    class Meta:
        table = "people_sign_in_link"
        indexes = (("person_id",),)
