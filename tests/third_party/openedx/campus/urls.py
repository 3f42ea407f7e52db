"""The addresses of the campus: those of the real LTI code, and its own few."""

from campus import pages
from django.urls import include, path

urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("sign-in/<str:username>", pages.sign_in),
    path("unit", pages.unit),
    path("studio", pages.studio),
    path("settings", pages.settings_page),
    path("gradebook", pages.gradebook),
    path("gradebook/twin", pages.twin),
]
