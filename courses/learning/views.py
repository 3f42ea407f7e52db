"""Prepares a journey for the pages: what a template shows of a course, its modules and their parts."""

from typing import Any

from courses.learning import rules, words
from courses.learning.journey import Journey, Position
from courses.learning.outline import Chapter, Outline, OutlineActivity, in_language
from courses.learning.rules import State
from training.core.languages import spoken, translations, with_unit


def language_of(chapter: Chapter, wanted: str) -> str:
    """The language a module is shown in: the wanted one where the module has it, else its first."""
    return wanted if wanted in chapter.languages else chapter.languages[0]


def course_words(outline: Outline, wanted: str) -> dict[str, Any]:
    """A course's own words and length."""
    said_in = spoken(wanted)
    return {
        "slug": outline.slug,
        "path": f"/courses/{outline.slug}",
        "title": in_language(outline.title, wanted),
        "summary": in_language(outline.summary, wanted),
        "lang": wanted if wanted in outline.title else outline.languages[0],
        "minutes": words.minutes(outline.minutes, said_in),
        "modules": with_unit(len(outline.chapters), "module", said_in),
        "count": len(outline.chapters),
        "languages": [words.language_name(code) for code in outline.languages],
    }


def how_far(journey: Journey, wanted: str) -> dict[str, Any]:
    """Progress in numbers and words."""
    total = len(journey.outline.chapters)
    done = sum(chapter.slug in journey.completed for chapter in journey.outline.chapters)
    return {
        "done": done,
        "total": total,
        "words": far_words(done, total, spoken(wanted)),
        "state": str(State.DONE if "" in journey.completed else State.STARTED),
        "completed": journey.completed.get(""),
    }


def far_words(done: int, total: int, language: str) -> str:
    """Says how many modules are done: "2 of 6 modules done"."""
    given = {"done": done, "modules": with_unit(total, "module", language)}
    return translations(language).gettext("%(done)s of %(modules)s done") % given


def modules(outline: Outline, reached: rules.Reached, wanted: str) -> list[dict[str, Any]]:
    """The modules of a course in order, each with its state, its rule and its parts."""
    return [_module(outline, chapter, reached, wanted) for chapter in outline.chapters]


def _module(outline: Outline, chapter: Chapter, reached: rules.Reached, wanted: str) -> dict[str, Any]:
    state, said_in = rules.state_of(chapter.plan, reached), spoken(wanted)
    needed = [outline.chapter(slug).title for slug in rules.needed_first(chapter.plan, reached)]
    return {
        "title": in_language(chapter.title, wanted),
        "lang": wanted if wanted in chapter.title else outline.languages[0],
        "path": "" if state is State.LOCKED else f"/courses/{outline.slug}/{chapter.slug}",
        "state": str(state),
        "minutes": words.minutes(chapter.minutes, said_in),
        "asks_for": words.asks_for(chapter, said_in),
        "left": words.left_in(chapter.plan, reached, said_in) if state is State.STARTED else "",
        "needed": [in_language(title, wanted) for title in needed],
        "languages": [words.language_name(code) for code in chapter.languages if len(chapter.languages) > 1],
        "parts": contents(outline, chapter, reached, wanted),
    }


def contents(outline: Outline, chapter: Chapter, reached: rules.Reached, wanted: str) -> list[dict[str, Any]]:
    """The contents of a module: each part with its kind and state."""
    steps = {step.slug: step for step in chapter.plan.steps}
    return [
        {
            "title": in_language(part.title, language_of(chapter, wanted)),
            "kind": words.KINDS[part.kind],
            "path": f"/courses/{outline.slug}/{chapter.slug}/{part.slug}",
            "state": str(rules.step_state(steps[part.slug], reached)),
            "slug": part.slug,
        }
        for part in chapter.parts
    ]


def around(spot: Position, wanted: str) -> dict[str, Any]:
    """What stands around every part in the player: module, place in it, ways back and on, contents, languages."""
    outline, chapter, lang = spot.journey.outline, spot.chapter, language_of(spot.chapter, wanted)
    number, said_in = chapter.parts.index(spot.part) + 1, spoken(wanted)
    place = translations(said_in).gettext("Page %(number)s of %(total)s")
    return {
        "lang": said_in,
        "course": course_words(outline, wanted),
        "module": in_language(chapter.title, lang),
        "asks_for": words.asks_for(chapter, said_in),
        "title": in_language(spot.part.title, lang),
        "content_lang": lang,
        "place": place % {"number": number, "total": len(chapter.parts)},
        "number": number,
        "total": len(chapter.parts),
        "path": spot.path,
        "previous": path_of(spot, chapter.parts[number - 2]) if number > 1 else "",
        "next": path_of(spot, chapter.parts[number]) if number < len(chapter.parts) else "",
        "contents": contents(outline, chapter, spot.journey.reached, wanted),
        "here": spot.part.slug,
        "done": spot.done,
        "not_in": "" if wanted in chapter.languages else words.language_name(wanted),
        "shown": words.language_name(lang),
        "back": ("All modules", f"/courses/{outline.slug}"),
    }


def path_of(spot: Position, part: OutlineActivity) -> str:
    """The address of another part of the same module."""
    return f"/courses/{spot.journey.outline.slug}/{spot.chapter.slug}/{part.slug}"


def language_switch(languages: tuple[str, ...], path: str, current: str) -> list[tuple[str, str, str, bool]]:
    """The languages to choose from at the top of the page, each leading to the same place."""
    return [(code, words.language_name(code), f"{path}?language={code}", code == current) for code in languages]
