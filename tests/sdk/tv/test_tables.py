"""What the TV package's tables and typings say of an API."""

from __future__ import annotations

import pytest

from sdk.generator.language import UnsupportedApiError
from sdk.generator.languages.tv import LANGUAGE
from sdk.generator.languages.tv_names import json_path, method_name
from sdk.generator.languages.tv_runtime import Runtime, offered
from sdk.generator.languages.tv_typings import Typings
from tests.sdk.generator.protos import api_of, proto, service

HTTP = 'option (google.api.http) = {post: "/v1/ask" body: "*"};'
MESSAGES = """
message AskRequest {
  string name = 1;
  Inner inner = 2;
}
message AskResponse {
  int64 count = 1;
  repeated Inner inners = 2;
  map<string, Inner> by_name = 3;
  optional string maybe = 4;
  google.protobuf.Timestamp made_time = 5;
  double share = 6;
  bool is_new = 7;
  Kind kind = 8;
}
message Inner {
  string some_text = 1;
  Inner inner = 2;
}
enum Kind {
  KIND_NONE = 0;
}
"""


def settings_of(text: str) -> dict[str, str]:
    runtime = Runtime(api := api_of(text), offered(api))
    return dict(runtime.services()[0]["methods"][0]["settings"])


def test_only_idempotent_methods_are_repeated():
    codes = "retryable_codes: [UNAVAILABLE]"
    assert settings_of(service(f"idempotent: true {codes}", options=HTTP))["_retryable"] == (
        "['UNAVAILABLE']"
    )
    assert settings_of(service(options=HTTP))["_retryable"] == "[]"


def test_replies_are_described_field_by_field():
    api = api_of(service(options=HTTP, messages=MESSAGES))
    described = {each["name"]: each["fields"] for each in Runtime(api, offered(api)).messages()}
    assert described == {
        "tiny.v1.AskResponse": "count^ inners*1 byName%1 share# isNew! kind~KIND_NONE",
        "tiny.v1.Inner": "someText inner@1",
    }


def test_a_message_of_requests_and_replies_has_two_interfaces():
    api = api_of(service(options=HTTP, messages=MESSAGES))
    interfaces = {each["name"]: each for each in Typings(api, offered(api)).context()["interfaces"]}
    assert sorted(interfaces) == ["AskRequest", "AskResponse", "Inner", "InnerInit"]
    types = {each["name"]: each["type"] for each in interfaces["AskResponse"]["fields"]}
    assert types["count"] == "string"
    assert types["byName"] == "{ [key: string]: Inner }"
    assert {each["name"]: each["type"] for each in interfaces["AskRequest"]["fields"]} == {
        "name": "string",
        "inner": "InnerInit",
    }
    lacking = {each["name"] for each in interfaces["AskResponse"]["fields"] if each["mark"]}
    assert lacking == {"maybe", "madeTime"}


def test_paths_have_json_names_and_patterns_with_slashes_only():
    api = api_of(
        proto(
            """
service TinyService {
  rpc Ask(AskRequest) returns (AskResponse) {
    option (google.api.http) = {get: "/v1/{the_thing.full_name=things/*}/{part_id=*}"};
    option (shortlist.options.v1.method) = {scope: SCOPE_CLIENT};
  }
}
message AskRequest {
  Thing the_thing = 1;
  string part_id = 2;
}
message Thing {
  string full_name = 1;
}
message AskResponse {}
"""
        )
    )
    methods = Runtime(api, offered(api)).services()[0]["methods"]
    assert dict(methods[0]["settings"])["_http"] == (
        "['GET', '/v1/{theThing.fullName=things/*}/{partId}']"
    )
    assert json_path(api, api.message("tiny.v1.AskRequest"), "the_thing.full_name") == (
        "theThing.fullName"
    )
    assert method_name("GetURL") == "getURL"


def test_an_api_without_rest_methods_can_not_be_served():
    with pytest.raises(UnsupportedApiError, match="no unary method of scope client"):
        LANGUAGE.generate(api_of(service()), None)  # type: ignore[arg-type]
