"""Reads YAML as cases, keys and expected failures are written in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from conformance.case import JSON
from conformance.errors import BrokenFileError

# LibYAML where there is one: it reads all cases in a tenth of the time.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):  # type: ignore[misc]
    """Without dates: a time is text, as in JSON. Names that are there twice are refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, JSON]:
        """Return an object; YAML itself would take the last of two equal names."""
        names = Counter(str(name.value) for name, _ in node.value)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise yaml.constructor.ConstructorError(
                problem=f"{', '.join(twice)} is there twice", problem_mark=node.start_mark
            )
        found: dict[Hashable, JSON] = super().construct_mapping(node, deep)
        return found


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_object(path: Path, broken: type[BrokenFileError]) -> dict[str, JSON]:
    """Return the object that a file holds; an empty file holds an empty one.

    Raises:
        BrokenFileError: of the given kind: it can't be read, or holds something else.
    """
    try:
        # From the file, not its text: of that errors would show a line, and with it credentials.
        with path.open(encoding="utf-8") as file:
            found = yaml.load(file, _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise broken(f"{path}: {error}") from error
    found = {} if found is None else found
    if not isinstance(found, dict):
        raise broken(f"{path}: not names and values")
    return found
