"""The second programme of the demo: Riverside is a licensed hub of EPEC, with trainers, a leader and a newcomer."""

from datetime import date, timedelta
from typing import Any

from certificates.evidence.rules import TypedEvidence
from training.demo.cast import newcomer
from training.demo.doing import at, being, certified, claimed, considered, shown, workday
from training.people.actions import give_membership
from training.people.authentication.demo_cast import known
from training.programmes.actions import PlaceWish, adopt, give_place
from training.programmes.roles import RoleWish, give_programme_role
from training.records.rules import Confirmer
from training.sites.models import Programme

SLUG = "epec"
HUB = "site/RIV"
ROLES = {"dara": ("national_team", None), "chloe": ("hub_coordinator", HUB)}
"""Who signs and decides in the programme: the role, and where; None is everywhere."""
PRACTITIONERS = ("hana", "nadia")
TOPICS = ["child behaviour", "culture", "listening", "group work", "ethics", "child in danger"]


async def open_hub(today: date, *, home: str) -> None:
    """Tells how the site took the programme up, was licensed, and whom it has certified and taken in since."""
    begins, epec = workday(today - timedelta(days=300)), await Programme.get(slug=SLUG)
    dara, now = await being("dara", begins), at(begins)
    await adopt(known(HUB), epec.id, starts=begins, actor=dara, now=now)
    for key, (role, site) in ROLES.items():
        wish = RoleWish(epec.id, role, begins, known(site) if site else None)
        await give_programme_role(known(key), wish, known=[role], actor=dara, now=now)
    for key in PRACTITIONERS:
        await _joins(key, epec, begins)
        await _practitioner(key, begins + timedelta(days=10), home=home)
    await _licensed(begins + timedelta(days=20), home=home)
    await _beth(begins + timedelta(days=40), epec, today, home=home)
    await _joins("amina", epec, today - timedelta(days=30))
    await _signed("amina", "interview", by="chloe", day=today - timedelta(days=21), reason="She knows why she is here.")
    year_ago = today - timedelta(days=420)
    was_there = TypedEvidence("experience", "being a parent course", year_ago, attributes={"role": "parent"})
    await claimed("amina", was_there, day=today - timedelta(days=2))
    await considered("amina", today - timedelta(days=1), home=home)


async def _joins(key: str, programme: Programme, day: date) -> None:
    """Has the coordinator give somebody a place at the hub."""
    wish = PlaceWish(programme.id, known(HUB), day, version="1")
    await give_place(known(key), wish, actor=await being("chloe", day), now=at(day))


async def _signed(key: str, what: str, *, by: str, day: date, reason: str) -> None:
    """Has somebody whom the rules name sign for somebody else."""
    await shown(key, TypedEvidence("signoff", what, day, pathway=SLUG, reason=reason), by=by, day=day)


async def _practitioner(key: str, day: date, *, home: str) -> None:
    await shown(key, TypedEvidence("background", "health professional", day), by="chloe", day=day)
    trained = TypedEvidence("learning", "practitioner training", day, attributes={"days": 4, "mode": "in_person"})
    await shown(key, trained, by="dara", day=day)
    await certified(key, "hub_practitioner", day=day, home=home, reasons="Trained, and known to the team.")


async def _licensed(day: date, *, home: str) -> None:
    people = {"people": len(PRACTITIONERS)}
    trained = TypedEvidence("event", "practitioners trained", day, attributes=people, pathway=SLUG)
    await shown(HUB, trained, by="chloe", day=day)
    await shown(HUB, TypedEvidence("agreement", "licence agreement", day), by="chloe", day=day)
    await certified(HUB, "hub", day=day, home=home, reasons="Two people are trained, and the agreement is signed.")


async def _beth(begins: date, epec: Programme, today: date, *, home: str) -> None:
    """A parent who was in a group, and leads groups now. She has no e-mail: Chloe keeps her records."""
    dara = await being("dara", begins)
    await newcomer("beth", "Beth Morgan", now=at(begins))
    await give_membership(
        known("beth"), role="facilitator", site_id=known(HUB), starts=begins, actor=dara, now=at(begins)
    )
    await _joins("beth", epec, begins)
    await _seen("experience", "being a parent course", begins, role="parent")
    await _seen("check", "dbs enhanced", begins)
    for name in ("Sian Lewis", "Omar Haddad"):
        await _seen("check", "reference", begins, by=(Confirmer(name),))
    await _signed("beth", "interview", by="chloe", day=begins, reason="She leads by listening.")
    ends = begins + timedelta(days=70)
    await _seen("learning", "parent group leader course", ends, days=10, hours=60, mode="in_person", topic=TOPICS)
    await _seen("learning", "open college network units", ends, credits=6)
    await _seen("portfolio", "workbook", ends + timedelta(days=7), pathway=SLUG)
    await _seen("portfolio", "reflective tasks", ends + timedelta(days=7), pathway=SLUG)
    watched, words = ends + timedelta(days=20), "I watched her first session: calm, warm, and on time."
    practice = TypedEvidence(
        "assessment", "facilitation practice", watched, attributes={"result": "passed"}, pathway=SLUG, reason=words
    )
    await shown("beth", practice, by="hana", day=watched)
    why, decided = "All is met, and the parents ask for her.", watched + timedelta(days=5)
    await certified("beth", "parent_group_leader", by="chloe", day=decided, home=home, reasons=why)
    last = workday(today - timedelta(days=9))
    told = {"minutes": 60, "mode": "in_person", "topic": "Ending a group well."}
    supervised = TypedEvidence("supervision", "group leader supervision", last, pathway=SLUG, attributes=told)
    await shown("beth", supervised, by="hana", day=last)
    await considered("beth", last, home=home)


async def _seen(
    type_: str, what: str, day: date, *, by: tuple[Confirmer, ...] = (), pathway: str = "", **told: Any
) -> None:
    """Has Chloe record what Beth showed her."""
    entry = TypedEvidence(type_, what, day, attributes=told, by=by, pathway=pathway)
    await shown("beth", entry, by="chloe", day=day)
