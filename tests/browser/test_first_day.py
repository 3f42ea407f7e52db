"""The first day in each example programme, on a phone: My pathway is short, reads well, and leads on."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browsing import running_demo
from tests.history import copied, run_command
from tests.stories.verbs import Stage
from training.demo.cast import BEGIN

EXAMPLES = sorted((Path(__file__).parents[1] / "certificates" / "pathways" / "examples").glob("*.yaml"))
LONGEST_PX = 2000


@pytest.mark.timeout(300)
def test_my_pathway_is_short_on_the_first_day_of_each_example(
    published: Path, chromium: Browser, tmp_path: Path
) -> None:
    folder = copied(published, tmp_path)
    slugs = ";".join(path.stem.replace("_", "-") for path in EXAMPLES)
    (folder / "people.csv").write_text(
        f"name,email,role,site,starts,programmes\nAmina Yusuf,amina@together.example,trainee,RIV,{BEGIN},{slugs}\n"
    )
    run_command(["load", *map(str, EXAMPLES), "people.csv"], folder)
    with running_demo(folder) as demo:
        page = Stage(demo, chromium).comes("amina")
        page.get_by_role("link", name="My pathway").first.click()
        ways = page.locator("main ul").first.get_by_role("link").evaluate_all("all => all.map(one => one.href)")
        assert len(ways) == len(EXAMPLES)  # and their own
        troubles = list[str]()
        for way in [page.url, *ways]:
            page.goto(way)
            page.set_viewport_size({"width": 375, "height": 812})
            # Who has a place in one programme alone sees no list of them.
            page.locator("main ul").first.evaluate("list => list.remove()")
            tall = page.evaluate("document.documentElement.scrollHeight")
            troubles += [f"{way}: {tall} px"] * (tall > LONGEST_PX)
            troubles += [f"{way}: {one}" for one in violations(page, (375,))]
        assert not troubles, "\n".join(troubles)
