"""What the generator makes of the music protos, kept to be compared with.

`python -m tests.sdk.music.goldens [LANGUAGE ...]` writes `expected/` anew. Kept are the files that
templates print; those they only copy are left out, and those of plugins are kept as digests.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sdk.generator.generation import Generation, generate
from sdk.generator.language import Languages
from sdk.generator.rendering import TEMPLATES

FOLDER = Path(__file__).resolve().parent
PROTO = FOLDER / "proto"
EXPECTED = FOLDER / "expected"
# Files of plugins, by digest; beside them what the plugins were run on.
DIGESTS = "digests.json"


@dataclass(frozen=True)
class Golden:
    """A package, without what templates only copy.

    Attributes:
        texts: printed files. digests: SHA-256 of files that plugins made.
        plugin_keys: what plugins were run on. missing_plugins: not installed; their digests are
            missing too.
    """

    texts: dict[str, bytes]
    digests: dict[str, str]
    plugin_keys: list[str]
    missing_plugins: list[str]


def make(language: str) -> Golden:
    """Generate one language's package of the music protos."""
    languages = Languages.discover([language])
    asked = Generation(proto_root=PROTO, languages=(language,), may_lack_plugins=True)
    (package,) = generate(asked, languages)
    copied = {path.read_bytes() for path in (TEMPLATES / language).rglob("*") if path.is_file()}
    texts, digests = {}, {}
    for name, content in package.files.items():
        if content in package.plugin_contents:
            digests[name] = sha256(content).hexdigest()
        elif content not in copied:
            texts[name] = content
    return Golden(texts, digests, package.plugin_keys, package.missing_plugins)


def read(language: str) -> Golden:
    """Return what is expected of a language."""
    folder = EXPECTED / language
    kept = json.loads((folder / DIGESTS).read_text())
    texts = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / DIGESTS
    }
    return Golden(texts, kept["files"], kept["plugins"], [])


def write(language: str, golden: Golden) -> None:
    """Replace what is expected of a language."""
    folder = EXPECTED / language
    if folder.exists():
        shutil.rmtree(folder)
    kept = {"files": golden.digests, "plugins": sorted(golden.plugin_keys)}
    for name, content in {
        **golden.texts,
        DIGESTS: (json.dumps(kept, indent=2, sort_keys=True) + "\n").encode(),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(languages: list[str]) -> int:
    """Write anew; 1 where a plugin is missing."""
    status = 0
    for language in languages or list(Languages.discover().by_name):
        golden = make(language)
        if golden.missing_plugins:
            print(f"{language}: not installed: {', '.join(golden.missing_plugins)}")
            status = 1
            continue
        write(language, golden)
        print(f"{language}: {len(golden.texts)} texts, {len(golden.digests)} digests")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
