"""Tables of what has been earned: versions, evidence, verdicts, decisions, changes and certificates."""

from datetime import date
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.assessments.models import Assessment
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import of_sites, reach, visible_filter
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class PathwayVersion(Model):
    """Is one published text of a pathway, with the texts it extends; never changed after.

    `taken_back` says that it was, before the day from which it would have counted: then it counts for nobody.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="pathways", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="pathways", on_delete=RESTRICT
    )
    slug = fields.CharField(60)
    version = fields.CharField(40)
    title = fields.CharField(200)
    text = fields.TextField()
    bases = fields.JSONField[dict[str, str]]()
    sha256 = fields.CharField(64)
    published = fields.DatetimeField()
    published_by_id = fields.UUIDField(null=True)
    taken_back = fields.DatetimeField(null=True)

    unit_id: UUID
    programme_id: UUID

    class Meta:
        table = "certificates_pathway_version"
        unique_together = (("unit", "slug", "version"),)


class Evaluation(Model):
    """Is what the rules said of a holder and a level on the evidence of a moment; a new row when that changes.

    The holder is `person` or `holder_site`. `slot` names holder, pathway and level in the row that holds now, and is
    empty in earlier ones, so that of many at once only one is written. `awaiting` says that all is met and a decision
    is due.
    Personal data: the verdict with its reasons; kept: as long as the decision that rests on it.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="evaluations", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_evaluations", null=True, on_delete=RESTRICT
    )
    pathway: fields.ForeignKeyRelation[PathwayVersion] = fields.ForeignKeyField(
        "certificates.PathwayVersion", related_name="evaluations", on_delete=RESTRICT
    )
    level = fields.CharField(60)
    per = fields.CharField(200, default="")
    as_of = fields.DateField()
    made = fields.DatetimeField()
    result = fields.CharField(12)
    standing = fields.CharField(20)
    verdict = fields.JSONField[dict[str, Any]]()
    evidence = fields.JSONField[list[dict[str, Any]]]()
    evidence_sha256 = fields.CharField(64)
    slot = fields.CharField(400, null=True, unique=True)
    awaiting = fields.BooleanField(default=False)

    person_id: UUID | None
    holder_site_id: UUID | None
    pathway_id: UUID

    @property
    def slot_name(self) -> str:
        """The slot of this row while it holds; asks for the pathway to be fetched."""
        return slot_name(self.person_id or self.holder_site_id, self.pathway.slug, self.level, self.per)

    class Meta:
        table = "certificates_evaluation"
        indexes = (("person_id", "level"), ("holder_site_id", "level"), ("awaiting", "person_id"))


def slot_name(holder_id: UUID | None, slug: str, level: str, per: str) -> str:
    """Names the one place that the current evaluation of a holder, pathway and level can hold."""
    return f"{holder_id}/{slug}/{level}/{per}"


def evaluations_visible_to(actor: Actor) -> QuerySet[Evaluation]:
    """Lists what the rules said of the people and sites about whom the actor may decide."""
    return Evaluation.filter(reach(actor, "decide") | of_sites(actor, "decide"))


def current() -> QuerySet[Evaluation]:
    """Lists what the rules say now: the latest evaluation of each person and level."""
    return Evaluation.filter(slot__isnull=False)


class Decision(Model):
    """Is what a named person, or the rules alone, decided on a evaluation; one for each turn of a level.

    `key` names holder, pathway, level and turn, so that of many at once only one is written. `attributes` are what
    rules read of the award. `panel` is the record of all votes where a panel decided: member, choice and reasons of
    each, and whether it counted; then `decided_by` is whose vote settled it.
    Personal data: outcome and reasons, who voted how; kept: as long as the certification, then seven years.
    """

    id = fields.UUIDField(primary_key=True)
    key = fields.CharField(300, unique=True)
    evaluation: fields.ForeignKeyRelation[Evaluation] = fields.ForeignKeyField(
        "certificates.Evaluation", related_name="decisions", on_delete=RESTRICT
    )
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="decisions", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_decisions", null=True, on_delete=RESTRICT
    )
    pathway: fields.ForeignKeyRelation[PathwayVersion] = fields.ForeignKeyField(
        "certificates.PathwayVersion", related_name="decisions", on_delete=RESTRICT
    )
    level = fields.CharField(60)
    per = fields.CharField(200, default="")
    outcome = fields.CharField(12)
    on = fields.DateField()
    until = fields.DateField(null=True)
    reasons = fields.TextField(default="")
    dissent = fields.TextField(default="")
    attributes = fields.JSONField[dict[str, Any]](null=True)
    panel = fields.JSONField[list[dict[str, Any]]](null=True)
    decided_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="decided", null=True, on_delete=RESTRICT
    )
    recorded = fields.DatetimeField()
    appeal_until = fields.DateField(null=True)

    appeal: fields.BackwardOneToOneRelation["Appeal"]
    evaluation_id: UUID
    person_id: UUID | None
    holder_site_id: UUID | None
    pathway_id: UUID
    decided_by_id: UUID | None

    @property
    def deciders(self) -> tuple[str, ...]:
        """The ids of all who decided: of a panel, those whose votes counted."""
        if self.panel is not None:
            return tuple(one["member"] for one in self.panel if one["counted"])
        return (str(self.decided_by_id),) if self.decided_by_id else ()

    class Meta:
        table = "certificates_decision"
        indexes = (("person_id",), ("decided_by_id",), ("evaluation_id",), ("holder_site_id",))


class Certification(Model):
    """Is one period in which a person, or a site, is certified; its states are rows of StateChange.

    `site` is where the person belonged at the award, `holder_site` the site that is certified itself. `ends` is the
    last day, `over` the last day with grace; none: no end.
    Personal data: the certification itself; kept: for ever, under a pseudonym once the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    decision: fields.OneToOneRelation[Decision] = fields.OneToOneField(
        "certificates.Decision", related_name="certification", on_delete=RESTRICT
    )
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="certifications", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_certifications", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="certifications", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="certifications", null=True, on_delete=RESTRICT
    )
    pathway_slug = fields.CharField(60)
    level = fields.CharField(60)
    level_title = fields.CharField(200)
    per = fields.CharField(200, default="")
    starts = fields.DateField()
    renewal_opens = fields.DateField(null=True)
    ends = fields.DateField(null=True)
    over = fields.DateField(null=True)
    recorded = fields.DatetimeField()

    certificates: fields.ReverseRelation["Certificate"]
    changes: fields.ReverseRelation["StateChange"]
    decision_id: UUID
    person_id: UUID | None
    holder_site_id: UUID | None
    programme_id: UUID
    site_id: UUID | None

    class Meta:
        table = "certificates_certification"
        indexes = (("site_id", "starts", "over"), ("person_id", "level"), ("holder_site_id", "level"), ("ends",))


class StateChange(Model):
    """Is one change of a certification; nothing is ever deleted.

    `state` is suspended, restored, withdrawn, replaced or lapsed; or provisional or lifted, of a condition.
    `grounds` is the class of the reason, which anybody may know; the reason is for the holder and the unit.
    `appeal_until` is the last day on which the holder may appeal against it.

    Personal data: the reason; kept: as long as the certification.
    """

    id = fields.UUIDField(primary_key=True)
    certification: fields.ForeignKeyRelation[Certification] = fields.ForeignKeyField(
        "certificates.Certification", related_name="changes", on_delete=RESTRICT
    )
    turn = fields.IntField()
    state = fields.CharField(12)
    reason = fields.TextField(default="")
    grounds = fields.CharField(12, default="", db_default="")
    effective = fields.DateField()
    until = fields.DateField(null=True)
    recorded = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)
    appeal_until = fields.DateField(null=True)

    appeal: fields.BackwardOneToOneRelation["Appeal"]
    certification_id: UUID

    class Meta:
        table = "certificates_state_change"
        unique_together = (("certification", "turn"),)


class Appeal(Model):
    """Is what a person, or somebody for a site, says against a decision, a change or an assessment, once for each.

    It is received (`made`), looked at, and decided, by the days that its unit had set then. One that came late says why
    (`late`), and is received when somebody `accepted` it. `finding` is how it was decided: open, upheld (what was
    decided stands), overturned, or refused (late, and not accepted). `files` are name, stored name and hash of each.
    Personal data: the words of both, files; kept: as long as what it is about.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="appeals", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_appeals", null=True, on_delete=RESTRICT
    )
    decision: fields.OneToOneNullableRelation[Decision] = fields.OneToOneField(
        "certificates.Decision", related_name="appeal", null=True, on_delete=RESTRICT
    )
    change: fields.OneToOneNullableRelation[StateChange] = fields.OneToOneField(
        "certificates.StateChange", related_name="appeal", null=True, on_delete=RESTRICT
    )
    assessment: fields.OneToOneNullableRelation[Assessment] = fields.OneToOneField(
        "assessments.Assessment", related_name="appeal", null=True, on_delete=RESTRICT
    )
    words = fields.TextField()
    files = fields.JSONField[list[dict[str, str]]](null=True)
    made = fields.DatetimeField()
    late = fields.TextField(default="")
    accepted = fields.DatetimeField(null=True)
    accepted_because = fields.TextField(default="")
    accepted_by_id = fields.UUIDField(null=True)
    look_by = fields.DateField(null=True)
    decide_by = fields.DateField(null=True)
    looked_at = fields.DatetimeField(null=True)
    looked_at_by_id = fields.UUIDField(null=True)
    finding = fields.CharField(12, default="open")
    reasons = fields.TextField(default="")
    answered = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    person_id: UUID | None
    holder_site_id: UUID | None
    decision_id: UUID | None
    change_id: UUID | None
    assessment_id: UUID | None

    @property
    def about_id(self) -> UUID | None:
        """The id of what it is about."""
        return self.decision_id or self.change_id or self.assessment_id

    class Meta:
        table = "certificates_appeal"
        indexes = (("holder_site_id",), ("person_id",), ("finding", "made"))


class Certificate(Model):
    """Is one frozen document of a certification: the facts as printed, its ids, and how far it is published.

    `issue` numbers those of one certification. The last one stands; it was issued again, say under a corrected name,
    in place of the one before it, and `because` says why.
    `progress` is reserved, signed or published. `shows`, `opens_badge` and `leads_on` are the holder's choice: which
    name the check shows, whether it gives the badge away, whether it leads to a newer certificate. The verify page
    reads this row, never the person's.
    `facts_sha256` proves what the facts were; once the holder is removed from them, `bare_sha256` what they are.
    Personal data: the name as printed, why it was issued again; kept: for ever, both until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    certification: fields.ForeignKeyRelation[Certification] = fields.ForeignKeyField(
        "certificates.Certification", related_name="certificates", on_delete=RESTRICT
    )
    issue = fields.IntField(default=1, db_default=1)
    because = fields.TextField(default="", db_default="")
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="certificates", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_certificates", null=True, on_delete=RESTRICT
    )
    serial = fields.CharField(40, unique=True)
    verify_token = fields.CharField(26, unique=True)
    credential_id = fields.CharField(60, unique=True)
    facts = fields.TextField()
    facts_sha256 = fields.CharField(64)
    bare_sha256 = fields.CharField(64, null=True)
    status_list_id = fields.UUIDField(null=True)
    status_index = fields.IntField()
    progress = fields.CharField(12, default="reserved")
    shows = fields.CharField(12, default="name")
    opens_badge = fields.BooleanField(default=False, db_default=False)
    leads_on = fields.BooleanField(default=False, db_default=False)
    reserved = fields.DatetimeField()
    published = fields.DatetimeField(null=True)

    certification_id: UUID
    person_id: UUID | None
    holder_site_id: UUID | None

    class Meta:
        table = "certificates_certificate"
        indexes = (("holder_site_id",), ("person_id",))
        unique_together = (("certification", "issue"),)


async def latest_certificate(certification_id: UUID) -> Certificate | None:
    """Finds the certificate that stands for a certification; none for an award from before this service."""
    found = Certificate.filter(certification_id=certification_id).order_by("-issue")
    return await found.first().prefetch_related("certification")


def certifications_visible_to(
    actor: Actor, ability: str = "read register", *, on: date | None = None
) -> QuerySet[Certification]:
    """Lists the certifications of the people for whom the actor has the ability, where they were on the day."""
    return Certification.filter(reach(actor, ability, on=on))


def any_certification_visible_to(actor: Actor, ability: str = "read register") -> QuerySet[Certification]:
    """Lists the certifications of people and of sites for whom the actor has the ability today."""
    return Certification.filter(reach(actor, ability) | of_sites(actor, ability))


def certificates_visible_to(actor: Actor) -> QuerySet[Certificate]:
    """Lists the certificates of the people and sites that the actor may see."""
    return Certificate.filter(visible_filter(actor) | of_sites(actor, "see people"))


def decisions_about(actor: Actor) -> QuerySet[Decision]:
    """Lists what was decided about the actor, and about the sites that they manage."""
    return Decision.filter(_own(actor))


def changes_about(actor: Actor) -> QuerySet[StateChange]:
    """Lists the changes of the actor's own certifications, and of those of the sites that they manage."""
    return StateChange.filter(certification_id__in=Subquery(Certification.filter(_own(actor)).values("id")))


def _own(actor: Actor) -> Q:
    return Q(person_id=actor.person_id) | of_sites(actor, "manage people")


def appeals_visible_to(actor: Actor) -> QuerySet[Appeal]:
    """Lists the appeals of those about whom the actor may decide; who had a part in it does not decide it."""
    return Appeal.filter(reach(actor, "decide") | of_sites(actor, "decide"))


def appeals_about(actor: Actor) -> QuerySet[Appeal]:
    """Lists the actor's own appeals, and those of the sites that they manage."""
    return Appeal.filter(_own(actor))
