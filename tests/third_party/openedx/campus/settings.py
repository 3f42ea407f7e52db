"""Settings of a small Open edX: the LTI code of production, and only so much around it as it needs to run."""

import os

CAMPUS_URL = os.environ["CAMPUS_URL"]
TOOL_URL = os.environ["TOOL_URL"]

SECRET_KEY = "known to everybody: this campus listens on loopback only"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ, TIME_ZONE = True, "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["CAMPUS_DATABASE"]}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "campus",
    "lti_consumer",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edx_django_utils.cache.middleware.RequestCacheMiddleware",
    "edx_django_utils.cache.middleware.TieredCacheMiddleware",
    "crum.CurrentRequestUserMiddleware",
    "campus.gradebook.Watched",
]
ROOT_URLCONF = "campus.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

# What production sets, and the LTI code reads.
SERVICE_VARIANT = "lms"
PLATFORM_NAME = "Riverside Campus"
LMS_ROOT_URL = LTI_BASE = LTI_API_BASE = CAMPUS_URL
LEARNING_MICROFRONTEND_URL = CAMPUS_URL
USAGE_KEY_PATTERN = r"(?P<usage_key_string>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))"
USAGE_ID_PATTERN = r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))"
