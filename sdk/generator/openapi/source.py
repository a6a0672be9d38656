"""What the document is made of: the API, and the operations service that comes with it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api, Enum, HttpBinding, Message, Method, Scope, Service
from sdk.generator.changelog import read_changelog
from sdk.generator.descriptors import load
from sdk.generator.proto_options import HTTP, DescriptorReader, OptionsPool
from sdk.generator.protos import build, gather
from sdk.generator.type_reader import read_types

_OPERATIONS_FILE = "google/longrunning/operations.proto"
_OPERATION = "google.longrunning.Operation"
_MISSING = "OPERATION_NOT_FOUND"
_VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An API and every type that its descriptor set has, by full name."""

    api: Api
    services: tuple[Service, ...]
    types: Mapping[str, Message | Enum]

    def message(self, full_name: str) -> Message:
        """Return a message.

        Raises:
            KeyError: there is none of this name.
        """
        found = self.types[full_name]
        if not isinstance(found, Message):
            raise KeyError(f"{full_name} is an enum")
        return found


def read_source(proto_root: Path) -> Source:
    """Read a folder of protos.

    Raises:
        ProtoError, UnservableError, ChangelogError.
    """
    version, _ = read_changelog(proto_root)
    with tempfile.TemporaryDirectory() as scratch:
        own = gather(proto_root, Path(scratch))
        image = build(Path(scratch))
    api = load(image, own, version=version)
    files = pb.FileDescriptorSet.FromString(image).file
    options = OptionsPool(files)
    readers = {file.name: DescriptorReader(file, options) for file in files}
    types = {
        each.full_name: each for file in files for each in read_types(file, readers[file.name])
    }
    services = api.services
    if any(method.output == _OPERATION for _, method in api.methods()):
        file = next(each for each in files if each.name == _OPERATIONS_FILE)
        services += (_operations(file, readers[file.name], options),)
    return Source(api=api, services=services, types=types)


def _operations(
    file: pb.FileDescriptorProto, reader: DescriptorReader, options: OptionsPool
) -> Service:
    """Return google.longrunning.Operations, which has bindings and no policies of ours."""
    service = file.service[0]
    methods = []
    for index, method in enumerate(service.method):
        rule = options.read(method.options, HTTP)
        verb = rule.WhichOneof("pattern") if rule is not None else None
        if verb not in _VERBS:
            continue
        methods.append(
            Method(
                name=method.name,
                path=f"/{file.package}.{service.name}/{method.name}",
                input=method.input_type.removeprefix("."),
                output=method.output_type.removeprefix("."),
                scope=Scope.PARTNER,
                is_idempotent=verb == "get",
                http=HttpBinding(
                    verb=verb.upper(),
                    path=getattr(rule, verb),
                    path_fields=("name",),
                    body=rule.body,
                ),
                docs=f"{reader.docs((6, 0, 2, index))}\n\nErrors: INVALID_REQUEST, {_MISSING}.",
            )
        )
    return Service(
        name=service.name,
        full_name=f"{file.package}.{service.name}",
        package=file.package,
        file=file.name,
        methods=tuple(methods),
        docs=reader.docs((6, 0)),
    )
