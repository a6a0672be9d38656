"""Who may call what, as the contract says it."""

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from server.gateway.auth.access_policy import access_policy
from server.gateway.auth.scope import Scope
from server.gateway.auth.subject_rule import UnusablePolicyError
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    recommendation_service_pb2,
    user_service_pb2,
)

SERVICES = {
    name: service
    for file in (
        *(catalog_service_pb2, event_service_pb2, recommendation_service_pb2, user_service_pb2),
        operations_pb2,
    )
    for name, service in file.DESCRIPTOR.services_by_name.items()
}


def policy(service, method, **options):
    return access_policy(SERVICES[service].methods_by_name[method], "storage", **options)


@pytest.mark.parametrize(
    ("service", "method", "scope", "subjects", "is_audited"),
    [
        ("RecommendationService", "Recommend", "client", ["user_id", "visitor_id"], False),
        ("RecommendationService", "ListTrending", "client", [], False),
        ("CatalogService", "GetItem", "client", [], False),
        ("CatalogService", "DeleteItem", "partner", [], False),
        ("CatalogService", "ImportItems", "partner", [], True),
        ("EventService", "ImportEvents", "partner", [], True),
        ("UserService", "EraseUser", "partner", [], True),
        ("UserService", "ExportUser", "partner", [], True),
        ("UserService", "GetUser", "client", ["name"], False),
        ("UserService", "MergeUsers", "client", ["user", "visitor_id"], False),
    ],
)
def test_the_policy_is_the_contracts(service, method, scope, subjects, is_audited):
    found = policy(service, method)
    assert found.path == f"/shortlist.v1.{service}/{method}"
    assert found.scope.label == scope
    assert [path.text for path in found.subjects.paths] == subjects
    assert found.is_audited == is_audited


def test_a_batch_is_answered_entry_by_entry():
    assert policy("EventService", "BatchWriteEvents").subjects.entries == "events"
    assert policy("EventService", "WriteEvent").subjects.entries == ""


@pytest.mark.parametrize(
    ("method", "is_audited"),
    [
        ("CancelOperation", True),
        ("DeleteOperation", True),
        ("GetOperation", False),
        ("ListOperations", False),
        ("WaitOperation", False),
    ],
)
def test_a_foreign_service_has_the_scope_that_it_is_given(method, is_audited):
    found = policy("Operations", method, foreign_scope=Scope.PARTNER)
    assert (found.scope, found.is_audited) == (Scope.PARTNER, is_audited)
    with pytest.raises(UnusablePolicyError, match="has no scope"):
        policy("Operations", "CancelOperation")


def test_a_method_of_ours_without_a_scope_stops_the_start():
    file = descriptor_pb2.FileDescriptorProto(
        name="shortlist/new.proto", package="shortlist.v1", syntax="proto3"
    )
    file.message_type.add(name="NewRequest")
    method = file.service.add(name="NewService").method.add(name="New")
    method.input_type = method.output_type = ".shortlist.v1.NewRequest"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    new = pool.FindServiceByName("shortlist.v1.NewService").methods_by_name["New"]
    for foreign in (None, Scope.PARTNER):
        with pytest.raises(UnusablePolicyError, match=r"shortlist\.v1\.NewService\.New has no sc"):
            access_policy(new, "storage", foreign)
