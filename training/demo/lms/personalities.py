"""Which LMS the pretend one plays: how each of the usual ones differs from the standard and from the others."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Personality:
    """One way to behave. The defaults are those of the pretend LMS itself, which is as strict as the strictest."""

    name: str = "pretend-lms"
    product: str = "pretend-lms"
    equal_stamps: bool = False
    """Whether a score with the time stamp of the last one is taken."""
    own_delivery_clock: bool = False
    """Whether time stamps are compared with the moment the last score arrived, and not with its stamp."""
    stale_status: int = 409
    score_status: int = 204
    query: str = "?type_id=7"
    grant_label: str = "application/json"
    assertion_audience: str = "/token"
    roster_label: str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    broken_links: bool = False
    """Whether the roster's Link header cannot be read."""
    storage: str = "_parent"
    """Which frame keeps data for tools (lti_storage_target); empty: none does."""
    bare_keys: bool = False
    """Whether published keys say neither alg nor use."""
    rotates: bool = False
    """Whether a fresh key signs every hour, and the old one is gone at once."""
    says_nbf: bool = False
    students_only: bool = False
    wants_user_agent: bool = False
    long_hint: bool = False
    hints_once: bool = False
    """Whether a login can be answered only once for each click in the course."""
    login_by_post: bool = False
    roster_shows_assistants_as_learners: bool = False
    leaves_out_suspended: bool = False
    """Whether the roster leaves out people who are suspended."""


PERSONALITIES = {
    one.name: one
    for one in (
        Personality(),
        Personality(
            "moodle",
            "moodle",
            own_delivery_clock=True,
            grant_label="text/html; charset=utf-8",
            broken_links=True,
            storage="",
            login_by_post=True,
            hints_once=True,
            roster_shows_assistants_as_learners=True,
            leaves_out_suspended=True,
        ),
        Personality(
            "canvas",
            "canvas",
            equal_stamps=True,
            stale_status=422,
            score_status=200,
            query="",
            storage="post_message_forwarding",
            students_only=True,
            wants_user_agent=True,
        ),
        Personality("openedx", "openedx", stale_status=400, score_status=201, query="", storage="", bare_keys=True),
        Personality(
            "brightspace",
            "desire2learn",
            query="",
            assertion_audience="/oauth/audience",
            bare_keys=True,
            rotates=True,
            says_nbf=True,
        ),
        Personality("blackboard", "BlackboardLearn", query="", score_status=200),
        Personality("sakai", "sakai", query="", roster_label="application/json", long_hint=True),
    )
}
