"""Reads the tables of a mapping file strictly: every fault names file, key and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from server.core.errors import ArtifactError

Value = TypeVar("Value")


class MappingError(ArtifactError):
    """A mapping file can't be used; the message names file, key and remedy."""


class Section:
    """One table of a mapping file; keys that are never asked for are refused by `close`."""

    def __init__(self, path: str, key: str, values: Mapping[str, object]) -> None:
        self.path = path
        self.key = key
        self._values = values
        self._known: set[str] = set()

    def error(self, key: str, problem: str, remedy: str) -> MappingError:
        """Return the error for one key of this section."""
        where = f"{self.key}.{key}" if self.key and key else self.key or key
        return MappingError(f"{self.path}: {where}: {problem}; {remedy}")

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self._values

    def own_keys(self) -> list[str]:
        """Return all keys; for tables whose keys are the writer's own."""
        self._known.update(self._values)
        return list(self._values)

    def get(self, key: str, kind: type[Value], default: Value) -> Value:
        """Return the value of a key, which must have the type of `kind` (int passes as float)."""
        return self._checked(key, kind) if self.has(key) else default

    def _checked(self, key: str, kind: type[Value]) -> Value:
        value = self._values[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return kind(value)  # type: ignore[call-arg]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"{value!r} has the wrong type", f"write {_example(kind)}")
        return value

    def required(self, key: str, kind: type[Value]) -> Value:
        """Return the value of a key that must be there."""
        if not self.has(key):
            raise self.error(key, "is missing", f"add it, as {_example(kind)}")
        return self._checked(key, kind)

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty if absent; one string counts as a list of one."""
        if not self.has(key):
            return ()
        value = self._values[key]
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.error(key, f"{value!r} is not a list of strings", 'write ["a", "b"]')
        return tuple(value)

    def raw(self, key: str) -> object:
        """Return a value of any type, None if absent."""
        self._known.add(key)
        return self._values.get(key)

    def table(self, key: str) -> Section:
        """Return a table, empty if absent."""
        value = self.get(key, dict, {})
        return Section(self.path, f"{self.key}.{key}" if self.key else key, value)

    def tables(self, key: str) -> list[Section]:
        """Return the tables of a list; a single table counts as a list of one."""
        if not self.has(key):
            return []
        value = self._values[key]
        name = f"{self.key}.{key}" if self.key else key
        if isinstance(value, dict):
            return [Section(self.path, name, value)]
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(key, "is not a table", f"write [{name}] or [[{name}]]")
        return [Section(self.path, f"{name}[{at}]", each) for at, each in enumerate(value)]

    def close(self) -> None:
        """Refuse keys that nothing asked for."""
        for key in self._values:
            if key not in self._known:
                raise self.error(key, "is not a key of the mapping language", self._suggest(key))

    def _suggest(self, key: str) -> str:
        return suggestion(key, self._known)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown word: the nearest known one, or all of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of: {', '.join(choices)}"


def _example(kind: type[object]) -> str:
    examples = {str: 'a string "..."', bool: "true or false", dict: "a table { ... }"}
    return examples.get(kind, "a number")
