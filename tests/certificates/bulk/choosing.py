"""Chooses people on a list, answers what the action asks, and has it done, as somebody does it through the pages."""

import re
from html import unescape

from training.batches.models import Batch, BatchRow
from training.people.models import Person


async def choose(browser, on: str, do: str, *ids, of="", asked="", answers=None) -> Batch:
    """Ticks rows of a list, or all of it where none is named, and answers what the action asks."""
    form = {"on": on, "of": str(of), "asked": asked, "do": f"bulk {do}"}
    form |= {"one[]": [str(one) for one in ids]} if ids else {"all": "yes"}
    answer = await browser.post("/bulk", data=form)
    assert answer.status_code == 303, answer.text
    key = answer.headers["location"].split("?")[0].rsplit("/", 1)[1]
    if answers is not None:
        answer = await browser.post(f"/bulk/{key}", data=answers)
        assert answer.status_code == 303, answer.text
    return await Batch.get(id=key)


async def choose_all(browser, path: str, do: str, *, answers=None) -> tuple[Batch, list[str]]:
    """Chooses all of a list as its page shows it; gives the batch, and the ids of the rows on the page."""
    page = unescape((await browser.get(path)).text)
    shown = re.findall(r'name="one\[\]" value="([^"]+)"', page)
    assert f"All {len(shown)} on this list" in page
    on, asked = (re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in ("on", "asked"))
    return await choose(browser, on, do, asked=asked, answers=answers), shown


async def press(browser, batch: Batch, what: str, work) -> Batch:
    """Presses one of the buttons of a batch, and waits until the work is done."""
    answer = await browser.post(f"/batches/{batch.id}/do", data={"do": what})
    assert answer.status_code == 303, answer.text
    await work()
    return await Batch.get(id=batch.id)


async def rows_of(batch: Batch) -> dict[str, tuple[str, str, str]]:
    """Name → outcome, state, and why."""
    return {
        row.values["name"]: (
            row.outcome, row.state,
            "; ".join(what for _, what, _ in row.problems) or "; ".join(row.told.get("changes", ())),
        )
        for row in await BatchRow.filter(batch_id=batch.id).order_by("number")
    }  # fmt: skip


async def name_of(person_id) -> str:
    """What somebody is called."""
    return (await Person.get(id=person_id)).name
