"""Words of the filter language: text in, tokens with their place out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.core.errors import InvalidFilterError

_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "*": "*", "n": "\n", "r": "\r", "t": "\t"}
_WORD = re.compile(
    r"""(?P<open>\()|(?P<close>\))|(?P<comparator><=|>=|!=|=|<|>|:)
    |(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<text>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|[^\s()<>=!:"',]+)""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")


class TokenKind(StrEnum):
    """Kinds of words; the value is how errors call them."""

    OPEN = "'('"
    CLOSE = "')'"
    COMPARATOR = "a comparator"
    QUOTED = "a quoted string"
    TEXT = "a word"
    END = "the end"


_KINDS = {
    "open": TokenKind.OPEN,
    "close": TokenKind.CLOSE,
    "comparator": TokenKind.COMPARATOR,
    "text": TokenKind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word.

    Attributes:
        text: escapes resolved, without quotes and without the wildcards at its ends.
        position: of its first character, from 0.
        is_open_start, is_open_end: an unescaped `*` stood there.
    """

    kind: TokenKind
    text: str
    position: int
    is_open_start: bool = False
    is_open_end: bool = False

    @property
    def has_wildcard(self) -> bool:
        return self.is_open_start or self.is_open_end

    def shown(self) -> str:
        """How errors quote it."""
        return self.kind.value if self.kind is TokenKind.END else repr(self.text)


def filter_error(position: int, problem: str) -> InvalidFilterError:
    """Return the error for a place; people count characters from 1."""
    return InvalidFilterError.of("filter", f"at character {position + 1}: {problem}")


def tokens(text: str) -> Iterator[Token]:
    """Yield the words, the last one of kind END.

    Raises:
        InvalidFilterError: a character or escape that has no meaning, or an open string.
    """
    position = _skip_space(text, 0)
    while position < len(text):
        word = _WORD.match(text, position)
        if word is None:
            if text[position] in "\"'":
                raise filter_error(position, "this string is not closed")
            raise filter_error(position, f"unexpected character {text[position]!r}")
        group = word.lastgroup or ""
        if group == "quoted":
            yield _quoted(text[position + 1 : word.end() - 1], position)
        elif group == "text":
            yield _plain(word.group(), position)
        else:
            yield Token(_KINDS[group], word.group(), position)
        position = _skip_space(text, word.end())
    yield Token(TokenKind.END, "", len(text))


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _plain(word: str, position: int) -> Token:
    starts, ends = word.startswith("*"), word.endswith("*")
    return Token(TokenKind.TEXT, _without_edges(word, starts, ends), position, starts, ends)


def _quoted(body: str, position: int) -> Token:
    characters: list[str] = []
    at = 0
    ends = False
    while at < len(body):
        character = body[at]
        ends = character == "*"
        if character == "\\":
            character, width = _escape(body, at, position)
            at += width
        characters.append(character)
        at += 1
    starts = body.startswith("*")
    value = _without_edges("".join(characters), starts, ends)
    return Token(TokenKind.QUOTED, value, position, starts, ends)


def _without_edges(word: str, starts: bool, ends: bool) -> str:
    return word[1 if starts else 0 : len(word) - 1 if ends and len(word) > starts else None]


def _escape(body: str, at: int, position: int) -> tuple[str, int]:
    """Return the character and how many of `body` follow the backslash."""
    code = body[at + 1]
    if code in _ESCAPES:
        return _ESCAPES[code], 1
    digits = body[at + 2 : at + 6]
    if code == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", digits):
        return chr(int(digits, 16)), 5
    raise filter_error(position + 1 + at, f"unknown escape '\\{code}'")
