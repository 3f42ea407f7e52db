"""What the people of the demo do, on days in the past, through the same actions as everybody else."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from tortoise.expressions import Q

from certificates.audits.actions import draw_sample, find
from certificates.audits.models import AuditCase
from certificates.decisions.actions import DecisionForm, decide, evaluate_and_award
from certificates.evaluations.models import Evaluation
from certificates.evidence.actions import log_evidence, record_evidence
from certificates.evidence.rules import TypedEvidence
from certificates.register.register import RegisterFilter
from courses.learning import actions as courses
from courses.learning import attempts
from courses.learning.journey import own_journey, spot_on
from training.assessments import signing
from training.assessments.actions import Noted, Opening, open_assessment, save_draft, submit_rating
from training.assessments.models import InstrumentVersion
from training.assessments.reading import instrument_of
from training.assessments.visits.rules import VisitPlan
from training.core.dates import moment_at
from training.core.errors import NotFound
from training.people.actor import Actor
from training.people.authentication.demo_cast import known
from training.people.models import Membership, Person
from training.people.visibility import active_on
from training.records import asking, feedback
from training.records.models import Confirmation, Record
from training.records.rules import Confirmer, TailoringEntry

COURSE = "leading-a-parenting-group"
PATHWAY = "growing_together"
PARENTS_SAY = (
    "I thought I was the only one.", "We laughed a lot.", "", "More time for questions, please.", "",
    "My son asks for our special time now.",
)  # fmt: skip
PROGRAMME = "growing-together"
NO_FILES = Path("var")
"""Nobody in the demo hands in a file."""
SEASONS = ("winter", "spring", "summer", "autumn")
TOPICS = (
    "What went well, and what to try next week.",
    "How to slow down those who talk most, and make room for the others.",
    "Staying calm when a parent is angry.",
    "Sharing the work with my co-leader.",
    "A worry about a child: who to tell, and when.",
    "Ending a session on time, and how it felt to rush.",
)


def at(day: date, hour: int = 10) -> datetime:
    """Gives a moment of a day."""
    return datetime.combine(day, time(hour, tzinfo=UTC))


def workday(day: date) -> date:
    """Gives the day itself, or the Friday before when it falls on a weekend: groups do not meet then."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def group_of(ended: date) -> str:
    """Names a group by the day of the week it met and the season it ended in."""
    return f"{workday(ended):%A} group, {SEASONS[ended.month % 12 // 3]}"


async def being(key: str, day: date) -> Actor:
    """Gives one of the demo's people as somebody who acts on a day."""
    person = await Person.get(id=known(key)).select_related("unit")
    held = await Membership.filter(active_on(day), person_id=person.id).values("role", "site_id")
    return Actor(
        person_id=person.id,
        name=person.name,
        unit_id=person.unit_id,
        language=person.language,
        zone=person.unit.zone,
        held=frozenset((row["role"], row["site_id"]) for row in held),
        today=day,
    )


async def learn(key: str, begins: date, *, modules: int, days_each: int = 7) -> None:
    """Works through the first modules of the course, one in so many days, every quiz right."""
    actor = await being(key, begins)
    await courses.enrol(actor, COURSE, now=at(begins))
    journey = await own_journey(actor, COURSE)
    assert journey is not None
    for number, chapter in enumerate(journey.outline.chapters[:modules]):
        now = at(begins + timedelta(days=number * days_each), 19)
        for part in chapter.parts:
            await _do(actor, chapter.slug, part.slug, part.kind, now)


async def _do(actor: Actor, module: str, activity: str, kind: str, now: datetime) -> None:
    journey = await own_journey(actor, COURSE)
    assert journey is not None
    spot = spot_on(journey, module=module, activity=activity)
    await courses.open_activity(spot, actor=actor, now=now)
    if kind == "quiz":
        attempt = await attempts.begin(spot, actor=actor, now=now)
        for number, question in enumerate(spot.part.questions(""), 1):
            await attempts.answer(spot, attempt, number=number, choices=question.right, actor=actor, now=now)
        await attempts.hand_in(spot, attempt, actor=actor, now=now)
    elif kind == "task":
        note = "I tried it with my sister. It was hard to wait, and then it worked."
        await courses.hand_in_task(spot, note=note, actor=actor, now=now, storage=NO_FILES)
    else:
        await courses.mark_read(spot, actor=actor, now=now)


async def lead(
    key: str,
    *,
    with_: str,
    ended: date,
    group: str = "",
    parents: int = 9,
    confirmed: bool = True,
    changed: tuple[TailoringEntry, ...] = (),
) -> UUID:
    """Logs a group of eight weekly sessions, and has the co-leader confirm it two days later."""
    ended = workday(ended)
    actor, other = await being(key, ended), await Person.get(id=known(with_))
    entry = TypedEvidence(
        "delivery", "group", ended, ended - timedelta(weeks=7), name=group or group_of(ended),
        attributes={"sessions": 8, "hours": 16, "role": "lead", "parents": parents, "completed": parents - 1,
                    "mode": "in_person"},
        team=(Confirmer(other.name, other.id),), pathway=PATHWAY, tailorings=changed,
    )  # fmt: skip
    key_of_form = known(f"delivery/{key}/{ended}")
    made = await log_evidence(entry, key=key_of_form, actor=actor, now=at(ended + timedelta(days=1), 12))
    if confirmed:
        await _confirmed(made.id, with_, ended + timedelta(days=2))
    return made.id


async def supervised(key: str, *, by: str, held: date, minutes: int = 60, confirmed: bool = True) -> None:
    """Logs a supervision session, and has the supervisor confirm it the next day."""
    held = workday(held)
    actor, other = await being(key, held), await Person.get(id=known(by))
    topic = TOPICS[held.toordinal() % len(TOPICS)]
    entry = TypedEvidence(
        "supervision", "reflective", held, by=(Confirmer(other.name, other.id),), pathway=PATHWAY,
        attributes={"minutes": minutes, "mode": "in_person", "topic": topic},
    )  # fmt: skip
    made = await log_evidence(entry, key=known(f"supervision/{key}/{held}"), actor=actor, now=at(held, 16))
    if confirmed:
        await _confirmed(made.id, by, held + timedelta(days=1))


async def _confirmed(subject: UUID, by: str, day: date) -> None:
    asked = await Confirmation.get(record_id=subject, state="asked")
    await asking.confirm(asked.id, note="", actor=await being(by, day), now=at(day, 9))


async def heard(key: str, group: UUID, day: date) -> None:
    """Has six parents of a group say what they think of it, by their leader's link."""
    leader, row = await being(key, day), await Record.get(id=group)
    token = known(f"feedback/{group}").hex + "0" * 11
    made = await feedback.open_round(row.id, what=feedback.DEFAULT, token=token, actor=leader, now=at(day, 17))
    for number, words in enumerate(PARENTS_SAY):
        said = {"useful": str(5 - number % 2), "listened": "5", "recommends": "yes", "words": words, "passed_on": "yes"}
        await feedback.answer(made, said, slip=known(f"slip/{group}/{number}"), now=at(day, 18))


async def claimed(key: str, what: TypedEvidence, *, day: date) -> None:
    """Has somebody claim what their site has still to see."""
    await log_evidence(what, key=known(f"claim/{key}/{day}"), actor=await being(key, day), now=at(day, 20))


async def checked(key: str, *, by: str, issued: date) -> None:
    """Has the coordinator record a background check."""
    actor = await being(by, issued)
    what = TypedEvidence("check", "dbs enhanced", issued)
    await record_evidence(known(key), what, key=known(f"check/{key}/{issued}"), actor=actor, now=at(issued))


async def assessed(key: str, *, by: str, observed: date, group: str, independent: bool = False) -> None:
    """Rates a live session with everything basic seen and some things more, and signs it the same evening."""
    observed = workday(observed)
    actor, now = await being(by, observed), at(observed, 18)
    version = await InstrumentVersion.get(instrument__name="group facilitation", instrument__unit_id=actor.unit_id)
    opening = Opening(
        known(key), version.id, observed, "live", group_name=group, independent=independent, programme=known(PROGRAMME)
    )
    made = await open_assessment(opening, key=known(f"assessment/{key}/{observed}"), actor=actor, now=now)
    await save_draft(made.id, _seen(version), actor=actor, now=now)
    await submit_rating(made.id, actor=actor, now=now)
    await signing.sign(made.id, actor=actor, now=now)


async def visit_planned(key: str, *, by: str, day: date, hours: tuple[int, int], at_place: str, now: date) -> None:
    """Plans a visit to somebody's group."""
    actor = await being(by, now)
    day += timedelta(days=(7 - day.weekday()) * (day.weekday() > 4))  # groups do not meet at the weekend
    version = await InstrumentVersion.get(instrument__name="group facilitation", instrument__unit_id=actor.unit_id)
    starts, ends = (moment_at(day, time(hour), actor.zone) for hour in hours)
    opening = Opening(
        known(key), version.id, day, "live", programme=known(PROGRAMME),
        visit=VisitPlan(starts, ends, at_place, "The door is at the back. Ring, and ask for the group."),
    )  # fmt: skip
    await open_assessment(opening, key=known(f"visit/{key}/{now}"), actor=actor, now=at(now))


def _seen(version: InstrumentVersion) -> dict[str, Noted]:
    marks = {}
    for number, item in enumerate(instrument_of(version).items.values()):
        more = item.advanced if number % 4 == 0 else ()
        marks[item.id] = Noted({"seen": [*item.basic, *item.required, *more]})
    return marks


async def shown(key: str, what: TypedEvidence, *, by: str, day: date) -> None:
    """Has somebody record evidence shown on paper."""
    await record_evidence(known(key), what, actor=await being(by, day), now=at(day, 11))


async def audited(title: str, area: str, day: date, *, overturned: str, reasons: str) -> None:
    """Has the central unit look at all who were certified in an area; one case is overturned, the last stays open."""
    dara, question = await being("dara", day), RegisterFilter(day, area=area)
    audit = await draw_sample(title, question, size=20, seed=known(title).hex, actor=dara, now=at(day))
    *cases, _ = await AuditCase.filter(audit=audit, certification__person_id__not=known(overturned)).order_by(
        "position"
    )
    for case in cases:
        await find(case.id, finding="upheld", reasons="The papers bear it out.", actor=dara, now=at(day, 14))
    case = await AuditCase.get(audit=audit, certification__person_id=known(overturned))
    await find(case.id, finding="overturned", reasons=reasons, actor=dara, now=at(day + timedelta(days=6), 15))


async def considered(key: str, day: date, *, home: str) -> None:
    """Has the rules asked about somebody, or about a site."""
    await evaluate_and_award(known(key), home=home, now=at(day, 9))


async def certified(key: str, level: str, *, day: date, home: str, reasons: str, by: str = "dara") -> None:
    """Has the central unit, or whom else the rules name, decide of a person or a site, if the rules are met."""
    await considered(key, day, home=home)
    holder = Q(person_id=known(key)) | Q(holder_site_id=known(key))
    waiting = await Evaluation.get_or_none(holder, level=level, awaiting=True)
    if waiting is None:
        raise NotFound(f"The demo: {key} is not ready for {level}.", "Look at what the rules say.")
    wish = DecisionForm("certified", reasons)
    await decide(waiting.id, wish, actor=await being(by, day), home=home, now=at(day, 15))
