"""Comments of protos as the comments of a language."""

from __future__ import annotations

import textwrap


def paragraphs(docs: str) -> list[str]:
    """Return the paragraphs of a comment, each on one line."""
    return [" ".join(part.split()) for part in docs.split("\n\n") if part.strip()]


def wrap(docs: str, width: int = 96) -> list[str]:
    """Return the lines of a comment at a width, with an empty line between paragraphs."""
    lines: list[str] = []
    for paragraph in paragraphs(docs):
        if lines:
            lines.append("")
        lines += textwrap.wrap(
            paragraph, width, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return lines


def comment(
    docs: str,
    prefix: str = "// ",
    *,
    indent: int = 0,
    width: int = 100,
    opening: str = "",
    closing: str = "",
) -> str:
    """Return a comment block without a last newline; empty for no docs.

    Args:
        docs: paragraphs parted by empty lines.
        prefix: starts each line (`// `, ` * `, `/// `, `# `).
        indent: columns before each line.
        width: the longest line, prefix and indent included.
        opening: a line before (`/**`). closing: a line after (` */`).
    """
    lines = wrap(docs, width - indent - len(prefix))
    if not lines:
        return ""
    margin = " " * indent
    block = [f"{margin}{prefix}{line}".rstrip() for line in lines]
    if opening:
        block.insert(0, margin + opening)
    if closing:
        block.append(margin + closing)
    return "\n".join(block)
