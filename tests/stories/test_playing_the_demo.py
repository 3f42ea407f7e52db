"""The demo is played to its end by hand, on a phone: a trainee leads, a leader assesses, years pass, she renews."""

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import Demo, running_demo
from tests.history import copied
from tests.stories.learning import learn
from tests.stories.rating import rate_all
from tests.stories.verbs import Stage, fills, follows_link, press, read, sees, until, waits_for
from training.core import clock
from training.core.dates import DEFAULT_ZONE, local_day

WHY = "All is met, and the site speaks well of her."
DAYS_UNTIL_RENEWAL = 960
"""A certificate is good for three years, and may be renewed in the last six months of them."""


@pytest.mark.timeout(300)
def test_the_demo_is_played_from_a_place_to_a_certificate_to_an_assessor_and_to_renewal(
    published: Path, chromium: Browser, tmp_path: Path
) -> None:
    with running_demo(copied(published, tmp_path)) as demo:
        stage = Stage(demo, chromium)
        amina_learns_and_logs_what_is_left(stage)
        for key in ("ivan", "hana"):
            says_yes(stage, key)
        bruno_assesses_her(stage)
        dara_decides(stage, "Amina Yusuf", "Group leader")
        holds(stage.comes("amina"), "Group leader")
        dara_records_what_an_assessor_needs(stage, "Nadia Rahman")
        dara_decides(stage, "Nadia Rahman", "Assessor")
        holds(signs_in(stage, "nadia"), "Assessor")
        stage.clear()
        years_pass(demo)
        chloe_sees_a_new_safety_check(stage, on=today(demo))
        amina_logs_what_renewal_asks(stage, on=today(demo))
        for key in ("nadia", "hana"):
            says_yes(stage, key)
        dara_decides(stage, "Amina Yusuf", "Group leader")
        holds(stage.comes("amina"), "Group leader")
        stage.clear()


def amina_learns_and_logs_what_is_left(stage: Stage) -> None:
    amina = stage.comes("amina")
    press(amina, "Continue")
    learn(amina)
    press(amina, "Continue")
    learn(amina)
    sees(amina, "You finished this course")
    press(amina, "My pathway")
    until(amina, lambda: amina.reload() and "2 of 6 done" in read(amina), lambda: read(amina))
    supervised(amina, today(stage.demo), minutes=120)
    press(amina, "My pathway")
    sees(amina, "waits to be confirmed")


def supervised(page: Page, on: date, *, minutes: int) -> None:
    """Logs a session from My pathway, with the form that stands beside what is left."""
    press(page, "My pathway")
    press(page, "Log it : A supervision session")
    given = {"what": "reflective", "mode": "in_person", "topic": "Ending a group well."}
    fills(page, by="Hana Nowak", on=str(on), minutes=str(minutes), **given)
    press(page, "Save and ask")


def says_yes(stage: Stage, key: str) -> None:
    """Somebody answers all that others ask them on their home page."""
    page = signs_in(stage, key)
    asks = page.get_by_role("link", name=re.compile("^Say whether it is right"))
    while "Say whether it is right" in read(page):
        with page.expect_navigation():
            (asks if asks.count() else page.get_by_role("link", name="Look at it", exact=True)).first.click()
        press(page, "Yes, this is right")
        home(page)


def bruno_assesses_her(stage: Stage) -> None:
    bruno = stage.comes("bruno")
    press(bruno, "Assessments")
    press(bruno, "Begin an assessment")
    chosen = {"person": "Amina Yusuf", "group_name": "Riverside Friday group"}
    fills(bruno, **chosen, medium="live", independent="yes")
    press(bruno, "Begin")
    rate_all(bruno, but={})
    press(bruno, "Hand in and sign")
    sees(bruno, "Result of Amina Yusuf", "Passed")


def dara_decides(stage: Stage, name: str, level: str) -> None:
    """The case is in her list as soon as the rules were asked, and she certifies."""
    dara = stage.comes("dara")
    press(dara, "Decisions")
    case = dara.get_by_role("row").filter(has_text=name).filter(has_text=level).get_by_role("link")
    until(dara, lambda: case.count() or (dara.reload() and False), lambda: f"{name} does not wait: {read(dara)}")
    with dara.expect_navigation():
        case.first.click()
    sees(dara, name, level)
    fills(dara, outcome="certified", reasons=WHY)
    press(dara, "Decide")
    sees(dara, "Decided")


def holds(page: Page, level: str) -> None:
    """Somebody finds the certificate among theirs."""
    press(page, "My certificates")
    sees(page, level, "Valid")
    press(page, level)
    sees(page, level, "Growing Together")


def dara_records_what_an_assessor_needs(stage: Stage, name: str) -> None:
    dara, on = stage.comes("dara"), today(stage.demo)
    records(dara, name, "Assessor training", on=str(on - timedelta(days=1)), days="2")
    records(dara, name, "Ready to assess", on=str(on), reason=WHY)


def chloe_sees_a_new_safety_check(stage: Stage, *, on: date) -> None:
    records(stage.comes("chloe"), "Amina Yusuf", "Enhanced DBS check", on=str(on))


def records(page: Page, name: str, what: str, **given: str) -> None:
    """Finds somebody in the list of people, and among what can be recorded of them the thing."""
    press(page, "People")
    page.get_by_label("Name").fill(name)
    press(page, "Show")
    press(page, name)
    press(page, "Practice")
    press(page, "Record something")
    press(page, what)
    fills(page, **given)
    press(page, "Save")


def amina_logs_what_renewal_asks(stage: Stage, *, on: date) -> None:
    amina = stage.comes("amina")
    waits_for(amina, "/", "Time to renew")  # the first night after so long has much to look at
    press(amina, "See what is left")
    sees(amina, "0 of 2 groups", "0 of 6 hours of supervision")
    for number in range(2):
        ended = on - timedelta(days=20 + 70 * number)
        press(amina, "My pathway")
        press(amina, "Log it : Group")
        began = {"from": str(ended - timedelta(days=49))}
        fills(
            amina, name=f"Riverside group {number}", **began, on=str(ended), sessions="8", hours="16", role="lead",
            co_leader="Nadia Rahman", parents="9", completed="8", mode="in_person",
        )  # fmt: skip
        press(amina, "Save and ask")
    for number in range(3):
        supervised(amina, on - timedelta(days=30 * number), minutes=120)


def signs_in(stage: Stage, key: str) -> Page:
    """Somebody who is not one of the six signs in by a link in a mail, and comes home."""
    page, address = stage.comes(), f"{key}@together.example"
    page.goto("/sign-in")
    asked = time.time()
    fills(page, email=address)
    press(page, "Send me the link")
    follows_link(page, stage.demo, to=address, about="sign in", way="/sign-in/", since=asked)
    press(page, "Sign in")
    return page


def home(page: Page) -> None:
    with page.expect_navigation():
        page.locator("header a").first.click()


def years_pass(demo: Demo) -> None:
    """The service is started again, on a day on which a certificate of today can be renewed."""
    demo.stop()
    demo.days_later = DAYS_UNTIL_RENEWAL
    demo.start()


def today(demo: Demo) -> date:
    """The day on which the service believes to be."""
    return local_day(clock.now(), DEFAULT_ZONE) + timedelta(days=demo.days_later)
