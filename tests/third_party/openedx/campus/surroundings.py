"""The modules of Open edX that its LTI code imports, each with the few names that it takes from them."""

import sys
from types import ModuleType, SimpleNamespace

from campus.course import ABOUT, COURSE, STAFF, block
from campus.models import ExternalId, Profile
from django.contrib.auth.models import User
from django.dispatch import Signal
from lti_consumer.exceptions import LtiError


def settle() -> None:
    """Puts the modules where an import finds them."""
    for path, names in MODULES.items():
        module = ModuleType(path)
        module.__dict__.update(names)
        sys.modules[path] = module


def _course_members(course_key):
    people = Profile.objects.select_related("user").order_by("user_id")
    return {
        one.user_id: {
            "id": one.user_id,
            "username": one.user.username,
            "name": one.name,
            "email": one.user.email,
            "roles": [one.role],
        }
        for one in people
    }


class _ExternalIds:
    """Finds a person by the id that tools know them by."""

    DoesNotExist = ExternalId.DoesNotExist
    batch_get_or_create_user_ids = ExternalId.batch_get_or_create_user_ids

    class objects:
        """Looks as the table does to the one call that is made."""

        @staticmethod
        def get(external_user_id, external_id_type__name):
            """Finds the row."""
            return ExternalId.objects.get(external_user_id=external_user_id)


def _may_author(user, course_key):
    return user.is_authenticated and course_key == COURSE and user.profile.role in STAFF


def _roles_in_forum(user, course_id):
    return []


MODULES = {
    "xmodule.modulestore.django": {
        "modulestore": lambda: SimpleNamespace(get_item=lambda location: block()),
        "SignalHandler": SimpleNamespace(pre_item_delete=Signal()),
    },
    "openedx.core.djangoapps.xblock": {"api": SimpleNamespace()},
    "openedx.core.djangoapps.external_user_ids.models": {"ExternalId": _ExternalIds},
    "openedx.core.lib.courses": {"get_course_by_id": lambda course_key: ABOUT},
    "lms.djangoapps.courseware.block_render": {"get_block_for_descriptor": lambda **told: told["block"]},
    "lms.djangoapps.course_api.api": {"get_course_members": _course_members},
    "lms.djangoapps.course_api.exceptions": {"OverEnrollmentLimitException": type("Over", (LtiError,), {})},
    "lms.djangoapps.discussion.django_comment_client.utils": {"get_user_role_names": _roles_in_forum},
    "common.djangoapps.student.auth": {"has_studio_write_access": _may_author},
}

__all__ = ["User", "settle"]
