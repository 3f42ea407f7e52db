"""Every address at which programs ask, with the operation that answers it; which scope it asks for, that says."""

from certificates.credentials import api as credentials
from certificates.evidence import api as evidence
from certificates.figures import api as figures
from certificates.participation import api as participation
from certificates.register import api as register
from training.clients import api as clients
from training.clients.operations import api
from training.clients.webhooks import api as webhooks

API_ROUTES = [
    api("/api/v1/register", register.REGISTER),
    api("/api/v1/register.csv", register.REGISTER_FILE),
    api("/api/v1/figures", figures.FIGURES),
    api("/api/v1/figures.csv", figures.FIGURES_FILE),
    api("/api/v1/certificates/{id}", credentials.CERTIFICATE),
    api("/api/v1/certificates/{id}/credential", credentials.CREDENTIAL),
    api("/api/v1/people/{id}/pathways/{slug}/verdict", participation.VERDICT),
    api("/api/v1/enrolments", participation.ENROL),
    api("/api/v1/people/{id}/record-forms", evidence.FORMS),
    api("/api/v1/records", evidence.RECORDS),
    api("/api/v1/records", evidence.TELL),
    api("/api/v1/records/{id}", evidence.RECORD),
    api("/api/v1/records/{id}/withdrawal", evidence.WITHDRAW),
    api("/api/v1/webhooks/messages", webhooks.MESSAGES),
    api("/api/v1/sites", clients.SITES),
    api("/api/v1/programmes", clients.PROGRAMMES),
]
