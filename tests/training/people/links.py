"""Reads the link to sign in out of the mail that was sent."""

import re

from tests.mails import sent_mails


async def mailed_link(settings, work) -> str:
    """Runs the mail that waits, and gives the path of its link."""
    await work()
    return re.search(r"/sign-in/\S+", sent_mails(settings)[0].text).group()
