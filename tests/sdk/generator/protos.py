"""Small APIs for the generator's tests."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sdk.generator.api_model import Api
from sdk.generator.descriptors import load
from sdk.generator.protos import build, gather

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = ROOT / "proto"

POLICY = """
    option (shortlist.options.v1.method) = {
      scope: SCOPE_CLIENT
      %s
    };
"""


def proto(body: str, *, package: str = "tiny.v1", syntax: str = 'syntax = "proto3";') -> str:
    """Return a file with the imports that options need."""
    return f"""{syntax}
package {package};
import "google/api/annotations.proto";
import "google/longrunning/operations.proto";
import "google/protobuf/timestamp.proto";
import "google/rpc/status.proto";
import "shortlist/options/v1/options.proto";
{body}
"""


def service(policy: str = "", *, messages: str = "", options: str = "", rpc: str = "") -> str:
    """Return a file with one service of one method."""
    rpc = rpc or "rpc Ask(AskRequest) returns (AskResponse)"
    default = """
message AskRequest {
  string name = 1;
}
message AskResponse {
  string text = 1;
}
"""
    block = POLICY % policy + options
    return proto(f"service TinyService {{\n  {rpc} {{{block}}}\n}}\n{messages or default}")


def api_of(text: str, **options: str) -> Api:
    """Return the model of one file."""
    return api_of_files({"tiny/v1/tiny.proto": text}, **options)


def api_of_files(files: dict[str, str], **options: str) -> Api:
    """Return the model of files by their import paths."""
    with tempfile.TemporaryDirectory() as scratch:
        root, gathered = Path(scratch, "root"), Path(scratch, "all")
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        own = gather(root, gathered)
        return load(build(gathered), own, **options)


def copy_contract(into: Path) -> Path:
    """Copy the contract and return the copy's root."""
    shutil.copytree(CONTRACT, into)
    return into


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
