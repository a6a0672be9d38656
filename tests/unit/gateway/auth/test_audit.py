"""What an audit line says, and that it is kept before anyone hears of the call."""

import asyncio
import json
import logging

import pytest

from server.core.errors import InvalidRequestError
from server.gateway.adapters.file_audit import FileAudit
from server.gateway.auth.audit import Audit, AuditEntry, resources_of
from server.gateway.auth.audited import audited
from server.gateway.auth.caller import Caller
from server.gateway.auth.scope import Scope
from server.gateway.call import Call
from server.gateway.routes import routes_of
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import catalog_service_pb2 as catalog
from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1 import user_service_pb2 as users
from server.observability.metrics import Metrics
from tests.unit.gateway.auth.issuer import NOW_S, Clock

OPERATOR = Caller(id="key:k1", key_id="k1", scope=Scope.ADMIN, name="ops")
ENTRY = AuditEntry(caller=OPERATOR, method="/a.B/C", request_id="r1", outcome="OK")


class Sink:
    """Implements `AuditSink`; `problem` is raised instead."""

    def __init__(self):
        self.lines = []
        self.problem = None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def write(self, line):
        await self.may_go_on.wait()
        if self.problem is not None:
            raise self.problem
        self.lines.append(json.loads(line))


@pytest.mark.parametrize(
    ("request_", "response", "expected"),
    [
        (users.EraseUserRequest(name="users/ann"), None, ("users/ann",)),
        (
            users.ExportUserRequest(name="users/ann"),
            operations_pb2.Operation(name="operations/7"),
            ("users/ann", "operations/7"),
        ),
        (events.ImportEventsRequest(path="a.csv"), None, ("a.csv",)),
        (users.MergeUsersRequest(user="users/ann", visitor_id="v1"), None, ("users/ann", "v1")),
        (
            catalog.CreateItemRequest(item={"name": "items/i1", "title": "secret"}, item_id="i1"),
            None,
            ("items/i1", "i1"),
        ),
        (catalog.ListItemsRequest(filter="x", page_token="secret"), None, ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_line_names_what_a_call_was_about(request_, response, expected):
    assert resources_of(request_, response) == expected


def test_names_are_cut_and_counted():
    assert resources_of(events.ImportEventsRequest(path="x" * 999)) == ("x" * 256,)


async def test_a_line_goes_to_the_log_whatever_its_level(caplog):
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        await Audit(Clock(), Metrics()).record(ENTRY)
    finally:
        root.setLevel(level)
    (record,) = [each for each in caplog.records if each.name == "shortlist.audit"]
    assert (record.caller, record.scope, record.method) == ("key:k1", "admin", "/a.B/C")
    assert (record.outcome, record.request_id) == ("OK", "r1")


async def test_a_sink_that_fails_is_counted_and_logged_with_the_line(caplog):
    sink, metrics = Sink(), Metrics()
    sink.problem = OSError("full")
    await Audit(Clock(), metrics, sink).record(ENTRY)
    assert metrics.registry.get_sample_value("shortlist_audit_failures_total") == 1
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert (record.reason, record.request_id) == ("", "r1")


class Servicer:
    """Answers all RPCs of the user service; `problem` is raised instead."""

    problem = None

    async def erase_user(self, request, call):
        if self.problem is not None:
            raise self.problem
        return operations_pb2.Operation(name="operations/7")

    get_user = update_user = merge_users = export_user = erase_user


class World:
    """The routes of the user service, audited."""

    def __init__(self):
        self.sink, self.servicer = Sink(), Servicer()
        self.call = Call(request_id="r1", received_ms=0, deadline_s=0, caller=OPERATOR)
        audit = Audit(Clock(), Metrics(), self.sink)
        service = users.DESCRIPTOR.services_by_name["UserService"]
        routes = [audited(each, audit) for each in routes_of(service, self.servicer, None)]
        self.routes = {each.path.rsplit("/", 1)[1]: each for each in routes}

    async def erase(self):
        return await self.routes["EraseUser"].method(
            users.EraseUserRequest(name="users/ann"), self.call
        )


async def test_a_call_that_is_to_be_audited_leaves_a_line():
    world = World()
    assert (await world.erase()).name == "operations/7"
    assert world.sink.lines == [
        {
            "time_ms": NOW_S * 1000,
            "request_id": "r1",
            "caller": "key:k1",
            "caller_name": "ops",
            "scope": "admin",
            "method": "/shortlist.v1.UserService/EraseUser",
            "resources": ["users/ann", "operations/7"],
            "outcome": "OK",
            "reason": "",
        }
    ]


@pytest.mark.parametrize(
    ("problem", "outcome", "reason"),
    [
        (InvalidRequestError("no"), "INVALID_ARGUMENT", "INVALID_REQUEST"),
        (RuntimeError("secret"), "INTERNAL", "INTERNAL"),
        (asyncio.CancelledError(), "CANCELLED", ""),
    ],
    ids=str,
)
async def test_a_call_that_fails_leaves_a_line_too(problem, outcome, reason):
    world = World()
    world.servicer.problem = problem
    with pytest.raises(type(problem)):
        await world.erase()
    (line,) = world.sink.lines
    assert (line["outcome"], line["reason"]) == (outcome, reason)
    assert "secret" not in json.dumps(line)


async def test_the_reply_waits_for_the_line_and_a_caller_that_hangs_up_does_not_undo_it():
    world = World()
    world.sink.may_go_on.clear()
    call = asyncio.create_task(world.erase())
    await asyncio.sleep(0.01)
    assert not call.done()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    world.sink.may_go_on.set()
    await asyncio.sleep(0.01)
    assert [each["outcome"] for each in world.sink.lines] == ["OK"]


def test_other_calls_are_not_decorated():
    world = World()
    assert world.routes["GetUser"].method == world.servicer.get_user


async def test_lines_are_appended_to_the_file_which_others_cannot_read(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text("before\n")
    path.chmod(0o600)
    audit = FileAudit(path)
    await asyncio.gather(*(audit.write(b"%d\n" % number) for number in range(50)))
    await audit.close()
    assert path.read_text().splitlines() == ["before", *map(str, range(50))]
    fresh = FileAudit(tmp_path / "new.jsonl")
    await fresh.close()
    assert (tmp_path / "new.jsonl").stat().st_mode & 0o777 == 0o600


async def test_a_file_that_was_moved_away_is_begun_anew(tmp_path):
    path = tmp_path / "audit.jsonl"
    audit = FileAudit(path)
    await audit.write(b"1\n")
    path.rename(tmp_path / "audit.1")
    await audit.write(b"2\n")
    await audit.close()
    assert ((tmp_path / "audit.1").read_text(), path.read_text()) == ("1\n", "2\n")
