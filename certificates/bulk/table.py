"""The table of what can be done to many at once: each a title, who may, what it asks, what does it and undoes it."""

from collections.abc import Mapping, Sequence

from tortoise.queryset import QuerySet

from certificates.bulk import cases, changes, people, reopening
from certificates.bulk.kinds import ASSESSMENTS, CASES, CERTIFICATIONS, PEOPLE, BulkAction, BulkField
from certificates.decisions.rules import CHOICE_WORDS
from certificates.evaluations.outcome_text import CHOICES, GROUNDS
from training.people.actor import Actor
from training.people.visibility import sites_for
from training.programmes.actions import MANAGE
from training.programmes.rules import CHOSEN_END_REASONS, END_REASONS
from training.sites.models import Programme, Site

OUTCOMES = ("certified", "conditional", "deferred", "declined")


async def _programmes(me: Actor) -> Sequence[tuple[str, str]]:
    rows = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("id", "title")
    return [(str(key), title) for key, title in rows]


async def _no_one_site(me: Actor) -> Sequence[tuple[str, str]]:
    whole = [(people.WHOLE_UNIT, "The whole unit")] if me.everywhere(MANAGE) else []
    return [(people.THEIR_SITE, "Where each of them works"), *whole]


def _sites(me: Actor) -> QuerySet[Site]:
    return sites_for(me, MANAGE)


async def _grounds(_: Actor) -> Sequence[tuple[str, str]]:
    return [(one, GROUNDS[one]) for one in ("", *CHOICES)]


async def _outcomes(_: Actor) -> Sequence[tuple[str, str]]:
    return [(one, CHOICE_WORDS[one]) for one in OUTCOMES]


async def _end_reasons(_: Actor) -> Sequence[tuple[str, str]]:
    return [(one, END_REASONS[one]) for one in CHOSEN_END_REASONS]


async def _which(_: Actor) -> Sequence[tuple[str, str]]:
    return [*reopening.WHICH.items()]


async def _counting(_: Actor) -> Sequence[tuple[str, str]]:
    return [*reopening.COUNTING.items()]


PROGRAMME = BulkField("programme", "choice", "Which programme?", options=_programmes)
WHY = BulkField("reason", "text", "Why?", hint="Each of them can read this. It stays on the record.")
REASONS = BulkField("reasons", "text", "Why?", hint="Each of them can read this. It stays on the record.")
FROM = BulkField("effective", "day", "From which day?", hint="Today or earlier.", today=True)
PUBLIC = BulkField("grounds", "choice", "What may anybody know?", optional=True, options=_grounds)

CASE_LISTS = {"decisions": "train", "cohort": "decide", "batch": "decide"}
"""The list of decisions names to everybody the cases that they may decide, by a role in a programme too."""
DECIDED = dict.fromkeys(("register", "reliance", "cohort", "batch"), "decide")
MANAGED = dict.fromkeys(("register", "cohort", "batch"), MANAGE)
LETTERS = "Each of them gets a letter."

ACTIONS: Mapping[str, BulkAction] = {
    "issue": BulkAction(
        "Issue certificates", CASES, CASE_LISTS, cases.decide, cases.withdraw_again, (REASONS,),
        note=f"{LETTERS} Undoing withdraws the certificates that were issued, and the cases wait here again.",
    ),
    "decide": BulkAction(
        "Decide", CASES, CASE_LISTS, cases.decide, cases.withdraw_again,
        (BulkField("outcome", "choice", "What do you decide?", options=_outcomes), REASONS),
        note=f"{LETTERS} Undoing withdraws what was issued, and the cases wait again. A refusal cannot be undone.",
    ),
    "reopen": BulkAction(
        "Re-open certificates", CERTIFICATIONS, {"reliance": "decide"}, reopening.reopen, reopening.close_again,
        (BulkField("which", "choice", "Which of them?", options=_which),
         BulkField("counting", "choice", "Do these assessments still count?", options=_counting), WHY),
        note="Each of those put on hold gets a letter that says what is missing. "
             "Undoing restores them, and lets the assessments count again.",
        tell=reopening.words_of,
    ),
    "set aside": BulkAction(
        "Set the assessments aside", ASSESSMENTS, {"reliance": "decide"}, reopening.put_aside, reopening.take_up_again,
        (WHY,),
        note="All the assessments that you asked about count no more, also those of people who have no certificate "
             "yet; where you ticked some, only theirs. No letter goes out. Undoing lets them count again.",
    ),
    "suspend": BulkAction(
        "Suspend certificates", CERTIFICATIONS, DECIDED, changes.suspend, changes.put_back,
        (WHY, PUBLIC, FROM, BulkField("until", "day", "Until which day?", optional=True)),
        note=f"{LETTERS} Undoing restores the certificates.",
    ),
    "restore": BulkAction(
        "Restore suspended certificates", CERTIFICATIONS, DECIDED, changes.restore, changes.put_back,
        (WHY, FROM), note=f"{LETTERS} Undoing suspends the certificates again.",
    ),
    "withdraw": BulkAction(
        "Withdraw certificates", CERTIFICATIONS, DECIDED, changes.withdraw, changes.put_back,
        (WHY, PUBLIC, FROM), note=f"{LETTERS} Undoing lets those that have not run out stand as before.",
    ),
    "remind": BulkAction(
        "Remind that certificates run out", CERTIFICATIONS, MANAGED, changes.remind, None,
        note=f"{LETTERS} A letter that was sent cannot be undone.",
    ),
    "invite": BulkAction(
        "Invite to sign in", PEOPLE, MANAGED, people.invite, None,
        note=f"{LETTERS} An invitation that was sent cannot be undone.",
    ),
    "place": BulkAction(
        "Give a place in a programme", PEOPLE, MANAGED, people.give_place, people.take_back_place,
        (PROGRAMME, BulkField("site", "choice", "At which site?", options=_no_one_site, sites=_sites),
         BulkField("starts", "day", "From which day?", today=True)),
        note="Undoing takes the places back.",
    ),
    "end place": BulkAction(
        "End the place in a programme", PEOPLE, MANAGED, people.end_place, people.take_up_again,
        (PROGRAMME, BulkField("ends", "day", "Which is the last day?", today=True),
         BulkField("reason", "choice", "Why does it end?", options=_end_reasons)),
        note="Undoing gives the places anew, from the day after.",
    ),
}  # fmt: skip
"""Name of an action → what it is."""
