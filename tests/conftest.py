"""What every test may need: data sets, and the rule that nothing is skipped in CI."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def in_ci() -> bool:
    """Tell whether this run gates a change."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def require(condition: object, reason: str) -> None:
    """Skip the test if something it needs is missing; with CI=true fail it instead."""
    if condition:
        return
    if in_ci():
        pytest.fail(f"{reason} (CI=true: nothing is skipped)", pytrace=False)
    pytest.skip(reason)


def dataset_folder(name: str) -> Path | None:
    """Return the folder of a public data set, from $SHORTLIST_DATA or beside the checkout."""
    roots = [Path(chosen)] if (chosen := os.environ.get("SHORTLIST_DATA")) else []
    roots.append(ROOT.parent / "shared" / "data")
    return next((root / name for root in roots if (root / name).is_dir()), None)


@pytest.fixture(name="require", scope="session")
def require_fixture() -> Callable[[object, str], None]:
    """Give tests `require(condition, reason)`."""
    return require


@pytest.fixture(scope="session")
def dataset() -> Callable[[str], Path]:
    """Give tests `dataset(name)`: the data set's folder, or a skip (in CI a failure)."""

    def find(name: str) -> Path:
        folder = dataset_folder(name)
        require(folder, f"no data set {name}: set SHORTLIST_DATA to the folder that holds {name}/")
        assert folder is not None
        return folder

    return find


@pytest.fixture(scope="session")
def protovalidate() -> ModuleType:
    """The reference implementation of the contract's constraints, as an oracle.

    It looks for `buf.validate` at the top level; a second copy of those descriptors would clash
    with the one that the contract was generated against.
    """
    import server.gen.buf
    import server.gen.buf.validate
    from server.gen.buf.validate import validate_pb2

    sys.modules.setdefault("buf", server.gen.buf)
    sys.modules.setdefault("buf.validate", server.gen.buf.validate)
    sys.modules.setdefault("buf.validate.validate_pb2", validate_pb2)
    return importlib.import_module("protovalidate")
