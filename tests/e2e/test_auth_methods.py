"""Every method of the contract against every kind of wrong caller, as the descriptors have it.

Nothing here names a method that must refuse: what a method needs is read from the descriptor set
that is checked in, by other means than the server's.
"""

from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass

import grpc
import pytest
from google.protobuf import descriptor_pb2, json_format
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import server.gen
from server.gateway.services import SERVICE_NAMES
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.options.v1 import options_pb2
from server.gen.shortlist.v1 import event_service_pb2
from tests.e2e.harness.api_keys import by, create_key
from tests.e2e.harness.client import new_id
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.issuer import Issuer, bearer, jwt_config
from tests.e2e.harness.refusals import Refusal, refusal_of
from tests.e2e.harness.waiting import eventually

OPERATIONS = "google.longrunning.Operations"
SCOPES = ("client", "partner", "admin")
# What makes a request one that may be answered, where an empty one may not; the subject is put in.
COMPLETE = {
    "RankItems": {"itemIds": ["i001"]},
    "ComposePage": {"shelves": [{}]},
    "WriteEvent": {"event": {"eventId": "<new>", "type": 2, "items": [{"itemId": "i001"}]}},
    "BatchWriteEvents": {
        "events": [{"eventId": "<new>", "type": 2, "items": [{"itemId": "i001"}]}]
    },
    "StreamEvents": {"event": {"eventId": "<new>", "type": 2, "items": [{"itemId": "i001"}]}},
    "MergeUsers": {"user": "users/ann", "visitorId": "v1"},
}


@dataclass(frozen=True)
class Method:
    """One RPC and what the contract says of it."""

    service: str
    name: str
    request: str
    scope: str
    subject_fields: tuple[str, ...]
    is_stream: bool

    def __str__(self) -> str:
        return f"{self.service.split('.')[-1]}.{self.name}"

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"


def _methods() -> list[Method]:
    raw = (pathlib.Path(server.gen.__file__).parent / "descriptors.binpb").read_bytes()
    found = []
    for file in descriptor_pb2.FileDescriptorSet.FromString(raw).file:
        for service in file.service:
            name = f"{file.package}.{service.name}"
            if not name.startswith("shortlist.") and name != OPERATIONS:
                continue
            for method in service.method:
                policy = method.options.Extensions[options_pb2.method]
                scope = options_pb2.Scope.Name(policy.scope).removeprefix("SCOPE_").lower()
                found.append(
                    Method(
                        service=name,
                        name=method.name,
                        request=method.input_type.lstrip("."),
                        scope="partner" if name == OPERATIONS else scope,
                        subject_fields=tuple(policy.subject_fields),
                        is_stream=method.client_streaming,
                    )
                )
    return found


METHODS = _methods()
WITH_SUBJECT = [method for method in METHODS if method.subject_fields]


def request_of(method: Method, **subject: str) -> bytes:
    """Return a request; each of the method's subject fields that `subject` names is filled in."""
    fields = json.loads(json.dumps(COMPLETE.get(method.name, {})).replace("<new>", new_id()))
    for path in method.subject_fields:
        kind = "visitor" if path.endswith("visitor_id") else "user"
        if kind in subject:
            _put(fields, path.split("."), subject[kind], is_name=not path.endswith("_id"))
    pool = operations_pb2.DESCRIPTOR.pool
    message = GetMessageClass(pool.FindMessageTypeByName(method.request))()
    return json_format.ParseDict(fields, message).SerializeToString()


def _put(fields: dict, path: list[str], value: str, *, is_name: bool) -> None:
    *above, last = path
    for step in above:
        below = fields.setdefault(step, {})
        fields = below[0] if isinstance(below, list) else below
    fields[last] = f"users/{value}" if is_name else value


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def server(module_servers, issuer, tmp_path_factory):
    keys = issuer.write(tmp_path_factory.mktemp("issuer") / "keys.json")
    more = jwt_config(keys, 'visitor_claim = "visitor"')
    return module_servers.start(PATIENT, patient_sources(), more, anonymous=False)


@pytest.fixture(scope="module")
def keys(server) -> dict[str, str]:
    made = {
        "client": create_key(server.data_dir, "client", "--subject", "user:ann"),
        "partner": create_key(server.data_dir, "partner"),
        "admin": create_key(server.data_dir, "admin"),
    }
    # Until the server has noticed them.
    call = server.client.raw.unary_unary("/shortlist.v1.CatalogService/GetCatalog")
    eventually(lambda: _code(call, b"", by(made["admin"])) is None)
    return made


def _code(call, raw: bytes, metadata) -> str | None:
    try:
        call(raw, metadata=metadata, timeout=10)
    except grpc.RpcError as error:
        return error.code().name
    return None


def answer(server, method: Method, raw: bytes, metadata=()) -> Refusal | bytes:
    """Call a method with raw bytes; return the reply, or why there is none."""
    channel = server.client.raw
    try:
        if method.is_stream:
            call = channel.stream_stream(method.path)(iter([raw]), metadata=metadata, timeout=20)
            return next(call)
        return channel.unary_unary(method.path)(raw, metadata=metadata, timeout=20)
    except grpc.RpcError as error:
        return refusal_of(error)


def refusal(server, method: Method, raw: bytes, metadata=()) -> Refusal:
    found = answer(server, method, raw, metadata)
    assert isinstance(found, Refusal), f"{method} answered"
    return found


def test_the_contract_has_methods_of_every_kind_and_the_server_has_them_all():
    assert len(METHODS) >= 35
    assert {method.scope for method in METHODS} == set(SCOPES)
    assert len(WITH_SUBJECT) >= 9
    assert {method.service for method in METHODS} == set(SERVICE_NAMES)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_without_credentials_nobody_is_answered(server, method):
    found = refusal(server, method, b"")
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIALS_MISSING")
    assert found.domain == "shortlist" and found.request_id


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_with_credentials_of_nobody_nobody_is_answered(server, issuer, method):
    stranger = Issuer()
    for metadata in (
        by("slk_aaaaaaaa_" + "a" * 52),
        bearer(stranger.token()),
        bearer(issuer.token(aud="another")),
        bearer(issuer.token(iss="https://evil.example.com")),
        bearer(issuer.token()[:-4] + "AAAA"),
    ):
        found = refusal(server, method, b"", metadata)
        assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIALS_INVALID")


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_with_expired_credentials_nobody_is_answered(server, issuer, method):
    expired = issuer.token(life_s=-60, scope="shortlist.admin")
    found = refusal(server, method, b"", bearer(expired))
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIALS_EXPIRED")


NARROWER = [(method, scope) for method in METHODS for scope in SCOPES[: SCOPES.index(method.scope)]]


@pytest.mark.parametrize(("method", "scope"), NARROWER, ids=str)
def test_with_too_narrow_a_scope_nobody_is_answered(server, issuer, keys, method, scope):
    for metadata in (by(keys[scope]), bearer(issuer.token(scope=f"shortlist.{scope}"))):
        found = refusal(server, method, b"", metadata)
        assert (found.code, found.reason) == ("PERMISSION_DENIED", "SCOPE_INSUFFICIENT")
        assert found.required_scope == method.scope


WIDE_ENOUGH = [
    (method, scope) for method in METHODS for scope in SCOPES[SCOPES.index(method.scope) :]
]


@pytest.mark.parametrize(("method", "scope"), WIDE_ENOUGH, ids=str)
def test_with_the_scope_that_it_needs_a_caller_is_let_in(server, issuer, keys, method, scope):
    """Bytes that are no request: whoever is let in is told so, and nothing is changed."""
    for metadata in (by(keys[scope]), bearer(issuer.token(scope=f"shortlist.{scope}"))):
        assert reason(server, method, b"\xff", metadata) == "INVALID_REQUEST"


def reason(server, method: Method, raw: bytes, metadata) -> str:
    """Return why a call, or the one entry of it, is refused; empty: it is not."""
    found = answer(server, method, raw, metadata)
    if isinstance(found, Refusal):
        return found.reason
    # A batch and a stream answer each event, with results of the same shape.
    if method.name not in {"BatchWriteEvents", "StreamEvents"}:
        return ""
    result = event_service_pb2.StreamEventsResponse.FromString(found).result
    return Refusal(result.error).reason if result.HasField("error") else ""


@pytest.mark.parametrize("method", WITH_SUBJECT, ids=str)
@pytest.mark.parametrize("kind", ["user", "visitor"])
def test_client_scope_speaks_for_nobody_else(server, issuer, keys, method, kind):
    kinds = {"visitor" if f.endswith("visitor_id") else "user" for f in method.subject_fields}
    if kind not in kinds:
        kind = kinds.pop()
    own = {"user": "ann", "visitor": "v1"}
    # Where a request names both, the other one is the caller's own.
    others = {each: own[each] for each in kinds if each != kind and method.name == "MergeUsers"}
    raw = request_of(method, **{kind: "someone-else"}, **others)
    token = issuer.token(visitor="v1")
    for metadata in (bearer(token), by(keys["client"])):
        assert reason(server, method, raw, metadata) == "SUBJECT_MISMATCH"
    # The same characters as the other kind of subject are still someone else.
    if method.name != "MergeUsers":
        swapped = {"user": "v1", "visitor": "ann"}[kind]
        raw = request_of(method, **{kind: swapped})
        assert reason(server, method, raw, bearer(token)) == "SUBJECT_MISMATCH"


@pytest.mark.parametrize("method", WITH_SUBJECT, ids=str)
def test_client_scope_speaks_for_itself_and_wider_scopes_for_anyone(server, issuer, keys, method):
    kinds = {"visitor" if f.endswith("visitor_id") else "user" for f in method.subject_fields}
    chosen = kinds if method.name == "MergeUsers" else {min(kinds)}
    own = request_of(method, **{k: {"user": "ann", "visitor": "v1"}[k] for k in chosen})
    others = request_of(method, **{k: {"user": "bob", "visitor": "v2"}[k] for k in chosen})
    # Not found is an answer: neither of them has a profile.
    allowed = {"", "USER_NOT_FOUND"}
    token = bearer(issuer.token(visitor="v1"))
    assert reason(server, method, own, token) in allowed
    for scope in ("partner", "admin"):
        assert reason(server, method, others, by(keys[scope])) in allowed


def test_requests_without_a_subject_are_for_every_client(server, issuer, keys):
    app = create_key(server.data_dir, "client", "--name", "app")
    recommend = next(each for each in METHODS if each.name == "Recommend")
    eventually(lambda: reason(server, recommend, b"", by(app)) == "")
    for metadata in (by(keys["client"]), bearer(issuer.token(sub=None))):
        assert reason(server, recommend, b"", metadata) == ""
    raw = request_of(recommend, user="ann")
    for metadata in (by(app), bearer(issuer.token(sub=None))):
        assert reason(server, recommend, raw, metadata) == "SUBJECT_MISMATCH"


def test_health_and_reflection_are_open(server):
    reply = server.client.health.Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING
    stub = reflection_pb2_grpc.ServerReflectionStub(server.client.raw)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    listed = next(stub.ServerReflectionInfo(iter([asked]), timeout=10))
    found = {each.name for each in listed.list_services_response.service}
    assert set(SERVICE_NAMES) <= found


def test_refusals_are_counted_by_reason(server):
    page = server.metrics()
    for reason in (
        *("CREDENTIALS_MISSING", "CREDENTIALS_INVALID", "CREDENTIALS_EXPIRED"),
        *("SCOPE_INSUFFICIENT", "SUBJECT_MISMATCH"),
    ):
        assert f'shortlist_refused_total{{reason="{reason}"}}' in page


def test_no_credential_is_in_the_log(server, keys):
    log = server.log()
    for key in keys.values():
        assert key.rsplit("_", 1)[1] not in log
    assert "eyJ" not in log
    assert "Traceback" not in log
