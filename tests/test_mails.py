"""Every mail says the same in both parts and in both languages, leads to one next step, and is easy to read."""

import html
import itertools
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jinja2
import pytest

from certificates.decisions.emails import FOUND, LATE, STEPS, STEPS_TOLD
from certificates.decisions.outcomes import Outcome
from certificates.decisions.reissue.actions import CORRECTED
from certificates.evaluations.outcome_text import GROUNDS, OUTCOMES
from tests.reading_age import grade
from training.assessments.emails import TURNS
from training.assessments.films.rules import PURPOSES
from training.core.languages import SPOKEN, translations
from training.core.mail_templates import Mail, Reader, WrittenMail, write
from training.people.second_step.emails import TOLD
from training.records.rules import STRENGTHS
from training.records.shown import RecordInWords
from training.records.words import KINDS

EMAILS = Path(__file__).resolve().parents[1] / "templates/emails"
WHOLE = re.compile(r"{% extends")
HOME = "https://service.example"
HIGHEST_GRADE = 6.0
STAFF = (
    "assessments/calibrate",
    "assessments/countersign",
    "assessments/disagreement",
    "assessments/part",
    "assessments/turn",
    "trail/",
    "programmes/application",
    "certificates/appeal_to_decide",
    "certificates/vote",
    "drafts/",
)
"""Mails that staff alone read: they may be harder, and those about the trail are in English."""

ID, DAY, MOMENT = UUID(int=7), date(2027, 3, 3), datetime(2027, 3, 3, 14, tzinfo=UTC)
SHOWN = RecordInWords(ID, "Amina", "Amina: a group", (("Who", "Amina"), ("Day", "3 March 2027")))
PLACE = {"programme": "Growing Up", "at": "Riverside", "words": "Come in <b>now</b> & see", "phone": "020 7946 0000"}
RATED = {"name": "Amina", "watched": DAY, "why": "She moved"}
EACH: dict[str, list[dict[str, Any]]] = {
    "people/sign_in": [{"expires": MOMENT}],
    "people/sign_in_change": [{"kind": kind, "name": "Hana"} for kind in TOLD],
    "people/invitation": [{"expires": MOMENT, "unit": "Parenting Together"}],
    "people/name_asked": [{"name": "Amina", "wanted": "Amina Ali"}],
    "people/name_answered": [
        {"wanted": "Amina Ali", "approved": approved, "words": "Seen"} for approved in (True, False)
    ],
    "people/test": [{}],
    "assessments/film_consent": [
        {"leads": "Amina Yusuf", "held": DAY, "who": "Sam", "purpose": purpose, "until": DAY, "child": child}
        for purpose in PURPOSES.values()
        for child in (True, False)
    ],
    "drafts/publishing": [
        {"news": news, "name": "first-aid", "by": "Bruno", "number": "2", "words": words}
        for news in ("waiting", "published", "sent back")
        for words in ("", "New: a page on <b>hands</b>")
    ],
    "people/tasks": [{"titles": ["Decide"], "count": count, "more": more} for count, more in ((1, 0), (7, 2), (6, 1))],
    "records/confirm": [{"shown": SHOWN, "expires": MOMENT}],
    "records/confirmed": [{"shown": SHOWN, "how": how, "until": MOMENT} for how in STRENGTHS.values()],
    "records/answered": [
        {"shown": SHOWN, "disputed": disputed, "who": "Hana", "note": note}
        for disputed, note in ((True, "I was ill"), (False, ""), (False, "Well done"))
    ],
    "assessments/part": [
        RATED | {"ended": ended, "to_come": to_come}
        for ended, to_come in (
            ("", False),
            ("called off", False),
            ("late", False),
            *itertools.product(("cancelled", "handed on"), (True, False)),
        )
    ],
    "assessments/film": [
        {"news": news, "name": "Amina", "held": DAY, "why": "Browsers do not play this film"}
        for news in ("ready", "refused", "withdrawn")
    ],
    "assessments/closed": [{"watched": DAY}],
    "assessments/disagreement": [
        RATED | {"asked": "Hana", "way": way, "decides": decides, "called_off": called_off, "cancelled": cancelled}
        for way, decides in (("third", False), ("decision", False), ("decision", True))
        for called_off, cancelled in ((False, False), (True, False), (True, True))
    ],
    "assessments/visit": [
        {
            "news": news,
            "watched": watched,
            "name": "Amina",
            "raters": "Bruno, Hana",
            "starts": MOMENT,
            "ends": MOMENT,
            "place": place,
            "directions": "Ring at the <b>back</b> door",
            "why": why,
        }
        for news, why in (("planned", ""), ("changed", ""), ("tomorrow", ""), ("off", "She is ill"))
        for watched in (True, False)
        for place in ("The hall", "")
        if watched or news != "off"
    ],
    "assessments/result": [{"name": "Amina", "watched": DAY, "news": news} for news in ("result", "answered")],
    "assessments/turn": [RATED | {"subject": subject, "what": what} for subject, what in TURNS.values()],
    "assessments/calibrate": [
        {"programme": "Growing Up", "instrument": "Leading", "until": DAY, "over": over} for over in (True, False)
    ],
    "assessments/countersign": [RATED | {"news": news, "by": "Gwen"} for news in ("asked", "given", "returned")],
    "programmes/application": [PLACE | {"name": "Amina"}],
    "programmes/answer": [PLACE | {"accepted": accepted} for accepted in (True, False)],
    "courses/reply": [{"trainer": "Hana"}],
    "courses/moved": [
        {"course": "Small steps", "number": "2", "because": "It is safer", "on": on, "left": 3} for on in (DAY, None)
    ],
    "courses/top_up": [
        {"course": "Small steps", "number": "2", "because": "It is safer", "due": DAY, "whole": whole, "news": news}
        for whole in (True, False)
        for news in ("new", "soon", "late")
    ],
    "certificates/certificate": [
        {"outcome": Outcome(state, "Leader", DAY, until, id=ID, appeal_until=until), "earlier": earlier}
        for state, until, earlier in (("certified", DAY, False), ("provisional", DAY, True), ("certified", None, False))
    ],
    "certificates/signed_again": [{}],
    "certificates/issued_again": [
        {
            "outcome": Outcome(state, "Leader", DAY, DAY),
            "renamed": renamed,
            "because": why,
            "serial": "B",
            "before": "A",
        }
        for state, renamed, why in (("certified", True, CORRECTED), ("suspended", False, "The sheet was wrong."))
    ],
    "certificates/outcome": [
        {"outcome": Outcome(state, "Leader", DAY, DAY, reason, id=ID, appeal_until=DAY)}
        for state in OUTCOMES
        for reason in ("", "She was 100% clear", GROUNDS["time"])
    ],
    "certificates/appeal": [
        {"subject": subject, "found": found, "why": why, "standing_path": path, "look_by": by, "decide_by": by}
        for subject, found in (*FOUND.values(), *STEPS.values(), LATE)
        for why, path, by in (("We looked", "/pathways", None), ("", "", DAY))
    ],
    "certificates/appeal_to_decide": [
        {"name": "Amina", "told": told, "open": step != "answered", "decide_by": by}
        for step, told in STEPS_TOLD.items()
        for by in (None, DAY)
    ],
    "certificates/merged": [{"apart": apart, "until": MOMENT} for apart in (True, False)],
    "certificates/vote": [{"name": "Amina", "level": "Growing Up, Leader", "votes": 3}],
    "certificates/reminder": [{"level": "Leader", "until": DAY, "left": left} for left in (1, 7)],
    "reports/answer": [
        {"name": "Certified in Leeds", "as_of": DAY, "every": every} for every in ("day", "week", "month")
    ],
    "trail/head": [{"number": 7, "made": MOMENT, "kept": '{"number": 7}'}],
    "trail/broken": [{"found": ["row 7", "row 8"], "more": more} for more in (0, 3)],
}
"""Template → what it may be filled with, once for each of its ways."""
MAILS = [Mail(name, values, "/there") for name, ways in EACH.items() for values in ways]


def written(mail: Mail, language: str = "en") -> WrittenMail:
    reader = Reader("Amina Yusuf", language, "Parenting Together", "help@together.example")
    return write(mail, reader, home=HOME)


def test_each_mail_is_tried_here() -> None:
    whole = {path for path in EMAILS.rglob("*.txt") if WHOLE.search(path.read_text())}
    assert {str(path.relative_to(EMAILS).with_suffix("")) for path in whole} == set(EACH)


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("name", EACH)
def test_a_mail_says_the_same_in_both_parts_and_has_one_button_and_fetches_nothing(name: str, language: str) -> None:
    for mail in (one for one in MAILS if one.template == name):
        found = written(mail, language)
        buttons = re.findall(r"<a [^>]*background-color[^>]*>", found.html)
        assert len(buttons) == found.text.count(f"{HOME}/there") <= 1
        page = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found.html)).split())
        for line in filter(None, found.text.replace(f":\n{HOME}/there", "").splitlines()):
            assert " ".join(line.split()) in page
        assert found.subject and "\n" not in found.subject and len(found.text.splitlines()[0]) < 40
        assert not re.search(r"<(img|script|link|iframe|style)|url\(|@import", found.html)
        assert all(one.startswith(HOME) for one in re.findall(r'(?:href|src)="([^"]*)"', found.html))
        assert f'lang="{language}"' in found.html and "<b>now" not in found.html


@pytest.mark.parametrize("name", [name for name in EACH if not name.startswith(STAFF)])
def test_a_mail_for_those_who_learn_and_hold_is_easy_to_read(name: str) -> None:
    for mail in (one for one in MAILS if one.template == name):
        found = written(mail)
        assert grade(re.sub(r"http\S+|Parenting Together", "", f"{found.subject}.\n{found.text}")) <= HIGHEST_GRADE


def test_each_word_of_ours_in_a_mail_is_known_in_welsh() -> None:
    reading = jinja2.Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
    found = [
        message if isinstance(message, str) else tuple(filter(None, message))
        for path in EMAILS.rglob("*.txt")
        if path.parent.name != "trail"
        for _, _, message in reading.extract_translations(path.read_text())
    ]
    outcomes = [text for one in OUTCOMES.values() for text in (one.subject, one.means, one.next_step)]
    found += [*outcomes, *GROUNDS.values(), *STRENGTHS.values(), *KINDS.values()]
    found += [text for pair in (*FOUND.values(), *STEPS.values(), LATE, *TURNS.values()) for text in pair]
    found += [*STEPS_TOLD.values()]
    welsh = translations("cy")
    for text in found:
        english = (text,) if isinstance(text, str) else text
        one = welsh.ngettext(*english, 1) if english[1:] else welsh.gettext(*english)
        assert one != english[0]
        assert set(re.findall(r"%\(\w+\)s", one)) == set(re.findall(r"%\(\w+\)s", english[0]))


def test_a_link_that_somebody_else_wrote_is_no_link() -> None:
    found = written(
        Mail("programmes/answer", PLACE | {"accepted": True, "words": f"See https://evil.example/ {HOME}/x."})
    )
    assert "https://evil.example/" in found.html and 'href="https://evil' not in found.html
    assert f'href="{HOME}/x"' in found.html
