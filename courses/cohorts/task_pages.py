"""Pages where trainers read what the people of their cohort handed in, and write a word back."""

from starlette.requests import Request
from starlette.responses import Response

from courses.cohorts import task_replies
from courses.cohorts.pages import visible_cohort
from courses.learning.outline import in_language
from training.core import clock
from training.core.errors import Invalid
from training.core.handed_files import HEIC_WORDS, is_heic
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render


async def tasks(request: Request) -> Response:
    """Lists all that the people of a cohort handed in, and whether it was read."""
    me: Actor = actor(request)
    found = await visible_cohort(request)
    rows, back = await task_replies.entry_rows(found, me), (found.name, f"/courses/cohorts/{found.id}")
    return render(request, "cohorts/handed_in.html", entries=rows, name=found.name, back=back)


async def task(request: Request) -> Response:
    """Shows what somebody handed in; posted, keeps that it was read, with the words that go back."""
    me: Actor = actor(request)
    found = await visible_cohort(request)
    entry = await task_replies.entry_of(found, identity(request, "entry"), me)
    home, values = f"/courses/cohorts/{found.id}", await form_data(request)
    problems: dict[str, str] = {}
    if request.method == "POST":
        words = "" if values.get("step") == "read" else str(values.get("words", "")).strip()
        if words or values.get("step") == "read":
            try:
                await task_replies.reply(entry, words, actor=me, now=clock.now())
                name = entry.enrolment.person.name
                notice = f"{name} is told, and reads it at the task." if words else f"What {name} handed in is read."
                return redirect(request, home, notice=notice)
            except Invalid as error:
                problems = dict(error.problems)
        else:
            problems = {"words": "Write a word, or press “I have read it”"}
    return render(
        request,
        "cohorts/handed_in_entry.html",
        422 if problems else 200,
        name=entry.enrolment.person.name,
        module=in_language(entry.activity.module.title, me.language),
        entry={
            "id": entry.id,
            "note": entry.note,
            "file_name": entry.file_name,
            "handed_in": entry.handed_in,
            "heic": is_heic(entry.file_name),
            "replies": (await task_replies.replies_to([entry.id])).get(entry.id, []),
        },
        heic_words=HEIC_WORDS,
        criteria=in_language(entry.activity.content, me.language).get("criteria", []),
        values=values,
        problems=problems,
        path=f"{home}/tasks/{entry.id}",
        back=(found.name, home),
    )
