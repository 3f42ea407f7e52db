"""People who used LTI 1.1 come back by LTI 1.3 as who they were, if their LMS proves that it holds the old secret."""

from pathlib import Path
from typing import Any

import pytest

from tests.training.lti.conftest import Side
from tests.training.lti.forging import LTI, claim, honest
from training.commands import former as command
from training.core import clock
from training.core.errors import Invalid
from training.database.connection import transaction
from training.demo.cast import known
from training.lti.identities.erase_person import erase_identities
from training.lti.launch import lti11_users
from training.lti.launch.lti11_users import Known, sign
from training.lti.launch.models import Consumer, FormerUser
from training.lti.models import Identity
from training.people.models import Person, Session
from training.sites.models import CentralUnit
from training.trail.models import Fact

KEY, SECRET = "179248902", "my-lti11-secret"


def test_the_signature_is_the_one_of_the_standard() -> None:
    """Source: LTI 1.3 Migration Guide, the worked example of the LTI 1.1 migration claim."""
    text = "179248902&689302&https://lmsvendor.com&PM48OJSfGDTAzAo&1551290856&172we8671fd8z"
    assert sign(text, SECRET) == "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="


@pytest.fixture
async def moved(side: Side) -> Side:
    """Nadia had the user id 34212 under LTI 1.1."""
    unit = await CentralUnit.get(id=(await Person.get(id=known("nadia"))).unit_id)
    told = [Known("34212", known("nadia"))]
    assert await lti11_users.tell(side.tool, KEY, SECRET, told, unit_id=unit.id, now=clock.now()) == 1
    assert await lti11_users.tell(side.tool, KEY, SECRET, told, unit_id=unit.id, now=clock.now()) == 0
    return side


async def launched(side: Side, *, secret: str = SECRET, sub: str = "new", **claimed: Any) -> Identity:
    """Launches as somebody who is new to LTI 1.3, with the migration claim."""
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("sub", sub)(forged)
    parts = (KEY, "demo-1", side.world.base_url, "training", str(forged.claims["exp"]), query["nonce"])
    told = {"user_id": "34212", "oauth_consumer_key": KEY, "oauth_consumer_key_sign": sign("&".join(parts), secret)}
    claim(f"{LTI}lti1p1", {name: value for name, value in (told | claimed).items() if value is not None})(forged)
    answer = await side.post(forged.write(), query["state"])
    assert answer.status_code == 303, answer.headers.get("X-Refusal")
    return await Identity.get(sub=sub)


async def test_a_right_signature_brings_somebody_back_as_who_they_were(moved: Side) -> None:
    people = await Person.all().count()
    assert (await launched(moved)).person_id == known("nadia")
    assert await Person.all().count() == people
    assert (await Session.get()).person_id == known("nadia")
    fact = await Fact.get(kind="person.recognised")
    assert fact.person_id == known("nadia") and fact.detail["because"] == "lti 1.1"
    assert (await launched(moved)).person_id == known("nadia")
    assert await Fact.filter(kind="person.recognised").count() == 1


async def test_without_a_user_id_of_its_own_the_sub_is_the_old_one(moved: Side) -> None:
    assert (await launched(moved, sub="34212", user_id=None)).person_id == known("nadia")


@pytest.mark.parametrize(
    "odd",
    [
        {"secret": "another secret"},
        {"oauth_consumer_key_sign": None},
        {"oauth_consumer_key_sign": ""},
        {"oauth_consumer_key_sign": "é"},
        {"oauth_consumer_key_sign": ["x"]},
        {"oauth_consumer_key": None},
        {"oauth_consumer_key": "another"},
        {"oauth_consumer_key": 7},
        {"user_id": "nobody"},
        {"user_id": {}},
    ],
)
async def test_whatever_is_wrong_with_it_merges_nobody_and_is_a_launch_like_any_other(
    moved: Side, odd: dict[str, Any]
) -> None:
    identity = await launched(moved, **odd)
    assert identity.person_id != known("nadia")
    assert not await Fact.filter(kind="person.recognised").exists()
    assert await Fact.filter(kind="person.launched", person_id=identity.person_id).count() == 1


async def test_a_signature_for_another_login_merges_nobody(moved: Side) -> None:
    stolen = sign(f"{KEY}&demo-1&{moved.world.base_url}&training&1&another", SECRET)
    assert (await launched(moved, oauth_consumer_key_sign=stolen)).person_id != known("nadia")


async def test_whoever_has_launched_before_stays_who_they_are(moved: Side) -> None:
    first = await launched(moved, secret="another secret")
    assert (await launched(moved)).person_id == first.person_id != known("nadia")


async def test_the_secret_is_kept_encrypted(moved: Side) -> None:
    consumer = await Consumer.get()
    assert SECRET not in consumer.secret and moved.tool.decrypt(consumer.secret) == SECRET


async def test_a_file_with_a_mistake_changes_nothing_and_says_where(moved: Side, tmp_path: Path) -> None:
    unit = await CentralUnit.get(id=(await Person.get(id=known("nadia"))).unit_id)
    file = tmp_path / "users.csv"
    file.write_text(f"user_id,person\n1,{known('amina')}\n2,nobody@nowhere.example\n,{known('amina')}\n4,x\n")
    with pytest.raises(Invalid) as told:
        await command._read(file, unit)
    assert all(f"users.csv:{line}:" in told.value.message for line in (3, 4, 5))
    file.write_text(f"user_id,person\n1,{known('amina')}\n")
    assert await command._read(file, unit) == [Known("1", known("amina"))]


async def test_erasing_a_person_erases_the_old_user_id(moved: Side) -> None:
    async with transaction():
        await erase_identities(known("nadia"))
    assert not await FormerUser.all().exists()
