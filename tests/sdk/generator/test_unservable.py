"""What protos can't have, and the one line that says so."""

from __future__ import annotations

import pytest

from sdk.generator.proto_options import UnservableError
from sdk.generator.protos import ProtoError
from tests.sdk.generator.protos import api_of, api_of_files, proto, service

PAGED = """
message AskRequest {
  int32 size = 1;
  string token = 2;
}
message AskResponse {
  repeated string lines = 1;
  string next = 2;
}
"""
PAGING = """
      paging: {
        items_field: "%s"
        page_size_field: "%s"
        page_token_field: "%s"
        next_page_token_field: "%s"
      }"""
QUEUE_MESSAGES = """
message Event {
  string id = 1;
  google.protobuf.Timestamp time = 2;
}
message AskRequest {
  repeated Event events = 1;
  google.protobuf.Timestamp sent = 2;
}
message Result {
  google.rpc.Status error = 1;
}
message AskResponse {
  repeated Result results = 1;
}
"""
QUEUE = """
      idempotent: true
      event_queue: {
        events_field: "events"
        event_id_field: "%s"
        event_time_field: "%s"
        sent_time_field: "sent"
        results_field: "results"
        error_field: "error"
        max_events: %d
      }"""
OPERATION_RPC = "rpc Ask(AskRequest) returns (google.longrunning.Operation)"

CASES = {
    "no policy": (
        proto(
            "service TinyService {\n  rpc Ask(AskRequest) returns (AskRequest);\n}\n"
            "message AskRequest {}"
        ),
        "tiny/v1/tiny.proto:9: TinyService.Ask: needs the option (shortlist.options.v1.method)",
    ),
    "no scope": (
        service().replace("SCOPE_CLIENT", "SCOPE_UNSPECIFIED"),
        "tiny/v1/tiny.proto:9: TinyService.Ask: its policy needs a scope",
    ),
    "a stream with one reply": (
        service(rpc="rpc Ask(stream AskRequest) returns (AskResponse)"),
        "TinyService.Ask: a stream of requests with one reply is not served: stream both ways",
    ),
    "codes without idempotence": (
        service("retryable_codes: [UNAVAILABLE]"),
        "TinyService.Ask: retryable_codes needs idempotent: true",
    ),
    "OK as a code": (
        service("idempotent: true retryable_codes: [OK]"),
        "TinyService.Ask: retryable_codes has a code that is none",
    ),
    "a page field that is missing": (
        service(PAGING % ("lines", "size", "cursor", "next"), messages=PAGED),
        'TinyService.Ask: paging.page_token_field "cursor" is not a field of AskRequest',
    ),
    "a page field of another type": (
        service(PAGING % ("lines", "token", "token", "next"), messages=PAGED),
        'TinyService.Ask: paging.page_size_field "token" of AskRequest is not of type int32',
    ),
    "items that are one": (
        service(PAGING % ("next", "size", "token", "next"), messages=PAGED),
        'TinyService.Ask: paging.items_field "next" of AskResponse is not repeated',
    ),
    "paging of a stream": (
        service(
            PAGING % ("lines", "size", "token", "next"),
            messages=PAGED,
            rpc="rpc Ask(AskRequest) returns (stream AskResponse)",
        ),
        "TinyService.Ask: paging is for methods that don't stream",
    ),
    "a cache without idempotence": (
        service("cache: {max_age: {seconds: 1}}"),
        "TinyService.Ask: cache needs idempotent: true",
    ),
    "a cache without an age": (
        service("idempotent: true cache: {is_shared: true}"),
        "TinyService.Ask: cache.max_age must be longer than 0",
    ),
    "a slate of words": (
        service('slate: {items_field: "lines"}', messages=PAGED),
        'TinyService.Ask: slate.items_field "lines" of AskResponse holds no messages',
    ),
    "a queue that may not repeat": (
        service(
            (QUEUE % ("id", "time", 5)).replace("idempotent: true", ""), messages=QUEUE_MESSAGES
        ),
        "TinyService.Ask: event_queue needs idempotent: true: events are sent until answered",
    ),
    "a queue of nothing": (
        service(QUEUE % ("id", "time", 0), messages=QUEUE_MESSAGES),
        "TinyService.Ask: event_queue.max_events must be at least 1",
    ),
    "an event's time that is none": (
        service(QUEUE % ("id", "id", 5), messages=QUEUE_MESSAGES),
        'event_queue.event_time_field "id" of Event is not of type google.protobuf.Timestamp',
    ),
    "an operation that does not say of what": (
        service(rpc=OPERATION_RPC),
        "TinyService.Ask: returns an operation and needs the option "
        "(google.longrunning.operation_info)",
    ),
    "an operation of something unknown": (
        service(
            rpc=OPERATION_RPC,
            options='option (google.longrunning.operation_info) = {response_type: "Nothing" '
            'metadata_type: "AskRequest"};',
        ),
        'TinyService.Ask: operation_info.response_type "Nothing" is no message',
    ),
    "a path of a field that is missing": (
        service(options='option (google.api.http) = {get: "/v1/{title=things/*}"};'),
        'TinyService.Ask: google.api.http "title" is not a field of AskRequest',
    ),
    "a body on GET": (
        service(options='option (google.api.http) = {get: "/v1/things" body: "*"};'),
        "TinyService.Ask: google.api.http: get takes no body",
    ),
    "a verb of one's own": (
        service(options='option (google.api.http) = {custom: {kind: "LOOK" path: "/v1"}};'),
        "TinyService.Ask: google.api.http needs one of get, post, put, patch, delete",
    ),
    "a subject that is missing": (
        service('subject_fields: ["user.id"]'),
        'TinyService.Ask: subject_fields "user" is not a field of AskRequest',
    ),
    "a subject within a word": (
        service('subject_fields: ["name.id"]'),
        'TinyService.Ask: subject_fields: "name" of AskRequest has no fields',
    ),
    "no version": (
        service().replace("package tiny.v1;", "package tiny;"),
        "tiny/v1/tiny.proto: package tiny needs a version, such as tiny.v1",
    ),
    "no services": (
        proto("message Lonely {}"),
        "tiny/v1/tiny.proto: no services to generate clients for",
    ),
    "proto2": (
        service(messages="message AskRequest {}\nmessage AskResponse {}").replace(
            'syntax = "proto3";', 'syntax = "proto2";'
        ),
        "tiny/v1/tiny.proto:1: proto2 is not served: write it in proto3",
    ),
    "an edition": (
        service().replace('syntax = "proto3";', 'edition = "2023";'),
        "is not served: write it in proto3",
    ),
    "a group": (
        service(
            messages="message AskRequest {\n  optional group Inner = 1 {}\n}\n"
            "message AskResponse {}"
        ).replace('syntax = "proto3";', 'syntax = "proto2";'),
        "AskRequest.inner: groups are not served",
    ),
    "fields that become one": (
        service(
            messages="message AskRequest {\n  string http_rule = 1;\n  string HTTPRule = 2;\n}\n"
            "message AskResponse {}"
        ),
        "HTTPRule and tiny.v1.AskRequest.http_rule would both be called http_rule",
    ),
    "a nested message named like another": (
        service(
            messages="message AskRequest {\n  message Part {}\n}\nmessage AskRequestPart {}\n"
            "message AskResponse {}"
        ),
        "tiny.v1.AskRequestPart and tiny.v1.AskRequest.Part would both be called AskRequestPart",
    ),
    "a message named like the errors' base": (
        service(messages="message AskRequest {}\nmessage AskResponse {}\nmessage TinyError {}"),
        "tiny.v1.TinyError and the base of all errors of tiny would both be called TinyError",
    ),
    "an oneof named like a field": (
        service(
            messages="message AskRequest {\n  string my_kind = 1;\n"
            "  oneof MyKind {\n    bool a = 2;\n  }\n}\nmessage AskResponse {}"
        ),
        "tiny.v1.AskRequest.MyKind and tiny.v1.AskRequest.my_kind would both be called my_kind",
    ),
    "a reason without a code": (
        service() + "enum ErrorReason {\n  ERROR_REASON_UNSPECIFIED = 0;\n"
        "  ERROR_REASON_BAD = 1 [(shortlist.options.v1.error) = {}];\n}",
        "ERROR_REASON_BAD: an error reason without its code",
    ),
    "a reason without its policy": (
        service() + "enum ErrorReason {\n  ERROR_REASON_UNSPECIFIED = 0;\n"
        "  ERROR_REASON_BAD = 1 [(shortlist.options.v1.error) = {code: ABORTED}];\n"
        "  ERROR_REASON_WORSE = 2;\n}",
        "ERROR_REASON_WORSE: an error reason without its policy",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_cannot_be_served_is_said_in_one_line(case: str):
    text, message = CASES[case]
    with pytest.raises(UnservableError) as error:
        api_of(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_services_with_one_accessor_are_refused():
    other = service().replace("TinyService", "Tinys").replace("AskRe", "OtherRe")
    files = {"tiny/v1/a.proto": service(), "tiny/v1/b.proto": other}
    with pytest.raises(UnservableError, match="would both be called tinys"):
        api_of_files(files)


def test_two_queues_are_refused():
    first = service(QUEUE % ("id", "time", 5), messages=QUEUE_MESSAGES)
    second = service(
        (QUEUE % ("id", "time", 5)),
        messages="",
        rpc="rpc Tell(AskRequest) returns (AskResponse)",
    )
    second = second[: second.index("message AskRequest")].replace("TinyService", "OtherService")
    second += 'import "tiny/v1/a.proto";'
    files = {"tiny/v1/a.proto": first, "tiny/v1/b.proto": second}
    with pytest.raises(UnservableError, match="only one method may take the event queue"):
        api_of_files(files)


def test_two_products_are_refused():
    other = service().replace("package tiny.v1", "package huge.v1")
    with pytest.raises(UnservableError, match="several products in one API: huge, tiny"):
        api_of_files({"tiny/v1/a.proto": service(), "huge/v1/a.proto": other})


def test_a_name_that_is_not_the_packages_is_refused():
    with pytest.raises(UnservableError, match="begin with tiny, not with vast"):
        api_of(service(), name="vast")


def test_protos_that_do_not_compile_say_where():
    with pytest.raises(ProtoError, match=r"tiny/v1/tiny.proto:9:11:.*AskRequest"):
        api_of(proto("service TinyService {\n  rpc Ask(AskRequest) returns (AskRequest);\n}"))
