"""What is worth a look in an instrument that is being written: a pass mark that nobody, or everybody, reaches; pure."""

from training.assessments.instrument_editor.instrument_form import TO_WRITE, InstrumentForm, form_of
from training.drafts.kinds import Advice
from training.drafts.rules import line_of
from training.parsing.text import exact_number
from training.parsing.yaml_edits.places import NotByButton

OF_LEVELS = ("mean", "every_item", "no_item_at", "items_at")


def advice(text: str) -> list[Advice]:
    """Lists what is worth a look; nothing of it stands in the way."""
    try:
        form = form_of(text)
    except NotByButton:
        return []
    found = []
    if TO_WRITE in text:
        words = f"“{TO_WRITE}” stands in for words that are not written yet"
        found.append(Advice(line_of(text, TO_WRITE), TO_WRITE, words))
    found += [Advice(line_of(text, f"{one}:"), "", words) for one, words in _of_pass(form)]
    if not form.passing and form.kind != "judgement":
        found.append(Advice(1, "", "There is no rule to pass. Then each programme that uses it has to say what counts"))
    return found


def _of_pass(form: InstrumentForm) -> list[tuple[str, str]]:
    levels, found = form.levels or [0, 1], []
    for rule in form.passing:
        limit = exact_number(rule.limit)
        if rule.form == "percent" and limit is not None and not 0 < limit <= 100:
            found.append((rule.form, f"{rule.limit} percent can never be missed, or never be reached"))
        lowest = min(levels) - (rule.form == "no_item_at")
        highest = max(levels) - (rule.form == "no_item_at")
        if rule.form in OF_LEVELS and form.kind != "numbers" and limit is not None and not lowest <= limit <= highest:
            found.append((rule.form, f"Level {rule.limit} is none of this scale, from {min(levels)} to {max(levels)}"))
        if rule.form == "items_at" and (exact_number(rule.count) or 0) > len(form.items) and not rule.of:
            found.append((rule.form, f"{rule.count} items are asked for, and there are {len(form.items)}"))
    return found
