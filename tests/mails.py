"""Reads the mails that were sent into a folder."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from training.core.mail_templates import Mail, Reader, WrittenMail, write
from training.core.settings import Settings

HELLO = WrittenMail("Hello", "Hello\n", "<p>Hello</p>")
"""A mail for tests of how it goes out."""


def as_written(mail: Mail) -> WrittenMail:
    """Writes a mail to a stranger, in English."""
    return write(mail, Reader(unit="Parenting Together"), home="https://x.example")


@dataclass(frozen=True)
class SentMail:
    """One mail: from whom by name, to which address, about what, and its two parts."""

    sender: str
    to: str
    subject: str
    text: str
    html: str


def read_mail(path: Path) -> SentMail:
    """Reads one mail."""
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    plain, page = found.get_body(("plain",)), found.get_body(("html",))  # type: ignore[attr-defined]
    return SentMail(
        found["From"].addresses[0].display_name, str(found["To"]), str(found["Subject"]), plain.get_content(),
        page.get_content(),
    )  # fmt: skip


def sent_mails(settings: Settings) -> list[SentMail]:
    """Reads every mail that was sent so far, in the order of their names."""
    return [read_mail(path) for path in sorted(Path(settings.mail_url.removeprefix("file:")).glob("*.eml"))]
