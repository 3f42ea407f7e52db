"""The addresses of what is written before it is published, as a part of the table of all."""

from courses.editor import competency_pages, film_pages, lesson_pages
from courses.editor import pages as editor
from courses.editor import quiz_pages as quiz_editor
from courses.editor import task_pages as task_editor
from training.assessments.instrument_editor import pages as instrument_editor
from training.drafts import file_pages as draft_files
from training.drafts import pages as drafts
from training.drafts import request_pages as publishing_requests
from training.web.routing import at

BOTH, POST = ("GET", "POST"), ("POST",)
FORM, FILM = 12_000_000, 250_000_000

WRITING = [
    at("/drafts", drafts.drafts, may="write material", methods=BOTH),
    at("/drafts/take", drafts.take, may="write material", methods=POST, body=FILM),
    at("/drafts/published/{kind}/{name}", drafts.published, may="write material"),
    at("/drafts/published/course/{name}/competencies", competency_pages.of_published, may="write material"),
    at("/drafts/{id}", drafts.draft, may="write material", methods=BOTH),
    at("/drafts/{id}/add", draft_files.add, may="write material", methods=POST, body=FILM),
    at("/drafts/{id}/ask", publishing_requests.ask, may="write material", methods=BOTH),
    at("/drafts/{id}/changes/{change}", draft_files.change, may="write material"),
    at("/drafts/{id}/compare", publishing_requests.compare, may="write material"),
    at("/drafts/{id}/files/{path:path}", draft_files.file, may="write material", methods=BOTH, body=FILM),
    at("/drafts/{id}/competencies", competency_pages.of_draft, may="write material"),
    at("/drafts/{id}/film", film_pages.film, may="write material", methods=BOTH, body=FILM),
    at("/drafts/{id}/instrument/{path:path}", instrument_editor.form, may="write material", methods=BOTH, body=FORM),
    at("/drafts/{id}/lesson", lesson_pages.add, may="write material", methods=POST, body=FILM),
    at("/drafts/{id}/lesson/{module}/{activity}", lesson_pages.tried, may="write material", methods=POST),
    at("/drafts/{id}/media/{sha256}", draft_files.media, may="write material"),
    at("/drafts/{id}/outline", editor.outline, may="write material", methods=POST),
    at("/drafts/{id}/package", drafts.package, may="write material"),
    at("/drafts/{id}/paper/{path:path}", instrument_editor.paper, may="write material"),
    at("/drafts/{id}/preview/{module}/{activity}", editor.preview, may="write material"),
    at("/drafts/{id}/publish", drafts.publish, may="load material", methods=BOTH),
    at("/drafts/{id}/quiz/{path:path}", quiz_editor.quiz, may="write material", methods=BOTH, body=FORM),
    at("/drafts/{id}/rate/{path:path}", instrument_editor.rate, may="write material", methods=BOTH),
    at("/drafts/{id}/remove/{path:path}", draft_files.remove, may="write material", methods=POST),
    at("/drafts/{id}/send-back", publishing_requests.send_back, may="load material", methods=BOTH),
    at("/drafts/{id}/task/{path:path}", task_editor.task, may="write material", methods=BOTH, body=FORM),
]
