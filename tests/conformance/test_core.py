"""The certification cases of LTI 1.3 Core: messages a tool must refuse, and launches that it must take.

Source: LTI Advantage Conformance Certification Guide, Core tool tests; LTI Core 1.3.
"""

from typing import Any

import pytest

from tests.training.lti.conftest import Side
from tests.training.lti.forging import GONE, LTI, Change, claim, header, honest, shifted
from training.people.models import Session

V = "http://purl.imsglobal.org/vocab/lis/v2/"
PII = ("name", "given_name", "family_name", "email")
TEACHER = [f"{V}membership#Instructor"]
STUDENT = [f"{V}membership#Learner"]


async def posted(side: Side, *changes: Change) -> Any:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    for change in changes:
        change(forged)
    return await side.post(forged.write(), query["state"])


async def refusal(side: Side, *changes: Change) -> str:
    answer = await posted(side, *changes)
    assert 400 <= answer.status_code < 500 and not await Session.all().exists()
    return str(answer.headers["X-Refusal"])


async def launched(side: Side, *changes: Change) -> str:
    """Launches, follows the redirect, and gives the role in the context that the session has."""
    answer = await posted(side, *changes)
    assert answer.status_code == 303, answer.headers.get("X-Refusal")
    session = await Session.all().order_by("-created").first()
    assert session is not None and session.lti is not None
    return session.lti["roles_in_context"]


def without(*names: str) -> Change:
    def change(forged: Any) -> None:
        for name in names:
            forged.claims.pop(name, None)

    return change


async def test_no_kid_sent_in_the_header(side: Side) -> None:
    """A token whose header names no key must be refused."""
    assert await refusal(side, header(kid=GONE)) == "kid_missing"


async def test_an_incorrect_kid_in_the_header(side: Side) -> None:
    """A token whose header names a key that the platform does not publish must be refused."""
    assert await refusal(side, header(kid="not-there")) == "kid_unknown"


async def test_a_wrong_lti_version(side: Side) -> None:
    """The version claim must be 1.3.0."""
    assert await refusal(side, claim("version", "11.3")) == "version_unsupported"


async def test_no_lti_version(side: Side) -> None:
    """The version claim must be there."""
    assert await refusal(side, claim("version", GONE)) == f"claim_missing:{LTI}version"


async def test_an_invalid_lti_message(side: Side) -> None:
    """A message of a type that is none must be refused."""
    assert await refusal(side, claim("message_type", "LtiNoSuchRequest")) == "message_type_unsupported"


async def test_all_lti_claims_missing(side: Side) -> None:
    """A signed token without any LTI claim is a sign-in, not a launch, and must be refused."""

    def only_openid(forged: Any) -> None:
        forged.claims = {name: value for name, value in forged.claims.items() if "://" not in name}

    assert await refusal(side, only_openid) == f"claim_missing:{LTI}version"


async def test_incorrect_time_stamps(side: Side) -> None:
    """Times that are over, or still to come, must be refused."""
    assert await refusal(side, shifted(iat=-7200, exp=-3600)) == "token_expired"
    assert await refusal(side, shifted(iat=7200, exp=10800)) == "issued_in_future"


@pytest.mark.parametrize("name", ["message_type", "roles", "deployment_id", "target_link_uri", "resource_link"])
async def test_a_required_claim_missing(side: Side, name: str) -> None:
    """Each required claim of a resource link launch must be there. Source: LTI Core 1.3, 5.3."""
    assert await refusal(side, claim(name, GONE)) == f"claim_missing:{LTI}{name}"


async def test_the_resource_link_id_missing(side: Side) -> None:
    """The resource link claim must have an id."""
    assert await refusal(side, claim("resource_link", {"title": "x"})) == f"claim_missing:{LTI}resource_link.id"


async def test_the_user_missing(side: Side) -> None:
    """A launch must name its user."""
    assert await refusal(side, claim("sub", GONE)) == "claim_missing:sub"


@pytest.mark.parametrize(("roles", "role"), [(TEACHER, "instructor"), (STUDENT, "learner")])
class TestValidLaunches:
    """What a teacher and a student launch with, in every allowed completeness."""

    async def test_everything(self, side: Side, roles: list[str], role: str) -> None:
        """A launch with everything in it is taken."""
        assert await launched(side, claim("roles", roles)) == role

    async def test_several_roles(self, side: Side, roles: list[str], role: str) -> None:
        """More than one role value may be sent; the rights come from the context role."""
        more = [f"{V}institution/person#Staff", *roles, f"{V}system/person#User"]
        assert await launched(side, claim("roles", more)) == role

    async def test_a_short_role(self, side: Side, roles: list[str], role: str) -> None:
        """A context role may be sent by its short name. Source: LTI Core 1.3, A.2.3."""
        assert await launched(side, claim("roles", [roles[0].partition("#")[2]])) == role

    async def test_an_unknown_role(self, side: Side, roles: list[str], role: str) -> None:
        """An unknown role beside a known one changes nothing."""
        assert await launched(side, claim("roles", [*roles, f"{V}uknownrole/unknown#Helper"])) == role

    async def test_e_mail_only(self, side: Side, roles: list[str], role: str) -> None:
        """A platform may tell the address and no name."""
        assert await launched(side, claim("roles", roles), without("name", "given_name", "family_name")) == role

    async def test_names_only(self, side: Side, roles: list[str], role: str) -> None:
        """A platform may tell names and no address."""
        assert await launched(side, claim("roles", roles), without("email")) == role

    async def test_no_personal_data(self, side: Side, roles: list[str], role: str) -> None:
        """A platform may tell neither name nor address."""
        assert await launched(side, claim("roles", roles), without(*PII)) == role

    async def test_e_mail_and_no_context(self, side: Side, roles: list[str], role: str) -> None:
        """A platform may launch outside of any course."""
        assert await launched(side, claim("roles", roles), claim("context", GONE)) == role


@pytest.mark.parametrize("roles", [[], [""], [f"{V}uknownrole/unknown#Helper"]])
async def test_no_role_and_only_unknown_roles(side: Side, roles: list[str]) -> None:
    """A launch with an empty list of roles, or with none that we know, is valid and gives least rights."""
    assert await launched(side, claim("roles", roles)) == "none"


async def test_a_teaching_assistant_is_not_a_full_instructor(side: Side) -> None:
    """A sub-role alone does not give the rights of its principal role here."""
    assert await launched(side, claim("roles", [f"{V}membership/Instructor#TeachingAssistant"])) == "none"


async def test_institution_and_system_roles_give_no_rights_in_the_course(side: Side) -> None:
    """Rights in a course come from context roles. Source: LTI Core 1.3, A.2."""
    elsewhere = [
        f"{V}institution/person#Administrator",
        f"{V}institution/person#Instructor",
        f"{V}system/person#SysAdmin",
    ]
    assert await launched(side, claim("roles", elsewhere)) == "none"
