"""The tables of the PyLTI1p3 tool, in the ordinary way of SQLAlchemy."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, UniqueConstraint, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker

WHEN = DateTime(timezone=True)


class Base(DeclarativeBase):
    """What all tables have in common."""


class Nonce(Base):
    """Makes each login end once."""

    __tablename__ = "nonce"
    nonce: Mapped[str] = mapped_column(primary_key=True)
    expires: Mapped[datetime] = mapped_column(WHEN)


class Person(Base):
    """Is somebody."""

    __tablename__ = "person"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    created: Mapped[datetime] = mapped_column(WHEN)


class Identity(Base):
    """Is a person as one LMS knows them."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "sub"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    issuer: Mapped[str]
    sub: Mapped[str]
    email: Mapped[str]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Context(Base):
    """Is a course."""

    __tablename__ = "context"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    context_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    label: Mapped[str]


class Link(Base):
    """Is an activity in a course."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    course: Mapped[Context] = relationship()
    resource_link_id: Mapped[str]
    title: Mapped[str]
    target: Mapped[str]


class Role(Base):
    """Says as what somebody came to a course."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("identity_id", "course_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    identity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("identity.id"))
    identity: Mapped[Identity] = relationship()
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    course: Mapped[Context] = relationship()
    roles: Mapped[str]
    launched: Mapped[datetime] = mapped_column(WHEN)


class Session(Base):
    """Is a session of a person."""

    __tablename__ = "session"
    token: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship()
    created: Mapped[datetime] = mapped_column(WHEN)
    expires: Mapped[datetime] = mapped_column(WHEN)


class Audit(Base):
    """Tells what happened."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(WHEN)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship()
    what: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


def open_database(url: str) -> sessionmaker:
    """Opens the database, with what everybody advises for SQLite."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def tune(connection, record):
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

    Base.metadata.create_all(engine)
    return sessionmaker(engine)
