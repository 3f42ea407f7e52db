"""Reads the link to sign in out of the mail that was sent."""

import email
import re
from pathlib import Path


async def mailed_link(settings, work) -> str:
    """Runs the mail that waits, and gives the path of its link."""
    await work()
    folder = Path(settings.mail_url.removeprefix("file:"))
    text = email.message_from_bytes(next(folder.glob("*.eml")).read_bytes()).get_payload(decode=True).decode()
    return re.search(r"/sign-in/\S+", text).group()
