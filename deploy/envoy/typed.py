"""Shorthand for the parts of an Envoy configuration, which are plain JSON objects."""

from __future__ import annotations

from typing import Any, TypeAlias

# Fields are of any JSON type, and Envoy checks them better than a type could.

Config: TypeAlias = dict[str, Any]


def typed(kind: str, **fields: object) -> Config:
    """Return an object of an Envoy type; `kind` is its name without `envoy.`."""
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def http_filter(name: str, kind: str, **fields: object) -> Config:
    """Return the HTTP filter of a name; `kind` is its type without `extensions.filters.http.`."""
    return {
        "name": f"envoy.filters.http.{name}",
        "typed_config": typed(f"extensions.filters.http.{kind}", **fields),
    }


def duration(seconds: float) -> str:
    """Return a duration as JSON has it."""
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"
