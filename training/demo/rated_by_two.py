"""Visits of the demo that assessors rate; of those with two, many a year, so that there is agreement to look at."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from training.assessments import signing
from training.assessments.actions import Noted, Opening, open_assessment, save_draft, submit_rating
from training.assessments.marks import Mark
from training.assessments.models import Assessment, InstrumentVersion
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
        raters = [await being(name, day) for name in ("bruno", "gwen")]
        version = await version_of("leader checklist", raters[0].unit_id)
        given = {rater: ticked_as(version, ticked) for rater, ticked in zip(("bruno", "gwen"), ticks, strict=True)}
        made = await rated(key, version, day, given, slot=known(f"visit/{key}/{day}"))
        for actor in raters:
            await signing.sign(made.id, actor=actor, now=at(day, 18))


async def version_of(name: str, unit_id: UUID) -> InstrumentVersion:
    """Finds the one version of an instrument of the demo."""
    return await InstrumentVersion.get(instrument__name=name, instrument__unit_id=unit_id)


def ticked_as(version: InstrumentVersion, ticks: str) -> dict[str, Mark]:
    """Gives the marks of a checklist that is ticked so: 1 is yes."""
    items = zip(instrument_of(version).items, ticks, strict=True)
    return {item: "yes" if tick == "1" else "no" for item, tick in items}


async def rated(
    key: str, version: InstrumentVersion, day: date, given: Mapping[str, Mapping[str, Mark]], *, slot: UUID
) -> Assessment:
    """Has the assessors of `given` rate somebody with these marks and hand in; the first of them begins."""
    now, raters = at(day, 18), [await being(one, day) for one in given]
    first, *others = raters
    opening = Opening(
        known(key), version.id, day, "live", group_name=group_of(day), programme=known(PROGRAMME),
        others=tuple(one.person_id for one in others),
    )  # fmt: skip
    made = await open_assessment(opening, key=slot, actor=first, now=now)
    for actor, marks in zip(raters, given.values(), strict=True):
        await save_draft(made.id, {item: Noted(mark) for item, mark in marks.items()}, actor=actor, now=now)
        await submit_rating(made.id, actor=actor, now=now)
    return made
