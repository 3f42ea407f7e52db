"""Lessons made by others: played, left, resumed and finished on a phone; and one that means harm, which does none."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.courses import scorm_packages as made
from tests.served_lessons import COURSE, begun, served

HOSTILE = """\
<!doctype html><html lang="en"><head><title>Bad</title></head><body><h1>Bad</h1><pre id="told"></pre>
<a href="https://example.org/" target="_top" id="out">Out</a>
<svg onload="window.drawn = true"></svg><img alt="" src="nothing.png" onerror="window.failed = true">
<script>
const told = {}, home = HOME, saving = `${home}COURSE/drills/bad/play/1/save`;
const attempt = (name, what) => { try { told[name] = `${what()}`; } catch (trouble) { told[name] = "refused"; } };
attempt("cookie", () => parent.parent.document.cookie);
attempt("page", () => parent.parent.document.body.innerHTML.length);
attempt("storage", () => top.localStorage.length);
attempt("top", () => { top.location = "https://example.org/"; return "went"; });
attempt("popup", () => open("about:blank"));
attempt("own cookie", () => document.cookie);
for (const junk of [null, 7, "left", { lesson: "left" }, { lesson: "values", values: 3 },
                    { lesson: "values", values: { "cmi.core.lesson_status": "passed" } }])
  parent.parent.postMessage(junk, "*");
attempt("frame", () => { for (const junk of [{ lesson: "values", values: { a: { b: "x".repeat(300000) } } }])
  parent.postMessage(junk, "*"); return "sent"; });
document.getElementById("out").click();
const form = document.createElement("form");
Object.assign(form, { method: "post", action: `${home}/sign-out`, target: "_top" });
document.body.append(form); form.submit();
Promise.allSettled([
  fetch(`${home}/courses`, { credentials: "include" }).then((one) => one.text()),
  fetch(saving, { method: "POST", credentials: "include", mode: "no-cors", body: "{}" }),
  fetch("/courses", { credentials: "include" }).then((one) => { if (!one.ok) throw one.status; }),
]).then((all) => {
  told.fetched = all.map((one) => one.status).join(" ");
  document.getElementById("told").textContent = JSON.stringify(told);
});
</script></body></html>
"""


def _lessons(home: str) -> dict[str, bytes]:
    hostile = HOSTILE.replace("HOME", f'"{home}"').replace("COURSE", COURSE)
    bad = made.package(changes={"pages/index.html": hostile})
    return {"old": made.package(), "new": made.package(made.NEW), "bad": bad}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with a course of three lessons."""
    with served(tmp_path_factory.mktemp("lessons"), _lessons) as home:
        yield home


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_lesson_is_played_left_resumed_and_finished(be: Callable[..., Page], name: str) -> None:
    page = begun(be(), name)
    assert violations(page) == []
    page.get_by_role("link", name="Start the lesson").click()
    status, lesson = page.locator("[data-status]"), page.frame_locator("iframe").frame_locator("iframe")
    expect(lesson.get_by_text("You are at: the start")).to_be_visible(timeout=20_000)
    expect(status).to_have_text("Nothing is saved yet.")
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert violations(page) == []
    lesson.get_by_role("button", name="To page 2").click()
    expect(status).to_contain_text("Saved at", timeout=20_000)
    page.get_by_role("link", name="Leave the lesson").click()
    page.get_by_role("link", name="Go on with the lesson").click(timeout=20_000)
    expect(lesson.get_by_text("You are at: page 2")).to_be_visible(timeout=20_000)
    lesson.get_by_role("button", name="Finish").click()
    expect(status).to_contain_text("You have done this lesson.", timeout=20_000)
    expect(status).to_contain_text("85")
    page.get_by_role("link", name="Leave the lesson").click()
    expect(page.get_by_role("link", name="Open the lesson again")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("You have done this lesson.")).to_be_visible()


def test_a_hostile_lesson_reaches_nothing_and_the_way_out_stays(be: Callable[..., Page], address: str) -> None:
    page = begun(be(), "bad")
    page.get_by_role("link", name="Start the lesson").click()
    told = page.frame_locator("iframe").frame_locator("iframe").locator("#told")
    expect(told).to_contain_text("fetched", timeout=20_000)
    found = told.inner_text()
    for refused in ("cookie", "page", "storage"):
        assert f'"{refused}":"refused"' in found, found
    assert '"popup":"null"' in found and '"own cookie":""' in found, found
    assert '"fetched":"rejected rejected rejected"' in found, found
    page.wait_for_timeout(2_500)
    assert page.url == f"{address}{COURSE}/drills/bad/play/1" and len(page.context.pages) == 1
    assert page.locator("[data-status]").inner_text() == "Nothing is saved yet."
    page.get_by_role("link", name="Leave the lesson").click()
    expect(page.get_by_text("In progress").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_without_script_the_window_says_what_to_do(be: Callable[..., Page]) -> None:
    page = begun(be(java_script_enabled=False), "old")
    page.goto(f"{COURSE}/drills/old/play/1")
    expect(page.get_by_text("This lesson needs scripts")).to_be_visible()
    expect(page.get_by_role("link", name="Leave the lesson")).to_be_visible()


def test_whoever_writes_a_course_tries_a_lesson_beside_its_file(be: Callable[..., Page]) -> None:
    page = be("dara")
    page.goto(COURSE)
    page.get_by_role("button", name="Write a new version").click()
    page.goto(f"{page.url.split('?')[0]}/files/drills/old.zip")
    phone = page.frame_locator("iframe")
    lesson = phone.frame_locator("iframe").frame_locator("iframe")
    lesson.get_by_role("button", name="Finish").click(timeout=20_000)
    expect(phone.get_by_text("A learner’s course would keep this now.")).to_be_visible(timeout=20_000)


def test_a_lesson_that_does_not_open_says_so(be: Callable[..., Page]) -> None:
    page = begun(be(), "new")
    page.route("**/scorm/**", lambda route: route.abort())
    page.clock.install()
    page.goto(f"{COURSE}/drills/new/play/1")
    expect(page.locator("iframe")).to_be_attached()
    page.clock.fast_forward(21_000)
    expect(page.locator("[data-status]")).to_contain_text("The lesson does not open.")
