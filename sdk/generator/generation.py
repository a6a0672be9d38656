"""From a folder of protos to the files of every package, nothing written yet."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api
from sdk.generator.changelog import read_changelog
from sdk.generator.descriptors import load
from sdk.generator.language import Languages, Target
from sdk.generator.plugins import Plugins
from sdk.generator.protos import build, gather
from sdk.generator.stripping import WELL_KNOWN, strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What is asked for.

    Attributes:
        proto_root: folder of the protos (see `protos`).
        name: of the product; empty: the first part of the packages.
        may_lack_plugins: leave out the files of plugins that are not installed.
    """

    proto_root: Path
    languages: tuple[str, ...]
    name: str = ""
    may_lack_plugins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What was made for one language; `plugin_...` and `missing_plugins` as in `Plugins`."""

    language: str
    files: dict[str, bytes]
    plugin_keys: list[str]
    missing_plugins: list[str]
    plugin_contents: frozenset[bytes]


def generate(asked: Generation, languages: Languages) -> list[Package]:
    """Return the packages of an API.

    Raises:
        ProtoError: the protos don't compile.
        UnservableError: they ask for something that can't be served.
        UnsupportedApiError: a language can't serve it.
        PluginError: a plugin failed, or is not installed.
    """
    version, changelog = read_changelog(asked.proto_root)
    with tempfile.TemporaryDirectory() as scratch:
        gathered = Path(scratch)
        own = gather(asked.proto_root, gathered)
        image = build(gathered)
        api = load(image, own, name=asked.name, version=version, changelog=changelog)
        descriptors, mine, others = _split(api, own, image)

        def package(name: str) -> Package:
            plugins = Plugins(may_be_missing=asked.may_lack_plugins)
            target = Target(
                proto_root=gathered,
                descriptor_set=descriptors,
                files=mine,
                dependencies=others,
                templates=languages.templates(name),
                plugins=plugins,
            )
            files = languages.by_name[name].generate(api, target)
            return Package(
                language=name,
                files=dict(sorted(files.items())),
                plugin_keys=plugins.keys,
                missing_plugins=plugins.missing,
                plugin_contents=frozenset(plugins.contents),
            )

        return [package(name) for name in asked.languages]


def _split(
    api: Api, own: tuple[str, ...], image: bytes
) -> tuple[bytes, tuple[str, ...], tuple[str, ...]]:
    """Return the stripped set, the API's own files and the others that clients need."""
    files = list(pb.FileDescriptorSet.FromString(image).file)
    mine = tuple(f.name for f in files if f.name in set(own) and f.package in api.packages)
    stripped = strip(files, mine)
    others = {f.name for f in stripped.file if not f.name.startswith(WELL_KNOWN)} - set(mine)
    return (
        stripped.SerializeToString(deterministic=True),
        tuple(sorted(mine)),
        tuple(sorted(others)),
    )
