"""Guards around every page: what is posted from elsewhere, how large it may be, and what the log says of it."""

import pytest

from training.app.routes import ROUTES
from training.web.routing import NORMAL_BODY

ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "path",
    ["/lti/launch/stored", "/lti/launch/x", "/lti/login/x", "/lti/loginx", "/lti/notices/x", "/api/token/x", "/api/x"],
)
async def test_what_begins_like_an_address_for_other_sites_is_none(browse, path):
    answer = await (await browse()).post(path, headers=ELSEWHERE)
    assert answer.status_code == 403 and "another site" in answer.text


@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch", "/lti/notices"])
async def test_what_other_sites_may_post_has_its_own_proof(browse, path):
    answer = await (await browse()).post(path, headers=ELSEWHERE)
    assert "another site" not in answer.text and answer.status_code in (400, 401, 403)


async def test_a_form_that_is_too_large_is_refused_before_it_is_read(browse):
    answer = await (await browse()).post("/people/choose", data={"person": "x" * (NORMAL_BODY + 1)})
    assert answer.status_code == 413 and "What was sent is too large" in answer.text


def test_no_page_takes_more_than_a_file_of_its_kind_needs():
    """What takes a file reads past what it keeps: the words typed beside a film that is too long are not lost."""
    larger = {door.path: door.body for door in ROUTES if door.body not in (None, NORMAL_BODY)}
    assert NORMAL_BODY <= 256 * 1024
    assert larger.pop("/verify") <= 6 * MEGABYTE
    entries = ("/practice/new", "/practice/of/{id}/new", "/practice/records/{id}/correct", "/register/{id}/proofs")
    drafts = (
        "/drafts/take",
        "/drafts/{id}/add",
        "/drafts/{id}/lesson",
        "/drafts/{id}/film",
        "/drafts/{id}/files/{path:path}",
    )
    entries = (*entries, "/assessments/films/new")
    assert larger.pop("/assessments/films/{id}/captions") <= MEGABYTE
    for path in ("/courses/{slug}/{module}/{activity}", "/imports", "/certificates/outcomes/{id}", *entries, *drafts):
        assert larger.pop(path) <= 250 * MEGABYTE
    forms = ("/drafts/{id}/quiz/{path:path}", "/drafts/{id}/instrument/{path:path}", "/drafts/{id}/task/{path:path}")
    for path in ("/material/check", "/material/publish", "/sheet", *forms):
        assert larger.pop(path) <= 12 * MEGABYTE
    assert not larger, "only what takes files takes more"


@pytest.mark.parametrize(
    "path",
    ["/sign-in/SECRET", "/v/SECRET", "/practice/confirm/SECRET", "/~SECRETSECRETSECRET/courses", "/nowhere/SECRET"],
)
async def test_the_log_names_the_kind_of_page_and_never_the_address(browse, capfd, path):
    answer = await (await browse()).get(f"{path}?token=SECRET", headers={"Cookie": "session=SECRET"})
    out, err = capfd.readouterr()
    assert answer.headers["X-Request-Id"] in out + err, "the request is in the log"
    assert "SECRET" not in out + err
