"""How far the holder of a place in a programme had come by a day, as SQL about one row of the places.

Whatever stands in it is a day, a moment or a word of ours.
"""

from collections.abc import Mapping

from certificates.register import sql
from training.core.dates import end_of
from training.sites.history import Moment

ROW = "programmes_place"


def steps_sql(then: Moment, zone: str) -> Mapping[str, str]:
    """Tells of a place, for each step, whether its holder had come so far; as conditions."""
    over = f"{ROW}.ends <= {sql.text(then.on)}{sql.known_or_older(f'{ROW}.end_recorded', then)}"
    delivered = f"({_recorded(then, 'delivery')} OR {_in_a_team(then, 'delivery')})"
    trained = _trained(then, zone)
    return {
        "taken": "(1 = 1)",
        "trained": trained,
        "assessed": _assessed(then),
        "certified": _certified(then),
        "delivered": delivered,
        "supervised": _recorded(then, "supervision"),
        "renewed": _certified(then, again=True),
        "idle": f"({trained} AND NOT {delivered})",
        "finished": f"({over} AND {ROW}.end_reason = 'finished')",
        "left": f"({over} AND {ROW}.end_reason IN ('left', 'not_continued'))",
    }


OWN = f"one.person_id = {ROW}.person_id"


def _recorded(then: Moment, kind: str) -> str:
    return f"""EXISTS (SELECT 1 FROM records_record one WHERE {OWN} AND {_stands(then, kind)}
        AND (one.programme_id IS NULL OR one.programme_id = {ROW}.programme_id))"""  # noqa: S608 - no input


def _in_a_team(then: Moment, kind: str) -> str:
    # Not asked for each row: who leads with many others would have PostgreSQL read all teams for every place.
    shared = f"""FROM records_participant part JOIN records_record one ON one.id = part.record_id
        WHERE part.part = 'team' AND part.person_id IS NOT NULL AND {_stands(then, kind)}"""
    return f"""({ROW}.person_id IN (SELECT part.person_id {shared} AND one.programme_id IS NULL)
        OR ({ROW}.person_id, {ROW}.programme_id) IN (SELECT part.person_id, one.programme_id {shared}))"""


def _stands(then: Moment, kind: str) -> str:
    later = f"later.replaces_id = one.id{sql.known('later.recorded', then)}"
    return f"""one.type = '{kind}' AND one.void = FALSE
        AND one.listed <= {sql.text(then.on)}{sql.known("one.recorded", then)}
        AND NOT EXISTS (SELECT 1 FROM records_record later WHERE {later})"""  # noqa: S608 - no input


def _trained(then: Moment, zone: str) -> str:
    known = sql.known("one.recorded", then)
    return f"""({_recorded(then, "learning")}
        OR EXISTS (SELECT 1 FROM courses_completion one WHERE {OWN} AND one.module = ''
            AND one.happened <= {sql.text(end_of(then.on, zone))}{known})
        OR EXISTS (SELECT 1 FROM courses_attendance one JOIN courses_session held ON held.id = one.session_id
            WHERE {OWN} AND one.minutes > 0 AND held.held_on <= {sql.text(then.on)}{known}))"""  # noqa: S608 - no input


def _assessed(then: Moment) -> str:
    aside = f" OR one.set_aside > {sql.text(then.known)}" if then.known else ""
    return f"""EXISTS (SELECT 1 FROM assessments_assessment one WHERE {OWN} AND one.state = 'signed'
        AND (one.programme_id IS NULL OR one.programme_id = {ROW}.programme_id)
        AND one.observed <= {sql.text(then.on)}{sql.known("one.signed", then)}
        AND (one.set_aside IS NULL{aside}))"""  # noqa: S608 - no input


def _certified(then: Moment, *, again: bool = False) -> str:
    def begun(one: str) -> str:
        return f"{one}.starts <= {sql.text(then.on)}{sql.known(f'{one}.recorded', then)}"

    same = " AND ".join(f"later.{name} = one.{name}" for name in ("person_id", "pathway_slug", "level"))
    later = f""" AND EXISTS (SELECT 1 FROM certificates_certification later
        WHERE {same} AND later.starts > one.starts AND {begun("later")})"""  # noqa: S608 - no input
    return f"""EXISTS (SELECT 1 FROM certificates_certification one WHERE {OWN}
        AND one.programme_id = {ROW}.programme_id AND {begun("one")}{later if again else ""})"""  # noqa: S608 - no input


def latest_sql(then: Moment) -> str:
    """Tells whether no later place of the same person in the same programme had begun."""
    gone = f" OR later.taken_back > {sql.text(then.known)}" if then.known else ""
    after = f"(later.starts > {ROW}.starts OR (later.starts = {ROW}.starts AND later.id > {ROW}.id))"
    return f"""(NOT EXISTS (SELECT 1 FROM {ROW} later WHERE later.person_id = {ROW}.person_id
        AND later.programme_id = {ROW}.programme_id AND {after} AND later.starts <= {sql.text(then.on)}
        {sql.known("later.recorded", then)} AND (later.taken_back IS NULL{gone})))"""  # noqa: S608 - no input
