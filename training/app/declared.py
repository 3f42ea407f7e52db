"""What rooms below are told of the roof, once at the start: what follows facts, how rules and certificates are read."""

from certificates.evaluations.holdings import holdings
from courses.versions.certified import read_holdings_by
from training.app.consequences import AFTER
from training.app.learning_names import assessment_rules
from training.assessments.eligibility.programme_rules import read_rules_by
from training.core import clock
from training.trail import facts


def declare() -> None:
    """Declares what the trail, the assessments and the courses ask of rooms that they cannot know."""
    facts.follow(AFTER)
    read_rules_by(lambda unit: assessment_rules(unit, clock.now()))
    read_holdings_by(holdings)
