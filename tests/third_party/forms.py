"""Reads forms as a browser does, and sends them on: platforms speak to tools through forms that post themselves."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


@dataclass
class Form:
    """A form: where it goes, how, and what it holds."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        if tag == "input" and told.get("name") and self.found and told.get("type") not in ("checkbox", "radio"):
            self.found[-1].fields[told["name"]] = told.get("value", "")


def forms(answer: httpx2.Response) -> list[Form]:
    """Lists the forms of a page, with whole addresses."""
    reader = _Forms()
    reader.feed(answer.text)
    for form in reader.found:
        form.action = urljoin(str(answer.url), form.action)
    return reader.found


def send(browser: httpx2.Client, form: Form, *, onward: bool = True, **more: str | list[str]) -> httpx2.Response:
    """Sends a form; what comes from another origin says so, as browsers do."""
    told = {"Sec-Fetch-Site": more.pop("site", "cross-site")}
    return browser.post(form.action, data=form.fields | more, headers=told, follow_redirects=onward)
