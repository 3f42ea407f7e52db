"""Pages of what has been earned: my pathway in plain words, decisions, my certificates and each of them."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.artefacts import Damaged
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.integrity import facts_of, proven
from certificates.credentials.pdf import template
from certificates.credentials.pdf.glyphs import unprintable
from certificates.credentials.resources import CredentialResources
from certificates.decisions import actions, outcomes, panels
from certificates.decisions.deciders import case_for, case_words, cases_for, panel_size, searched_cases, who_waits
from certificates.decisions.reissue import actions as reissue
from certificates.decisions.rules import CHOICE_WORDS, choices_beside
from certificates.decisions.views import followed_view, programmes_in_words
from certificates.evaluations import pathway_versions
from certificates.evaluations.models import (
    Certificate,
    Certification,
    Evaluation,
    any_certification_visible_to,
    appeals_visible_to,
    certificates_visible_to,
)
from certificates.evaluations.outcome_text import CHOSEN, OUTCOMES
from certificates.evaluations.standing import GOOD, VERIFIED
from certificates.evaluations.verdict_text import describe_nodes, titles_of
from certificates.evidence.rules import typed_fields
from certificates.evidence.views import field_of
from courses.learning.journey import way_on
from training.batches.resources import BatchResources
from training.core import clock, qr
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.holders import Holder, holder_of, same_holder
from training.people.lists.pages import answer_list
from training.people.models import Membership, Person
from training.people.names import has_name
from training.people.visibility import active_on, may_for, person_for
from training.sites.models import CentralUnit, Site
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor, form_data, identity, link, redirect, render, validate
from training.web.resources import PageResources
from training.web.routing import beyond_session

MY_CERTIFICATES = ("My certificates", "/certificates")


class DecisionPageForm(BaseModel):
    """The form of a decision."""

    outcome: str = ""
    reasons: str = ""
    dissent: str = ""


class PublicNameForm(BaseModel):
    """What the holder lets the public check show."""

    shows: str = ""
    opens_badge: str = ""
    leads_on: str = ""


async def mine(request: Request) -> Response:
    """Shows my pathway: what is done, what is left and why, and the next step."""
    me = actor(request)
    return await _pathways(request, await Person.get(id=me.person_id), me)


async def of(request: Request) -> Response:
    """Shows the pathway of somebody the actor may see."""
    me = actor(request)
    person = await person_for(me, "see people", identity(request))
    return await _pathways(request, person, me)


async def _pathways(request: Request, person: Person, me: Actor) -> Response:
    today, own = me.today, person.id == me.person_id
    versions = await pathway_versions.followed_by(person.id, person.unit_id, today=today)
    wanted = request.query_params.get("programme", "")
    version = next((one for one in versions if one.slug == wanted), versions[0] if versions else None)
    back = None if own else (person.name, f"/people/{person.id}")
    manages = not own and await may_for(me, "manage people", person.id)
    full = own or await may_for(me, "read register", person.id)
    around: dict[str, Any] = {"person": person, "own": own, "full": full, "back": back, "manages": manages}
    around |= {"record_path": f"/practice/of/{person.id}/new", "who": "You"}
    around |= {"asks": await _asks(person, today) if own else None}
    around |= {"way_on": await way_on(me) if own and me.may("learn") else ""}
    misnamed = await reissue.under_another_name(person, now=clock.now()) if manages else []
    around |= {"misnamed": [(row, name, await _may_issue_again(me, row)) for row, name in misnamed]}
    return render(
        request,
        "decisions/mine.html",
        pathway=await followed_view(person, version, today) if version else None,
        programmes=await programmes_in_words(person, versions, version) if version and len(versions) > 1 else [],
        today=today,
        **around,
    )


async def _asks(person: Person, today: date) -> Site | None:
    """The site that somebody turns to with a question."""
    here = Membership.filter(active_on(today), person=person, site_id__isnull=False)
    latest = await here.order_by("-starts").first()
    return await Site.get(id=latest.site_id) if latest else None


def _for_what(row: Row) -> dict[str, str]:
    panel = f"A panel of {row['panel']} decides" if row["panel"] > 1 else ""
    return {"text": row["level"], "more": panel}


CASES = PagedList(
    "/certificates/decisions",
    "Decisions",
    ("case", "cases"),
    (
        ListColumn("name", "Name", ListSort("name"),
                   cell=lambda row: {"text": row["name"], "path": f"/certificates/decisions/{row['id']}"}),
        ListColumn("level", "For", ListSort("level"), cell=_for_what),
        ListColumn("on", "Waits since", ListSort("made", "moment"), cell=lambda row: day(row["on"])),
    ),
    (
        ListFilter("query", "Name"),
        ListFilter("level", "For"),
    ),
    first_sort="on",
)  # fmt: skip
"""What is asked of it is answered by `searched_cases`, for whoever chooses all of it as well."""


async def decisions(request: Request) -> Response:
    """Lists the people for whom everything is met and a decision is due."""
    me: Actor = actor(request)
    if me.held_back("decide"):
        raise beyond_session(request)
    cases = await cases_for(me)
    sites = sum(row.holder_site_id is not None for row in cases)
    waiting: list[Row] = []
    for row in searched_cases(cases, view_of(CASES, request.query_params).filters):
        name, what = case_words(row)
        waiting.append({"id": row.id, "name": name, "level": what, "panel": panel_size(row), "made": row.made,
                        "on": local_day(row.made, me.zone)})  # fmt: skip
    appeals = await appeals_visible_to(me).filter(finding="open").count() if me.may("decide") else 0
    offers = BatchResources.of(request).offered(me, "decisions")
    return await answer_list(
        request, "decisions/decisions.html", CASES, waiting, choose=bool(offers), offers=offers, appeals=appeals,
        shapes_sheet=me.may("load material"), waits=who_waits(len(cases) - sites, sites),
    )  # fmt: skip


def _holder(row: Evaluation) -> Holder:
    holder: Holder | None = row.person or row.holder_site
    assert holder is not None
    return holder


async def decision(request: Request) -> Response:
    """Shows one case with its verdict; posted, decides it, or casts a vote where a panel decides."""
    me = actor(request)
    row = await case_for(me, identity(request))
    if row is None:
        raise NotFound("There is nothing to decide here.", "Look at the list of decisions again.")
    if request.method == "GET":
        return render(request, "decisions/decision.html", **await _case(row, me))
    values, home = await form_data(request), PageResources.of(request).settings.public_url
    by_panel = panel_size(row) > 1
    try:
        asked = validate(DecisionPageForm, values)
        attributes, problems = typed_fields(actions.fields_of(row), values)
        if problems:
            raise Invalid("There is a problem", problems=problems)
        wish = actions.DecisionForm(asked.outcome, asked.reasons, asked.dissent, attributes)
        deciding = panels.vote if by_panel else actions.decide
        made = await deciding(row.id, wish, actor=me, home=home, now=clock.now())
    except Invalid as error:
        told = await _case(row, me) | {"problems": error.problems, "values": values}
        return render(request, "decisions/decision.html", 422, **told)
    if made is None:
        return redirect(request, f"/certificates/decisions/{row.id}", notice="Your vote is kept.")
    return redirect(request, "/certificates/decisions", notice="Decided. The person will be told.")


async def _case(row: Evaluation, me: Actor) -> dict[str, Any]:
    holder = _holder(row)
    earlier = await outcomes.earlier_decisions(same_holder(row), row.pathway.slug, row.level, row.per)
    titles, renewal = titles_of(pathway_versions.read(row.pathway), row.level), row.verdict["renewal"]
    panel = await panels.panel_for(row, me) if panel_size(row) > 1 else None
    own = panel.own if panel else None
    return {
        "case": row,
        "holder": holder,
        "holder_page": f"/people/{holder.id}" if row.person else f"/sites/{holder.id}/licences",
        "level": titles.get(row.level, row.level),
        "verdict": describe_nodes(row.verdict["entry"] + row.verdict["requires"], titles),
        "renewal": describe_nodes(renewal["requires"], titles) if renewal else [],
        "outcomes": _outcomes(row),
        "fields": [field_of(one, one.name, "en") for one in actions.fields_of(row)],
        "content_lang": "en",
        "panel": panel,
        "choice_words": CHOICE_WORDS,
        "values": {"outcome": own.choice, "reasons": own.reasons, **own.attributes} if own else {},
        "days_to_appeal": (await CentralUnit.get(id=holder.unit_id)).appeal_days,
        "named": has_name(holder.id, holder.name),
        "unprintable": unprintable(holder.name),
        "earlier": [
            (
                OUTCOMES["provisional" if one.outcome == "conditional" else one.outcome].tag,
                one,
                await outcomes.decider_words(one),
            )
            for one in earlier
        ],
        "back": ("Decisions", "/certificates/decisions"),
    }


def _outcomes(row: Evaluation) -> list[tuple[str, str, str]]:
    rule = actions.rule_of(row)
    if rule is None:
        return []
    beside = choices_beside(rule.outcomes) if rule.at_least > 1 else ()
    return [(one, CHOICE_WORDS[one], CHOSEN.get(one, "")) for one in (*rule.outcomes, *beside)]


async def certificates(request: Request) -> Response:
    """Lists my certificates, each with those that it was issued in place of."""
    me = actor(request)
    rows = await Certificate.filter(person_id=me.person_id).order_by("-reserved").prefetch_related("certification")
    issued: dict[UUID, list[Certificate]] = {}
    for row in rows:
        issued.setdefault(row.certification_id, []).append(row)
    told = [await _summary(last, clock.now()) | {"before": before} for last, *before in issued.values()]
    return render(request, "decisions/certificates.html", certificates=told, imported=await _imported(me))


async def _imported(me: Actor) -> list[dict[str, Any]]:
    """Lists the actor's awards from before this service: their number, their days, who issued them, their scans."""
    held = Certification.filter(person_id=me.person_id, earlier__id__isnull=False).order_by("-starts")
    found: list[Any] = await held.prefetch_related("programme", "earlier__proofs")
    return [
        {
            "award": one,
            "outcome": await outcomes.of_certification(one, me.today),
            "brought_in": local_day(one.earlier.imported, me.zone),
            "proofs": [proof for proof in one.earlier.proofs if not proof.removed],
        }
        for one in found
    ]


async def _summary(row: Certificate, now: datetime) -> dict[str, Any]:
    try:
        facts = facts_of(row)
    except Damaged as error:
        said = {
            "title": f"{error.message} {error.remedy}",
            "level": row.serial,
            "word": "Damaged",
            "until": None,
            "since": None,
        }
        return {"path": f"/certificates/{row.id}", **said}
    outcome = await outcomes.of_certificate(row, local_day(now, facts.zone))
    return {
        "path": f"/certificates/{row.id}",
        "title": facts.title,
        "level": facts.level,
        "word": VERIFIED[outcome.state].capitalize(),
        "until": facts.valid_until if outcome.state in GOOD else None,
        "since": None if outcome.state in GOOD else outcome.since,
        "good": outcome.state in GOOD,
        "outcome": outcome,
    }


async def certificate(request: Request) -> Response:
    """Shows a certificate: the frozen facts, how to share it, how to check it. Posted, sets what the check shows."""
    me, row, given, now = actor(request), await _certificate(request), CredentialResources.of(request), clock.now()
    own = row.person_id == me.person_id
    if request.method == "POST":
        form = validate(PublicNameForm, await form_data(request))
        if not own:
            raise NotAllowed("Only the holder chooses what the check shows.", "Ask them to do it.")
        if form.shows not in ("name", "initials", "private"):
            raise Invalid("The check cannot show that of you.", "Choose one of the three.")
        chosen = {"shows": form.shows, "opens_badge": bool(form.opens_badge), "leads_on": bool(form.leads_on)}
        await actions.choose_for_the_check(row, chosen, actor=me, now=now)
        return redirect(request, f"/certificates/{row.id}", notice="Saved.")
    facts = await proven(row, keys=given.keys, store=given.store, now=now)
    told, today = await _summary(row, now), local_day(now, facts.zone)
    newer = await outcomes.newer_certificate(row) if told["outcome"].state == "replaced" else None
    page = f"/people/{row.person_id}" if row.person_id else f"/sites/{row.holder_site_id}/licences"
    back = MY_CERTIFICATES if own else (facts.name, page)
    files = row.progress == "published" and row.bare_sha256 is None
    no_pdf = _why_no_pdf(row, facts, off=bool(given.press.off))
    return render(
        request, "decisions/certificate.html", facts=facts, row=row, own=own, told=told, no_pdf=no_pdf,
        pdf_path="" if no_pdf else f"/certificates/{row.id}/document",
        badge_path=f"/certificates/{row.id}/badge" if files else "",
        qr=qr.svg(facts.verify_url, title="Check this certificate"), verify_url=facts.verify_url, back=back,
        full=own or await _reads(me, row), newer=newer, today=today, sharing=_ways_to_share(row, facts, files=files),
        again=not own and await _may_issue_again(me, row) and not await reissue.why_not(row, now=now),
        name=(await holder_of(row)).name,
    )  # fmt: skip


async def milestone(request: Request) -> Response:
    """Celebrates a certificate of one's own: what was done for it, what comes next, how to tell others."""
    row, given, now = await _certificate(request), CredentialResources.of(request), clock.now()
    facts = await proven(row, keys=given.keys, store=given.store, now=now)
    outcome = await outcomes.of_certificate(row, local_day(now, facts.zone))
    if row.person_id != actor(request).person_id or outcome.state not in GOOD:
        return redirect(request, f"/certificates/{row.id}")
    files = row.progress == "published" and row.bare_sha256 is None
    return render(
        request, "decisions/milestone.html", facts=facts, row=row, outcome=outcome, back=MY_CERTIFICATES,
        badge=f"{link(request, f'/achievements/{facts.achievement_slug}')}/badge.svg",
        sharing=_ways_to_share(row, facts, files=files),
    )  # fmt: skip


def _ways_to_share(row: Certificate, facts: CertificateFacts, *, files: bool) -> dict[str, str]:
    """Gives what sharing asks for. Source of LinkedIn's form: its help page "Add to profile"."""
    ends = facts.valid_until
    form = {
        "startTask": "CERTIFICATION_NAME", "name": facts.title, "organizationName": facts.issuer_name,
        "issueYear": facts.valid_from.year, "issueMonth": facts.valid_from.month,
        **({"expirationYear": ends.year, "expirationMonth": ends.month} if ends else {}),
        "certUrl": facts.verify_url, "certId": facts.serial,
    }  # fmt: skip
    return {
        "link": facts.verify_url,
        "title": f"{facts.title}, {facts.issuer_name}",
        "linkedin": f"https://www.linkedin.com/profile/add?{urlencode(form)}",
        "badge": f"/certificates/{row.id}/badge" if files else "",
    }


async def _reads(me: Actor, row: Certificate) -> bool:
    """Tells whether the actor reads of a certificate what the register says."""
    return await any_certification_visible_to(me).filter(id=row.certification_id).exists()


async def _may_issue_again(me: Actor, row: Certificate) -> bool:
    return await any_certification_visible_to(me, "decide").filter(id=row.certification_id).exists()


def _why_no_pdf(row: Certificate, facts: CertificateFacts, *, off: bool) -> str:
    if row.bare_sha256 is not None:
        return "The PDF was removed with the holder's details"
    if why := template.unfit(facts):
        return why
    if off:
        return "PDF is off here"
    return "" if row.progress == "published" else "The PDF is not made yet"


async def _certificate(request: Request) -> Certificate:
    row = (
        await certificates_visible_to(actor(request))
        .get_or_none(id=identity(request))
        .prefetch_related("certification")
    )
    if row is None:
        raise NotFound("There is no such certificate.", "Look at your certificates.")
    return row
