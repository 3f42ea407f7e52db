"""People of the campus: their names, the ids they have outside, and the roles they have in the course."""

import uuid

from django.contrib.auth.models import User
from django.db import models


class Profile(models.Model):
    """Holds a person's full name."""

    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=30)


class ExternalId(models.Model):
    """Holds the id that tools know a person by."""

    user = models.OneToOneField(User, models.CASCADE)
    external_user_id = models.UUIDField(default=uuid.uuid4, unique=True)

    @classmethod
    def batch_get_or_create_user_ids(cls, users, type_name):
        """Gives the outside ids of many people, by the id they have inside."""
        return {user.id: cls.objects.get_or_create(user=user)[0] for user in users}
