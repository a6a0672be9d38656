"""Path templates of google.api.http as OpenAPI has them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{([^}=]+)(?:=([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class PathParameter:
    """A variable part of a path.

    Attributes:
        name: in the path.
        field: dotted path of the request's field it goes into.
        pattern: of the field, where the value is a part of it: `items/*` of a resource name.
    """

    name: str
    field: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A path such as `/v1/items/{item}:similar`."""

    template: str
    parameters: tuple[PathParameter, ...]


def openapi_path(template: str) -> Path:
    """Turn `/v1/{name=items/*}` into `/v1/items/{item}`, and the like.

    Each variable part of a resource name is called after its collection.
    """
    parameters: list[PathParameter] = []

    def replaced(match: re.Match[str]) -> str:
        field, pattern = match[1], match[2]
        if pattern is None:
            parameters.append(PathParameter(field.split(".")[-1], field))
            return "{" + parameters[-1].name + "}"
        segments = pattern.split("/")
        for index, segment in enumerate(segments):
            if segment in ("*", "**"):
                name = _singular(segments[index - 1]) if index else field.split(".")[-1]
                parameters.append(PathParameter(name, field, pattern))
                segments[index] = "{" + name + "}"
        return "/".join(segments)

    return Path(_VARIABLE.sub(replaced, template), tuple(parameters))


def _singular(collection: str) -> str:
    """Return the word for one: `items` and `servingConfigs` lose their `s`."""
    return collection.removesuffix("s")
