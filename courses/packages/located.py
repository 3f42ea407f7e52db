"""Reads YAML into plain values that remember the line they stand on."""

from collections.abc import Collection
from dataclasses import dataclass

from courses.packages.mistakes import Mistakes, nearest
from training.parsing.messages import FileError
from training.parsing.yaml import Row, Table, read_table

Value = dict[str, "Located"] | list["Located"] | str | int | bool | None


@dataclass(frozen=True)
class Located:
    """A value with its file and line; reads what it holds and notes what is wrong with it."""

    value: Value
    file: str
    line: int
    mistakes: Mistakes

    def wrong(self, what: str, mend: str) -> None:
        """Notes a mistake on this line."""
        self.mistakes.add(self.file, self.line, what, mend)

    def keys(self, known: Collection[str], *, needed: Collection[str] = ()) -> bool:
        """Checks that this is a mapping of known keys that has the needed ones."""
        if not isinstance(self.value, dict):
            self.wrong("a list of `key: value` lines is expected here", f"write {', '.join(needed or known)}")
            return False
        for key, value in self.value.items():
            if key not in known:
                value.wrong(f"{key} is not known here", nearest(key, known))
        for key in needed:
            if key not in self.value:
                self.wrong(f"{key} is missing", f"add `{key}: …`")
        return True

    def get(self, key: str) -> "Located | None":
        """The value under a key; None when it is absent or empty."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return None if found is None or found.value is None else found

    def text(self, key: str, default: str = "") -> str:
        """The text under a key; a number is taken as it is written."""
        found = self.get(key)
        if found is None:
            return default
        if isinstance(found.value, dict | list | bool):
            found.wrong(f"{key} must be text", f"write `{key}: words`")
            return default
        return str(found.value).strip()

    def word(self, key: str, choices: Collection[str], default: str = "") -> str:
        """The text under a key, which must be one of the choices."""
        word = self.text(key, default)
        found = self.get(key)
        if found is not None and word not in choices:
            found.wrong(f"{key} cannot be {word or 'empty'}", nearest(word, choices))
            return default
        return word

    def number(self, key: str, default: int = 0, *, low: int = 0, high: int = 1_000_000_000) -> int:
        """The whole number under a key, within limits."""
        found = self.get(key)
        if found is None:
            return default
        value = found.value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            found.wrong(f"{key} must be a whole number from {low} to {high}", f"write `{key}: {max(low, 1)}`")
            return default
        return value

    def items(self, key: str) -> list["Located"]:
        """The list under a key; empty when it is absent."""
        found = self.get(key)
        if found is None:
            return []
        if not isinstance(found.value, list):
            found.wrong(f"{key} must be a list", f"write `{key}: [..]` or one line with `- ` for each")
            return []
        return found.value

    def words(self, key: str) -> list[str]:
        """The list of words under a key; a single word counts as a list of one."""
        found = self.get(key)
        if found is not None and isinstance(found.value, str):
            return [found.value.strip()]
        return [str(item.value).strip() for item in self.items(key)]

    def entries(self, key: str) -> dict[str, "Located"]:
        """The mapping under a key; empty when it is absent."""
        found = self.get(key)
        if found is None:
            return {}
        if not isinstance(found.value, dict):
            found.wrong(f"{key} must hold `name: value` lines", f"indent them under `{key}:`")
            return {}
        return found.value

    def translated(self, key: str, languages: Collection[str]) -> dict[str, str]:
        """The words under a key in each language: `{en: …, cy: …}`, or plain text in the first language."""
        found = self.get(key)
        if found is None:
            return {}
        if not isinstance(found.value, dict):
            return {next(iter(languages), "en"): self.text(key)}
        for language, value in found.value.items():
            if language not in languages:
                value.wrong(f"{language} is not a language of this course", "add it to `languages` or remove the line")
        return {language: found.text(language) for language in found.value if language in languages}


def read(text: str, *, file: str, mistakes: Mistakes, first_line: int = 1) -> Located | None:
    """Reads one YAML document; None, with every mistake noted, when it cannot be read."""
    try:
        table = read_table(text, file)
    except FileError as faulty:
        for one in faulty.mistakes:
            mistakes.add(file, first_line + one.line - 1, one.what, one.remedy)
        return None
    return _located(table, table.line, Located("", file, first_line, mistakes))


def _located(value: object, line: int, at: Located) -> Located:
    """Gives a value its line; a mistake is shown on the line of the key, where an author looks for it."""
    if isinstance(value, Table):
        return _on(line, {key: _located(one, value.lines[key][1], at) for key, one in value.items()}, at)
    if isinstance(value, Row):
        return _on(line, [_located(one, place, at) for one, place in zip(value, value.lines, strict=True)], at)
    plain = value if isinstance(value, int) or value is None else str(value)  # a day and 1.10 stay as written
    return _on(line, plain, at)


def _on(line: int, value: Value, at: Located) -> Located:
    return Located(value, at.file, at.line + line - 1, at.mistakes)
