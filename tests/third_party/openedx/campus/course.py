"""The course of the campus, and the real LTI block in it, with the services that a block finds around itself."""

from types import SimpleNamespace

from campus.gradebook import PUBLISHED
from campus.models import ExternalId
from django.conf import settings
from lti_consumer.lti_xblock import LtiConsumerXBlock
from lti_consumer.models import CourseAllowPIISharingInLTIFlag
from opaque_keys.edx.keys import CourseKey
from xblock.core import Scope, XBlockMixin
from xblock.field_data import DictFieldData
from xblock.fields import Boolean, DateTime, ScopeIds, String, Timedelta
from xblock.reference.user_service import XBlockUser
from xblock.runtime import MemoryIdManager, Runtime

COURSE = CourseKey.from_string("course-v1:Riverside+Families+2026")
BLOCK = COURSE.make_usage_key("lti_consumer", "facilitator-training")
ABOUT = SimpleNamespace(display_name_with_default="Families", display_org_with_default="Riverside")
STAFF = ("staff", "instructor")

PLACED = DictFieldData(
    {
        "display_name": "Leading a parenting group",
        "lti_version": "lti_1p3",
        "lti_1p3_oidc_url": f"{settings.TOOL_URL}/lti/login",
        "lti_1p3_launch_url": f"{settings.TOOL_URL}/courses/leading-a-parenting-group",
        "lti_1p3_redirect_uris": [f"{settings.TOOL_URL}/lti/launch"],
        "lti_1p3_tool_key_mode": "keyset_url",
        "lti_1p3_tool_keyset_url": f"{settings.TOOL_URL}/.well-known/jwks.json",
        "lti_1p3_enable_nrps": True,
        "lti_advantage_ags_mode": "declarative",
        "lti_advantage_deep_linking_enabled": True,
        "lti_advantage_deep_linking_launch_url": f"{settings.TOOL_URL}/lti/launch",
        "has_score": True,
        "weight": 10.0,
        "ask_to_send_full_name": True,
        "ask_to_send_email": True,
    }
)


class Inherited(XBlockMixin):
    """Fields that every block of a course has from its course."""

    start = DateTime(scope=Scope.settings)
    due = DateTime(scope=Scope.settings)
    graceperiod = Timedelta(scope=Scope.settings)
    graded = Boolean(default=True, scope=Scope.settings)
    format = String(default="", scope=Scope.settings)


class Surrounded(Runtime):
    """Runs a block for one person."""

    def __init__(self, user):
        """Gives the block its services."""
        manager = MemoryIdManager()
        super().__init__(
            manager,
            manager,
            field_data=PLACED,
            mixins=(Inherited,),
            services={
                "user": Users(user),
                "rebind_user": SimpleNamespace(rebind_noauth_module_to_user=lambda block, user: None),
                "lti-configuration": SimpleNamespace(configuration=CourseAllowPIISharingInLTIFlag),
            },
        )

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        """Names the address of a block's handler."""
        return f"{settings.CAMPUS_URL}/handlers/{handler_name}/{suffix}?{query}"

    def local_resource_url(self, block, uri):
        """Names the address of a block's own file."""
        return f"{settings.CAMPUS_URL}/resources/{uri}"

    def resource_url(self, resource):
        """Names the address of a file."""
        return f"{settings.CAMPUS_URL}/resources/{resource}"

    def publish(self, block, event_type, event_data):
        """Takes a grade for the campus's own gradebook."""
        PUBLISHED.append({"event": event_type, **event_data})


class Users:
    """Tells a block who looks at it."""

    def __init__(self, user):
        """Remembers the person."""
        self.user = user

    def get_current_user(self):
        """Describes the person as Open edX does."""
        told = XBlockUser(is_current_user=True, emails=[self.user.email], full_name=self.user.profile.name)
        told.opt_attrs = {
            "edx-platform.is_authenticated": True,
            "edx-platform.user_id": self.user.id,
            "edx-platform.username": self.user.username,
            "edx-platform.user_role": self.user.profile.role,
            "edx-platform.user_is_staff": False,
        }
        return told

    def get_external_user_id(self, type_name):
        """Gives the id that tools know the person by."""
        return str(ExternalId.objects.get_or_create(user=self.user)[0].external_user_id)


def block(user=None):
    """Loads the block for a person."""
    ids = ScopeIds(user and user.id, "lti_consumer", BLOCK, BLOCK)
    return Surrounded(user).construct_xblock_from_class(LtiConsumerXBlock, ids)
