"""One of each thing that an address can name, for people of the own site, another, a former one and another unit."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from certificates.audits.models import Audit, AuditCase
from certificates.credentials import facts as frozen
from certificates.credentials import status_lists
from certificates.credentials.models import SheetDesign
from certificates.evaluations.models import (
    Appeal,
    Certificate,
    Certification,
    Decision,
    Evaluation,
    PathwayVersion,
)
from certificates.evaluations.pathway_versions import load_pathway
from certificates.rehearsals import actions as rehearsals
from certificates.reports.models import ReportAnswer, SavedReport
from certificates.verification.models import ShareLink
from courses.cohorts.models import Attendance, Cohort, Seat, TrainingSession
from courses.learning.models import Activity, CourseVersion, Enrolment, TaskEntry
from courses.packages.publish import load
from tests.certificates.examples import FACTS
from tests.certificates.world import BY_RULES
from tests.courses.course_files import write
from tests.today import NOW, TODAY
from training.app.resources import DRAFTS
from training.assessments.calibration.sets.models import CalibrationAttempt, CalibrationSet
from training.assessments.films.models import Film, FilmConsent
from training.assessments.load import load_instrument
from training.assessments.models import Assessment, CalibrationRun, InstrumentVersion, Rater, Visit
from training.assessments.quality.models import AccompaniedVisit, QualityDraw, QualityPlan, QualitySample
from training.batches import actions as batches
from training.clients.models import ApiClient
from training.core.settings import Settings
from training.database.connection import transaction
from training.demo.cast import known
from training.drafts import actions as drafts
from training.lti.launch.models import DeepLinkingSession
from training.lti.models import Context, Deployment, Identity, Registration
from training.lti.platform import scores
from training.people.actor import Actor
from training.people.authentication.models import Factor
from training.people.contact.addresses import pair_of
from training.people.lists.models import SavedFilter
from training.people.merging.models import Merge
from training.people.models import Difference, Email, Letter, Membership, NameRequest, Person, Relation
from training.people.roles import ROLES
from training.programmes.models import Adoption, Application, Place, ProgrammeRole
from training.records.models import Confirmation, Participant, Record, RecordFile, Tailoring
from training.sites.models import Area, CentralUnit, Programme, Site

LONG_AGO, LEFT = TODAY - timedelta(days=400), TODAY - timedelta(days=20)
HERE, THERE = "together", "another"
PEOPLE = {
    "own": ("Olwen of Riverside", HERE, "RIV"),
    "other": ("Otto of Harehills", HERE, "HAR"),
    "former": ("Fiona who left Riverside", HERE, "OAK"),
    "stranger": ("Stina of Elsewhere", THERE, "ELS"),
}
"""Kind of person → name, unit, site today. The former one was at Riverside until 20 days ago."""
RULES = BY_RULES.replace(
    "    valid:", "      led: {delivery: group}\n      talked: {supervision: any}\n    valid:"
)  # fmt: skip
INSTRUMENT = Path(__file__).parent / "training/assessments/leading.yaml"
Things = dict[str, str]


async def world(settings: Settings, folder: Path, *, rater: UUID, confirmer: UUID) -> dict[str, Things]:
    """Makes the four people with all they have; gives the ids of it by kind of person and by word."""
    await _another_unit()
    (settings.storage / "entries").mkdir(parents=True)
    (settings.storage / "entries" / "mine").write_text("What I did.")
    (settings.storage / "records").mkdir(parents=True)
    (settings.storage / "records" / "mine").write_text("My paper.")
    of_units = {slug: await _material(slug, settings, folder / slug) for slug in (HERE, THERE)}
    made: dict[str, Things] = {}
    for kind, (name, slug, code) in PEOPLE.items():
        person = await Person.create(id=known(f"kind/{kind}"), unit_id=known(slug), name=name, created=NOW)
        if kind == "former":
            await _member(person.id, "RIV", ends=LEFT)
        membership = await _member(person.id, code, starts=LEFT if kind == "former" else LONG_AGO)
        there = of_units[slug] | {"person": str(person.id), "site": str(known(f"site/{code}"))}
        there |= {"membership": str(membership.id), "area": str((await Site.get(code=code)).area_id)}
        for make in (_known, _takes_part, _practised, _learnt, _trained, _assessed, _earned, _audited):
            there |= await make(person, {**there, "rater": str(rater), "confirmer": str(confirmer)})
        made[kind] = there
    return made


async def _another_unit() -> None:
    unit = await CentralUnit.create(id=known(THERE), slug=THERE, name="Another Unit", contact="help@another.example")
    await Programme.create(id=known(f"programme/{THERE}"), unit=unit, slug="growing-together", title="Growing")
    area = await Area.create(id=known("area/ELS"), unit=unit, code="ELS", name="Elsewhere", path="/ELS/")
    await Site.create(id=known("site/ELS"), unit=unit, area=area, code="ELS", name="Elsewhere")


async def _member(person_id: UUID, code: str, **days: Any) -> Membership:
    days = {"starts": LONG_AGO} | days
    return await Membership.create(
        id=uuid4(), person_id=person_id, role="trainee", site_id=known(f"site/{code}"), **days
    )


async def _material(slug: str, settings: Settings, folder: Path) -> Things:
    """Publishes a course, an instrument and a pathway of a unit, and connects an LMS to it."""
    folder.mkdir()
    unit = await CentralUnit.get(slug=slug)
    boss = Actor(
        known(f"boss/{slug}"), "Boss", unit.id, "en", unit.zone, frozenset((one, None) for one in ROLES), TODAY
    )
    await Person.create(id=boss.person_id, unit=unit, name=f"Boss of {unit.name}", created=NOW)
    package = write(folder / "course")
    (package / "course.yaml").write_text((package / "course.yaml").read_text().replace("small-steps", f"{slug}-steps"))
    report = await load(package, actor=boss, now=NOW, storage=settings.storage)
    assert not report.refused, report.mistakes
    (folder / "steady.yaml").write_text(RULES)
    await load_pathway(folder / "steady.yaml", actor=boss, now=NOW)
    await load_instrument(INSTRUMENT, actor=boss, now=NOW)
    writing = SimpleNamespace(settings=settings, draft_kinds=DRAFTS)
    draft = await drafts.begin("course", f"{slug}-steps", "", actor=boss, outside=writing, now=NOW)
    rules = await drafts.begin("pathway", "steady", "", actor=boss, outside=writing, now=NOW)
    tool = await drafts.begin("instrument", "group facilitation", "", actor=boss, outside=writing, now=NOW)
    rehearsal = await rehearsals.begin(await drafts.draft_for(boss, rules), TODAY, actor=boss, now=NOW)
    home = f"http://127.0.0.1:9/{slug}"  # nobody answers there, and at once
    registration = await Registration.create(
        id=uuid4(), unit=unit, name=f"LMS of {slug}", issuer=home, client_id="c", auth_url=f"{home}/auth",
        token_url=f"{home}/token", jwks_url=f"{home}/keys", service_hosts=[], created=NOW,
    )  # fmt: skip
    client = await ApiClient.create(
        id=uuid4(), unit=unit, name=f"HR of {slug}", contact="hr@x.example", scopes=["register.readonly"], keys=[],
        key_set_url=f"{home}/keys", registered=NOW,
    )  # fmt: skip
    deployment = await Deployment.create(
        id=uuid4(), registration=registration, deployment_id="1", state="approved", seen=NOW
    )
    context = await Context.create(
        id=uuid4(), deployment=deployment, context_id="c1", title=f"Course of {slug}", roster_url=f"{home}/roster"
    )
    wishes = {"stored": "", "file": "staff.csv", "sheets": [""], "sheet": "", "kind": "", "match": {}, "order": ""}
    batch = await batches.make("import", "staff.csv", wishes, actor=boss, now=NOW)
    chosen = {"on": "register", "of": "", "asked": {"as_of": NOW.date().isoformat()}, "all": True, "ids": []}
    bulk = await batches.make("bulk suspend", "Suspend", {"chosen": chosen, "values": {}}, actor=boss, now=NOW)
    score = await scores.send_by_hand(registration, "sub", f"{home}/item", scores.Value(1, 1), now=NOW)
    return {
        "unit": str(unit.id), "slug": f"{slug}-steps", "registration": str(registration.id),
        "client": str(client.id),
        "context": str(context.id), "score": str(score), "batch": str(batch.id), "bulk": str(bulk.id),
        "home": settings.public_url, "draft": str(draft), "rules_draft": str(rules),
        "tool_draft": str(tool), "rehearsal": str(rehearsal.id),
        "programme": str((await PathwayVersion.get(unit_id=unit.id)).programme_id),
        "rules": str((await PathwayVersion.get(unit_id=unit.id)).id), "boss": str(boss.person_id),
    }  # fmt: skip


async def _known(person: Person, had: Things) -> Things:
    asked = await NameRequest.create(id=uuid4(), person=person, name="Another Name", why="It is so.", made=NOW)
    letter = await Letter.create(
        id=uuid4(),
        key=str(uuid4()),
        person=person,
        subject="You are certified",
        state="no_address",
        made=NOW,
        ended=NOW,
    )
    relation = await Relation.create(
        id=uuid4(), person=person, other_id=known(f"boss/{HERE}"), kind="manager", recorded=NOW, declared_by=person.id
    )
    identity = await Identity.create(
        id=uuid4(), registration_id=had["registration"], sub=str(uuid4()), person=person, name="Another Name",
        proposed_name="Another Name", created=NOW,
    )  # fmt: skip
    saved = await SavedFilter.create(person_id=person.id, listing="/people", name="Mine", query="role=trainee")
    factor = await Factor.create(
        id=uuid4(), person_id=person.id, kind="authenticator", name=f"{person.name}’s", made=NOW
    )
    twin, apart = await _sharing(person, "twin", had), await _sharing(person, "apart", had)
    one, other = sorted((person.id, apart))
    difference = await Difference.create(
        id=uuid4(), one_id=one, other_id=other, pair=pair_of(one, other), reason="I know both.", declared=NOW,
        declared_by_id=known(f"boss/{HERE}"),
    )  # fmt: skip
    double, shut = await _sharing(person, "double", had), await _sharing(person, "shut", had)
    merge = await Merge.create(
        id=uuid4(), stays_id=person.id, shut_id=shut, slot=str(shut), reason="I asked.", made=datetime.now(UTC),
        made_by_id=known(f"boss/{HERE}"), moved=[], kept=[],
    )  # fmt: skip
    await Person.filter(id=shut).update(merged_into_id=person.id)
    return {
        "double": str(double), "merge": str(merge.id),
        "letter": str(letter.id), "relation": str(relation.id), "identity": str(identity.id), "twin": str(twin),
        "difference": str(difference.id), "factor": str(factor.id), "saved": str(saved.id), "asked_name": str(asked.id),
    }  # fmt: skip


async def _sharing(person: Person, what: str, had: Things) -> UUID:
    """Makes somebody at the same site who shares an address with the person."""
    other = await Person.create(
        id=known(f"{what} of {person.name}"), unit_id=person.unit_id, name=f"The {what}", created=NOW
    )  # fmt: skip
    await Membership.create(
        id=uuid4(), person_id=other.id, role="trainee", site_id=had["site"], starts=LONG_AGO
    )  # fmt: skip
    for one in (person, other):
        await Email.create(
            id=uuid4(), unit_id=person.unit_id, person_id=one.id, mail_only=True,
            address=f"{what}.{person.id.hex}+{one.id.hex}@home.example",
        )  # fmt: skip
    return other.id


async def _takes_part(person: Person, had: Things) -> Things:
    """Has the site adopt the programme, and the person in it, with a role and another wish."""
    programme = (await PathwayVersion.get(unit_id=person.unit_id)).programme_id
    there = {"programme_id": programme, "site_id": had["site"], "recorded": NOW}
    adoption = await Adoption.create(id=uuid4(), **there, starts=LONG_AGO)
    place = await Place.create(id=uuid4(), person=person, **there, starts=LONG_AGO)
    role = await ProgrammeRole.create(id=uuid4(), person=person, **there, role="coach", starts=LONG_AGO)
    application = await Application.create(
        id=uuid4(), person=person, programme_id=programme, site_id=had["site"], words="I want to join.", made=NOW,
        slot=f"{person.id}/{programme}",
    )  # fmt: skip
    return {
        "programme": str(programme), "adoption": str(adoption.id), "part": str(place.id), "role": str(role.id),
        "application": str(application.id),
    }  # fmt: skip


async def _practised(person: Person, had: Things) -> Things:
    head = {
        "unit_id": person.unit_id, "person_id": person.id, "recorded": NOW, "on": LEFT, "listed": LEFT,
    }  # fmt: skip
    own = head | {"recorded_by_id": person.id, "programme_id": had["programme"]}
    delivery = await Record.create(
        **own, id=uuid4(), entry_key=uuid4(), site_id=had["site"], type="delivery", what="group", began=LONG_AGO,
        name=f"Group of {person.name}",
        attributes={"sessions": 8, "hours": 16, "role": "lead", "parents": 8, "completed": 7, "mode": "in_person"},
    )  # fmt: skip
    supervision = await Record.create(
        **own, id=uuid4(), entry_key=uuid4(), type="supervision", what="reflective",
        attributes={"minutes": 60, "mode": "in_person"},
    )  # fmt: skip
    await Participant.create(id=uuid4(), record=supervision, part="by", name="Somebody")
    change = await Tailoring.create(id=uuid4(), record=delivery, component="Role play", kind="core", changed="Shorter")
    proof = await RecordFile.create(
        id=uuid4(), record=delivery, file_name="mine.txt", stored="mine", sha256="0" * 64, agreed=True
    )
    record = await Record.create(
        **head, id=uuid4(), entry_key=uuid4(), type="qualification", what="first aid", attributes={},
        counts_at_once=True, recorded_by_id=had["boss"],
    )  # fmt: skip
    asked = {"unit_id": person.unit_id, "person_id": person.id, "asked": NOW, "expires": NOW + timedelta(days=20)}
    confirmation = await Confirmation.create(
        **asked, id=uuid4(), record=delivery, confirmer_id=had["confirmer"], confirmer_name="The confirmer"
    )
    request = await Confirmation.create(
        **asked, id=uuid4(), record=supervision, confirmer_name="Somebody", contact="somebody@else.example"
    )
    return {
        "delivery": str(delivery.id), "supervision": str(supervision.id), "record": str(record.id),
        "confirmation": str(confirmation.id), "request": str(request.id),
        "proof": str(proof.id), "change": str(change.id),
    }  # fmt: skip


async def _learnt(person: Person, had: Things) -> Things:
    version = await CourseVersion.get(course__slug=had["slug"])
    enrolment = await Enrolment.create(
        id=uuid4(), person=person, version=version, course_id=version.course_id, language="en", started=NOW, seen=NOW
    )
    task = await Activity.get(module__version=version, kind="task")
    quiz = await Activity.get(module__version=version, kind="quiz")
    entry = await TaskEntry.create(
        id=uuid4(), enrolment=enrolment, activity=task, note="Done.", file_name="mine.txt", stored="mine", handed_in=NOW
    )
    return {"enrolment": str(enrolment.id), "entry": str(entry.id), "quiz": str(quiz.id)}


async def _trained(person: Person, had: Things) -> Things:
    version = await CourseVersion.get(course__slug=had["slug"])
    cohort = await Cohort.create(
        id=uuid4(), unit_id=person.unit_id, course_id=version.course_id, site_id=had["site"],
        name=f"With {person.name}", starts=LONG_AGO,
    )  # fmt: skip
    place = await Seat.create(id=uuid4(), cohort=cohort, person=person, starts=LONG_AGO)
    session = await TrainingSession.create(id=uuid4(), cohort=cohort, title="A day", held_on=LEFT, minutes=60)
    await Attendance.create(
        id=uuid4(), session=session, person=person, minutes=60, recorded=NOW, recorded_by=known(f"boss/{HERE}")
    )
    return {"cohort": str(cohort.id), "place": str(place.id), "session": str(session.id)}


async def _assessed(person: Person, had: Things) -> Things:
    version = await InstrumentVersion.get(instrument__unit_id=person.unit_id)
    given = {
        "unit_id": person.unit_id, "person": person, "version": version, "observed": LEFT, "medium": "live",
        "opened": NOW, "opened_by_id": had["rater"], "touched": NOW, "site_id": had["site"],
    }  # fmt: skip
    signed = await Assessment.create(
        id=uuid4(), entry_key=uuid4(), **given, state="signed", signed=NOW, outcome="met", summary=[]
    )
    rated = await Assessment.create(id=uuid4(), entry_key=uuid4(), **given)
    waits = await Assessment.create(id=uuid4(), entry_key=uuid4(), **given, state="countersign")
    await Rater.create(id=uuid4(), assessment=rated, person_id=had["rater"])
    film = await Film.create(
        id=uuid4(), unit_id=person.unit_id, person=person, uploaded_by=person, held=LEFT, file_name="group.mp4",
        size=9, stored=f"films/{person.id}", secret="x", state="checking", begun=NOW, touched=NOW,
    )  # fmt: skip
    consent = await FilmConsent.create(
        id=uuid4(), film=film, name="A. B.", part="parent", purpose="assessment", until=LEFT, way="link",
        recorded=NOW, recorded_by_id=person.id,
    )  # fmt: skip
    await Visit.create(
        id=uuid4(), assessment=rated, starts=NOW, ends=NOW + timedelta(hours=2), place="The hall", changed=NOW
    )
    run = await CalibrationRun.create(
        id=uuid4(), person=person, instrument_id=version.instrument_id, agreement=90, held=LEFT, recorded=NOW
    )
    plan = await QualityPlan.create(
        id=uuid4(), unit_id=person.unit_id, share=10, share_new=50, new_until=5, complaints=True, made=NOW,
        made_by_id=had["rater"],
    )  # fmt: skip
    draw = await QualityDraw.create(
        id=uuid4(), plan=plan, seed="seed", since=NOW, until=NOW, found={"share": [str(signed.id)], "new": []},
        sizes={"share": 1, "new": 0},
    )  # fmt: skip
    sample = await QualitySample.create(id=uuid4(), assessment=signed, draw=draw, because="share", added=NOW)
    along = await AccompaniedVisit.create(
        id=uuid4(), person=person, held=LEFT, note="Kind.", recorded=NOW, recorded_by_id=known(f"boss/{HERE}")
    )
    sessions = await CalibrationSet.create(
        id=uuid4(), unit_id=person.unit_id, version=version, title="A set", tolerance=0, tries=3, wait_days=14,
        state="published", made=NOW, made_by_id=known(f"boss/{HERE}"),
    )  # fmt: skip
    tried = await CalibrationAttempt.create(
        id=uuid4(), set=sessions, person=person, number=1, begun=NOW, handed_in=NOW, answers={}, agreement=90, run=run
    )
    drawn = {"set": str(sessions.id), "attempt": str(tried.id)} | {
        "quality_draw": str(draw.id),
        "sample": str(sample.id),
        "accompanied": str(along.id),
    }
    told = {
        "film": str(film.id),
        "film_consent": str(consent.id),
        "signed": str(signed.id),
        "rated": str(rated.id),
        "waits": str(waits.id),
        "calibration": str(run.id),
    }
    return told | drawn | {"instrument": str(version.id)}


async def _earned(person: Person, had: Things) -> Things:
    version = await PathwayVersion.get(unit_id=person.unit_id)
    rests = {"person_id": person.id, "pathway_id": version.id, "level": "leader"}
    verdict = {"entry": [], "requires": [], "renewal": None, "standing": {"valid_until": None}}
    case = await Evaluation.create(
        id=uuid4(), **rests, as_of=TODAY, made=NOW, result="met", standing="in_training", verdict=verdict, evidence=[],
        evidence_sha256="0" * 64, slot=f"{person.id}/steady/leader/", awaiting=True,
    )  # fmt: skip
    decision = await Decision.create(
        id=uuid4(), key=str(uuid4()), evaluation=case, **rests, outcome="certified", on=LONG_AGO, recorded=NOW
    )
    refused = await Decision.create(
        id=uuid4(), key=str(uuid4()), evaluation=case, **rests, outcome="declined", on=TODAY, recorded=NOW
    )
    design = await SheetDesign.create(id=uuid4(), unit_id=person.unit_id, wording={}, made=NOW)
    appeal = await Appeal.create(id=uuid4(), person=person, decision=refused, words="I object.", made=NOW)
    certification = await Certification.create(
        id=uuid4(), decision=decision, person=person, programme_id=version.programme_id, site_id=had["site"],
        pathway_slug="steady", level="leader", level_title="Leader", starts=LONG_AGO, recorded=NOW,
    )  # fmt: skip
    return {
        "sheet_design": str(design.id),
        "case": str(case.id), "outcome": str(refused.id), "appeal": str(appeal.id),
        "certification": str(certification.id), **await _certificate(certification, person, had),
    }  # fmt: skip


async def _certificate(certification: Certification, person: Person, had: Things) -> Things:
    unit = await CentralUnit.get(id=person.unit_id)
    async with transaction():
        place = await status_lists.take(unit.id, home=had["home"])
        facts = replace(
            FACTS, home=had["home"], name=person.name, issuer_slug=unit.slug, issued=NOW, valid_from=LONG_AGO,
            valid_until=None, status_list=place.address, status_index=place.index,
            credential_id=f"urn:uuid:{frozen.uuid7(NOW, random=secrets.token_bytes)}",
            verify_token=frozen.verify_token(random=secrets.token_bytes),
            serial=frozen.serial(unit.slug[:2].upper(), year=2026, number=place.number),
        )  # fmt: skip
        row = await Certificate.create(
            id=uuid4(), certification=certification, person=person, serial=facts.serial,
            verify_token=facts.verify_token, credential_id=facts.credential_id, facts=frozen.canonical(facts),
            facts_sha256=frozen.digest(facts), status_list_id=place.list_id, status_index=place.index, reserved=NOW,
        )  # fmt: skip
    shared = await ShareLink.create(
        id=uuid4(), certificate=row, token=frozen.verify_token(random=secrets.token_bytes), label="An employer",
        ends=TODAY, made=NOW,
    )  # fmt: skip
    return {"certificate": str(row.id), "share_link": str(shared.id)}


async def _audited(person: Person, had: Things) -> Things:
    audit = await Audit.create(
        id=uuid4(), unit_id=person.unit_id, title="An audit", asked={"as_of": TODAY.isoformat(), "size": 1},
        seed="s", found=1, drawn=NOW, drawn_by_id=known(f"boss/{HERE}"),
    )  # fmt: skip
    case = await AuditCase.create(id=uuid4(), audit=audit, certification_id=had["certification"], position=1)
    choosing = await DeepLinkingSession.create(
        id=uuid4(), registration_id=had["registration"], person=person, deployment_id="1",
        return_url="https://lms.invalid/back", expires=datetime.combine(TODAY, time(), UTC) + timedelta(days=2),
        settings={"several": True, "line_items": True, "review": False, "presentations": [], "data": None},
    )  # fmt: skip
    report = await SavedReport.create(
        id=uuid4(), unit_id=person.unit_id, owner_id=person.id, name="Register", listing="/register", filters={},
        days={}, made=NOW,
    )  # fmt: skip
    answer = await ReportAnswer.create(
        id=uuid4(), report_id=report.id, extracted=NOW, known=NOW, question={"as_of": TODAY.isoformat()}, columns=[],
        notes=[], rows=[], count=0, digest="0" * 64,
    )  # fmt: skip
    had = {"report": str(report.id), "reported": str(answer.id)}
    return had | {"audit": str(audit.id), "audited": str(case.id), "choosing": str(choosing.id)}
