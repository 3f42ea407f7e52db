"""Another secret key: what was sealed with the old one is sealed anew, all of it or nothing."""

import asyncio
import json

from certificates.credentials.keys import KeyStore
from tests.certificates.awarded import HOME, NOW
from tests.training.commands.conftest import Front
from training.core.encryption import Encryptor
from training.database.connection import opened
from training.demo.cast import known
from training.lti.launch.models import Consumer
from training.lti.platform.tool import GIVEN
from training.lti.platform.tool_keys import ToolKeys
from training.sites.models import CentralUnit
from training.trail.models import Fact

OLD, NEW = "s" * 40, "n" * 40


def test_every_secret_opens_with_the_new_key_and_no_more_with_the_old_one(front: Front) -> None:
    asyncio.run(_filled(front))
    wrong = front.run("keys", "reseal", SECRET_KEY=NEW, SECRET_KEY_BEFORE="w" * 40)
    assert wrong.returncode == 1 and "nothing was changed" in wrong.stderr and wrong.stderr.count("\n") == 1
    asyncio.run(_opens(front, OLD))
    done = front.run("keys", "reseal", SECRET_KEY=NEW, SECRET_KEY_BEFORE=OLD)
    assert done.returncode == 0 and done.stdout.startswith("4 secrets"), done.stderr + done.stdout
    asyncio.run(_opens(front, NEW))
    again = front.run("keys", "reseal", SECRET_KEY=NEW, SECRET_KEY_BEFORE=OLD)
    assert again.stdout.startswith("0 secrets")
    assert front.run("trail", "verify", SECRET_KEY=NEW).returncode == 0


def test_the_head_of_the_trail_with_a_wrong_secret_key_is_one_line(front: Front) -> None:
    assert json.loads(front.run("trail", "head").stdout)
    wrong = front.run("trail", "head", SECRET_KEY="w" * 40)
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1 and "TRAINING_SECRET_KEY" in wrong.stderr


async def _filled(front: Front) -> None:
    async with opened(front.url):
        unit = await CentralUnit.get(id=known("together"))
        await KeyStore(Encryptor(OLD), home=HOME).signer(unit, now=NOW)
        await ToolKeys(OLD).signing(NOW)
        secret = Encryptor(OLD).encrypt_text("shared", purpose=GIVEN)
        await Consumer.create(key="lms", unit_id=unit.id, secret=secret, told=NOW)


async def _opens(front: Front, secret_key: str) -> None:
    async with opened(front.url):
        await KeyStore(Encryptor(secret_key), home=HOME).check()
        await ToolKeys(secret_key).check(NOW)
        (consumer,) = await Consumer.all()
        assert Encryptor(secret_key).decrypt_text(consumer.secret, purpose=GIVEN) == "shared"
        assert await Fact.filter(kind="key.resealed").count() == (2 if secret_key == NEW else 0)
