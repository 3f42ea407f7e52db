"""What programs read comes in pages, is not sent twice, and says how much may be asked; what they send is done once."""

import asyncio
import csv
import io
import json

import pytest

from certificates.credentials import proofs, publish
from tests.belongings import TODAY, world
from tests.certificates.awarded import NOW, awarded
from training.clients import operations
from training.clients.models import KeyedAnswer
from training.core import clock
from training.demo.cast import known
from training.people.models import Person
from training.programmes.models import Adoption, Place
from training.trail.models import Fact, Followup
from training.web.rate_limits import allow

pytestmark = pytest.mark.by_hand
REGISTER, ENROLMENTS = "register.readonly", "enrolments"


@pytest.fixture
async def things(service, settings, tmp_path):
    rater = await Person.create(id=known("rater"), unit_id=known("together"), name="A Rater", created=NOW)
    return await world(settings, tmp_path, rater=rater.id, confirmer=rater.id)


async def test_the_register_comes_page_by_page_and_whole_as_a_file(things, program):
    hr = await program()
    path, entries, pages = "/api/v1/register?standing=all&limit=2", [], 0
    while path:
        page = await hr.get(path, REGISTER)
        entries += page.json()["entries"]
        pages, path = pages + 1, page.json()["next"]
        assert page.headers.get("link") == (f'<{path}>; rel="next"' if path else None)
        assert "q=600;w=60" in page.headers["ratelimit-policy"] and "r=" in page.headers["ratelimit"]
    assert (len(entries), pages) == (3, 2) and len({one["id"] for one in entries}) == 3
    whole = await hr.get("/api/v1/register.csv?standing=all", REGISTER)
    assert whole.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(whole.text.removeprefix("\ufeff"))))
    assert sorted((row["name"], row["serial"]) for row in rows) == sorted(
        (one["name"], one["serial"]) for one in entries
    )
    one = await hr.get(f"/api/v1/certificates/{entries[0]['certificate']}", "certificates.readonly")
    assert one.json()["serial"] == entries[0]["serial"] and one.json()["standing"] == entries[0]["standing"]
    near = (await hr.get("/api/v1/register?standing=all&area=CDF", REGISTER)).json()["entries"]
    assert [one["site"] for one in near] == [one["site"] for one in entries if one["area"] == "Cardiff"] and near
    for nothing in ("area=XXX", "programme=none", "standing=withdrawn"):
        assert (await hr.get(f"/api/v1/register?{nothing}", REGISTER)).json()["entries"] == []
    before = await hr.get("/api/v1/register?standing=all&as_of=2001-01-01", REGISTER)
    assert before.json()["entries"] == [] and before.json()["as_of"] == "2001-01-01"


async def test_the_same_answer_is_not_sent_again(program):
    hr = await program()
    first = await hr.get("/api/v1/sites", "sites.readonly")
    again = await hr.get("/api/v1/sites", "sites.readonly", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == first.headers["etag"]
    other = await hr.get("/api/v1/sites?limit=1", "sites.readonly", **{"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("known_at=2999-01-01", "known_at"),
        ("as_of=0", "as_of"),
        ("as_of=", "as_of"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("standing=good", "standing"),
        ("colour=red", "colour"),
        ("area=1&area=2", ""),
    ],
)
async def test_what_cannot_be_asked_is_told_as_problem_details_with_its_field(program, asked, field):
    answer = await (await program()).get(f"/api/v1/register?{asked}", REGISTER)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    told = answer.json()
    assert told["status"] == 422 and told["detail"] and told["reference"]
    assert [one["field"] for one in told.get("errors", [])] == ([field] if field else [])


async def test_who_asks_too_often_is_told_when_to_go_on(program):
    hr, now = await program(), clock.now()
    for _ in range(operations.PER_MINUTE):
        await allow("api", hr.client_id, limit=f"{operations.PER_MINUTE}/minute", now=now)
    answer = await hr.get("/api/v1/programmes", "programmes.readonly")
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 61
    assert "r=0" in answer.headers["ratelimit"]


def place(things, **other):
    return {"person": things["own"]["person"], "programme": "growing-together", "site": "RIV",
            "starts": TODAY.isoformat()} | other  # fmt: skip


async def test_a_place_is_given_once_however_often_it_is_sent(things, program):
    hr, before = await program(), await Place.all().count()
    sent = [hr.post("/api/v1/enrolments", ENROLMENTS, place(things), **{"Idempotency-Key": "k1"}) for _ in range(4)]
    await hr.headers(ENROLMENTS)
    answers = await asyncio.gather(*sent)
    assert {one.status_code for one in answers} == {201} and len({one.text for one in answers}) == 1
    assert await Place.all().count() == before + 1
    assert await Fact.filter(kind="programme.joined", actor_id=hr.client_id).count() == 1
    other = await hr.post("/api/v1/enrolments", ENROLMENTS, place(things, site="HAR"), **{"Idempotency-Key": "k1"})
    assert other.status_code == 422 and "Idempotency-Key" in other.json()["detail"]
    again = await hr.post("/api/v1/enrolments", ENROLMENTS, place(things), **{"Idempotency-Key": "k2"})
    assert again.status_code == 422 and again.json()["errors"][0]["field"] == "programme", "they have one already"
    await KeyedAnswer.all().update(expires=clock.now())  # a day later, and nothing was cleared away yet
    body = place(things, person=things["other"]["person"], site="HAR")
    anew = await hr.post("/api/v1/enrolments", ENROLMENTS, body, **{"Idempotency-Key": "k1"})
    assert anew.status_code == 201 and anew.json()["person"] == things["other"]["person"], anew.text
    another = await program()
    same = await another.post("/api/v1/enrolments", ENROLMENTS, place(things), **{"Idempotency-Key": "k1"})
    assert same.status_code == 422, "keys are each program's own"


async def test_the_work_after_a_place_is_done_and_an_id_of_before_a_merge_is_followed(growing, program, work):
    shut = await Person.create(
        id=known("shut"), unit_id=known("together"), name="Amina Twice", created=NOW, merged_into_id=known("emre")
    )
    hr = await program()
    body = {"person": str(shut.id), "programme": "growing-together", "site": "HAR", "starts": TODAY.isoformat()}
    made = await hr.post("/api/v1/enrolments", ENROLMENTS, body, **{"Idempotency-Key": "k"})
    assert made.status_code == 201 and made.json()["person"] == str(known("emre")), made.text
    await work()
    assert await Followup.filter(state__in=["refused", "dead"]).count() == 0
    assert await Followup.filter(faults__gt=0).count() == 0
    told = await hr.get(f"/api/v1/people/{shut.id}/pathways/growing_together/verdict", "progress.readonly")
    assert told.status_code == 200 and told.json()["levels"]


async def test_what_was_refused_may_be_sent_again_with_the_same_key_once_it_can_be_done(things, program):
    hr, key = await program(), {"Idempotency-Key": "k"}
    await Adoption.all().delete()
    elsewhere = await Adoption.create(
        id=known("a"), site_id=known("site/HAR"), programme_id=known("growing-together"), starts=TODAY, recorded=NOW
    )
    assert (await hr.post("/api/v1/enrolments", ENROLMENTS, place(things), **key)).status_code == 422
    assert not await KeyedAnswer.exists()
    await elsewhere.delete()
    assert (await hr.post("/api/v1/enrolments", ENROLMENTS, place(things), **key)).status_code == 201


async def test_what_is_sent_wrongly_is_refused_and_nothing_is_written(things, program):
    hr, before = await program(), await Place.all().count()
    headers = await hr.headers(ENROLMENTS) | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for status, content, other in (
        (400, b"{", {}),
        (400, b'{"person": "\\ud800"}', {}),
        (400, json.dumps(place(things, funding="\0")).encode(), {}),
        (400, json.dumps(place(things)).encode(), {"Idempotency-Key": ""}),
        (400, json.dumps(place(things)).encode(), {"Idempotency-Key": "x" * 201}),
        (415, json.dumps(place(things)).encode(), {"Content-Type": "text/plain"}),
        (422, b"[]", {}),
        (422, json.dumps(place(things, starts="1850-01-01")).encode(), {}),
        (422, json.dumps(place(things, programme="none")).encode(), {}),
        (422, json.dumps(place(things, more=1)).encode(), {}),
        (404, json.dumps(place(things, person=str(known("nobody")))).encode(), {}),
        (413, b" " * 300_000, {}),
    ):
        answer = await hr.http.post("/api/v1/enrolments", content=content, headers=headers | other)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), content[
            :80
        ]
    wrong = await hr.http.put("/api/v1/enrolments", headers=headers)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert await Place.all().count() == before


async def test_a_credential_is_given_as_it_was_signed_by_what_is_accepted(service, program):
    row, given = await awarded(), service.state.resources
    hr, path = await program(), f"/api/v1/certificates/{row.id}"
    assert (await hr.get(f"{path}/credential", "certificates.readonly")).status_code == 404, "it is not published yet"
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    told = (await hr.get(path, "certificates.readonly")).json()
    assert (told["serial"], told["person"], told["standing"]) == (row.serial, str(row.person_id), "certified")
    badge = await hr.get(f"{path}/credential", "certificates.readonly")
    assert badge.headers["content-type"] == "application/vc+ld+json"
    proofs.verify_document(badge.json(), keys=await given.keys.trusted())
    token = await hr.get(f"{path}/credential", "certificates.readonly", Accept="application/jwt")
    said = proofs.verify_jwt(token.text, keys=await given.keys.trusted_for_tokens())
    assert said["id"] == badge.json()["id"] == row.credential_id
    badge_kind, token_kind = "application/vc+ld+json", "application/jwt"
    for accept, kind in (
        ("application/jwt;q=0.1, application/vc+ld+json", badge_kind),
        ("application/*; q=0.2, application/jwt; q=0.3", token_kind),
        ("application/vc+ld+json;q=0, */*", token_kind),
        ("application/json", badge_kind),
        ("image/png, */*;q=0.1", badge_kind),
        ("text/html, application/jwt", token_kind),
        ("image/png", ""),
        ("*/*;q=0", ""),
    ):
        answer = await hr.get(f"{path}/credential", "certificates.readonly", Accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (
            (200, kind) if kind else (406, "application/problem+json")
        ), accept


async def test_a_verdict_is_what_the_rules_say_of_somebody_on_a_day(growing, program):
    hr, path, slug = await program(), f"/api/v1/people/{known('amina')}/pathways", "growing_together"
    told = (await hr.get(f"{path}/{slug}/verdict", "progress.readonly")).json()
    assert (told["pathway"], told["as_of"]) == (slug, TODAY.isoformat()) and told["levels"][0]["requires"]
    earlier = (await hr.get(f"{path}/{slug}/verdict?as_of=2020-01-01", "progress.readonly")).json()
    assert earlier["as_of"] == "2020-01-01" and earlier["holder"] == told["holder"]
    assert (await hr.get(f"{path}/other/verdict", "progress.readonly")).status_code == 404
