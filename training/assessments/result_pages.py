"""An assessment as a whole: where a rater goes on, the signature, and the result with what it means."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments import signing
from training.assessments.attempts.actions import answer_result, answer_until, own_result
from training.assessments.attempts.feedback import level_in_words, next_steps
from training.assessments.attempts.models import LearnerAnswer
from training.assessments.attempts.reading import numbers_of
from training.assessments.cancellation import OPEN_STATES
from training.assessments.cards import in_words, said_by_each, seen_in_words
from training.assessments.countersignatures.models import Countersignature
from training.assessments.countersignatures.rules import WEEK
from training.assessments.deadlines.actions import sign_by
from training.assessments.disagreement.settling import how_settled
from training.assessments.eligible import why_not_alone
from training.assessments.films.reading import films_beside
from training.assessments.marks import JUDGED, MarkRow, agreed_marks, apart, means_of, titles_of
from training.assessments.models import LEFT, Assessment, Disagreement, Rater, Reconciliation, Signature, visible_to
from training.assessments.outcome import as_it_stands
from training.assessments.pages import OUTCOMES, STATES, found_assessment
from training.assessments.reading import instrument_of, notes_of, settled_rows, visible_rows, why_needless
from training.assessments.signing import why_countersigned
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit
from training.web.render import actor, form_data, identity, redirect, render

MEANING = {
    "met": "The group was led well enough, by the rules of this instrument.",
    "not_met": "Some parts are not there yet. That is part of learning. Below you see which.",
    "cannot_tell": "Not enough was seen to tell. Another visit can show the rest.",
}


async def assessment(request: Request) -> Response:
    """Sends a rater on to what they have to do; shows the state, and the result once it is signed."""
    me: Actor = actor(request)
    row = await _found(request)
    rater = await Rater.filter(assessment_id=row.id, person_id=me.person_id).exclude(state=LEFT).first()
    if rater and rater.state == "rating":
        return redirect(request, f"/assessments/{row.id}/rate")
    if rater and row.state == "reconciling":
        return redirect(request, f"/assessments/{row.id}/agree")
    template = "assessments/result.html" if row.state == "signed" else "assessments/waiting.html"
    to_sign = bool(rater and rater.state == "submitted" and row.state == "submitted")
    return render(
        request, template, **await shown_to_all(row, me), to_sign=to_sign, may_rate=me.may("assess"),
        may_decide=me.may("decide"), back=_back(me, row),
    )  # fmt: skip


async def sign(request: Request) -> Response:
    """Shows what a signature says, and signs."""
    me: Actor = actor(request)
    row = await _found(request)
    rater = await Rater.filter(assessment_id=row.id, person_id=me.person_id).exclude(state=LEFT).first()
    if rater is None or not me.may("assess"):
        raise NotFound("You do not rate in this assessment.", "Look at your list of assessments.")
    if rater.state != "submitted" or row.state != "submitted":
        return redirect(request, f"/assessments/{row.id}")
    if request.method == "POST":
        await signing.sign(row.id, actor=me, now=clock.now())
        return redirect(request, f"/assessments/{row.id}")
    instrument = instrument_of(row.version)
    stands = as_it_stands(instrument, await settled_rows(instrument, row.id))
    beside = await why_not_alone(me.person_id, row, today=me.today)
    return render(
        request, "assessments/sign.html", **await shown_to_all(row, me), stands=stands, beside=beside,
        back=_back(me, row),
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """Shows the answer to a result of one's own, to write or change it; posted, keeps it."""
    me: Actor = actor(request)
    row = await own_result(identity(request), me)
    where = f"/assessments/{row.id}"
    kept = await LearnerAnswer.get_or_none(assessment_id=row.id)
    values: Mapping[str, Any] = {"words": kept.words if kept else ""}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await answer_result(row.id, str(values.get("words", "")), actor=me, now=clock.now())
            return redirect(request, where, notice="Your answer is kept. Whoever rated is told.")
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "assessments/answer.html", 422 if problems else 200, values=values, problems=problems,
        until=answer_until(row), path=f"{where}/answer", back=("Your result", where),
    )  # fmt: skip


def _back(me: Actor, row: Assessment) -> tuple[str, str]:
    return ("My assessments" if row.person_id == me.person_id else "Assessments", "/assessments")


async def _found(request: Request) -> Assessment:
    row = await found_assessment(actor(request), identity(request))
    if row is None:
        raise NotFound("There is no such assessment.", "Look at your list of assessments.")
    return row


async def shown_to_all(row: Assessment, me: Actor) -> dict[str, Any]:
    """Says of an assessment what its pages show: who and what, the signatures, and the items as far as one sees."""
    instrument = instrument_of(row.version)
    rows = await visible_rows(row, me)
    raters = (
        await Rater.filter(assessment_id=row.id)
        .exclude(state=LEFT)
        .order_by("submitted", "id")
        .values("state", "submitted", id="person_id", name="person__name")
    )
    unit = await CentralUnit.get(id=row.unit_id)
    return {
        "assessment": row,
        "person": row.person.name,
        "own": row.person_id == me.person_id,
        "title": instrument.title,
        "version": instrument.version,
        "word": OUTCOMES.get(row.outcome, STATES[row.state]),
        "meaning": MEANING.get(row.outcome, ""),
        "summary": row.summary,
        "raters": raters,
        "may_change": bool([one for one in raters if one["id"] == me.person_id]) and row.state in OPEN_STATES,
        "signatures": await _signatures(row),
        "items": await items_of(row, instrument, rows),
        **await _countersigned(row),
        "answer": await LearnerAnswer.get_or_none(assessment_id=row.id),
        "attempts": await _attempts(row, me) if row.state == "signed" else [],
        "films": await films_beside(row, me),
        "disagreements": await _disagreements(row, instrument, len(raters)),
        "sign_by": sign_by(row, unit.zone) if row.state in OPEN_STATES else None,
        "path": f"/assessments/{row.id}",
        "appeal_to": unit.contact or unit.name,
        "today": me.today,
        "appeal_until": row.signed and local_day(row.signed, unit.zone) + timedelta(days=unit.appeal_days),
    }


async def _countersigned(row: Assessment) -> dict[str, Any]:
    """Says why a colleague has to countersign, what they said, which one this corrects and which one corrects it."""
    given = await Countersignature.filter(assessment_id=row.id).select_related("person").first()
    later = await Assessment.filter(corrects_id=row.id).exclude(state="cancelled").order_by("-opened").first()
    return {
        "why": await why_countersigned(row.id) if row.state == "countersign" else [],
        "needless": await why_needless(row) if row.state not in ("signed", "cancelled") else "",
        "week": WEEK,
        "countersigned": given and {"person": given.person.name, "made": given.made, "reasons": given.reasons},
        "again": f"/assessments/{later.id}" if later else "",
        "first": f"/assessments/{row.corrects_id}" if row.corrects_id else "",
    }


async def _signatures(row: Assessment) -> list[dict[str, Any]]:
    found = (
        await Signature.filter(assessment_id=row.id)
        .order_by("signed")
        .values("signed", "eligibility", name="person__name")
    )
    return [
        {"name": one["name"], "signed": one["signed"], "findings": one["eligibility"]["signing"]["findings"]}
        for one in found
    ]


async def _attempts(row: Assessment, me: Actor) -> list[dict[str, Any]]:
    """Lists the attempts of the same person with the same instrument that the reader may see, this one among them."""
    same = visible_to(me).filter(
        person_id=row.person_id, version__instrument_id=row.version.instrument_id, programme_id=row.programme_id
    )
    rows = await same.filter(state="signed").order_by("observed", "signed", "id").values("id", "observed", "outcome")
    numbers = await numbers_of([row.person_id])
    return [
        one | {"number": numbers[one["id"]], "word": OUTCOMES[one["outcome"]], "here": one["id"] == row.id}
        for one in rows if one["id"] in numbers
    ]  # fmt: skip


async def _disagreements(row: Assessment, instrument: InstrumentSchema, raters: int) -> list[dict[str, Any]]:
    """Says where raters did not agree who settles it, or did, and how."""
    found = Disagreement.filter(assessment_id=row.id, called_off__isnull=True).order_by("raised")
    return [
        {
            "day": one.raised, "why": one.reason, "by": one.person.name, "way": one.way, "settled": one.settled,
            "how": how_settled(instrument, raters),
        }
        for one in await found.select_related("person")
    ]  # fmt: skip


async def items_of(row: Assessment, instrument: InstrumentSchema, rows: list[MarkRow]) -> list[dict[str, Any]]:
    """Says each item: the mark that counts, and beside it what each rater whom one may see had marked and noted."""
    if not rows:
        return []
    counts = rows[-1].marks if rows[-1].agreed else agreed_marks(instrument, rows, {})
    if instrument.kind == "judgement":
        counts = {JUDGED: rows[-1].marks[JUDGED]}
    own = [one for one in rows if not one.agreed]
    people = await Person.filter(id__in=[one.by for one in own]).values_list("id", "name")
    names = {str(key): name for key, name in people}
    own.sort(key=lambda one: names[one.by])
    notes = await notes_of(row.id, [one.by for one in own])
    means = {} if rows[-1].agreed else means_of(instrument, rows)
    reasons = {one.item: one.reasons for one in await Reconciliation.filter(assessment_id=row.id)}
    how = "Settled" if await Disagreement.filter(assessment_id=row.id, settled__isnull=False).exists() else "Agreed"
    open_ones = [] if rows[-1].agreed else apart(instrument, rows)
    return [
        {
            "title": title,
            "words": "Not settled"
            if name in open_ones
            else means.get(name) or in_words(instrument, name, counts.get(name)),
            "seen": [] if name in means or name in open_ones else seen_in_words(instrument, name, counts.get(name)),
            "marks": said_by_each(instrument, name, own, names) if len(own) > 1 else [],
            "notes": notes.get(name, []),
            "agreed": reasons.get(name, ""),
            "how": how,
            "level": level_in_words(instrument, name, counts.get(name)),
            "next": next_steps(instrument, name, counts.get(name)),
        }
        for name, title in titles_of(instrument).items()
    ]
