"""Addresses of what is published and of the rules of programmes, as `routes` has all others."""

from certificates.commissioning import unit_pages
from certificates.participation import form_pages
from certificates.rehearsals import pages as rehearsals
from certificates.rehearsals import verdict_pages
from training.app.unit import material_pages
from training.web.routing import at

BOTH, POST = ("GET", "POST"), ("POST",)
UPLOAD = 12_000_000

MATERIAL = [
    at("/material", material_pages.material, may="load material"),
    at("/material/course", material_pages.take_course, may="load material", methods=POST),
    at("/material/check", material_pages.check, may="load material", methods=POST, body=UPLOAD),
    at("/material/publish", material_pages.publish, may="load material", methods=POST, body=UPLOAD),
    at("/material/programmes/{id}", unit_pages.page, may="load material", methods=BOTH),
    at("/material/programmes/{id}/preview", unit_pages.preview, may="load material"),
    at("/material/programmes/{id}/publish", unit_pages.publish, may="load material", methods=POST),
    at("/material/programmes/{id}/take-down", unit_pages.take_down, may="load material", methods=POST),
    at("/material/programmes/{id}/put-back", unit_pages.put_back, may="load material", methods=POST),
    at("/programmes/rules/{id}/forms", form_pages.forms, may="load material"),
    at("/programmes/rules/{id}/take-back", material_pages.take_back, may="load material", methods=POST),
    at("/drafts/{id}/rehearse", rehearsals.rehearse, may="write material", methods=BOTH),
    at("/drafts/{id}/try", verdict_pages.verdict, may="read register"),
    at("/rehearsals/{id}", rehearsals.rehearsal, may="write material", methods=BOTH),
]
