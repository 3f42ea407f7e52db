"""What rooms below are told of the roof, once at the start: what follows facts, how rules are read."""

from training.app.consequences import AFTER
from training.app.learning_names import assessment_rules
from training.assessments.eligibility.programme_rules import read_rules_by
from training.core import clock
from training.trail import facts


def declare() -> None:
    """Declares what the trail and the assessments ask of rooms that they cannot know."""
    facts.follow(AFTER)
    read_rules_by(lambda unit: assessment_rules(unit, clock.now()))
