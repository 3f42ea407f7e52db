"""The order of a course as its YAML files say it: its modules and activities, and changes of that; pure."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from courses.editor.quiz_form import fresh_question
from courses.packages.modules import SLUG, file_of
from courses.packages.pages_of_text import in_language
from courses.packages.schema import KINDS
from training.drafts.kinds import OutlineGroup, OutlinePart
from training.drafts.rules import file_name
from training.parsing.messages import FileError
from training.parsing.values import as_list
from training.parsing.yaml import Table, read_table
from training.parsing.yaml_edits.members import moved, put_in, without
from training.parsing.yaml_edits.places import NotByButton

Texts = Mapping[str, str]
WORDS = {"page": "Page", "video": "Film", "quiz": "Quiz", "task": "Task", "scorm": "Lesson"}
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*\r?$", re.MULTILINE)


def outline(texts: Texts) -> list[OutlineGroup]:
    """Lists the modules of a course with their activities, as far as its files can be read."""
    course = _table(texts, "course.yaml")
    languages = [str(one) for one in as_list(course.get("languages") or [])]
    return [_group(texts, entry, languages) for entry in _members(course, "modules")]


def _group(texts: Texts, entry: Table, languages: list[str]) -> OutlineGroup:
    folder = str(entry.get("module") or "")
    file, own = f"{folder}/module.yaml", [str(one) for one in as_list(entry.get("languages") or [])] or languages[:1]
    parts = [_part(texts, folder, item, own) for item in _members(_table(texts, file), "activities")]
    led_to = {one.file for one in parts} | {path for one in parts for _, path in one.translations}
    named = " ".join(texts.get(path, "") for path in (*led_to, file))  # a film names its transcript
    inside = [path for path in texts if path.startswith(f"{folder}/") and path.endswith((".md", ".yaml"))]
    spare = [path for path in inside if path not in {*led_to, file} and PurePosixPath(path).name not in named]
    return OutlineGroup(folder, _words(entry.get("title")) or folder, file, parts, spare)


def _part(texts: Texts, folder: str, item: Table, languages: list[str]) -> OutlinePart:
    kind = next((one for one in KINDS if item.get(one)), "page")
    file = file_of(folder, kind, str(item.get(kind) or ""))
    name = str(item.get("id") or "") or PurePosixPath(file).name.split(".", 1)[0]
    found = _TITLE.search(texts.get(file, ""))
    others = [(one, in_language(file, one, languages[0])) for one in languages[1:] if kind != "scorm"]
    return OutlinePart(
        name=name,
        title=found[1].strip("\"'") if found else WORDS[kind] if kind == "quiz" else _words(item.get("title")) or name,
        word=WORDS[kind],
        file=file,
        translations=[one for one in others if one[1] in texts],
        missing=[one for one in others if one[1] not in texts],
        preview=f"{folder}/{name}",
        form=kind if kind in ("quiz", "task") else "",
    )


def move_module(texts: Texts, module: str, by: int) -> dict[str, str | None]:
    """Moves a module up or down."""
    at = _index([group.name for group in outline(texts)], module)
    return {"course.yaml": moved(texts["course.yaml"], ("modules",), at, by)}


def place_module(texts: Texts, module: str, to: str) -> dict[str, str | None]:
    """Moves a module to where another one stands."""
    names = [group.name for group in outline(texts)]
    return move_module(texts, module, _index(names, to) - _index(names, module))


def remove_module(texts: Texts, module: str) -> dict[str, str | None]:
    """Takes a module out of the course, and its texts with it."""
    at = _index([group.name for group in outline(texts)], module)
    gone: dict[str, str | None] = {path: None for path in texts if path.startswith(f"{module}/")}
    return {"course.yaml": without(texts["course.yaml"], ("modules",), at), **gone}


def add_module(texts: Texts, title: str) -> dict[str, str | None]:
    """Puts a module with one empty page at the end of the course."""
    folder, groups = file_name(title, ""), outline(texts)
    if "course.yaml" not in texts:
        raise NotByButton("there is no course.yaml")
    if not SLUG.fullmatch(folder) or any(path.startswith(f"{folder}/") for path in texts):
        raise NotByButton(f"there is a module {folder} already")
    lines = [f"module: {folder}", f"title: {_quoted(title)}", "minutes: 10", "complete: {pages: all}"]
    return {
        "course.yaml": put_in(texts["course.yaml"], ("modules",), lines, len(groups)),
        f"{folder}/module.yaml": "activities:\n  - {page: 01-first-page.md}\n",
        f"{folder}/01-first-page.md": _page("First page"),
    }


def move_part(texts: Texts, module: str, part: str, by: int) -> dict[str, str | None]:
    """Moves an activity up or down in its module."""
    group, at = _place(texts, module, part)
    return {group.file: moved(texts[group.file], ("activities",), at, by)}


def place_part(texts: Texts, module: str, part: str, to: str) -> dict[str, str | None]:
    """Moves an activity to where another one of its module stands."""
    return move_part(texts, module, part, _place(texts, module, to)[1] - _place(texts, module, part)[1])


def remove_part(texts: Texts, module: str, part: str) -> dict[str, str | None]:
    """Takes an activity out of its module, and its texts with it."""
    group, at = _place(texts, module, part)
    found = group.parts[at]
    gone: dict[str, str | None] = {path: None for path in (found.file, *(one for _, one in found.translations))
                                   if path in texts}  # fmt: skip
    return {group.file: without(texts[group.file], ("activities",), at), **gone}


def add_page(texts: Texts, module: str, title: str) -> dict[str, str | None]:
    """Puts an empty page behind the last page or film of a module."""
    group = _group_of(texts, module)
    name = file_name(title, ".md")
    if numbers := _numbers(texts, module):
        name = f"{max(numbers) + 1:02}-{name}"
    path = f"{module}/{name}"
    taken = [part.name for part in group.parts]
    if path in texts or PurePosixPath(name).stem in taken:
        raise NotByButton(f"there is a page {name} already; give it another title")
    at = _behind(group, "page", "video")
    fresh = put_in(texts[group.file], ("activities",), [f"{{page: {name}, minutes: 2}}"], at)
    return {group.file: fresh, path: _page(title)}


def add_quiz(texts: Texts, module: str, title: str) -> dict[str, str | None]:
    """Puts a quiz with one question at the end of a module."""
    group = _group_of(texts, module)
    stem = _free("quiz", ".yaml", group, texts)
    fresh = put_in(texts[group.file], ("activities",), [f"{{quiz: {stem}.yaml}}"], len(group.parts))
    question = "\n    ".join(fresh_question("q1"))
    return {group.file: fresh, f"{module}/{stem}.yaml": f"title: {_quoted(title)}\nquestions:\n  - {question}\n"}


def add_task(texts: Texts, module: str, title: str) -> dict[str, str | None]:
    """Puts a task at the end of a module."""
    group = _group_of(texts, module)
    stem = _free("task", ".md", group, texts)
    fresh = put_in(texts[group.file], ("activities",), [f"{{task: {stem}.md}}"], len(group.parts))
    text = f"---\ntitle: {_quoted(title)}\nhand_in: note\nminutes: 15\n---\nWrite here what is to be done.\n"
    return {group.file: fresh, f"{module}/{stem}.md": text}


def add_lesson(
    texts: Texts, module: str, name: str, title: str, taken: Collection[str]
) -> tuple[str, str, str]:  # fmt: skip
    """Puts a lesson behind the pages and films of a module; gives its path, the module's file and the new text of that.

    Of two with the same name the later gets a number; `taken` are the paths that are there.
    """
    group = _group_of(texts, module)
    own = _free(PurePosixPath(name).stem, ".zip", group, taken)
    line = f"{{scorm: {own}.zip, title: {json.dumps(title, ensure_ascii=False)}, minutes: 10}}"
    at = _behind(group, "page", "video", "scorm")
    return f"{module}/{own}.zip", group.file, put_in(texts[group.file], ("activities",), [line], at)


def add_film(
    texts: Texts, module: str, given: Mapping[str, str], *, ending: str, taken: Collection[str]
) -> tuple[str, dict[str, str]]:  # fmt: skip
    """Puts a film behind the pages and films of a module; gives the path of the film, and the texts that change.

    `given` are its title, seconds, captions and words; `taken` are the paths that are there.
    """
    group = _group_of(texts, module)
    stem = f"{max(_numbers({*taken, *texts}, module), default=0) + 1:02}-{file_name(given['title'], '')}"
    at = _behind(group, "page", "video")
    lines = {
        "title": _quoted(given["title"]), "file": f"{stem}{ending}", "captions": f"{stem}.vtt",
        "transcript": f"{stem}-words.md", "seconds": given["seconds"],
    }  # fmt: skip
    return f"{module}/{stem}{ending}", {
        f"{module}/{stem}.yaml": "".join(f"{key}: {value}\n" for key, value in lines.items()),
        f"{module}/{stem}.vtt": given["captions"],
        f"{module}/{stem}-words.md": given["words"],
        group.file: put_in(texts[group.file], ("activities",), [f"{{video: {stem}.yaml}}"], at),
    }


def add_translation(texts: Texts, module: str, part: str, language: str) -> dict[str, str | None]:
    """Adds the file of a language that an activity lacks; it begins as the words that it is to translate."""
    group, at = _place(texts, module, part)
    path = dict(group.parts[at].missing).get(language)
    if path is None or group.parts[at].file not in texts:
        raise NotByButton("this language is there already")
    return {path: texts[group.parts[at].file]}


def put_back(texts: Texts, module: str, path: str) -> dict[str, str | None]:
    """Puts a page that nothing leads to at the end of its module."""
    group = _group_of(texts, module)
    if path not in group.spare or not path.endswith(".md"):
        raise NotByButton("it is no page that stands beside the module")
    name = PurePosixPath(path).name
    return {group.file: put_in(texts[group.file], ("activities",), [f"{{page: {name}}}"], len(group.parts))}


def _place(texts: Texts, module: str, part: str) -> tuple[OutlineGroup, int]:
    group = _group_of(texts, module)
    return group, _index([one.name for one in group.parts], part)


def _group_of(texts: Texts, module: str) -> OutlineGroup:
    group = next((one for one in outline(texts) if one.name == module), None)
    if group is None or group.file not in texts:
        raise NotByButton("somebody has taken this module out")
    return group


def _index(names: list[str], name: str) -> int:
    if name not in names:
        raise NotByButton("somebody has taken it out")
    return names.index(name)


def _numbers(paths: Collection[str], module: str) -> list[int]:
    """Lists the numbers that the files of a module begin with."""
    return [int(found[1]) for path in paths if (found := re.match(rf"{re.escape(module)}/(\d+)-", path))]


def _free(stem: str, ending: str, group: OutlineGroup, taken: Collection[str]) -> str:
    """Gives a name to an activity and its file, with a number where another has it."""
    names = {part.name for part in group.parts}
    stems = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(one for one in stems if f"{group.name}/{one}{ending}" not in taken and one not in names)


def _behind(group: OutlineGroup, *kinds: str) -> int:
    """Gives the place behind the last activity of these kinds."""
    words = {WORDS[kind] for kind in kinds}
    return max((at for at, part in enumerate(group.parts, 1) if part.word in words), default=0)


def _table(texts: Texts, path: str) -> Table:
    try:
        return read_table(texts.get(path, ""), path)
    except FileError:
        return Table()


def _members(table: Table, key: str) -> list[Table]:
    members = table.get(key)
    return [one for one in members if isinstance(one, Table)] if isinstance(members, list) else []


def _words(value: object) -> str:
    return str(next(iter(value.values()), "")) if isinstance(value, Table) else str(value or "")


def _page(title: str) -> str:
    return f"---\ntitle: {_quoted(title)}\nminutes: 2\n---\n"


def _quoted(words: str) -> str:
    plain = re.fullmatch(r"[^\W\d_][\w ’'?!.,-]*", words) and words.lower() not in ("true", "false", "null")
    return words if plain else json.dumps(words, ensure_ascii=False)
