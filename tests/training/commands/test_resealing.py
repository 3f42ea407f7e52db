"""Another secret key: what was sealed with the old one is sealed anew, all of it or nothing."""

import asyncio
import json
from uuid import uuid4

from certificates.credentials.keys import KeyStore
from tests.certificates.awarded import HOME, NOW
from tests.soundness import speak_of
from tests.training.commands.conftest import Front
from training.app import consequences
from training.core.encryption import Encryptor
from training.database.connection import opened
from training.demo.cast import known
from training.lti.launch.models import Consumer
from training.lti.platform.tool import GIVEN
from training.lti.platform.tool_keys import ToolKeys
from training.openid.actions import PURPOSE as OPENID
from training.people.authentication.models import Factor, OpenIdProvider
from training.people.second_step.actions import authenticator_purpose
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact

OLD, NEW = "s" * 40, "n" * 40


def test_every_secret_opens_with_the_new_key_and_no_more_with_the_old_one(front: Front) -> None:
    asyncio.run(_filled(front))
    wrong = front.run("keys", "reseal", SECRET_KEY=NEW, SECRET_KEY_BEFORE="w" * 40)
    assert wrong.returncode == 1 and "nothing was changed" in wrong.stderr and wrong.stderr.count("\n") == 1
    asyncio.run(_opens(front, OLD))
    done = front.run("keys", "reseal", SECRET_KEY=NEW, SECRET_KEY_BEFORE=OLD)
    assert done.returncode == 0 and done.stdout.startswith("6 secrets"), done.stderr + done.stdout
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
        await _signs_in(unit)


async def _signs_in(unit: CentralUnit) -> None:
    facts.follow(consequences.AFTER)
    app = Factor(id=uuid4(), person_id=known("dara"), kind="authenticator", name="My phone", made=NOW)
    app.secret = Encryptor(OLD).encrypt_text("app", purpose=authenticator_purpose(app.id))
    await app.save()
    secret = Encryptor(OLD).encrypt_text("client", purpose=OPENID)
    provider = await OpenIdProvider.create(
        id=uuid4(), unit_id=unit.id, name="North", issuer="https://op.example", client_id="c", client_secret=secret,
        domains=[], strong_values=[],
    )  # fmt: skip
    await speak_of(unit, app, provider)


async def _opens(front: Front, secret_key: str) -> None:
    async with opened(front.url):
        await KeyStore(Encryptor(secret_key), home=HOME).check()
        await ToolKeys(secret_key).check(NOW)
        (consumer,) = await Consumer.all()
        assert Encryptor(secret_key).decrypt_text(consumer.secret, purpose=GIVEN) == "shared"
        app, provider = await Factor.get(), await OpenIdProvider.get()
        assert Encryptor(secret_key).decrypt_text(app.secret, purpose=authenticator_purpose(app.id)) == "app"
        assert Encryptor(secret_key).decrypt_text(provider.client_secret, purpose=OPENID) == "client"
        assert await Fact.filter(kind="key.resealed").count() == (2 if secret_key == NEW else 0)
