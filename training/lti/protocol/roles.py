"""What a person may do in the course they came from, from the roles that the LMS named; never more than that."""

from collections.abc import Iterable

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
INSTRUCTOR, LEARNER, NONE = "instructor", "learner", "none"

_FULL = frozenset({"Instructor", "ContentDeveloper", "Administrator"})
_LEARNING = frozenset({"Learner"})


def role_in_context(roles: Iterable[str]) -> str:
    """Tells instructor, learner or none; institution, system, sub and unknown roles alone give no rights.

    Source: LTI Core 1.3, A.2 Role vocabularies. Short names are those of context roles.
    """
    names = {_context_name(role) for role in roles}
    if names & _FULL:
        return INSTRUCTOR
    return LEARNER if names & _LEARNING else NONE


def is_test_user(roles: Iterable[str]) -> bool:
    """Tells whether the LMS marks the person as its own stand-in, who is never graded."""
    return TEST_USER in roles


def _context_name(role: str) -> str:
    if role.startswith(MEMBERSHIP):
        return role.removeprefix(MEMBERSHIP)
    return role if ":" not in role and "/" not in role else ""
