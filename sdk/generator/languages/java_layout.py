"""Breaks the long lines of generated Java where google-java-format would.

Templates write signatures and the like on one line; how long it gets depends on the API's names.
"""

from __future__ import annotations

import re

_WIDTH = 100
_CONTINUED = 4
_CONSTANT = re.compile(r"^(  public static final .*>) (\w+) =\n((?:      .*\n)+)", re.MULTILINE)
# Where a line that is too long is broken: after the match of the first pattern that matches.
_BREAKS = (
    re.compile(r"^ +(?:public|private|static|final) .*?\w\((?=.*\) \{$)"),
    re.compile(r"^ +\(\w+, \w+\) ->(?= )"),
    re.compile(r"^ +[\w.<>, ]+ =(?= )"),
    re.compile(r"^ +return \w+\.\w+\((?=.*\);$)"),
)


def fitted(text: str) -> str:
    """Return Java whose lines fit, as far as they are of the kinds that templates leave long."""
    text = _CONSTANT.sub(_constant, text)
    return "".join(_broken(line) for line in text.splitlines(keepends=True))


def _constant(match: re.Match[str]) -> str:
    declared, name, value = match.groups()
    if len(f"{declared} {name} =") <= _WIDTH:
        return match.group()
    deeper = re.sub(r"^(?=.)", " " * _CONTINUED, value, flags=re.MULTILINE)
    return f"{declared}\n      {name} =\n{deeper}"


def _broken(line: str) -> str:
    if len(line.rstrip("\n")) <= _WIDTH:
        return line
    margin = len(line) - len(line.lstrip())
    for pattern in _BREAKS:
        if match := pattern.search(line):
            rest = " " * (margin + _CONTINUED) + line[match.end() :].lstrip(" ")
            return f"{match.group()}\n{_one_each(rest)}"
    return line


def _one_each(line: str) -> str:
    """Return parameters that do not fit on one line either, one a line."""
    if len(line.rstrip("\n")) <= _WIDTH or not line.endswith(") {\n"):
        return line
    margin = " " * (len(line) - len(line.lstrip()))
    parameters = re.split(r", (?![^<]*>)", line.strip())
    return ",\n".join(f"{margin}{each}" for each in parameters) + "\n"
