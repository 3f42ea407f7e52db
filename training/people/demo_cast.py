"""The six people one can be in the demo: first name, role and what there is to see."""

SEES = {
    "Amina": ("Trainee, parent facilitator", "Has done most of the course and leads her first groups."),
    "Bruno": ("Assessor", "Watches groups and rates them."),
    "Chloe": ("Site coordinator, Riverside", "Sees who may deliver, who is stuck and who runs out."),
    "Dara": ("Central unit, auditor", "Decides, reads the register, draws audits."),
    "Emre": ("Site coordinator, Harehills", "Sees nothing of Riverside."),
    "Farah": ("Administrator", "Connects learning systems."),
}
"""The cast of the demo: first name → role and what there is to see."""
