"""How errors look to callers: every class of core.errors, by its table."""

import inspect

import grpc
import pytest
from google.rpc import error_details_pb2

from server.core import errors
from server.gateway.error_status import code_of, is_fault, status_of, trailers
from server.gen.shortlist.v1 import error_reason_pb2

TABLE = {
    "INVALID_REQUEST": "INVALID_ARGUMENT",
    "INVALID_FILTER": "INVALID_ARGUMENT",
    "UNKNOWN_ATTRIBUTE": "INVALID_ARGUMENT",
    "INVALID_PAGE_TOKEN": "INVALID_ARGUMENT",
    "BATCH_TOO_LARGE": "INVALID_ARGUMENT",
    "EVENT_TOO_OLD": "INVALID_ARGUMENT",
    "EVENT_FROM_FUTURE": "INVALID_ARGUMENT",
    "PAGE_TOKEN_EXPIRED": "FAILED_PRECONDITION",
    "EVENT_ID_CONFLICT": "ALREADY_EXISTS",
    "ITEM_ALREADY_EXISTS": "ALREADY_EXISTS",
    "SERVING_CONFIG_ALREADY_EXISTS": "ALREADY_EXISTS",
    "RULE_ALREADY_EXISTS": "ALREADY_EXISTS",
    "UNKNOWN_SERVING_CONFIG": "NOT_FOUND",
    "ITEM_NOT_FOUND": "NOT_FOUND",
    "USER_NOT_FOUND": "NOT_FOUND",
    "OPERATION_NOT_FOUND": "NOT_FOUND",
    "RULE_NOT_FOUND": "NOT_FOUND",
    "ETAG_MISMATCH": "ABORTED",
    "CREDENTIALS_MISSING": "UNAUTHENTICATED",
    "CREDENTIALS_INVALID": "UNAUTHENTICATED",
    "CREDENTIALS_EXPIRED": "UNAUTHENTICATED",
    "SCOPE_INSUFFICIENT": "PERMISSION_DENIED",
    "SUBJECT_MISMATCH": "PERMISSION_DENIED",
    "QUOTA_EXHAUSTED": "RESOURCE_EXHAUSTED",
    "OVERLOADED": "RESOURCE_EXHAUSTED",
    "STORAGE_FULL": "RESOURCE_EXHAUSTED",
    "DEPENDENCY_UNAVAILABLE": "UNAVAILABLE",
    "DEADLINE_TOO_SHORT": "DEADLINE_EXCEEDED",
}
CLASSES = {
    each.reason: each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, errors.ServerError) and each.reason != "INTERNAL"
}


def example(kind):
    if issubclass(kind, errors.InvalidRequestError):
        return kind("wrong", [errors.FieldViolation("f", "is wrong")])
    if kind is errors.QuotaExhaustedError:
        return kind("too often", 1.5, "key:k1")
    if issubclass(kind, errors.ForbiddenError):
        return kind("x", "partner")
    return kind("x", 0.25) if kind is errors.OverloadedError else kind("x")


def info(status):
    message = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(message)
    return message


def test_every_error_is_in_the_table():
    assert set(CLASSES) == set(TABLE)


@pytest.mark.parametrize("reason", TABLE)
def test_each_reason_has_its_code_and_its_name_in_the_contract(reason):
    error = example(CLASSES[reason])
    status = status_of(error, "r1")
    assert code_of(error).name == TABLE[reason]
    assert status.code == grpc.StatusCode[TABLE[reason]].value[0]
    assert (info(status).reason, info(status).domain) == (reason, "shortlist")
    scope = {"required_scope": "partner"} if isinstance(error, errors.ForbiddenError) else {}
    assert info(status).metadata == {"request_id": "r1"} | scope
    assert error_reason_pb2.ErrorReason.Value(f"ERROR_REASON_{reason}") > 0


def detail(error, kind):
    (found,) = [each for each in status_of(error, "r").details if each.Is(kind.DESCRIPTOR)]
    message = kind()
    found.Unpack(message)
    return message


def test_details_say_where_what_and_when():
    violation = detail(errors.InvalidFilterError.of("filter", "at character 3"), BAD_REQUEST)
    assert violation.field_violations[0].field == "filter"
    resource = detail(errors.ItemNotFoundError("b1"), error_details_pb2.ResourceInfo)
    assert (resource.resource_type, resource.resource_name) == ("item", "b1")
    retry = detail(errors.OverloadedError("x", 0.25), error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == 250
    exhausted = example(errors.QuotaExhaustedError)
    assert detail(exhausted, error_details_pb2.RetryInfo).retry_delay.ToMilliseconds() == 1500
    (quota,) = detail(exhausted, error_details_pb2.QuotaFailure).violations
    assert (quota.subject, quota.description) == ("key:k1", "too often")


BAD_REQUEST = error_details_pb2.BadRequest


@pytest.mark.parametrize("error", [ValueError("secret"), errors.ArtifactError("secret")])
def test_faults_say_nothing_but_the_request_id(error):
    status = status_of(error, "r1")
    assert is_fault(error)
    assert code_of(error) is grpc.StatusCode.INTERNAL
    assert status.message == "internal error; request id r1"
    assert info(status).reason == "INTERNAL"
    assert len(status.details) == 1


def test_long_and_unsendable_texts_fit_into_a_reply():
    violations = [errors.FieldViolation("\udc80" * 9999, "ü" * 9999)] * 9999
    status = status_of(errors.InvalidRequestError("ü" * 9999, violations), "r" * 128)
    assert len(status.message.encode()) <= 300
    (_, packed), _ = trailers(status, "r")
    assert len(packed) * 4 / 3 + 3 * len(status.message.encode()) < 7500
    resource = detail(errors.ItemNotFoundError("x" * 9999), error_details_pb2.ResourceInfo)
    assert len(resource.resource_name) == 240 - 2
