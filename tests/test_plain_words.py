"""What trainees read on our pages is for a reading age of 9 to 11."""

from pathlib import Path

import pytest

from tests.reading_age import grade, shown

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
FOR_TRAINEES = ["layout.html", "errors/*.html", "people/sign_in*.html", "people/home.html", "people/choose.html"]
FOR_TRAINEES += ["courses/*.html", "records/*.html", "participation/*.html", "parts/*.html", "certificates/*.html"]
FOR_TRAINEES += ["commissioning/*.html", "people/relation*.html", "visits/coming.html", "visits/visit.html"]
FOR_TRAINEES += [f"assessments/{name}.html" for name in ("mine", "result", "rows", "answer", "waiting")]
PAGES = sorted(path for pattern in FOR_TRAINEES for path in TEMPLATES.glob(pattern))
HIGHEST_GRADE = 6.0


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_for_trainees_is_easy_to_read(path: Path) -> None:
    assert grade(shown(path.read_text())) <= HIGHEST_GRADE


def test_a_hard_text_gets_a_high_grade() -> None:
    assert grade("The cat sat on the mat and was happy.") < 3
    assert grade("Certification necessitates comprehensive documentation of supervisory engagement.") > 15


def test_a_template_is_read_without_its_machinery() -> None:
    words = shown("{# note #}{% if x %}<p>Hello {{ name }}.</p>{% endif %}<li>Two &amp; three</li>")
    assert words.split() == ["Hello", "it.", "Two", "&", "three"]
