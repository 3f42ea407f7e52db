"""The first steps of a new service: what is there already, what is not, each with its page; and a mail as a test."""

from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations.models import PathwayVersion
from courses.packages.models import CourseVersion
from training.core import clock
from training.core.mail_templates import Mail
from training.core.settings import Settings
from training.database.connection import transaction
from training.lti.models import Registration
from training.people.actor import Actor
from training.people.contact.emails import EmailDraft, letters_visible_to, try_out
from training.people.models import Email, Letter, Membership
from training.people.roles import AT_A_SITE
from training.people.visibility import reach
from training.programmes.models import Adoption
from training.sites.models import Area, CentralUnit, Site
from training.trail import facts
from training.web.rate_limits import allow
from training.web.render import actor, form_data, redirect, render
from training.web.resources import PageResources

TEST = "test mail"
SHOWN = 5


@dataclass(frozen=True)
class FirstStep:
    """One thing that a service needs: what it is, in a sentence, whether it is there, and where it is done."""

    title: str
    text: str
    done: bool
    path: str
    may: str = "load material"


async def open_steps(me: Actor, settings: Settings) -> list[FirstStep]:
    """Lists the steps for the home page, while one is left and nobody has put the list away."""
    if not me.everywhere("load material"):
        return []
    if await CentralUnit.filter(id=me.unit_id, first_steps_over__isnull=False).exists():
        return []
    found = await steps_of(me, settings)
    return [] if all(one.done for one in found) else found


async def steps_of(me: Actor, settings: Settings) -> list[FirstStep]:
    """Lists the steps that somebody may take, each with whether it is done."""
    unit = {"unit_id": me.unit_id}
    area, site = await Area.filter(**unit).exists(), await Site.filter(**unit).exists()
    here = Membership.filter(reach(me, "manage people"), role__in=list(AT_A_SITE))
    rules, taken = (
        await PathwayVersion.filter(**unit).exists(),
        await Adoption.filter(site__unit_id=me.unit_id).exists(),
    )
    posts = settings.mail_url.startswith("smtp://")
    sent = letters_visible_to(me).filter(state="sent")
    found = (
        FirstStep("Areas and sites", "Where groups are run.", site, "/areas" if area else "/areas/new"),
        FirstStep("People", "Who works or trains at a site, and who coordinates it.", await here.exists(),
                  "/people/new" if site else "/sites/new"),
        FirstStep("A programme", "Its rules, and a site that takes it up.", rules and taken,
                  "/sites" if rules else "/material"),
        FirstStep("A course", "Take the one that ships, or leave it to a learning system.",
                  await CourseVersion.filter(course__unit_id=me.unit_id).exists(), "/material"),
        FirstStep("A learning system", "Moodle, Canvas and others, if people come from there.",
                  await Registration.filter(state="active", **unit).exists(), "/lti/console", "connect systems"),
        FirstStep("Mail that works", "Sign-in links and letters go by mail. Send yourself a test.",
                  posts and await sent.exists(), "/first-steps/mail", "run the service"),
    )  # fmt: skip
    return [one for one in found if me.may(one.may)]


async def first_steps(request: Request) -> Response:
    """Shows the list; posted, puts it away from the home page or back there."""
    me: Actor = actor(request)
    if request.method == "GET":
        unit = await CentralUnit.get(id=me.unit_id)
        steps = await steps_of(me, PageResources.of(request).settings)
        return render(request, "app/first_steps.html", steps=steps, over=unit.first_steps_over is not None)
    hides, now = (await form_data(request)).get("do") == "hide", clock.now()
    async with transaction():
        unit = await CentralUnit.get(id=me.unit_id)
        await CentralUnit.filter(id=unit.id).update(first_steps_over=now if hides else None)
        detail = {"columns": ["first_steps_over"]}
        await facts.record("unit.changed", unit, actor=me.person_id, unit=unit.id, now=now, detail=detail)
    return redirect(request, "/first-steps" if hides else "/", notice="The list is put away." if hides else "")


async def mail(request: Request) -> Response:
    """Shows how mail leaves and what became of the last tests; posted, sends the actor another one."""
    me, settings, now = actor(request), PageResources.of(request).settings, clock.now()
    address = await Email.filter(person_id=me.person_id).order_by("mail_only", "address").first()
    if request.method == "GET":
        rows = Letter.filter(person_id=me.person_id, key__startswith=f"{TEST}/").order_by("-made").limit(SHOWN)
        return render(
            request, "app/mail.html", address=address.address if address else "", mail_from=settings.mail_from,
            way=settings.mail_url.split(":")[0], tests=await rows.values("made", "address", "state", "reason"),
            back=("First steps", "/first-steps"),
        )  # fmt: skip
    if address:
        await allow(TEST, str(me.person_id), limit="10/hour", now=now)
        draft = EmailDraft(me.person_id, address.address, Mail("people/test", path="/first-steps/mail"))
        await try_out(draft, key=f"{TEST}/{uuid4()}", settings=settings, now=now)
    return redirect(request, "/first-steps/mail")
