"""What one may open in the pretend LMS: an activity, its copy, somebody's work, what is kept of one, and the odd."""

from typing import Any

from training.demo.lms import choosing
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, COURSE_TITLE, DEPLOYMENT_ID, PlacedLink, User, World

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
SCOPES = [f"{AGS}scope/{name}" for name in ("lineitem", "result.readonly", "score")]
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
HELLO, COPIED = "LtiHelloWorldNotice", "LtiContextCopyNotice"
PRIVACY = "privacy"
OTHER = "proctoring"
REVIEW = "review"


def is_known(world: World, hint: str) -> bool:
    """Tells whether a message hint is one of ours: `what`, `what@course` or `review:whose:what`."""
    what, _, course = hint.partition("@")
    if what.startswith(f"{REVIEW}:"):
        _, whose, what = [*what.split(":"), "", ""][:3]
        return whose in world.users and what in world.activities
    return what in (*world.activities, choosing.HINT, PRIVACY, OTHER) and course in ("", *world.copies)


def claims_of(world: World, user: User, hint: str, *, nonce: str) -> dict[str, Any]:
    """Writes the claims of the message that a hint asks for."""
    what, _, course = hint.partition("@")
    if what == choosing.HINT:
        return choosing.request_claims(world, user, nonce=nonce)
    if what.startswith(f"{REVIEW}:"):
        _, whose, what = what.split(":")
        return review_claims(world, user, whose, world.activities[what], nonce=nonce)
    if what in (PRIVACY, OTHER):
        kind = {PRIVACY: "LtiDataPrivacyLaunchRequest", OTHER: "LtiStartProctoring"}[what]
        link = PlacedLink("none", "None", "/")
        claims = claims_for(world, user, link, nonce=nonce) | {f"{LTI}message_type": kind}
        gone = (f"{LTI}resource_link", f"{LTI}target_link_uri", f"{LTI}context", f"{AGS}claim/endpoint")
        return {name: value for name, value in claims.items() if name not in gone}
    return claims_for(world, user, world.activities[what], nonce=nonce, course=course or CONTEXT_ID)


def review_claims(world: World, user: User, whose: str, activity: PlacedLink, *, nonce: str) -> dict[str, Any]:
    """Writes the claims by which somebody looks at a learner's work. Source: Submission Review 1.0, 3."""
    learner = world.users[whose]
    return claims_for(world, user, activity, nonce=nonce) | {
        f"{LTI}message_type": "LtiSubmissionReviewRequest",
        f"{LTI}for_user": {"user_id": whose, "roles": list(learner.roles)},
    }


def claims_for(
    world: World, user: User, activity: PlacedLink, *, nonce: str, course: str = CONTEXT_ID
) -> dict[str, Any]:
    """Writes the claims of a launch."""
    now = int(world.clock().timestamp())
    claims: dict[str, Any] = {
        "iss": world.base_url,
        "aud": CLIENT_ID,
        "sub": user.sub,
        "nonce": nonce,
        "iat": now,
        "exp": now + 60,
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": DEPLOYMENT_ID,
        f"{LTI}target_link_uri": world.tool_url + activity.path,
        f"{LTI}resource_link": {"id": activity.id, "title": activity.title},
        f"{LTI}roles": list(user.roles),
        f"{LTI}context": {
            "id": course,
            "label": "WWF",
            "title": COURSE_TITLE,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}tool_platform": {
            "guid": "pretend",
            "name": "Pretend LMS",
            "product_family_code": world.plays.product,
            "version": "1",
        },
        f"{LTI}launch_presentation": {"document_target": "iframe", "return_url": world.base_url, "locale": "en-GB"},
        f"{LTI}custom": activity.custom,
        **_services(world, activity),
    }
    if world.plays.says_nbf:
        claims["nbf"] = now
    told = {"name": user.name, "given_name": user.given, "family_name": user.family, "email": user.email}
    return claims | {name: value for name, value in told.items() if value}


def _services(world: World, activity: PlacedLink) -> dict[str, Any]:
    own = {"lineitem": world.line_item_url(activity.line_item)} if activity.line_item else {}
    return {
        f"{AGS}claim/endpoint": {"scope": SCOPES, "lineitems": world.line_items_url, **own},
        f"{LTI}platformnotificationservice": {
            "service_versions": ["1.0"],
            "platform_notification_service_url": f"{world.base_url}/notice-handlers",
            "scope": [NOTICES],
            "notice_types_supported": [HELLO, COPIED],
        },
        f"{NRPS}claim/namesroleservice": {"context_memberships_url": world.roster_url, "service_versions": ["2.0"]},
    }
