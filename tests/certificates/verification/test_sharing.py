"""Telling others of a certificate: the milestone page, the ways to share it, what a shared link shows."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from certificates.credentials import publish
from certificates.evaluations.changes import RequestedChange, write
from certificates.evaluations.models import Certificate, Certification
from tests.certificates.awarded import HOME, NOW, awarded
from training.demo.cast import known


@pytest.fixture
async def row(service):
    reserved, given = await awarded(), service.state.resources
    await publish.publish(reserved.id, keys=given.keys, store=given.store, now=NOW)
    return await Certificate.get(id=reserved.id)


@pytest.mark.parametrize(
    ("shows", "title"),
    [
        ("name", "Amina Yusuf: Growing Together group leader"),
        ("initials", "A. Y.: Growing Together group leader"),
        ("private", "Growing Together group leader"),
    ],
)
async def test_a_shared_link_shows_a_card_that_says_what_the_holder_allows(row, browse, shows, title):
    stranger = await browse("")
    await Certificate.filter(id=row.id).update(shows=shows)
    page = (await stranger.get(f"/v/{row.verify_token}")).text
    said = dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)">', page))
    assert (said["title"], said["url"]) == (title, f"{HOME}/v/{row.verify_token}")
    assert (await stranger.get(said["image"])).headers["content-type"] == "image/png"
    assert "valid" not in said["description"], "what others keep for long tells no state"
    assert "og:" not in (await stranger.get(f"/v/{row.verify_token}?file=other")).text


async def test_the_holder_is_congratulated_and_offered_ways_to_share(row, browse):
    amina = await browse("amina")
    page = (await amina.get(f"/certificates/{row.id}/milestone")).text
    assert "You did it, Amina Yusuf!" in page and f'data-share="{HOME}/v/' in page and "Group sessions led" in page
    form = html.unescape(re.search(r'href="(https://www.linkedin[^"]+)', page)[1])
    asked = {name: value for name, (value,) in parse_qs(urlsplit(form).query).items()}
    assert asked == {
        "startTask": "CERTIFICATION_NAME", "name": "Growing Together group leader",
        "organizationName": "Parenting Together", "issueYear": "2026", "issueMonth": "11", "expirationYear": "2029",
        "expirationMonth": "3", "certUrl": f"{HOME}/v/{row.verify_token}", "certId": row.serial,
    }  # fmt: skip


async def test_whoever_has_no_mail_finds_it_from_the_certificate_and_reads_it_in_welsh(row, browse):
    amina, path = await browse("amina"), f"/certificates/{row.id}"
    assert f'href="{path}/milestone"' in (await amina.get(path)).text
    assert f'href="{path}/milestone"' not in (await (await browse("dara")).get(path)).text
    page = (await amina.get(f"{path}/milestone?language=cy")).text
    assert "Rydych wedi llwyddo, Amina Yusuf!" in page and "You did it" not in page
    assert "Gwneud dolen" in (await amina.get(f"{path}/links")).text


async def test_only_its_holder_is_offered_ways_to_tell_others_of_a_certificate(row, browse):
    assert "linkedin" in (await (await browse("amina")).get(f"/certificates/{row.id}")).text
    page = (await (await browse("dara")).get(f"/certificates/{row.id}")).text
    assert "Check it" in page and "linkedin" not in page


async def test_nobody_is_congratulated_on_what_was_taken_back_or_is_somebody_elses(row, browse):
    assert (await (await browse("dara")).get(f"/certificates/{row.id}/milestone")).status_code == 303
    found = await Certification.get(id=row.certification_id)
    withdrawn = RequestedChange("withdrawn", "For a reason.", NOW.date())
    await write(found, withdrawn, actor_id=None, unit_id=known("together"), now=NOW)
    amina = await browse("amina")
    assert (await amina.get(f"/certificates/{row.id}/milestone")).status_code == 303
    assert "Copy the link" not in (await amina.get(f"/certificates/{row.id}")).text
