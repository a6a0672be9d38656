"""Takes out of a descriptor set what clients have no use for and would have to bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf import descriptor_pb2 as pb
from google.protobuf.message import Message as ProtoMessage

WELL_KNOWN = "google/protobuf/"
# What errors and long-running operations carry, whether or not a request names it.
ALWAYS = ("google/rpc/error_details.proto", "google/rpc/status.proto")

_IMPORTS, _EXTENSIONS = 3, 7


def strip(files: Iterable[pb.FileDescriptorProto], own: Iterable[str]) -> pb.FileDescriptorSet:
    """Return the own files and what they need, in dependency order, without foreign options.

    Comments, deprecations and the options of protobuf itself stay; extensions, and imports for
    their sake, go.
    """
    copies = {file.name: _stripped(file) for file in files}
    home = {name: file.name for file in copies.values() for name in declared(file)}
    for file in copies.values():
        _prune_imports(file, home)
    kept = pb.FileDescriptorSet()
    seen: set[str] = set()
    for name in (*sorted(own), *(each for each in ALWAYS if each in copies)):
        _add(name, copies, kept, seen)
    return kept


def declared(file: pb.FileDescriptorProto) -> Iterator[str]:
    """Yield the full names, with a leading dot, of a file's messages and enums."""
    prefix = f".{file.package}" if file.package else ""
    pending = [(prefix, message) for message in file.message_type]
    yield from (f"{prefix}.{enum.name}" for enum in file.enum_type)
    while pending:
        outer, message = pending.pop()
        name = f"{outer}.{message.name}"
        yield name
        yield from (f"{name}.{enum.name}" for enum in message.enum_type)
        pending += [(name, nested) for nested in message.nested_type]


def _add(
    name: str, files: dict[str, pb.FileDescriptorProto], into: pb.FileDescriptorSet, seen: set[str]
) -> None:
    if name in seen:
        return
    seen.add(name)
    for dependency in files[name].dependency:
        _add(dependency, files, into, seen)
    into.file.append(files[name])


def _stripped(file: pb.FileDescriptorProto) -> pb.FileDescriptorProto:
    copy = pb.FileDescriptorProto()
    copy.CopyFrom(file)
    if file.name.startswith(WELL_KNOWN):
        return copy
    del copy.extension[:]
    _strip_comments(copy.source_code_info)
    _keep_core(copy.options)
    for enum in copy.enum_type:
        _strip_enum(enum)
    for message in copy.message_type:
        _strip_message(message)
    for service in copy.service:
        _keep_core(service.options)
        for method in service.method:
            _keep_core(method.options)
    return copy


def _strip_comments(info: pb.SourceCodeInfo) -> None:
    kept = [
        place
        for place in info.location
        if place.HasField("leading_comments") or place.HasField("trailing_comments")
        if place.path and place.path[0] not in (_IMPORTS, _EXTENSIONS)
    ]
    info.ClearField("location")
    info.location.extend(kept)


def _strip_message(message: pb.DescriptorProto) -> None:
    del message.extension[:]
    _keep_core(message.options)
    for field in message.field:
        _keep_core(field.options)
    for oneof in message.oneof_decl:
        _keep_core(oneof.options)
    for enum in message.enum_type:
        _strip_enum(enum)
    for nested in message.nested_type:
        _strip_message(nested)


def _strip_enum(enum: pb.EnumDescriptorProto) -> None:
    _keep_core(enum.options)
    for value in enum.value:
        _keep_core(value.options)


def _keep_core(options: ProtoMessage) -> None:
    """Keep the options that descriptor.proto itself declares."""
    known = [(f, value) for f, value in options.ListFields() if not f.is_extension]
    values = {f.name: value for f, value in known}
    core = type(options)(**values)
    options.Clear()
    options.MergeFrom(core)


def _prune_imports(file: pb.FileDescriptorProto, home: dict[str, str]) -> None:
    if file.name.startswith(WELL_KNOWN):
        return
    used = {home[name] for name in _uses(file)} - {file.name}
    kept = [name for name in file.dependency if name in used]
    # What came through a public import is imported by itself.
    kept += sorted(used - set(kept))
    del file.dependency[:]
    file.ClearField("public_dependency")
    file.dependency.extend(kept)


def _uses(file: pb.FileDescriptorProto) -> Iterator[str]:
    pending = list(file.message_type)
    while pending:
        message = pending.pop()
        yield from (field.type_name for field in message.field if field.type_name)
        pending += message.nested_type
    for service in file.service:
        for method in service.method:
            yield method.input_type
            yield method.output_type
