"""Go: messages and stubs by the standard plugins, the client by templates; one module in all.

Every file is as gofmt wants it. Files that differ by a service are named after its accessor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import Api, Method, Retry, Service
from sdk.generator.documentation import comment
from sdk.generator.language import Language, Target, UnsupportedApiError
from sdk.generator.languages.go_names import go_module, package_alias, package_path
from sdk.generator.languages.go_services import ServiceView, variable
from sdk.generator.languages.go_tracking import quickstart, tracking
from sdk.generator.naming import error_name, pascal

_RETRIES = {
    Retry.NEVER: "retryNever",
    Retry.IF_IDEMPOTENT: "retryIfIdempotent",
    Retry.AFTER_DELAY: "retryAfterDelay",
    Retry.AFTER_REFRESH: "retryAfterRefresh",
}
_CODES = {"CANCELLED": "Canceled", "OK": "OK"}


@dataclass(frozen=True, slots=True)
class Go:
    """Makes the Go module."""

    name: str = "go"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the module; see `Language.generate`."""
        services = [ServiceView(api, service).context() for service in api.services]
        context = self._context(api, services)
        skip = ["parts/"]
        if not any(method.operation_response for _, method in api.methods()):
            skip.append("operations.go.jinja")
        if context["quickstart"] is None:
            skip.append("examples/")
        files = target.render_tree(context, skip=tuple(skip), names={"__package__": api.name})
        for view in services:
            name = f"{view['accessor'].lower()}.go"
            if name in files:
                raise UnsupportedApiError(f"go: service {view['accessor']}: {name} is taken")
            files[name] = target.render("parts/service.go.jinja", **context, service=view)
        return files | self._messages(api, target)

    def _messages(self, api: Api, target: Target) -> dict[str, bytes]:
        packages = {each.file: each.package for each in (*api.types(), *api.services)}
        mapped = [
            f"M{file}={package_path(api, packages[file])};{package_alias(packages[file])}"
            for file in target.files
            if file in packages
        ]
        options = ",".join([f"module={go_module(api)}", *mapped])
        files = [file for file in target.files if file in packages]
        made = target.run_plugin("protoc-gen-go", options, files)
        with_services = sorted({service.file for service in api.services})
        return made | target.run_plugin("protoc-gen-go-grpc", options, with_services)

    def _context(self, api: Api, services: list[dict[str, Any]]) -> dict[str, Any]:
        methods = [_policy(service, method) for service, method in api.methods()]
        return {
            "api": api,
            "package": api.name,
            "module": go_module(api),
            "services": services,
            "methods": methods,
            "has_durations": any(method["has_durations"] for method in methods),
            "has_codes": any(method["has_codes"] for method in methods),
            "reasons": _reasons(api),
            "retries": _retries(api),
            "tracking": tracking(api),
            "quickstart": quickstart(api),
            "has_operations": any(method.operation_response for _, method in api.methods()),
        }


def _policy(service: Service, method: Method) -> dict[str, Any]:
    pairs = [("FullName", f'"{method.path}"')]
    if method.is_idempotent:
        pairs.append(("Idempotent", "true"))
    if method.retryable_codes:
        codes = ", ".join(f"codes.{_code(each)}" for each in method.retryable_codes)
        pairs.append(("RetryableCodes", f"[]codes.Code{{{codes}}}"))
    times = {"DefaultTimeout": method.default_deadline_ms}
    if method.cache:
        times["CacheMaxAge"] = method.cache.max_age_ms
        times["CacheStaleIfError"] = method.cache.stale_if_error_ms
    pairs += [(name, _duration(ms)) for name, ms in times.items() if ms]
    if method.request_id_field:
        pairs.append(("requestIDField", f'"{method.request_id_field}"'))
    width = max(len(name) for name, _ in pairs) + 1
    return {
        "variable": variable(service, method),
        "lines": [f"{name + ':':{width}} {value}," for name, value in pairs],
        "has_durations": any(times.values()),
        "has_codes": bool(method.retryable_codes),
    }


def _duration(ms: int) -> str:
    """Return a duration in the largest unit that it is a whole number of."""
    for unit, size in (("Hour", 3_600_000), ("Minute", 60_000), ("Second", 1000)):
        if ms % size == 0:
            return f"{ms // size} * time.{unit}"
    return f"{ms} * time.Millisecond"


def _code(name: str) -> str:
    return _CODES.get(name, pascal(name))


def _reasons(api: Api) -> list[dict[str, str]]:
    found = []
    for reason in api.error_reasons:
        constant = f"Reason{pascal(reason.name)}"
        docs = f"{constant} is {reason.docs or reason.code}"
        found.append(
            {
                "name": reason.name,
                "constant": constant,
                "docs": comment(docs, prefix="\t// "),
                "type": error_name(reason.name),
            }
        )
    return found


def _retries(api: Api) -> list[tuple[str, str]]:
    """Return the reasons of each retry policy, as a list of cases."""
    found = []
    for retry, name in _RETRIES.items():
        reasons = [f"Reason{pascal(r.name)}" for r in api.error_reasons if r.retry is retry]
        if reasons and retry is not Retry.NEVER:
            found.append((name, ", ".join(reasons)))
    return found


LANGUAGE: Language = Go()
