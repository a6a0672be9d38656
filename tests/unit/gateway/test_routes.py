"""Which servicer method answers which RPC."""

import inspect

import pytest

from server.gateway.routes import routes_of
from server.gateway.user_servicer import UserServicer
from server.gen.shortlist.v1 import user_service_pb2
from tests.integration.gateway.conftest import backends

USERS = user_service_pb2.DESCRIPTOR.services_by_name["UserService"]


async def test_every_rpc_of_a_service_gets_its_route():
    fakes = backends()
    servicer = UserServicer(fakes.profiles, fakes.merger, None, None)
    routes = routes_of(USERS, servicer, None, short_deadlines=frozenset({"GetUser"}))
    assert [route.path for route in routes] == [
        f"/shortlist.v1.UserService/{name}"
        for name in ("GetUser", "UpdateUser", "MergeUsers", "EraseUser", "ExportUser")
    ]
    assert routes[0].request is user_service_pb2.GetUserRequest
    assert routes[0].method == servicer.get_user
    assert [route.accepts_short_deadline for route in routes] == [True, *[False] * 4]
    for route in routes:
        parameters = list(inspect.signature(route.method).parameters)
        assert parameters == ["request", "call"]


def test_an_rpc_that_nobody_answers_stops_the_start():
    with pytest.raises(TypeError, match=r"object does not answer shortlist\.v1\.UserService\."):
        routes_of(USERS, object(), None)
