"""Who may do what: every route, as every role, for people here, elsewhere, gone and of another unit, by both doors."""

import itertools
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from tortoise import Tortoise

from tests.belongings import HERE, LEFT, LONG_AGO, PEOPLE, TODAY, Things, world
from tests.conftest import ORIGIN
from training.app.routes import ROUTES
from training.demo.cast import PEOPLE as CAST
from training.demo.cast import known
from training.people.actor import LtiContext
from training.people.authentication.middleware import cookie_name
from training.people.models import Membership, Person
from training.people.roles import ABILITIES, OWN, ROLES
from training.people.sessions import open_session
from training.trail.models import Fact
from training.web.routing import ANYONE, SIGNED_IN

NOWHERE = str(uuid.UUID(int=7))
MATRIX = sorted(
    ((door.path, method, door.may) for door in ROUTES for method in sorted(door.methods - {"HEAD"})),
    key=lambda row: row[:2] in (("/sessions", "POST"), ("/sign-out", "POST")),  # last: they end what the others need
)
SITE_OF = {"own": "RIV", "other": "HAR", "former": "OAK"}
RATER, CONFIRMER = "assessor of the unit", "supervisor"
ACTORS: dict[str, tuple[tuple[str, str], ...]] = {
    "own": (("trainee", "RIV"),),  # the person of the own site
    "trainee": (("trainee", "RIV"),),
    "facilitator": (("facilitator", "RIV"),),
    CONFIRMER: (("supervisor", "RIV"),),
    "assessor": (("assessor", "RIV"),),
    "coordinator": (("coordinator", "RIV"),),
    "supervisor of the unit": (("supervisor", ""),),
    RATER: (("assessor", ""),),
    "auditor": (("auditor", ""),),
    "administrator": (("administrator", ""),),
    "central": (("central", ""),),
    "coordinator here, assessor everywhere": (("coordinator", "RIV"), ("assessor", "")),
    "coordinator here, supervisor there": (("coordinator", "RIV"), ("supervisor", "HAR")),
    "coordinator there, auditor": (("coordinator", "HAR"), ("auditor", "")),
    "coordinator until lately": (("trainee", "RIV"),),
}
"""Who acts → roles with their sites; "" is the whole unit."""


@dataclass(frozen=True)
class Somebody:
    """Who acts, and by which door they came."""

    key: str
    through_lms: bool

    def may(self, ability: str, kind: str = "") -> bool:
        """Tells whether the ability holds for people of the kind, or anywhere; written apart from the code it tests."""
        if self.through_lms and ability not in OWN:
            return False
        places = {where for role, where in ACTORS[self.key] if role in ABILITIES[ability]}
        return bool(places) if not kind else kind != "stranger" and not places.isdisjoint({"", SITE_OF[kind]})

    def sees(self, kind: str) -> bool:
        """Tells whether they see a person of the kind: themselves, or as staff."""
        return self.key == kind or self.may("see people", kind)


Rule = Callable[[Somebody, str, str], bool]


def where_they_are(me: Somebody, may: str, kind: str) -> bool:
    """The ability of the route, for the person whom the address is about."""
    return me.may(may, kind)


def asked_to_settle(me: Somebody, may: str, kind: str) -> bool:
    """Nobody: the raters have not disagreed."""
    return False


def seen(me: Somebody, may: str, kind: str) -> bool:
    """Oneself, and whom one sees."""
    return me.sees(kind)


def ones_own(me: Somebody, may: str, kind: str) -> bool:
    """Nobody but the person."""
    return me.key == kind


def of_the_unit(me: Somebody, may: str, kind: str) -> bool:
    """What belongs to the unit as a whole, by the ability of the route."""
    return kind != "stranger" and (may == SIGNED_IN or me.may(may))


def gives_every_role(me: Somebody, may: str, kind: str) -> bool:
    """Whoever answers for the unit as a whole."""
    return kind != "stranger" and me.may("give every role")


def of_whoever_made_it(me: Somebody, may: str, kind: str) -> bool:
    """The central unit, for whoever made it."""
    return kind != "stranger" and me.may("decide")


def asked_to_rate(me: Somebody, may: str, kind: str) -> bool:
    """Whoever was asked to rate."""
    return me.key == RATER and me.may("assess", kind)


def seen_or_rated(me: Somebody, may: str, kind: str) -> bool:
    """Oneself, whom one sees, and whom one was asked to rate."""
    return me.sees(kind) or asked_to_rate(me, may, kind)


def asked_to_confirm(me: Somebody, may: str, kind: str) -> bool:
    """Whoever was asked to confirm."""
    return me.key == CONFIRMER and kind != "stranger"


def ones_own_directly(me: Somebody, may: str, kind: str) -> bool:
    """Nobody but the person, and not through an LMS."""
    return me.key == kind and not me.through_lms


def own_or_managed(me: Somebody, may: str, kind: str) -> bool:
    """Whose it is, and who manages them."""
    return ones_own(me, may, kind) or me.may("manage people", kind)


def own_managed_or_rated(me: Somebody, may: str, kind: str) -> bool:
    """Whose it is, who manages them, and who was asked to rate them."""
    return own_or_managed(me, may, kind) or asked_to_rate(me, may, kind)


def nobody(me: Somebody, may: str, kind: str) -> bool:
    """Nobody of those who act here: it is somebody else's."""
    return False


def own_or_audited(me: Somebody, may: str, kind: str) -> bool:
    """Whom it is about, and who watches over quality."""
    return ones_own(me, may, kind) or me.may("audit", kind)


def by(ability: str) -> Rule:
    """Another ability than the route's, for the person whom the address is about."""
    return lambda me, may, kind: me.may(ability, kind)


@dataclass(frozen=True)
class Named:
    """How to name somebody's thing in an address, who may, and a form that would do something.

    `soft`: of those who may, some find nothing there, as it takes more than the ability (a course that was begun).
    """

    address: str
    rule: Rule = where_they_are
    form: Mapping[str, str] = field(default_factory=dict)
    soft: bool = False


DAY = TODAY.isoformat()
FILMED = {
    "do": "add", "name": "A.", "part": "parent", "purpose": "assessment", "way": "paper",
    "until": (TODAY + timedelta(days=90)).isoformat(),
}  # fmt: skip
VISIT = {"observed": DAY, "starts": "14:00", "ends": "16:00", "place": "The hall"}
SHOWN = ("rate", "paper")
PAPER = {"key": "{new}", "type": "qualification", "what": "first aid", "on": DAY, "why": "Misread."}
TALK = {
    "key": "{new}", "type": "supervision", "what": "reflective", "on": DAY, "minutes": "90", "by_name": "A",
    "by_contact": "a@b.example",
}  # fmt: skip
NAMED: dict[str | tuple[str, str], Named | tuple[Named, ...]] = {
    "/people/{id}": Named("/people/{person}"),
    "/people/{id}/memberships": Named(
        "/people/{person}/memberships", form={"role": "facilitator", "site_id": "{site}", "starts": DAY}
    ),
    "/people/{id}/memberships/end": Named(
        "/people/{person}/memberships/end", form={"membership": "{membership}", "ends": DAY}
    ),
    "/people/{id}/ways-in": Named("/people/{person}/ways-in", form={"do": "card"}, soft=True),
    "/people/{id}/contact": Named("/people/{person}/contact", form={"do": "phone", "phone": "029 2018 0100"}),
    "/people/{id}/memberships/move": Named(
        "/people/{person}/memberships/move", form={"moves": "{membership}", "to_site": "{site}", "from_day": DAY}
    ),
    "/people/merges/{id}": Named("/people/merges/{merge}", form={"because": "They are two."}, soft=True),
    "/people/{id}/merge": Named("/people/{person}/merge"),
    "/people/{id}/merge/{other}": Named(
        "/people/{person}/merge/{double}?chosen=", form={"reason": "I asked."}, soft=True
    ),
    "/people/{id}/data": Named("/people/{person}/data", form={"do": "export"}),
    "/people/{id}/card": Named("/people/{person}/card", soft=True),
    "/people/{id}/sign-out": Named("/people/{person}/sign-out"),
    "/how-you-sign-in/{id}": Named("/how-you-sign-in/{factor}", ones_own_directly, {"do": "remove"}),
    "/people/{id}/sign-in": Named("/people/{person}/sign-in", form={"reason": "She lost her phone. I met her."}),
    "/people/{id}/name": Named("/people/{person}/name", form={"name": "Another Name"}),
    "/people/{id}/told-name": Named(
        "/people/{person}/told-name", form={"told_by": "{identity}", "name": "Another Name", "do": "take"}
    ),
    "/people/alike/{one}/{other}": Named("/people/alike/{person}/{twin}", form={"reason": "I know both."}),
    "/people/different/{id}": Named("/people/different/{difference}", form={"why": "Not so."}),
    "/batches/{id}": Named("/batches/{batch}", gives_every_role),
    ("/batches/{id}", "POST"): Named("/batches/{batch}", of_whoever_made_it, {"row-2": "other"}),
    "/batches/{id}/do": Named("/batches/{batch}/do", of_whoever_made_it, {"do": "rehearse"}),
    "/batches/{id}/refused.csv": Named("/batches/{batch}/refused.csv", gives_every_role),
    "/bulk/{id}": Named("/bulk/{bulk}", of_whoever_made_it, {"reason": "x", "effective": DAY, "grounds": ""}),
    "/imports/{id}": Named("/imports/{batch}", of_whoever_made_it, {"kind": "people"}),
    "/imports/{id}/sheet": Named("/imports/{batch}/sheet", of_whoever_made_it, {"x": "y"}),
    "/people/{id}/letters": Named("/people/{person}/letters"),
    "/name-requests/{id}": Named("/name-requests/{asked_name}", form={"answer": "yes", "words": "Seen."}),
    "/letters/{id}": Named("/letters/{letter}", form={"note": "Told by telephone."}),
    "/lists/{id}/remove": Named("/lists/{saved}/remove", ones_own),
    "/relations/{id}/take-back": Named("/relations/{relation}/take-back", ones_own, {"why": "Not so."}),
    "/sites/{id}": Named("/sites/{site}"),
    "/areas/{id}": Named("/areas/{area}", of_the_unit, {"name": "Another name"}),
    "/sites/{id}/change": Named("/sites/{site}/change", of_the_unit, {"name": "Another name", "area": "{area}"}),
    "/sites/{id}/licences": Named("/sites/{site}/licences"),
    "/sites/{id}/programmes": Named("/sites/{site}/programmes"),
    ("/sites/{id}/programmes", "POST"): Named(
        "/sites/{site}/programmes", by("manage people"), {"programme": "{programme}", "starts": DAY}
    ),
    "/sites/{id}/programmes/{adoption}/end": Named("/sites/{site}/programmes/{adoption}/end", form={"ends": DAY}),
    "/people/{id}/programmes": Named("/people/{person}/programmes"),
    ("/people/{id}/programmes", "POST"): Named(
        "/people/{person}/programmes",
        by("manage people"),
        {"programme": "{programme}", "site_id": "{site}", "starts": DAY},
    ),
    "/people/{id}/programmes/{place}": Named(
        "/people/{person}/programmes/{part}", form={"do": "take back", "why": "Not so."}
    ),
    "/people/{id}/programme-roles": Named(
        "/people/{person}/programme-roles",
        form={"role": "{programme} coach", "where": "site {site}", "starts": DAY},
        soft=True,
    ),
    "/people/{id}/programme-roles/{role}": Named(
        "/people/{person}/programme-roles/{role}", form={"do": "take back", "why": "Not so."}
    ),
    "/applications/{id}": Named("/applications/{application}", form={"answer": "yes", "words": "Welcome."}),
    "/pathways/join/{id}": Named("/pathways/join/{programme}", of_the_unit, soft=True),
    "/lti/choose/{id}": Named("/lti/choose/{choosing}", ones_own),
    "/lti/console/scores/{id}": Named("/lti/console/scores/{score}", of_the_unit),
    "/lti/console/courses/{id}": Named("/lti/console/courses/{context}", of_the_unit),
    "/lti/console/courses/{id}/programme": Named(
        "/lti/console/courses/{context}/programme", of_the_unit, {"programme": "{programme}"}
    ),
    **{
        f"/lti/console/{{id}}{rest}": Named(f"/lti/console/{{registration}}{rest}", of_the_unit, soft=soft)
        for rest, soft in {
            "": False,
            "/change": False,
            "/check": False,
            "/accept": True,
            "/introduce": True,
            "/approve": True,
            "/refuse": True,
            "/place": True,
        }.items()
    },
    "/clients/{id}": Named("/clients/{client}", of_the_unit, {"do": "suspend"}),
    "/clients/{id}/webhook": Named("/clients/{client}/webhook", of_the_unit, {"do": "stop"}, soft=True),
    "/clients/{id}/change": Named("/clients/{client}/change", of_the_unit, {"name": "Another"}),
    "/courses/media/{sha256}": Named("/courses/media/{slug}", of_the_unit, soft=True),
    "/courses/entries/{entry}": Named("/courses/entries/{entry}", seen),
    "/courses/cohorts/{id}": Named("/courses/cohorts/{cohort}", by("see people")),
    "/courses/cohorts/{id}/change": Named(
        "/courses/cohorts/{cohort}/change", form={"name": "Another", "starts": DAY, "learning": "x"}
    ),
    "/courses/cohorts/{id}/places": Named("/courses/cohorts/{cohort}/places", form={"end": "{place}"}, soft=True),
    "/courses/cohorts/{id}/fill": Named("/courses/cohorts/{cohort}/fill?roster={context}", soft=True),
    "/courses/cohorts/{id}/sessions": Named(
        "/courses/cohorts/{cohort}/sessions", form={"title": "A day", "held_on": DAY, "hours": "1"}
    ),
    "/courses/cohorts/{id}/sessions/{session}": Named("/courses/cohorts/{cohort}/sessions/{session}", by("see people")),
    ("/courses/cohorts/{id}/sessions/{session}", "POST"): Named(
        "/courses/cohorts/{cohort}/sessions/{session}", by("manage people"), {"seen": "{person} 1", "step": "rest"}
    ),
    "/courses/cohorts/{id}/sessions/{session}/change": Named(
        "/courses/cohorts/{cohort}/sessions/{session}/change", form={"step": "remove"}
    ),
    "/courses/cohorts/{id}/sessions/{session}/made-up/{person}": Named(
        "/courses/cohorts/{cohort}/sessions/{session}/made-up/{person}",
        by("manage people"),
        {"work": "Read it.", "on": DAY, "mode": "online"},
    ),
    "/courses/cohorts/{id}/tasks": Named("/courses/cohorts/{cohort}/tasks", by("see people")),
    "/courses/cohorts/{id}/tasks/{entry}": Named(
        "/courses/cohorts/{cohort}/tasks/{entry}", by("manage people"), {"words": "Well done."}
    ),
    "/courses/of/{person}": Named("/courses/of/{person}"),
    "/courses/learners/{enrolment}/{activity}": Named("/courses/learners/{enrolment}/{quiz}"),
    **{
        f"/courses/{{slug}}{rest}": Named(f"/courses/{{slug}}{at}", of_the_unit, soft=True)
        for rest, at in {
            "": "",
            "/learners": "/learners",
            "/cohorts/new": "/cohorts/new",
            "/start": "/start",
            "/newer": "/newer",
            "/top-up": "/top-up",
            "/versions/{number}": "/versions/1",
            "/versions/{number}/choice": "/versions/1/choice",
            "/continue": "/continue",
            "/{module}": "/hearing",
            "/{module}/{activity}": "/hearing/quiz",
            "/{module}/{activity}/begin": "/hearing/quiz/begin",
            "/{module}/{activity}/check": "/hearing/quiz/check",
            "/{module}/{activity}/questions/{number}": "/hearing/quiz/questions/1",
            "/{module}/{activity}/hand-in": "/hearing/quiz/hand-in",
            "/{module}/{activity}/results/{number}": "/hearing/quiz/results/1",
            "/{module}/{activity}/play/{sco}": "/hearing/quiz/play/1",
            "/{module}/{activity}/play/{sco}/save": "/hearing/quiz/play/1/save",
        }.items()
    },
    "/drafts/published/{kind}/{name}": Named("/drafts/published/course/{slug}", of_the_unit),
    "/drafts/{id}": Named("/drafts/{draft}", of_the_unit),
    ("/drafts/{id}", "POST"): Named("/drafts/{draft}", of_the_unit, {"do": "throw away"}, soft=True),
    "/drafts/{id}/ask": Named("/drafts/{draft}/ask", of_the_unit, {"seen": "0"}, soft=True),
    "/drafts/{id}/competencies": Named("/drafts/{draft}/competencies", of_the_unit),
    "/drafts/published/course/{name}/competencies": Named("/drafts/published/course/{slug}/competencies", of_the_unit),
    "/drafts/{id}/compare": Named("/drafts/{draft}/compare", of_the_unit),
    "/drafts/{id}/send-back": Named("/drafts/{draft}/send-back", of_the_unit, {"reasons": "x"}, soft=True),
    "/drafts/{id}/add": Named("/drafts/{draft}/add", of_the_unit),
    "/drafts/{id}/changes/{change}": Named(f"/drafts/{{draft}}/changes/{NOWHERE}", of_the_unit, soft=True),
    "/drafts/{id}/files/{path:path}": Named(
        "/drafts/{draft}/files/hearing/quiz.yaml", of_the_unit, {"text": "x", "revision": "1"}
    ),
    "/drafts/{id}/instrument/{path:path}": Named(
        "/drafts/{tool_draft}/instrument/group_facilitation.yaml", of_the_unit, {"base": "x: y", "revision": "1"}
    ),
    "/drafts/{id}/film": Named("/drafts/{draft}/film", of_the_unit),
    "/drafts/{id}/lesson": Named("/drafts/{draft}/lesson", of_the_unit, soft=True),
    "/drafts/{id}/lesson/{module}/{activity}": Named("/drafts/{draft}/lesson/hearing/first", of_the_unit, soft=True),
    "/drafts/{id}/media/{sha256}": Named("/drafts/{draft}/media/none", of_the_unit, soft=True),
    "/drafts/{id}/outline": Named(
        "/drafts/{draft}/outline", of_the_unit, {"do": "remove module", "module": "hearing"}, soft=True
    ),
    "/drafts/{id}/package": Named("/drafts/{draft}/package", of_the_unit),
    "/drafts/{id}/paper/{path:path}": Named("/drafts/{tool_draft}/paper/group_facilitation.yaml", of_the_unit),
    "/drafts/{id}/rate/{path:path}": Named("/drafts/{tool_draft}/rate/group_facilitation.yaml", of_the_unit),
    "/drafts/{id}/preview/{module}/{activity}": Named("/drafts/{draft}/preview/hearing/first", of_the_unit),
    "/drafts/{id}/publish": Named(
        "/drafts/{draft}/publish", of_the_unit, {"number": "2", "edit_class": "content", "seen": "0"}
    ),
    "/drafts/{id}/rehearse": Named("/drafts/{rules_draft}/rehearse", of_the_unit, {"when": "today"}, soft=True),
    "/drafts/{id}/try": Named("/drafts/{rules_draft}/try", of_the_unit, soft=True),
    "/rehearsals/{id}": Named("/rehearsals/{rehearsal}", of_the_unit, soft=True),
    "/drafts/{id}/task/{path:path}": Named("/drafts/{draft}/task/none.md", of_the_unit, soft=True),
    "/drafts/{id}/quiz/{path:path}": Named(
        "/drafts/{draft}/quiz/hearing/quiz.yaml", of_the_unit, {"base": "x", "revision": "1"}
    ),
    "/drafts/{id}/remove/{path:path}": Named("/drafts/{draft}/remove/none.md", of_the_unit),
    "/programmes/rules/{id}/take-back": Named("/programmes/rules/{rules}/take-back", of_the_unit, soft=True),
    "/material/programmes/{id}": Named(
        "/material/programmes/{programme}",
        of_the_unit,
        {"description": "For parents.", "adoption": "Write to us.", "ask": "hello@unit.example"},
    ),
    "/material/programmes/{id}/preview": Named("/material/programmes/{programme}/preview", of_the_unit, soft=True),
    **{
        f"/material/programmes/{{id}}/{do}": Named(f"/material/programmes/{{programme}}/{do}", of_the_unit, soft=True)
        for do in ("publish", "take-down", "put-back")
    },
    "/programmes/rules/{id}/forms": Named("/programmes/rules/{rules}/forms", of_the_unit),
    "/practice/of/{id}": Named("/practice/of/{person}"),
    "/practice/of/{id}/new": Named(
        "/practice/of/{person}/new",
        by("manage people"),
        {"key": "{new}", "type": "qualification", "what": "first aid", "on": DAY},
    ),
    "/practice/sites/{id}": Named("/practice/sites/{site}"),
    "/practice/sites/{id}/new": Named(
        "/practice/sites/{site}/new",
        by("manage people"),
        {"key": "{new}", "type": "event", "what": "practitioners trained", "on": DAY},
    ),
    "/practice/confirmations/{id}": Named(
        "/practice/confirmations/{confirmation}", asked_to_confirm, {"answer": "yes", "note": "It was so."}
    ),
    "/practice/confirmations/{id}/paper": Named(
        "/practice/confirmations/{confirmation}/paper", form={"note": "In the folder."}
    ),
    "/practice/confirmations/{id}/pass-on": Named("/practice/confirmations/{request}/pass-on", ones_own),
    "/practice/confirmations/{id}/here": Named(
        "/practice/confirmations/{request}/here", ones_own, {"name": "Somebody"}
    ),
    "/practice/records/{id}": (
        Named("/practice/records/{delivery}", seen),
        Named("/practice/records/{record}", seen),
    ),
    "/practice/records/{id}/correct": (
        Named("/practice/records/{supervision}/correct", ones_own, TALK),
        Named("/practice/records/{record}/correct", by("manage people"), PAPER),
    ),
    "/practice/records/{id}/ask": Named(
        "/practice/records/{delivery}/ask",
        ones_own,
        {"confirmer": "other", "confirmer_name": "A", "confirmer_contact": "a@b.example"},
    ),
    "/practice/records/{id}/answer": Named(
        "/practice/records/{delivery}/answer", by("manage people"), {"answer": "yes", "note": "I was there."}
    ),
    "/practice/records/{id}/changes/{change}": Named(
        "/practice/records/{delivery}/changes/{change}", by("manage people"), {"judged": "within"}
    ),
    "/practice/records/{id}/feedback": Named(
        "/practice/records/{delivery}/feedback", own_or_managed, {"step": "open", "what": "feedback by parents"}
    ),
    "/practice/records/{id}/files/{file}": Named("/practice/records/{delivery}/files/{proof}", seen),
    "/practice/records/{id}/take-back": (
        Named("/practice/records/{delivery}/take-back", ones_own, {"key": "{new}", "reason": "Wrong."}),
        Named("/practice/records/{record}/take-back", by("manage people"), {"key": "{new}", "reason": "Wrong."}),
    ),
    "/assessments/of/{id}": Named("/assessments/of/{person}"),
    "/assessments/eligible/{id}": Named("/assessments/eligible/{person}"),
    "/assessments/agreement/of/{id}": Named("/assessments/agreement/of/{person}", own_or_audited),
    "/assessments/quality/of/{id}": Named("/assessments/quality/of/{person}", own_or_audited),
    ("/assessments/quality/of/{id}", "POST"): Named(
        "/assessments/quality/of/{person}", form={"held": DAY, "note": "Kind."}, soft=True
    ),
    "/assessments/quality/draws/{id}": Named("/assessments/quality/draws/{quality_draw}", of_the_unit),
    "/assessments/quality/accompanied/{id}/take-back": Named(
        "/assessments/quality/accompanied/{accompanied}/take-back", nobody, soft=True
    ),
    "/assessments/quality/{id}": Named("/assessments/quality/{sample}", form={"finding": "accepted"}),
    "/assessments/calibration/sets/{id}": Named("/assessments/calibration/sets/{set}", of_the_unit),
    "/assessments/calibration/sets/{id}/vignettes/{number}": Named(
        "/assessments/calibration/sets/{set}/vignettes/1", of_the_unit, soft=True
    ),
    **{
        f"/assessments/calibrate/{{id}}{rest}": Named(f"/assessments/calibrate/{{set}}{at}", of_the_unit, soft=True)
        for rest, at in {"": "", "/end": "/end", "/{number}": "/1"}.items()
    },
    "/assessments/calibrated/{id}": Named(
        "/assessments/calibrated/{attempt}", lambda me, may, kind: me.key == kind or me.may("decide", kind)
    ),
    "/assessments/calibration/of/{id}": Named("/assessments/calibration/of/{person}"),
    "/assessments/calibration/{id}/take-back": Named(
        "/assessments/calibration/{calibration}/take-back", form={"why": "Mistyped."}
    ),
    "/assessments/films/{id}": Named("/assessments/films/{film}", own_managed_or_rated),
    ("/assessments/films/{id}", "POST"): Named(
        "/assessments/films/{film}", own_or_managed, {"do": "remove"}, soft=True
    ),
    "/assessments/films/{id}/consents": Named("/assessments/films/{film}/consents", own_or_managed, FILMED),
    "/assessments/films/{id}/consents/{consent}": Named(
        "/assessments/films/{film}/consents/{film_consent}", own_or_managed, {"do": "show"}
    ),
    "/assessments/films/{id}/captions": Named("/assessments/films/{film}/captions", own_managed_or_rated, soft=True),
    "/assessments/films/{id}/content": Named("/assessments/films/{film}/content", ones_own, soft=True),
    "/assessments/films/{id}/upload": Named("/assessments/films/{film}/upload", ones_own, soft=True),
    "/assessments/{id}": Named("/assessments/{signed}", seen),
    **{
        f"/assessments/{{id}}/{rest}": Named(
            f"/assessments/{{rated}}/{rest}", asked_to_rate, soft=rest not in ("rate", "paper")
        )
        for rest in ("rate", "paper", "draft", "compare", "check", "agree", "sign", "stop", "disagree")
    },
    "/assessments/{id}/countersign": Named(
        "/assessments/{waits}/countersign", form={"finding": "countersigned", "reasons": "x"}, soft=True
    ),
    "/assessments/{id}/answer": Named("/assessments/{signed}/answer", ones_own, {"words": "I agree."}),
    "/assessments/{id}/decide": Named("/assessments/{rated}/decide", asked_to_settle, soft=True),
    "/assessments/{id}/visit": Named("/assessments/{rated}/visit", seen_or_rated),
    "/assessments/{id}/visit.ics": Named("/assessments/{rated}/visit.ics", seen_or_rated),
    "/assessments/{id}/visit/change": Named("/assessments/{rated}/visit/change", asked_to_rate, VISIT, soft=True),
    "/pathways/of/{id}": Named("/pathways/of/{person}"),
    "/certificates/decisions/{id}": Named(
        "/certificates/decisions/{case}", by("decide"), {"outcome": "certified", "reasons": "x"}
    ),
    "/certificates/appeals/{id}": Named("/certificates/appeals/{appeal}", form={"finding": "upheld", "reasons": "x"}),
    "/certificates/appeals/{id}/files/{number}": Named(
        "/certificates/appeals/{appeal}/files/1",
        lambda me, may, kind: me.key == kind or me.may("decide", kind),
        soft=True,
    ),
    "/certificates/outcomes/{id}": Named("/certificates/outcomes/{outcome}", ones_own, {"words": "I object."}),
    "/certificates/{id}": Named("/certificates/{certificate}", seen),
    ("/certificates/{id}", "POST"): Named("/certificates/{certificate}", ones_own, {"shows": "private"}),
    **{
        f"/certificates/{{id}}/{rest}": Named(f"/certificates/{{certificate}}/{rest}", seen, soft=True)
        for rest in ("milestone", "document", "badge", "token")
    },
    "/certificates/{id}/badge.{kind}": Named("/certificates/{certificate}/badge.svg", seen, soft=True),
    "/certificates/{id}/again": Named("/certificates/{certificate}/again", form={"why": "x"}, soft=True),
    "/certificates/{id}/links": Named("/certificates/{certificate}/links", ones_own),
    "/certificates/{id}/links/{link}/end": Named("/certificates/{certificate}/links/{share_link}/end", ones_own),
    "/sheet/{id}": Named("/sheet/{sheet_design}"),
    "/sheet/{id}/{sample}": Named("/sheet/{sheet_design}/usual", soft=True),
    "/register/{id}": Named("/register/{certification}"),
    ("/register/{id}", "POST"): Named(
        "/register/{certification}", by("decide"), {"state": "withdrawn", "reason": "x", "effective": DAY}
    ),
    "/register/{id}/proofs": Named("/register/{certification}/proofs", soft=True),
    "/register/{id}/proofs/{proof}": Named(
        f"/register/{{certification}}/proofs/{NOWHERE}",
        lambda me, may, kind: me.key == kind or me.may("read register", kind),
        soft=True,
    ),
    ("/register/{id}/proofs/{proof}", "POST"): Named(
        f"/register/{{certification}}/proofs/{NOWHERE}", by("decide"), soft=True
    ),
    "/audits/{id}": Named("/audits/{audit}", of_the_unit),
    "/audits/{id}/cases/{case}": Named(
        "/audits/{audit}/cases/{audited}", of_the_unit, {"finding": "upheld", "reasons": "x"}
    ),
    "/reports/answers/{id}": Named("/reports/answers/{reported}", of_the_unit),
    "/reports/answers/{id}/again": Named("/reports/answers/{reported}/again", of_the_unit, {"known": "then"}),
    "/reports/{id}": Named("/reports/{report}", of_the_unit),
    "/reports/{id}/ask": Named("/reports/{report}/ask", of_the_unit),
    "/reports/{id}/change": Named("/reports/{report}/change", of_the_unit, {"name": "Other", "as_of": "today"}),
    "/reports/{id}/put-away": Named("/reports/{report}/put-away", of_the_unit, {"do": "away"}, soft=True),
    "/reports/{id}/readers": Named("/reports/{report}/readers", of_the_unit, {"do": "start"}),
}
"""Route, or route and method → how its blanks are filled, in each way that counts; one without a line here fails."""


def blanks(path: str) -> bool:
    return "{" in path


def named(path: str, method: str) -> tuple[Named, ...]:
    found = NAMED[path, method] if (path, method) in NAMED else NAMED[path]
    return found if isinstance(found, tuple) else (found,)


def filled(text: str, things: Things) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(uuid.uuid4()) if found[1] == "new" else things[found[1]], text)


def _address(path: str) -> str:
    """Fills the blanks of a route with ids that are nobody's."""
    return re.sub(r"{[^}]*}", NOWHERE, path)


@dataclass
class Visit:
    """Somebody's browser in a session, with what was answered wrongly."""

    me: Somebody
    browser: httpx2.AsyncClient
    made: dict[str, Things]
    wrong: list[Any] = field(default_factory=list)

    async def try_route(self, to: Named, method: str, may: str, kind: str) -> None:
        """Asks for one route with the things of one person, and notes what is not as it should be."""
        things = self.made[kind]
        allowed = (may == SIGNED_IN or self.me.may(may)) and to.rule(self.me, may, kind)
        # Whoever may sends an empty form: it is found wanting, and all stays as it is for the others.
        form = {} if allowed else {name: filled(value, things) for name, value in to.form.items()}
        answer = await self.browser.request(method, filled(to.address, things), data=form if method == "POST" else None)
        refused = answer.status_code in (403, 404, 410)  # 410: a part in a rating that somebody left, or never had
        told = PEOPLE[kind][0] in answer.text and self.me.key != kind
        fine = (not refused or to.soft) if allowed else (refused and not told)
        if not fine or (answer.status_code >= 500 and answer.status_code != 503):
            self.wrong.append(
                (self.me.key, "LMS" if self.me.through_lms else "", to.address, method, kind, answer.status_code)
            )

    async def try_list(self, path: str) -> None:
        """Asks for a page or file that is about nobody in particular: it names only who may be seen."""
        text = (await self.browser.get(path)).text
        asked = self.me.key in (RATER, CONFIRMER)  # who is asked about somebody is told about whom
        for kind, (name, _, _) in PEOPLE.items():
            sites = {site for _, site in ACTORS[self.me.key]}
            known_here = asked or (path in COLLEAGUES and SITE_OF.get(kind) in sites)
            if name in text and not self.me.sees(kind) and not (known_here and kind != "stranger"):
                self.wrong.append((self.me, path, "names", kind))
            if path in EVERYBODY and self.me.may("see people") and self.me.sees(kind) and name not in text:
                self.wrong.append((self.me, path, "misses", kind))


LOGS = tuple(f"/practice/new?type={asked}&pathway=steady" for asked in ("delivery&what=group", "supervision&what="))
COLLEAGUES = (*LOGS, "/practice", "/relations")
"""Where people choose among those with a role at their own site."""
EVERYBODY = ("/people", "/people?format=csv", "/practice/records", "/practice/records?format=csv")
LISTS = [
    *(
        door.path
        for door in ROUTES
        if not blanks(door.path) and "GET" in door.methods and not door.path.startswith("/lti/l")
    ),
    *LOGS,
    "/people?format=csv",
    "/practice/records?format=csv",
    "/register?standing=all",
    "/register.csv?standing=all",
    f"/courses/{HERE}-steps/learners",
    f"/courses/cohorts?course={HERE}-steps",
]


def _kinds(me: Somebody, path: str, method: str, may: str) -> list[str]:
    """Lists whose things to try at a route: once, where the door refuses whatever the address says."""
    if not blanks(path) or may == ANYONE:
        return []
    if may != SIGNED_IN and not me.may(may):
        return [list(PEOPLE)[len(path + me.key) % len(PEOPLE)]]
    return ["own", "stranger"] if named(path, method)[0].rule is of_the_unit else list(PEOPLE)


async def _settled(key: str) -> uuid.UUID:
    """Makes who acts, unless they are there, with their roles."""
    who = known(f"kind/{key}") if key in PEOPLE else known(f"actor/{key}")
    if key not in PEOPLE:
        await Person.create(id=who, unit_id=known(HERE), name="The Actor", created=datetime.now(UTC))
        for role, site in ACTORS[key]:
            site_id = known(f"site/{site}") if site else None
            await Membership.create(id=uuid.uuid4(), person_id=who, role=role, site_id=site_id, starts=LONG_AGO)
        if key == "coordinator until lately":
            past = {"role": "coordinator", "site_id": known("site/RIV"), "starts": LONG_AGO, "ends": LEFT}
            await Membership.create(id=uuid.uuid4(), person_id=who, **past)
    return who


async def _all_rows() -> dict[str, int]:
    """Counts the rows of every table, but for what any visit leaves."""
    assert Tortoise.apps is not None
    models = [model for room in Tortoise.apps.values() for model in room.values()]
    return {
        model._meta.db_table: await model.all().count() for model in models if model._meta.db_table != "people_session"
    }


@pytest.fixture
async def visit(service, settings, tmp_path):
    """Opens a browser for somebody who acts, in a world with one of everything."""
    actors = {key: await _settled(key) for key in ACTORS}
    made = await world(settings, tmp_path, rater=actors[RATER], confirmer=actors[CONFIRMER])
    browsers = []

    async def opened(me: Somebody) -> Visit:
        token, lms = secrets.token_urlsafe(32), LtiContext(made["own"]["registration"], "https://lms.example", "1")
        await open_session(actors[me.key], token=token, now=datetime.now(UTC), lti=lms if me.through_lms else None)
        browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=service), base_url=ORIGIN, headers={"Sec-Fetch-Site": "same-origin"}
        )
        browser.cookies.set(cookie_name(settings.secure), token)
        browsers.append(browser)
        return Visit(me, browser, made)

    yield opened
    for browser in browsers:
        await browser.aclose()


def test_every_route_with_a_blank_says_how_it_is_filled():
    missing = [path for path, method, may in MATRIX if blanks(path) and may != ANYONE and path not in NAMED]
    assert missing == []
    stale = {key if isinstance(key, str) else key[0] for key in NAMED} - {path for path, _, _ in MATRIX}
    assert stale == set()


@pytest.mark.by_hand
@pytest.mark.timeout(1200)  # thousands of requests
@pytest.mark.parametrize("through_lms", [False, True], ids=["signed in directly", "through an LMS"])
async def test_everybody_does_and_sees_what_their_roles_carry_where_the_other_person_is(visit, through_lms):
    wrong: list[Any] = []
    for key in ACTORS:
        one = await visit(Somebody(key, through_lms))
        for path in LISTS:
            await one.try_list(path)
        for path, method, may in MATRIX:
            for kind in _kinds(one.me, path, method, may):
                for to in named(path, method):
                    await one.try_route(to, method, may, kind)
        wrong += one.wrong
    assert wrong == []


@pytest.mark.by_hand
async def test_nothing_is_written_by_whoever_may_not(visit):
    for me in (Somebody("trainee", False), Somebody("central", True), Somebody("coordinator until lately", False)):
        seen_from = await visit(me)
        before = await _all_rows(), await Fact.all().count()
        for path, method, may in MATRIX:
            if blanks(path) and may != ANYONE and method == "POST":
                for kind, to in itertools.product(PEOPLE, named(path, method)):
                    if not to.rule(me, may, kind):
                        await seen_from.try_route(to, method, may, kind)
        assert seen_from.wrong == []
        assert (await _all_rows(), await Fact.all().count()) == before


@pytest.fixture
async def with_role(database, browse):
    """Makes a browser for somebody who has exactly one role."""

    async def made(role: str):
        person = await Person.create(
            id=known(f"only/{role}"), unit_id=known("together"), name=f"Only {role}", created="2026-01-01T00:00:00Z"
        )
        site = known("site/RIV") if role in ("trainee", "facilitator", "supervisor", "coordinator") else None
        await Membership.create(id=uuid.uuid4(), person_id=person.id, role=role, site_id=site, starts="2022-01-01")
        return await browse(f"only/{role}")

    return made


@pytest.mark.by_hand
@pytest.mark.parametrize("role", sorted(ROLES))
async def test_a_role_opens_what_the_table_says_and_nothing_else(with_role, role):
    browser, wrong = await with_role(role), []
    for path, method, may in MATRIX:
        answer = await browser.request(method, _address(path))
        allowed = may in (ANYONE, SIGNED_IN) or role in ABILITIES[may]
        refused = answer.status_code == 403 and "This page is not for you." in answer.text
        if refused == allowed or answer.status_code >= 500:
            wrong.append((path, method, answer.status_code))
    assert wrong == []


async def test_a_stranger_is_asked_to_sign_in_wherever_the_table_does_not_say_anyone(browse):
    browser, wrong = await browse(), []
    for path, method, may in MATRIX:
        answer = await browser.request(method, _address(path))
        asked = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if may != ANYONE and not asked:
            wrong.append((path, method, answer.status_code))
    assert wrong == []


async def test_nobody_sees_a_person_of_another_site(browse):
    there = [known(member.key) for member in CAST if ("trainee", "RIV") in member.roles]
    emre, chloe = await browse("emre"), await browse("chloe")
    for person in there:
        for way in ("/people/{}", "/courses/of/{}", "/practice/of/{}", "/pathways/of/{}"):
            assert (await emre.get(way.format(person))).status_code == 404, way
            assert (await chloe.get(way.format(person))).status_code == 200, way


def test_every_route_is_in_the_table_of_contents():
    from training.app.application import build
    from training.core.settings import load

    app = build(load(_env_file=None, secret_key="s" * 40))
    assert [route for route in app.routes if route not in ROUTES] == []
    assert len(MATRIX) == len(set(itertools.chain(MATRIX)))
