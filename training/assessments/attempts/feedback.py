"""What a mark means for whoever was watched: the words of the level that was reached, and the next step; pure."""

from training.assessments.marks import Mark
from training.instruments.schema import InstrumentSchema, Item
from training.parsing.keywords import NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK


def level_in_words(instrument: InstrumentSchema, name: str, mark: Mark | None) -> str:
    """Returns what the instrument says of the level that was reached; nothing where it says no more than its scale."""
    item = instrument.items.get(name)
    return item.levels.get(mark, "") if item and isinstance(mark, int) else ""


def next_steps(instrument: InstrumentSchema, name: str, mark: Mark | None) -> list[str]:
    """Lists what to do next time: what harms is left out, what was missing is done, else the next level."""
    item = instrument.items.get(name)
    if item is None or mark is None or mark == NOT_APPLICABLE_MARK:
        return []
    if mark == NOT_OBSERVED_MARK:
        return ["Let it be seen next time"]
    if isinstance(mark, dict):
        return _of_behaviours(item, set(mark.get("seen", ())), set(mark.get("not_applicable", ())))
    if instrument.kind == "checklist":
        return ["Do this next time"] if mark == "no" else []
    if instrument.kind == "scale" and isinstance(mark, int | float):
        higher = [level for level in sorted(instrument.scale) if level > mark]
        described = [item.levels[level] for level in higher if level in item.levels]
        return [described[0] if described else f"Aim at “{instrument.scale[higher[0]]}”"] if higher else []
    return []


def _of_behaviours(item: Item, seen: set[str], out: set[str]) -> list[str]:
    harm = [f"Leave out: {words}" for key, words in item.harmful.items() if key in seen]
    missing = [words for key, words in {**item.required, **item.basic}.items() if key not in seen | out]
    more = [words for key, words in item.advanced.items() if key not in seen | out]
    return harm + (missing or ([] if harm else more[:1]))
