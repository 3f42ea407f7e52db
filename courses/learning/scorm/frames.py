"""Where a lesson plays: its frame at the content origin, what is opened in there, and what the lesson finds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from courses.learning.scorm.passes import ContentPass, seal
from courses.learning.scorm.rules import Learner, LessonReport, start_values
from courses.packages.scorm.manifest import file_of
from training.core.errors import NotFound
from training.core.settings import Settings
from training.web.middleware import CONTENT


def opening(
    sco: Mapping[str, Any], content: ContentPass, settings: Settings, *, learner: Learner, now: datetime,
    kept: LessonReport | None = None, total_seconds: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """What a window is told of a part that it opens; `kept` is what that told before.

    Raises NotFound where this service has no origin for lessons.
    """
    if not settings.content_origin:
        raise NotFound("This service cannot play lessons yet.", "Tell whoever runs it to set TRAINING_CONTENT_URL.")
    values = start_values(
        content.version, kept or LessonReport(), learner=learner, total_seconds=total_seconds, saved=kept is not None,
        launch_data=sco["launch_data"], passing=sco["passing"], completing=sco["completing"],
    )  # fmt: skip
    return {
        "frame": f"{settings.content_origin}{CONTENT}{seal(content, settings, now=now)}/frame",
        "href": _address(sco["href"]), "values": values, "asset": sco["is_asset"],
    }  # fmt: skip


def _address(href: str) -> str:
    """The address of a part below that of its frame, with each letter of the name written as addresses ask for."""
    rest = href[len(href.split("#", 1)[0].split("?", 1)[0]) :]
    return f"files/{quote(file_of(href), safe='/~')}{rest}"
