"""Reads the cases: YAML that must fit `shortlist.conformance.v1.Suite`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from google.protobuf import json_format

from conformance.case import JSON, Case
from conformance.errors import BrokenFileError
from conformance.own_messages import own_message
from conformance.yaml_files import read_object

CASES = Path(__file__).parent / "cases"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class BrokenCaseError(BrokenFileError):
    """A file of cases does not fit the schema, or contradicts itself."""


def read_cases(folder: Path = CASES) -> list[Case]:
    """Return all cases of a folder, suite by suite.

    Raises:
        BrokenCaseError: there are none, or one is wrong: says the file and the place.
    """
    cases: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        suite = _parsed(path, "Suite")
        if suite.get("name") != path.stem:
            raise BrokenCaseError(f"{path.name}: the suite's name is {suite.get('name')!r}")
        cases += _cases_of(suite, path)
    if not cases:
        raise BrokenCaseError(f"{folder}: there are no cases")
    _require_unique(case.id for case in cases)
    return cases


def read_abouts(folder: Path = CASES) -> dict[str, str]:
    """Return what each suite is about."""
    return {path.stem: _parsed(path, "Suite")["about"] for path in sorted(folder.glob("*.yaml"))}


def read_world(folder: Path = CASES) -> Mapping[str, JSON]:
    """Return what a run prepares before its cases; the shipped world if the folder has none."""
    path = folder / "world.yml"
    return _parsed(path if path.exists() else CASES / "world.yml", "World")


def _parsed(path: Path, message: str) -> dict[str, JSON]:
    spec = read_object(path, BrokenCaseError)
    try:
        json_format.ParseDict(_with_prefixes(spec), own_message(message))
    except json_format.ParseError as error:
        raise BrokenCaseError(f"{path.name}: {error}") from error
    return spec


def _with_prefixes(spec: JSON) -> JSON:
    """Return the spec with enum values as the proto names them."""
    spec = copy.deepcopy(spec)
    for case in _objects(spec.get("cases")):
        case["level"] = f"LEVEL_{case.get('level')}"
        case["modes"] = [f"MODE_{mode}" for mode in case.get("modes", ())]
        case["script"] = _scripted(case.get("script"))
    return spec


def _scripted(script: JSON) -> JSON:
    """Return a script with its faults as the proto names them."""
    script = copy.deepcopy(script)
    for each in _objects(script):
        if "fault" in each:
            each["fault"] = f"WIRE_FAULT_{each['fault']}"
    return script


def _objects(value: JSON) -> Iterator[dict[str, JSON]]:
    """Yield the objects of a list; what else a file has there is for the schema to refuse."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def script_of(case: Case) -> list[JSON]:
    """Return what the scripted server does: the variant's own script, or the case's."""
    return list(case.values.get("script", case.spec.get("script", ())))


def _cases_of(suite: Mapping[str, JSON], path: Path) -> Iterator[Case]:
    for spec in suite.get("cases", ()):
        name = spec.get("name", "")
        if not _NAME.fullmatch(name):
            raise BrokenCaseError(f"{path.name}: {name!r} is no name of a case")
        for key in ("proves", "steps"):
            if not spec.get(key):
                raise BrokenCaseError(f"{path.name}: {name} has no `{key}`")
        if "UNSPECIFIED" in (spec["level"], *spec.get("modes", ())):
            raise BrokenCaseError(f"{path.name}: {name} says UNSPECIFIED")
        for values in spec.get("variants") or [{}]:
            if values and not values.get("name"):
                raise BrokenCaseError(f"{path.name}: a variant of {name} has no name")
            _require_script(values.get("script"), f"{path.name}: {name}")
            yield Case(
                suite=suite["name"],
                name=f"{name}[{values['name']}]" if values else name,
                proves=spec["proves"],
                level=spec["level"],
                modes=tuple(spec.get("modes") or ("SERVER",)),
                spec=spec,
                values=values,
            )


def _require_script(script: JSON, place: str) -> None:
    """A variant is any object to the schema; a script in it must be one all the same."""
    try:
        json_format.ParseDict({"script": _scripted(script)}, own_message("Case"))
    except json_format.ParseError as error:
        raise BrokenCaseError(f"{place}: {error}") from error


def _require_unique(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise BrokenCaseError(f"{each} is there twice")
        seen.add(each)
