"""Who is asked for a second step when they sign in, and how recovery codes are written."""

from collections.abc import Callable, Collection
from datetime import date

from training.people.roles import ROLES, may

ASKED_BY_DEFAULT = frozenset({"central", "administrator", "assessor"})
"""The roles that are asked for a second step where a unit has said nothing."""
STAFF = tuple(role for role in ROLES if any(may(role, ability) for ability in ("see people", "assess", "audit")))
"""The roles that a unit may ask for a second step: those that reach other people."""

CODES = 10
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for each other on paper."""
CODE_LENGTH = 10
"""Letters of a recovery code: 49 bits, and a limit on tries."""


def is_asked_for_second_step(
    roles: Collection[str], *, asked_roles: Collection[str] | None, since: date | None, today: date
) -> bool:
    """Tells whether somebody with these roles needs a second step for the work of staff."""
    if asked_roles is None or since is None:
        return not ASKED_BY_DEFAULT.isdisjoint(roles)
    return since <= today and not set(asked_roles).isdisjoint(roles)


def new_recovery_codes(choose: Callable[[str], str]) -> list[str]:
    """Returns fresh recovery codes, in two groups of letters each; `choose` draws one letter."""
    drawn = ["".join(choose(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def plain_code(typed: str) -> str:
    """Returns a code as it is compared, however it was typed."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


MOST_DIGITS, FEWEST_DIGITS = 15, 7
"""Of a number with its country. Source: E.164"""


def numbers_meant(typed: str, country_codes: Collection[str]) -> list[str]:
    """Lists the numbers, with their country, that somebody may mean; one that begins with 0 is of one of these."""
    digits = "".join(one for one in typed if one.isascii() and one.isdigit())
    if typed.strip().startswith("+"):
        found = [f"+{digits}"]
    elif digits.startswith("00"):
        found = [f"+{digits[2:]}"]
    elif digits.startswith("0"):
        found = [f"{code}{digits[1:]}" for code in sorted(set(country_codes))]
    else:
        found = []
    return [number for number in found if FEWEST_DIGITS < len(number) <= MOST_DIGITS + 1]
