"""Which programme a row is about, by any of the words that people have for it."""

from collections.abc import Iterable, Mapping

from certificates.evaluations.models import PathwayVersion
from training.database.name_search import searched
from training.imports.kinds import RowPlan


def words_for(row: PathwayVersion) -> tuple[str, ...]:
    """Returns what the programme of some rules may be called; it has to be fetched."""
    return tuple(map(searched, (row.slug, row.title, row.programme.title, row.programme.slug)))


def slugs_by_word(rows: Iterable[PathwayVersion]) -> dict[str, str]:
    """Returns the names of rules by each word for their programme."""
    return {word: row.slug for row in rows for word in words_for(row)}


def slug_named(plan: RowPlan, slugs: Mapping[str, str]) -> str | None:
    """Returns the name of the rules that a row is about, "" where it names none; None, with what is wrong, else."""
    said = plan.line["programme"]
    slug = slugs.get(searched(said), "") if said else ""
    if said and not slug:
        plan.refuse("programme", f"there is no programme {said}", "Write the name of one of yours")
        return None
    return slug
