"""The end of the last day is one moment, by the clocks of the unit, in everything that is made of a certificate."""

from datetime import date, datetime, timedelta

import jwt
import pytest

from certificates.credentials import badge, integrity, offline_code, proofs, publish
from certificates.credentials.pdf import template
from certificates.evaluations.models import Certificate
from certificates.verification.pages import answer
from tests.certificates.examples import ED25519, HOME, KID, METHOD, RSA, facts
from tests.certificates.world import BY_RULES, at, certificate_of, certified, publish_pathway
from training.core.dates import end_of
from training.sites.models import CentralUnit

SQUARE = f"{HOME}/status-lists/0b4f0c56-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("first", "last", "zone", "begins", "ends"),
    [
        (date(2027, 7, 2), date(2029, 7, 1), "Europe/London", "2027-07-01T23:00:00Z", "2029-07-01T22:59:59Z"),
        (date(2027, 1, 2), date(2029, 1, 1), "Europe/London", "2027-01-02T00:00:00Z", "2029-01-01T23:59:59Z"),
        (date(2027, 3, 28), date(2028, 2, 29), "Europe/London", "2027-03-28T00:00:00Z", "2028-02-29T23:59:59Z"),
        (date(2026, 10, 25), date(2027, 10, 31), "Europe/London", "2026-10-24T23:00:00Z", "2027-10-31T23:59:59Z"),
        (date(2027, 7, 2), date(2029, 7, 1), "Pacific/Auckland", "2027-07-01T12:00:00Z", "2029-07-01T11:59:59Z"),
        (date(2027, 7, 2), date(2029, 7, 1), "America/New_York", "2027-07-02T04:00:00Z", "2029-07-02T03:59:59Z"),
    ],
)
def test_badge_token_and_square_end_in_the_same_second(first, last, zone, begins, ends):
    said = facts(valid_from=first, valid_until=last, zone=zone, status_list=SQUARE)
    document = badge.compose(said)
    assert (document["validFrom"], document["validUntil"]) == (begins, ends)
    signed = proofs.sign_document(document, key=ED25519, method=METHOD, created=said.issued)
    claims = jwt.decode(proofs.sign_token(signed, key=RSA, kid=KID), options={"verify_signature": False})
    code = offline_code.code(said, kid="0123456789abcdef", sign=ED25519.sign)
    proven = offline_code.read(code, keys={"0123456789abcdef": ED25519.public_key()})
    moments = [datetime.fromisoformat(text) for text in (begins, ends)]
    assert [claims["nbf"], claims["exp"]] == [int(one.timestamp()) for one in moments]
    assert [proven.starts, proven.ends] == moments
    assert f"{last.day} {last:%B %Y}" in template.markup(said)


@pytest.mark.by_hand
async def test_the_public_check_turns_at_that_moment(service, tmp_path):
    await CentralUnit.all().update(zone="America/New_York")
    await publish_pathway(tmp_path, BY_RULES)
    row = await certificate_of(await certified("amina", date(2026, 7, 2)))
    given = service.state.resources
    await publish.publish(row.id, keys=given.keys, store=given.store, now=at(date(2026, 7, 2)))
    row = await Certificate.get(id=row.id).prefetch_related("certification")
    given = integrity.facts_of(row)
    assert given.zone == "America/New_York"
    last = end_of(given.valid_until, given.zone)
    moments = (last, last + timedelta(seconds=1))
    assert [(await answer(row, given, one))["status"] for one in moments] == ["valid", "in grace"]
