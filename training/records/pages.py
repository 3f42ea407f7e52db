"""Records as their holder sees them: what was logged, how it stands, what is next; each by itself; ask, take back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.core.languages import translations
from training.parsing.addresses import plain_address
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.records import actions, asking, tailorings
from training.records.models import (
    Confirmation,
    Record,
    RecordFile,
    Tailoring,
    confirmations_visible_to,
    records_visible_to,
)
from training.records.naming import colleagues
from training.records.overview import WORDS, RecordLine, asked_of, hours_in_words, lines_of, totals_of, word_of
from training.records.rules import HOW, JUDGED, NEEDS_A_YES, STRENGTHS, TAILORED, Confirmer, may_dispute
from training.records.shown import shown_record
from training.web import rate_limits
from training.web.languages import chosen_language
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import Shortlist

SHOWN_AT_FIRST = 50
MOST_ASKED = ("60/hour", "200/day")
"""How many forms that send mail one person may send: plenty for a backlog, and no way to spread junk."""
MOST_TO_ONE = "60/day"
"""How many requests one address gets, whoever asks."""


class ConfirmerForm(BaseModel):
    """Who is asked to confirm a record."""

    confirmer: str = ""
    confirmer_name: str = Field("", max_length=200)
    confirmer_contact: str = Field("", max_length=254)


def person_named(values: Mapping[str, Any], part: str) -> Confirmer | None:
    """Takes the person chosen from the list of a part of a form; else the name and address typed; None: nobody."""
    chosen = str(values.get(part, ""))
    name, contact = (str(values.get(f"{part}_{end}", "")).strip() for end in ("name", "contact"))
    if chosen and chosen != "other":
        try:
            return Confirmer("", UUID(chosen))
        except ValueError:
            return Confirmer(name, contact=contact)
    return Confirmer(name or contact, contact=contact) if name or contact else None


async def mine(request: Request) -> Response:
    """Shows the actor's own records and the next step."""
    me: Actor = actor(request)
    now = clock.now()
    language = chosen_language(request)
    say, say_many = translations(language).gettext, translations(language).ngettext
    lines, totals = await lines_of(me, language=language), await totals_of(me)
    asked = await asked_of(me, now=now)
    groups = say_many("group confirmed", "groups confirmed", totals.groups)
    sessions = say_many("session led in them", "sessions led in them", totals.sessions)
    supervised = hours_in_words(totals.supervision_minutes, language)
    counts = [
        {"number": totals.groups, "words": groups, "path": "#logged"},
        {"number": totals.sessions, "words": sessions, "path": "#logged"},
        {"number": supervised, "words": say("supervision confirmed"), "path": "#logged"},
        {"number": totals.waiting, "words": say("not confirmed yet"), "path": "#logged"},
    ]
    shown: dict[str, Any] = {
        "lines": lines[:SHOWN_AT_FIRST],
        "more": max(0, len(lines) - SHOWN_AT_FIRST),
        "counts": counts,
        "asked": asked,
    }
    step, sees = _next_step(lines, asked, language), me.may("see people")
    return render(request, "records/mine.html", next_step=step, sees_people=sees, **shown)


def _next_step(lines: list[RecordLine], asked: list[dict[str, Any]], language: str) -> dict[str, str]:
    say = translations(language).gettext
    if asked:
        words = say("%(name)s asks you to confirm something.") % {"name": asked[0]["person"]}
        return {
            "title": say("Somebody waits for you"),
            "text": words,
            "path": "/practice/confirmations",
            "button": say("Look at it"),
        }
    if quiet := [line for line in lines if line.word not in (WORDS["asked"], WORDS["confirmed"])]:
        words = say("Nobody has confirmed “%(title)s” yet. It does not count until then.") % {"title": quiet[-1].title}
        return {"title": say("Ask again"), "text": words, "path": quiet[-1].path, "button": say("Ask somebody")}
    words = say("Log it soon after. Then somebody who was there confirms it.")
    return {"title": say("Done something?"), "text": words, "path": "/practice/new", "button": say("Log it")}


async def found_record(me: Actor, request: Request) -> Record:
    """Finds the record of the address among those the actor may see; NotFound otherwise."""
    row = await records_visible_to(me).get_or_none(id=identity(request))
    if row is None:
        raise NotFound("There is no such record.", "It may have been corrected. Look at the list again.")
    return row


async def record(request: Request) -> Response:
    """Shows one record, who confirmed it and how strongly."""
    me: Actor = actor(request)
    row = await found_record(me, request)
    asked = await confirmations_visible_to(me).filter(record_id=row.id).order_by("asked")
    state = "confirmed" if row.counts_at_once else row.state or None
    own = row.person_id == me.person_id
    looks_after = await actions.looks_after(me, row)
    if row.holder_site_id:
        back = ("Records of the site", f"/practice/sites/{row.holder_site_id}")
    else:
        back = ("My practice", "/practice") if own else ("Records", f"/practice/of/{row.person_id}")
    return render(
        request,
        "records/record.html",
        shown=await shown_record(row),
        note=row.note,
        recorded=row.recorded,
        recorder=row.program or (await row.recorded_by).name,
        reason=row.reason,
        tailorings=await _tailorings(row.id),
        judges=await tailorings.may_judge(me, row),
        judgements=list(JUDGED.items()),
        files=await files_of(row),
        confirmations=[_confirmation(one, me, manages=looks_after) for one in asked],
        word=word_of(state, row.type),
        counts=state == "confirmed",
        at_once=row.counts_at_once,
        hears=row.type == "delivery" and (own or looks_after),
        asks=own and not row.counts_at_once and row.type in NEEDS_A_YES,
        answers=looks_after and not row.counts_at_once and state not in ("confirmed", "disputed"),
        changes=looks_after if row.counts_at_once else own,
        path=f"/practice/records/{row.id}",
        back=back,
    )


async def files_of(row: Record) -> list[tuple[str, str]]:
    """Lists the files that prove a record: name and address."""
    rows = RecordFile.filter(record_id=row.id, stored__not="").order_by("id")
    return [
        (str(name), f"/practice/records/{row.id}/files/{key}")
        for key, name in await rows.values_list("id", "file_name")
    ]


async def _tailorings(record_id: UUID) -> list[dict[str, Any]]:
    columns = ("id", "component", "kind", "changed", "for_whom", "why", "how", "limits", "judged", "judged_note")
    rows = await Tailoring.filter(record_id=record_id).order_by("id").values(*columns)
    return [
        row | {"kind": TAILORED.get(row["kind"], row["kind"]).split(":")[0], "core": row["kind"] == "core",
               "how": HOW[row["how"]], "judged": JUDGED.get(row["judged"], "")}
        for row in rows
    ]  # fmt: skip


def _confirmation(one: Confirmation, me: Actor, *, manages: bool) -> dict[str, Any]:
    still_open = one.state == "asked" or may_dispute(one.state, dispute_until=one.dispute_until, now=clock.now())
    return {
        "id": one.id,
        "name": one.confirmer_name,
        "word": WORDS[one.state],
        "how": STRENGTHS.get(one.strength, ""),
        "asked": one.asked,
        "answered": one.answered,
        "disputed": one.disputed,
        "note": one.note,
        "dispute_note": one.dispute_note,
        "paper": one.state == "asked" and manages,
        "passes_on": one.person_id == me.person_id and one.state == "asked" and one.confirmer_id is None,
        "mine": one.confirmer_id == me.person_id and still_open and one.strength != "seen",
    }


async def ask(request: Request) -> Response:
    """Names one more person who is asked to confirm, or asks again."""
    me: Actor = actor(request)
    row = await actions.own_record(identity(request), me)
    path = f"/practice/records/{row.id}"
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            validate(ConfirmerForm, dict(values))
            wanted = person_named(values, "confirmer")
            if wanted is None:
                raise Invalid("There is a problem", problems={"confirmer": "Choose or write who can confirm it"})
            await count_asking(me, wanted)
            await asking.ask_confirmation(row, wanted, actor=me, now=clock.now())
            return redirect(request, path, notice="Asked.")
        except Invalid as wrong:
            problems = wrong.problems
    shown = {
        "people": await people_offered(me, "confirmer", values, chosen_language(request)),
        "path": f"{path}/ask",
        "back": ("The record", path),
    }
    return render(request, "records/ask.html", 422 if problems else 200, values=values, problems=problems, **shown)


async def take_back(request: Request) -> Response:
    """Asks why a record is taken back, and takes it back."""
    me: Actor = actor(request)
    row = await found_record(me, request)
    row = await (actions.settled_record(row.id, me) if row.counts_at_once else actions.own_record(row.id, me))
    values: Mapping[str, Any] = {"key": str(uuid4())}
    problems: Mapping[str, str] = {}
    path = f"/practice/records/{row.id}"
    if request.method == "POST":
        values = await form_data(request)
        try:
            reason = str(values.get("reason", ""))
            await actions.take_back(row, reason=reason, key=form_key(values), actor=me, now=clock.now())
            return redirect(request, list_path(me, row), notice="Taken back. It stays on file, with your reason.")
        except Invalid as wrong:
            problems = wrong.problems
    shown = {"path": f"{path}/take-back", "back": ("The record", path)}
    return render(
        request, "records/take_back.html", 422 if problems else 200, values=values, problems=problems, **shown
    )


def list_path(me: Actor, row: Record) -> str:
    """Returns the list in which the actor finds a record's fellows."""
    if row.holder_site_id:
        return f"/practice/sites/{row.holder_site_id}"
    return "/practice" if row.person_id == me.person_id else f"/practice/of/{row.person_id}"


async def count_asking(me: Actor, confirmer: Confirmer | None = None) -> None:
    """Counts a form that writes to somebody; past the limit it is a problem of the form."""
    now = clock.now()
    with rate_limits.told_in_form("You have sent a lot. Wait a little, then send this again"):
        for limit in MOST_ASKED:
            await rate_limits.allow("ask to confirm", str(me.person_id), limit=limit, now=now)
        if confirmer and confirmer.contact:
            await rate_limits.allow("be asked to confirm", plain_address(confirmer.contact), limit=MOST_TO_ONE, now=now)


def form_key(values: Mapping[str, Any], name: str = "key") -> UUID:
    """Reads an id that came hidden with a form, such as its key, by which a double post makes one row."""
    try:
        return UUID(str(values.get(name)))
    except ValueError as error:
        raise Invalid("There is a problem", problems={"form": "Open the page again and send it from there"}) from error


async def people_offered(me: Actor, part: str, values: Mapping[str, Any], language: str) -> Shortlist:
    """Offers people for a part; whoever was chosen stays a choice, also where a record is corrected.

    Somebody whom nobody has named yet cannot be chosen by name; who is not found is written down.
    """
    say, chosen = translations(language).gettext, person_named({part: values.get(part, "")}, part)
    offered = colleagues(me, me.today, part=part, chosen=[chosen.person] if chosen and chosen.person else [])
    return await person_shortlist(
        offered, values, part, day=me.today, ask=say("Choose a name"), first=[("", say("Nobody is named"))],
        last=[("other", say("Somebody who is not in this list"))], named=True, sites=False,
    )  # fmt: skip
