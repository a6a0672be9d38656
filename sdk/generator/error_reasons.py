"""The reasons of errors: the values of the one enum that have the error option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import ErrorReason, Retry
from sdk.generator.proto_options import ERROR, DescriptorReader, OptionsPool
from sdk.generator.type_reader import enum_prefix

_RETRIES = (Retry.NEVER, Retry.IF_IDEMPOTENT, Retry.AFTER_DELAY, Retry.AFTER_REFRESH)


def read_error_reasons(
    files: Sequence[pb.FileDescriptorProto],
    readers: Mapping[str, DescriptorReader],
    options: OptionsPool,
) -> tuple[ErrorReason, ...]:
    """Return the reasons in their order.

    Raises:
        UnservableError: there are two such enums, or a value lacks its code.
    """
    found: tuple[ErrorReason, ...] = ()
    for file in files:
        for index, enum in enumerate(file.enum_type):
            reasons = _reasons(enum, (5, index), readers[file.name], options)
            if reasons and found:
                raise readers[file.name].error(
                    (5, index), f"{enum.name}: a second enum of error reasons"
                )
            found = found or reasons
    return found


def _reasons(
    enum: pb.EnumDescriptorProto,
    path: tuple[int, ...],
    reader: DescriptorReader,
    options: OptionsPool,
) -> tuple[ErrorReason, ...]:
    prefix = enum_prefix(enum)
    found: list[ErrorReason] = []
    for index, value in enumerate(enum.value):
        policy = options.read(value.options, ERROR)
        place = (*path, 2, index)
        if policy is None:
            if found:
                raise reader.error(place, f"{value.name}: an error reason without its policy")
            continue
        code = options.enum_name("google.rpc.Code", policy.code)
        if code in ("", "OK"):
            raise reader.error(place, f"{value.name}: an error reason without its code")
        if not 0 <= policy.retry < len(_RETRIES):
            raise reader.error(place, f"{value.name}: this generator does not know its retry")
        name = value.name.removeprefix(prefix)
        found.append(
            ErrorReason(name=name, code=code, retry=_RETRIES[policy.retry], docs=reader.docs(place))
        )
    return tuple(found)
