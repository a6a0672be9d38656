"""A client that knows nothing but reflection finds every service and gets every RPC answered."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2

from tests.e2e.harness.client import new_id

VERSIONS = ("v1", "v1alpha")
SERVICES = {
    "shortlist.v1.RecommendationService",
    "shortlist.v1.EventService",
    "shortlist.v1.CatalogService",
    "shortlist.v1.UserService",
    "shortlist.admin.v1.ServingConfigService",
    "shortlist.admin.v1.RuleService",
    "shortlist.admin.v1.ExplanationService",
    "google.longrunning.Operations",
    "grpc.health.v1.Health",
}


class Reflection:
    """Looks a server up; builds and calls methods from nothing but descriptors."""

    def __init__(self, channel, version="v1"):
        self.channel = channel
        self.pool = descriptor_pool.DescriptorPool()
        self._ask = channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        self._known = set()

    def services(self):
        (reply,) = self._ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        return {each.name for each in reply.list_services_response.service}

    def learn(self, name):
        """Load the file of a service or message, with all that it needs."""
        self._add(reflection_pb2.ServerReflectionRequest(file_containing_symbol=name))

    def service(self, name):
        self.learn(name)
        return self.pool.FindServiceByName(name)

    def call(self, method, *requests):
        """Call a method with JSON requests and return its replies as JSON."""
        request_type, reply_type = map(GetMessageClass, (method.input_type, method.output_type))
        kind = ("stream" if s else "unary" for s in (method.client_streaming, _streams(method)))
        make = getattr(self.channel, "_".join(kind))
        multi = make(
            f"/{method.containing_service.full_name}/{method.name}",
            request_type.SerializeToString,
            reply_type.FromString,
        )
        messages = [json_format.ParseDict(each, request_type()) for each in requests]
        sent = iter(messages) if method.client_streaming else messages[0]
        replies = multi(sent, timeout=20)
        if not _streams(method):
            return [self._json(replies)]
        found = []
        for reply in replies:
            found.append(self._json(reply))
            # A watch has no end; its first message is an answer.
            if not method.client_streaming:
                replies.cancel()
                break
        return found

    def _json(self, message):
        return json_format.MessageToDict(message, descriptor_pool=self.pool)

    def _add(self, request):
        (reply,) = self._ask(iter([request]))
        assert not reply.HasField("error_response"), reply
        files = [
            descriptor_pb2.FileDescriptorProto.FromString(raw)
            for raw in reply.file_descriptor_response.file_descriptor_proto
        ]
        for file in files:
            for needed in file.dependency:
                if needed not in self._known | {each.name for each in files}:
                    self._add(reflection_pb2.ServerReflectionRequest(file_by_filename=needed))
        for file in _in_order(files):
            if file.name not in self._known:
                self._known.add(file.name)
                self.pool.Add(file)


def _streams(method):
    return method.server_streaming


def _in_order(files):
    """Return files after those they depend on."""
    by_name, done = {file.name: file for file in files}, []

    def visit(file):
        if file in done:
            return
        for needed in file.dependency:
            if needed in by_name:
                visit(by_name[needed])
        done.append(file)

    for file in files:
        visit(file)
    return done


@pytest.fixture(scope="module", params=VERSIONS)
def reflection(server, request):
    return Reflection(server.client.raw, request.param)


def test_reflection_lists_every_service(reflection):
    found = reflection.services()
    assert found >= SERVICES
    assert {each for each in found if each not in SERVICES} == {
        "grpc.reflection.v1alpha.ServerReflection"
    }


def _event():
    return {
        "eventId": new_id("e"),
        "type": "EVENT_TYPE_CLICK",
        "userId": "reflected",
        "items": [{"itemId": "i001"}],
    }


def examples(operation):
    """Return a valid request for each method; `operation` is the name of one that is done."""
    item_id, user = new_id("reflected"), new_id("user")
    item = {"name": f"items/{item_id}", "title": "A lamp"}
    return {
        "Recommend": {"userId": "u001"},
        "RecommendSimilar": {"itemId": "i001"},
        "ListTrending": {},
        "RankItems": {"userId": "u001", "itemIds": ["i001", "i002"]},
        "ComposePage": {"userId": "u001", "shelves": [{"servingConfig": "home"}]},
        "WriteEvent": {"event": _event()},
        "BatchWriteEvents": {"events": [_event(), _event()]},
        "StreamEvents": {"event": _event()},
        "ImportEvents": {"path": "none.csv"},
        "GetCatalog": {},
        "UpdateCatalog": {"catalog": {}, "validateOnly": True},
        "CreateItem": {"item": item},
        "GetItem": {"name": "items/i001"},
        "ListItems": {"pageSize": 3},
        "UpdateItem": {"item": item, "allowMissing": True},
        "DeleteItem": {"name": f"items/{new_id('ghost')}", "allowMissing": True},
        "BatchUpsertItems": {"items": [item]},
        "ImportItems": {"path": "none.csv"},
        "UpdateUser": {"user": {"name": f"users/{user}"}, "allowMissing": True},
        "GetUser": {"name": "users/u001"},
        "MergeUsers": {"user": f"users/{user}", "visitorId": new_id("visitor")},
        "EraseUser": {"name": f"users/{user}"},
        "ExportUser": {"name": f"users/{user}"},
        "GetServingConfig": {"name": "servingConfigs/home"},
        "ListServingConfigs": {},
        "CreateServingConfig": {
            "servingConfigId": new_id("s"),
            "servingConfig": {"sources": {"popular": 5}},
        },
        "UpdateServingConfig": {
            "servingConfig": {"name": f"servingConfigs/{new_id('s')}", "sources": {"popular": 5}},
            "allowMissing": True,
        },
        "DeleteServingConfig": {"name": "servingConfigs/none", "allowMissing": True},
        "GetRule": {"name": "servingConfigs/ruled/rules/no_music"},
        "ListRules": {"parent": "servingConfigs/ruled"},
        "CreateRule": {
            "parent": "servingConfigs/explore",
            "ruleId": new_id("r"),
            "rule": {"boost": {"factor": 1}},
        },
        "UpdateRule": {
            "rule": {"name": "servingConfigs/ruled/rules/no_music"},
            "validateOnly": True,
        },
        "DeleteRule": {"name": "servingConfigs/home/rules/none", "allowMissing": True},
        "ExplainRecommendation": {"request": {"userId": "u001"}, "itemIds": ["i001"]},
        "ListOperations": {"name": "operations"},
        "GetOperation": {"name": operation},
        "WaitOperation": {"name": operation},
        "CancelOperation": {"name": operation},
        "DeleteOperation": {"name": operation},
        "Check": {},
        "Watch": {},
        "List": {},
    }


def test_every_rpc_that_reflection_finds_is_answered(reflection):
    methods = {
        method.name: method for name in SERVICES for method in reflection.service(name).methods
    }
    # Failed operations among those that are listed carry it.
    reflection.learn("google.rpc.ErrorInfo")
    (begun,) = reflection.call(methods["ExportUser"], {"name": f"users/{new_id('user')}"})
    assert reflection.call(methods["WaitOperation"], {"name": begun["name"]})[0]["done"]
    requests = examples(begun["name"])
    # DeleteOperation ends the operation that the others look at.
    order = sorted(methods.values(), key=lambda method: "Delete" in method.name)
    answered = {method.name: reflection.call(method, requests[method.name]) for method in order}
    assert set(answered) == set(requests)
    assert all(len(replies) == 1 for replies in answered.values())
    assert len(answered["Recommend"][0]["recommendations"]) == 20
    assert answered["GetItem"][0]["attributes"]["category"] == {"stringValue": "games"}
    assert "accepted" in answered["StreamEvents"][0]["result"]
    assert answered["Check"][0]["status"] == "SERVING"


def test_a_method_that_is_not_there_is_unimplemented(client):
    call = client.raw.unary_unary("/shortlist.v1.RecommendationService/Predict")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", timeout=10)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_health_says_serving_for_every_service(reflection):
    check = reflection.service("grpc.health.v1.Health").methods_by_name["Check"]
    for name in SERVICES:
        assert reflection.call(check, {"service": name}) == [{"status": "SERVING"}]
