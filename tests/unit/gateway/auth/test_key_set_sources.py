"""Where key sets are read from: files, and addresses that may not lead elsewhere."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from server.core.errors import UnavailableError
from server.gateway.adapters.file_key_set import FileKeySet
from server.gateway.adapters.https_key_set import MAX_BYTES, HttpsKeySet


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("location", "/keys")
            self.end_headers()
            return
        found = {"/keys": b'{"keys": []}', "/huge": b"x" * (MAX_BYTES + 1)}.get(self.path)
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_key_set_is_read_from_its_address(address):
    source = HttpsKeySet(f"{address}/keys", refresh_s=300, timeout_s=5)
    assert await source.read() == b'{"keys": []}'
    assert source.refresh_s == 300


@pytest.mark.parametrize("path", ["/moved", "/missing", "/huge"])
async def test_answers_that_are_none_are_unavailable(address, path):
    with pytest.raises(UnavailableError, match=path):
        await HttpsKeySet(address + path, refresh_s=300, timeout_s=5).read()


async def test_a_server_that_is_away_is_unavailable():
    with pytest.raises(UnavailableError, match="cannot be read"):
        await HttpsKeySet("http://127.0.0.1:1/keys", refresh_s=300, timeout_s=5).read()


async def test_a_file_is_read_as_it_is_now(tmp_path):
    source = FileKeySet(tmp_path / "keys.json")
    with pytest.raises(UnavailableError, match=r"keys\.json cannot be read"):
        await source.read()
    (tmp_path / "keys.json").write_bytes(b"{}")
    assert await source.read() == b"{}"
