"""Ratings without a signal, interrupted at random in each browser of the machine: nothing lost, nothing twice."""

import argparse
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.bad_line import CUT, SWALLOW, WHOLE, BadLine
from tests.benchmarks.devices import DEVICES, Device
from tests.benchmarks.figures import Figure
from tests.browsing import Demo, free_port

PATIENCE = 60
CHOOSE = "document.querySelector(`button[name=person][value='${given[0]}']`).click();"
BEGIN = """
  const person = document.querySelector("#person");
  person.value = [...person.options].find((one) => one.text.includes("Amina Yusuf")).value;
  document.querySelector("[name=medium][value=live]").click();
  [...document.querySelectorAll("main button")].find((one) => one.textContent.trim() === "Begin").click();
"""
WRITE = """
  const card = document.querySelectorAll("fieldset.app-rubric")[given[0]], note = card.querySelector("textarea");
  const choices = [...card.querySelectorAll(".app-rubric__levels")][0].querySelectorAll("input[type=radio]");
  choices[given[2] % choices.length].click();
  note.value = given[1];
  note.dispatchEvent(new Event("input", { bubbles: true }));
"""
KEPT = """
  const asked = (one) => new Promise((found) => { one.onsuccess = () => found(one.result); });
  const drafts = (await asked(indexedDB.open("ratings", 1))).transaction("drafts").objectStore("drafts");
  return (await asked(drafts.getAll())).some((draft) => draft.fields.some(([, value]) => value === given[0]));
"""
NOTES = "return [...document.querySelectorAll('fieldset.app-rubric textarea')].map((one) => [one.name, one.value]);"
STATUS = "return document.querySelector('#draft-status')?.textContent ?? '';"
CLOCK = "const real = Date.now.bind(Date), far = given[0]; Date.now = () => real() + far;"
HOURS = (-30 * 24, -26, -1, 1, 26, 15 * 24)
"""How far the clock of the device jumps."""


def options(parser: argparse.ArgumentParser) -> None:
    """Says how often a rating is interrupted, and in which browsers."""
    parser.add_argument("--interruptions", type=int, default=200, help="in each browser")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--browser", choices=list(DEVICES), action="append", help="only this one; may be said again")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Rates in one browser after the other; names those that the machine lacks."""
    with TemporaryDirectory(prefix="drafts") as folder:
        demo, line = Demo(Path(folder) / "demo", free_port()), None
        for name in chosen.browser or DEVICES:
            device = DEVICES[name](Path(folder) / name)
            if why_not := DEVICES[name].missing():
                yield Figure(f"drafts in {name}", skipped=why_not)
                continue
            if line is None:
                demo.folder.mkdir()
                line = BadLine(demo.port)
                demo.public_url = f"http://localhost:{line.port}"
                demo.start()
            yield from Interrupted(demo, line, device, random.Random(chosen.seed)).rated(name, chosen.interruptions)
        if line is not None:
            demo.stop()
            line.close()


class Interrupted:
    """A rating of Amina by Bruno on one device that is interrupted again and again."""

    def __init__(self, demo: Demo, line: BadLine, device: Device, chance: random.Random) -> None:
        self.demo, self.line, self.device, self.chance = demo, line, device, chance
        self.words: dict[int, str] = {}
        self.alive, self.rating, self.troubles = True, "", list[str]()
        self.acts: dict[str, Callable[[], None]] = {
            "reload": self._reload, "line cut": lambda: line.set(CUT), "line whole": lambda: line.set(WHOLE),
            "answer lost": lambda: line.set(SWALLOW), "service killed": self._kill_or_start, "clock": self._clock,
        }  # fmt: skip
        if device.keeps:
            self.acts |= {"browser closed": self._closed, "browser killed": self._killed}

    def rated(self, name: str, interruptions: int) -> Iterator[Figure]:
        """Rates and is interrupted; then hands in and signs, and counts what arrived."""
        done: Counter[str] = Counter()
        self.device.open()
        try:
            self._begun()
            for turn in range(interruptions):
                self._write(turn)
                act = self.chance.choice(list(self.acts))
                done[act] += 1
                self.acts[act]()
                time.sleep(self.chance.choice((0, 0, 0.3, 3.5)))  # an answer is sent after three seconds
            self._all_is_well()
            lost, twice = self._arrived()
        finally:
            self.device.kill()
        yield Figure(f"drafts in {name}: interruptions", done.total(), at_least=interruptions)
        for act, often in done.items():
            yield Figure(f"    {act}", often)
        yield Figure(f"answers lost in {name}", lost, at_most=0)
        yield Figure(f"answers twice in {name}", twice, at_most=0)
        yield Figure(f"other troubles in {name}", len(self.troubles), at_most=0)
        for words in self.troubles:
            yield Figure(f"    {words}", 1)

    def _begun(self) -> None:
        self._signed_in()
        self.device.go(f"{self.demo.public_url}/assessments/new")
        self.device.run(BEGIN)
        self.rating = self._awaits("return location.href;", lambda where: where.endswith("/rate"), "begun")
        self._awaits("return Boolean(navigator.serviceWorker.controller);", bool, "a service worker")
        self._reload()
        self._awaits("return Boolean(await caches.match(location.pathname));", bool, "the page is kept")

    def _signed_in(self) -> None:
        self.device.go(f"{self.demo.public_url}/people/choose")
        self.device.run(CHOOSE, "bruno")
        self._awaits("return document.body.dataset.reader ?? '';", bool, "signed in")

    def _awaits(self, words: str, fits: Callable[[Any], bool], what: str, *given: Any) -> Any:
        until, found = time.monotonic() + PATIENCE, None
        while time.monotonic() < until:
            try:
                answer = self.device.run(words, *given)
                found = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
                if fits(found):
                    return found
            except Exception as fault:  # a page that is just being left answers nothing
                found = fault
            time.sleep(0.1)
        seen = self.device.run("return [location.href, document.body.innerText.slice(0, 300)].join(' ');")
        raise AssertionError(f"waited in vain for: {what}; last: {found}; {self.line.state}, {self.alive}; {seen}")

    def _write(self, turn: int) -> None:
        """Answers some items, and waits until the device has each: what it says is saved must never be lost."""
        many = self._awaits(NOTES, bool, "the cards")
        for _ in range(self.chance.randint(1, 3)):
            number = self.chance.randrange(len(many))
            self.words[number] = f"Turn {turn}, {self.chance.random()}"
            self.device.run(WRITE, number, self.words[number], turn)
            self._awaits(KEPT, bool, f"item {number} of turn {turn} on the device", self.words[number])
        if "another device" in str(self._awaits(STATUS, bool, "the bar")):
            self.troubles.append(f"turn {turn}: it says that there is another device")

    def _reload(self) -> None:
        self.device.go(self.rating)
        shown = [value for _, value in self._awaits(NOTES, bool, "the cards")]
        for number, words in self.words.items():
            if shown[number] != words:
                self._awaits(NOTES, lambda all_: all_[number][1] == words, f"item {number} after a reload")  # noqa: B023

    def _closed(self) -> None:
        self.device.close()
        self._opened_again()

    def _killed(self) -> None:
        self.device.kill()
        self._opened_again()

    def _opened_again(self) -> None:
        self.device.open()
        self.device.go(self.rating)
        if "/sign-in" in self._awaits("return location.href;", bool, "a page"):
            self._signed_in()  # browsers write down some seconds later who is signed in, and a kill may come before
        self._reload()

    def _kill_or_start(self) -> None:
        if self.alive:
            self.demo.kill()
        else:
            self.demo.start()
        self.alive = not self.alive

    def _clock(self) -> None:
        self.device.run(CLOCK, self.chance.choice(HOURS) * 3_600_000)

    def _all_is_well(self) -> None:
        """The line is whole, the service up, and each item has an answer that arrived."""
        if not self.alive:
            self._kill_or_start()
        self.line.set(WHOLE)
        self._reload()
        many = len(self._awaits(NOTES, bool, "the cards"))
        for number in range(many):
            self.words.setdefault(number, f"At last, {number}")
            self.device.run(WRITE, number, self.words[number], number)
        self._awaits(STATUS, lambda told: str(told).startswith("Sent "), "all sent")

    def _arrived(self) -> tuple[int, int]:
        """Hands in and signs, and counts in the tables of the service what is missing and what is there twice."""
        names = [name.removesuffix("_note") for name, _ in self._awaits(NOTES, bool, "the cards")]
        where, assessment = self.rating.removesuffix("/rate"), self.rating.split("/")[-2]
        for path, words in ((f"{where}/check", "Hand in"), (where, "")):
            self.device.go(path)
            if words:
                press = (
                    "[...document.querySelectorAll('main button')].find((one) => one.textContent.includes(given[0]))"
                )
                self.device.run(f"{press}.click();", words)
                self._awaits("return location.pathname;", lambda at: not at.endswith("/check"), "handed in")
        with sqlite3.connect(self.demo.folder / "var/demo/training.db") as tables:
            ask = "SELECT item, note FROM assessments_rating WHERE replace(assessment_id, '-', '') = ?"
            found = tables.execute(ask, (assessment.replace("-", ""),)).fetchall()
            ask = "SELECT count(*) FROM assessments_signature WHERE replace(assessment_id, '-', '') = ?"
            signed = tables.execute(ask, (assessment.replace("-", ""),)).fetchone()[0]
        if signed != 1:
            self.troubles.append(f"{signed} signatures in place of 1")
        notes = dict(found)
        return sum(notes.get(names[at]) != words for at, words in self.words.items()), len(found) - len(notes)
