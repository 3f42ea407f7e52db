"""What becomes of a holder, in words: one table for the mail, the pages of the holder and the site, and the check."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class OutcomeText:
    """How an outcome is told: on a page in a word or two, to the holder in full, and to anybody who checks."""

    tag: str
    subject: str
    means: str
    next_step: str
    public: str = ""
    contestable: bool = False


VALID = "This certificate is genuine and holds today."

OUTCOMES: Mapping[str, OutcomeText] = {
    "certified": OutcomeText(
        "Certified",
        "You are certified",
        "You hold this certificate, and may do what it says.",
        "Print it or share its link. If it has a last day, we write to you before that.",
        VALID,
    ),
    "provisional": OutcomeText(
        "Provisional",
        "You are certified on a condition",
        "You hold this certificate as long as the condition is kept.",
        "Meet the condition. Your pathway shows what is left.",
        VALID,
        contestable=True,
    ),
    "renewal_due": OutcomeText(
        "Renewal due",
        "Time to renew",
        "You hold this certificate, and can renew it now.",
        "See on your pathway what the renewal asks.",
        VALID,
    ),
    "in_grace": OutcomeText(
        "In grace",
        "Your time is over, and a short time of grace runs",
        "Your certificate counts for a short time more. Then it is over.",
        "Renew now. Your pathway shows what is left.",
        "This certificate is genuine. Its time is over, but a short time of grace still runs.",
    ),
    "lapsed": OutcomeText(
        "Lapsed",
        "Your certificate has lapsed",
        "You are not certified any more. Please do not work under this certificate.",
        "Your pathway shows what brings it back.",
        "This certificate is genuine, but its time is over.",
        contestable=True,
    ),
    "suspended": OutcomeText(
        "Suspended",
        "Your certificate is on hold",
        "Your certificate does not count for now. Please do not work under it until you hear from us.",
        "Ask your central unit what has to happen before you get it back.",
        "This certificate is genuine, but it does not count for now.",
        contestable=True,
    ),
    "withdrawn": OutcomeText(
        "Withdrawn",
        "Your certificate was taken back",
        "Your certificate does not count any more. Please do not work under it or show it.",
        "Ask your central unit what you would need to do to be certified again.",
        "This certificate was genuine and has been withdrawn. It does not count.",
        contestable=True,
    ),
    "replaced": OutcomeText(
        "Replaced",
        "You have a newer certificate",
        "A newer certificate has taken the place of this one.",
        "Use the newer one from now on.",
        "This certificate is genuine and has been replaced by a newer one. Ask the holder for that one.",
    ),
    "restored": OutcomeText(
        "Restored",
        "Your certificate counts again",
        "You hold your certificate again, and may do what it says.",
        "You need do nothing.",
    ),
    "lifted": OutcomeText(
        "Condition met",
        "Your condition is met",
        "You hold your certificate without the condition.",
        "You need do nothing.",
    ),
    "deferred": OutcomeText(
        "Not yet",
        "Not certified yet",
        "You are not certified yet. The decision was put off.",
        "Read the reasons. When there is something new to show, your case is looked at again.",
        contestable=True,
    ),
    "declined": OutcomeText(
        "Declined",
        "You were not certified",
        "The central unit decided not to certify you.",
        "Read the reasons. When there is something new to show, your case is looked at again.",
        contestable=True,
    ),
    "failed": OutcomeText(
        "Not passed",
        "You did not pass yet",
        "Some of what has to be seen was not there.",
        "Talk about it with your supervisor. When you both think it is time, ask for another visit.",
        contestable=True,
    ),
    "renewal_deferred": OutcomeText(
        "Not renewed yet",
        "Not renewed yet",
        "Your renewal was put off. Your certificate stays as it is until its time is over.",
        "Read the reasons. When there is something new to show, your case is looked at again.",
        contestable=True,
    ),
    "renewal_declined": OutcomeText(
        "Not renewed",
        "Your certificate was not renewed",
        "The central unit decided not to renew it. It stays as it is until its time is over.",
        "Read the reasons. When there is something new to show, your case is looked at again.",
        contestable=True,
    ),
}
"""Standing, refusal or news → its words."""

_STAYS = "Nothing is issued. A certificate that is held stays until its time is over."
CHOSEN: Mapping[str, str] = {
    "certified": "All is met. The certificate is issued today.",
    "conditional": "The certificate is issued today, and holds while a condition is kept. Write it into the reasons.",
    "deferred": f"Not yet: something is still to come. {_STAYS} The case waits here again with new evidence.",
    "declined": f"No. {_STAYS} The case waits here again only with new evidence, or when an appeal is right.",
    "no": "You are against. The rules know no refusal here, so the case waits.",
    "recused": "For example: you are friends, or you work together. It counts as no vote. Say why below.",
}
"""Outcome of a decision, or another choice of a panel → what it means and what follows, for whoever chooses it."""

GROUNDS: Mapping[str, str] = {
    "": "The central unit decided so.",
    "inquiry": "Something is being looked into.",
    "evidence": "What it rested on did not stand.",
    "conditions": "Something that has to stay true was not shown.",
    "practice": "What the programme asks of its people was not kept.",
    "mistake": "It was issued by mistake.",
    "wish": "The holder asked for it.",
    "time": "Its time ran out.",
    "renewal": "The holder has renewed.",
    "merge": "The holder has another certificate that runs longer.",
    "reissue": "It was issued again, with a new number.",
}
"""Class of reason → what anybody may know of it; the reason itself is for the holder and the unit."""

CHOICES = ("inquiry", "evidence", "practice", "mistake", "wish")
"""Classes that whoever suspends or withdraws chooses from; the others are found by rules."""
