r"""Grammar of the filter language: words in, a tree of restrictions out.

    expression = sequence {"AND" sequence}        sequence = factor {factor}
    factor     = term {"OR" term}                 term     = ["NOT" | "-"] simple
    simple     = restriction | "(" expression ")" restriction = name comparator value

OR binds tighter than AND; factors side by side are joined by AND.

Source: AIP-160. Left out: functions, traversal, global search and composite arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from server.core.filter_tokens import Token, TokenKind, filter_error, tokens

MAX_LENGTH = 2000
MAX_DEPTH = 40
_KEYWORDS = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Restriction:
    """`name comparator value`."""

    name: Token
    comparator: str
    value: Token


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    part: Tree


@dataclass(frozen=True, slots=True)
class Conjunction:
    """AND of two or more."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """OR of two or more."""

    parts: tuple[Tree, ...]


Tree: TypeAlias = Restriction | Negation | Conjunction | Disjunction


def parse(text: str) -> Tree | None:
    """Return the tree, None for an empty filter.

    Raises:
        InvalidFilterError: the place, what was expected there and what was found.
    """
    if len(text) > MAX_LENGTH:
        raise filter_error(MAX_LENGTH, f"a filter has at most {MAX_LENGTH} characters")
    words = list(tokens(text))
    if words[0].kind is TokenKind.END:
        return None
    parser = _Parser(words)
    tree = parser.expression(0)
    if parser.next().kind is not TokenKind.END:
        raise parser.expected("AND, OR or the end")
    return tree


class _Parser:
    """Reads the words from left to right; every method leaves `next()` after what it read."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._at = 0

    def next(self) -> Token:
        return self._words[self._at]

    def expected(self, what: str) -> Exception:
        return filter_error(self.next().position, f"expected {what}, found {self.next().shown()}")

    def expression(self, depth: int) -> Tree:
        parts = [self._factor(depth)]
        while self._accept("AND") or self._starts_factor():
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts))

    def _factor(self, depth: int) -> Tree:
        parts = [self._term(depth)]
        while self._accept("OR"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Disjunction(tuple(parts))

    def _term(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise filter_error(self.next().position, f"nested deeper than {MAX_DEPTH}")
        if self._accept("NOT") or self._accept_minus():
            return Negation(self._simple(depth))
        return self._simple(depth)

    def _simple(self, depth: int) -> Tree:
        if self.next().kind is TokenKind.OPEN:
            self._at += 1
            tree = self.expression(depth + 1)
            if self.next().kind is not TokenKind.CLOSE:
                raise self.expected("AND, OR or ')'")
            self._at += 1
            return tree
        return self._restriction()

    def _restriction(self) -> Restriction:
        name = self.next()
        if name.kind is not TokenKind.TEXT or name.text in _KEYWORDS or name.has_wildcard:
            raise self.expected("an attribute")
        self._at += 1
        comparator = self.next()
        if comparator.kind is not TokenKind.COMPARATOR:
            raise self.expected(f"a comparator after {name.text!r}")
        self._at += 1
        value = self.next()
        if value.kind not in {TokenKind.TEXT, TokenKind.QUOTED} or self._is_keyword():
            raise self.expected("a value")
        self._at += 1
        return Restriction(name, comparator.text, value)

    def _is_keyword(self) -> bool:
        return self.next().kind is TokenKind.TEXT and self.next().text in _KEYWORDS

    def _starts_factor(self) -> bool:
        if self.next().kind is TokenKind.TEXT:
            return self.next().text not in {"AND", "OR"}
        return self.next().kind in {TokenKind.OPEN, TokenKind.QUOTED}

    def _accept(self, keyword: str) -> bool:
        found = self.next().kind is TokenKind.TEXT and self.next().text == keyword
        self._at += found
        return found

    def _accept_minus(self) -> bool:
        word = self.next()
        if word.kind is not TokenKind.TEXT or not word.text.startswith("-"):
            return False
        if word.text == "-":
            self._at += 1
        else:
            rest = replace(word, text=word.text[1:], position=word.position + 1)
            self._words[self._at] = rest
        return True
