"""Yearly visits of the demo that two assessors see and rate blind, so that there is agreement to look at."""

from datetime import date, timedelta

from training.assessments import signing
from training.assessments.actions import Noted, Opening, open_assessment, save_draft, submit_rating
from training.assessments.models import InstrumentVersion
from training.assessments.reading import instrument_of
from training.demo.doing import PROGRAMME, at, being, group_of, workday
from training.people.authentication.demo_cast import known

VISITS = (
    (412, "kiran", "11111111", "11111111"),
    (390, "lowri", "11100111", "11100110"),
    (371, "nadia", "11010101", "11010101"),
    (301, "ivan", "11011111", "11011111"),
    (293, "kiran", "10100110", "10100110"),
    (285, "lowri", "11111111", "11111110"),
    (276, "nadia", "10110101", "10100101"),
    (269, "ivan", "11111011", "11111011"),
    (262, "kiran", "01101100", "01101100"),
    (120, "nadia", "11101111", "11101110"),
    (112, "ivan", "11111111", "11101110"),
    (105, "lowri", "10110101", "10110001"),
    (98, "kiran", "11010001", "10010000"),
    (91, "nadia", "11111110", "11101110"),
    (84, "ivan", "11011111", "11011100"),
)
"""Days ago, who led, and what Bruno and Gwen ticked on each item: 1 is yes. Gwen asks for more, and lately more so."""


async def rate_by_two(today: date) -> None:
    """Has Bruno and Gwen rate each of the visits with the checklist, and sign."""
    for ago, key, *ticks in VISITS:
        day = workday(today - timedelta(days=ago))
        now, raters = at(day, 18), [await being(name, day) for name in ("bruno", "gwen")]
        first, second = raters
        version = await InstrumentVersion.get(instrument__name="leader checklist", instrument__unit_id=first.unit_id)
        opening = Opening(
            known(key), version.id, day, "live", group_name=group_of(day), others=(second.person_id,),
            programme=known(PROGRAMME),
        )  # fmt: skip
        made = await open_assessment(opening, key=known(f"visit/{key}/{day}"), actor=first, now=now)
        for actor, ticked in zip(raters, ticks, strict=True):
            items = zip(instrument_of(version).items, ticked, strict=True)
            marks = {item: Noted("yes" if tick == "1" else "no") for item, tick in items}
            await save_draft(made.id, marks, actor=actor, now=now)
            await submit_rating(made.id, actor=actor, now=now)
        for actor in raters:
            await signing.sign(made.id, actor=actor, now=now)
