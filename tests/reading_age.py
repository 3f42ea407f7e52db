"""What a template shows by itself, to tell how hard it is to read."""

import html
import re

from courses.editor.reading_grade import grade

__all__ = ["ENDS", "grade", "shown"]
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.S)
VALUE = re.compile(r"\{\{.*?\}\}", re.S)
ENDS = re.compile(r"</(p|li|h\d|td|th|dt|dd|label|legend|caption|button|option|div|summary)>|<br>")


def shown(template: str) -> str:
    """Gives the words that a template shows by itself, a sentence a line; a handed-in value counts as a short word."""
    text = VALUE.sub("it", JINJA.sub(" ", template.replace("{% endblock %}", "<br>")))
    text = re.sub(r"\s+", " ", text)
    return html.unescape(re.sub(r"<[^>]*>", " ", ENDS.sub("\n", text)))
