"""Protos to a descriptor set, by `buf build`, with nothing fetched from anywhere.

A root holds protos by their import paths; what lies in its `third_party` is a root of its own.
What a partner's protos import of google.api, google.rpc, google.longrunning, buf.validate and
shortlist.options comes with the generator.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sdk.generator.plugins import find

_HERE = Path(__file__).resolve().parent
# In an installed package the folder lies inside it; in a checkout it is the contract's own.
BUNDLED = next(path for path in (_HERE / "protos", _HERE.parent.parent / "proto") if path.is_dir())
_BUNDLED_PARTS = ("third_party", "shortlist/options")
TIMEOUT_S = 120


class ProtoError(Exception):
    """The protos don't compile; the message has a `file:line:column: what` for each fault."""


def gather(root: Path, into: Path) -> tuple[str, ...]:
    """Copy all protos to one folder and return the import paths of the root's own, sorted.

    Raises:
        ProtoError: the root has no protos.
    """
    third_party = root / "third_party"
    own = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*.proto")
        if third_party not in path.parents
    )
    if not own:
        raise ProtoError(f"{root}: no .proto files")
    _copy(BUNDLED / "third_party", into)
    _copy(BUNDLED / "shortlist/options", into / "shortlist/options")
    if third_party.is_dir():
        _copy(third_party, into)
    for name in own:
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, into / name)
    return tuple(own)


def _copy(source: Path, into: Path) -> None:
    for path in sorted(source.rglob("*.proto")):
        copy = into / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def build(folder: Path) -> bytes:
    """Compile all protos of a folder into a serialized `FileDescriptorSet` with comments.

    Raises:
        ProtoError: they don't compile, or buf is not installed.
    """
    buf = find("buf")
    if buf is None:
        raise ProtoError("buf is not installed (pip install buf-bin)")
    (folder / "buf.yaml").write_text("version: v2\nmodules:\n  - path: .\n")
    command = [buf, "build", "--as-file-descriptor-set", "--output", "-#format=binpb"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProtoError(f"buf: {error}") from error
    if done.returncode:
        raise ProtoError(done.stderr.decode(errors="replace").strip())
    return done.stdout
