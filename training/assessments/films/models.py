"""Tables of films: what was handed in for whom, who consented to being filmed, and what is said at which second."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.assessments.models import RESTRICT, Assessment, Rater
from training.assessments.models import visible_to as assessments_visible_to
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import reach
from training.sites.models import CentralUnit

UPLOADING, CHECKING, REFUSED, READY, GONE = "uploading", "checking", "refused", "ready", "gone"
"""States of a film: as it arrives, whole and not looked at, nothing we can play, to be watched, deleted."""


class Film(Model):
    """Is a film of a session that somebody led; for an assessment, or to be used for one.

    `stored` names the file, `secret` is the key that opens it and is itself encrypted. `stated` is when its uploader
    said that everyone who can be seen or heard has consented. Of one that is gone the row stays, with the reason, and
    with what was said.

    Personal data: what a group did and said, in pictures and captions; kept: until the purpose for which people
    consented has ended, or one of them has withdrawn; the row without them, with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="films", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="films", on_delete=RESTRICT
    )
    assessment: fields.ForeignKeyNullableRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="films", null=True, on_delete=RESTRICT
    )
    uploaded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="films_uploaded", on_delete=RESTRICT
    )
    held = fields.DateField()
    file_name = fields.CharField(200)
    size = fields.BigIntField()
    stored = fields.CharField(64)
    secret = fields.TextField()
    state = fields.CharField(12, default=UPLOADING)
    problem = fields.CharField(300, default="")
    kind = fields.CharField(20, default="")
    seconds = fields.FloatField(null=True)
    sha256 = fields.CharField(64, default="")
    captions = fields.TextField(default="")
    begun = fields.DatetimeField()
    touched = fields.DatetimeField()
    received = fields.DatetimeField(null=True)
    stated = fields.DatetimeField(null=True)
    removed = fields.DatetimeField(null=True)
    removed_because = fields.CharField(12, default="")

    unit_id: UUID
    person_id: UUID
    assessment_id: UUID | None
    uploaded_by_id: UUID

    class Meta:
        table = "assessments_film"
        indexes = (("person_id", "state"), ("assessment_id",), ("uploaded_by_id",), ("state", "touched"))


class FilmConsent(Model):
    """Says that somebody who is on a film consented to it: for what, until when, and how; and that they withdrew.

    For a child `given_by` names who consented. Asked by a link (`way`), it is not `given` before they answer.

    Personal data: names or initials of parents and children, and that they took part; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    film: fields.ForeignKeyRelation[Film] = fields.ForeignKeyField(
        "assessments.Film", related_name="consents", on_delete=RESTRICT
    )
    name = fields.CharField(120)
    part = fields.CharField(12)
    purpose = fields.CharField(12)
    until = fields.DateField()
    way = fields.CharField(8)
    given_by = fields.CharField(120, default="")
    given = fields.DatetimeField(null=True)
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField()
    withdrawn = fields.DatetimeField(null=True)
    withdrawn_by_id = fields.UUIDField(null=True)

    film_id: UUID

    class Meta:
        table = "assessments_film_consent"
        indexes = (("film_id",), ("until",))


class FilmConsentLink(Model):
    """Is a link by which somebody on a film consents and withdraws; only a hash of its token is stored.

    One that is mailed has its token once the mail is written: then it is `sent`, or it is `failed` with the reason.

    Personal data: an e-mail address; kept: until the mail has gone or cannot go, a week at most.
    """

    id = fields.UUIDField(primary_key=True)
    consent: fields.ForeignKeyRelation[FilmConsent] = fields.ForeignKeyField(
        "assessments.FilmConsent", related_name="links", on_delete=RESTRICT
    )
    token_hash = fields.CharField(64, null=True, unique=True)
    address = fields.CharField(254, default="")
    language = fields.CharField(8, default="en")
    made = fields.DatetimeField()
    made_by_id = fields.UUIDField()
    sent = fields.DatetimeField(null=True)
    failed = fields.CharField(300, default="")

    consent_id: UUID

    class Meta:
        table = "assessments_film_consent_link"
        indexes = (("consent_id", "made"),)


class FilmComment(Model):
    """Is what somebody says of a second of a film.

    Personal data: may describe what was seen; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    film: fields.ForeignKeyRelation[Film] = fields.ForeignKeyField(
        "assessments.Film", related_name="comments", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="film_comments", on_delete=RESTRICT
    )
    second = fields.IntField()
    words = fields.TextField()
    made = fields.DatetimeField()
    taken_back = fields.DatetimeField(null=True)

    film_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_film_comment"
        indexes = (("film_id", "second"), ("person_id",))


def consents_visible_to(actor: Actor) -> QuerySet[FilmConsent]:
    """Lists the consents to films of people whom the actor manages."""
    return FilmConsent.filter(reach(actor, "manage people", "film__person"))


def visible_to(actor: Actor) -> QuerySet[Film]:
    """Lists films that the actor sent or leads in, those of assessments they may see, and of people for whom they care.

    Whether they may watch one, its consents say (`rules.may_watch`).
    """
    found = Q(uploaded_by_id=actor.person_id) | Q(person_id=actor.person_id)
    found |= Q(
        assessment_id__in=Subquery(assessments_visible_to(actor).exclude(person_id=actor.person_id).values("id"))
    )
    found |= reach(actor, "manage people")
    if actor.may("assess"):
        rated = Rater.filter(person_id=actor.person_id, state="rating").values("assessment__person_id")
        found |= Q(assessment_id__isnull=True, person_id__in=Subquery(rated))
    return Film.filter(found, unit_id=actor.unit_id)
