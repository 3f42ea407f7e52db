"""Lessons that tools of others have packed and that speak by a wrapper of others: loaded, played, resumed, reported.

`simple-scorm-packager` writes the manifest, the schemas and the zip; the page inside finds its run time by
`@gamestdio/scorm`, which is the wrapper of pipwerks that most lessons carry.
"""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from courses.packages.scorm.archive import read_scorm
from tests.browsing import a_chromium
from tests.served_lessons import begun, served
from tests.third_party.environments import REQUIREMENTS
from tests.third_party.node_modules import node_with

VERSIONS = {
    "old": ("1.2", "SCORM 1.2"),
    "third": ("2004 3rd Edition", "SCORM 2004 3rd Edition"),
    "fourth": ("2004 4th Edition", "SCORM 2004 4th Edition"),
}
PACK = """\
const [version, source, outputFolder] = process.argv.slice(1);
require("simple-scorm-packager")({ version, source, title: "Fire drill", organization: "Test", identifier: "drill",
  masteryScore: 80, startingPage: "index.html", package: { zip: true, outputFolder, name: "drill" } }, () => {});
"""
PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fire drill</title>
<script>var exports = {};</script><script src="wrapper.js"></script></head>
<body><h1>Fire drill</h1><p id="told"></p><button id="half">To page 2</button> <button id="done">Finish</button>
<script>
const scorm = exports.scorm, told = document.getElementById("told");
scorm.initialize();
const old = scorm.version === "1.2", place = old ? "cmi.core.lesson_location" : "cmi.location";
told.textContent = "You are at: " + (scorm.get(place) || "the start") + " by " + scorm.version;
document.getElementById("half").onclick = () => { scorm.set(place, "page 2"); scorm.commit(); };
document.getElementById("done").onclick = () => {
  scorm.set(old ? "cmi.core.score.raw" : "cmi.score.scaled", old ? "90" : "0.9");
  scorm.set(old ? "cmi.core.lesson_status" : "cmi.completion_status", "completed");
  scorm.terminate();
};
addEventListener("pagehide", () => scorm.terminate());
</script></body></html>
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A package of each version, made by the packager."""
    node, folder = node_with(REQUIREMENTS / "scorm-packages.json"), tmp_path_factory.mktemp("packed")
    source = folder / "source"
    source.mkdir()
    (source / "index.html").write_text(PAGE)
    shutil.copy(node / "node_modules/@gamestdio/scorm/lib/index.js", source / "wrapper.js")
    packed = {}
    for name, (version, _) in VERSIONS.items():
        command = ["node", "-e", PACK, version, str(source), str(folder / name)]
        subprocess.run(command, cwd=node, check=True, capture_output=True, timeout=120)
        packed[name] = next((folder / name).glob("*.zip")).read_bytes()
    return packed


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium of the machine, or a skip when there is none."""
    with a_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(packages: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with a course of these lessons."""
    with served(tmp_path_factory.mktemp("lessons"), lambda _: packages) as home:
        yield home


@pytest.mark.parametrize("name", VERSIONS)
def test_a_lesson_packed_by_others_is_played_resumed_and_reports(
    packages: dict[str, bytes], chromium: Browser, address: str, name: str
) -> None:
    assert read_scorm(packages[name]).edition == VERSIONS[name][1]
    page = begun(chromium.new_page(base_url=address, viewport={"width": 375, "height": 812}), name)
    page.get_by_role("link", name="Start the lesson").click()
    status, lesson = page.locator("[data-status]"), page.frame_locator("iframe").frame_locator("iframe")
    spoken = "1.2" if name == "old" else "2004"
    expect(lesson.get_by_text(f"You are at: the start by {spoken}")).to_be_visible(timeout=20_000)
    lesson.get_by_role("button", name="To page 2").click()
    expect(status).to_contain_text("Saved at", timeout=20_000)
    page.get_by_role("link", name="Leave the lesson").click()
    page.get_by_role("link", name="Go on with the lesson").click(timeout=20_000)
    expect(lesson.get_by_text("You are at: page 2")).to_be_visible(timeout=20_000)
    lesson.get_by_role("button", name="Finish").click()
    expect(status).to_contain_text("You have done this lesson.", timeout=20_000)
    page.get_by_role("link", name="Leave the lesson").click()
    expect(page.get_by_text("Your best score: 90")).to_be_visible(timeout=20_000)
    page.close()
