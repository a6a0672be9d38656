"""The credentials of a run: by name, from the command line or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.case import JSON
from conformance.errors import BrokenFileError
from conformance.yaml_files import read_object

# The widest first.
SCOPES = ("admin", "partner", "client")


class BrokenKeysError(BrokenFileError):
    """The file of credentials can't be used."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials by name; each has `api_key` or `token`, and may have `user` and `visitor`.

    `client`, `partner` and `admin` are what most cases use. Cases that need others say so:
    `user_client` and `visitor_client` (client scope with a subject), `expired`, `limited` (client
    scope with a subject, whose quota a case may use up).
    """

    by_name: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether there are such credentials; `any` asks for any at all.

        Without any, the server is taken to let everyone do everything.
        """
        if not self.by_name:
            return name in SCOPES
        return name == "any" or name in self.by_name

    def metadata(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the metadata of a call; an empty name is the widest scope there is."""
        if name == "none" or not self.by_name:
            return ()
        if not name:
            name = next((each for each in SCOPES if each in self.by_name), "")
        found = self.by_name.get(name)
        if found is None:
            names = ", ".join(self.by_name)
            raise BrokenKeysError(f"there are no credentials named {name!r}, only {names}")
        if "token" in found:
            return (("authorization", f"Bearer {found['token']}"),)
        return (("x-api-key", str(found["api_key"])),)


def read_credentials(path: Path | None, keys: Mapping[str, str | None]) -> Credentials:
    """Return the credentials of a YAML file and of single keys, which win.

    Raises:
        BrokenKeysError: the file is not `name: key` or `name: {api_key | token, user, visitor}`,
            or none is of a scope: the preparation has nobody to ask as.
    """
    found: dict[str, Mapping[str, JSON]] = {}
    content = read_object(path, BrokenKeysError) if path else {}
    for name, value in content.items():
        entry = {"api_key": value} if isinstance(value, str) else value
        if not isinstance(entry, dict) or not ({"api_key", "token"} & set(entry)):
            raise BrokenKeysError(f"{path}: {name} has neither api_key nor token")
        found[str(name)] = entry
    found |= {name: {"api_key": key} for name, key in keys.items() if key}
    if found and not any(scope in found for scope in SCOPES):
        raise BrokenKeysError(
            f"{path}: its names are {', '.join(found)}; one of {', '.join(SCOPES)} is needed"
        )
    return Credentials(found)
