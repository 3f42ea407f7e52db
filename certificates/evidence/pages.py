"""Pages on which records are entered: what can be recorded, the form of one thing, corrections, answers to claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from tortoise.expressions import Q

from certificates.evidence.actions import (
    Offered,
    answer_claim,
    kept_proof,
    log_evidence,
    may_answer,
    offered_for,
    offered_to,
    record_evidence,
)
from certificates.evidence.reading import asked_for, typed_entry
from certificates.evidence.rules import CLAIMED, ENDING, REASONED, RESULTS, TELLS_WHO, form_for, is_done
from certificates.evidence.views import counts_when, field_of, name_of, typed_before, used_for
from certificates.pathways.forms import RecordForm
from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid, NotAllowed, NotFound
from training.core.handed_files import ACCEPTED, MOST_BYTES_SENT, RECORDS, HandedFile
from training.core.languages import translations
from training.people.actor import Actor
from training.people.holders import Holder, holder_of, person_id_of
from training.people.models import Person
from training.people.visibility import may_for, sites_for
from training.programmes.components import components_of
from training.records.actions import groups_of, own_record, settled_record
from training.records.models import Record, RecordFile, records_visible_to, standing
from training.records.pages import (
    count_asking,
    files_of,
    form_key,
    found_record,
    list_path,
    people_offered,
    person_named,
)
from training.records.rules import HOW, KINDS_OF_SUPERVISION, TAILORED, KeptFile
from training.records.shown import shown_record
from training.records.shown import title_of as title_of_record
from training.records.words import KINDS, plain
from training.web.bodies import cut, handed_file
from training.web.languages import chosen_language
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources
from training.web.shortlists import Shortlist, ShortlistField, shortlist_of

OFTEN = ("delivery", "supervision", "assessment", "signoff", "portfolio", "learning")
ORDER = (*OFTEN, *(one for one in KINDS if one not in OFTEN))
"""Types in the order of the list: what is logged often, then all others; prior learning last."""


@dataclass(frozen=True)
class Entering:
    """Whose record is entered, by whom, from which address, and what they can choose from."""

    me: Actor
    holder: Holder
    offered: Offered
    path: str
    back: tuple[str, str]
    old: Record | None = None

    @property
    def own(self) -> bool:
        """Whether somebody enters what they did themselves."""
        return self.holder.id == self.me.person_id


async def log(request: Request) -> Response:
    """Shows what one can log of oneself, or the form of one thing; posted, logs it."""
    me: Actor = actor(request)
    person = await Person.get(id=me.person_id)
    offered = (await offered_for(person, today=me.today)).of(CLAIMED)
    return await _enter(request, Entering(me, person, offered, "/practice/new", ("My practice", "/practice")))


async def record(request: Request) -> Response:
    """Shows what can be recorded of somebody, or the form of one thing; posted, records it."""
    me: Actor = actor(request)
    holder, offered = await offered_to(me, identity(request))
    if holder.id == me.person_id:
        remedy = "Log it on My practice. It counts when your site has seen it."
        raise NotAllowed("You may not record this of yourself.", remedy)
    if isinstance(holder, Person):
        path, sees = f"/practice/of/{holder.id}", await may_for(me, "see people", holder.id)
    else:
        path = f"/practice/sites/{holder.id}"
        sees = await sites_for(me, "see people").filter(id=holder.id).exists()
    back = (f"Records of {holder.name}", path) if sees else ("Home", "/")
    return await _enter(request, Entering(me, holder, offered, f"{path}/new", back))


async def correct(request: Request) -> Response:
    """Shows a record as it was entered; posted, writes what is right beside it."""
    me: Actor = actor(request)
    found = await found_record(me, request)
    old = await (settled_record(found.id, me) if found.counts_at_once else own_record(found.id, me))
    holder = await holder_of(old)
    offered = await offered_for(holder, today=me.today)
    path = f"/practice/records/{old.id}"
    entering = Entering(me, holder, offered, f"{path}/correct", ("The record", path), old)
    if request.method == "POST":
        return await _enter(request, entering)
    asked = {"type": old.type, "what": old.what, "pathway": offered.slug_of(old.programme_id)}
    form = form_for(asked_for(asked), offered.forms)
    if form is None:
        raise NotFound("No pathway asks for this any more.", "You can take it back, and record what is right.")
    return await _form_page(request, entering, form, {**await typed_before(old), **asked})


async def answer(request: Request) -> Response:
    """Shows a claim to whoever looks after the person; posted, says that it was seen, or gives it back with a word."""
    me: Actor = actor(request)
    row = await standing(Record.filter(unit_id=me.unit_id)).get_or_none(id=identity(request))
    if row is None or not await may_answer(row, me):
        raise NotFound("Nobody asks this of you.", "Look at the list of records.")
    path, sees = f"/practice/records/{row.id}", await records_visible_to(me).filter(id=row.id).exists()
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        accepts = values.get("answer") == "yes"
        try:
            note = str(values.get("note", ""))
            await answer_claim(row, accepts=accepts, note=note, actor=me, now=clock.now())
            return redirect(
                request, path if sees else "/", notice="It counts now." if accepts else "Given back, with your words."
            )
        except Invalid as wrong:
            problems = wrong.problems
    told = {
        "shown": await shown_record(row),
        "files": await files_of(row),
        "path": f"{path}/answer",
        "back": ("The record", path) if sees else ("Home", "/"),
    }
    return render(request, "evidence/answer.html", 422 if problems else 200, values=values, problems=problems, **told)


async def proof(request: Request) -> Response:
    """Sends a file that proves a record, to its holder, to who may see the record, and to whom it is claimed of."""
    me: Actor = actor(request)
    found = await RecordFile.filter(id=identity(request, "file"), record_id=identity(request), stored__not="").first()
    row = found and await Record.get_or_none(id=found.record_id, unit_id=me.unit_id)
    sees = row and (await records_visible_to(me).filter(id=row.id).exists() or await may_answer(row, me))
    path = PageResources.of(request).settings.storage / RECORDS / found.stored if found and sees else None
    if found is None or path is None or not path.is_file():
        raise NotFound("There is no such file.", "Go back to the record.")
    return FileResponse(path, media_type="application/octet-stream", filename=found.file_name)


async def _enter(request: Request, entering: Entering) -> Response:
    """Shows the list or the form; posted, writes what was typed."""
    values: Mapping[str, Any] = request.query_params
    if request.method == "GET":
        form = form_for(asked_for(values), entering.offered.forms) if "type" in values else None
        if form is None:
            return _list(request, entering)
        hidden = {"type": form.type, "what": form.what or str(values.get("what", "")), "pathway": form.pathway}
        return await _form_page(request, entering, form, {**hidden, "mode": "in_person", "key": str(uuid4())})
    values, file = await _posted(request)
    form = form_for(asked_for(values), entering.offered.forms)
    if form is None:
        return _list(
            request,
            entering,
            {"what": "Choose from the list what it is. Awards, roles and relations are never typed in"},
        )
    try:
        storage = PageResources.of(request).settings.storage
        async with kept_proof(file, agreed=bool(values.get("agreed")), storage=storage) as files:
            row = await _write(entering, form, values, files)
    except Invalid as error:
        return await _form_page(request, entering, form, values, error.problems)
    if entering.own:
        return redirect(request, f"/practice/records/{row.id}", notice="Saved.")
    return redirect(request, list_path(entering.me, row), notice="Corrected." if entering.old else "Recorded.")


async def _posted(request: Request) -> tuple[dict[str, Any], HandedFile | None]:
    """Reads what was typed, and the file beside it; one that is too long is cut off, and refused later."""
    request = cut(request, most=MOST_BYTES_SENT)
    file = await handed_file((await request.form()).get("file"))
    return await form_data(request), file


async def _write(
    entering: Entering, form: RecordForm, values: Mapping[str, Any], files: tuple[KeptFile, ...]
) -> Record:
    shown = await typed_entry(form, values, entering.offered, claimed=entering.own, files=files)
    key, replaces = form_key(values), entering.old.id if entering.old else None
    if entering.own:
        confirmer = person_named(values, "confirmer")
        await count_asking(entering.me, next(filter(None, (confirmer, *shown.by, *shown.team)), None))
        return await log_evidence(
            shown, actor=entering.me, now=clock.now(), key=key, confirmer=confirmer, replaces=replaces
        )
    why = str(values.get("why", ""))
    return await record_evidence(
        entering.holder.id, shown, actor=entering.me, now=clock.now(), key=key, replaces=replaces, why=why
    )


async def _form_page(
    request: Request,
    entering: Entering,
    form: RecordForm,
    values: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
) -> Response:
    language = chosen_language(request)
    return render(
        request,
        "evidence/entry_form.html",
        422 if problems else 200,
        **_asked_in(language, form),
        person=entering.holder,
        own=entering.own,
        form=form,
        kind=KINDS.get(form.type, plain(form.type)),
        name=name_of(form),
        used_for=used_for(form, entering.offered),
        counts_when=counts_when(form),
        parts=form.parts,
        results=_said(RESULTS, language) if "result" in form.parts else [],
        done=is_done(form.type),
        ends=form.type in ENDING,
        reasoned=form.type in REASONED,
        names=[] if form.what or form.type != "supervision" else _said(KINDS_OF_SUPERVISION, language),
        is_delivery=form.type == "delivery",
        is_supervision=form.type == "supervision",
        kinds=_said(TAILORED, language),
        components=await _components(entering, form, language) if form.type == "delivery" else [],
        how=_said(HOW, language),
        file_types=",".join(ACCEPTED) if "files" in form.parts and form.type != "check" else "",
        correcting=bool(entering.old),
        stays=[name for name, _ in await files_of(entering.old)] if entering.old else [],
        path=entering.path,
        values=values,
        problems=problems or {},
        back=entering.back,
        **await _others(entering, form, values, language),
    )


def _said(words: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    say = translations(language).gettext
    return [(value, say(text)) for value, text in words.items()]


def _asked_in(language: str, form: RecordForm) -> dict[str, Any]:
    """Gives the questions that the rules ask, in a language."""
    of_members = [one for one in form.team if one.name != "role"]
    return {
        "content_lang": language,
        "fields": [field_of(one, one.name, language) for one in form.fields],
        "own_part": [field_of(one, f"own_{one.name}", language) for one in of_members],
        "their_part": [field_of(one, f"co_leader_{one.name}", language) for one in of_members],
    }


async def _components(entering: Entering, form: RecordForm, language: str) -> list[tuple[str, str]]:
    parts = await components_of(entering.offered.programme_of(form))
    if not parts:
        return []
    choose = translations(language).gettext("Choose a part")
    return [("", choose), *((one.id, f"{one.title} ({one.kind})") for one in parts)]


async def _others(entering: Entering, form: RecordForm, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Gives whom a form lets choose for each part, and the groups that it may be about."""
    me, is_delivery, is_supervision = entering.me, form.type == "delivery", form.type == "supervision"
    names_by = is_supervision or ("by" in form.parts and form.type in TELLS_WHO)
    return {
        "leaders": await people_offered(me, "co_leader", values, language) if is_delivery else [],
        "signers": await people_offered(me, "by", values, language) if names_by else [],
        "confirmers": await people_offered(me, "confirmer", values, language) if entering.own and is_delivery else [],
        "deliveries": await _deliveries(entering, form, values, language)
        if is_supervision or "about" in form.parts
        else [],
    }


async def _deliveries(entering: Entering, form: RecordForm, values: Mapping[str, Any], language: str) -> Shortlist:
    groups = groups_of(entering.me, person_id_of(entering.holder), entering.offered.programme_of(form))
    none = "No group in particular" if form.type == "supervision" else "Nothing in particular"
    asked = ShortlistField(
        "about", lambda part: Q(name__icontains=part) | Q(what__icontains=part),
        first=[("", translations(language).gettext(none))],
        order=("-listed", "id"), called=lambda row: f"{title_of_record(row, '')}, {day(row.listed, language)}",
    )  # fmt: skip
    return await shortlist_of(groups, asked, values)


def _list(request: Request, entering: Entering, problems: Mapping[str, str] | None = None) -> Response:
    """Shows what can be recorded: by programme where there are several, and by its kind."""
    versions = entering.offered.versions
    titles = {slug: one.title for slug, one in versions.items()} if len(versions) > 1 else {}
    groups: dict[str, dict[str, list[dict[str, str]]]] = {}
    for form in sorted(entering.offered.forms, key=lambda one: (titles.get(one.pathway, ""), ORDER.index(one.type))):
        kinds = groups.setdefault(titles.get(form.pathway, "In every programme" if titles else ""), {})
        one = {"name": name_of(form), "type": form.type, "what": form.what, "pathway": form.pathway}
        kinds.setdefault(KINDS.get(form.type, plain(form.type)), []).append(one)
    return render(
        request,
        "evidence/entry.html",
        422 if problems else 200,
        person=entering.holder,
        own=entering.own,
        path=entering.path,
        groups=groups,
        problems=problems or {},
        back=entering.back,
    )
