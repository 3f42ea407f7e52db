"""What the pages of credentials ask of the service around them: the keys, the press and the files."""

from dataclasses import dataclass

from certificates.credentials.keys import KeyStore
from certificates.credentials.pdf.pool import PdfPool
from training.core.storage import FileStore
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class CredentialResources(PageResources):
    """What signs, prints and keeps a certificate."""

    keys: KeyStore
    press: PdfPool
    store: FileStore
