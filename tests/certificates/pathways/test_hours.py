"""Hours of courses are counted once, however often a course was done."""

from datetime import date

from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway_text
from training.parsing.values import Result


def _hours(*records: tuple[str, str, int]) -> Result:
    rules = """\
pathway: steps
title: Steps
version: "1"
owner: Us
levels:
  leader:
    title: Leader
    requires:
      learnt: {learning: any, at_least: {hours: 15}}
"""
    rows = [
        {"id": f"r{at}", "type": "learning", "what": f"{course} course", "course": course, "version": version,
         "hours": hours, "on": "2026-03-01", "result": "passed"}
        for at, (course, version, hours) in enumerate(records)
    ]  # fmt: skip
    evidence = Evidence.of({"holder": "amina", "records": rows})
    [level] = evaluate(read_pathway_text("steps", rules), evidence, date(2026, 6, 1)).levels
    return level.requires[0].result


def test_a_course_that_was_done_again_does_not_count_its_hours_twice() -> None:
    assert _hours(("small-steps", "1", 10), ("small-steps", "2", 10)) is Result.NOT_MET
    assert _hours(("small-steps", "1", 10), ("small-steps", "2", 15)) is Result.MET
    assert _hours(("small-steps", "1", 10), ("big-steps", "1", 5)) is Result.MET
