"""The rules of the house, as checks: what a reader may rely on in every room."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from tortoise.fields import UUIDField
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from tests.queries import tables_of_people, unbound
from tests.suites import LONGEST
from tests.used_once import measured, used_once
from training.app import consequences, results
from training.app.routes import ROUTES
from training.core.settings import Settings
from training.database.apps import APPS
from training.people.merging import columns
from training.people.roles import ABILITIES
from training.trail import facts
from training.trail.fact_writes import EVERYWHERE, WRITES, writes_of
from training.trail.sealed_tables import NOT_YET, SEALED, UNSEALED
from training.web.routing import ANYONE, SIGNED_IN

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path
    for top in ("training", "courses", "certificates")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "demo" not in path.relative_to(ROOT).parts)
CODE = [path for path in SOURCES if path.name != "__init__.py"]
NOT_NAMES = ("utils", "helpers", "manager", "service", "data", "info", "process")
LONG_LINES, LONG_FUNCTION = 400, 40
ENDS = ("", "_id")  # of the columns of a field: its own name, or that of what it points to
TRAIL = ("facts.record", "trail.record", "FactDraft")
"""How rooms write to the trail."""


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=_named)
def test_every_file_begins_with_one_sentence_and_is_short(path):
    text = path.read_text("utf-8")
    first = ast.get_docstring(ast.parse(text)) or ""
    assert first.split("\n")[0].rstrip().endswith((".", "!", "?")), "the first line says what lives here"
    assert text.count("\n") <= LONG_LINES, "split it by subject"
    assert path.stem not in NOT_NAMES


def test_no_code_hides_in_init_files():
    assert [_named(path) for path in SOURCES if path.name == "__init__.py" and path.read_text().strip()] == []


def test_no_function_is_long_and_no_import_hides_inside_one():
    allowed = {
        "certificates/credentials/pdf/worker.py"
    }  # WeasyPrint costs 140 MB and is loaded in the render workers only
    found = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.end_lineno - node.lineno + 1 > LONG_FUNCTION:
                found.append(f"{_named(path)}:{node.lineno} {node.name} is long")
            inside = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
            if inside and _named(path) not in allowed:
                found.append(f"{_named(path)}:{inside[0].lineno} imports inside {node.name}")
    assert found == []


CLOCKS = {
    "training.core.clock": {"now"},
    "datetime.datetime": {"now", "today", "utcnow"},
    "datetime.date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
}
"""Where the time of day comes from. What only measures how long something takes is none of them."""
EDGES = ("training/commands/", "training/demo/")
READERS = {
    "training/core/clock.py",
    "training/app/declared.py",
    "training/app/resources.py",
    "training/trail/worker.py",
    "training/database/make_migration.py",
}
"""Who reads the clock beside pages and middleware: what runs by itself, for others to be told."""


def _imported(tree):
    """Local name → full name of everything that a file imports."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name.split(".")[0]: one.name if one.asname else one.name.split(".")[0]
                      for one in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def _full_name(node, imported):
    if isinstance(node, ast.Name):
        return imported.get(node.id, "")
    return f"{_full_name(node.value, imported)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _clock_reads(text):
    """Tells in which lines a text gets at the time of day, under whatever name."""
    tree = ast.parse(text)
    imported = _imported(tree)
    readers = {f"{place}.{name}" for place, names in CLOCKS.items() for name in names}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)]
    return sorted({node.lineno for node in found if _full_name(node, imported) in readers})


@pytest.mark.parametrize(
    "text",
    [
        "from training.core import clock\nclock.now()",
        "from training.core.clock import now as moment\nmoment()",
        "from datetime import datetime as dt\ndt.now(UTC)",
        "import datetime\ndatetime.date.today()",
        "import datetime as d\nd.datetime.utcnow()",
        "from datetime import date\nday: Callable[[], date] = date.today",
        "from time import time\ntime()",
        "import time  # starlette\ntime.time()",
    ],
)
def test_a_look_at_the_clock_is_seen_under_any_name(text):
    assert _clock_reads(text) == [2]
    assert _clock_reads("import time\nbegun = time.perf_counter()\nwork.now()\nlater.date()") == []


def test_rules_never_read_the_clock():
    found = []
    for path in CODE:
        text, name = path.read_text("utf-8"), _named(path)
        at_the_edge = name in READERS or name.startswith(EDGES)
        if not at_the_edge and not any(one.startswith("starlette.") for one in _imported(ast.parse(text)).values()):
            found += [f"{name}:{line}" for line in _clock_reads(text)]
    assert found == []


DAYS = {"training/core/dates.py", "training/demo/doing.py", "certificates/credentials/badge.py"}
"""Where days and moments are turned into each other; the demo's days begin at ten, and old badges end in UTC."""
WRITTEN = {"certificates/pathways/language/evidence.py", "training/parsing/values.py"}
"""Where a day stands in a file as somebody wrote it, perhaps with an hour of no zone."""


def _days_by_hand(text):
    """Tells in which lines a moment becomes a day, or a day a moment, without asking which zone's."""
    tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [
        node.lineno
        for node in calls
        if (node.func.attr == "date" and not node.args and not node.keywords)
        or node.func.attr in ("combine", "strptime")
    ]


def test_nobody_takes_the_day_of_a_moment_but_by_the_clocks_of_a_zone():
    assert _days_by_hand("today = now.date()\nat = datetime.combine(day, time())\nlocal_day(now, zone)") == [1, 2]
    allowed = DAYS | WRITTEN
    found = [f"{_named(path)}:{line}" for path in CODE if _named(path) not in allowed
             for line in _days_by_hand(path.read_text("utf-8"))]  # fmt: skip
    assert found == []


def test_every_page_has_its_template_and_every_template_its_page():
    code = [path for path in CODE if "lms" not in path.parts]  # the pretend LMS has a house of its own
    shown = {name for path in code for name in re.findall(r'"([a-z_/]+\.html)"', path.read_text("utf-8"))}
    there = {str(path.relative_to(ROOT / "templates")) for path in TEMPLATES}
    used = {name for path in TEMPLATES for name in re.findall(r"['\"]([a-z_/]+\.html)['\"]", path.read_text("utf-8"))}
    assert shown - there == set(), "a page without its template"
    assert there - shown - used == set(), "a template without its page"


def test_each_template_lies_in_a_folder_named_like_the_room_that_shows_it():
    code = [path for path in CODE if "lms" not in path.parts]
    shown = [
        (name, path) for path in code for name in re.findall(r'"([a-z_]+)/[a-z_]+\.html"', path.read_text("utf-8"))
    ]
    assert [f"{_named(path)}: {name}/" for name, path in shown if name not in path.parts] == []
    folders = {path.relative_to(ROOT / "templates").parts[0] for path in TEMPLATES if path.parent.name != "templates"}
    assert folders - {name for name, _ in shown} == {"parts"}, "a folder that no room shows; parts are shown by all"


def test_links_in_templates_go_through_link():
    bare = re.compile(r"""(?:href|action|src)=["']/""")
    outside = ("document",)  # the printed certificate has addresses of its own
    found = [
        _named(path)
        for path in TEMPLATES
        if bare.search(path.read_text("utf-8")) and not any(word in _named(path) for word in outside)
    ]
    assert found == []


def test_what_a_page_says_after_something_was_done_is_signed():
    assert [_named(path) for path in CODE if "notice=" in path.read_text("utf-8").replace(", notice=", "")] == [
        "training/web/render.py"
    ]


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in readme] == []


def test_every_fact_kind_is_known_and_recorded_somewhere():
    assert set(consequences.AFTER) <= facts.KINDS
    assert sorted(facts.KINDS - _recorded()) == []


def _recorded():
    """The kinds that some call records: named in it, or in what the name in it stands for."""
    calls = [call for path in CODE for call in _calls(ast.parse(path.read_text("utf-8")))]
    forwarders: set[str] = set()
    while True:
        telling = [(tree, at, kind) for tree, at, called, kind in calls if called in (*TRAIL, *forwarders)]
        more = {at.name for _, at, kind in telling if isinstance(kind, ast.Name) and kind.id in _given_to(at)}
        if more <= forwarders:
            break
        forwarders |= more
    found = {text for tree, at, kind in telling for text in (*_texts(kind), *_texts_behind(kind, at, tree))}
    return found & facts.KINDS


def _calls(tree):
    """Every call with what it is in, what it calls and its first word."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and node.args:
                yield tree, function, ast.unparse(node.func), node.args[0]


def _given_to(function):
    return {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}


def _texts_behind(expression, function, tree):
    """What the names in it stand for: set in the same function, or a table of the file."""
    for name in {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}:
        for node in ast.walk(tree if name.isupper() else function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and name in _set_by(node):
                yield from _texts(node.value)
                yield from _texts_behind(node.value, function, tree)


def _set_by(node):
    return [getattr(one, "id", "") for one in (node.targets if isinstance(node, ast.Assign) else [node.target])]


def _texts(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_every_fact_that_tells_a_result_reports_it():
    assert {kind for kind, names in consequences.AFTER.items() if consequences.SCORE in names} == set(results.KINDS)


def test_every_follow_up_has_somebody_who_does_it():
    named = {name for names in consequences.AFTER.values() for name in names} | set(consequences.EVERY)
    assert named - set(consequences.HANDLERS) == set()


def test_every_model_says_what_personal_data_it_holds_and_how_long():
    found = []
    for modules in APPS.values():
        for module in modules:
            path = ROOT / (module.replace(".", "/") + ".py")
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases):
                    told = ast.get_docstring(node) or ""
                    if not re.search(r"Personal data: (none\.|.+kept: .+)", told, re.S):
                        found.append(f"{module}.{node.name}")
    assert found == []


KEPT_FOR_EVER = {
    "sites.CentralUnit", "sites.Programme", "assessments.Instrument", "assessments.InstrumentVersion",
    "certificates.PathwayVersion", "courses.Course", "courses.CourseVersion", "lti.Registration",
}  # fmt: skip
"""Few rows, and none is ever removed: an index on what points at them would find half a table."""


def test_what_points_at_a_row_is_found_by_an_index():
    found = []
    for room, name, model in _models():
        meta = model._meta
        indexes = [tuple(getattr(one, "fields", one)) for one in meta.indexes]
        first = {one[0] for one in (*meta.unique_together, *indexes)}
        first |= {column for column, field in meta.fields_map.items() if field.unique or field.index}
        found += [
            f"{room}.{name}.{key}" for key in (*meta.fk_fields, *meta.o2o_fields)
            if meta.fields_map[key].model_name not in KEPT_FOR_EVER and not first & {key, f"{key}_id"}
        ]  # fmt: skip
    assert found == [], "name it in Meta.indexes: what goes away is looked for there, and lists of a person are read so"


def test_every_table_is_sealed_or_says_why_not():
    there = {f"{room}.{name}": model for room, name, model in _models()}
    assert set(there) - set(SEALED) - set(UNSEALED) == set(), "say in training/trail/sealed_tables.py what rests on it"
    assert (set(SEALED) | set(UNSEALED)) - set(there) == set(), "there is no such table"
    assert set(SEALED) & set(UNSEALED) == set()
    left_out = {f"{table}.{column}" for table, columns in SEALED.items() for column in columns}
    columns = {
        f"{table}.{name}{end}" for table, model in there.items() for name in model._meta.fields_map for end in ENDS
    }
    assert left_out - columns == set(), "there is no such column"
    assert all(UNSEALED.values()) and all(reason for columns in SEALED.values() for reason in columns.values())


def test_what_facts_may_write_are_sealed_columns():
    there = {f"{room}.{name}": model for room, name, model in _models()}
    assert set(WRITES) - facts.KINDS == set()
    tables = {table for told in WRITES.values() for table in told} - {EVERYWHERE}
    assert tables - set(SEALED) == set(), "no fact speaks of its rows"
    columns = {
        table: {f"{name}{end}" for name in there[table]._meta.fields_map for end in ENDS} - set(SEALED[table])
        for table in tables
    }
    written = {(table, column) for kind, told in WRITES.items() for table in told if table in columns
               for column in writes_of(kind, table).columns}  # fmt: skip
    assert {(table, column) for table, column in written if column not in columns[table]} == set()


def test_every_column_that_holds_a_person_follows_in_a_merge_or_says_why_not():
    there = {f"{room}.{name}": model for room, name, model in _models()}
    ids: set[str] = set()
    for table, model in there.items():
        fields = model._meta.fields_map
        pointing = {f"{name}_id" for name, one in fields.items() if isinstance(one, ForeignKeyFieldInstance)}
        for name, one in fields.items():
            if isinstance(one, ForeignKeyFieldInstance):
                ids |= {f"{table}.{name}_id"} if one.model_name == "people.Person" else set()
            elif name == "subject_id" or (isinstance(one, UUIDField) and not one.pk and name not in pointing):
                ids.add(f"{table}.{name}")
    follows = {f"{table}.{name}" for table, names in columns.moved().items() for name in names}
    assert ids - follows - set(columns.LEFT) - columns.NO_PERSON == set(), "say in people/merging/columns.py"
    assert (follows | set(columns.LEFT) | columns.NO_PERSON) - ids == set(), "there is no such column of a person"
    assert follows.isdisjoint(columns.LEFT) and all(columns.LEFT.values())
    periods = {f"{table}.{name}" for table, one in columns.PERIODS.items() for name in (*one.alike, *one.ended, "ends")}
    named = {f"{table}.{name}{end}" for table, model in there.items() for name in model._meta.fields_map
             for end in ENDS}  # fmt: skip
    assert periods | {f"{table}.{name}" for table, names in columns.SAME.items() for name in names} <= named


HELD = {("certificates.Certificate", "status_index")}
"""Set to what it is, to hold the row."""


def test_every_column_that_code_changes_in_a_sealed_table_is_written_by_some_kind_of_fact():
    tables = {f"{model.__module__}.{name}": f"{room}.{name}" for room, name, model in _models()}
    changed = {one: f"{_named(path)}:{one}" for path in CODE for one in _updated(path.read_text("utf-8"), tables)}
    known = {(table, column) for table, left_out in SEALED.items() for column in left_out}
    known |= {(table, column) for kind in WRITES for table in SEALED for column in writes_of(kind, table).columns}
    known |= HELD | {one for one in changed if one[0] in NOT_YET}  # written before any fact speaks of the row
    assert {one: where for one, where in changed.items() if one[0] in SEALED and one not in known} == {}
    assert {("people.Membership", "ends"), ("people.Permission", "ended_because"), ("sites.Area", "name"),
            ("assessments.Assessment", "summary"), ("certificates.IssuerKey", "slot")} <= set(changed)  # fmt: skip


def _updated(text, tables):
    """Every table and column that is named where rows are updated, and where one is saved by some of its fields."""
    tree = ast.parse(text)
    imported = _imported(tree)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("update", "save"):
                table = tables.get(_queried(call.func.value, function, imported))
                given = [one for one in call.keywords if call.func.attr == "update" or one.arg == "update_fields"]
                yield from ((table, column) for one in given if table for column in _columns(one, function, tree))


def _queried(node, function, imported, depth=5):
    """The full name of the table that a query begins with, or that a row is annotated or made as."""
    while not isinstance(node, ast.Name):
        below = getattr(node, "func", None) or getattr(node, "value", None)
        if below is None or depth == 0:
            return ""
        node = below
    if imported.get(node.id, "").rpartition(".")[2][:1].isupper():
        return imported[node.id]
    for argument in (*function.args.args, *function.args.kwonlyargs):
        if argument.arg == node.id and isinstance(argument.annotation, ast.Name):
            return imported.get(argument.annotation.id, "")
    for one in ast.walk(function):
        if depth and isinstance(one, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.id in _set_by(one):
            return _queried(one.value, function, imported, depth - 1)
    return ""


def _columns(keyword, function, tree):
    if keyword.arg == "update_fields":
        return _texts(keyword.value)
    if keyword.arg:
        return [keyword.arg]
    return [text for node in _behind(keyword.value, function, tree) for text in _keys(node)]


def _behind(expression, function, tree):
    """An expression, and what is set to the names in it."""
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    sets = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)]
    return [expression, *(node.value for node in sets if node.value and names & set(_set_by(node)))]


def _keys(node):
    dicts = [one for one in ast.walk(node) if isinstance(one, ast.Dict)]
    return [key.value for one in dicts for key in one.keys if isinstance(key, ast.Constant)]


def _models():
    for room, modules in APPS.items():
        for module in modules:
            for name, model in vars(import_module(module)).items():
                if isinstance(model, type) and issubclass(model, Model) and model.__module__ == module:
                    yield room, name, model


def test_every_route_asks_for_a_known_ability():
    known = {ANYONE, SIGNED_IN, *ABILITIES}
    assert [door.path for door in ROUTES if door.may not in known] == []


NOT_FROM_REACH = {
    ("training/assessments/actions.py", "submit_rating"): "own_rating has found the actor's part in it",
    ("training/assessments/actions.py", "reconcile"): "own_rating has found the actor's part in it",
    ("training/assessments/signing.py", "sign"): "own_rating has found the actor's part in it",
    ("training/assessments/visits/actions.py", "change_visit"): "own_rating has found the actor's part in it",
    ("training/assessments/pages.py", "visits_to_come"): "names of who comes to the actor's own groups",
    ("training/assessments/visits/week_pages.py", "_parts"): "narrowed to the people that people_for has listed",
    ("training/assessments/visits/week_pages.py", "_with_visits"): "of the people that people_for has listed",
    (
        "training/assessments/films/consent_pages.py",
        "consents",
    ): "names of who mailed links of a film that film_for found",
    ("training/assessments/cancellation.py", "cancel"): "own_rating has found the actor's part in it",
    ("training/assessments/cancellation.py", "hand_on"): "own_rating has found the actor's part in it",
    ("training/assessments/cancellation.py", "ask_another"): "own_rating has found the actor's part in it",
    ("training/assessments/deadlines/actions.py", "extend"): "own_rating has found the actor's part in it",
    ("training/assessments/disagreement/actions.py", "disagree"): "own_rating has found the actor's part in it",
    ("training/assessments/disagreement/actions.py", "call_off"): "own_rating has found the actor's part in it",
    ("training/assessments/disagreement/actions.py", "decide"): "asked_to_decide has found that the actor was asked",
    ("training/assessments/disagreement/actions.py", "who_may_decide"): "names alone, of whoever decides in the unit",
    ("training/assessments/draft_kind.py", "on_publishing"): "counts in the unit alone; names are from visible_to",
    ("training/assessments/pages.py", "_trainees"): "part of a query from people_for",
    ("training/assessments/calibration/standing.py", "assessors_for"): "part of a query from people_for",
    ("training/assessments/agreement/rated_visits.py", "raters_of"): "of the assessments that visible_to has listed",
    ("training/assessments/quality/pages.py", "_with_raters"): "of the samples that samples_visible_to has listed",
    ("training/assessments/quality/assessor_pages.py", "of"): "of oneself, or of whom person_for has found",
    ("training/assessments/quality/actions.py", "note_accompanied"): "of whom assessors_for has found",
    ("training/assessments/eligibility/pages.py", "_nearest_first"): "of the people that people_for has listed",
    ("training/people/role_choices.py", "may_end"): "asked after gives, of a person whom the actor manages",
    ("certificates/reports/actions.py", "who_may_read"): "part of a query from people_for",
    ("training/people/pages.py", "_with_role"): "part of a query from visible_to",
    ("training/people/pages.py", "with_site"): "part of a query from visible_to",
    ("training/people/pages.py", "_with_permission"): "part of a query from visible_to",
    ("training/batches/actions.py", "make"): "the last number in the unit",
    ("training/people/pages.py", "_with_memberships"): "of the people that visible_to has listed",
    ("training/people/visibility.py", "reach"): "this is reach",
    (
        "training/people/relations/actions.py",
        "declarable",
    ): "names alone: people of one's own site, and whoever may assess",
    ("training/people/authentication/sign_in_pages.py", "choose"): "the demo's page: there anybody becomes anybody",
    ("training/records/naming.py", "colleagues"): "names alone, of people with a role at one's own site",
    ("training/records/naming.py", "_person"): "whom somebody names to confirm: joined to what was typed, not shown",
    ("training/records/overview.py", "totals_of"): "of one's own records, listed before",
    ("courses/cohorts/views.py", "trainer_choices"): "part of a query from visible_to",
    ("courses/versions/list_pages.py", "_at_site"): "part of a query from top_ups_visible_to",
    ("courses/versions/list_pages.py", "_with_sites"): "of the people that top_ups_visible_to has listed",
    ("courses/learning/learner_pages.py", "_rows"): "of the enrolments that visible_to has listed",
    ("certificates/decisions/deciders.py", "case_for"): "given only to whoever decides it",
    ("courses/cohorts/actions.py", "_join_programme"): "place has asked whether the actor manages the person",
    ("certificates/decisions/panels.py", "panel_for"): "the votes of a case that case_for has given",
    ("training/assessments/cancellation.py", "set_aside"): "asked of whoever may decide the appeal about it",
    ("training/assessments/cancellation.py", "count_again"): "undoes what set_aside did in a batch of the actor's own",
    ("certificates/reliance/pages.py", "_judged"): "of the certifications that relying has listed",
    ("certificates/register/pages.py", "_relying"): "of the holder whom entry_of has found for the actor",
    ("certificates/erase_person.py", "erase"): "people_for has found the person",
    ("certificates/evidence/actions.py", "offered_to"): "one whom a rule lets the actor sign for; nobody else is found",
    ("certificates/evidence/pages.py", "answer"): "may_answer tells whether the claim is for the actor to answer",
    ("certificates/verification/pages.py", "_by_token"): "the public check: the code is the key",
    ("certificates/verification/staff_list_pages.py", "_listed"): "of those who agreed that anybody may see it",
    ("certificates/register/site_list_pages.py", "_deliver"): "counted at the sites that sites_for has found",
    ("certificates/register/site_list_pages.py", "_stuck"): "counted at the sites that sites_for has found",
    ("certificates/register/site_list_pages.py", "_expiring"): "counted at the sites that sites_for has found",
    ("certificates/register/api.py", "_latest"): "of the certifications that certifications_on has listed",
    ("certificates/register/site_pages.py", "_people"): "of a site that sites_for has found",
    ("certificates/register/site_pages.py", "_was_here"): "of a site that sites_for has found",
    ("certificates/register/site_pages.py", "_may_deliver"): "of the people of such a site",
    ("certificates/register/site_pages.py", "_expiring"): "of the people of such a site",
    ("certificates/register/site_pages.py", "_on_hold"): "of the people of such a site",
}
"""File and function with a query about people that starts neither from reach, nor from oneself, nor from a row."""


@cache
def _tables_of_people():
    models = [ROOT / (module.replace(".", "/") + ".py") for modules in APPS.values() for module in modules]
    return models, tables_of_people(models)


def _queries_beside_reach(path, text):
    return list(unbound(Path(_named(path)), text, _tables_of_people()[1]))


def test_every_query_about_people_starts_from_reach_from_oneself_or_from_a_row_that_was_found():
    files = [path for path in CODE if path not in _tables_of_people()[0] and "demo" not in path.relative_to(ROOT).parts]
    found = [one for path in files for one in _queries_beside_reach(path, path.read_text("utf-8"))]
    assert [one for one in found if (one.file, one.function) not in NOT_FROM_REACH] == []
    assert set(NOT_FROM_REACH) - {(one.file, one.function) for one in found} == set(), "no longer needed"


@pytest.mark.parametrize(
    ("file", "starts", "begins"),
    [
        ("training/people/pages.py", "found = visible_to(me)\n", "found = Person.filter(unit_id=me.unit_id)\n"),
        (
            "training/records/models.py",
            "Record.filter(visible_filter(actor) | of_sites(actor, \"see people\"))",
            "Record.all()",
        ),
        ("courses/learning/attempts.py", "Enrolment.filter(reach(actor, \"see people\"))", "Enrolment.all()"),
        ("training/records/asking.py", "Confirmation.filter(reach(actor, \"manage people\"))", "Confirmation.all()"),
    ],
)  # fmt: skip
def test_a_query_that_leaves_reach_out_is_noticed(file, starts, begins):
    text = (ROOT / file).read_text("utf-8")
    assert starts in text
    broken = _queries_beside_reach(ROOT / file, text.replace(starts, begins))
    assert len(broken) > len(_queries_beside_reach(ROOT / file, text))


MOST_FILES = 18
"""In one folder: about fifteen, and some room before it has to be taken apart."""


def test_no_folder_is_a_maze_and_the_ground_floor_has_no_loose_files():
    folders = {path.parent for path in CODE}
    crowded = {_named(folder): len(here) for folder in folders
               if len(here := [path for path in CODE if path.parent == folder]) > MOST_FILES}  # fmt: skip
    assert crowded == {}, "take it apart by subject"
    assert [_named(path) for path in CODE if path.parent == ROOT / "training"] == ["training/__main__.py"]


def test_a_class_name_stands_once():
    where = {}
    for path in CODE:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name, []).append(_named(path))
    assert {name: files for name, files in where.items() if len(files) > 1} == {}, "call one of them by its subject"


MODULES = {_named(path).removesuffix(".py").replace("/", "."): path for path in CODE}


def _modules_imported(path):
    for full in _imported(ast.parse(path.read_text("utf-8"))).values():
        yield from [one for one in (full, full.rpartition(".")[0]) if one in MODULES][:1]


def test_no_files_import_each_other_in_a_circle():
    order = TopologicalSorter({name: set(_modules_imported(path)) for name, path in MODULES.items()})
    assert len(list(order.static_order())) == len(MODULES)  # raises CycleError, which names the files
    with pytest.raises(CycleError):
        list(TopologicalSorter({"one": {"other"}, "other": {"one"}}).static_order())


def _hung_on_the_application(text):
    """Tells in which lines anything but `resources` is put on or read from an application's or a request's state."""
    tree = ast.parse(text)
    typed = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "resources"]
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "state" and node not in typed
        and re.search(r"\b(app|request|scope)('\])?$", ast.unparse(node.value))
    )  # fmt: skip


def test_nothing_hangs_on_the_application_but_its_resources():
    assert [f"{_named(path)}:{line}" for path in CODE
            for line in _hung_on_the_application(path.read_text("utf-8"))] == []  # fmt: skip
    broken = (
        'app.state.keys = 1\nrequest.app.state.resources\nscope["app"].state.menu\nx = request.app.state\nrow.state'
    )
    assert _hung_on_the_application(broken) == [1, 3, 4]


PAGES = re.compile(r"(^|_)(pages|api)\.py$")
NOT_PAGES = {
    "training/app/home.py": "the first page of all",
    "training/app/health.py": "pages for machines",
    "training/web/assets.py": "files of the house itself",
    "training/web/render.py": "what pages are made with",
}


def _misplaced(path, text):
    """Tells of tables outside of models, and of endpoints outside of pages."""
    found, name = [], _named(path)
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and path.name != "models.py":
            found += [f"{name}: the table {node.name}" for base in node.bases if ast.unparse(base) == "Model"]
        elif isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            asked = [one.arg for one in node.args.args[:1]] == ["request"]
            if asked and not PAGES.search(path.name) and name not in NOT_PAGES:
                found.append(f"{name}: the endpoint {node.name}")
    return found


def test_tables_live_in_models_and_endpoints_in_pages():
    code = [path for path in CODE if "lms" not in path.parts]  # the pretend LMS has a house of its own
    assert [one for path in code for one in _misplaced(path, path.read_text("utf-8"))] == []
    assert set(NOT_PAGES) <= {_named(path) for path in code}
    broken = "class Table(Model):\n    pass\nasync def shown(request):\n    pass\n"
    assert len(_misplaced(ROOT / "training/people/actions.py", broken)) == 2


def test_what_the_readme_says_to_touch_is_there():
    readme = (ROOT / "README.md").read_text("utf-8")
    told = readme.split("## How to change things")[1].split("\n## ")[0]
    paths = [path for path in re.findall(r"`([\w./]+)`", told) if "/" in path and not path.startswith(".")]
    assert len(paths) > 20 and [path for path in paths if not (ROOT / path).exists()] == []
    folders = readme.split("## The map")[1].split("```")[1]
    assert [path for path in sorted({path.parent for path in CODE}) if f"{path.name}/" not in folders] == []


MOST_USED_ONCE, MOST_THAT_FIT = 0.25, 0.15
"""Of all functions: private and used once, 15 % asked, and those of them that could stand in their caller."""


def test_the_files_that_begin_first_are_there(request):
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []
    files = [item.nodeid.partition("::")[0] for item in request.session.items]
    assert files == sorted(files, key=lambda file: LONGEST.index(file) if file in LONGEST else len(LONGEST))


def test_few_private_functions_are_used_once():
    every, found = measured()
    fitting = [f"{one.file}: {one.name}" for one in found if one.fits]
    assert len(found) <= MOST_USED_ONCE * every, f"{len(found)} of {every}: python -m tests.used_once"
    assert len(fitting) <= MOST_THAT_FIT * every, fitting


def test_a_step_that_fits_into_its_caller_is_noticed():
    text = "def story():\n    return _step()\ndef _step():\n    return 1\ndef _twice():\n    return _twice\n"
    handed_on = "TABLE = {1: _row}\ndef _row():\n    return 1\n"
    assert [(one.name, one.fits) for one in used_once("", ast.parse(text))] == [("_step", True)]
    assert [(one.name, one.fits) for one in used_once("", ast.parse(handed_on))] == [("_row", False)]
