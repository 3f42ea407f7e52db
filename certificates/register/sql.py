"""Standing, names and places at a moment as SQL about one row of the certifications, to sort, filter and count many.

They say what `standing_on` and `look_back` say of rows that are read; whatever stands in them is a day, a moment or a
path of ours, never what somebody typed.
"""

from datetime import UTC, date, datetime

from certificates.evaluations.standing import MARKS
from training.sites.history import Moment

ROW = "certificates_certification"
NONE = "-"
MARKED = f"IN ({', '.join(repr(one) for one in MARKS)})"
STATES = f"NOT {MARKED}"


def standing_sql(then: Moment) -> str:
    """Gives the standing of a certification that had begun and was known."""
    on = text(then.on)
    return f"""COALESCE({_changed(then)}, CASE
        WHEN {ROW}.ends < {on} THEN CASE WHEN {ROW}."over" >= {on} THEN 'in_grace' ELSE 'lapsed' END
        WHEN {_last_change(then, "one.state", MARKED)} = 'provisional' THEN 'provisional'
        WHEN {ROW}.renewal_opens <= {on} THEN 'renewal_due' ELSE 'certified' END)"""


def unchanged_sql(then: Moment) -> str:
    """Tells whether nothing but the calendar said how it stood; as a condition whose rows PostgreSQL can estimate."""
    return f"""(NOT EXISTS (SELECT 1 {_changes(then, "one", STATES)}
        AND one.state <> 'restored' AND (one.until IS NULL OR one.until >= {text(then.on)})
        AND NOT EXISTS (SELECT 1 {_changes(then, "later", STATES)} AND later.turn > one.turn)))"""


def _changed(then: Moment) -> str:
    after = f"CASE WHEN one.state = 'restored' OR one.until < {text(then.on)} THEN NULL ELSE one.state END"
    return _last_change(then, after, STATES)


def _last_change(then: Moment, told: str, states: str) -> str:
    return f"(SELECT {told} {_changes(then, 'one', states)} ORDER BY one.turn DESC LIMIT 1)"


def _changes(then: Moment, one: str, states: str) -> str:
    return f"""FROM certificates_state_change {one} WHERE {one}.certification_id = {ROW}.id
        AND {one}.state {states} AND {one}.effective <= {text(then.on)}{known(f"{one}.recorded", then)}"""


def serial_sql(then: Moment) -> str:
    """Gives the serial number of the last certificate that was known, or the number that it had before this service."""
    return f"""COALESCE((SELECT TRIM(one.number || ' (imported)') FROM certificates_earlier one
        WHERE one.certification_id = {ROW}.id), (SELECT one.serial FROM certificates_certificate one
        WHERE one.certification_id = {ROW}.id{known("one.reserved", then)} ORDER BY one.issue DESC LIMIT 1))"""  # noqa: S608 - no input


def person_sql(then: Moment) -> str:
    """Gives the holder's name, as it is searched for."""
    former = _former(then, f"{ROW}.person_id", "name", "COALESCE(one.folded, LOWER(one.value))")
    return f"""(SELECT COALESCE({former}, them.folded, LOWER(them.name)) FROM people_person them
        WHERE them.id = {ROW}.person_id)"""  # noqa: S608 - no input


def site_sql(then: Moment) -> str:
    """Gives the name of the site where the holder belonged, as it is searched for."""
    former = _former(then, "there.id", "name", "COALESCE(one.folded, LOWER(one.value))")
    return f"""(SELECT COALESCE({former}, there.folded, LOWER(there.name)) FROM sites_site there
        WHERE there.id = {place_sql(then)})"""  # noqa: S608 - no input


def area_sql(then: Moment) -> str:
    """Gives the name of the area where that site lay, in small letters."""
    former = _former(then, "area.id", "name", "LOWER(one.value)")
    return f"""(SELECT COALESCE({former}, LOWER(area.name))
        FROM sites_site there JOIN sites_area lies ON lies.id = there.area_id
        JOIN sites_area area ON area.unit_id = there.unit_id AND area.path = {_path(then)}
        WHERE there.id = {place_sql(then)})"""  # noqa: S608 - no input


def within_sql(then: Moment, path: str) -> str:
    """Tells whether the site where the holder belonged lay in an area, by its path."""
    return site_within_sql(place_sql(then), then, path)


def site_within_sql(site: str, then: Moment, path: str) -> str:
    """Tells whether a site, which an expression gives, lay in an area."""
    return f"""({site} IN (SELECT there.id
        FROM sites_site there JOIN sites_area lies ON lies.id = there.area_id
        WHERE SUBSTR({_path(then)}, 1, {len(path)}) = {text(path)}))"""  # noqa: S608 - no input


def place_sql(then: Moment) -> str:
    """Gives the id of the site where the holder belonged: of several, that of the award; none once they had left all.

    Of whose belonging nothing was known then, it is the site of the award.
    """
    on = text(then.on)
    begun = f"""one.person_id = {ROW}.person_id AND one.site_id IS NOT NULL
        AND one.starts <= {on}{known_or_older("one.recorded", then)}"""
    unknown_end = f" OR one.end_recorded > {text(then.known)}" if then.known else ""
    live = f"{begun} AND (one.ends IS NULL OR one.ends >= {on}{unknown_end})"
    # SQLite knows no column of the row outside in an ORDER BY, so the site of the award is looked for by itself.
    return f"""CASE WHEN EXISTS (SELECT 1 FROM people_membership one WHERE {begun}) THEN COALESCE(
        (SELECT one.site_id FROM people_membership one WHERE {live} AND one.site_id = {ROW}.site_id LIMIT 1),
        (SELECT one.site_id FROM people_membership one WHERE {live} ORDER BY one.starts, one.site_id LIMIT 1))
        ELSE {ROW}.site_id END"""  # noqa: S608 - no input


def backgrounds_sql(then: Moment) -> str:
    """Gives the backgrounds that stand recorded of everybody, each once."""
    replaced = f"later.replaces_id = one.id{known('later.recorded', then)}"
    return f"""SELECT DISTINCT one.person_id, one.what FROM records_record one
        WHERE one.type = 'background' AND one.person_id IS NOT NULL AND one.void = FALSE
        AND one.listed <= {text(then.on)}{known("one.recorded", then)}
        AND (one.until IS NULL OR one.until >= {text(then.on)})
        AND NOT EXISTS (SELECT 1 FROM records_record later WHERE {replaced})"""  # noqa: S608 - no input


def has_background_sql(then: Moment, background: str, person: str = f"{ROW}.person_id") -> str:
    """Tells whether the holder, or somebody else, has a background; `NONE` asks for those of whom none is known."""
    held = f"SELECT 1 FROM ({backgrounds_sql(then)}) held WHERE held.person_id = {person}"  # noqa: S608 - quoted
    if background == NONE:
        return f"(NOT EXISTS ({held}))"
    return f"(EXISTS ({held} AND held.what = {text(background)}))"


def _path(then: Moment) -> str:
    return f"COALESCE({_former(then, 'there.id', 'area', 'one.value')}, lies.path)"


def _former(then: Moment, subject: str, what: str, told: str) -> str:
    unknown = f" OR one.recorded > {text(then.known)}" if then.known else ""
    return f"""(SELECT {told} FROM sites_former_value one
        WHERE one.subject_id = {subject} AND one.what = '{what}'
        AND (one.changed > {text(then.on)}{unknown}) ORDER BY one.recorded, one.id LIMIT 1)"""  # noqa: S608 - no input


def known(column: str, then: Moment) -> str:
    """Tells whether something had been recorded, as one more condition."""
    return f" AND {column} <= {text(then.known)}" if then.known else ""


def known_or_older(column: str, then: Moment) -> str:
    """Tells the same of what may be from before that was noted."""
    return f" AND ({column} IS NULL OR {column} <= {text(then.known)})" if then.known else ""


def text(value: date | datetime | str | None) -> str:
    """Writes a value as both databases read it; a moment as SQLite keeps it, in the zone in which it is compared."""
    said = value.astimezone(UTC).isoformat(" ") if isinstance(value, datetime) else str(value)
    return "'" + said.replace("'", "''") + "'"
