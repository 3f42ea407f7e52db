"""The cohort of the demo: people of one site who take the course together, with its days and who came."""

from collections.abc import Sequence
from datetime import date, timedelta

from courses.cohorts.actions import NewCohort, make, place
from courses.cohorts.attendance import note_attendance
from courses.cohorts.rules import Presence, SessionPlan
from courses.cohorts.sessions import add_session
from courses.cohorts.task_replies import entries_visible_to, reply
from training.demo.doing import COURSE, at, being, workday
from training.people.authentication.demo_cast import known

PEOPLE = ("amina", "jude")
DAYS: Sequence[tuple[int, str, tuple[str, ...]]] = (
    (85, "First day: why groups work", ("amina", "jude")),
    (57, "Second day: leading a session", ("amina", "jude")),
    (29, "Third day: when somebody worries you", ("jude",)),
)
"""Days ago, title, and who came."""
STILL_TO_COME = 13
ANSWER = "You say that it was hard to wait. That is just it. Count to five next time, and write down what happens."
PRESENCES = {True: Presence("present"), False: Presence("absent", note="The bus did not come")}


async def train_together(today: date) -> None:
    """Makes the cohort as its coordinator did, day by day."""
    begins = workday(today - timedelta(days=DAYS[0][0]))
    chloe = await being("chloe", begins)
    plan = NewCohort("Riverside, this season", begins, None, known("site/RIV"), known("hana"))
    cohort = await make(COURSE, plan, actor=chloe, now=at(begins))
    await place(cohort, [known(key) for key in PEOPLE], actor=chloe, now=at(begins))
    for ago, title, came in DAYS:
        day = workday(today - timedelta(days=ago))
        session = await add_session(cohort, _day(title, day), actor=chloe, now=at(day))
        people = {known(key): PRESENCES[key in came] for key in PEOPLE}
        await note_attendance(session, people, actor=chloe, now=at(day, 16))
    last = _day("Last day: working with your co-leader", workday(today + timedelta(days=STILL_TO_COME)))
    await add_session(cohort, last, actor=chloe, now=at(today - timedelta(days=1)))
    # Hana has read all but the latest of what was handed in, and answered what Amina handed in before that.
    hana = await being("hana", today)
    entries = await entries_visible_to(hana, cohort).select_related("enrolment__course")
    for number, entry in enumerate(entries[1:]):
        await reply(entry, ANSWER if number == 0 else "", actor=hana, now=at(today - timedelta(days=20 - number)))


def _day(title: str, day: date) -> SessionPlan:
    return SessionPlan(title, day, 300, days=1, mode="in_person", trainer_id=known("hana"))
