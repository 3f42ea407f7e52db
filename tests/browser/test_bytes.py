"""What a phone has to fetch: little for the first page, less for each one after."""

from collections.abc import Callable

from playwright.sync_api import Page, Request

FIRST_VIEW_BYTES = 60_000
LATER_VIEW_BYTES = 10_000
WAYS = {
    "amina": ("/", "/courses", "/courses/leading-a-parenting-group", "/courses/leading-a-parenting-group/continue",
              "/practice", "/pathways"),
    "dara": ("/register", "/people", "/sites"),
}  # fmt: skip


def test_the_first_view_is_small_and_later_ones_are_smaller(be: Callable[..., Page]) -> None:
    page, fetched = be(), list[Request]()
    page.on("requestfinished", lambda request: fetched.append(request))
    page.goto("/people/choose")
    page.wait_for_load_state("networkidle")
    first = bytes_of(fetched)
    assert 8_000 < first <= FIRST_VIEW_BYTES
    for key, paths in WAYS.items():
        page = be(key)
        page.on("requestfinished", lambda request: fetched.append(request))
        page.goto("/people/choose")
        page.wait_for_load_state("networkidle")
        for path in paths:
            fetched.clear()
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert 0 < bytes_of(fetched) <= LATER_VIEW_BYTES, f"{path}: {[(one.url, one.sizes()) for one in fetched]}"


def bytes_of(fetched: list[Request]) -> int:
    """Adds up what a phone fetched, with what an answer says before its body."""
    return sum(max(0, one.sizes()["responseBodySize"]) + one.sizes()["responseHeadersSize"] for one in fetched)
