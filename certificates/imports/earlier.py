"""Imports certificates from before this service: awards with their true days and old numbers, marked as imported."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from certificates.decisions.jobs import timers_of
from certificates.evaluations.models import Certification, Decision, Evaluation, PathwayVersion, StateChange, slot_name
from certificates.evaluations.pathway_versions import read, standing_versions
from certificates.imports.models import EarlierCertificate, plain_number
from certificates.imports.programmes import slug_named, slugs_by_word
from certificates.pathways.engine.awards import AwardPeriod, period_of
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.schema import Level
from training.database.name_search import searched
from training.imports.columns import DAY, Column
from training.imports.kinds import ImportRequest, RowPlan, Written, save
from training.imports.people_known import WHO, KnownPerson, People, Sites
from training.parsing.csv import CsvLine, day
from training.people.actor import Actor
from training.people.models import Permission
from training.people.names import has_name
from training.people.roles import fault_of_first_day
from training.trail.facts import FactDraft, schedule_all

LONGEST = {"number": 60, "issuer": 200, "proof": 300}
HOLD = "hold the award"


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of earlier certificates."""
    return (
        *WHO,
        Column("programme", "Programme", known_as=("pathway", "course"),
               hint="Needed where the unit has more than one."),
        Column("level", "Level", needed=True, known_as=("award", "certificate", "title", "qualification")),
        Column("on", "Day of the award", DAY, needed=True,
               known_as=("awarded", "issued", "date", "valid from", "issue date", "date of award")),
        Column("until", "Last day", DAY, known_as=("valid until", "expires", "expiry date", "expiry", "ends"),
               hint="Without one it runs as long as the rules say."),
        Column("number", "Old number", known_as=("certificate number", "serial number", "no", "number", "cert no"),
               hint="Anybody can check it by this number and the family name."),
        Column("issuer", "Issued by", known_as=("issuer", "awarding body")),
        Column("per", "For", known_as=("for which", "of"), hint="Where a level is awarded for each course apart."),
        Column("proof", "Proof", known_as=("evidence", "file", "paper"), 
               hint="Where the paper is kept. Add a scan afterwards, on its page in the register."),
    )  # fmt: skip


@dataclass
class HeldAward:
    """An award of somebody: its days, whether it was brought in, the changes that ended it, if any."""

    certification: Certification
    imported: bool
    number: str = ""
    turns: int = 0
    over: date | None = None

    @property
    def starts(self) -> date:
        """Its first day."""
        return self.certification.starts


@dataclass
class AwardTodo:
    """What a row writes: the certification with its award, and changes by which one award replaces another."""

    known: KnownPerson
    version: PathwayVersion
    level: Level
    per: str
    on: date
    until: date | None
    period: AwardPeriod
    award: HeldAward
    replaced: list[tuple[HeldAward, date]] = field(default_factory=list)


@dataclass
class EarlierImport:
    """Knows the people and their awards, and the rules in force."""

    asked: ImportRequest
    unit_name: str
    people: People
    levels: dict[tuple[str, str], tuple[PathwayVersion, Level]]
    programmes: dict[str, str]
    """What a programme may be called → the name of its rules."""
    held: dict[tuple[UUID, str, str, str], list[HeldAward]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Old number → the line that has it, 0: one that was brought in before."""
    basis: dict[tuple[str, str, date, date | None], dict[str, Any]] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up the people of these lines, their awards, and the numbers that are there already."""
        fresh = await self.people.learn(lines)
        held = Certification.filter(person_id__in=fresh)
        old = {row.certification_id: row for row in await EarlierCertificate.filter(person_id__in=fresh)}
        for row in await held.prefetch_related("changes"):
            ends = [one.effective for one in row.changes if one.state in ("replaced", "withdrawn")]
            award = HeldAward(
                row,
                row.id in old,
                old[row.id].plain_number if row.id in old else "",
                len(row.changes),
                min(ends, default=row.over),
            )
            self._hold(row.person_id, row.pathway_slug, row.level, row.per, award)
        numbers = {plain_number(line["number"]) for line in lines if line["number"]} - set(self.numbers)
        known = EarlierCertificate.filter(unit_id=self.asked.actor.unit_id, plain_number__in=sorted(numbers))
        self.numbers |= {row.plain_number: 0 for row in await known.only("id", "plain_number")}

    def _hold(self, person: UUID | None, slug: str, level: str, per: str, award: HeldAward) -> None:
        assert person is not None
        self.held.setdefault((person, slug, level, per), []).append(award)

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan = RowPlan(line, words=f"{line['person'] or line['email']}, {line['level']}, {line['number']}".rstrip(", "))
        known = self.people.find(plan)
        found = self._level(plan)
        on, until = self._days(plan)
        number = plain_number(line["number"])
        plan.limit(LONGEST)
        if known and not has_name(known.id, known.name):
            plan.refuse("person", "nobody has told us this person's name", "Write it on their page first")
        if plan.problems or known is None or found is None or on is None:
            return plan
        plan.person_id = known.id
        version, level = found
        per = f"{level.per}={line['per']}" if level.per else ""
        if level.per and not line["per"]:
            plan.refuse("per", "it is empty", f"Write for which {level.per.replace('_', ' ')} it was awarded")
        held = self.held.setdefault((known.id, version.slug, level.id, per), [])
        same = next((one for one in held if one.starts == on), None)
        if same and same.imported and same.number == number:
            plan.outcome = "same"
        elif same:
            plan.refuse("on", "they hold this level from that day already", "Take the row out, or mend the day")
        elif number and number in self.numbers:
            line_number = self.numbers[number]
            where = f"on line {line_number}" if line_number else "of a certificate that is here already"
            plan.refuse("number", f"this is the number {where}", "Write the number of this one")
        if not plan.outcome:
            self._grant(plan, known, version, level, per, on, until, held)
        return plan

    def _level(self, plan: RowPlan) -> tuple[PathwayVersion, Level] | None:
        line = plan.line
        slugs = {slug for slug, _ in self.levels}
        slug = slug_named(plan, self.programmes)
        if slug is None:
            return None
        slugs = {slug} if slug else slugs
        found = [one for key, one in self.levels.items() if key[0] in slugs and key[1] == searched(line["level"])]
        distinct = {(version.slug, level.id): (version, level) for version, level in found}
        if len(distinct) == 1:
            return next(iter(distinct.values()))
        if distinct:
            plan.refuse("programme", "several programmes have such a level", "Write which one it is of")
        else:
            titles = dict.fromkeys(
                level.title or level.id for (one, _), (_, level) in self.levels.items() if one in slugs
            )
            plan.refuse("level", f"{line['level'] or 'nothing'} is no level", f"Write one of {', '.join(titles)}")
        return None

    def _days(self, plan: RowPlan) -> tuple[date | None, date | None]:
        line, today = plan.line, self.asked.actor.today
        on, until = day(line["on"]), day(line["until"])
        if on is None:
            plan.refuse("on", f"{line['on'] or 'nothing'} is no day", "Write it like 3 March 2020")
        elif on > today:
            plan.refuse("on", "this day is still to come", "Look at the year again")
        elif fault_of_first_day(on, today):
            plan.refuse("on", f"{on} is too long ago", "Look at the year again")
        if line["until"] and until is None:
            plan.refuse("until", f"{line['until']} is no day", "Write it like 3 March 2023, or leave it out")
        elif until and on and until < on:
            plan.refuse("until", "it is before the day of the award", "Write a later day")
        return on, until

    def _grant(
        self, plan: RowPlan, known: KnownPerson, version: PathwayVersion, level: Level, per: str, on: date,
        until: date | None, held: list[HeldAward],
    ) -> None:  # fmt: skip
        """Plans the award, and which of the awards around it takes the place of which."""
        period = period_of(level, _record(on, until), on)
        over = period.grace_until or period.valid_until
        title = level.title or level.id.replace("_", " ").capitalize()
        row = Certification(
            id=uuid4(), decision_id=uuid4(), person_id=known.id, programme_id=version.programme_id,
            site_id=next((one.site_id for one in reversed(known.roles) if one.site_id), None),
            pathway_slug=version.slug, level=level.id, level_title=title,
            per=per, starts=on, renewal_opens=period.renewal_opens, ends=period.valid_until, over=over,
            recorded=self.asked.now,
        )  # fmt: skip
        award = HeldAward(row, imported=True, number=plain_number(plan.line["number"]), over=over)
        todo = AwardTodo(known, version, level, per, on, until, period, award)
        earlier = max((one for one in held if one.starts < on), key=lambda one: one.starts, default=None)
        later = min((one for one in held if one.starts > on), key=lambda one: one.starts, default=None)
        if earlier and (earlier.over is None or earlier.over >= on):
            if not earlier.imported:
                plan.refuse("on", "a certificate of this service holds on that day", "Take the row out")
                return
            todo.replaced.append((earlier, on))
            plan.changes.append(f"takes the place of the one of {earlier.starts}")
        if later and (over is None or over >= later.starts):
            todo.replaced.append((award, later.starts))
            plan.changes.append(f"was renewed on {later.starts}")
        for one, effective in todo.replaced:
            one.over = effective
        held.append(award)
        self.numbers |= {plain_number(plan.line["number"]): plan.line.number} if plan.line["number"] else {}
        plan.words += f", from {on}" + (f" until {period.valid_until}" if period.valid_until else "")
        plan.outcome, plan.todo = "new", todo

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes all awards together, and sets the timers of the letters before those that run end."""
        written, timers = Written(), []
        for plan in plans:
            self._write(plan, written)
            timers += timers_of(plan.todo.award.certification, self.asked.actor.zone, now=self.asked.now)
        await save(written, self.asked)
        await schedule_all(timers)

    def _write(self, plan: RowPlan, written: Written) -> None:
        todo: AwardTodo = plan.todo
        asked, row, number = self.asked, todo.award.certification, plan.line["number"]
        issuer = plan.line["issuer"] or self.unit_name
        said = self._basis(todo)
        basis = Evaluation(
            id=uuid4(), person_id=todo.known.id, pathway_id=todo.version.id, level=todo.level.id, per=todo.per,
            as_of=todo.on, made=asked.now, result=said["result"], standing="certified", verdict=said, evidence=[],
            evidence_sha256="", slot=None,
        )  # fmt: skip
        slot = slot_name(todo.known.id, todo.version.slug, todo.level.id, todo.per)
        reasons = f"Issued before this service by {issuer}{', number ' + number if number else ''}."
        decision = Decision(
            id=row.decision_id, key=f"{slot}/imported {todo.on}", evaluation_id=basis.id, person_id=todo.known.id,
            pathway_id=todo.version.id, level=todo.level.id, per=todo.per, outcome="certified", on=todo.on,
            until=todo.until, reasons=reasons, recorded=asked.now,
        )  # fmt: skip
        old = EarlierCertificate(
            id=uuid4(), unit_id=asked.actor.unit_id, certification_id=row.id, person_id=todo.known.id, number=number,
            plain_number=plain_number(number), name=todo.known.name, issuer=issuer, proof=plan.line["proof"],
            imported=asked.now,
        )  # fmt: skip
        rows = [basis, decision, row, old, *self._changes(todo), *self._permits(todo)]
        written.rows += map(plan.made, rows)
        detail = {"level": todo.level.id, "from": todo.on.isoformat(), "number": number}
        written.facts.append(
            FactDraft("certificate.imported", row, person=todo.known.id, version=todo.version.version, detail=detail,
                      rows=[one for one in rows if one is not row])
        )  # fmt: skip

    def _changes(self, todo: AwardTodo) -> list[StateChange]:
        found = []
        for award, effective in todo.replaced:
            award.turns += 1
            found.append(StateChange(
                id=uuid4(), certification_id=award.certification.id, turn=award.turns, state="replaced",
                reason="Renewed by a later certificate.", grounds="renewal", effective=effective,
                recorded=self.asked.now, actor_id=self.asked.actor.person_id,
            ))  # fmt: skip
        return found

    def _permits(self, todo: AwardTodo) -> list[Permission]:
        """Brings down what an award without conditions of its own lets somebody do; all others the rules give."""
        row, today = todo.award.certification, self.asked.actor.today
        if todo.level.permits or (todo.award.over and todo.award.over < today):
            return []
        what = f"{row.pathway_slug}/{row.level}"
        return [Permission(id=uuid4(), person_id=todo.known.id, what=what, may=HOLD, starts=row.starts, ends=row.over,
                           because=row.decision_id)]  # fmt: skip

    def _basis(self, todo: AwardTodo) -> dict[str, Any]:
        """Says what the rules say of a level with this award and nothing else: what it rested on is not known here."""
        key = (todo.version.slug, todo.level.id, todo.on, todo.until)
        if key not in self.basis:
            award = _row(todo.level, todo.on, todo.until, todo.per)
            evidence = Evidence.of({"holder": "somebody", "site": None, "records": [award]})
            verdict = evaluate(read(todo.version), evidence, todo.on)
            _, _, value = todo.per.partition("=")
            found = next(
                one for one in verdict.levels
                if one.level == todo.level.id and (not value or (one.per and str(one.per[1]) == value))
            )  # fmt: skip
            self.basis[key] = found.as_json()
        return self.basis[key]


def _row(level: Level, on: date, until: date | None, per: str) -> dict[str, Any]:
    name, _, value = per.partition("=")
    return {"id": "award-imported", "type": "award", "what": level.id, "outcome": "certified", "on": on,
            **({"until": until} if until else {}), **({name: value} if value else {})}  # fmt: skip


def _record(on: date, until: date | None) -> Any:
    award = {"id": "award", "type": "award", "what": "any", "on": on, **({"until": until} if until else {})}
    return Evidence.of({"holder": "somebody", "site": None, "records": [award]}).records[0]


async def begin(asked: ImportRequest) -> EarlierImport:
    """Begins an import of earlier certificates."""
    actor = asked.actor
    newest: dict[str, PathwayVersion] = {}
    for row in (
        await standing_versions()
        .filter(unit_id=actor.unit_id)
        .order_by("published")
        .prefetch_related("programme", "unit")
    ):
        if (
            row.slug not in newest
            or read(row).in_force(actor.today)
            or not read(newest[row.slug]).in_force(actor.today)
        ):
            newest[row.slug] = row
    levels = {
        (slug, searched(word)): (row, level)
        for slug, row in newest.items()
        for level in read(row).levels.values() if level.holder == "person"
        for word in (level.id, level.id.replace("_", " "), level.title or level.id)
    }  # fmt: skip
    programmes = slugs_by_word(newest.values())
    unit_name = next((row.unit.name for row in newest.values()), "")
    return EarlierImport(asked, unit_name, People(actor.unit_id, await Sites.of(actor.unit_id)), levels, programmes)
