"""Reads YAML into plain values that remember the line they stand on."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import yaml

from courses.loading.mistakes import Mistakes, nearest

Value = dict[str, "Located"] | list["Located"] | str | int | float | bool | None

_WHOLE = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?\d+\.\d+")


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
    """Reads one YAML document; None, with the mistake noted, when it cannot be read."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            mistakes.add(file, first_line, "anchors and aliases (`&x`, `*x`) are not used", "write the value out")
            return None
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            return _located(node, file, mistakes, first_line)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        problem = getattr(error, "problem", None) or "this is not YAML"
        mistakes.add(file, line, problem, "check quotes, colons and indentation")
        return None
    except (ValueError, RecursionError):
        mistakes.add(file, first_line, "this is not YAML", "write plain `key: value` lines")
        return None
    mistakes.add(file, first_line, "the file is empty", "write its `key: value` lines")
    return None


def _located(node: yaml.Node, file: str, mistakes: Mistakes, first_line: int) -> Located:
    line = first_line + node.start_mark.line
    value: Value
    if isinstance(node, yaml.MappingNode):
        value = _mapping(node, file, mistakes, first_line)
    elif isinstance(node, yaml.SequenceNode):
        value = [_located(item, file, mistakes, first_line) for item in node.value]
    else:
        value = _scalar(node)
    return Located(value, file, line, mistakes)


def _mapping(node: yaml.MappingNode, file: str, mistakes: Mistakes, first_line: int) -> dict[str, Located]:
    values: dict[str, Located] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in values:
            mistakes.add(file, line, f"{key} is written twice", "remove one of them")
        value = _located(value_node, file, mistakes, first_line)
        # A mistake is shown on the line of the key, where an author looks for it.
        values[key] = Located(value.value, file, line, mistakes)
    return values


def _scalar(node: yaml.Node) -> Value:
    text = str(node.value)
    if getattr(node, "style", None) is not None:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "~", "null"):
        return None
    if _WHOLE.fullmatch(text) and len(text) < 16:
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
