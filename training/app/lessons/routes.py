"""Addresses of lessons made by others, as `routes` has all others: their window here, their files at another origin."""

from courses.learning.scorm import content_pages, pages
from training.web.routing import ANYONE, at

POST = ("POST",)
PLAY = "/courses/{slug}/{module}/{activity}/play/{sco}"

LESSONS = [
    at("/scorm/{token}/frame", content_pages.frame, may=ANYONE),
    at("/scorm/{token}/files/{path:path}", content_pages.file, may=ANYONE, body=None),
    at(PLAY, pages.play, may="learn"),
    at(PLAY, pages.opened, may="learn", methods=POST),
    at(f"{PLAY}/save", pages.saved, may="learn", methods=POST),
]
