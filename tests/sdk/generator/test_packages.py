"""Plugins, what is written, what is out of date, and the command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2 as pb

from sdk.generator.command import main
from sdk.generator.generation import Generation, generate
from sdk.generator.language import Languages, Target
from sdk.generator.package_files import LOCK, differing, write
from sdk.generator.plugins import PluginError, Plugins
from tests.sdk.generator.protos import ROOT, service

MUSIC = ROOT / "tests" / "sdk" / "music" / "proto"

# Answers with a file that says what it was asked.
PLUGIN = """#!/usr/bin/env python3
import sys
from google.protobuf.compiler import plugin_pb2
request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
reply = plugin_pb2.CodeGeneratorResponse()
if request.parameter == "fail":
    reply.error = "no such option"
if request.parameter == "crash":
    sys.exit("crashed")
for name in request.file_to_generate:
    reply.file.add(name=name + ".out", content=request.parameter)
sys.stdout.buffer.write(reply.SerializeToString())
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A plugin called protoc-gen-toy."""
    path = tmp_path / "protoc-gen-toy"
    path.write_text(PLUGIN.replace("/usr/bin/env python3", sys.executable))
    path.chmod(0o755)
    monkeypatch.setenv("SHORTLIST_PROTOC_GEN_TOY", str(path))
    return "protoc-gen-toy"


def descriptors() -> bytes:
    return pb.FileDescriptorSet(file=[pb.FileDescriptorProto(name="a.proto")]).SerializeToString()


def test_a_plugin_is_asked_by_its_protocol(plugin: str):
    plugins = Plugins()
    made = plugins.run(descriptors(), plugin, "fast", ("b.proto", "a.proto"))
    assert made == {"a.proto.out": b"fast", "b.proto.out": b"fast"}
    assert len(plugins.keys) == 1
    assert plugins.contents == {b"fast"}


@pytest.mark.parametrize(
    ("option", "message"),
    [("fail", "protoc-gen-toy: no such option"), ("crash", "protoc-gen-toy: crashed")],
)
def test_a_plugin_that_fails_is_named(plugin: str, option: str, message: str):
    with pytest.raises(PluginError, match=message):
        Plugins().run(descriptors(), plugin, option, ("a.proto",))


def test_a_plugin_that_is_missing_is_an_error_unless_it_may_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHORTLIST_PROTOC_GEN_TOY", "-")
    with pytest.raises(PluginError, match="protoc-gen-toy is not installed"):
        Plugins().run(descriptors(), "protoc-gen-toy", "", ("a.proto",))
    plugins = Plugins(may_be_missing=True)
    assert plugins.run(descriptors(), "protoc-gen-toy", "", ("a.proto",)) == {}
    assert plugins.missing == ["protoc-gen-toy"]
    assert len(plugins.keys) == 1


def test_writing_removes_what_is_no_longer_made_and_nothing_else(tmp_path: Path):
    assert write(tmp_path, {"a.txt": b"a", "sub/b.txt": b"b"}, ["key"]) == 3
    (tmp_path / "mine.txt").write_text("not generated")
    assert write(tmp_path, {"a.txt": b"a", "sub/b.txt": b"b"}, ["key"]) == 0
    assert write(tmp_path, {"a.txt": b"A"}, ["key"]) == 3
    names = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert names == ["a.txt", LOCK, "mine.txt"]


def test_what_is_out_of_date_is_told(tmp_path: Path):
    files = {"a.txt": b"a", "messages.txt": b"m"}
    write(tmp_path, files, ["key"])
    assert differing(tmp_path, files, ["key"], []) == []
    assert differing(tmp_path, {**files, "a.txt": b"A"}, ["key"], []) == ["a.txt"]
    assert differing(tmp_path, {"a.txt": b"a"}, ["key"], []) == ["messages.txt"]
    assert differing(tmp_path, {**files, "new.txt": b""}, ["key"], []) == ["new.txt"]
    (tmp_path / "a.txt").write_text("changed by hand")
    assert differing(tmp_path, files, ["key"], []) == ["a.txt"]
    (tmp_path / "a.txt").unlink()
    assert differing(tmp_path, files, ["key"], []) == ["a.txt"]
    assert differing(tmp_path / "none", files, ["key"], []) == [
        "a.txt",
        LOCK,
        "messages.txt",
    ]


def test_without_a_plugin_its_files_are_compared_by_what_it_was_run_on(tmp_path: Path):
    write(tmp_path, {"a.txt": b"a", "messages.txt": b"m"}, ["key"])
    missing = ["protoc-gen-toy"]
    assert differing(tmp_path, {"a.txt": b"a"}, ["key"], missing) == []
    assert differing(tmp_path, {"a.txt": b"a"}, ["other"], missing) == [LOCK]
    (tmp_path / "messages.txt").write_text("changed by hand")
    assert differing(tmp_path, {"a.txt": b"a"}, ["key"], missing) == ["messages.txt"]


def test_plugins_are_run_on_stripped_descriptors(plugin: str):
    class Toy:
        name = "toy"

        def generate(self, api, target: Target) -> dict[str, bytes]:
            return target.run_plugin(plugin, "x", target.dependencies)

    asked = Generation(proto_root=MUSIC, languages=("toy",))
    (package,) = generate(asked, Languages({"toy": Toy()}))
    assert list(package.files) == [
        "google/longrunning/operations.proto.out",
        "google/rpc/error_details.proto.out",
        "google/rpc/status.proto.out",
    ]


def test_the_command_writes_then_finds_nothing_to_do(tmp_path: Path, capsys):
    arguments = ["--proto", str(MUSIC), "--out", str(tmp_path), "--languages", "python"]
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    assert "--check" not in capsys.readouterr().out
    (tmp_path / "python" / "README.md").write_text("")
    assert main([*arguments, "--check"]) == 1
    assert "README.md: run make generate" in capsys.readouterr().err
    assert main(arguments) == 0
    assert "1 changed" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_in_a_line(tmp_path: Path, capsys):
    root = tmp_path / "proto"
    (root / "tiny/v1").mkdir(parents=True)
    assert main(["--proto", str(root), "--only", "python"]) == 1
    assert capsys.readouterr().err == f"generate: {root}: no .proto files\n"
    (root / "tiny/v1/tiny.proto").write_text(service("cache: {is_shared: true}"))
    assert main(["--proto", str(root), "--only", "python"]) == 1
    assert capsys.readouterr().err == (
        "generate: tiny/v1/tiny.proto:9: TinyService.Ask: cache needs idempotent: true\n"
    )
    assert main(["--only", "cobol"]) == 2
    assert "no language cobol; there are: " in capsys.readouterr().err


def test_the_smallest_api_makes_a_python_package(tmp_path: Path):
    root = tmp_path / "proto"
    (root / "tiny/v1").mkdir(parents=True)
    (root / "tiny/v1/tiny.proto").write_text(service())
    out = tmp_path / "out"
    assert main(["--proto", str(root), "--only", "python", "--out", str(out)]) == 0
    names = {path.name for path in (out / "python/src/tiny_sdk").iterdir()}
    assert "impressions.py" not in names
    client = (out / "python/src/tiny_sdk/client.py").read_text()
    assert "tinys" in client
    assert "def event_queue" not in client


def test_a_service_named_like_a_part_of_the_client_is_refused(tmp_path: Path, capsys):
    root = tmp_path / "proto"
    (root / "tiny/v1").mkdir(parents=True)
    text = service().replace("TinyService", "ImpressionService")
    (root / "tiny/v1/tiny.proto").write_text(text)
    assert main(["--proto", str(root), "--only", "python", "--out", str(tmp_path / "out")]) == 1
    message = "tiny.v1.ImpressionService: Python's client needs the name impressions"
    assert message in capsys.readouterr().err
