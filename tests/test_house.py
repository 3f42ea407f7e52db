"""The rules of the house, as checks: what a reader may rely on in every room."""

import ast
import re
from pathlib import Path

import pytest

from training import consequences, facts
from training.app import ROUTES
from training.database.apps import APPS
from training.people.roles import ABILITIES
from training.settings import Settings
from training.web.doors import ANYONE, SIGNED_IN

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path
    for top in ("training", "courses", "certificates")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "demo" not in path.parts)
CODE = [path for path in SOURCES if path.name != "__init__.py"]
NOT_NAMES = ("utils", "helpers", "manager", "service", "data", "info", "process")
LONG_LINES, LONG_FUNCTION = 400, 40


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
    allowed = {"certificates/press.py"}  # WeasyPrint costs 140 MB and is loaded in the render workers only
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


def test_rules_never_read_the_clock():
    reads = re.compile(r"clock\.now|datetime\.now|date\.today|time\.time\(")
    edges = (
        "pages",
        "clock.py",
        "commands",
        "demo",
        "worker.py",
        "work.py",
        "door_keeper.py",
        "__main__.py",
        "making.py",
    )
    found = [
        _named(path)
        for path in CODE
        if reads.search(path.read_text("utf-8"))
        and not any(edge in _named(path) for edge in edges)
        and "starlette" not in path.read_text("utf-8")
    ]
    assert found == []


def test_every_page_has_its_template_and_every_template_its_page():
    code = [path for path in CODE if "lms" not in path.parts]  # the pretend LMS has a house of its own
    shown = {name for path in code for name in re.findall(r'"([a-z_/]+\.html)"', path.read_text("utf-8"))}
    there = {str(path.relative_to(ROOT / "templates")) for path in TEMPLATES}
    used = {name for path in TEMPLATES for name in re.findall(r"['\"]([a-z_/]+\.html)['\"]", path.read_text("utf-8"))}
    assert shown - there == set(), "a page without its template"
    assert there - shown - used == set(), "a template without its page"


def test_links_in_templates_go_through_link():
    bare = re.compile(r"""(?:href|action|src)=["']/""")
    outside = ("document",)  # the printed certificate has addresses of its own
    found = [
        _named(path)
        for path in TEMPLATES
        if bare.search(path.read_text("utf-8")) and not any(word in _named(path) for word in outside)
    ]
    assert found == []


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in readme] == []


def test_every_fact_kind_is_known_and_recorded_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in CODE if path.name != "kinds.py")
    assert set(consequences.AFTER) <= facts.KINDS
    assert sorted(kind for kind in facts.KINDS if f'"{kind}"' not in code) == []


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


def test_every_route_asks_for_a_known_ability():
    known = {ANYONE, SIGNED_IN, *ABILITIES}
    assert [door.path for door in ROUTES if door.may not in known] == []
