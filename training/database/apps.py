"""The rooms that have tables, ground floor first: foreign keys and migrations follow this order."""

APPS: dict[str, list[str]] = {
    "trail": ["training.facts"],
    "sites": ["training.sites.models"],
    "people": ["training.people.models"],
    "practice": ["training.practice.models"],
    "assessments": ["training.assessments.models"],
    "lti": ["training.lti.models"],
    "courses": ["courses.models"],
    "certificates": ["certificates.models"],
    "audits": ["certificates.audits.models"],
}
