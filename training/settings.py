"""Every setting of the service: name, type, unit and default, read once at the start."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from training.errors import Invalid


class Settings(BaseSettings):
    """The settings, from the environment (`TRAINING_…`) or the file `.env`."""

    model_config = SettingsConfigDict(env_prefix="TRAINING_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite://var/training.db", description="where the records are: sqlite://… or postgres://…"
    )
    public_url: str = Field("http://localhost:8000", description="the address people and LMSs use")
    secret_key: str = Field(min_length=32, description="signs links and protects keys; at least 32 characters")
    trusted_proxies: str = Field(
        "127.0.0.1", description="addresses whose X-Forwarded-* headers are believed, with commas"
    )
    outbound_allow: str = Field(
        "", description="hosts or addresses, with commas, that may be called though not public https"
    )
    storage_url: str = Field("var/files", description="the folder for uploaded and made files")
    mail_url: str = Field("console:", description="console:, file:FOLDER or smtp://user:password@host:port")
    mail_from: str = Field("training@localhost", description="the address that mail comes from")
    demo: bool = Field(
        False, description="one-click sign-in as the demo people, the pretend LMS, a banner on every page"
    )
    demo_lms_url: str = Field("http://localhost:8001", description="where the pretend LMS of the demo listens")
    log_format: Literal["text", "json"] = Field("text", description="how the log is written")
    render_workers: int = Field(1, ge=1, le=16, description="processes that make PDFs")
    pdf: bool = Field(True, description="make PDFs; when off, certificates are web pages only")
    service_name: str = Field("Facilitator training and certification", description="the name on top of each page")

    @field_validator("public_url", "demo_lms_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise ValueError("write it as https://host, without a path")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if not value.startswith(("sqlite://", "postgres://")):
            raise ValueError("write it as sqlite://path or postgres://user:password@host/name")
        return value

    @field_validator("mail_url")
    @classmethod
    def _is_a_mail_back_end(cls, value: str) -> str:
        if not value.startswith(("console:", "file:", "smtp://")):
            raise ValueError("write it as console:, file:FOLDER or smtp://host:port")
        return value

    @property
    def secure(self) -> bool:
        """Tells whether people reach the service over https."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Names the host (and port) people reach the service at."""
        return urlsplit(self.public_url).netloc

    @property
    def storage(self) -> Path:
        """Names the folder of uploaded and made files."""
        return Path(self.storage_url.removeprefix("file://"))

    @property
    def outbound_allowed(self) -> frozenset[str]:
        """Lists the hosts that the outbound guard lets through."""
        return frozenset(part.strip() for part in self.outbound_allow.split(",") if part.strip())


def load(**given: object) -> Settings:
    """Reads the settings; raises Invalid with one line that names the setting at fault."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "TRAINING_" + "_".join(str(part) for part in first["loc"]).upper()
        reason = "is missing" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
        remedy = Settings.model_fields[str(first["loc"][0])].description if first["loc"] else ""
        raise Invalid(f"{name}: {reason}", f"It says: {remedy}.") from error
