"""Where a lesson plays: the address of its frame at the content origin, and of what is opened in there."""

from datetime import datetime
from urllib.parse import quote

from courses.learning.scorm.passes import ContentPass, seal
from courses.packages.scorm.manifest import file_of
from training.core.errors import NotFound
from training.core.settings import Settings


def frame_of(content: ContentPass, settings: Settings, *, now: datetime) -> str:
    """The address of the frame of a lesson; raises NotFound where this service has no origin for lessons."""
    if not settings.content_origin:
        raise NotFound("This service cannot play lessons yet.", "Tell whoever runs it to set TRAINING_CONTENT_URL.")
    return f"{settings.content_origin}/scorm/{seal(content, settings, now=now)}/frame"


def href_of(href: str) -> str:
    """The address of a part below that of its frame, with each letter of the name written as addresses ask for."""
    rest = href[len(href.split("#", 1)[0].split("?", 1)[0]) :]
    return f"files/{quote(file_of(href), safe='/~')}{rest}"
