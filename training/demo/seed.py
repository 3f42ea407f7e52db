"""The history of the demo: who was certified when, who is on the way, who waits, who is stuck; told through actions."""

from datetime import date, datetime, timedelta
from pathlib import Path

from certificates.evaluations.models import Certification
from certificates.evaluations.pathway_versions import load_pathway
from certificates.evidence.rules import TypedEvidence
from courses.packages.publish import load as load_course
from training.assessments.load import load_instrument
from training.core.dates import DEFAULT_ZONE, local_day
from training.core.settings import Settings
from training.core.storage import begin
from training.demo.assessors_at_work import show_fair_judgement
from training.demo.cast import settle
from training.demo.doing import (
    PROGRAMME,
    assessed,
    at,
    audited,
    being,
    certified,
    checked,
    claimed,
    considered,
    group_of,
    heard,
    lead,
    learn,
    shown,
    supervised,
    visit_planned,
)
from training.demo.hub import open_hub
from training.demo.lms.joining import belongs_to, join
from training.demo.public_pages import show_programmes
from training.demo.rated_by_two import rate_by_two
from training.demo.together import train_together
from training.people.authentication.demo_cast import known
from training.programmes.components import load_components
from training.records.rules import TailoringEntry

MATERIAL = Path(__file__).parent / "material"
LIBRARY = Path(__file__).resolve().parents[2] / "courses" / "library"
OVERTURNED = "The second group never met: the site has no record of it, and the parents do not know of it."
VISITS = (
    ("nadia", "bruno", 1, "Riverside Hall, 3 Mill Lane"),
    ("lowri", "bruno", 9, "Newport Library, upstairs"),
    ("kiran", "gwen", 2, "Harbour Church, the small room"),
)
"""Who is watched by whom, in how many days, and where."""
LEADER_PARTS = ("course", "groups", "supervision", "assessments", "independent")


async def fill(settings: Settings, *, now: datetime) -> None:
    """Fills an empty database with the demo; a second time only joins the pretend LMS again."""
    if new := not await Certification.exists():
        begin = local_day(now, DEFAULT_ZONE) - timedelta(days=1400)
        await settle(at(begin))
        await load_material(settings, begin)
        await _history(local_day(now, DEFAULT_ZONE), home=settings.public_url)
    await join(settings.demo_lms_url, now=now, people={"amina": known("amina")})
    if new:
        await belongs_to(known(PROGRAMME), actor=await being("farah", local_day(now, DEFAULT_ZONE)), now=now)


async def load_material(settings: Settings, day: date) -> None:
    """Publishes the instruments, the pathways with the parts of their sessions, and the course."""
    begin(settings.storage)
    dara = await being("dara", day)
    for path in sorted((MATERIAL / "instruments").glob("*.yaml")):
        await load_instrument(path, actor=dara, now=at(day))
    for path in sorted((MATERIAL / "pathways").glob("*.yaml")):
        await load_pathway(path, actor=dara, now=at(day))
    for path in sorted((MATERIAL / "components").glob("*.yaml")):
        await load_components(path, actor=dara, now=at(day))
    for path in sorted(LIBRARY.iterdir()):
        await load_course(path, actor=dara, now=at(day), storage=settings.storage)


async def _history(today: date, *, home: str) -> None:
    def ago(days: int) -> date:
        return today - timedelta(days=days)

    for key in ("bruno", "gwen"):
        await _founder(key, ago(1300), home=home)
        await _assessor(key, ago(1290), home=home)
    await _leader("ivan", "hana", "chloe", ago(1030), home=home)
    await _founder("hana", ago(880), home=home)
    await _assessor("hana", ago(870), home=home)
    await _leader("lowri", "kiran", "dara", ago(700), home=home)
    await _leader("osian", "lowri", "dara", ago(560), home=home)
    await _leader("kiran", "lowri", "emre", ago(500), home=home)
    await _leader("nadia", "ivan", "chloe", ago(400), home=home)
    for key in ("bruno", "gwen"):
        await _renewed(key, ago(250), home=home)
    await audited("Newport, yearly audit", "NWP", ago(120), overturned="osian", reasons=OVERTURNED)
    await _renewing("ivan", ago(0), home=home)
    await _ready("jude", ago(0))
    await considered("jude", ago(4), home=home)
    await _on_the_way("amina", ago(0))
    await open_hub(today, home=home)
    await _stuck("marek", ago(0), home=home)
    for key, by, days, place in VISITS:
        await visit_planned(key, by=by, day=ago(-days), hours=(14, 16), at_place=place, now=ago(0))
    trained = TypedEvidence("learning", "peer coach training", ago(12), attributes={"days": 2, "mode": "in_person"})
    await claimed("nadia", trained, day=ago(10))
    await train_together(today)
    await rate_by_two(today)
    await show_fair_judgement(today)
    await show_programmes(today)


async def _founder(key: str, day: date, *, home: str) -> None:
    """Somebody who led groups long before the service: prior learning is recognised, then the central unit decides."""
    await checked(key, by="dara", issued=day - timedelta(days=20))
    for part in LEADER_PARTS:
        reason = "Led twelve groups with our programme from 2015 on; the papers were seen."
        waiver = TypedEvidence("waiver", f"group_leader/{part}", day, pathway="growing_together", reason=reason)
        await shown(key, waiver, by="dara", day=day)
    await certified(key, "group_leader", day=day, home=home, reasons="Long practice, seen and recorded.")


async def _renewed(key: str, day: date, *, home: str) -> None:
    """Both awards of an assessor, renewed in time."""
    await checked(key, by="dara", issued=day - timedelta(days=30))
    for number in range(2):
        await lead(key, with_="lowri", ended=day - timedelta(days=40 + 150 * number))
    for number in range(6):
        await supervised(key, by="hana", held=day - timedelta(days=30 + 30 * number))
    await certified(key, "group_leader", day=day, home=home, reasons="Renewal is met.")
    await shown(key, TypedEvidence("learning", "assessor refresher", day), by="dara", day=day)
    await certified(key, "assessor", day=day, home=home, reasons="Renewal is met.")


async def _assessor(key: str, day: date, *, home: str) -> None:
    await shown(key, TypedEvidence("learning", "assessor training", day, attributes={"days": 2}), by="dara", day=day)
    reason = "Rated three groups beside an assessor, and saw the same."
    sign_off = TypedEvidence("signoff", "ready to assess", day, pathway="growing_together", reason=reason)
    await shown(key, sign_off, by="dara", day=day)
    await certified(key, "assessor", day=day, home=home, reasons="Trained, and found ready.")


async def _leader(key: str, partner: str, coordinator: str, day: date, *, home: str) -> None:
    """Somebody who did everything in the service: course, groups, supervision, two assessments, a decision."""
    begins = day - timedelta(days=330)
    await checked(key, by=coordinator, issued=begins)
    await learn(key, begins, modules=6)
    await _practised(key, partner, day - timedelta(days=40))
    await certified(key, "group_leader", day=day, home=home, reasons="All is met, and both assessors were pleased.")


async def _practised(key: str, partner: str, day: date, *, second: str = "gwen") -> None:
    await lead(key, with_=partner, ended=day - timedelta(days=120))
    await lead(key, with_=partner, ended=day - timedelta(days=20), parents=11)
    group = group_of(day - timedelta(days=20))
    for number in range(8):
        await supervised(key, by="hana", held=day - timedelta(days=160 - 20 * number))
    await assessed(key, by="bruno", observed=day - timedelta(days=41), group=group)
    await assessed(key, by=second, observed=day - timedelta(days=20), group=group, independent=True)


async def _renewing(key: str, today: date, *, home: str) -> None:
    """Certified, and soon at the end of it: a new safety check, one group of two, three hours of supervision of six."""
    await checked(key, by="chloe", issued=today - timedelta(days=45))
    await lead(key, with_="nadia", ended=today - timedelta(days=70))
    for number in range(3):
        await supervised(key, by="hana", held=today - timedelta(days=100 - 25 * number))
    await considered(key, today - timedelta(days=44), home=home)


async def _ready(key: str, today: date) -> None:
    """Everything is met; the central unit has to decide."""
    await checked(key, by="chloe", issued=today - timedelta(days=300))
    await learn(key, today - timedelta(days=280), modules=6)
    await _practised(key, "nadia", today - timedelta(days=6))


async def _on_the_way(key: str, today: date) -> None:
    """Four modules of six, one group confirmed and one asked for, six hours of eight, one assessment of two.

    The one who assessed her is her supervisor, so the second assessment must be by somebody else.
    """
    group = group_of(today - timedelta(days=44))
    await checked(key, by="chloe", issued=today - timedelta(days=200))
    await learn(key, today - timedelta(days=90), modules=4, days_each=14)
    shorter = TailoringEntry(
        "Role play", "core", "Two short scenes in place of four", "Some parents were shy", "So that all joined in",
        limits="Shorter scenes are fine. Each parent tries one.",
    )  # fmt: skip
    led = await lead(key, with_="nadia", ended=today - timedelta(days=44), parents=10, changed=(shorter,))
    await heard(key, led, today - timedelta(days=42))
    await lead(key, with_="ivan", ended=today - timedelta(days=3), parents=8, confirmed=False)
    for number in range(6):
        await supervised(key, by="hana", held=today - timedelta(days=75 - 12 * number))
    await assessed(key, by="hana", observed=today - timedelta(days=52), group=group)


async def _stuck(key: str, today: date, *, home: str) -> None:
    """Began, and then nothing moved for two months."""
    await checked(key, by="emre", issued=today - timedelta(days=150))
    await learn(key, today - timedelta(days=100), modules=2)
    await considered(key, today - timedelta(days=60), home=home)
