"""What went over the wire for a case, for people to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.answer import Answer
from conformance.case import JSON

SECRET = ("x-api-key", "authorization")
SHOWN = 2000


@dataclass(slots=True)
class Trace:
    """What went over the wire for one case, in readable lines."""

    lines: list[str] = field(default_factory=list)

    def sent(self, path: str, metadata: Iterable[tuple[str, str]], body: JSON) -> None:
        """Note a request; credentials are not shown."""
        shown = {key: "***" if key in SECRET else value for key, value in metadata}
        self.lines.append(f"> {path} {shown or ''} {_short(body)}")

    def received(self, answer: Answer) -> None:
        """Note what came back."""
        what = _short(answer.error if answer.error else answer.reply)
        self.lines.append(f"< {answer.elapsed_ms:.1f} ms {answer.headers} {what} {answer.trailers}")

    def text(self) -> str:
        """Return the last lines; earlier ones of a long case are left out."""
        return "\n".join(self.lines[-30:])


def _short(body: JSON) -> str:
    text = json.dumps(body, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"
