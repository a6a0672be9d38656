"""A descriptor set to the model of the API, or one line on what in it can't be served.

The options of `shortlist.options.v1` are read through a pool made of the set itself, so that
nothing generated has to be there.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api, Enum, Message, Service
from sdk.generator.checks import check_names
from sdk.generator.error_reasons import read_error_reasons
from sdk.generator.impressions import find_impressions
from sdk.generator.policies import Policies
from sdk.generator.proto_options import DescriptorReader, OptionsPool, UnservableError
from sdk.generator.type_reader import JSON_FORMS, read_types

_OPTIONS_PACKAGE = "shortlist.options."
# Asked for and answered with while a client waits for an operation.
_OPERATION = "google.longrunning.Operation"
_OPERATION_CALLS = (
    "google.longrunning.GetOperationRequest",
    "google.longrunning.WaitOperationRequest",
)


def load(
    image: bytes,
    own: tuple[str, ...],
    *,
    name: str = "",
    version: str = "0.1.0",
    changelog: str = "",
) -> Api:
    """Return the API of a serialized descriptor set with comments.

    Args:
        own: files whose services are the API's, and whose types may be.
        name: of the product; empty: the first part of the packages.

    Raises:
        UnservableError: something in it can't be served.
    """
    # A compiler's own order changes with every import; the shallower package comes first.
    files = sorted(
        pb.FileDescriptorSet.FromString(image).file,
        key=lambda file: (file.name in own, file.package.count("."), file.package, file.name),
    )
    mine = [f for f in files if f.name in set(own) and not f.package.startswith(_OPTIONS_PACKAGE)]
    options = OptionsPool(pb.FileDescriptorSet.FromString(image).file)
    readers = {file.name: DescriptorReader(file, options) for file in files}
    types = {
        each.full_name: each for file in files for each in read_types(file, readers[file.name])
    }

    serving = [file for file in mine if file.service]
    if not serving:
        raise UnservableError(f"{own[0] if own else 'protos'}: no services to generate clients for")
    packages = _packages(serving, name)
    policies = Policies(options, types)
    services = tuple(
        _service(file, index, readers[file.name], policies)
        for file in serving
        for index in range(len(file.service))
    )
    used = _reachable(services, types)
    packages |= {t.package for n, t in types.items() if n in used and t.file in own}
    reader_of_package = [readers[f.name] for f in mine if f.package in packages]
    for reader in reader_of_package:
        reader.check_syntax()
    reasons = read_error_reasons([f for f in mine if f.package in packages], readers, options)
    kept = [t for n, t in types.items() if n in used or (t.package in packages and t.file in own)]
    api = Api(
        name=name or min(packages).split(".")[0],
        version=version,
        digest="",
        packages=tuple(sorted(packages)),
        services=services,
        messages=tuple(each for each in kept if isinstance(each, Message)),
        enums=tuple(each for each in kept if isinstance(each, Enum)),
        error_reasons=reasons,
        docs=next((r.docs((2,)) for r in reader_of_package if r.docs((2,))), ""),
        changelog=changelog,
    )
    check_names(api)
    api = replace(api, impressions=find_impressions(api), _by_name={})
    return replace(api, digest=hashlib.sha256(repr(api).encode()).hexdigest(), _by_name={})


def _packages(serving: list[pb.FileDescriptorProto], name: str) -> set[str]:
    packages = {file.package for file in serving}
    for file in serving:
        first, _, rest = file.package.partition(".")
        if not rest:
            raise UnservableError(
                f"{file.name}: package {file.package or '(none)'} needs a version, "
                f"such as {first or 'music'}.v1"
            )
    products = sorted({package.split(".")[0] for package in packages})
    if len(products) > 1:
        raise UnservableError(f"packages of several products in one API: {', '.join(products)}")
    if name and name != products[0]:
        raise UnservableError(f"the packages begin with {products[0]}, not with {name}")
    return packages


def _service(
    file: pb.FileDescriptorProto, index: int, reader: DescriptorReader, policies: Policies
) -> Service:
    service = file.service[index]
    return Service(
        name=service.name,
        full_name=f"{file.package}.{service.name}",
        package=file.package,
        file=file.name,
        methods=tuple(
            policies.method(file, service, method, reader, (6, index, 2, place))
            for place, method in enumerate(service.method)
        ),
        docs=reader.docs((6, index)),
    )


def _reachable(services: tuple[Service, ...], types: dict[str, Message | Enum]) -> set[str]:
    """Return what the services' types and long-running operations use, themselves included."""
    methods = [method for service in services for method in service.methods]
    pending = [n for m in methods for n in (m.input, m.output)]
    pending += [n for m in methods for n in (m.operation_response, m.operation_metadata) if n]
    if any(method.output == _OPERATION for method in methods):
        pending += _OPERATION_CALLS
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        each = types[name]
        if isinstance(each, Message):
            pending += [field.type_name for field in each.fields if field.type_name]
    for name in found:
        if name.startswith("google.protobuf.") and name not in JSON_FORMS:
            raise UnservableError(f"{name} is no type that clients can carry")
    return found
