"""The addresses of how a group is watched: visits, and films with their consents."""

from training.assessments.films import consent_list_pages, consent_pages, upload_pages
from training.assessments.films import pages as films
from training.assessments.visits import pages as visits
from training.assessments.visits import week_pages
from training.web.routing import ANYONE, SIGNED_IN, at

BOTH, POST = ("GET", "POST"), ("POST",)
AT_ONCE, CAPTIONS = 250_000_000, 600_000
"""Bytes of a form with a film, which may be sent by mistake and is read to its end, and of one with captions."""

OBSERVATIONS = [
    at("/assessments/week", week_pages.week, may="manage people"),
    at("/assessments/{id}/visit", visits.visit, may=SIGNED_IN),
    at("/assessments/{id}/visit.ics", visits.calendar, may=SIGNED_IN),
    at("/assessments/{id}/visit/change", visits.change, may="assess", methods=BOTH),
    at("/assessments/films", films.films, may=SIGNED_IN),
    at("/assessments/films", upload_pages.begin, may=SIGNED_IN, methods=POST),
    at("/assessments/films/new", upload_pages.new, may=SIGNED_IN, methods=BOTH, body=AT_ONCE),
    at("/assessments/films/consents", consent_list_pages.all_consents, may="manage people"),
    at("/assessments/films/{id}", films.film, may=SIGNED_IN, methods=BOTH),
    at("/assessments/films/{id}/captions", films.captions, may=SIGNED_IN, methods=BOTH, body=CAPTIONS),
    at("/assessments/films/{id}/consents", consent_pages.consents, may=SIGNED_IN, methods=BOTH),
    at("/assessments/films/{id}/consents/{consent}", consent_pages.ask, may=SIGNED_IN, methods=BOTH),
    at("/assessments/films/{id}/content", films.content, may=SIGNED_IN, body=None),
    at("/assessments/films/{id}/upload", upload_pages.upload, may=SIGNED_IN, methods=("GET", "PATCH"), body=None),
    at("/films/consent/{token}", consent_pages.consent, may=ANYONE, methods=BOTH),
]
