"""Steps 7 to 9 of the main job: checked by anybody, asked of the register, audited and overturned, renewed."""

import json
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Page

from tests.stories.checking import Held, day_shown, downloaded_rows, register_rows, status_bit
from tests.stories.records import counts, rows
from tests.stories.verbs import DESK, Stage, fills, follows_link, press, read, sees, until
from training.core import clock
from training.core.dates import DEFAULT_ZONE, day, local_day

CARDIFF = "/register?area=CDF"


def a_stranger_finds_it_valid_by_link_code_and_file(stage: Stage, held: Held) -> None:
    stranger = stage.comes()
    stranger.goto(held.link)
    is_valid(stranger)
    for typed in ({"code": held.code.lower()}, {"code": held.serial, "family_name": "Yusuf"}):
        stranger.goto("/verify")
        fills(stranger, **typed)
        press(stranger, "Check")
        is_valid(stranger)
    for name, content in (("badge.json", held.badge), ("certificate.pdf", held.pdf)):
        if content:
            stranger.goto("/verify")
            given = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
            stranger.locator("input[type=file]").set_input_files(given)
            press(stranger, "Check the file")
            is_valid(stranger)


def is_valid(stranger: Page) -> None:
    sees(stranger, "Valid", "This certificate is genuine and holds today", "Amina Yusuf")
    is_checked_now(stranger)


def dara_asks_the_register_of_the_day_and_of_the_day_before(stage: Stage, held: Held) -> Page:
    dara = stage.comes("dara", with_=DESK)
    dara.goto("/register")
    fills(dara, as_of=f"{held.day}", area="\u2003Cardiff")
    press(dara, "Show")
    named = [row["Name"] for row in register_rows(dara)]
    assert "Amina Yusuf" in named
    fills(dara, known_at=f"{held.day - timedelta(days=1)}")
    press(dara, "Show")
    assert [row["Name"] for row in register_rows(dara)] == [name for name in named if name != "Amina Yusuf"]

    dara.goto(CARDIFF)
    on_page, in_file = register_rows(dara), downloaded_rows(dara, "CSV")
    assert [row["Serial"] for row in in_file] == [row["Serial"] for row in on_page]
    press(dara, "Amina Yusuf")
    sees(dara, "Decided by Dara O'Neill", "All is met, and both raters agreed.", "What the rules said")
    sees(dara, "Evidence it rests on", "Leading a parenting group", "Group facilitation", "SHA-256 of all the evidence")
    sees(dara, "Counts for", "One assessment by an independent assessor", "Bruno Costa", "Gwen Llŷr")
    return dara


def she_draws_an_audit_and_overturns_the_case(dara: Page, held: Held) -> None:
    dara.goto("/audits")
    fills(dara, title="Cardiff, this autumn", as_of=f"{held.day}", area="\u2003Cardiff", size="8")
    press(dara, "Draw")
    sees(dara, "8 of 8 drawn", "Seed:")
    press(dara, "Amina Yusuf")
    fills(dara, finding="overturned", reasons="The group was never held.")
    press(dara, "Record the finding")
    sees(dara, "Overturned")


def everybody_is_told_that_it_is_withdrawn(stage: Stage, amina: Page, held: Held) -> None:
    stranger = stage.comes()
    stranger.goto(held.link)
    sees(stranger, "Withdrawn", "has been withdrawn. It does not count.")
    is_checked_now(stranger)
    asked = stranger.request.get(held.link, headers={"Accept": "application/json"}).json()
    assert asked["status"] == "withdrawn"
    until(stranger, lambda: status_bit(json.loads(held.badge)), lambda: "the bit in the status list was never set")
    follows_link(amina, stage.demo, to="amina@together.example", about="taken back", way="/pathways")
    sees(amina, "My pathway", "Withdrawn")


def nothing_was_deleted_and_emre_never_sees_her(stage: Stage, dara: Page, before: dict[str, int]) -> None:
    after = counts(stage.demo)
    assert {table: count for table, count in after.items() if count < before[table]} == {}
    dara.goto(f"{CARDIFF}&standing=all")
    hers = next(row for row in register_rows(dara) if row["Name"] == "Amina Yusuf")
    assert hers["Standing"] == "Withdrawn"
    press(dara, "Amina Yusuf")
    sees(dara, "Changes since", "The group was never held.", "Evidence it rests on", "Group facilitation")
    entry = urlsplit(dara.url).path

    emre = stage.comes("emre", with_=DESK)
    for path in ("/register?standing=all", "/people"):
        emre.goto(path)
        assert "Amina" not in emre.locator("main").inner_text()
    answer = emre.goto(entry)
    assert answer
    assert answer.status == 404


def ivans_standing_moves_by_the_calendar_and_reminders_are_planned(stage: Stage, dara: Page, held: Held) -> None:
    ends = day_shown(ivans_row(dara, held.day, "Renewal due")["Until"])
    ivans_row(dara, ends + timedelta(days=1), "In grace")
    ivans_row(dara, ends + timedelta(days=45), "Lapsed")
    certification = urlsplit(str(dara.get_by_role("link", name="Ivan Petrov").get_attribute("href"))).path[-36:]
    asked = f"SELECT due FROM trail_followup WHERE kind = 'remind of renewal' AND subject_id = '{certification}'"

    def planned() -> bool:
        days = {date.fromisoformat(str(due)[:10]) for (due,) in rows(stage.demo, asked)}
        return {ends - timedelta(days=30), ends - timedelta(days=7)} <= days

    until(dara, planned, lambda: f"reminders are planned for {rows(stage.demo, asked)}")


def ivans_row(dara: Page, on: date, standing: str) -> dict[str, str]:
    dara.goto(f"{CARDIFF}&standing=all&as_of={on}")
    row = next(row for row in register_rows(dara) if row["Name"] == "Ivan Petrov")
    assert row["Standing"] == standing, f"{row} on {on}"
    return row


def is_checked_now(stranger: Page) -> None:
    """Checks that the page names the day that it was made on; another may have begun since."""
    now, said = clock.now(), read(stranger)
    days = [day(local_day(then, DEFAULT_ZONE)) for then in (now, now - timedelta(minutes=5))]
    assert any(f"Checked on {one}" in said for one in days), f"{stranger.url} names none of {days}: {said[:1500]}"
