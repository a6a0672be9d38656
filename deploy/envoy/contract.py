"""What the edge must know of the contract, read from its descriptor set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb
from google.rpc import code_pb2

from sdk.generator.proto_options import ERROR, HTTP, METHOD, OptionsPool, OptionValue

# Services that every gRPC server has and that the contract does not declare.
HEALTH_SERVICE = "grpc.health.v1.Health"
REFLECTION_SERVICES = (
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
)
_SCOPES = "shortlist.options.v1.Scope"
_REASON_PREFIX = "ERROR_REASON_"
_SCOPE_PREFIX = "SCOPE_"
_DEFAULT_SCOPE = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeMethod:
    """One RPC as the edge sees it.

    Attributes:
        path: `/package.Service/Method`.
        scope: the least scope that a caller needs: client, partner or admin.
        retryable_codes: canonical names; empty if the method is not idempotent.
        deadline_s: for callers that set none; 0: no limit.
        bindings: verb and path template of each REST form.
        request: the full name of its message, with a dot before it.
        body: the field that the body of its REST form is; `*`: the whole request; empty: it has
            none, or forms that differ in it.
    """

    path: str
    scope: str = _DEFAULT_SCOPE
    is_idempotent: bool = False
    retryable_codes: tuple[str, ...] = ()
    deadline_s: float = 0
    is_streaming: bool = False
    bindings: tuple[tuple[str, str], ...] = ()
    request: str = ""
    body: str = ""

    @property
    def service(self) -> str:
        """The full name of its service."""
        return self.path.split("/")[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeContract:
    """The methods of every service, and the code of every error reason.

    Attributes:
        name: of the product: error domain and prefix of its headers.
        file_set: the descriptors it was read from.
    """

    name: str
    methods: tuple[EdgeMethod, ...]
    reasons: Mapping[str, str]
    file_set: pb.FileDescriptorSet = field(repr=False)

    @property
    def services(self) -> tuple[str, ...]:
        """The full names of the services, sorted."""
        return tuple(sorted({method.service for method in self.methods}))

    @property
    def rest_prefixes(self) -> tuple[str, ...]:
        """The first segments of all REST paths, such as `/v1/`, sorted."""
        paths = (template for method in self.methods for _, template in method.bindings)
        return tuple(sorted({f"/{path.split('/')[1]}/" for path in paths}))


def load_contract(descriptors: Path) -> EdgeContract:
    """Read a descriptor set that holds all its imports.

    Raises:
        ValueError: it declares no error reasons, so no error of the edge could carry one.
        OSError: the file cannot be read.
    """
    file_set = pb.FileDescriptorSet.FromString(descriptors.read_bytes())
    options = OptionsPool(file_set.file)
    methods = [
        _method(f"{file.package}.{service.name}", method, options)
        for file in file_set.file
        for service in file.service
        for method in service.method
    ]
    reasons = {
        value.name.removeprefix(_REASON_PREFIX): code_pb2.Code.Name(policy.code)
        for file in file_set.file
        for enum in file.enum_type
        for value in enum.value
        if (policy := options.read(value.options, ERROR)) is not None
    }
    if not reasons:
        raise ValueError(f"{descriptors}: no enum value has the option ({ERROR})")
    return EdgeContract(
        name=_product(file_set, options),
        methods=tuple(sorted(methods, key=lambda method: method.path)),
        reasons=reasons,
        file_set=file_set,
    )


def _product(file_set: pb.FileDescriptorSet, options: OptionsPool) -> str:
    """Return the first part of the packages whose methods have a policy: `shortlist`."""
    return next(
        file.package.split(".")[0]
        for file in file_set.file
        for service in file.service
        for method in service.method
        if options.read(method.options, METHOD) is not None
    )


def _method(service: str, method: pb.MethodDescriptorProto, options: OptionsPool) -> EdgeMethod:
    policy, rule = (options.read(method.options, each) for each in (METHOD, HTTP))
    bare = EdgeMethod(
        path=f"/{service}/{method.name}",
        is_streaming=method.client_streaming or method.server_streaming,
        bindings=tuple(_bindings(rule)),
        request=method.input_type,
        body=_body(rule),
    )
    if policy is None:
        return bare
    codes = [code_pb2.Code.Name(code) for code in policy.retryable_codes]
    return replace(
        bare,
        scope=options.enum_name(_SCOPES, policy.scope).removeprefix(_SCOPE_PREFIX).lower(),
        is_idempotent=policy.idempotent,
        retryable_codes=tuple(codes) if policy.idempotent else (),
        deadline_s=policy.default_deadline.seconds + policy.default_deadline.nanos / 1e9,
    )


def _bindings(rule: OptionValue) -> Iterator[tuple[str, str]]:
    if rule is None:
        return
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb and verb != "custom":
            yield verb.upper(), getattr(each, verb)


def _body(rule: OptionValue) -> str:
    if rule is None:
        return ""
    bodies = {each.body for each in (rule, *rule.additional_bindings)}
    body: str = bodies.pop()
    return "" if bodies else body
