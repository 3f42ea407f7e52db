"""What keeps judgements fair, in the demo: a calibration set, countersignatures, a disagreement, a sample looked at."""

from datetime import date, timedelta

from training.assessments import signing
from training.assessments.actions import Noted, reconcile
from training.assessments.calibration.sets import actions as sets
from training.assessments.calibration.sets import tries
from training.assessments.countersignatures.actions import answer
from training.assessments.disagreement.actions import disagree
from training.assessments.marks import Mark
from training.assessments.quality import actions as quality
from training.assessments.quality.models import QualitySample
from training.assessments.quality.plans import draw_by, make_plan
from training.assessments.reading import instrument_of
from training.demo.doing import PROGRAMME, at, being, workday
from training.demo.rated_by_two import rated, ticked_as, version_of
from training.people.authentication.demo_cast import known

VIGNETTES = (
    (
        "A loud start",
        "The room is warm and the chairs stand in a ring. Three parents talk at once; the leader waits, smiles, and "
        "points to the plan on the wall.\n\n"
        "She asks two of nine parents how practice went at home, and then moves on.\n\n"
        "All core vignettes are shown. Parents try praise in pairs, and she tells each pair what she liked.\n\n"
        "At the end she says: “Do some of it at home if you can.” Nobody arranges a call.",
        "11011100",
    ),
    (
        "A quiet evening",
        "The leader comes late and sets out the chairs while parents wait in the corridor.\n\n"
        "She tells the plan of the evening, asks each parent about the week, and shows every core vignette.\n\n"
        "There is no time left to practise. Parents choose what they try at home and write it down. They swap numbers "
        "and fix a day to call.",
        "01110011",
    ),
)  # fmt: skip
"""Title, what happened, and the standard for each item of the checklist: 1 is yes."""
RATED = {"bruno": ("11011100", "01110011"), "hana": ("11111111", "11110011"), "gwen": ("11011100",)}
"""How each rated the set: Bruno as the standard says, Hana more kindly, and Gwen has not finished."""


async def show_fair_judgement(today: date) -> None:
    """Has the assessors calibrate, countersign and disagree, and the central unit look at a sample."""
    await _calibrated(today)
    await _countersigned(today)
    await _apart(today)
    await _sampled(today)


async def _calibrated(today: date) -> None:
    day = workday(today - timedelta(days=40))
    dara = await being("dara", day)
    version = await version_of("leader checklist", dara.unit_id)
    made = await sets.make_set(
        version.id, title="Two evenings", tolerance=0, tries=2, wait_days=14, actor=dara, now=at(day)
    )
    for title, text, ticked in VIGNETTES:
        given = {
            item: (mark, "The text says so." if mark == "yes" else "The text does not say that it was done for all.")
            for item, mark in ticked_as(version, ticked).items()
        }
        await sets.save_vignette(made.id, None, title=title, text=text, given=given, actor=dara, now=at(day, 11))
    await sets.publish(made.id, actor=dara, now=at(day, 12))
    for number, (key, ticks) in enumerate(RATED.items()):
        then = workday(today - timedelta(days=30 - number))
        actor = await being(key, then)
        await tries.begin(made.id, actor=actor, now=at(then))
        for position, ticked in enumerate(ticks, 1):
            marks = {item: (mark, "") for item, mark in ticked_as(version, ticked).items()}
            await tries.save(made.id, position, marks, actor=actor)
        if len(ticks) == len(VIGNETTES):
            await tries.hand_in(made.id, actor=actor, now=at(then, 11))


async def _countersigned(today: date) -> None:
    """Hana does not agree with the standard well enough, so what she signs waits for a colleague: one done, one not."""
    for ago, key, done in ((18, "nadia", True), (4, "ivan", False)):
        day = workday(today - timedelta(days=ago))
        hana, bruno = await being("hana", day), await being("bruno", day)
        version = await version_of("leader checklist", hana.unit_id)
        given = {"hana": ticked_as(version, "11111110")}
        row = await rated(key, version, day, given, slot=known(f"fair/{key}/{day}"))
        await signing.sign(row.id, actor=hana, now=at(day, 21))
        if done:
            reasons = "I read her notes and asked about the calls. The marks fit."
            await answer(row.id, finding="countersigned", reasons=reasons, actor=bruno, now=at(day, 22))


async def _apart(today: date) -> None:
    """Two raters differ on listening: once they agree by themselves, once they ask the central unit to decide."""
    for ago, key, agree in ((16, "lowri", True), (2, "kiran", False)):
        day = workday(today - timedelta(days=ago))
        bruno, gwen = await being("bruno", day), await being("gwen", day)
        version = await version_of("group facilitation", bruno.unit_id)
        items = instrument_of(version).items
        seen: dict[str, Mark] = {one.id: {"seen": [*one.basic, *one.required]} for one in items.values()}
        most: dict[str, Mark] = {"listening": {"seen": [*items["listening"].basic, *items["listening"].advanced]}}
        least: dict[str, Mark] = {"listening": {"seen": list(items["listening"].basic)[:1]}}
        given = {"bruno": seen | most, "gwen": seen | least}
        row = await rated(key, version, day, given, slot=known(f"fair/{key}/{day}"))
        if agree:
            words = "We talked it over: she gave back what was said, and nobody heard more."
            agreed = {"listening": Noted(seen["listening"], words)}
            await reconcile(row.id, agreed, actor=gwen, now=at(day, 21))
            for actor in (bruno, gwen):
                await signing.sign(row.id, actor=actor, now=at(day, 22))
        else:
            reason = "We heard the same words, and read them in two ways."
            dara = known("dara")
            await disagree(row.id, way="decision", person=dara, reason=reason, actor=gwen, now=at(day, 21))


async def _sampled(today: date) -> None:
    """The central unit plans, draws, accepts one, leaves the others to be looked at; and went along with Gwen."""
    day = workday(today - timedelta(days=8))
    dara = await being("dara", day)
    plan = await make_plan(
        known(PROGRAMME), share=20, share_new=50, new_until=3, complaints=True, actor=dara, now=at(day)
    )
    await draw_by(plan, seed="demo", actor=dara.person_id, now=at(day, 11))
    sample = await QualitySample.filter(assessment__person_id__not=dara.person_id).order_by("id").first()
    if sample:
        await quality.find(sample.id, finding="accepted", reasons="The notes bear it out.", actor=dara, now=at(day, 15))
    note = "She made herself small in a corner, and had the whole room in sight. She wrote down words, not opinions."
    held = workday(today - timedelta(days=16))
    await quality.note_accompanied(known("gwen"), held=held, note=note, actor=dara, now=at(day, 16))
