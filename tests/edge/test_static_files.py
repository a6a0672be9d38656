"""Pages at /, with cache headers that let a new version be seen at once."""

from __future__ import annotations

import http.client

import pytest

from tests.edge.harness import get, send


def test_a_page_is_looked_up_each_time(edge):
    for path in ("/", "/index.html", "/?user=u001"):
        reply = get(edge.port, path)
        assert (reply.status, reply.body[:13]) == (200, b"<h1>shop</h1>"), path
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert reply.headers["cache-control"] == "no-cache"


def test_a_file_with_a_digest_in_its_name_is_kept_for_good(edge):
    reply = get(edge.port, "/assets/app-3fa9c2d1.js")
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_pages_are_compressed(edge):
    assert get(edge.port, "/", accept_encoding="br").headers["content-encoding"] == "br"


def test_a_page_that_is_not_there_is_plain_404(edge):
    reply = get(edge.port, "/nothing.html")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/plain")
    assert reply.headers["cache-control"] == "no-store"


def test_head_has_no_body(edge):
    reply = send(edge.port, "HEAD", "/")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../conftest.py",
        "/..%2fconftest.py",
        "/%2e%2e/conftest.py",
        "/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
    ],
)
def test_no_path_leaves_the_folder(edge, path):
    # As it is written: http.client sends what it is given.
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    connection.request("GET", path)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    assert reply.status in (400, 404), body


def test_without_a_folder_there_is_nothing(guarded_edge):
    reply = get(guarded_edge.port, "/")
    assert (reply.status, reply.reason) == (404, "INVALID_REQUEST")
