"""The page of one's tasks: all that waits, and whether a mail tells it each week."""

from dataclasses import replace

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from training.app.own_tasks.lists import choose_mail, keep_count, wants_mail
from training.app.tasks import tasks_of
from training.core import clock
from training.people.actor import Actor
from training.web.languages import chosen_language
from training.web.render import actor, form, redirect, render


class MailForm(BaseModel):
    """The form that starts or stops the weekly mail."""

    weekly: bool = False


async def tasks(request: Request) -> Response:
    """Lists what waits for somebody; posted, keeps whether a mail tells it each week."""
    me: Actor = replace(actor(request), language=chosen_language(request))
    if request.method == "POST":
        asked = await form(request, MailForm)
        await choose_mail(me, weekly=asked.weekly)
        words = "We mail you your tasks on Mondays." if asked.weekly else "We mail you your tasks no more."
        return redirect(request, "/tasks", notice=words)
    found = await tasks_of(me, now=clock.now())
    await keep_count(me, len(found))
    return render(request, "app/tasks.html", tasks=found, weekly=await wants_mail(me))
