"""The closed word lists of the pathway language: evidence types, attributes, relations, outcomes and standings."""

from typing import Final

DONE_TYPES: Final = (
    "learning", "quiz", "delivery", "assessment", "supervision", "feedback", "signoff", "calibration",
    "portfolio", "experience", "fee", "return", "event",
)  # fmt: skip
HELD_TYPES: Final = (
    "qualification", "registration", "check", "background", "agreement", "membership", "award", "role", "relation",
)  # fmt: skip
ASKED_TYPES: Final = DONE_TYPES + HELD_TYPES
RECORD_TYPES: Final = (*ASKED_TYPES, "waiver", "state")
JUDGED_TYPES: Final = ("assessment", "quiz", "calibration")

NUMBER: Final = "number"
TEXT: Final = "text"
YES_OR_NO: Final = "yes_or_no"
DATE: Final = "date"
ATTRIBUTE_KINDS: Final = (NUMBER, TEXT, YES_OR_NO, DATE)

_NUMBERS = (
    "hours days minutes sessions credits years months parts score percent mean agreement attempt level parents "
    "families participants completed people rounds cohort_size group_size vignettes year"
)
_TEXTS = (
    "topic area mode role target course age_range region edition version medium outcome state jurisdiction framework "
    "field client family session language reason status gender site form standing confirmed"
)
_YES_OR_NO = "consent recorded observed new"
ATTRIBUTES: Final[dict[str, str]] = {
    **dict.fromkeys(_NUMBERS.split(), NUMBER),
    **dict.fromkeys(_TEXTS.split(), TEXT),
    **dict.fromkeys(_YES_OR_NO.split(), YES_OR_NO),
}
NAMES_OF_RECORDS: Final = ("by", "who")  # not attributes, yet different people may be counted by them

RELATIONS: Final = ("supervisor", "trainer", "co_leader", "assessor", "manager", "relative")
OUTCOMES: Final = ("certified", "conditional", "deferred", "declined")
GRANTS: Final = ("certified", "conditional")
STATES: Final = ("suspended", "restored", "withdrawn", "replaced")
RESULTS: Final = ("passed", "failed", "pending")
CONFIRMATIONS: Final = ("account", "known_address", "typed_address", "device", "paper", "none")
STANDINGS: Final = (
    "withdrawn", "replaced", "suspended", "lapsed", "in_grace", "provisional", "renewal_due", "certified", "ready",
    "in_training", "not_started",
)  # fmt: skip
LIVE_STANDINGS: Final = ("certified", "renewal_due", "in_grace")
PERMIT_STANDINGS: Final = (*LIVE_STANDINGS, "provisional")
LEVEL_KINDS: Final = (
    "permit", "registration", "certificate", "accreditation", "licence", "endorsement", "qualification", "recognition",
)  # fmt: skip
HOLDERS: Final = ("person", "site")
GROUPS: Final = ("all_of", "any_of", "none_of")
INSTRUMENT_KINDS: Final = ("behaviours", "scale", "checklist", "numbers", "judgement")
JUDGEMENTS: Final = ("satisfactory", "not_satisfactory")
SPECIAL_ANCHORS: Final = ("award", "end", "lapse", "this")
NOT_APPLICABLE_MARK: Final = "n/a"
NOT_OBSERVED_MARK: Final = "not_observed"
