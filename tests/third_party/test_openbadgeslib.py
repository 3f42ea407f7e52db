"""The picture of a badge before openbadgeslib, a library of others: it finds the badge in it and believes it.

It reads the bit of our status list and not the proof of the list, as it knows signed lists as JWT only.
"""

import json
import subprocess

import pytest

from certificates.credentials import publish, status_lists
from certificates.credentials.artefacts import PNG, SVG
from certificates.evaluations import changes
from certificates.evaluations.models import Certification
from tests.certificates.awarded import NOW, awarded
from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import bare
from training.demo.cast import known

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made

CHECK = """
import json, sys
from openbadgeslib.verify import verify_badge
folder, name = sys.argv[1:]
pages = json.load(open(f"{folder}/pages.json"))
said = verify_badge(
    open(f"{folder}/{name}", "rb").read(), resolve_did=True, check_status=True, verify_status_list=False,
    download=lambda url, *more, **others: pages[url].encode(),
)
print(json.dumps({name: getattr(said, name) for name in ("valid", "trusted", "reason", "proof_format")}))
"""


@pytest.fixture
def checked(tmp_path):
    """Checks a file in the library's own environment, with the pages that it may ask for."""
    python = python_with(REQUIREMENTS / "openbadgeslib.txt")

    def check(content, pages, name):
        (tmp_path / name).write_bytes(content)
        (tmp_path / "pages.json").write_text(json.dumps(pages))
        command = [python, "-c", CHECK, tmp_path, name]
        done = subprocess.run(command, capture_output=True, text=True, env=bare(), timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return check


@pytest.mark.parametrize("kind", [PNG, SVG])
async def test_the_picture_is_accepted_and_refused_once_it_is_withdrawn_or_changed(service, browse, checked, kind):
    row, given = await awarded(), service.state.resources
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    amina, unit = await browse("amina"), known("together")
    picture = (await amina.get(f"/certificates/{row.id}/badge.{kind}")).content

    async def pages():
        lists = (await amina.get(f"/status-lists/{row.status_list_id}")).text
        did = (await amina.get("/issuers/together/did.json")).text
        return {
            "https://testserver/issuers/together/did.json": did,
            f"http://testserver/status-lists/{row.status_list_id}": lists,
        }

    assert checked(picture, await pages(), f"badge.{kind}") == {
        "valid": True, "trusted": True, "reason": None, "proof_format": "ldp",
    }  # fmt: skip
    if kind == SVG:
        changed = picture.replace(b"Amina Yusuf", b"Bruno Yusuf")
        assert not checked(changed, await pages(), f"badge.{kind}")["valid"]
    found = await Certification.get(id=row.certification_id)
    wanted = changes.RequestedChange("withdrawn", "For a reason.", NOW.date())
    await changes.write(found, wanted, actor_id=None, unit_id=unit, now=NOW)
    await status_lists.settle_bit(found.id, now=NOW)
    told = checked(picture, await pages(), f"badge.{kind}")
    assert not told["valid"] and "'revocation' is set" in told["reason"]
