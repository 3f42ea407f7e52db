"""Every setting of the service: name, type, unit and default, read once at the start."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from training.core.errors import Invalid


class Settings(BaseSettings):
    """The settings, from the environment (`TRAINING_…`) or the file `.env`."""

    model_config = SettingsConfigDict(env_prefix="TRAINING_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite://var/training.db", description="where the records are: sqlite://… or postgres://…"
    )
    public_url: str = Field("http://localhost:8000", description="the address people and LMSs use")
    content_url: str = Field(
        "", description="another address of this service, for lessons made by others, whose scripts it must not trust"
    )
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
    bounce_mailbox: str = Field("", description="where mail comes back to: imaps://user:password@host/FOLDER")
    bounce_secret: str = Field("", description="last part of the address that tells us of mail that came back")
    demo: bool = Field(
        False, description="one-click sign-in as the demo people, the pretend LMS, a banner on every page"
    )
    demo_lms_url: str = Field("http://localhost:8001", description="where the pretend LMS of the demo listens")
    metrics_token: str = Field("", description="what /metrics asks for; without it, only this network reads it")
    log_format: Literal["text", "json"] = Field("text", description="how the log is written")
    render_workers: int = Field(1, ge=1, le=16, description="processes that make PDFs")
    pdf: bool = Field(True, description="make PDFs; when off, certificates are web pages only")
    service_name: str = Field("Facilitator training and certification", description="the name on top of each page")

    @field_validator("public_url", "demo_lms_url", "content_url")
    @classmethod
    def _is_an_origin(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "content_url":
            return value
        parts = _address(value)
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if parts.scheme not in ("http", "https") or not parts.hostname or more:
            raise ValueError("write it as https://host, without a path")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        parts = _address(value)
        on_a_server = parts.scheme == "postgres" and parts.path.strip("/")  # without a host: by its socket
        in_a_file = re.fullmatch("sqlite://.+", value)
        if not on_a_server and not in_a_file:
            raise ValueError("write it as sqlite://path or postgres://user:password@host/name")
        return value

    @field_validator("storage_url")
    @classmethod
    def _is_a_folder(cls, value: str) -> str:
        if "://" in value.removeprefix("file://") or not value.removeprefix("file://"):
            raise ValueError("write the path of a folder; nothing else can keep files yet")
        return value

    @field_validator("mail_url")
    @classmethod
    def _is_a_mail_back_end(cls, value: str) -> str:
        parts = _address(value)
        by_server = parts.scheme == "smtp" and parts.hostname
        if not by_server and not re.fullmatch("console:|file:.+", value):
            raise ValueError("write it as console:, file:FOLDER or smtp://host:port")
        return value

    @field_validator("bounce_mailbox")
    @classmethod
    def _is_a_mailbox_that_is_read(cls, value: str) -> str:
        parts = _address(value)
        if value and not (parts.scheme in ("imap", "imaps") and parts.hostname):
            raise ValueError("write it as imaps://user:password@host/FOLDER")
        return value

    @field_validator("bounce_secret")
    @classmethod
    def _cannot_be_guessed(cls, value: str) -> str:
        if value and not re.fullmatch(r"[\w-]{24,}", value):
            raise ValueError("write at least 24 letters and digits, so that nobody guesses it")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            raise ValueError("write it as name@host")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            try:
                if part != "*":
                    ip_network(part, strict=False)
            except ValueError as error:
                raise ValueError(f"{part[:60]} is no address; write 10.0.0.7 or 10.0.0.0/8, with commas") from error
        return value

    @field_validator("outbound_allow")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            if not re.fullmatch(r"[\w.:\[\]-]+(/\d+)?", part):
                raise ValueError(f"{part[:60]} is no host or address; write lms.example.org or 10.0.0.7, with commas")
        return value

    @model_validator(mode="after")
    def _is_safe_in_public(self) -> "Settings":
        if self.secure and not self._on_this_machine:
            if self.demo:
                raise ValueError("TRAINING_DEMO: on https it would let anybody in as anybody; leave it out")
            if self.mail_url == "console:":
                raise ValueError("TRAINING_MAIL_URL: console: would write sign-in links into the log; give smtp://host")
        public, content = urlsplit(self.public_url), urlsplit(self.content_url)
        if self.content_url and content.hostname == public.hostname:
            raise ValueError("TRAINING_CONTENT_URL: cookies go to every port of a host; give another host")
        if self.content_url and content.scheme != public.scheme:
            raise ValueError(f"TRAINING_CONTENT_URL: write it with {public.scheme}://, as TRAINING_PUBLIC_URL")
        return self

    @property
    def _on_this_machine(self) -> bool:
        host = urlsplit(self.public_url).hostname or ""
        return host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")

    @property
    def secure(self) -> bool:
        """Tells whether people reach the service over https."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Names the host (and port) people reach the service at."""
        return urlsplit(self.public_url).netloc

    @property
    def content_origin(self) -> str:
        """Names the origin of lessons made by others; on this machine there is always one, elsewhere it has to be set.

        Browsers take every name below localhost for this machine: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
        """
        if self.content_url or self.secure or not self._on_this_machine:
            return self.content_url
        port = urlsplit(self.public_url).port
        return f"http://content.localhost{f':{port}' if port else ''}"

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
        reason = "is missing" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # of several settings together, and it names one
            raise Invalid(reason) from error
        name = "TRAINING_" + "_".join(str(part) for part in first["loc"]).upper()
        remedy = Settings.model_fields[str(first["loc"][0])].description
        raise Invalid(f"{name}: {reason}", f"It says: {remedy}.") from error


def _address(value: str) -> SplitResult:
    parts = urlsplit(value)
    _ = parts.port  # raises ValueError where it is no number
    return parts
