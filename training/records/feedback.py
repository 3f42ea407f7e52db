"""What parents and peers say of a delivery, without names: by a link that is opened; small numbers stay hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.functions import Avg, Count

from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.records.actions import looks_after
from training.records.models import FeedbackAnswer, FeedbackRound, Record, records_visible_to
from training.sites.models import zone_of
from training.trail import facts

OPEN_FOR = timedelta(days=30)
FEWEST = 5
"""How many answers there must be before anybody reads what they say."""
MOST_WORDS = 2000
DEFAULT = "feedback by parents"
"""The name of feedback that no rule asks for."""
PARENTS: Mapping[str, dict[str, str]] = {
    "en": {
        "title": "How was the group for you?",
        "about": "Nobody asks for your name. The people who led the group see the answers together, never yours alone.",
        "useful": "How useful was it for you?",
        "listened": "Did you feel listened to?",
        "low": "Not at all",
        "high": "Very much",
        "recommends": "Would you tell a friend to come?",
        "yes": "Yes",
        "no": "No",
        "words": "Anything you want to say?",
        "words_hint": "Write no names.",
        "passed_on": "The people who write the programme may read my words",
        "send": "Send",
        "thanks": "Thank you",
        "done": "Your answer is in. You can close this page.",
        "closed": "This form is closed. Thank you all the same.",
        "optional": "You can leave this out.",
    },
    "cy": {
        "title": "Sut oedd y grŵp i chi?",
        "about": "Does neb yn gofyn am eich enw. Mae’r bobl a arweiniodd y grŵp yn gweld yr atebion gyda’i gilydd, "
        "byth eich un chi ar ei ben ei hun.",
        "useful": "Pa mor ddefnyddiol oedd y grŵp i chi?",
        "listened": "Oeddech chi’n teimlo bod pobl yn gwrando?",
        "low": "Dim o gwbl",
        "high": "Yn fawr iawn",
        "recommends": "Fyddech chi’n dweud wrth ffrind am ddod?",
        "yes": "Byddwn",
        "no": "Na fyddwn",
        "words": "Unrhyw beth yr hoffech ei ddweud?",
        "words_hint": "Peidiwch ag ysgrifennu enwau.",
        "passed_on": "Caiff y bobl sy’n ysgrifennu’r rhaglen ddarllen fy ngeiriau",
        "send": "Anfon",
        "thanks": "Diolch",
        "done": "Mae eich ateb wedi cyrraedd. Gallwch gau’r dudalen hon.",
        "closed": "Mae’r ffurflen hon wedi cau. Diolch beth bynnag.",
        "optional": "Gallwch adael hwn allan.",
    },
}
"""Language → the words of the page that parents read."""
PEERS: Mapping[str, dict[str, str]] = {
    "en": {
        "title": "How was the group led?",
        "about": "Nobody asks for your name. Whoever led the group sees the answers together, never yours alone.",
        "useful": "How well was it led?",
        "listened": "How well were parents listened to?",
        "recommends": "Would you like to lead a group with them?",
    },
    "cy": {
        "title": "Sut cafodd y grŵp ei arwain?",
        "about": "Does neb yn gofyn am eich enw. Mae’r sawl a arweiniodd y grŵp yn gweld yr atebion gyda’i gilydd, "
        "byth eich un chi ar ei ben ei hun.",
        "useful": "Pa mor dda cafodd ei arwain?",
        "listened": "Pa mor dda y gwrandawyd ar rieni?",
        "recommends": "Hoffech chi arwain grŵp gyda nhw?",
    },
}
"""Language → what the page says to peers, such as a co-leader or somebody who watched, in place of that."""


def asks(what: str) -> str:
    """Returns who answers feedback of this name: parents or peers; "" where it is neither, such as of oneself."""
    return next((one for one in ("parent", "peer") if one in what.lower()), "")


def words_for(what: str, language: str) -> Mapping[str, str]:
    """Returns the words of the page that asks for feedback of this name."""
    return PARENTS[language] | (PEERS[language] if asks(what) == "peer" else {})


@dataclass(frozen=True)
class FeedbackSummary:
    """What was said in a round: how many answered, and, once enough did, averages of 1 to 5, yes in all, words."""

    answers: int
    useful: float | None = None
    listened: float | None = None
    recommend: int | None = None
    words: tuple[str, ...] = ()


async def open_round(record_id: UUID, *, what: str, token: str, actor: Actor, now: datetime) -> FeedbackRound:
    """Opens a link about a delivery: by its holder, or who looks after them; `token` is of 256 bits."""
    row = await own_delivery(record_id, actor)
    async with transaction():
        made = await FeedbackRound.create(
            id=uuid4(), record_id=row.id, what=what, token=token, opened=now, opened_by_id=actor.person_id,
            closes=now + OPEN_FOR,
        )  # fmt: skip
        await _record_fact("feedback.opened", made, row, actor=actor.person_id, now=now)
    return made


async def own_delivery(record_id: UUID, actor: Actor) -> Record:
    """Finds a delivery that stands and of which the actor asks others: their own, or of whom they look after."""
    row = await records_visible_to(actor).get_or_none(id=record_id, type="delivery")
    if row is None or not (row.person_id == actor.person_id or await looks_after(actor, row)):
        raise NotFound("There is no such group of yours.", "Look at the list of records again.")
    return row


async def close_round(record_id: UUID, round_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Closes a link of a delivery; what was said stays."""
    row = await own_delivery(record_id, actor)
    found = await FeedbackRound.get_or_none(id=round_id, record_id=row.id)
    if found is None:
        raise NotFound("There is no such link.", "Look at the record again.")
    async with transaction():
        if not await FeedbackRound.filter(id=found.id, closed__isnull=True).update(closed=now):
            raise Conflict("This link is closed already.", "Look at the record again.")
        await _record_fact("feedback.closed", found, row, actor=actor.person_id, now=now)


async def round_of(token: str, *, now: datetime) -> FeedbackRound | None:
    """Finds the round that a link belongs to, as long as it is open."""
    return await FeedbackRound.get_or_none(token=token, closed__isnull=True, closes__gt=now)


async def answer(
    found: FeedbackRound, given: Mapping[str, Any], *, slip: UUID, now: datetime, paper_of: UUID | None = None
) -> None:
    """Keeps what one of them said, once for each `slip`; `paper_of` is who typed it from paper."""
    values, problems = _read(given)
    if problems:
        raise Invalid("There is a problem", problems=problems)
    row = await Record.get(id=found.record_id)
    try:
        async with transaction():
            made = await FeedbackAnswer.create(
                id=uuid4(), round_id=found.id, slip=slip, on_paper=paper_of is not None, **values
            )
            day = local_day(now, await zone_of(row.unit_id))
            await FeedbackRound.filter(id=found.id).update(last_answer=day)
            found.last_answer = day
            await _record_fact("feedback.given", made, row, actor=paper_of, now=now, rows=[found])
    except IntegrityError:
        return  # the same page sent twice


def _read(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    marks = {name: str(given.get(name, "")) for name in ("useful", "listened")}
    problems = {name: "Choose a number from 1 to 5" for name, text in marks.items() if text not in tuple("12345")}
    if given.get("recommends") not in ("yes", "no"):
        problems["recommends"] = "Choose yes or no"
    words = str(given.get("words", "")).strip()
    if len(words) > MOST_WORDS:
        problems["words"] = f"Write {MOST_WORDS:,} letters or less"
    values: dict[str, Any] = {} if problems else {name: int(text) for name, text in marks.items()}
    values |= {"recommends": given.get("recommends") == "yes", "words": words}
    return values | {"passed_on": bool(words and given.get("passed_on"))}, problems


async def said_in(found: FeedbackRound) -> FeedbackSummary:
    """Tells what was said in a round, as far as enough people said something."""
    answers = FeedbackAnswer.filter(round_id=found.id)
    count = await answers.count()
    if count < FEWEST:
        return FeedbackSummary(count)
    row = await answers.annotate(u=Avg("useful"), h=Avg("listened")).values("u", "h")
    # In the order of their random ids, so that nobody tells who came when.
    words = await answers.exclude(words="").order_by("id").values_list("words", flat=True)
    yes = await answers.filter(recommends=True).count()
    return FeedbackSummary(count, float(row[0]["u"]), float(row[0]["h"]), yes, tuple(str(one) for one in words))


async def passed_on(unit_id: UUID, *, most: int) -> list[tuple[str, str]]:
    """Lists words that may reach whoever writes the material, with their programme; only where enough answered."""
    rounds = FeedbackRound.filter(record__unit_id=unit_id).annotate(number=Count("answers"))
    heard = await rounds.filter(number__gte=FEWEST).values_list("id", flat=True)
    rows = FeedbackAnswer.filter(round_id__in=[UUID(str(one)) for one in heard], passed_on=True).exclude(words="")
    latest = rows.order_by("-round__opened", "id").limit(most)
    found = await latest.values_list("round__record__programme__title", "words")
    return [(str(programme or ""), str(words)) for programme, words in found]


async def feedback_evidence(person_id: UUID) -> list[dict[str, Any]]:
    """Tells each round of somebody's deliveries as one record of the language, counted by number."""
    rounds = FeedbackRound.filter(record__person_id=person_id, last_answer__isnull=False, record__void=False)
    rows = await rounds.values("id", "record_id", "what", "last_answer", programme="record__programme_id")
    # By itself: PostgreSQL counts nothing beside the column of another table that it does not group by.
    answers = FeedbackAnswer.filter(round_id__in=[row["id"] for row in rows]).annotate(
        n=Count("id"), mean=Avg("useful")
    )
    counted = {row["round_id"]: row for row in await answers.group_by("round_id").values("round_id", "n", "mean")}
    return [
        {
            "id": f"feedback-{row['id']}",
            "type": "feedback",
            "what": row["what"],
            "programme": row["programme"],
            "on": row["last_answer"],
            "participants": counted[row["id"]]["n"],
            "mean": float(counted[row["id"]]["mean"]),
            "about": f"record-{row['record_id']}",
        }
        for row in rows
    ]


async def _record_fact(
    kind: str, subject: Any, row: Record, *, actor: UUID | None, now: datetime, rows: Any = ()
) -> None:
    await facts.record(
        kind, subject, actor=actor, now=now, person=row.person_id, unit=row.unit_id, rows=rows,
        detail={"record": str(row.id)},
    )  # fmt: skip
