"""Two records of one person: Jude, and somebody who came through an LMS with the roles that Jude has, too."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tortoise import Tortoise

from courses.learning.models import Completion, Enrolment
from courses.packages.models import Course, CourseVersion
from tests.certificates.world import BY_RULES, certified, publish_pathway
from tests.soundness import speak_of
from tests.today import NOW, TODAY
from training.demo.cast import known
from training.lti.models import Identity, Registration
from training.people.models import Email, Membership, Permission, Person, Phone
from training.programmes.models import Place
from training.records.models import Record

TWIN = UUID("7c5d0000-0000-4000-8000-00000000071e")
JUDE = known("jude")


async def make_twin(folder) -> UUID:
    """Makes the second record of Jude, with something of every kind; gives its id."""
    await publish_pathway(folder, BY_RULES)
    await certified("jude")
    person = await Person.create(
        id=TWIN, unit_id=known("together"), name="J. Mensah-Boateng", created=NOW - timedelta(days=200)
    )
    lms = await Registration.create(
        id=uuid4(), unit_id=known("together"), issuer="https://lms.example", client_id="c", auth_url="https://a",
        token_url="https://t", jwks_url="https://j", created=NOW,
    )  # fmt: skip
    course = await Course.create(id=uuid4(), unit_id=known("together"), slug="first-steps", created=NOW)
    version = await CourseVersion.create(
        id=uuid4(), course_id=course.id, number="1", languages=["en"], title={"en": "First steps"}, summary={},
        edit_class="new", learning="first steps", minutes=60, competencies={}, digest="0" * 64, published=NOW,
    )  # fmt: skip
    begun = {"version_id": version.id, "course_id": course.id, "language": "en", "started": NOW, "seen": NOW}
    mine = await Enrolment.create(id=uuid4(), person_id=JUDE, **begun)
    theirs = await Enrolment.create(id=uuid4(), person_id=TWIN, **begun)
    given = {"person_id": TWIN, "unit_id": known("together")}
    rows = [
        lms, course, version, mine, theirs,
        *[await Completion.create(id=uuid4(), enrolment_id=enrolment.id, person_id=enrolment.person_id,
                                  version_id=version.id, module=module, happened=NOW, recorded=NOW)
          for enrolment, module in ((mine, "one"), (theirs, "one"), (theirs, "two"))],
        await Identity.create(
            id=uuid4(), registration=lms, sub="jude-9", person_id=TWIN, name="J. Mensah-Boateng",
            email="jude@together.example", created=NOW,
        ),
        await Email.create(id=uuid4(), **given, address="jude.mensah@post.example", confirmed=True),
        await Membership.create(id=uuid4(), person_id=TWIN, role="trainee", site_id=known("site/RIV"),
                                starts=TODAY - timedelta(days=100)),
        await Membership.create(id=uuid4(), person_id=TWIN, role="facilitator", site_id=known("site/OAK"),
                                starts=TODAY - timedelta(days=100)),
        await Place.create(id=uuid4(), person_id=TWIN, programme_id=known("growing-together"),
                           site_id=known("site/RIV"), starts=TODAY - timedelta(days=100), recorded=NOW),
        await Permission.create(id=uuid4(), person_id=TWIN, what="other/leader", may="lead groups", starts=TODAY,
                                because=uuid4()),
        await Record.create(
            id=uuid4(), entry_key=uuid4(), **given, type="qualification", what="first aid again", on=TODAY,
            listed=TODAY, attributes={}, counts_at_once=True, recorded=datetime.now(UTC), recorded_by_id=known("dara"),
        ),
    ]  # fmt: skip
    await Phone.create(id=uuid4(), person_id=TWIN, number="029 2018 0999", recorded=NOW)
    await speak_of(person, *rows)
    return TWIN


async def everything() -> dict[str, dict[str, dict[str, object]]]:
    """Gives every row of every table, but for the trail, sessions, and what is queued."""
    assert Tortoise.apps is not None
    left_out = {"people.Session", "people.Merge", "people.Letter", "people.TaskList", "certificates.Evaluation"}
    return {
        name: {str(row[model._meta.pk_attr]): row for row in await model.all().values()}
        for room in Tortoise.apps.values()
        for model in room.values()
        if (name := model._meta.full_name) not in left_out and not name.startswith("trail.")
    }
