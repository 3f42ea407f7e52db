"""Sends one mail: to the console, into a folder, or by SMTP."""

import asyncio
import re
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from training.core.calendars import CalendarFile
from training.core.errors import AppError, Upstream
from training.core.mail_templates import WrittenMail
from training.core.settings import Settings

log = structlog.get_logger()

PERMANENT = 500
"""The SMTP reply codes from which on the same message would be refused each time. Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1"""


class Undeliverable(AppError):
    """The mail server will not take this message for this address, however often it is sent."""


async def send(settings: Settings, *, to: str, mail: WrittenMail, key: str, sender: str = "") -> None:
    """Sends a mail as text and HTML, in the name of `sender`; `key` names it, so that a second sending can be told.

    Raises Upstream when the mail server does not take it now, so that the follow-up tries again, and Undeliverable
    when it never will. What comes back later goes to the mailbox of MAIL_FROM, and people note it.
    """
    message = EmailMessage()
    try:
        message["To"], message["Subject"] = to, mail.subject
    except ValueError as error:
        raise Undeliverable(f"This is no e-mail address: {to}.") from error
    message["From"] = Address(" ".join(sender.split()), addr_spec=settings.mail_from)
    message["Message-ID"] = message_id(key, settings)
    message["Auto-Submitted"] = "auto-generated"  # no holiday reply is wanted. Source: RFC 3834, section 5
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    if settings.mail_url.startswith("file:"):
        await asyncio.to_thread(_keep, Path(settings.mail_url.removeprefix("file:")), key, message)
    elif settings.mail_url.startswith("smtp://"):
        await _post(settings.mail_url, message, to)
    else:
        log.info("mail", to=to, subject=mail.subject, text=mail.text)


def _add_calendar(message: EmailMessage, file: CalendarFile) -> None:
    """Adds a file for calendars twice, as those that send most invitations do.

    Programs that know calendars take the part beside the text (RFC 6047, section 2.4), the others save the file.
    """
    method = {"method": file.method, "charset": "utf-8"}
    # As octets: what is given as text loses its line ends, which the format asks for.
    message.add_alternative(file.content, maintype="text", subtype="calendar", params=method)
    message.add_attachment(file.content, maintype="application", subtype="ics", filename="visit.ics")


def message_id(key: str, settings: Settings) -> str:
    """Returns the id of the mail that a piece of work sends; what comes back names it."""
    # Without spaces: a mail program reads the id up to the first one, and takes different mails for the same.
    return f"<{re.sub(r'[^A-Za-z0-9-]+', '.', key)}@{settings.host.split(':')[0]}>"


def _keep(folder: Path, key: str, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key.replace('/', '-')}.eml").write_bytes(bytes(message))


async def _post(url: str, message: EmailMessage, to: str) -> None:
    parts = urlsplit(url)
    try:
        await aiosmtplib.send(
            message,
            recipients=[to],
            hostname=parts.hostname,
            port=parts.port or 25,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            timeout=10,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _trouble(error.recipients[0], "address") from error
    except aiosmtplib.SMTPDataError as error:
        raise _trouble(error, "message") from error
    except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
        # Of the house, and passing: no server, a wrong password (535), a sender that it does not know (MAIL_FROM).
        if to.isascii():
            raise Upstream(f"The mail server did not take the message: {error}.") from error
        raise Undeliverable("The mail server knows no address with such letters (SMTPUTF8).") from error


def _trouble(refused: aiosmtplib.SMTPResponseException, what: str) -> AppError:
    said = f"The mail server refused the {what}: {refused.code} {refused.message}"
    return Undeliverable(said) if refused.code >= PERMANENT else Upstream(said)
