"""Checks that Swift files are Swift, with no compiler: by a grammar."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PARSER = ROOT / "build/tools/tree-sitter-swift"
PARSER_PACKAGES = ("tree-sitter==0.25.2", "tree-sitter-swift==0.7.4")


def syntax_faults(folder: Path) -> Iterator[str]:
    """Yield a line for each place of a Swift file that is not Swift."""
    parser = _parser()
    files = [path for path in sorted(folder.rglob("*.swift")) if ".build" not in path.parts]
    if not files:
        yield f"no Swift files in {folder}"
    for path in files:
        pending = [parser.parse(path.read_bytes()).root_node]
        while pending:
            node = pending.pop()
            if node.type == "ERROR" or node.is_missing:
                line, column = node.start_point
                yield f"{path.relative_to(ROOT)}:{line + 1}:{column + 1}: syntax error"
            elif node.has_error:
                pending += node.children


def _parser() -> Any:
    """Return the parser; its packages lie with the other tools, as nothing else needs them."""
    if not PARSER.is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PARSER)]
        subprocess.run([*install, *PARSER_PACKAGES], check=True)
    if str(PARSER) not in sys.path:
        sys.path.insert(0, str(PARSER))
    tree_sitter = importlib.import_module("tree_sitter")
    grammar = importlib.import_module("tree_sitter_swift")
    return tree_sitter.Parser(tree_sitter.Language(grammar.language()))
