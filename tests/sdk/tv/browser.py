"""Shows a page in the engine of this environment: `python browser.py URL PROFILE`.

Runs in an engine's own environment (`engines.py`), and so imports nothing of the project. What the
page writes to its console is printed, a line a message. Options: `--sip-alias`; `--script FILE` has
a line for each step: `wait MS`, `key NAME`, `shot FILE`,
`run SCRIPT`; without one it runs until it is killed.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 1280, 720
STEP_MS = 30
# A capsule does not copy its name: it has to live as long.
SIP_NAME = ctypes.c_char_p(b"sip._C_API")


def alias_sip() -> None:
    """Let PyQt5 before 5.11 find the `sip` that it imports from the top level."""
    sip = importlib.import_module("PyQt5.sip")
    set_name = ctypes.pythonapi.PyCapsule_SetName
    set_name.argtypes = [ctypes.py_object, ctypes.c_char_p]
    set_name(sip._C_API, SIP_NAME)
    sys.modules["sip"] = sip


class Screen:
    """A page on the whole screen, its profile in a folder."""

    def __init__(self, url: str, profile: str) -> None:
        self._core, self._gui, self._widgets, self._engine = (
            importlib.import_module(f"PyQt5.{name}")
            for name in ("QtCore", "QtGui", "QtWidgets", "QtWebEngineWidgets")
        )
        self._url = url
        self.application = self._widgets.QApplication(["browser"])
        self._profile = self._engine.QWebEngineProfile("tv", self.application)
        self._profile.setPersistentStoragePath(profile)
        self._profile.setCachePath(str(Path(profile, "cache")))
        self.page = self._make_page()
        self._view = self._engine.QWebEngineView()
        self._view.setPage(self.page)
        self._view.setWindowFlags(self._core.Qt.FramelessWindowHint)
        self._view.resize(WIDTH, HEIGHT)
        self._view.show()

    def _make_page(self) -> Any:  # a class of PyQt5, which has no types here
        def tell(page: Any, level: int, message: str, *place: Any) -> None:
            print(message, flush=True)

        page = type("Page", (self._engine.QWebEnginePage,), {"javaScriptConsoleMessage": tell})
        return page(self._profile, self.application)

    def run(self, steps: list[list[str]]) -> int:
        """Show the page and do the steps once it is loaded; without any, go on for ever."""
        if steps:
            self.page.loadFinished.connect(lambda _: self._next(steps))
        self.page.load(self._core.QUrl(self._url))
        return int(self.application.exec_())

    def _next(self, steps: list[list[str]]) -> None:
        if not steps:
            self.application.quit()
            return
        what, value = steps.pop(0)
        if what == "key":
            self._press(value)
        elif what == "shot":
            self._view.grab().save(value)
        elif what == "run":
            self.page.runJavaScript(value)
        wait_ms = int(value) if what == "wait" else STEP_MS
        self._core.QTimer.singleShot(wait_ms, lambda: self._next(steps))

    def _press(self, name: str) -> None:
        key = getattr(self._core.Qt, f"Key_{name}")
        event = self._core.QEvent
        for kind in (event.KeyPress, event.KeyRelease):
            pressed = self._gui.QKeyEvent(kind, key, self._core.Qt.NoModifier)
            self.application.postEvent(self._view.focusProxy() or self._view, pressed)


def main(arguments: list[str]) -> int:
    """Show the page until the script ends or somebody kills the process."""
    if "--sip-alias" in arguments:
        alias_sip()
    steps: list[list[str]] = []
    if "--script" in arguments:
        script = Path(arguments[arguments.index("--script") + 1]).read_text()
        steps = [line.split(None, 1) for line in script.splitlines() if line]
    return Screen(arguments[0], arguments[1]).run(steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
