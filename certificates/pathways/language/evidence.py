"""What is known about one holder: the records, and which of them are seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from certificates.pathways.language.check_evidence import check_evidence, check_record, without_nothing
from training.parsing.keywords import ATTRIBUTES
from training.parsing.messages import FileError, Mistake
from training.parsing.values import Value, plain_values, texts

_KEYS = "id type what on from until recorded_at who by about replaces void result team ratings duties note"
RECORD_KEYS = frozenset(_KEYS.split(" "))


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in the team of a delivery; a name alone has no attributes."""

    who: str | None
    role: str | None = None
    attributes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """One dated record; a day of None is unknown, an owner of None is the holder."""

    id: str
    type: str
    what: str
    on: date | None
    who: str | None = None
    begun: date | None = None
    until: date | None = None
    recorded_at: date | None = None
    by: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    void: bool = False
    result: str | None = None
    team: tuple[TeamMember, ...] | None = None
    ratings: tuple[Mapping[str, Any], ...] = ()
    duties: tuple[str, ...] = ()
    note: str = ""
    attributes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EvidenceRecord":
        """Read a record from a mapping with the keys of an evidence file; raises FileError."""
        mistakes = check_record(row, "evidence", frozenset())
        if mistakes:
            raise FileError(mistakes)
        return cls.checked(row)

    @classmethod
    def checked(cls, row: Mapping[str, Any]) -> "EvidenceRecord":
        """Build the record of a mapping that has been checked already."""
        row = without_nothing(row)
        return cls(
            id=_text(row["id"]),
            type=row["type"],
            what=_text(row["what"]),
            on=_day(row["on"]),
            who=_text(row["who"]) if "who" in row else None,
            begun=_day(row.get("from")),
            until=_day(row.get("until")),
            recorded_at=_day(row.get("recorded_at")),
            by=texts(row.get("by")),
            about=texts(row.get("about")),
            replaces=texts(row.get("replaces")),
            void=bool(row.get("void")),
            result=row.get("result"),
            team=tuple(_member(one) for one in row["team"]) if "team" in row else None,
            ratings=tuple(row.get("ratings", ())),
            duties=texts(row.get("duties")),
            note=_text(row.get("note", "")),
            attributes=_attributes(row, RECORD_KEYS),
        )

    def first(self, attribute: str) -> str | None:
        """The first value of a text attribute, if there is one."""
        values = self.attributes.get(attribute, ())
        return str(values[0]) if values else None

    def is_of(self, attribute: str | None, value: Value | None) -> bool:
        """Whether the record carries an attribute with this value, or does not carry it at all."""
        values = self.attributes.get(attribute, ()) if attribute else ()
        return not values or value in values

    def place(self) -> tuple[date, str]:
        """Where the record stands in order: by day, unknown days last, then by id."""
        return (self.on or date.max, self.id)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whose evidence it is, of which types records may be missing, and the records."""

    holder: str
    kind: str = "person"
    site: str | None = None
    gaps: frozenset[str] = frozenset()
    records: tuple[EvidenceRecord, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any], file: str = "evidence") -> "Evidence":
        """Read evidence from a mapping with the keys of an evidence file; raises FileError.

        Only in a file must every record exist that another one names.
        """
        mistakes: list[Mistake] = check_evidence(table, file)
        if mistakes:
            raise FileError(mistakes)
        return cls(
            holder=_text(table["holder"]),
            kind=table.get("kind") or "person",
            site=_text(table["site"]) if table.get("site") is not None else None,
            gaps=frozenset(texts(table.get("gaps"))),
            records=tuple(EvidenceRecord.checked(row) for row in table.get("records") or ()),
        )


def seen_records(records: Iterable[EvidenceRecord], known_at: date | None) -> list[EvidenceRecord]:
    """The records that are known by then and not replaced by a known one, in order; void ones only take away."""
    entered = ((one, one.recorded_at or one.on) for one in records)
    known = sorted(
        (one for one, on in entered if known_at is None or on is None or on <= known_at), key=EvidenceRecord.place
    )
    replaced = _replaced(known)
    return [one for one in known if one.id not in replaced and not one.void]


def _replaced(known: list[EvidenceRecord]) -> set[str]:
    """The ids replaced by a seen record; a correction that was itself taken back replaces nothing."""
    replacers: dict[str, list[EvidenceRecord]] = {}
    for record in known:
        for old in record.replaces:
            replacers.setdefault(old, []).append(record)
    answers: dict[str, bool] = {}

    def is_replaced(name: str) -> bool:
        if name not in answers:
            answers[name] = False
            answers[name] = any(not is_replaced(record.id) for record in replacers.get(name, ()))
        return answers[name]

    return {name for name in sorted(replacers) if is_replaced(name)}


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if isinstance(value, str) and value != "unknown" else None


def _text(value: object) -> str:
    return str(value).strip()


def _member(row: object) -> TeamMember:
    if not isinstance(row, Mapping):
        return TeamMember(_text(row))
    who = row.get("who")
    attributes = _attributes(row, frozenset({"who"}))
    role = attributes.get("role")
    return TeamMember(None if who is None else _text(who), str(role[0]) if role else None, attributes)


def _attributes(row: Mapping[str, Any], others: frozenset[str]) -> dict[str, tuple[Value, ...]]:
    return {
        key: plain_values(value, ATTRIBUTES.get(key)) for key, value in row.items() if key not in others and value != []
    }
