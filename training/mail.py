"""Sends one mail: to the console, into a folder, or by SMTP."""

import asyncio
import re
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from training.errors import Upstream
from training.settings import Settings

log = structlog.get_logger()


async def send(settings: Settings, *, to: str, subject: str, text: str, key: str) -> None:
    """Sends a plain mail; `key` names it, so that a second sending of the same follow-up can be told.

    Raises Upstream when the mail server does not take it, so that the follow-up tries again.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    # Without spaces: a mail program reads the id up to the first one, and takes different mails for the same.
    message["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9-]+', '.', key)}@{settings.host.split(':')[0]}>"
    message.set_content(text)
    if settings.mail_url.startswith("file:"):
        await asyncio.to_thread(_keep, Path(settings.mail_url.removeprefix("file:")), key, message)
    elif settings.mail_url.startswith("smtp://"):
        await _post(settings.mail_url, message)
    else:
        log.info("mail", to=to, subject=subject, text=text)


def _keep(folder: Path, key: str, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key.replace('/', '-')}.eml").write_bytes(bytes(message))


async def _post(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port or 25,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            timeout=10,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Upstream(f"The mail server did not take the message: {error}.") from error
