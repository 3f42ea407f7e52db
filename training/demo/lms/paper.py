"""Shows the pretend LMS's own pages, which look like another system on purpose."""

from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse, Response

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).resolve().parents[3] / "templates" / "demo" / "lms"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    auto_reload=False,
)


def show(template: str, status: int = 200, **values: Any) -> Response:
    """Shows one template."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)
