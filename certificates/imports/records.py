"""Imports records of any type that the rules read: the same forms and checks as on the page, for many at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from certificates.evaluations.pathway_versions import followed_by_many, read, standing_versions
from certificates.evidence.actions import Offered, offered_by, rated_here, signable
from certificates.evidence.rules import ENTERED, JUDGED, TELLS_WHO, TypedEvidence, faults_of, form_for, typed_attributes
from certificates.evidence.views import name_of
from certificates.imports.programmes import slug_named, slugs_by_word
from certificates.pathways.forms import RecordForm, record_forms, signatory_of
from certificates.pathways.makers import signatory_words
from training.core.dates import start_of
from training.database.name_search import searched
from training.imports.columns import DAY, TEXT, Column
from training.imports.kinds import ImportRequest, RowPlan, Written, save
from training.imports.people_known import WHO, KnownPerson, People, Sites
from training.parsing.csv import CsvLine, day
from training.parsing.keywords import DATE
from training.parsing.text import folded
from training.people.actor import Actor
from training.people.contact.addresses import sharers_of
from training.people.models import Person, Relation
from training.programmes.rules import overlap
from training.records.actions import RELATIONS
from training.records.models import Participant, Record, standing
from training.records.rules import Confirmer, faults_of_entry
from training.records.words import KINDS
from training.trail.facts import FactDraft

LONGEST = {"what": 200, "name": 120, "note": 4000, "reason": 2000, "by": 200, "co_leader": 200}
WHAT_WORDS = {folded(word): type_ for type_, label in KINDS.items() for word in (type_, label)}
"""What a type may be called in a table → the type."""
NAMING = ("type", "what", "programme")
"""Columns by which a row says of which form it is."""
PLACED = {"form": "type", "from": "began"}
"""Field of a form → the column of a table that it stands in, where that has another name."""


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of records: those of every form, and the attributes that any rule reads."""
    own = (
        *WHO,
        Column("type", "Kind", known_as=("type", "record type", "kind of record"),
               hint=f"Such as {', '.join([KINDS[one] for one in ('delivery', 'supervision', 'learning')])}."),
        Column("what", "What it is", needed=True, known_as=("what", "title", "course", "record"),
               hint="Its name in the rules, such as group or first aid."),
        Column("programme", "Programme", known_as=("pathway",), hint="Needed for somebody who is in several."),
        Column("began", "First day", DAY, known_as=("from", "start", "starts", "start date", "began")),
        Column("on", "Day", DAY, known_as=("date", "on", "completed on", "date completed", "end date", "done")),
        Column("until", "Valid until", DAY, known_as=("until", "expires", "expiry date", "expiry")),
        Column("name", "Name of the group", known_as=("group", "group name")),
        Column("by", "Supervised, taught or vouched by", known_as=("by", "supervisor", "trainer", "supervised by")),
        Column("by_email", "Their e-mail address", known_as=("supervisor email", "trainer email", "by email")),
        Column("co_leader", "Led together with", known_as=("co-leader", "co leader", "coleader")),
        Column("result", "Result", known_as=("outcome",), hint="passed or failed."),
        Column("reason", "Reason", known_as=("why",)),
        Column("note", "Note", known_as=("notes", "comment", "comments")),
    )  # fmt: skip
    taken, found = {one.name for one in own}, {}
    for row in await standing_versions().filter(unit_id=actor.unit_id).order_by("published"):
        for form in record_forms([read(row)]):
            for one in form.fields:
                if one.name not in taken and form.type in ENTERED:
                    kind, hint = (DAY if one.kind == DATE else TEXT), one.hint() or ", ".join(one.values[:8])
                    found[one.name] = Column(one.name, one.label(), kind, hint=hint)
    return (*own, *found.values())


@dataclass
class RecordTodo:
    """The entry that a row makes, for whom, and at which site."""

    known: KnownPerson
    entry: TypedEvidence


@dataclass
class RecordsImport:
    """Knows the people, what the rules of each let be recorded, and what is recorded already."""

    asked: ImportRequest
    people: People
    rated: frozenset[str]
    own: frozenset[UUID]
    """Records of whoever imports: they are of the same human."""
    programmes: dict[str, str]
    offered: dict[UUID, Offered] = field(default_factory=dict)
    of_versions: dict[tuple[UUID, ...], Offered] = field(default_factory=dict)
    named: dict[tuple[object, ...], tuple[RecordForm | None, RowPlan]] = field(default_factory=dict)
    """Which of the offers (`of_versions` keeps them), and what NAMING columns say → the form, and what is wrong."""
    there: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """What is recorded already → the line that says so, or 0."""
    signed: dict[tuple[UUID, tuple[str, str, str], date | None], bool] = field(default_factory=dict)
    related: dict[tuple[UUID, UUID, str], date | None] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up the people of these lines, the forms of their rules, their records, and whom they work with."""
        named = [CsvLine(line.number, {"email": line["by_email"], "person": line["by"]}) for line in lines]
        if fresh := await self.people.learn([*lines, *named]):
            await self._learn_of(fresh)
        await self._learn_signatures(lines)

    async def _learn_of(self, fresh: Sequence[UUID]) -> None:
        today, unit_id = self.asked.actor.today, self.asked.actor.unit_id
        for key, versions in (await followed_by_many(fresh, unit_id, today=today)).items():
            ids = tuple(row.id for row in versions)
            if ids not in self.of_versions:
                self.of_versions[ids] = offered_by(versions, "person", self.rated)
            self.offered[key] = self.of_versions[ids]
        told = standing(Record.filter(person_id__in=fresh))
        for row in await told.values("person_id", "type", "what", "on", "began", "until", "name", "attributes"):
            self.there[_key(row)] = 0
        for one in await Relation.filter(person_id__in=fresh, taken_back__isnull=True):
            pair = (one.person_id, one.other_id, one.kind)
            self.related[pair] = min(one.starts, self.related[pair] or one.starts) if (
                one.starts and pair in self.related) else one.starts  # fmt: skip

    async def _learn_signatures(self, lines: Sequence[CsvLine]) -> None:
        """Asks, where the rules say who may sign, whether whoever imports may: these are few, and asked one by one."""
        for line in lines:
            known = self.people.find(RowPlan(line))
            offered = known and self.offered.get(known.id)
            form = offered and self._form(RowPlan(line), offered)
            if known is None or not offered or not form or line["by"] or not _asking(form):
                continue
            on = day(line["on"])
            key = (known.id, form.key, on)
            if key not in self.signed:
                person = await Person.get(id=known.id)
                mine = replace(offered, forms=(form,))
                self.signed[key] = bool(await signable(person, mine, self.asked.actor, on=on))

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan = RowPlan(line, words=", ".join(filter(None, (line["person"] or line["email"], line["what"], line["on"]))))
        known = self.people.find(plan)
        if known is None:
            return plan
        if known.id in self.own:
            plan.refuse("person", "this is you, or shares an address with you", "Somebody else has to record it")
            return plan
        plan.person_id = known.id
        offered = self.offered[known.id]
        form = self._form(plan, offered)
        if form is None:
            return plan
        entry = self._entry(plan, form, offered, known)
        key = _key({**vars(entry), "person_id": known.id})
        if not plan.problems and key in self.there:
            if self.there[key]:
                plan.refuse("what", f"line {self.there[key]} says this already", "Take one of them out")
            else:
                plan.outcome = "same"
        if not plan.outcome:
            self.there[key] = line.number
            plan.outcome, plan.todo = "new", RecordTodo(known, entry)
        return plan

    def _form(self, plan: RowPlan, offered: Offered) -> RecordForm | None:
        """Finds the form of a row; notes what is wrong where the rules ask for nothing of the kind.

        Most rows say what others have said: what became of it is kept.
        """
        said = (id(offered), *(plan.line[name] for name in NAMING))
        if said not in self.named:
            tried = RowPlan(plan.line)
            self.named[said] = self._form_named(tried, offered), tried
        form, tried = self.named[said]
        for one in tried.problems:
            plan.refuse(*one)
        return form

    def _form_named(self, plan: RowPlan, offered: Offered) -> RecordForm | None:
        line = plan.line
        type_ = WHAT_WORDS.get(folded(line["type"]), "")
        if line["type"] and not type_:
            plan.refuse("type", f"{line['type']} is no kind of record", f"Write one of {', '.join(KINDS.values())}")
            return None
        slug = slug_named(plan, self.programmes)
        if slug is None:
            return None
        forms = [one for one in offered.forms if not type_ or one.type == type_]
        said = searched(line["what"].replace("_", " "))
        named = [
            one for one in forms if one.what and said in (searched(one.what.replace("_", " ")), searched(name_of(one)))
        ]
        kinds = {(one.type, one.what) for one in named} or {
            (one.type, line["what"]) for one in forms if not one.what and type_
        }
        for kind, what in sorted(kinds)[:1] if len(kinds) == 1 else ():
            if found := form_for(TypedEvidence(kind, what, pathway=slug), offered.forms):
                return found
            plan.refuse("programme", "they are in several programmes that ask for this", "Write which one it is for")
            return None
        if len(kinds) > 1:
            plan.refuse("type", f"several kinds of record are called {line['what']}", "Write the kind")
        elif not offered.forms:
            plan.refuse("person", "they have no place in a programme", "Give them a place first")
        else:
            asked = ", ".join(dict.fromkeys(name_of(one) for one in forms))[:300]
            plan.refuse("what", f"their rules do not ask for {line['what'] or 'nothing'}", f"Write one of: {asked}")
        return None

    def _entry(self, plan: RowPlan, form: RecordForm, offered: Offered, known: KnownPerson) -> TypedEvidence:
        """Reads a row as the form does; everything that is wrong in it is noted."""
        line = plan.line
        values: Mapping[str, Any] = {**line.values, "result": folded(line["result"])}
        attributes, problems = typed_attributes(form, values)
        days: dict[str, date | None] = {}
        for column in ("on", "began", "until"):
            days[column] = day(line[column])
            if line[column] and days[column] is None:
                plan.refuse(column, f"{line[column]} is no day", "Write it like 3 March 2020")
        plan.limit(LONGEST)
        reason = {"reason": line["reason"]} if line["reason"] else {}
        entry = TypedEvidence(
            form.type, form.what or line["what"], days["on"], days["began"], days["until"], line["name"],
            programme=offered.programme_of(form), attributes={**attributes, **reason},
            team=(Confirmer(line["co_leader"]),) if line["co_leader"] and form.type == "delivery" else (),
            by=self._by(plan, form, known, days["on"]), note=line["note"], pathway=form.pathway, reason=line["reason"],
        )  # fmt: skip
        checked = replace(entry, attributes=attributes, by=entry.by if form.type in TELLS_WHO else ())
        wrong = {**faults_of_entry(entry, self.asked.actor.today), **faults_of(form, checked), **problems}
        for name, words in wrong.items():
            what, _, mend = words.partition(". ")
            plan.refuse(PLACED.get(name, name), what, mend or "Mend it in the table")
        if form.type == "award" and not self.asked.actor.may("decide"):
            plan.refuse("type", "awards are brought in by whoever decides", "Ask the central unit")
        return entry

    def _by(self, plan: RowPlan, form: RecordForm, known: KnownPerson, on: date | None) -> tuple[Confirmer, ...]:
        """Names who supervised, taught or vouched; else whoever imports signs, where the rules let them."""
        line, actor = plan.line, self.asked.actor
        if line["by"] or line["by_email"]:
            if form.type not in TELLS_WHO:
                plan.refuse("by", "whoever signs this has to record it themselves", "Leave it out")
            address = self.people.by_address.get(line["by_email"].lower())
            alike = self.people.by_name.get(searched(line["by"]), [])
            found = address or (alike[0] if len(alike) == 1 and not line["by_email"] else None)
            if found and found.id == known.id:
                plan.refuse("by", "nobody signs for themselves", "Write who it was")
            return (Confirmer(found.name, found.id) if found else Confirmer(line["by"] or line["by_email"]),)
        asking = _asking(form)
        if not asking:
            return (Confirmer(actor.name, actor.person_id),) if form.type in JUDGED else ()
        if self.signed.get((known.id, form.key, on)):
            return (Confirmer(actor.name, actor.person_id),)
        if len(asking) == len(form.rules):
            needed = dict.fromkeys(signatory_words(signatory_of(form.type, rule), rule[0]) for rule in asking)
            plan.refuse("by", "you may not sign this on that day", f"It must be signed by {' or '.join(needed)}")
        return ()

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes all records together, with who took part and whom that relates."""
        written = Written()
        for plan in plans:
            self._write(plan, written)
        await save(written, self.asked)

    def _write(self, plan: RowPlan, written: Written) -> None:
        todo, asked = plan.todo, self.asked
        entry: TypedEvidence = todo.entry
        known, actor, first = todo.known, asked.actor, entry.on or asked.actor.today
        there = (one.site_id for one in known.roles if one.site_id and overlap((first, first), (one.starts, one.ends)))
        site = next(there, None) if entry.type == "delivery" else None
        row = Record(
            id=uuid4(), entry_key=uuid5(asked.batch_id, str(plan.line.number)), unit_id=actor.unit_id,
            person_id=known.id, programme_id=entry.programme, site_id=site, type=entry.type, what=entry.what,
            name=entry.name, began=entry.began, on=entry.on, until=entry.until, listed=first,
            attributes={**entry.attributes}, note=entry.note, counts_at_once=True, recorded=asked.now,
            recorded_by_id=actor.person_id,
        )  # fmt: skip
        parts = [
            Participant(id=uuid4(), record_id=row.id, part=part, person_id=one.person, name=one.name, role=role)
            for part, role, people in (("team", "co_leader", entry.team), ("by", "", entry.by))
            for one in people
        ]
        written.rows += [plan.made(row), *map(plan.made, parts)]
        detail = {"type": row.type, "what": row.what, "replaces": None}
        happened = start_of(first, actor.zone)
        written.facts.append(FactDraft("record.logged", row, happened, known.id, detail=detail, rows=parts))
        if kind := RELATIONS.get(entry.type):
            for other in (one.person for one in entry.by if one.person and one.person != known.id):
                self._relate(plan, written, (known.id, other, kind), entry.began or first)

    def _relate(self, plan: RowPlan, written: Written, pair: tuple[UUID, UUID, str], since: date) -> None:
        """Keeps whom somebody works with from that day, unless it is known."""
        if pair in self.related and ((before := self.related[pair]) is None or before <= since):
            return
        self.related[pair] = since
        person, other, kind = pair
        row = Relation(id=uuid4(), person_id=person, other_id=other, kind=kind, starts=since, recorded=self.asked.now)
        written.rows.append(plan.made(row))
        detail = {"kind": kind, "other": str(other)}
        written.facts.append(FactDraft("relation.noted", row, person=person, detail=detail))


def _asking(form: RecordForm) -> list[Any]:
    return [rule for rule in form.rules if signatory_of(form.type, rule)]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells one record of somebody from another."""
    said = (row[name] for name in ("person_id", "type", "what", "on", "began", "until", "name"))
    return (*said, json.dumps(dict(row["attributes"]), sort_keys=True, default=str))


async def begin(asked: ImportRequest) -> RecordsImport:
    """Begins an import of records."""
    actor = asked.actor
    me = await Person.get(id=actor.person_id)
    rows = await standing_versions().filter(unit_id=actor.unit_id).prefetch_related("programme")
    people = People(actor.unit_id, await Sites.of(actor.unit_id))
    own = frozenset({me.id, *await sharers_of(me)})
    return RecordsImport(asked, people, await rated_here(actor.unit_id), own, slugs_by_word(rows))
