"""Our messages to web hooks before standardwebhooks, the library of the standard: it believes what we signed alone."""

import json
import secrets
import subprocess
from datetime import UTC, datetime

import pytest

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import bare
from training.people.text_messages.webhook_signatures import signed, written_secret

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made

VERIFY = """
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
found = []
for one in json.load(sys.stdin):
    try:
        found.append(Webhook(one["secret"]).verify(one["body"].encode(), one["headers"]))
    except WebhookVerificationError as error:
        found.append(str(error))
print(json.dumps(found))
"""


def test_the_library_believes_what_was_signed_by_either_secret_and_nothing_else():
    python = python_with(REQUIREMENTS / "standardwebhooks.txt")
    old, new, other = (written_secret(secrets.token_bytes(32)) for _ in range(3))
    body = json.dumps({"type": "certificate.awarded", "data": {"level": "Arweinydd grŵp"}}, ensure_ascii=False)
    headers = signed("msg_1", body.encode(), secrets=[new, old], now=datetime.now(UTC))
    asked = [{"secret": one, "body": body, "headers": headers} for one in (old, new, other)]
    asked.append({"secret": new, "body": body.replace("awarded", "withdrawn"), "headers": headers})
    asked.append({"secret": new, "body": body, "headers": headers | {"webhook-id": "msg_2"}})
    done = subprocess.run(
        [python, "-c", VERIFY], input=json.dumps(asked), capture_output=True, text=True, env=bare(), timeout=60
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found[:2] == [json.loads(body)] * 2 and all(isinstance(one, str) for one in found[2:])
