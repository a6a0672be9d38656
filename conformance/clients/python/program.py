"""The program under test of the Python SDK (conformance/docs/programs.md)."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

# The modules beside this one, and the SDK of this checkout unless another one is on the path.
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[3] / "sdk" / "python" / "src"))

from session import Session, UnsupportedError

from shortlist_sdk import VERSION

# A request with large messages is one line.
LINE_LIMIT = 64 * 1024 * 1024


def write(line: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def answer(request: dict[str, Any]) -> None:
    """Run a test and write its answer."""
    test = request["test"]
    session = Session(request)
    try:
        session.require_supported()
        outcomes = []
        for number, step in enumerate(request.get("steps", ())):
            write({"test": test, "step": number + 1})
            outcomes.append(await session.outcome(step))
        write({"test": test, "outcomes": outcomes})
    except UnsupportedError as error:
        write({"test": test, "unsupported": str(error)})
    finally:
        await session.close()


async def main() -> None:
    """Answer requests, each beside the others, until standard input ends."""
    write({"ready": {"language": "python", "version": VERSION, "protocols": ["grpc"]}})
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with asyncio.TaskGroup() as tests:
        while line := await reader.readline():
            tests.create_task(answer(json.loads(line)))


if __name__ == "__main__":
    asyncio.run(main())
