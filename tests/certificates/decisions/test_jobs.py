"""What time alone brings about: standings, permissions and letters on their day, also when days were missed."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.credentials import publish
from certificates.credentials.models import Damage
from certificates.decisions import jobs
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate, Certification, Evaluation, PathwayVersion, StateChange
from certificates.evaluations.standing import standing_on
from tests.certificates.awarded import HOME
from tests.certificates.world import BY_RULES, TODAY, at, certificate_of, certified, changed, publish_pathway, shown
from tests.certificates.world import considered as consider
from tests.mails import sent_mails
from training.app import consequences
from training.app.resources import open_resources
from training.core.errors import Upstream
from training.demo.cast import known
from training.people.models import Permission
from training.people.visibility import active_on
from training.trail import facts
from training.trail.models import Fact, Followup
from training.trail.worker import Worker

KEPT = BY_RULES.replace(
    "    permits:", "    keep:\n      checked: {check: dbs enhanced, within: P2M, title: A check}\n    permits:"
)
NIGHT = f"{jobs.EVERYONE}@2026-11-25T00:00:00Z"
LAST, DAY = TODAY + timedelta(days=364), timedelta(days=1)

BEGUN = {
    "level": "leader", "as_of": TODAY, "made": at(TODAY, 0), "result": "not_met", "standing": "in_training",
    "verdict": {}, "evidence": [], "evidence_sha256": "0" * 64,
}  # fmt: skip
"""What was once said of somebody who has begun."""


@pytest.fixture
async def pathway(database, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    BEGUN["pathway_id"] = (await PathwayVersion.get(slug="steady")).id


@pytest.fixture
async def on_day(settings, database):
    """Does all the work that is due at seven in the morning of a day, as a worker would that runs on that day."""
    async with open_resources(settings) as things:

        async def done(day) -> None:
            moment = at(day, 7) + timedelta(minutes=1)
            then = replace(things, now=lambda: moment)
            await Worker(consequences.HANDLERS, then, now=lambda: moment).work_once()

        yield done


def letters(settings, words: str) -> list[str]:
    return sorted(one.subject for one in sent_mails(settings) if words in one.subject)


async def test_a_holder_is_reminded_once_each_90_30_and_7_days_before(pathway, on_day, settings):
    await certified("amina")
    for days in (91, 90, 90, 60, 30, 29, 7, 7, 1):
        await on_day(LAST - timedelta(days=days))
    assert letters(settings, "left") == ["30 days left: Leader", "7 days left: Leader", "90 days left: Leader"]


async def test_a_worker_that_was_away_sends_what_it_missed_with_the_days_that_are_left(pathway, on_day, settings):
    await certified("amina")
    await on_day(TODAY + DAY)
    await on_day(LAST - timedelta(days=20))
    await on_day(LAST - timedelta(days=5))
    assert letters(settings, "left") == ["20 days left: Leader", "20 days left: Leader", "5 days left: Leader"]


async def test_planning_twice_reminds_once(pathway, on_day, settings):
    found = await certified("amina")
    await on_day(TODAY + DAY)
    for _ in range(2):
        await jobs.plan_reminders(found.id, now=at(TODAY, 12))
    assert await Followup.filter(kind=jobs.REMIND).count() == 3
    await on_day(LAST - timedelta(days=90))
    assert letters(settings, "left") == ["90 days left: Leader"]


@pytest.mark.parametrize("state", ["withdrawn", "suspended"])
async def test_whoever_does_not_hold_it_any_more_is_not_reminded(pathway, on_day, settings, state):
    found = await certified("amina")
    await on_day(TODAY + DAY)
    await changed(found, state, on=TODAY)
    await on_day(LAST - timedelta(days=7))
    assert letters(settings, "left") == []


async def test_the_end_of_the_time_and_of_the_grace_is_told_on_the_day_after_once(pathway, on_day, settings):
    found = await certified("amina")
    await on_day(TODAY + DAY)
    for day in (LAST, LAST + DAY, LAST + DAY, found.over, found.over + DAY, found.over + DAY):
        await on_day(day)
    over = "Your time is over, and a short time of grace runs: Leader"
    assert letters(settings, "ime is over") == [over]
    assert letters(settings, "lapsed") == ["Your certificate has lapsed: Leader"]


async def test_whoever_has_renewed_is_reminded_of_the_new_end_only(pathway, on_day, settings):
    await certified("amina")
    await on_day(TODAY + DAY)
    renewed = LAST - timedelta(days=60)
    await shown("amina", "first aid again", on=renewed)
    await consider("amina", renewed)
    await on_day(LAST - timedelta(days=7))
    assert letters(settings, "left") == []
    new = await Certification.all().order_by("-recorded").first()
    await on_day(new.ends - timedelta(days=7))
    assert len(letters(settings, "left")) == 3


async def test_the_standing_moves_on_the_day_without_any_work(pathway):
    found = await certified("amina")
    moves = {
        TODAY: "certified", found.renewal_opens - timedelta(days=1): "certified", found.renewal_opens: "renewal_due",
        LAST: "renewal_due", LAST + timedelta(days=1): "in_grace", found.over: "in_grace",
        found.over + timedelta(days=1): "lapsed",
    }  # fmt: skip
    history = await changes_of(found.id)
    assert {day: standing_on(period_of(found), history, day) for day in moves} == moves
    live = [
        await Permission.filter(active_on(day)).count() for day in (TODAY, found.over, found.over + timedelta(days=1))
    ]
    assert live == [1, 1, 0]


async def test_the_nightly_work_run_twice_or_after_missed_days_writes_each_change_once(pathway):
    await certified("amina")
    for day in (LAST - timedelta(days=50), LAST + timedelta(days=5), LAST + timedelta(days=90)):
        for _ in range(2):
            await jobs.evaluate_everyone(NIGHT, home=HOME, now=at(day, 2))
    said = [fact.detail["to"] async for fact in Fact.filter(kind="person.considered").order_by("id")]
    assert said == ["ready", "renewal_due", "in_grace", "lapsed"]
    assert await StateChange.all().count() == 0


@pytest.mark.by_hand
async def test_a_night_that_was_broken_off_goes_on_where_it_stopped(pathway):
    people = sorted(known(key) for key in ("amina", "bruno", "ivan"))
    for person_id in people:
        await Evaluation.create(id=uuid4(), person_id=person_id, slot=f"{person_id}/steady/leader/", **BEGUN)
    await jobs.evaluate_everyone(NIGHT, home=HOME, now=at(TODAY), at_once=2)
    following = await Followup.get(kind=jobs.EVERYONE)
    assert (following.key, following.payload) == (f"{NIGHT}/{people[1]}", {"after": str(people[1])})
    await jobs.evaluate_everyone(following.key, after=people[1], home=HOME, now=at(TODAY), at_once=2)
    assert await Followup.filter(kind=jobs.EVERYONE).count() == 1, "nobody is left, so nothing is queued"
    assert await considered_people() == people


@pytest.mark.by_hand
async def test_the_worker_takes_up_a_night_after_those_who_were_considered(pathway, on_day):
    people = sorted(known(key) for key in ("amina", "bruno", "ivan"))
    for person_id in people:
        await Evaluation.create(id=uuid4(), person_id=person_id, slot=f"{person_id}/steady/leader/", **BEGUN)
    payload = {"after": str(people[1])}
    await facts.schedule(jobs.EVERYONE, f"{NIGHT}/{people[1]}", due=at(TODAY, 1), payload=payload)
    await on_day(TODAY)
    assert await considered_people() == people[2:]


async def considered_people():
    """Those of whom the rules have said something else than what was there at first."""
    rows = Evaluation.filter(slot__isnull=False).exclude(evidence_sha256=BEGUN["evidence_sha256"])
    return sorted(set(await rows.values_list("person_id", flat=True)))


@pytest.fixture
async def kept(database, tmp_path):
    """Amina, certified as long as her check is fresh, which it is for two months."""
    await publish_pathway(tmp_path, KEPT)
    await shown("amina", "dbs enhanced", on=TODAY, type_="check")
    return await certified("amina")


async def test_what_must_stay_true_lapses_from_its_day_also_when_noticed_late(kept):
    late = TODAY + timedelta(days=100)
    for _ in range(2):
        await jobs.evaluate_everyone(NIGHT, home=HOME, now=at(late, 2))
    change = await StateChange.get(certification_id=kept.id)
    assert change.state == "lapsed" and TODAY + timedelta(days=58) < change.effective < TODAY + timedelta(days=64)
    assert await Permission.filter(active_on(change.effective)).count() == 0
    assert await Fact.filter(kind="certification.lapsed").count() == 1


async def test_a_lapse_that_began_before_a_later_change_is_noted_from_that_change_on(kept):
    """A suspension that ended after the lapse had begun is not undone: changes follow each other in time."""
    first, last = TODAY + timedelta(days=70), TODAY + timedelta(days=75)
    await changed(kept, "suspended", on=first)
    await changed(kept, "restored", on=last)
    day = TODAY + timedelta(days=80)
    await jobs.evaluate_everyone(NIGHT, home=HOME, now=at(day, 2))
    states = await StateChange.filter(certification_id=kept.id).order_by("turn").values_list("state", "effective")
    assert [state for state, _ in states] == ["suspended", "restored", "lapsed"]
    assert states[-1][1] >= last


@pytest.fixture
async def published(service, tmp_path):
    """Three certificates with their files: two of one night, one of another."""
    await publish_pathway(tmp_path, BY_RULES)
    rows = []
    for who, letter in (("amina", "a"), ("jude", "a"), ("bruno", "b")):
        row = await certificate_of(await certified(who))
        given = service.state.resources
        await publish.publish(row.id, keys=given.keys, store=given.store, now=at(TODAY))
        await Certificate.filter(id=row.id).update(verify_token=f"{letter}{row.verify_token[1:]}")
        rows.append(row)
    return rows


def of_letter(letter):
    """A moment in the night of the certificates whose secret begins with this letter."""
    nights = (at(TODAY) + number * DAY for number in range(len(jobs.NIGHTS)))
    return next(one for one in nights if jobs.turn_of(one) == letter)


async def look_through(service, now, **more):
    given = service.state.resources
    await jobs.look_through(f"{jobs.FILES}@then", {}, keys=given.keys, store=given.store, now=now, **more)


async def damaged():
    return set(await Damage.all().values_list("certificate_id", flat=True))


@pytest.mark.by_hand
async def test_damaged_files_are_found_in_the_night_whose_turn_it_is(published, service, settings):
    for path in (settings.storage / "certificates").rglob("*.jwt"):
        path.write_bytes(b"something else")
    await look_through(service, of_letter("b"))
    assert await damaged() == {published[2].id}
    await look_through(service, of_letter("a"))
    assert await damaged() == {one.id for one in published}
    assert {jobs.turn_of(at(TODAY) + number * DAY) for number in range(32)} == set(jobs.NIGHTS)


@pytest.mark.by_hand
async def test_a_night_of_files_goes_on_in_pieces(published, service, settings):
    for path in (settings.storage / "certificates").rglob("*.jwt"):
        path.write_bytes(b"something else")
    first, second = sorted(one.id for one in published[:2])
    await look_through(service, of_letter("a"), at_once=1)
    following = await Followup.get(kind=jobs.FILES)
    assert await damaged() == {first} and following.payload == {"turn": "a", "after": str(first)}
    things = {"keys": service.state.resources.keys, "store": service.state.resources.store, "now": of_letter("b")}
    await jobs.look_through(following.key, following.payload, **things)
    assert await damaged() == {first, second}


@pytest.mark.by_hand
async def test_files_that_are_away_are_no_damage_and_the_work_waits(published, service, settings):
    (path,) = (settings.storage / "certificates").rglob(f"{published[2].id}/*.jwt")
    path.unlink()
    with pytest.raises(Upstream, match="could not be compared: 1"):
        await look_through(service, of_letter("b"))
    assert await damaged() == set()
