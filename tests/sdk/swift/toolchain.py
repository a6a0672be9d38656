"""Swift's compiler, to run in: the machine's own, or Debian's in a root folder of its own.

Debian's needs a newer C library than many machines have. Its packages, pinned in toolchain.sha256,
are therefore unpacked once below ~/.cache/shortlist, and run there by chroot within a mount
namespace that shows them the repository under its usual path. That takes root or user namespaces.

`python -m tests.sdk.swift.toolchain swift build` runs a command in it, in the working folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# What `python -m tests.sdk.swift.toolchain` exits with if there is no toolchain: as with automake,
# what can't be run here is no failure.
UNAVAILABLE = 77
CACHE = Path.home() / ".cache" / "shortlist"
PINS = Path(__file__).with_name("toolchain.sha256")
APT_SOURCES = Path("/etc/apt")
DEFAULT_MIRROR = "http://deb.debian.org/debian"
_MIRROR = re.compile(r"^(?:URIs:|deb\b(?: \[.*?\])?)\s+(\S+/debian)/?(?:\s|$)", re.MULTILINE)
# What no build needs of the packages: other targets, static libraries, debuggers, editors' servers.
_LEFT_OUT = (
    *("*/lib/swift/embedded", "*/lib/swift_static", "*/FrameworkABIBaseline", "*/usr/share/doc"),
    *("*/liblldb*", "*/bin/lldb*", "*/bin/clangd", "*/bin/docc", "*/bin/sourcekit-lsp"),
    *("*/libsourcekitdInProc.so", "*/bin/swift-format", "*/libLTO.so*", "*/bin/llvm-cov"),
    *("*/libclang_rt.[!b]*", "*.swiftdoc", "*/usr/share/locale", "*/usr/share/man"),
)
_MERGED = ("bin", "lib", "lib64", "sbin")
_FOLDERS = ("dev", "proc", "root", "tmp")
_ENTER = """
set -e
root="$1" repository="$2"; shift 2
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount --rbind /tmp "$root/tmp"
mkdir -p "$root$repository"
mount --rbind "$repository" "$root$repository"
exec chroot "$root" /bin/sh -c '
PATH=/usr/libexec/swift/bin:/usr/bin
cd "$1" && shift && exec "$@"' sh "$@"
"""


class SwiftUnavailableError(Exception):
    """There is no Swift compiler here, for a reason beyond the repository; says which."""


class WrongPackageError(Exception):
    """What a mirror has under a package's name isn't what was pinned."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Swift compiler; `root` is the folder that it is at home in, None for the machine's own."""

    root: Path | None

    def command(self, command: Sequence[str], folder: Path) -> list[str]:
        """Return the command that runs a command of the toolchain in a folder of the repository."""
        if self.root is None:
            return list(command)
        enter = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        places = [str(self.root), str(REPOSITORY), str(folder)]
        return [*enter, "sh", "-c", _ENTER, "sh", *places, *command]

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment for such a command."""
        if self.root is None:
            return {**os.environ, **more}
        return {**os.environ, "HOME": "/root", "LANG": "C.UTF-8", **more}

    def run(
        self, command: Sequence[str], folder: Path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the toolchain in a folder of the repository; its output is caught."""
        return subprocess.run(
            self.command(command, folder),
            cwd=folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @property
    def version(self) -> str:
        """Return what the compiler says it is."""
        said = self.run(["swift", "--version"], REPOSITORY).stdout
        found = re.search(r"Swift version \S+", said)
        return found[0] if found else said.strip()


def find() -> Toolchain:
    """Return the machine's toolchain, or Debian's, which the first use fetches.

    Raises:
        SwiftUnavailableError: there is none, and Debian's can't be had or run here.
        WrongPackageError: a package of Debian's isn't what was pinned.
    """
    if shutil.which("swiftc"):
        return Toolchain(root=None)
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise SwiftUnavailableError("Debian's toolchain is pinned for Linux on x86-64 only")
    for tool in ("unshare", "chroot", "dpkg-deb", "ldconfig", "tar"):
        if not shutil.which(tool):
            raise SwiftUnavailableError(f"there is no {tool}")
    toolchain = Toolchain(root=_debian_root())
    tried = toolchain.run(["swift", "--version"], REPOSITORY)
    if tried.returncode:
        raise SwiftUnavailableError(
            f"Debian's toolchain can't be run here: {tried.stdout.strip()[-300:]}"
        )
    return toolchain


def mirrors(apt_sources: Path = APT_SOURCES) -> list[str]:
    """Return the mirrors of Debian that the machine's package manager uses, and the usual one."""
    files = [apt_sources / "sources.list", *sorted(apt_sources.glob("sources.list.d/*"))]
    found = [
        mirror
        for path in files
        if path.is_file()
        for mirror in _MIRROR.findall(path.read_text(errors="replace"))
    ]
    return list(dict.fromkeys([*found, DEFAULT_MIRROR]))


def _debian_root() -> Path:
    pins = PINS.read_text()
    made_of = hashlib.sha256((pins + repr(_LEFT_OUT)).encode()).hexdigest()[:12]
    root = CACHE / f"swift-{made_of}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "swift.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="swift-new-") as made:
                _make_root(Path(made, "root"), pins)
                Path(made, "root").rename(root)
    return root


def _make_root(root: Path, pins: str) -> None:
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in _FOLDERS:
        (root / name).mkdir()
    package = root.with_name("package.deb")
    for line in pins.splitlines():
        digest, path = line.split()
        _fetch(path, digest, package)
        _unpack(package, root)
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    # LLVM's linker is among the packages, so that the usual one need not be.
    (root / "usr/bin/ld").symlink_to("../libexec/swift/bin/ld.lld")
    # The links between libraries' names, which packages leave to their scripts.
    subprocess.run(["ldconfig", "-r", str(root)], check=False)


def _fetch(path: str, digest: str, target: Path) -> None:
    """Download a package from the first mirror that has it as it was pinned.

    Raises:
        SwiftUnavailableError: none has it.
        WrongPackageError: one has something else, and none has it.
    """
    missing, wrong = [], []
    for mirror in mirrors():
        address = f"{mirror}/{path}"
        print(f"swift: fetching {address}", file=sys.stderr, flush=True)
        try:
            found = _download(address, target)
        except (OSError, HTTPException) as error:
            missing.append(f"{address}: {error}")
            continue
        if found == digest:
            return
        wrong.append(f"{address} has the digest {found}, {PINS.name} says {digest}")
    if wrong:
        raise WrongPackageError("; ".join(wrong))
    # A mirror forgets a package when a newer one replaces it.
    missing.append("if Debian has newer packages, python -m tests.sdk.swift.pins pins them")
    raise SwiftUnavailableError("; ".join(missing))


def _download(address: str, target: Path) -> str:
    """Write a file and return its SHA-256.

    Raises:
        OSError, http.client.HTTPException: it isn't there, or did not come whole.
    """
    with urllib.request.urlopen(address, timeout=60) as answer, target.open("wb") as file:
        shutil.copyfileobj(answer, file, 1 << 20)
        length = answer.headers.get("content-length")
    size = target.stat().st_size
    # A connection that ends early is no error to urllib.
    if length is not None and size != int(length):
        raise ConnectionError(f"ended after {size} of {length} bytes")
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(package: Path, root: Path) -> None:
    left_out = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
    unpack = ["tar", "-x", "-C", str(root), "--keep-directory-symlink", "--no-same-owner"]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as content:
        done = subprocess.run([*unpack, *left_out], stdin=content.stdout, check=False)
    if content.returncode or done.returncode:
        raise SwiftUnavailableError(f"{package.name} can't be unpacked")


def main(command: Sequence[str]) -> int:
    """Become a command of the toolchain in the working folder; return if there is none."""
    try:
        toolchain = find()
    except (SwiftUnavailableError, WrongPackageError) as error:
        print(f"swift: {error}", file=sys.stderr)
        return UNAVAILABLE if isinstance(error, SwiftUnavailableError) else 1
    line = toolchain.command(command, Path.cwd())
    os.execvpe(line[0], line, toolchain.environment())
    raise AssertionError("exec does not return")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
