"""Log lines."""

import io
import json
import logging

import pytest

from server.observability.logs import configure_logs, request_id
from server.observability.settings import LogSettings


@pytest.fixture(autouse=True)
def untouched_root():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(form, *, level="INFO"):
    stream = io.StringIO()
    configure_logs(LogSettings(format=form, level=level), stream)
    return stream


def test_json_lines_carry_the_request_id_extra_fields_and_the_stack():
    stream = lines("json")
    token = request_id.set("r1")
    try:
        try:
            raise ValueError("boom")
        except ValueError:
            logging.getLogger("x").exception("failed %s", "here", extra={"source": "content"})
    finally:
        request_id.reset(token)
    logging.getLogger("x").info("later", extra={"path": object})
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["message"] == "failed here"
    assert (first["request_id"], first["source"], first["severity"]) == ("r1", "content", "ERROR")
    assert "ValueError: boom" in first["exception"]
    assert first["time"].endswith("Z")
    assert "request_id" not in second and "exception" not in second
    assert "object" in second["path"]


def test_console_lines_are_readable():
    stream = lines("console")
    token = request_id.set("r1")
    logging.getLogger("x").warning("source left out", extra={"source": "content"})
    request_id.reset(token)
    assert "WARNING source left out source=content request_id=r1\n" in stream.getvalue()
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert "ValueError: boom" in stream.getvalue()


def test_the_level_holds_for_all_loggers():
    stream = lines("console", level="ERROR")
    logging.getLogger("x").warning("quiet")
    assert stream.getvalue() == ""
