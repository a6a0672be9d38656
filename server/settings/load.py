"""Reading the settings file, with messages that name file, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from server.core.errors import ArtifactError
from server.settings.tree import Settings


def load_settings(path: Path | None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings of a TOML file, or the embedded defaults.

    Args:
        path: None for the defaults. overrides: nested values that take precedence (the command
            line's).

    Raises:
        ArtifactError: one line per fault, each naming file, key and remedy.
    """
    source = str(path) if path else "settings"
    values = _merged(_read(path) if path else {}, overrides or {})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ArtifactError("\n".join(_faults(source, error))) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ArtifactError(
            f"{path}: cannot be read ({error.strerror}); pass --config with another file"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path}: not TOML: {error}; correct the file") from error


def _merged(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for key, value in overrides.items():
        below = merged.get(key)
        nested = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = _merged(below, value) if nested else value  # type: ignore[arg-type]
    return merged


def _faults(source: str, error: ValidationError) -> Iterator[str]:
    faults = error.errors()
    inside = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
    for fault in faults:
        if fault["type"] == "too_short" and fault["loc"] in inside:
            continue  # only because its entries are wrong, which is said
        key = ".".join(map(str, fault["loc"]))
        yield ": ".join(filter(None, (source, key, _advice(fault))))


def _advice(fault: ErrorDetails) -> str:
    if fault["type"] != "extra_forbidden":
        message = fault["msg"].removeprefix("Value error, ")
        # A whole section would say less than its name.
        is_section = isinstance(fault["input"], Mapping)
        return message if is_section else f"{message} (it is {fault['input']!r})"
    known = _keys_at(fault["loc"][:-1])
    close = get_close_matches(str(fault["loc"][-1]), known, 1)
    remedy = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(known))}"
    return f"no such key; {remedy}"


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the section at a location may have."""
    section: type[BaseModel] = Settings
    for part in location:
        field = section.model_fields.get(str(part))
        if field is None:
            continue
        candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
        models = [
            each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        section = models[0] if models else section
    return list(section.model_fields)
