"""`shortlist demo`: from data to slates that answer to an event, in one command."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.batch.demo.options import DemoOptions, add_arguments, options_of
from server.batch.demo.run import run_demo
from server.batch.evaluate_command import EvaluationClients
from server.batch.terminal import Terminal
from server.commands.evaluate import recommender_of
from server.commands.options import command_parser, run_command
from server.core.errors import ServerError, UnavailableError
from server.gateway.client import Client
from server.settings import Settings
from server.wiring.batch_stores import BatchStores, open_batch_stores

_START_S = 120.0
_STOP_S = 30.0


class StepError(ServerError):
    """A step of the demonstration failed; the message says which, and why."""


def main(argv: list[str]) -> int:
    """Run the demonstration; the server stays up until Ctrl-C unless --exit is given."""
    parser = command_parser("demo", __doc__)
    parser.add_argument("--port", type=int, default=0, help="of the server; 0: any")
    add_arguments(parser)
    arguments = parser.parse_args(argv)
    options = options_of(arguments, arguments.data_dir)
    arguments.data_dir = options.data_dir

    async def demo(settings: Settings) -> int:
        steps = Steps(settings, arguments.config, arguments.port, options)
        await run_demo(options, steps, Terminal())
        if not options.exits:
            print("stopped")
        return 0

    return run_command(arguments, demo)


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own."""

    target: str
    client: Client
    process: Process

    @property
    def measured(self) -> EvaluationClients:
        return recommender_of(self.client)

    async def wait(self) -> None:
        """Return when the server ends, or on Ctrl-C."""
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, stopped.set)
        ended = asyncio.ensure_future(self.process.wait())
        asked = asyncio.ensure_future(stopped.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        asked.cancel()


@dataclass(frozen=True, slots=True)
class Steps:
    """Implements `DemoSteps` with the other commands, each in a process of its own."""

    settings: Settings
    config: Path | None
    port: int
    options: DemoOptions

    @asynccontextmanager
    async def open_stores(
        self, data_dir: Path, *, read_only: bool = False
    ) -> AsyncIterator[BatchStores]:
        async with open_batch_stores(self.settings, read_only=read_only) as stores:
            yield stores

    async def train(self, snapshot: Path, models: Path, say: Callable[[str], None]) -> None:
        recipe = "quick" if self.options.data is None and self.options.size == "small" else "auto"
        arguments = ["train", "--snapshot", str(snapshot), "--models", str(models)]
        process = await _start([*arguments, "--recipe", recipe], stdout=PIPE, stderr=STDOUT)
        assert process.stdout is not None
        last = ""
        async for line in process.stdout:
            last = line.decode(errors="replace").rstrip()
            say(last)
        if await process.wait() != 0:
            raise StepError(f"training failed: {last}")

    @asynccontextmanager
    async def serve(self, data_dir: Path) -> AsyncIterator[Running]:
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready"
            arguments = ["serve", "--data-dir", str(data_dir), "--port", str(self.port)]
            # Whoever looks at a demonstration has no credentials, and sits at this machine.
            arguments += ["--anonymous", "--host", "127.0.0.1"]
            arguments += ["--metrics-port", "0", "--ready-file", str(ready)]
            if self.config is not None:
                arguments += ["--config", str(self.config)]
            log_path = data_dir / "server.log"
            with log_path.open("wb") as log:
                process = await _start(arguments, stdout=log, stderr=STDOUT)
            try:
                port = await _port(process, ready, log_path)
                target = f"127.0.0.1:{port}"
                async with Client(target) as client:
                    await client.wait_until_ready(_START_S)
                    yield Running(target, client, process)
            finally:
                await _stop(process)


async def _start(arguments: Sequence[str], *, stdout: object, stderr: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "server", *arguments),
        stdout=stdout,  # type: ignore[arg-type]
        stderr=stderr,
        # Ctrl-C is for the demonstration, which then stops its server in order.
        start_new_session=True,
    )


async def _port(process: Process, ready: Path, log_path: Path) -> int:
    """Wait until the server listens.

    Raises:
        UnavailableError: it ended, or takes too long; the message says where its log is.
    """
    for _ in range(int(_START_S / 0.1)):
        if await asyncio.to_thread(ready.exists):
            text = await asyncio.to_thread(ready.read_text)
            return int(text.split()[0])
        if process.returncode is not None:
            break
        await asyncio.sleep(0.1)
    raise UnavailableError(f"the server did not start; its log is {log_path}")


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
