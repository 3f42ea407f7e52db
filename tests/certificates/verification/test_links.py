"""What a holder chooses to give: the badge itself, the way to a newer certificate, links for a time or for once."""

import json
from datetime import timedelta

import pytest

from certificates.credentials import publish
from certificates.credentials.artefacts import BADGE
from certificates.evaluations.models import Certificate
from certificates.verification.models import ShareLink, ShareLinkUse
from tests.certificates.awarded import NOW, awarded
from tests.today import TODAY
from training.trail.models import Fact


@pytest.fixture
async def row(service):
    reserved, given = await awarded(), service.state.resources
    await publish.publish(reserved.id, keys=given.keys, store=given.store, now=NOW)
    return await Certificate.get(id=reserved.id)


async def make(browser, row, **values):
    asked = {"label": "Riverside nursery", "kind": "dated", "ends": (TODAY + timedelta(days=9)).isoformat()} | values
    answer = await browser.post(f"/certificates/{row.id}/links", data=asked)
    return answer, await ShareLink.all().order_by("-made").first()


async def test_the_badge_itself_is_given_only_where_its_holder_chose_so(row, service, browse):
    stranger, amina = await browse(""), await browse("amina")
    asked = {"Accept": "application/vc"}
    assert (await stranger.get(f"/v/{row.verify_token}", headers=asked)).status_code == 403
    chosen = {"shows": "name", "opens_badge": "yes"}
    assert (await amina.post(f"/certificates/{row.id}", data=chosen)).status_code == 303
    noted = await Fact.get(kind="certificate.choices_made")
    assert noted.actor_id == row.person_id and noted.detail["opens_badge"] is True
    answer = await stranger.get(f"/v/{row.verify_token}", headers=asked)
    assert answer.headers["content-type"] == "application/vc"
    kept = await publish.credential_of(row, BADGE, store=service.state.resources.store)
    assert answer.json() == json.loads(kept)
    await amina.post(f"/certificates/{row.id}", data={"shows": "name"})
    assert (await stranger.get(f"/v/{row.verify_token}", headers=asked)).status_code == 403


async def test_a_dated_link_shows_the_check_until_its_day_and_its_holder_sees_when(row, browse, monkeypatch):
    stranger, amina = await browse(""), await browse("amina")
    answer, link = await make(amina, row)
    assert answer.status_code == 303
    page = (await stranger.get(f"/s/{link.token}")).text
    assert "genuine and holds today" in page and "Amina Yusuf" in page and row.verify_token not in page
    shown = (await amina.get(f"/certificates/{row.id}/links")).text
    assert "Riverside nursery" in shown and "Opened on 25 November 2026" in shown
    await amina.post(f"/certificates/{row.id}/links/{link.id}/end")
    assert (await stranger.get(f"/s/{link.token}")).status_code == 404
    await ShareLink.filter(id=link.id).update(ended=None, ends=TODAY - timedelta(days=1))
    assert (await stranger.get(f"/s/{link.token}")).status_code == 404


async def test_a_link_for_once_waits_for_its_button_and_then_stops(row, browse):
    stranger, amina = await browse(""), await browse("amina")
    _, link = await make(amina, row, kind="once")
    for _ in range(2):
        answer = await stranger.get(f"/s/{link.token}")
        assert "This link works once" in answer.text and answer.headers["x-robots-tag"] == "noindex"
        assert "Amina" not in answer.text, "programs look at links before people do"
    assert "Amina Yusuf" in (await stranger.post(f"/s/{link.token}")).text
    assert (await stranger.post(f"/s/{link.token}")).status_code == 404
    assert await ShareLinkUse.all().count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [({"label": ""}, "Say who it is for"), ({"ends": "2020-01-01"}, "Enter a day from today on, within a year")],
)
async def test_a_link_that_is_wrong_is_not_made_and_what_was_typed_is_kept(row, browse, values, words):
    answer, link = await make(await browse("amina"), row, **values)
    assert answer.status_code == 422 and words in answer.text and link is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"label": "x" * 101}, "Say who it is for in at most 100 letters"),
        ({"kind": "twice"}, "Choose how often it opens from the list"),
    ],
)
async def test_a_link_that_cannot_be_is_refused_in_words_of_ours(row, browse, typed, words):
    answer, link = await make(await browse("amina"), row, **typed)
    assert (answer.status_code, link) == (422, None)
    assert words in answer.text and "String should" not in answer.text


async def test_nobody_makes_links_to_somebody_elses_certificate(row, browse):
    answer, link = await make(await browse("dara"), row)
    assert answer.status_code == 404 and link is None
