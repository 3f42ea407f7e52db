"""Opens the campus: makes its tables and its people, and serves it."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "campus.settings"

import django
from django.core.management import call_command

PEOPLE = (
    ("tess", "Tess Author", "tess@campus.example", "instructor"),
    ("lena", "Lena Reader", "lena@campus.example", "student"),
    ("omar", "Omar Quiet", "omar@campus.example", "student"),
)


def main(port: str) -> None:
    """Makes what is needed and serves until it is stopped."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from campus.course import COURSE
    from campus.models import Profile
    from django.contrib.auth.models import User
    from lti_consumer.models import CourseAllowPIISharingInLTIFlag

    CourseAllowPIISharingInLTIFlag.objects.create(course_id=COURSE, enabled=True)
    for username, name, email, role in PEOPLE:
        Profile.objects.create(user=User.objects.create_user(username, email), name=name, role=role)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, skip_checks=True, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1])
