"""The page of what is held about a person: a copy of all of it, and erasure, with what goes and what stays."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates.erase_person import erase
from certificates.evaluations.models import Certificate
from courses.learning.models import TaskEntry
from training.core import clock
from training.core.errors import Invalid
from training.parsing.plurals import many
from training.parsing.text import folded
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.erase_person import pseudonym_of
from training.people.models import Email, Letter, Person, Phone
from training.people.personal_data import export, rows_about
from training.people.visibility import person_for
from training.records.models import RecordFile
from training.web.render import actor, as_file, form_data, identity, redirect, render
from training.web.resources import PageResources

NOT_ONESELF = "You cannot erase yourself: you would be gone before it is done."


async def data(request: Request) -> Response:
    """Shows what would go and what would stay; posted, gives a copy of everything, or erases the person."""
    me: Actor = actor(request)
    found, now = await person_for(me, "give every role", identity(request)), clock.now()
    if request.method == "GET":
        return await _shown(request, found, me)
    values = await form_data(request)
    if values.get("do") == "export":
        copy = await export(found, actor=me, now=now)
        return Response(copy, media_type="application/json", headers=as_file(f"person-{found.id}.json"))
    await refuse_own(found.id, me.person_id, NOT_ONESELF, "Ask somebody else of the central unit.")
    if folded(str(values.get("name", ""))) != folded(found.name):
        error = Invalid("There is a problem", problems={"name": f"Type {found.name}, to be sure that it is them"})
        return await _shown(request, found, me, 422, problems=error.problems, values=values)
    done = await erase(found.id, actor=me, now=now, storage=PageResources.of(request).settings.storage)
    return redirect(request, "/people", notice=f"{done.pseudonym} is what is left. It cannot be undone.")


async def _shown(request: Request, found: Person, me: Actor, status: int = 200, **told: Any) -> Response:
    certificates = await Certificate.filter(person_id=found.id).count()
    files = await TaskEntry.filter(enrolment__person_id=found.id).exclude(stored="").count()
    files += await RecordFile.filter(record__person_id=found.id).exclude(stored="").count()
    goes = [
        f"The name {found.name}, wherever it stands, and names from before",
        many(await Email.filter(person_id=found.id).count(), "e-mail address", "e-mail addresses"),
        many(await Phone.filter(person_id=found.id).count(), "telephone number"),
        many(await Letter.filter(person_id=found.id).count(), "letter"),
        many(files, "file") + " that were handed in, and notes on them",
        "Every way to sign in, and what learning systems call them",
    ]
    stays = [
        f"{many(certificates, 'certificate')}: each still verifies as genuine, with the holder’s details removed",
        "What was decided and when, and the entries of the trail",
        "Backups that were made before",
    ]
    return render(
        request, "app/person_data.html", status, person=found, own=found.id == me.person_id, goes=goes,
        stays=stays, rows=sum(len(rows) for rows in (await rows_about(found.id)).values()),
        pseudonym=pseudonym_of(found.id), back=(found.name, f"/people/{found.id}"), **told,
    )  # fmt: skip
