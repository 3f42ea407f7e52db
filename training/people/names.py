"""What people are called: the name that stands for one nobody has told us, and whether a name is that."""

from uuid import UUID

NEUTRAL = "Learner"
LONGEST = 200


def neutral_name(person_id: UUID) -> str:
    """Gives the name of somebody whose name nobody has told."""
    return f"{NEUTRAL} {person_id.hex[:4].upper()}"


def has_name(person_id: UUID, name: str) -> bool:
    """Tells whether a name was told, by the person, their site or their LMS; no certificate is issued without."""
    return name != neutral_name(person_id)
