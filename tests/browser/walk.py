"""Walks the service along its own links, one page for each route, as a reader would find them."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.sync_api import Page

from training.app.routes import ROUTES
from training.web.routing import ProtectedRoute

NOT_PAGES = re.compile(
    r"\.(csv|xlsx|pdf|json|png|svg|zip|jwt)(\?|$)|/(assets|health|metrics|demo|language|sign-out|api|keys|status-lists)(/|$)"
)
PAGES_OF_ONE_ROUTE = 2
"""How many addresses of one route are looked at: a second one often shows another state."""


def pattern_of(path: str) -> str:
    """Names the route that answers the path; the path itself when none does."""
    for route in ROUTES:
        if isinstance(route, ProtectedRoute) and route.path_regex.match(path) and "GET" in (route.methods or ()):
            return route.path
    return path


def walk(page: Page, starts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Opens each page that links lead to and yields (route, path) while it is open."""
    waiting, seen, counted = list(starts), set[str](), dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        pattern = pattern_of(urlsplit(path).path)
        if path in seen or counted.get(pattern, 0) >= PAGES_OF_ONE_ROUTE:
            continue
        seen.add(path)
        answer = page.goto(path)
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        counted[pattern] = counted.get(pattern, 0) + 1
        waiting.extend(_links(page))
        yield pattern, path


def _links(page: Page) -> list[str]:
    return pages_of(
        page.url, page.eval_on_selector_all("a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))")
    )


def pages_of(here: str, links: Iterable[str]) -> list[str]:
    """Gives the addresses of our own pages to which links of a page lead."""
    found: list[str] = []
    for link in links:
        target = urlsplit(urldefrag(urljoin(here, link)).url)
        path = target.path + (f"?{target.query}" if target.query else "")
        if target.netloc == urlsplit(here).netloc and not NOT_PAGES.search(path):
            found.append(path)
    return found
