"""The table of votes: what each member of a panel says in a case, until the decision falls."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from certificates.evaluations.models import Evaluation
from training.people.models import Person

RESTRICT = fields.OnDelete.RESTRICT


class Vote(Model):
    """Is what one member of a panel votes in a case, and why; it may be changed until the decision falls.

    `turn` is the key of the decision that it is for, `evaluation` what the rules said when it was cast. `choice` is an
    outcome, "no" where the pathway knows no refusal, or "recused". `attributes` are those of the award it is for.
    Personal data: who voted how, and why; kept: with the decision.
    """

    id = fields.UUIDField(primary_key=True)
    turn = fields.CharField(300, db_index=True)
    evaluation: fields.ForeignKeyRelation[Evaluation] = fields.ForeignKeyField(
        "certificates.Evaluation", related_name="votes", on_delete=RESTRICT
    )
    member: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="votes", on_delete=RESTRICT
    )
    choice = fields.CharField(12)
    reasons = fields.TextField()
    attributes = fields.JSONField[dict[str, Any]](default=dict)
    cast = fields.DatetimeField()

    evaluation_id: UUID
    member_id: UUID

    @property
    def as_recorded(self) -> dict[str, str]:
        """The vote as the decision records it."""
        return {"member": str(self.member_id), "choice": self.choice, "reasons": self.reasons}

    class Meta:
        table = "certificates_vote"
        indexes = (("evaluation_id",), ("member_id",))
        unique_together = (("turn", "member"),)
