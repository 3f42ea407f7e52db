"""An assessment as a whole: where a rater goes on, the signature, and the result with what it means."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments import signing
from training.assessments.cancellation import OPEN_STATES
from training.assessments.cards import in_words, seen_in_words
from training.assessments.marks import JUDGED, MarkRow, agreed_marks
from training.assessments.models import LEFT, Assessment, Rater, Reconciliation, Signature
from training.assessments.outcome import as_it_stands
from training.assessments.pages import OUTCOMES, STATES, found_assessment
from training.assessments.reading import instrument_of, notes_of, settled_rows, visible_rows
from training.core import clock
from training.core.dates import local_day
from training.core.errors import NotFound
from training.instruments.schema import Instrument
from training.people.actor import Actor
from training.sites.models import CentralUnit
from training.web.render import actor, identity, redirect, render

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
        request, template, **await _shown(row, me), to_sign=to_sign, may_rate=me.may("assess"), back=_back(me, row)
    )


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
    return render(request, "assessments/sign.html", **await _shown(row, me), stands=stands, back=_back(me, row))


def _back(me: Actor, row: Assessment) -> tuple[str, str]:
    return ("My assessments" if row.person_id == me.person_id else "Assessments", "/assessments")


async def _found(request: Request) -> Assessment:
    row = await found_assessment(actor(request), identity(request))
    if row is None:
        raise NotFound("There is no such assessment.", "Look at your list of assessments.")
    return row


async def _shown(row: Assessment, me: Actor) -> dict[str, Any]:
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
        "items": await _items(row, instrument, rows),
        "path": f"/assessments/{row.id}",
        "appeal_to": unit.contact or unit.name,
        "appeal_until": row.signed and local_day(row.signed, unit.zone) + timedelta(days=unit.appeal_days),
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


async def _items(row: Assessment, instrument: Instrument, rows: list[MarkRow]) -> list[dict[str, Any]]:
    """Says each item: the mark that counts, and the notes of the raters one may see."""
    if not rows:
        return []
    counts = rows[-1].marks if rows[-1].agreed else agreed_marks(instrument, rows, {})
    if instrument.kind == "judgement":
        counts = {JUDGED: rows[-1].marks[JUDGED]}
    notes = await notes_of(row.id, [one.by for one in rows])
    reasons = {one.item: one.reasons for one in await Reconciliation.filter(assessment_id=row.id)}
    titles = {item.id: item.title for item in instrument.items.values()} or {JUDGED: "Judgement"}
    return [
        {
            "title": title,
            "words": in_words(instrument, name, counts.get(name)),
            "seen": seen_in_words(instrument, name, counts.get(name)),
            "notes": notes.get(name, []),
            "agreed": reasons.get(name, ""),
        }
        for name, title in titles.items()
    ]
