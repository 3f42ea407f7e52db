"""Steps 1 to 6 of the main job: launched, taught, practised, judged, decided, certified."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.stories.checking import Held, register_rows, status_bit
from tests.stories.learning import answer, learn
from tests.stories.rating import rate_all
from tests.stories.records import rows
from tests.stories.verbs import (
    DESK,
    TABLET,
    Stage,
    fills,
    follows_link,
    press,
    read,
    sees,
    sees_nothing_of,
    until,
    waits_for,
)
from training.core import clock
from training.core.dates import DEFAULT_ZONE, local_day

COURSE = "/courses/leading-a-parenting-group"
GROUP = "Riverside Friday group"
WELCOME = "Welcomes every parent"


def amina_launches_and_lands_on_the_next_thing_to_do(stage: Stage) -> Page:
    lms = stage.comes()
    lms.goto(stage.demo.lms)
    with lms.expect_popup() as opened:
        lms.get_by_role("link", name="open Leading a parenting group in a new window").click()
    amina = opened.value
    until(amina, lambda: urlsplit(amina.url).path == COURSE, lambda: f"the launch ended at {amina.url}: {read(amina)}")
    sees(amina, "Go on where you left", "4 of 6 modules done")
    press(amina, "Continue")
    assert urlsplit(amina.url).path.startswith(f"{COURSE}/keeping-people-safe/")
    return amina


def she_learns_leaves_and_comes_back_to_the_exact_place(stage: Stage, phone: Page) -> Page:
    learn(phone, stop_at="/questions/1")
    answer(phone)
    answer(phone)
    left, question = urlsplit(phone.url).path, phone.get_by_role("heading", level=1).inner_text()
    assert left.endswith("/quiz/questions/3")
    phone.context.close()

    other = stage.comes("amina")
    press(other, "Continue")
    assert urlsplit(other.url).path == left
    assert other.get_by_role("heading", level=1).inner_text() == question
    learn(other)
    sees(other, "You have done the module Keeping people safe", "5 of 6 modules done")
    press(other, "Continue")
    learn(other)
    sees(other, "You finished this course", "6 of 6 modules done")
    return other


def the_lms_shows_her_score(stage: Stage) -> None:
    teacher = stage.comes(with_=DESK)

    def shown() -> bool:
        teacher.goto(f"{stage.demo.lms}/gradebook")
        return register_rows(teacher)[0]["Leading a parenting group"] == "6 of 6 look at the work"

    until(teacher, shown, lambda: f"the gradebook shows {register_rows(teacher)[0]}")


def her_pathway_says_in_numbers_what_is_left(amina: Page) -> None:
    waits_for(amina, "/pathways", "2 of 6 done")
    sees(amina, "6 of 8 hours of supervision: 2 hours left", "1 of 2 groups: 1 group left", "1 of 2 assessments")
    sees(amina, "Your second assessment must be by somebody who has not supervised you")


def she_logs_practice_and_it_is_confirmed_without_an_account(stage: Stage, amina: Page) -> None:
    amina.goto("/practice")
    press(amina, "Log it")
    with amina.expect_navigation():  # both of her programmes ask for groups
        amina.locator("a[href*='pathway=growing_together']").get_by_text("Group", exact=True).click()
    led = {"from": ago(70), "on": ago(14)}
    fills(
        amina, name=GROUP, **led, sessions="8", hours="16", role="lead", co_leader="Nadia Rahman", parents="9",
        completed="8", mode="in_person",
    )  # fmt: skip
    press(amina, "Save and ask")
    amina.goto("/practice")
    press(amina, "Log it")
    press(amina, "A supervision session")
    fills(
        amina, by="Hana Nowak", what="reflective", on=ago(2), minutes="120", mode="in_person",
        topic="How the first sessions went.",
    )  # fmt: skip
    press(amina, "Save and ask")
    confirms(stage, "nadia@together.example", GROUP)
    confirms(stage, "hana@together.example", "How the first sessions went.", "How many minutes 120")
    waits_for(amina, "/pathways", "4 of 6 done", "1 of 2 assessments: 1 assessment left")
    amina.get_by_text("All that is asked").click()
    sees(amina, "8 of 8 hours", "2 of 2")


def confirms(stage: Stage, address: str, about: str, *more: str) -> None:
    somebody = stage.comes()
    follows_link(somebody, stage.demo, to=address, about=about, way="/practice/confirm/")
    sees(somebody, "Is this right?", "Amina Yusuf", about, *more)
    assert somebody.get_by_role("button", name="Sign out").count() == 0
    press(somebody, "Yes, this is right")
    sees(somebody, "Thank you")


def bruno_rates_a_live_group(stage: Stage) -> str:
    bruno = stage.comes("bruno", with_=TABLET)
    bruno.goto("/assessments")
    press(bruno, "Begin an assessment")
    fills(
        bruno, person="Amina Yusuf", observed=ago(1), medium="live", group_name=GROUP,
        other="Gwen Llŷr", independent="yes",
    )  # fmt: skip
    press(bruno, "Begin")
    seen = ("Greets each parent by name", "Says what will happen today", "Picks up something a parent told last time")
    rate_all(bruno, but={WELCOME: seen}, note="She met the latecomer at the door.")
    press(bruno, "Hand in")
    sees(bruno, "It waits for somebody who has not handed in yet")
    return urlsplit(bruno.url).path


def gwen_rates_it_blind_they_agree_and_sign(stage: Stage, assessment: str) -> None:
    gwen = stage.comes(with_=TABLET)
    gwen.goto("/sign-in")
    fills(gwen, email="gwen@together.example")
    press(gwen, "Send me the link")
    follows_link(gwen, stage.demo, to="gwen@together.example", about="fewngofnodi", way="/sign-in/")
    press(gwen, "Sign in")
    gwen.goto(assessment)
    sees(gwen, "Rate Amina Yusuf", "0 of 15 answered")
    sees_nothing_of(gwen, "latecomer")
    rate_all(gwen, but={WELCOME: ("Greets each parent by name",)})
    press(gwen, "Hand in")

    sees(gwen, "Agree with the other rater", WELCOME, "Bruno Costa wrote: She met the latecomer at the door.")
    card = gwen.locator("fieldset.app-rubric")
    assert card.count() == 1
    card.get_by_role("radio").first.check()
    for tick in card.get_by_role("group", name=f"{WELCOME}: The basics").get_by_role("checkbox").all():
        tick.check()
    gwen.get_by_label("Why you agreed on this").fill("Gwen sat with her back to the door.")
    press(gwen, "This is what we agreed")
    signs(gwen, assessment)
    bruno = stage.comes("bruno", with_=TABLET)
    signs(bruno, assessment)
    sees(bruno, "Result of Amina Yusuf", "Passed", "Signed by Gwen Llŷr", "Signed by Bruno Costa", "back to the door")


def signs(rater: Page, assessment: str) -> None:
    rater.goto(assessment)
    press(rater, "Look at it and sign")
    press(rater, "Sign")


def her_pathway_waits_for_a_decision(amina: Page) -> None:
    waits_for(amina, "/pathways", "Ready for a decision")
    sees(amina, "6 of 6 done", "Now somebody has to decide")


def dara_decides_twice_and_one_certificate_is_issued(stage: Stage) -> None:
    desks = [stage.comes("dara", with_=DESK) for _ in range(2)]
    for dara in desks:
        waits_for(dara, "/certificates/decisions", "Amina Yusuf")
        press(dara, "Amina Yusuf")
        fills(dara, outcome="certified", reasons="All is met, and both raters agreed.")
    press(desks[0], "Decide")
    sees(desks[0], "Decided")
    with desks[1].expect_navigation():
        desks[1].get_by_role("button", name="Decide").click()
    sees(desks[1], "Decided")
    decided = "SELECT count(*) FROM certificates_certificate c JOIN people_person p ON p.id = c.person_id WHERE p.name"
    assert rows(stage.demo, f"{decided} = 'Amina Yusuf'") == [(1,)]


def she_has_one_certificate_as_page_badge_and_pdf(stage: Stage, amina: Page) -> Held:
    waits_for(amina, "/certificates", "Group leader", "Valid")
    assert amina.locator("main section").count() == 1
    press(amina, "Group leader")
    path = urlsplit(amina.url).path
    # The badge and the PDF are made after the decision: this page offers them when they are there.
    waits_for(amina, path, "Amina Yusuf", "Dara O'Neill", "Growing Together", "Open as PDF")
    badge, printed = amina.request.get(f"{path}/badge"), amina.request.get(f"{path}/document")
    assert badge.ok
    assert (printed.ok, printed.body().startswith(b"%PDF")) == (stage.demo.pdf, stage.demo.pdf)
    assert status_bit(badge.json()) == 0
    serial = re.search(r"Serial number (\S+)\.", amina.locator("main").inner_text())
    assert serial
    link = amina.locator(".app-breakable").inner_text()
    return Held(link, serial[1], badge.body(), printed.body() if printed.ok else b"")


def ago(days: int) -> str:
    """Gives a day in the past as forms take it."""
    return (local_day(clock.now(), DEFAULT_ZONE) - timedelta(days=days)).isoformat()
