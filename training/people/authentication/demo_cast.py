"""The six people one can be in the demo: first name, role and what there is to see."""

from uuid import NAMESPACE_URL, UUID, uuid5

SEES = {
    "Amina": ("Trainee, parent facilitator", "Has done most of the course and leads her first groups."),
    "Bruno": ("Assessor", "Watches groups and rates them."),
    "Chloe": ("Site coordinator, Riverside", "Sees who may deliver, who is stuck and who runs out."),
    "Dara": ("Central unit, auditor", "Decides, reads the register, draws audits."),
    "Emre": ("Site coordinator, Harehills", "Sees nothing of Riverside."),
    "Farah": ("Administrator", "Connects learning systems."),
}
"""The cast of the demo: first name → role and what there is to see."""


def known(name: str) -> UUID:
    """Gives the id of a thing of the demo, the same on every machine, and of nothing that is not of the demo."""
    return uuid5(NAMESPACE_URL, f"https://demo.training/{name}")
