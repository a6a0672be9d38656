"""Swift: everything by templates, messages too; Foundation is all that the package needs.

Calls go as JSON over HTTP by the methods' bindings; streams and services for operators are left
out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from sdk.generator.api_model import Api, Enum, Message, Retry
from sdk.generator.documentation import comment
from sdk.generator.language import Language, Target, restrict, without_operators
from sdk.generator.languages.swift_messages import MessageViews
from sdk.generator.languages.swift_names import TypeNames, declared_names, member, plain
from sdk.generator.languages.swift_services import ServiceViews
from sdk.generator.naming import error_name, pascal
from sdk.generator.rendering import TEMPLATES

_RETRIES = {
    Retry.IF_IDEMPOTENT: "ifIdempotent",
    Retry.AFTER_DELAY: "afterDelay",
    Retry.AFTER_REFRESH: "afterRefresh",
}


@dataclass(frozen=True, slots=True)
class Swift:
    """Makes the Swift package."""

    name: str = "swift"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package; see `Language.generate`."""
        api = _callable(api)
        names = TypeNames(api, declared_names(TEMPLATES / self.name))
        messages = MessageViews(api, names)
        views = ServiceViews(api, names, messages)
        types = tuple(
            each
            for each in api.reachable(tuple(method for _, method in api.methods()))
            if not (isinstance(each, Message) and each.is_well_known)
            and each.package != "google.protobuf"
        )
        shown = tuple(each for each in types if isinstance(each, Message))
        context = _context(api) | {
            "services": [views.service(service) for service in api.services],
            "tracking": views.tracking(shown),
        }
        context["quickstart"] = _quickstart(api, context, names)
        skip = ["parts/"] + ([] if context["quickstart"] else ["Sources/Quickstart/"])
        module = context["module"]
        files = target.render_tree(context, skip=tuple(skip), names={"__module__": module})
        source = f"Sources/{module}"
        for view in context["services"]:
            files[f"{source}/Services/{view['type']}.swift"] = target.render(
                "parts/service.swift.jinja", **context, service=view
            )
        if context["tracking"]:
            files[f"{source}/Services/ImpressionTracker.swift"] = target.render(
                "parts/tracker.swift.jinja", **context
            )
        for path, found in _by_file(types).items():
            files[f"{source}/Contract/{path}"] = _file(found, target, messages, names)
        return files


def _callable(api: Api) -> Api:
    """Return the API with what can be called over HTTP."""
    services = tuple(
        replace(each, methods=tuple(m for m in each.methods if m.http and not m.is_streaming))
        for each in without_operators(api).services
    )
    kept = replace(api, services=services, _by_name={})
    return restrict(kept, lambda service: bool(service.methods))


def _context(api: Api) -> dict[str, Any]:
    reasons = [
        {
            "name": reason.name,
            "constant": member(reason.name),
            "plain": plain(reason.name),
            "type": error_name(reason.name),
            "docs": comment(reason.docs or reason.code, prefix="/// ", indent=2),
        }
        for reason in api.error_reasons
    ]
    retries = [
        (name, ", ".join(f".{plain(r.name)}" for r in api.error_reasons if r.retry is retry))
        for retry, name in _RETRIES.items()
    ]
    return {
        "api": api,
        "module": pascal(api.name),
        "reasons": reasons,
        "retries": [(name, cases) for name, cases in retries if cases],
        "after_delay": _first(api, Retry.AFTER_DELAY),
        "after_refresh": _first(api, Retry.AFTER_REFRESH),
    }


def _first(api: Api, retry: Retry) -> str:
    return next((reason.name for reason in api.error_reasons if reason.retry is retry), "")


def _by_file(types: tuple[Message | Enum, ...]) -> dict[str, list[Message | Enum]]:
    """Return the types by the file that they go into: one for each proto file."""
    found: dict[str, list[Message | Enum]] = {}
    owners: dict[str, str] = {}
    for each in types:
        name = f"{pascal(PurePosixPath(each.file).stem)}Messages.swift"
        if owners.setdefault(name, each.file) != each.file:
            name = f"{pascal(each.package)}{name}"
        found.setdefault(name, []).append(each)
    return found


def _file(
    types: list[Message | Enum], target: Target, messages: MessageViews, names: TypeNames
) -> bytes:
    parts = ["import Foundation\n"]
    for each in types:
        outer = names.outer(each)
        indent = 2 if outer else 0
        if isinstance(each, Enum):
            view, template = messages.enum(each, indent), "parts/enum.swift.jinja"
        else:
            view, template = messages.message(each, indent), "parts/message.swift.jinja"
        docs = comment(each.docs or f"`{each.full_name}`.", prefix="/// ", indent=indent)
        text = target.render(template, type=view, pad=" " * indent, docs=docs).decode()
        parts.append(f"extension {outer} {{\n{text}}}\n" if outer else text)
    return "\n".join(parts).encode()


def _quickstart(api: Api, context: dict[str, Any], names: TypeNames) -> dict[str, Any] | None:
    """Return what the example calls: the first paged slate, else the first paged list."""
    paged = [(s, m) for s, m in api.methods() if m.paging]
    paged.sort(key=lambda each: each[1].slate is None)
    if not paged or paged[0][1].paging is None:
        return None
    service, method = paged[0]
    views = {view["type"]: view for view in context["services"]}
    request = api.message(method.input)
    subjects = [request.field(name) for name in method.subject_fields if "." not in name]
    size = member(paged[0][1].paging.page_size_field)
    arguments = {size: f"{size}: 5"}
    if subjects:
        subject = subjects[0]
        value = f".{member(subject.name)}(user)" if subject.oneof else "user"
        name = member(subject.oneof or subject.name)
        arguments[name] = f"{name}: {value}"
    order = [member(each.oneof or each.name) for each in request.fields]
    view = next(
        each for each in views[service.name]["methods"] if each["plain_name"] == plain(method.name)
    )
    queues = [(s, m) for s in context["services"] for m in s["methods"] if m["queue"]]
    return {
        "service": views[service.name]["accessor"],
        "method": view,
        "size": size,
        "request": names.of(method.input),
        "arguments": ", ".join(arguments[n] for n in dict.fromkeys(order) if n in arguments),
        "has_slate": method.slate is not None,
        "queue_service": queues[0][0]["accessor"] if queues else "",
        "queue": queues[0][1]["queue"] if queues else None,
        "subject_case": f".{member(api.impressions.subject_fields[0])}(user)"
        if api.impressions and api.impressions.subject_fields
        else "",
    }


LANGUAGE: Language = Swift()
