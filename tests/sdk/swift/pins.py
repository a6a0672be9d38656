"""Pins Debian's packages for Swift anew: `python -m tests.sdk.swift.pins` writes toolchain.sha256.

Mirrors keep a package until the next point release replaces it; then the pins are to be made anew.
"""

from __future__ import annotations

import lzma
import urllib.request
from collections.abc import Iterator

from tests.sdk.swift.toolchain import PINS, mirrors

INDEX = "dists/trixie/main/binary-amd64/Packages.xz"
# The compiler, its libraries, and what a C program is linked with.
WANTED = ("swiftlang", "libswiftlang", "libc6-dev", "libgcc-14-dev", "libstdc++-14-dev", "dash")
# What these depend on and no build needs: the debugger's, the installer's, the sanitizers'.
LEFT_OUT = frozenset(
    {
        *("adduser", "binutils", "debconf", "debianutils", "dpkg", "gcc", "perl", "perl-base"),
        *("libasan8", "libatomic1", "libc-bin", "libc-dev-bin", "libcrypt-dev", "libgomp1"),
        *("libhwasan0", "libitm1", "liblsan0", "libpython3.13", "libquadmath0", "libselinux1"),
        *("libsasl2-modules-db", "libtsan2", "libubsan1", "openssl-provider-legacy"),
        *("rpcsvc-proto", "ucf"),
    }
)


def main() -> None:
    """Resolve the packages and write their digests and places on the mirror."""
    with urllib.request.urlopen(f"{mirrors()[0]}/{INDEX}", timeout=60) as answer:
        index = {
            entry["Package"]: entry for entry in _entries(lzma.decompress(answer.read()).decode())
        }
    found: dict[str, dict[str, str]] = {}
    waiting = list(WANTED)
    while waiting:
        name = waiting.pop()
        if name not in LEFT_OUT and name not in found:
            found[name] = index[name]
            waiting += _dependencies(index[name])
    lines = sorted(f"{entry['SHA256']}  {entry['Filename']}" for entry in found.values())
    PINS.write_text("\n".join(sorted(lines, key=lambda line: line.split()[1])) + "\n")


def _entries(text: str) -> Iterator[dict[str, str]]:
    for paragraph in text.strip().split("\n\n"):
        lines = [line.partition(": ") for line in paragraph.split("\n") if not line.startswith(" ")]
        yield {name: value for name, _, value in lines}


def _dependencies(entry: dict[str, str]) -> Iterator[str]:
    for field in ("Depends", "Pre-Depends"):
        for each in entry.get(field, "").split(","):
            if name := each.split("|")[0].strip().partition(" ")[0].partition(":")[0]:
                yield name


if __name__ == "__main__":
    main()
