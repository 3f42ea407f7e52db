"""An instrument, people who may assess, and an assessment to rate."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.soundness import speak_of
from training.assessments import actions
from training.assessments.actions import Noted, Opening
from training.assessments.load import load_instrument
from training.assessments.models import Assessment, InstrumentVersion
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Membership, Permission

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
OBSERVED = date(2026, 11, 20)
Cast = Callable[[str], Awaitable[Actor]]
HERE = Path(__file__).parent


@pytest.fixture
async def version(cast: Cast) -> InstrumentVersion:
    """A published instrument of three items, on which raters may be one level apart."""
    await load_instrument(HERE / "leading.yaml", actor=await cast("farah"), now=NOW)
    return await InstrumentVersion.get(instrument__name="leading")


@pytest.fixture
async def permitted(database: None) -> None:
    """Bruno and Gwen may assess."""
    for key in ("bruno", "gwen"):
        await permit(known(key))


async def permit(person: UUID, *, ends: date | None = None, starts: date = date(2025, 1, 1)) -> Permission:
    """Gives somebody the permission to assess."""
    made = await Permission.create(
        person_id=person, what="growing_together/assessor", may="assess", starts=starts, ends=ends, because=uuid4()
    )
    await speak_of(made)
    return made


@dataclass
class Rated:
    """Opens and rates assessments of Amina in few words."""

    cast: Cast
    version: InstrumentVersion

    async def open(
        self, *others: str | UUID, independent: bool = False, now: datetime = NOW, programme: UUID | None = None
    ) -> Assessment:
        """Bruno opens an assessment of Amina."""
        opening = Opening(
            person=known("amina"),
            version=self.version.id,
            observed=OBSERVED,
            medium="live",
            group_name="Tuesday group",
            independent=independent,
            programme=programme,
            others=tuple(one if isinstance(one, UUID) else known(one) for one in others),
        )
        return await actions.open_assessment(opening, key=uuid4(), actor=await self.cast("bruno"), now=now)

    async def hand_in(self, row: Assessment, who: str, **levels: int) -> Assessment:
        """Somebody marks all items, at 3 unless said otherwise, and hands in."""
        marks = {item: Noted(levels.get(item, 3), f"{who} on {item}") for item in ("welcome", "listening", "closing")}
        actor = await self.cast(who)
        await actions.save_draft(row.id, marks, actor=actor, now=NOW)
        return await actions.submit_rating(row.id, actor=actor, now=NOW)


@pytest.fixture
async def rated(cast: Cast, version: InstrumentVersion, permitted: None) -> Rated:
    """What the tests rate with."""
    return Rated(cast, version)


@pytest.fixture
async def three(cast: Cast, permitted: None, tmp_path: Path) -> InstrumentVersion:
    """An instrument that asks for three raters and takes their mean; Hana and Ivan may assess, too."""
    text = (HERE / "leading.yaml").read_text()
    text = text.replace("instrument: leading", "instrument: leading of three").replace("three items", "three raters")
    text = text.replace("at_least: 1, combine: lowest", "at_least: 3, combine: mean")
    (tmp_path / "three.yaml").write_text(text)
    await load_instrument(tmp_path / "three.yaml", actor=await cast("farah"), now=NOW)
    await permit(known("hana"))
    await permit(known("ivan"))
    held = await Membership.create(id=uuid4(), person_id=known("ivan"), role="assessor", starts=date(2025, 1, 1))
    await speak_of(held)
    return await InstrumentVersion.get(instrument__name="leading of three")
