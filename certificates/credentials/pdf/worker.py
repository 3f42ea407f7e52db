"""Makes PDF bytes of markup and an attachment; run as `python -m certificates.credentials.pdf.worker`.

WeasyPrint costs 140 MB and a second to import and fails without Pango, so the service itself never imports this.
"""

import base64
import io
import json
import os
import queue
import signal
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any

try:
    import weasyprint  # type: ignore[import-untyped]
    from weasyprint.document import DocumentMetadata  # type: ignore[import-untyped]
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    WHY_NOT = ""
except (ImportError, OSError) as error:  # OSError: the library of Pango is not on this machine
    WHY_NOT = str(error).splitlines()[0]

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
ATTACHMENT = "open-badge-credential.json"
FONTS = frozenset(path.name for path in (TEMPLATES / "assets" / "fonts").glob("*.ttf"))
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")

_NOWHERE = "asset:/"  # what relative addresses are relative to, so that they are refused too

# Says that the file is PDF/UA-1 too, and describes that property as PDF/A wants it. Source: ISO 14289-1, section 5.
_ALSO_UA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfuaid:part>1</pdfuaid:part>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file keeps</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One document to print: everything that its bytes depend on."""

    markup: str
    attachment: bytes
    moment: datetime
    identifier: bytes


class RefusedResource(ValueError):
    """A document asked for something else than a shipped asset or an embedded picture."""


def print_pdf(order: Order) -> bytes:
    """Makes PDF/A-3a that is also PDF/UA-1; the same order gives the same bytes in any process.

    Raises Refused when the markup reaches for anything that was not given to it.
    """
    style, fonts = _style()
    fetcher = _fetcher()
    source = weasyprint.HTML(string=order.markup, url_fetcher=fetcher, base_url=_NOWHERE, media_type="print")
    document = source.render(stylesheets=[style], font_config=fonts)
    attachment = weasyprint.Attachment(
        file_obj=io.BytesIO(order.attachment),
        name=ATTACHMENT,
        description="This certificate as a verifiable Open Badge",
        created=order.moment,
        modified=order.moment,
        relationship="Data",
        url_fetcher=fetcher,
    )
    document.metadata = _also_ua(document.metadata)
    printed: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=order.identifier, attachments=[attachment]
    )
    if fetcher.refused:
        raise RefusedResource(f"The document asked for {fetcher.refused[0][:80]}, which is not part of it.")
    return printed


@cache
def _style() -> tuple[Any, Any]:
    """Reads the style and its fonts, once a process."""
    fonts = FontConfiguration()
    text = (TEMPLATES / "credentials" / "document.css").read_text("utf-8")
    style = weasyprint.CSS(string=text, font_config=fonts, url_fetcher=_fetcher(), base_url=_NOWHERE)
    return style, fonts


@cache
def _font(name: str) -> bytes:
    return (TEMPLATES / "assets" / "fonts" / name).read_bytes()


def _fetcher() -> Any:
    """Makes a fetcher of shipped fonts and embedded pictures that opens nothing else: no file, no network."""

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols=["asset", "data"], allow_redirects=False)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            name = url.removeprefix("asset:")
            if url.startswith("asset:") and name in FONTS:
                return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})
            if url.startswith(PICTURES):
                kind, _, text = url.removeprefix("data:").partition(";base64,")
                return URLFetcherResponse(url, base64.b64decode(text), {"Content-Type": kind})
            self.refused.append(url)
            raise RefusedResource(f"{url[:80]} is not part of the document.")

    return Fetcher()


def _also_ua(metadata: Any) -> Any:
    class Metadata(DocumentMetadata):  # type: ignore[misc]
        def generate_rdf_metadata(self, *options: Any) -> bytes:
            written: bytes = super().generate_rdf_metadata(*options)
            return written.replace(b"</rdf:RDF>", _ALSO_UA.encode())

    return Metadata(**vars(metadata))


def serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    """Says whether it can print, then prints one order after the other; each is a line of JSON, as is each answer."""
    _answer(answers, why_not=WHY_NOT)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_take_in, args=(orders, waiting), daemon=True).start()
    while True:
        try:
            said = json.loads(waiting.get())
            order = Order(
                markup=said["markup"],
                attachment=base64.b64decode(said["attachment"]),
                moment=datetime.fromisoformat(said["moment"]),
                identifier=bytes.fromhex(said["identifier"]),
            )
            printed = print_pdf(order)
        except Exception as error:
            _answer(answers, trouble=f"{type(error).__name__}: {error}"[:300])
        else:
            _answer(answers, pdf=base64.b64encode(printed).decode())


def _take_in(orders: IO[bytes], waiting: "queue.SimpleQueue[bytes]") -> None:
    for line in orders:
        waiting.put(line)
    # Nobody is left to print for, however the service ended: a sheet that is on the press is given up too.
    os._exit(0)


def _answer(answers: IO[bytes], **said: str) -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the service, which then ends this process
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library says is no answer
    serve(sys.stdin.buffer, own)
