"""Turns an author's Markdown into safe HTML, once, when it is loaded."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from courses.packages.mistakes import nearest

_CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "blockquote_open": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--visible govuk-section-break--m",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
    "link_open": "govuk-link",
}
_HEADINGS = {"h2": "govuk-heading-m", "h3": "govuk-heading-s", "h4": "govuk-heading-s"}
_TAGS = {
    *("p", "ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "strong", "em", "s", "code", "pre", "br", "img", "h2", "h3", "h4"),
}
_ATTRIBUTES = {tag: {"class"} for tag in _TAGS} | {
    "a": {"class", "href"},
    "img": {"class", "src", "alt"},
    "ol": {"class", "start"},
    "th": {"class", "scope"},
}
OF_THE_SITE = {"safeguarding lead": "lead", "help lines": "help-lines"}
"""What `{{ … }}` on a line of its own asks of the reader's site → how its place in the HTML is marked."""
_ASKED = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PLACE = re.compile(r'<p class="app-of-the-site ([a-z-]+)"></p>')
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

_LINK_WITH_SPACES = re.compile(r"!?\[[^\]]*\]\(([^()\"]*\S\s+\S[^()\"]*)\)")
_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?/?>|<!--")

Noted = Callable[[int, str, str], None]
Place = Callable[[str], str | tuple[str, str]]


@dataclass(frozen=True)
class Parts:
    """A page split into its front matter and its text, with the line on which the text begins."""

    front: str
    body: str
    body_line: int


def split(text: str) -> Parts | None:
    """Splits the front matter from the text; None when there is no front matter."""
    found = _FRONT.match(text)
    if found is None:
        return None
    return Parts(found[1], text[found.end() :], text[: found.end()].count("\n") + 1)


def render(text: str, *, line: int, place: Place, noted: Noted) -> str:
    """Renders Markdown as HTML; `place` turns a link or picture of the package into its address on the page, or says
    what is wrong with it and how to mend that.

    `noted(line, what, mend)` is told of links that lead nowhere and of headings that a page may not have.
    """
    tokens = _markdown.parse(text)
    for before, token in pairwise([Token("begin", "", 0), *tokens]):
        at = line + (token.map[0] if token.map else 0)
        _ask_the_site(before, token, at, noted)
        _dress(token, at, noted)
        for child in token.children or ():
            _dress(child, at, noted)
            _lead(child, at, place, noted)
            _read_as_words(child, at, noted)
            at += child.type in ("softbreak", "hardbreak")
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    return clean(html)


def clean(html: str) -> str:
    """Leaves only what authored text may hold; used when it is written and again when it is read."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"})


def pieces(html: str) -> list[tuple[str, str]]:
    """Splits a page at what it asks of the reader's site: HTML, and what is asked for after it, or ""."""
    parts = _PLACE.split(html)
    return list(zip(parts[::2], [*parts[1::2], ""], strict=True))


def _ask_the_site(before: Token, token: Token, line: int, noted: Noted) -> None:
    for child in token.children or ():
        found = _ASKED.search(child.content) if child.type == "text" else None
        if found is None:
            continue
        alone = token.content.strip() == found[0] and before.type == "paragraph_open" and not before.hidden
        if found[1] not in OF_THE_SITE:
            noted(line, f"{found[0]} is nothing that the service fills in", nearest(found[1], OF_THE_SITE))
        elif not alone:
            noted(line, f"{found[0]} stands among other words", "leave an empty line before it and after it")
        else:
            before.attrSet("class", f"app-of-the-site {OF_THE_SITE[found[1]]}")
            token.children = []


def _dress(token: Token, line: int, noted: Noted) -> None:
    if token.type == "heading_open":
        if token.tag not in _HEADINGS:
            noted(line, "a heading of this depth is not used on a page", "begin headings with ##, ### or ####")
        token.attrSet("class", _HEADINGS.get(token.tag, "govuk-heading-s"))
    elif token.type in _CLASSES:
        token.attrSet("class", _CLASSES[token.type])
    if token.type == "th_open":
        token.attrSet("scope", "col")


def _lead(token: Token, line: int, place: Place, noted: Noted) -> None:
    name = {"link_open": "href", "image": "src"}.get(token.type)
    if name is None:
        return
    target = str(token.attrs.get(name, ""))
    if token.type == "link_open" and re.match(r"(https?|mailto|tel):", target):
        return
    address = place(target)
    if isinstance(address, str):
        token.attrSet(name, address)
    else:
        noted(line, *address)


def _read_as_words(token: Token, line: int, noted: Noted) -> None:
    """Notes what an author meant as more than words, and what Markdown takes for words."""
    if token.type != "text":
        return
    if (found := _LINK_WITH_SPACES.search(token.content)) and not found[1].startswith(("<", "http")):
        mend = f"write (<{found[1]}>), or rename the file"
        noted(line, f"{found[1]} has a space in its name, so this is no link", mend)
    if found := _HTML.search(token.content):
        mend = f"write it in Markdown, or as `{found[0]}` to show it"
        noted(line, f"{found[0]} is HTML, which would be shown as words", mend)
