"""What a run created is removed, and what could not be removed is named."""

from __future__ import annotations

import time

import pytest

from conformance import cleaning
from conformance.answer import Answer, own_error
from conformance.contract import Contract, shipped_contract
from conformance.credentials import Credentials
from conformance.janitor import Janitor
from conformance.steps import Target

ITEM = {"item_id": "cf-run-a", "item": {}}


class FakeWire:
    """Answers with one code (or error) after the other, the last one for ever."""

    def __init__(self, *codes):
        self._codes = list(codes)
        self.calls = []

    def call(self, call, trace):
        self.calls.append((call.method.name, call.body))
        code = self._codes.pop(0) if len(self._codes) > 1 else self._codes[0]
        if isinstance(code, dict):
            return Answer(error=code)
        error = {"code": code, "from_server": True}
        return Answer(reply={}) if code == "OK" else Answer(error=error)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(cleaning, "PAUSE_S", 0.0)


def target_of(wire, contract=None):
    """Return a target on which a run of the prefix `cf-run` has created an item."""
    janitor = Janitor("cf-run")
    janitor.note("CreateItem", ITEM)
    return Target(contract or shipped_contract(), Credentials(), wire, janitor=janitor)


def test_a_busy_server_is_asked_again():
    wire = FakeWire("UNAVAILABLE", "RESOURCE_EXHAUSTED", "OK")
    assert cleaning.clean_up(target_of(wire)) == []
    assert wire.calls == [("DeleteItem", {"name": "items/cf-run-a", "allow_missing": True})] * 3


def test_what_is_not_there_counts_as_removed():
    assert cleaning.clean_up(target_of(FakeWire("NOT_FOUND"))) == []


def test_what_the_server_refuses_to_remove_is_named_after_one_attempt():
    wire = FakeWire("PERMISSION_DENIED")
    assert cleaning.clean_up(target_of(wire)) == ["items/cf-run-a"]
    assert len(wire.calls) == 1


def test_a_server_that_stays_busy_is_given_up(monkeypatch):
    monkeypatch.setattr(cleaning, "PATIENCE_S", 0.05)
    assert cleaning.clean_up(target_of(FakeWire("UNAVAILABLE"))) == ["items/cf-run-a"]


def test_a_server_that_is_gone_is_given_up_sooner(monkeypatch):
    monkeypatch.setattr(cleaning, "GONE_S", 0.05)
    target = target_of(FakeWire(own_error("UNAVAILABLE")))
    target.janitor.note("CreateItem", {"item_id": "cf-run-b", "item": {}})
    started = time.monotonic()
    assert cleaning.clean_up(target) == ["items/cf-run-a", "items/cf-run-b"]
    assert time.monotonic() - started < cleaning.PATIENCE_S / 2


def test_a_contract_without_the_method_leaves_the_thing_and_removes_the_others():
    whole = shipped_contract()
    services = tuple(each for each in whole.services if not each.endswith(".CatalogService"))
    wire = FakeWire("OK")
    target = target_of(wire, Contract(whole.pool, services))
    target.janitor.note("UpdateUser", {"user": {"name": "users/cf-run-u"}})
    assert cleaning.clean_up(target) == ["items/cf-run-a"]
    assert wire.calls == [("EraseUser", {"name": "users/cf-run-u"})]


def test_only_what_is_of_the_run_is_removed():
    target = target_of(FakeWire("OK"))
    target.janitor.note("CreateItem", {"item_id": "theirs", "item": {}})
    target.janitor.note("WriteEvent", {"event": {"user_id": "someone", "visitor_id": "v"}})
    assert cleaning.clean_up(target) == []
    assert [body["name"] for _, body in target.wire.calls] == ["items/cf-run-a"]
