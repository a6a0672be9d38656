"""What a language of client packages is, and what the generator hands it.

A language is a module of `sdk.generator.languages`, named like it, with a `LANGUAGE`; it is found
by its file's name, nothing else has to be edited. Its templates lie in `sdk/generator/templates/`,
in a folder of its name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api, Scope, Service
from sdk.generator.plugins import Plugins
from sdk.generator.rendering import TEMPLATES, Templates


class UnsupportedApiError(Exception):
    """An API, or one language's package of it, can't be made; the message is one line."""


class Language(Protocol):
    """Makes the client package of one language."""

    @property
    def name(self) -> str:
        """Name of the language, of its templates' folder and of its output's: `go`."""
        ...

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the complete package: paths relative to its root, with what the files hold.

        The same API must give the same bytes: no times, no unsorted sets, no machine's paths.
        When `target.run_plugin` returns nothing (its plugin is not installed and the caller only
        compares), the rest is returned all the same.

        Raises:
            UnsupportedApiError: this language can't serve something in the API.
        """
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a language needs beside the model.

    Attributes:
        proto_root: folder of the protos as they were written, those of others among them;
            google/protobuf is not in it. Gone when the run ends.
        descriptor_set: serialized `FileDescriptorSet` of `files`, `dependencies` and all they
            import, with comments; without options of google.api, buf.validate, shortlist.options
            and google.longrunning, which clients have no use for and would have to bring.
        files: the API's own files, such as `music/v1/album.proto`, sorted.
        dependencies: files from elsewhere whose messages the API uses or errors carry
            (`google/rpc/error_details.proto`), without `google/protobuf`, sorted.
    """

    proto_root: Path
    descriptor_set: bytes
    files: tuple[str, ...]
    dependencies: tuple[str, ...]
    templates: Templates
    plugins: Plugins

    def render(self, template: str, **context: object) -> bytes:
        """Return what a template in the language's folder prints (`src/client.ts.jinja`)."""
        return self.templates.render(template, **context)

    def render_tree(
        self,
        context: Mapping[str, object],
        *,
        under: str = "",
        skip: tuple[str, ...] = (),
        names: Mapping[str, str] | None = None,
    ) -> dict[str, bytes]:
        """Return all files of the language's folder; see `Templates.render_tree`."""
        return self.templates.render_tree(context, under=under, skip=skip, names=names)

    def with_file_options(self, options: Callable[[str], Mapping[str, str | bool | int]]) -> Target:
        """Return a target whose own files carry options of `google.protobuf.FileOptions`.

        For plugins that take their namespaces from files and not from parameters:
        `target.with_file_options(lambda file: {"java_package": "com.example"})`.
        """
        files = pb.FileDescriptorSet.FromString(self.descriptor_set)
        for file in files.file:
            if file.name in self.files:
                for name, value in options(file.name).items():
                    setattr(file.options, name, value)
        return replace(self, descriptor_set=files.SerializeToString(deterministic=True))

    def run_plugin(
        self, plugin: str, options: str = "", files: Iterable[str] | None = None
    ) -> dict[str, bytes]:
        """Run a standard protoc plugin (`protoc-gen-go`) on files; see `Plugins.run`.

        Args:
            files: protos to generate for; absent: `files` (without the dependencies).
        """
        return self.plugins.run(self.descriptor_set, plugin, options, tuple(files or self.files))

    def run_protoc(
        self, generators: Mapping[str, str], files: Iterable[str] | None = None
    ) -> dict[str, bytes]:
        """Run generators built into protoc (`{"java": "lite"}`); as `run_plugin`."""
        return self.plugins.run_protoc(
            self.descriptor_set, dict(generators), tuple(files or self.files)
        )

    def files_of(self, api: Api) -> tuple[str, ...]:
        """Return the own files that hold the services, messages and enums of an API, sorted.

        For one that `restrict` made smaller; `files` is that of the whole.
        """
        wanted = {each.file for each in api.services}
        wanted |= {each.file for each in api.types() if each.file in self.files}
        return tuple(sorted(wanted))


def restrict(api: Api, keep: Callable[[Service], bool]) -> Api:
    """Return an API with some services only, and with the types that these use.

    Types of a package none of whose services are left stay only if they are used.
    """
    services = tuple(each for each in api.services if keep(each))
    packages = {each.package for each in services}
    methods = tuple(method for service in services for method in service.methods)
    used = {each.full_name for each in api.reachable(methods)}
    return replace(
        api,
        services=services,
        packages=tuple(p for p in api.packages if p in packages or _holds(api, p, used)),
        messages=tuple(m for m in api.messages if m.package in packages or m.full_name in used),
        enums=tuple(e for e in api.enums if e.package in packages or e.full_name in used),
        _by_name={},
    )


def _holds(api: Api, package: str, names: set[str]) -> bool:
    return any(each.package == package and each.full_name in names for each in api.types())


def without_operators(api: Api) -> Api:
    """Return an API without the services that only operators may call (every method ADMIN).

    For languages whose packages go into apps and onto devices.
    """
    return restrict(
        api, lambda service: any(method.scope is not Scope.ADMIN for method in service.methods)
    )


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages there are, by name."""

    by_name: dict[str, Language] = field(default_factory=dict)

    @classmethod
    def discover(cls, only: Collection[str] = ()) -> Languages:
        """Import the modules of `sdk.generator.languages`: those of these names, or all."""
        package = importlib.import_module("sdk.generator.languages")
        found: dict[str, Language] = {}
        for module in pkgutil.iter_modules(package.__path__):
            if not module.ispkg and (not only or module.name in only):
                loaded = importlib.import_module(f"sdk.generator.languages.{module.name}")
                language: Language | None = getattr(loaded, "LANGUAGE", None)
                if language is not None:
                    found[language.name] = language
        return cls(dict(sorted(found.items())))

    @staticmethod
    def templates(name: str) -> Templates:
        """Return the templates of a language."""
        return Templates(TEMPLATES / name)
