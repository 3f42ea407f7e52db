"""Saving the filters of a list under a name, and removing them."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from training.core.errors import Invalid, NotFound
from training.database.connection import transaction
from training.parsing.text import clean_line
from training.people.actor import Actor
from training.people.lists.models import SavedFilter, saved_by

LISTS = (
    "/people",
    "/sites",
    "/areas",
    "/programmes/places",
    "/practice/records",
    "/certificates/appeals",
    "/certificates/decisions",
    "/certificates/reliance",
    "/register",
    "/figures",
    "/figures/people",
    "/assessments/calibration",
    "/assessments/agreement",
    "/assessments/agreement/pairs",
    "/assessments/quality",
    "/assessments/films/consents",
    "/assessments/week",
    "/courses/cohorts",
    "/courses/top-ups",
    "/audits",
    "/reports",
)
"""The lists of which filters are saved."""
MOST_SAVED = 20
LONGEST_NAME, LONGEST_QUERY = 60, 2000
PASSING = frozenset({"after", "before", "format", "notice"})
"""What an address says of one moment, and not of the list."""


async def save(listing: str, name: str, query: str, *, actor: Actor) -> SavedFilter:
    """Saves the filters of an address under a name; one of that name is replaced. Raises Invalid."""
    called = clean_line(name)
    if listing not in LISTS:
        raise NotFound("There is no such list.", "Go back to the list and save its filters there.")
    if not called or len(called) > LONGEST_NAME:
        words = f"Enter a name for the filter in at most {LONGEST_NAME} letters"
        raise Invalid("There is a problem", problems={"name": words})
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in PASSING and "\0" not in value])
    if len(kept) > LONGEST_QUERY:
        raise Invalid("This filter is too long to be saved.", "Ask for less, and save it then.")
    async with transaction():
        others = saved_by(actor).filter(listing=listing).exclude(name=called)
        if await others.count() >= MOST_SAVED:
            raise Invalid(f"You have saved {MOST_SAVED} filters of this list.", "Remove one that you do not need.")
        found, _ = await SavedFilter.update_or_create(
            {"query": kept}, person_id=actor.person_id, listing=listing, name=called
        )
    return found


async def remove(saved_id: UUID, *, actor: Actor) -> SavedFilter:
    """Removes a saved filter of the actor's own; raises NotFound."""
    found = await saved_by(actor).get_or_none(id=saved_id)
    if found is None:
        raise NotFound("There is no such saved filter.", "It may have been removed. Look at the list again.")
    await found.delete()
    return found
