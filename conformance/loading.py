"""Reads the cases: YAML that must fit `shortlist.conformance.v1.Suite`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from google.protobuf import json_format

from conformance.case import JSON, Case
from conformance.own_messages import own_message

CASES = Path(__file__).parent / "cases"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class BrokenCaseError(ValueError):
    """A file of cases does not fit the schema, or contradicts itself."""


class _Loader(yaml.SafeLoader):
    """Without dates: a time in a case is text, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_cases(folder: Path = CASES) -> list[Case]:
    """Return all cases of a folder, suite by suite.

    Raises:
        BrokenCaseError: says the file and the place.
    """
    cases: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        suite = _parsed(path, "Suite")
        if suite.get("name") != path.stem:
            raise BrokenCaseError(f"{path.name}: the suite's name is {suite.get('name')!r}")
        cases += _cases_of(suite, path)
    _require_unique(case.id for case in cases)
    return cases


def read_abouts(folder: Path = CASES) -> dict[str, str]:
    """Return what each suite is about."""
    return {path.stem: _parsed(path, "Suite")["about"] for path in sorted(folder.glob("*.yaml"))}


def read_world(folder: Path = CASES) -> Mapping[str, JSON]:
    """Return what a run prepares before its cases; empty if the folder has none."""
    path = folder / "world.yml"
    return _parsed(path, "World") if path.exists() else {}


def _parsed(path: Path, message: str) -> dict[str, JSON]:
    try:
        spec = yaml.load(path.read_text("utf-8"), _Loader)
        json_format.ParseDict(_with_prefixes(spec), own_message(message))
    except (yaml.YAMLError, json_format.ParseError) as error:
        raise BrokenCaseError(f"{path.name}: {error}") from error
    if not isinstance(spec, dict):
        raise BrokenCaseError(f"{path.name}: not an object")
    return spec


def _with_prefixes(spec: JSON) -> JSON:
    """Return the spec with enum values as the proto names them."""
    spec = copy.deepcopy(spec)
    for case in spec.get("cases", ()):
        case["level"] = f"LEVEL_{case.get('level')}"
        case["modes"] = [f"MODE_{mode}" for mode in case.get("modes", ())]
        case["script"] = _scripted(case.get("script", ()))
    return spec


def _scripted(script: Iterable[JSON]) -> list[JSON]:
    """Return a script with its faults as the proto names them."""
    return [
        {**each, "fault": f"WIRE_FAULT_{each['fault']}"} if "fault" in each else each
        for each in script
    ]


def script_of(case: Case) -> list[JSON]:
    """Return what the scripted server does: the variant's own script, or the case's."""
    return list(case.values.get("script", case.spec.get("script", ())))


def _cases_of(suite: Mapping[str, JSON], path: Path) -> Iterator[Case]:
    for spec in suite["cases"]:
        name = spec.get("name", "")
        if not _NAME.fullmatch(name):
            raise BrokenCaseError(f"{path.name}: {name!r} is no name of a case")
        for key in ("proves", "steps"):
            if not spec.get(key):
                raise BrokenCaseError(f"{path.name}: {name} has no `{key}`")
        for values in spec.get("variants") or [{}]:
            if values and not values.get("name"):
                raise BrokenCaseError(f"{path.name}: a variant of {name} has no name")
            _require_script(values.get("script", ()), f"{path.name}: {name}")
            yield Case(
                suite=suite["name"],
                name=f"{name}[{values['name']}]" if values else name,
                proves=spec["proves"],
                level=spec["level"],
                modes=tuple(spec.get("modes") or ("SERVER",)),
                spec=spec,
                values=values,
            )


def _require_script(script: Iterable[JSON], place: str) -> None:
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
