"""A newly trained version takes over under load; a broken one never does."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading

import pytest

from server.gen.shortlist.v1 import recommendation_pb2
from tests.e2e.harness.client import Client, ids
from tests.e2e.harness.waiting import eventually

NO_MODEL = recommendation_pb2.DegradationKind.DEGRADATION_KIND_NO_MODEL


def current(data_dir):
    return (data_dir / "models" / "CURRENT").read_text().strip()


def publish(data_dir, version):
    """Let CURRENT name a version, as the trainer does: replaced at once."""
    partial = data_dir / "models" / ".current"
    partial.write_text(version + "\n")
    partial.replace(data_dir / "models" / "CURRENT")


def served_by(reply):
    (version,) = {each.version for each in reply.model_versions}
    return version


class Load:
    """Clients that ask on and on; every failure and every version is kept."""

    def __init__(self, port, clients=4):
        self.failures, self.versions, self.count = [], [], 0
        self._is_over = threading.Event()
        self._clients = [Client(port) for _ in range(clients)]
        self._threads = [
            threading.Thread(target=self._ask, args=(client, number))
            for number, client in enumerate(self._clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        for client in self._clients:
            client.close()

    def _ask(self, client, number):
        while not self._is_over.is_set():
            try:
                reply = client.recommend(user_id=f"u{number:03d}")
                assert len(reply.recommendations) == 20 and not reply.degradations, reply
                self.versions.append(served_by(reply))
            except Exception as error:
                self.failures.append(error)
            self.count += 1


def test_a_new_version_takes_over_under_load_without_a_failed_request(start_server, second_version):
    server = start_server()
    first, second = current(server.data_dir), second_version.name
    assert first != second
    shutil.copytree(second_version, server.data_dir / "models" / second)
    load = Load(server.port)
    try:
        for version in (second, first, second):
            publish(server.data_dir, version)
            eventually(lambda version=version: set(load.versions[-8:]) == {version}, within_s=20)
    finally:
        load.stop()
    assert load.failures == []
    assert load.count > 50
    assert set(load.versions) == {first, second}
    assert served_by(server.client.recommend(user_id="u001")) == second


def test_a_feed_goes_on_across_versions(start_server, second_version):
    server = start_server()
    second = second_version.name
    shutil.copytree(second_version, server.data_dir / "models" / second)
    asked = {"user_id": "u001", "page_size": 40}
    page = server.client.recommend(**asked)
    found = ids(page)
    kept = ids(server.client.recommend(**asked, page_token=page.next_page_token))
    publish(server.data_dir, second)
    eventually(lambda: served_by(server.client.recommend(user_id="u001")) == second, within_s=20)
    again = server.client.recommend(**asked, page_token=page.next_page_token)
    # What was ranked stays as it was; what is retrieved again comes from the new version.
    assert ids(again) == kept
    while page.next_page_token:
        page = server.client.recommend(**asked, page_token=page.next_page_token)
        found += ids(page)
    assert len(found) == len(set(found)) > 200


def truncated(folder):
    path = folder / "item_vectors.npy"
    path.write_bytes(path.read_bytes()[:-100])
    return path


def changed(folder):
    path = folder / "ranker.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    return path


def missing(folder):
    path = folder / "co_weights.npy"
    path.unlink()
    return path


def half_a_manifest(folder):
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def wrong_vectors(folder):
    """Files that are what the manifest says, but do not give what was trained."""
    path, manifest_path = folder / "golden.json", folder / "manifest.json"
    golden = json.loads(path.read_text())
    golden["users"][0]["embedding"][0] += 0.5
    path.write_text(json.dumps(golden))
    manifest = json.loads(manifest_path.read_text())
    manifest["files"]["golden.json"] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size_bytes": path.stat().st_size,
    }
    manifest_path.write_text(json.dumps(manifest))
    return path


def no_manifest(folder):
    (folder / "manifest.json").unlink()
    return folder.parent / "CURRENT"


BREAKAGES = (truncated, changed, missing, half_a_manifest, wrong_vectors, no_manifest)


@pytest.fixture(scope="module")
def steady(module_servers):
    return module_servers.start()


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.__name__)
def test_a_broken_version_never_serves_and_the_log_says_why_in_a_line(
    steady, second_version, breakage
):
    serving = served_by(steady.client.recommend(user_id="u001"))
    name = f"broken-{breakage.__name__}"
    folder = steady.data_dir / "models" / name
    shutil.copytree(second_version, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "version": name}))
    culprit = breakage(folder)
    publish(steady.data_dir, name)

    def complaints():
        lines = steady.log().splitlines()
        return [line for line in lines if "model version refused" in line and name in line]

    (line,) = eventually(complaints, within_s=20)
    assert str(culprit) in line
    # The remedy comes last.
    assert line.rpartition(";")[2].strip()
    assert served_by(steady.client.recommend(user_id="u001")) == serving
    publish(steady.data_dir, serving)
    assert len(complaints()) == 1


def test_a_good_version_takes_over_after_a_broken_one(steady, second_version):
    publish(steady.data_dir, "nowhere")
    eventually(lambda: "nowhere" in steady.log(), within_s=20)
    shutil.copytree(second_version, steady.data_dir / "models" / second_version.name)
    publish(steady.data_dir, second_version.name)
    eventually(
        lambda: served_by(steady.client.recommend(user_id="u001")) == second_version.name,
        within_s=20,
    )
    assert "Traceback" not in steady.log()


def test_a_start_with_a_broken_version_serves_without_one_and_says_so(servers, second_version):
    data_dir = servers.copy("broken")
    truncated(data_dir / "models" / current(data_dir))
    server = servers.start(data_dir=data_dir)
    assert "model version refused" in server.log()
    reply = server.client.recommend(user_id="u001", include_reasons=True)
    assert len(reply.recommendations) == 20
    assert not reply.model_versions
    assert NO_MODEL in [each.kind for each in reply.degradations]
    # Training again is all that it takes; no restart.
    shutil.copytree(second_version, data_dir / "models" / second_version.name)
    publish(data_dir, second_version.name)
    eventually(lambda: server.client.recommend(user_id="u001").model_versions, within_s=20)


def test_a_new_deployment_without_any_model_answers(servers, tmp_path):
    server = servers.start(data_dir=tmp_path / "empty")
    reply = server.client.recommend(user_id="u001")
    assert not reply.recommendations and not reply.next_page_token
    assert [each.kind for each in reply.degradations] == [NO_MODEL]
