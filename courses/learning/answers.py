"""A question as a form: what is shown to choose, order, match or write, and the answer that was sent; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from courses.learning.marking import PAIR, Question


def asked_as(question: Question, chosen: Sequence[str], *, key: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Gives what the form of a question shows, in the order of one try (`key`): what is typed, or else was answered.

    Fields are numbered as they are shown, so that their names tell nothing of the right order.
    """
    shown = question.shown(key)
    if question.kind == "order":
        places = {one: str(place) for place, one in enumerate(chosen, 1)}
        rows = [(one.text, typed.get(f"place-{at}", places.get(one.id, ""))) for at, one in enumerate(shown, 1)]
        return {"rows": rows, "options": [(str(place), str(place)) for place in range(1, len(shown) + 1)]}
    if question.kind == "match":
        numbers = {one.id: str(at) for at, one in enumerate(shown, 1)}
        pairs = {left: numbers[right] for left, right in question.pairs(chosen).items()}
        rows = [
            (one.text, typed.get(f"place-{at}", pairs.get(one.id, ""))) for at, one in enumerate(question.choices, 1)
        ]
        return {"rows": rows, "options": [(numbers[one.id], one.to) for one in shown]}
    if question.figure:
        return {"number": typed.get("choices", "".join(chosen)), "unit": question.figure.unit}
    picked = _list(typed["choices"]) if "choices" in typed else chosen
    return {"choices": [(one.id, one.text, one.id in picked) for one in shown]}


def typed_answer(question: Question, typed: Mapping[str, Any], *, key: str) -> list[str]:
    """Reads the answer that was sent with the form of a question; what is none is told by `Question.fault`."""
    shown = question.shown(key)
    given = [str(typed.get(f"place-{at}", "")) for at in range(1, len(shown) + 1)]
    if question.kind == "order":
        places = {place: one.id for place, one in zip(given, shown, strict=True)}
        return [places[str(place)] for place in range(1, len(shown) + 1) if str(place) in places]
    if question.kind == "match":
        others = {str(at): one.id for at, one in enumerate(shown, 1)}
        pairs = zip(question.choices, given, strict=True)
        return [PAIR.format(left.id, others[right]) for left, right in pairs if right in others]
    return [one.strip() for one in _list(typed.get("choices", [])) if one.strip()]


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]
