"""People's part in programmes for programs: how far somebody is by the rules, and a place given to somebody."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from certificates.evaluations import pathway_versions
from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.pathway_versions import newest_version
from training.clients.operations import ApiCall, ApiInput, Day, Operation
from training.core.errors import Invalid, NotFound
from training.people.merging.models import who_stays
from training.people.visibility import person_for, sites_for
from training.programmes import actions
from training.sites.models import Programme
from training.web.render import identity

Words = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class VerdictQuery(ApiInput):
    """Of which day a verdict is asked for."""

    as_of: Day | None = Field(None, description="The day that is asked about; today, unless said.")
    known_at: Day | None = Field(
        None, description="Answers by what was known at the end of this day; not in the future."
    )


class VerdictShape(BaseModel):
    """What the rules of a pathway say of somebody: each level with its standing, requirements and what counted."""

    pathway: str
    version: str | None
    holder: str
    as_of: date
    known_at: date | None
    in_force: bool = Field(description="Whether the rules are in force on the day.")
    levels: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]


async def verdict(call: ApiCall) -> VerdictShape:
    """Asks the rules about somebody, as My pathway does."""
    asked: VerdictQuery = call.query
    today = call.actor.today
    if asked.known_at and asked.known_at > today:
        raise Invalid(
            "There is a problem with what was sent.", problems={"known_at": "Nobody knows yet what will be known then."}
        )
    person = await person_for(call.actor, "see people", await who_stays(identity(call.request)))
    pathways = await pathway_versions.followed_by(person.id, person.unit_id, today=today)
    version = next((one for one in pathways if one.slug == call.request.path_params["slug"]), None)
    if version is None:
        raise NotFound("They follow no such pathway.", "Give them a place in its programme first.")
    considered = await judge(person, version, as_of=asked.as_of or today, known_at=asked.known_at)
    return VerdictShape(**considered.verdict.as_json())


class EnrolmentBody(ApiInput):
    """Who is given a place: in which programme, where, from when."""

    person: UUID
    programme: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9-]+$")] = Field(description="Slug of a programme.")
    site: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        "", description="Code of a site; none: for the whole unit."
    )
    starts: Day
    funding: Words = Field("", description="Who pays.")
    route: Words = Field("", description="The way in.")


class EnrolmentShape(BaseModel):
    """A place in a programme."""

    id: UUID
    person: UUID
    programme: str
    site: str
    version: str = Field(description="The version of the rules that it begins with.")
    starts: date
    funding: str
    route: str


async def enrol(call: ApiCall) -> EnrolmentShape:
    """Gives somebody a place in a programme, as the page of their programmes does."""
    asked: EnrolmentBody = call.body
    unit = call.actor.unit_id
    programme = await Programme.get_or_none(unit_id=unit, slug=asked.programme)
    site = await sites_for(call.actor, actions.MANAGE).get_or_none(code=asked.site) if asked.site else None
    problems = {} if programme else {"programme": "There is no such programme."}
    if asked.site and site is None:
        problems["site"] = "There is no such site."
    if problems or programme is None:
        raise Invalid("There is a problem with what was sent.", problems=problems)
    version = await newest_version(programme.id, unit, today=call.actor.today)
    wish = actions.PlaceWish(
        programme.id, site.id if site else None, asked.starts, version, asked.funding.strip(), asked.route.strip()
    )
    made = await actions.give_place(await who_stays(asked.person), wish, actor=call.actor, now=call.now)
    return EnrolmentShape(
        id=made.id, person=made.person_id, programme=programme.slug, site=asked.site, version=version,
        starts=made.starts, funding=made.funding, route=made.route,
    )  # fmt: skip


VERDICT = Operation(verdict, "progress.readonly", "Read how far somebody is on a pathway", VerdictShape, VerdictQuery)
ENROL = Operation(enrol, "enrolments", "Give somebody a place in a programme", EnrolmentShape, body=EnrolmentBody)
