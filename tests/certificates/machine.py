"""Walks a learner, two assessors and the central unit at random through the service, beside a small model of it."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from certificates.erase_person import erase
from certificates.evaluations.models import Appeal, Certificate, Certification, Decision, Evaluation, StateChange
from tests.certificates import walked_world as world
from tests.certificates.comparison import compare
from tests.certificates.walked_model import SUBJECTS, Award, Change, Model, Record
from training.assessments import signing
from training.assessments.actions import Noted, Opening, open_assessment, save_draft, submit_rating
from training.core import clock
from training.core.errors import Invalid, NotAllowed
from training.demo.cast import known
from training.people.actions import end_membership, give_membership
from training.people.models import Membership
from training.people.relations.actions import declare
from training.trail import facts
from training.trail.verify import verify_trail

WHY = "Seen with the papers."
TYPES = {"first aid": "qualification", "refresher": "learning", "way back": "learning", "own file": "portfolio"}
FIRST = ("You were right", "The decision stands")
AGO = st.integers(0, 9)
WHICH = st.integers(0, 99)


class Walk(RuleBasedStateMachine):
    """One walk: a database, a clock and an event loop of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="walk"))
        self.runner = asyncio.Runner()
        self.world = world.World(self.folder)
        self.model = Model(world.BEGIN)
        self.rated: list[tuple[UUID, Record, set[str]]] = []
        self.numbers = 0
        self.files = True

    def run(self, story: Awaitable[Any]) -> Any:
        async def told() -> Any:
            return await story

        return self.runner.run(told())

    @initialize(
        with_address=st.booleans(),
        already=st.sampled_from([(), ("shown",), ("shown", "certified"), ("shown", "conditional")]),
    )
    def begins(self, with_address: bool, already: tuple[str, ...]) -> None:
        """Begins a walk at its first step, or where all is shown or decided already."""
        self.with_address = with_address
        self.run(self.world.begin(with_address=with_address))
        self.model.assessors = {key: Award(world.BEGIN, lasts=False) for key in world.ASSESSORS}
        for one in already:
            if one == "shown":
                self.paper_is_recorded(what="first aid", ago=3, ends=False)
                self.assessors_rate(raters=("bruno",), mark="yes", ago=0)
                self.assessor_signs(which=0)
            else:
                self.central_unit_decides(outcome=one)

    def teardown(self) -> None:
        try:
            if self.world.assessors:
                self.run(self._erased_at_the_end())
        finally:
            self.run(self.world.end())
            self.runner.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def done(self) -> None:
        """Lets the work that follows be done, here and in the model."""
        self.world.a_little_later()
        self.run(self.world.work())
        self.model.night(files=self.files)

    # time

    @rule(days=st.one_of(st.integers(1, 40), st.integers(80, 130)))
    def days_pass(self, days: int) -> None:
        self.world.move_to(self.world.today + timedelta(days=days))
        self.model.today = self.world.today
        self.done()

    @precondition(lambda self: self.files and self.model.waits)
    @rule()
    def files_go_away(self) -> None:
        self.world.take_files_away()
        self.files = False

    @precondition(lambda self: not self.files)
    @rule()
    def files_come_back(self) -> None:
        self.world.bring_files_back()
        self.files = True
        self.run(facts.send_all_again(facts.failed(), now=clock.now()))
        self.world.a_little_later(minutes=100)
        self.done()

    # evidence

    @rule(what=st.sampled_from(["first aid", *TYPES]), ago=AGO, ends=st.booleans())
    def paper_is_recorded(self, what: str, ago: int, ends: bool) -> None:
        record = self._record(what, ago, ends)
        form = {"key": uuid4(), "type": TYPES[what], "what": what, "pathway": "walked", **_days(record)}
        if TYPES[what] == "qualification":
            del form["pathway"]
        assert self.run(self.world.post(self._recorder(), world.RECORD, **form)) == 303
        self._shown(record)

    @precondition(lambda self: self.papers)
    @rule(which=WHICH, ago=AGO, ends=st.booleans())
    def paper_is_corrected(self, which: int, ago: int, ends: bool) -> None:
        name = self.papers[which % len(self.papers)]
        what = self.model.records.pop(name).what
        record = self._record(what, ago, ends)
        form = {"key": uuid4(), "type": TYPES[what], "what": what, "pathway": "walked", "why": WHY, **_days(record)}
        if TYPES[what] == "qualification":
            del form["pathway"]
        path = f"/practice/records/{name}/correct"
        assert self.run(self.world.post(self._recorder(), path, **form)) == 303
        self._shown(record)

    @precondition(lambda self: self.papers)
    @rule(which=WHICH)
    def paper_is_taken_back(self, which: int) -> None:
        name = self.papers[which % len(self.papers)]
        path = f"/practice/records/{name}/take-back"
        assert self.run(self.world.post(self._recorder(), path, key=uuid4(), reason=WHY)) == 303
        del self.model.records[name]
        self.done()

    @property
    def papers(self) -> list[str]:
        return [name for name, one in self.model.records.items() if not one.raters]

    def _record(self, what: str, ago: int, ends: bool) -> Record:
        on = self.world.today - timedelta(days=ago)
        return Record(what, on, on + timedelta(days=45) if ends and what == "first aid" else None)

    def _recorder(self) -> str:
        return world.COORDINATORS.get(self.model.site, "dara")

    def _shown(self, record: Record) -> None:
        self.model.records[self.run(self.world.newest_record())] = record
        self.model.news = True
        self.done()

    # assessments

    @rule(
        raters=st.sampled_from([("bruno",), ("gwen",), ("bruno", "gwen")]),
        mark=st.sampled_from(["yes", "yes", "yes", "no", "not_observed"]),
        ago=st.integers(0, 3),
    )
    def assessors_rate(self, raters: tuple[str, ...], mark: str, ago: int) -> None:
        observed = self.world.today - timedelta(days=ago)
        may = all(self.model.signs(one, day) for one in raters for day in (observed, self.world.today))
        made = self.run(self._rated(raters, mark, observed))
        assert (made is not None) is may, (raters, observed)
        if made:
            self.rated.append((made, Record("one group", observed, raters=raters, mark=mark), set(raters)))

    async def _rated(self, raters: tuple[str, ...], mark: str, observed: date) -> UUID | None:
        self.numbers += 1
        first, now = await self.world.being(raters[0]), clock.now()
        opening = Opening(
            world.LEARNER, self.world.tool.id, observed, "live", group_name=f"Group {self.numbers}", independent=True,
            others=tuple(known(one) for one in raters[1:]), programme=self.world.programme,
        )  # fmt: skip
        try:
            made = await open_assessment(opening, key=uuid4(), actor=first, now=now)
        except (NotAllowed, Invalid):
            return None
        for one in raters:
            await save_draft(made.id, {"calm": Noted(mark)}, actor=await self.world.being(one), now=now)
            await submit_rating(made.id, actor=await self.world.being(one), now=now)
        return made.id

    @precondition(lambda self: self.rated)
    @rule(which=WHICH)
    def assessor_signs(self, which: int) -> None:
        name, record, left = self.rated[which % len(self.rated)]
        rater = sorted(left)[which % len(left)]
        may = all(self.model.signs(rater, day) for day in (record.on, self.world.today))
        assert self.run(self._signed(name, rater)) is may, rater
        if may:
            left.discard(rater)
        if not left:
            self.rated = [one for one in self.rated if one[2]]
            self.model.records[str(name)] = record
            self.model.news = True
        self.done()

    async def _signed(self, name: UUID, rater: str) -> bool:
        try:
            await signing.sign(name, actor=await self.world.being(rater), now=clock.now())
        except NotAllowed:
            return False
        return True

    @rule(
        who=st.sampled_from(world.ASSESSORS),
        state=st.sampled_from(["suspended", "restored", "restored", "withdrawn"]),
        ago=st.integers(0, 5),
        ends=st.booleans(),
    )
    def assessor_is_changed(self, who: str, state: str, ago: int, ends: bool) -> None:
        change = self._change(state, ago, ends)
        self._changed(self.model.assessors[who], change, self.world.assessors[who])

    @rule(who=st.sampled_from(world.ASSESSORS), kind=st.sampled_from(["relative", "supervisor"]), since=st.booleans())
    @precondition(lambda self: len(self.model.relations) < 2)
    def relation_is_declared(self, who: str, kind: str, since: bool) -> None:
        if any((one[0], one[1]) == (who, kind) for one in self.model.relations):
            return
        choice = {"relative": "relative", "supervisor": "supervised"}[kind]
        day = self.world.today if since else None
        self.run(self._declared(who, choice, day))
        self.model.relations.append((who, kind, day))
        self.done()

    async def _declared(self, who: str, choice: str, since: date | None) -> None:
        await declare(known(who), choice, since=since, actor=await self.world.being("amina"), now=clock.now())

    # decisions

    @rule(outcome=st.sampled_from(["certified", "certified", "conditional", "conditional", "deferred", "declined"]))
    def central_unit_decides(self, outcome: str) -> None:
        case = self.run(self._case())
        if case is None:
            assert not self.model.waits
            return
        before = self.run(Decision.filter(person_id=world.LEARNER).count())
        path = f"/certificates/decisions/{case}"
        self.run(self.world.post("dara", path, outcome=outcome, reasons=WHY))
        made = self.run(Decision.filter(person_id=world.LEARNER).count()) - before
        assert made == self.model.waits, "a case is decided when it waits, and only then"
        if made:
            self.model.decide(outcome)
        self.done()

    async def _case(self) -> UUID | None:
        now = await Evaluation.get_or_none(person_id=world.LEARNER, level="leader", slot__isnull=False)
        return now and now.id

    @precondition(lambda self: self.model.latest)
    @rule(
        state=st.sampled_from(["suspended", "restored", "restored", "withdrawn"]), ago=st.integers(0, 5),
        ends=st.booleans(),
    )  # fmt: skip
    def certification_is_changed(self, state: str, ago: int, ends: bool) -> None:
        award = self.model.latest
        if self._changed(award, self._change(state, ago, ends), self.run(self._newest()).id):
            self.model.letters[SUBJECTS[state]] += 1
            self.done()

    @staticmethod
    async def _newest() -> Certification:
        return await Certification.filter(person_id=world.LEARNER).order_by("-recorded").first()

    def _change(self, state: str, ago: int, ends: bool) -> Change:
        today = self.world.today
        until = today + timedelta(days=20) if ends and state == "suspended" else None
        return Change(state, today - timedelta(days=ago), until)

    def _changed(self, award: Award, change: Change, name: UUID) -> bool:
        form = {"state": change.state, "reason": WHY, "effective": change.effective}
        form |= {"until": change.until} if change.until else {}
        may = self.model.may_change(award, change)
        status = self.run(self.world.post("dara", f"/register/{name}", **form))
        assert (status == 303) is may, (change, status)
        if may:
            award.changes.append(change)
            self.done() if award is not self.model.latest else None
        return may

    # appeals

    @rule(which=WHICH, finding=st.sampled_from(["upheld", "overturned"]))
    def appeal_is_made_and_answered(self, which: int, finding: str) -> None:
        about = self.run(self._contestable())
        if about is None:
            return
        path = f"/certificates/outcomes/{about.id}"
        may = about.until is None or self.world.today <= about.until
        assert (self.run(self.world.post("amina", path, words="It met.")) == 303) is may
        if not may:
            return
        made = self.run(Appeal.get(finding="open"))
        answer = f"/certificates/appeals/{made.id}"
        barred = self.run(self.world.post("dara", answer, finding=finding, reasons=WHY, step="decide"))
        assert barred == 403, "who had decided it answered the appeal"
        assert self.run(self.world.post("farah", answer, finding=finding, reasons=WHY, step="decide")) == 303
        self.model.letters["We have your appeal"] += 1
        self.model.letters[FIRST[finding == "upheld"]] += 1
        if finding == "overturned":
            self._falls(about)
        self.done()

    async def _contestable(self) -> "About | None":
        """The last decision or change that may be wrong in her eyes, and that she has not appealed against."""
        decisions = Decision.filter(person_id=world.LEARNER).prefetch_related("appeal")
        made = await decisions.order_by("-recorded").first()
        if made and made.outcome in ("deferred", "declined") and not made.appeal:
            return About(made.id, "decision", made.on + timedelta(days=28))
        changes = StateChange.filter(certification__person_id=world.LEARNER).prefetch_related("appeal")
        newest = await changes.order_by("-recorded").first()
        if newest and newest.state in ("suspended", "withdrawn") and not newest.appeal:
            return About(newest.id, "change", newest.recorded.date() + timedelta(days=28))
        return None

    def _falls(self, about: "About") -> None:
        if about.kind == "decision":
            self.model.news = self.model.fallen = True
            return
        award = self.model.latest
        change = Change("restored", self.world.today)
        if self.model.may_change(award, change):
            award.changes.append(change)
            self.model.letters[SUBJECTS["restored"]] += 1

    # places

    @rule(site=st.sampled_from(["RIV", "HAR", ""]))
    def she_moves(self, site: str) -> None:
        if site == self.model.site:
            return
        self.run(self._moved(site))
        self.model.site = site
        self.days_pass(1)

    async def _moved(self, site: str) -> None:
        dara, today = await self.world.being("dara"), self.world.today
        held = await Membership.get_or_none(person_id=world.LEARNER, ends__isnull=True)
        if held:
            await end_membership(held.id, ends=today, actor=dara, now=clock.now())
        if site:
            starts = today + timedelta(days=1)
            await give_membership(
                world.LEARNER, role="trainee", site_id=known(f"site/{site}"), starts=starts, actor=dara, now=clock.now()
            )

    # what must be so after every step

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        self.run(compare(self.world, self.model, files=self.files, with_address=self.with_address))

    async def _erased_at_the_end(self) -> None:
        if sys.exc_info()[0]:
            return  # something was wrong before
        if not self.files:
            self.world.bring_files_back()
        dara, letters = await self.world.being("dara"), len(self.world.letters)
        await erase(world.LEARNER, actor=dara, now=clock.now(), storage=self.world.settings.storage)
        self.world.move_to(self.world.today + timedelta(days=400))
        await self.world.work()
        assert len(self.world.letters) == letters, "an erased person was written to"
        for one in await Certificate.filter(person_id=world.LEARNER):
            told = (await self.world.get("", f"/v/{one.verify_token}", "application/json")).json()
            assert told["name"] == "Holder details removed" and told["status"] != "damaged", told
        self.world.a_little_later()
        await self.world.work()  # the trail is sealed every ten minutes
        report = await verify_trail(now=clock.now(), keys=await self.world.keys.seal_keys())
        assert report.problems == [] and report.seals


@dataclass(frozen=True)
class About:
    """What may be objected to, and until when."""

    id: UUID
    kind: str
    until: date


def _days(record: Record) -> dict[str, Any]:
    return {"on": record.on} | ({"until": record.until} if record.until else {})
