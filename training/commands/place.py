"""Whose records a command works on: those of the settings, or the demo's where only the demo was set up."""

import os
from pathlib import Path

from training.core import settings as setting
from training.core.errors import Invalid
from training.core.settings import Settings

DEMO = Path("var/demo")
DEMO_KEY = Path("var/demo.key")


def here() -> Settings:
    """Reads the settings; without a secret key of one's own, takes the demo that was set up in this folder."""
    try:
        return setting.load()
    except Invalid:
        if os.environ.get("TRAINING_SECRET_KEY") or not DEMO_KEY.exists():
            raise
    return demo_settings(DEMO_KEY.read_text(), port=8000)


def demo_settings(secret_key: str, *, port: int, **given: object) -> Settings:
    """Gives the settings of a demo that keeps everything in ./var and serves on the port, and the LMS on the next."""
    return setting.load(
        demo=True,
        secret_key=os.environ.get("TRAINING_SECRET_KEY") or secret_key,
        database_url=os.environ.get("TRAINING_DATABASE_URL", f"sqlite://{DEMO}/training.db"),
        storage_url=os.environ.get("TRAINING_STORAGE_URL", str(DEMO / "files")),
        mail_url=os.environ.get("TRAINING_MAIL_URL", f"file:{DEMO}/mail"),
        public_url=os.environ.get("TRAINING_PUBLIC_URL", f"http://localhost:{port}"),
        demo_lms_url=f"http://127.0.0.1:{port + 1}",
        outbound_allow="127.0.0.1,localhost",
        **given,
    )
