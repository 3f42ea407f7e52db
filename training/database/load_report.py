"""What loading a file did, or would do: lines of what is new, changed, unchanged, and every mistake."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from training.database.connection import transaction
from training.parsing.csv import CsvLine, Sheet


@dataclass
class LoadReport:
    """The report of one file, or of several."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    refused: bool = False

    def add(self, other: "LoadReport") -> None:
        """Puts another file's report behind this one."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.mistakes += other.mistakes
        self.refused = self.refused or other.refused

    def within(self, file: object) -> "LoadReport":
        """Returns the report with the file in front of what became of it; mistakes name theirs already."""
        new, changed, unchanged = (
            [f"{file}: {line}" for line in one] for one in (self.new, self.changed, self.unchanged)
        )
        return LoadReport(new, changed, unchanged, self.mistakes, self.refused)

    def lines(self) -> list[str]:
        """Writes the report, a line for each thing; when refused, the mistakes alone."""
        if self.refused:
            return self.mistakes
        told = (("new", self.new), ("changed", self.changed), ("unchanged", self.unchanged))
        return [f"{word:9}  {line}" for word, lines in told for line in lines] + self.mistakes


@dataclass(frozen=True)
class By:
    """Who loads, for which unit and when; whether good rows count though others are wrong."""

    actor_id: UUID
    unit_id: UUID
    language: str
    now: datetime
    good_ones: bool = False


@dataclass
class Loading:
    """One CSV file on its way into the tables: what is read, what became of it, and by whom."""

    sheet: Sheet
    by: By
    told: LoadReport = field(default_factory=LoadReport)
    seen: dict[object, int] = field(default_factory=dict)
    same: int = 0

    def new(self, line: CsvLine, what: str) -> None:
        """Notes that a row was new."""
        self.told.new.append(f"{self.sheet.file}:{line.number}: {what}")

    def changed(self, line: CsvLine, what: str) -> None:
        """Notes that a row changed something."""
        self.told.changed.append(f"{self.sheet.file}:{line.number}: {what}")

    def twice(self, line: CsvLine, key: object) -> bool:
        """Tells whether an earlier row was about the same, and refuses this one then."""
        if key in self.seen:
            self.sheet.refuse(line.number, f"line {self.seen[key]} says this already", "take one of them out")
            return True
        self.seen[key] = line.number
        return False


class _Undone(Exception):
    """Rolls a transaction back on purpose."""


async def all_or_nothing(loading: Loading, work: Callable[[Loading], Awaitable[None]]) -> LoadReport:
    """Does the work in one transaction; with any mistake it is undone, unless only the good ones are wanted."""
    sheet, told = loading.sheet, loading.told
    told.refused = sheet.unusable
    if not told.refused:
        try:
            async with transaction():
                await work(loading)
                if sheet.mistakes and not loading.by.good_ones:
                    raise _Undone
        except _Undone:
            told.refused = True
    told.mistakes += [words for _, words in sorted(sheet.mistakes)]
    if loading.same and not told.refused:
        told.unchanged.append(f"{sheet.file}: {loading.same} {'row' if loading.same == 1 else 'rows'}")
    return told


async def rehearsed(work: Callable[[], Awaitable[LoadReport]]) -> LoadReport:
    """Does the work and undoes all of it, to tell what it would do."""
    told: list[LoadReport] = []
    try:
        async with transaction():
            told.append(await work())
            raise _Undone
    except _Undone:
        return told[0]
