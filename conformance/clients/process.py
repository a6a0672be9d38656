"""Runs a program under test: JSON lines, answers in any order, started again when it is dead."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
from collections import deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer

from conformance.case import JSON
from conformance.clients.program import Program

READY_S = 120.0
END_S = 20.0
# A program that can't even say that it is ready is not started for every test anew.
MAX_FALSE_STARTS = 3


class ProgramDiedError(RuntimeError):
    """The program ended, or wrote what it must not, before it answered."""


class HangingError(RuntimeError):
    """The program did not answer in time.

    Attributes:
        step: the step it is at, from 1; 0: it does not say.
    """

    def __init__(self, waited_s: float, step: int) -> None:
        super().__init__(f"no answer of the program within {waited_s:g} s: it hangs")
        self.step = step


class Run:
    """One process of a program, from its start to its end."""

    def __init__(self, program: Program) -> None:
        self.ready: Future[dict[str, JSON]] = Future()
        self.steps: dict[str, int] = {}
        self._waiting: dict[str, Future[dict[str, JSON]]] = {}
        self._lock = threading.Lock()
        self._errors: deque[str] = deque(maxlen=40)
        # A group of its own: what it starts (a browser) ends with it.
        self._process = subprocess.Popen(
            program.run,
            cwd=program.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._read, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_dead(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._process.poll() is not None or not self._threads[0].is_alive()

    def send(self, request: dict[str, JSON]) -> Future[dict[str, JSON]]:
        """Write a request and return what will be its answer."""
        answer: Future[dict[str, JSON]] = Future()
        line = json.dumps(request, ensure_ascii=False) + "\n"
        with self._lock:
            self._waiting[request["test"]] = answer
            try:
                assert self._process.stdin
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except (OSError, ValueError):
                self._waiting.pop(request["test"], None)
                answer.set_exception(self._death())
        return answer

    def end(self) -> int | None:
        """Close its input, wait for its end, and return its status; None: it had to be killed."""
        with self._lock, contextlib.suppress(OSError):
            assert self._process.stdin
            self._process.stdin.close()
        status: int | None
        try:
            status = self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            status = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for thread in self._threads:
            thread.join(5)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        return status

    def _read(self) -> None:
        assert self._process.stdout
        why = None
        for line in self._process.stdout:
            why = self._take(line)
            if why:
                # Nothing that follows can be trusted to be an answer.
                self._process.kill()
                break
        self._process.wait()
        self._threads[1].join(1)
        self._fail_all(self._death(why))

    def _take(self, line: str) -> str | None:
        """Take a line and return what is wrong with it."""
        try:
            found = json.loads(line)
        except ValueError:
            return f"it wrote what is no JSON: {line.strip()[:200]!r}"
        if not isinstance(found, dict):
            return f"it wrote what is no object: {line.strip()[:200]!r}"
        if "ready" in found:
            if not self.ready.done():
                self.ready.set_result(found["ready"])
        elif isinstance(found.get("step"), int) and "outcomes" not in found:
            self.steps[str(found.get("test"))] = found["step"]
        else:
            with self._lock:
                waiting = self._waiting.pop(str(found.get("test")), None)
            # An answer that comes too late is nobody's.
            if waiting:
                waiting.set_result(found)
        return None

    def _read_errors(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._errors.append(line.rstrip())

    def _fail_all(self, error: ProgramDiedError) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for each in (self.ready, *waiting.values()):
            if not each.done():
                each.set_exception(error)

    def _death(self, why: str | None = None) -> ProgramDiedError:
        errors = "\n".join(self._errors)
        said = why or f"the program ended with {self._process.poll()}"
        return ProgramDiedError(f"{said}\n{errors}".strip())


class ProgramProcess:
    """A program that answers tests for as long as there are some; used by several threads."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._starting = threading.Lock()
        self._run: Run | None = None
        self._false_starts = 0
        self._last: Exception | None = None

    def ready(self) -> dict[str, JSON]:
        """Return what the program says of itself; starts it.

        Raises:
            ProgramDiedError: it can't be started.
        """
        return self._running().ready.result(READY_S)

    def ask(self, request: dict[str, JSON], timeout_s: float) -> dict[str, JSON]:
        """Return the answer to a request.

        Raises:
            ProgramDiedError: the program died of it, or of another that was under way.
            HangingError: there was none in time.
        """
        run = self._running()
        try:
            return run.send(request).result(timeout_s)
        except NoAnswer:
            raise HangingError(timeout_s, run.steps.get(request["test"], 0)) from None

    def close(self) -> int | None:
        """End the program and return its status; None: it did not end by itself."""
        with self._starting:
            return self._end()

    def _end(self) -> int | None:
        run, self._run = self._run, None
        return run.end() if run else 0

    def _running(self) -> Run:
        """Return a run that is ready, a new one if the last is dead."""
        with self._starting:
            if self._run is not None and not self._run.is_dead:
                return self._run
            if self._false_starts >= MAX_FALSE_STARTS and self._last:
                raise self._last
            self._end()
            try:
                self._run = Run(self._program)
                self._run.ready.result(READY_S)
            except (OSError, ProgramDiedError, NoAnswer) as error:
                self._false_starts += 1
                command = shlex.join(self._program.run)
                self._last = ProgramDiedError(f"{command} does not start: {error!r}"[:2000])
                self._end()
                raise self._last from error
            self._false_starts = 0
            return self._run
