"""Python: betterproto2's messages under an async client on grpcio."""

from __future__ import annotations

from sdk.generator.api_model import Api, Method, Service
from sdk.generator.language import Target
from sdk.generator.languages.python_formatting import format_python
from sdk.generator.languages.python_services import PythonService, python_service
from sdk.generator.languages.python_types import PythonTypes, docstring, field_name
from sdk.generator.naming import accessor, error_name, pascal, snake, upper_snake

_PLUGIN = "protoc-gen-python_betterproto2"
_PLUGIN_OPTIONS = "client_generation=none,server_generation=none"
_SERVICE_TEMPLATE = "src/__package__/services/__service__.py.jinja"
_PACKAGE_TEMPLATE = "src/__package__/__types__.py.jinja"
_IMPRESSIONS_TEMPLATE = "src/__package__/impressions.py.jinja"
_QUICKSTART_TEMPLATE = "examples/quickstart.py.jinja"
_PUBLIC = (
    "ApiKey",
    "AttemptEnd",
    "CallContext",
    "CallEnd",
    "CallInfo",
    "CallOptions",
    "CallStart",
    "Client",
    "ClientOptions",
    "Code",
    "Credentials",
    "DeadlineExceededError",
    "EventQueue",
    "EventStore",
    "FileStore",
    "Interceptor",
    "MemoryStore",
    "NoCredentials",
    "OperationHandle",
    "Pager",
    "QueueOptions",
    "ReplyCache",
    "RetryBudget",
    "Telemetry",
    "Token",
    "TokenCredentials",
    "TokenProvider",
    "Transport",
    "TransportError",
    "VERSION",
)


class PythonLanguage:
    """Makes the Python package."""

    name = "python"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package."""
        types = PythonTypes(api)
        package = types.package
        services = tuple(python_service(api, types, service) for service in api.services)
        context = {
            "api": api,
            "package": package,
            "distribution": package.replace("_", "-"),
            "base_error": f"{pascal(api.name)}Error",
            "services": services,
            "docstring": docstring,
            "docstring_module": lambda docs: docstring(docs, 0),
            "exports": _exports(api),
            **_queue_context(api, types),
            **_impression_context(api, types),
            "sample": _sample(api, types),
            "type_imports": _type_imports(api, types),
        }
        skip = [_SERVICE_TEMPLATE, _PACKAGE_TEMPLATE]
        if api.impressions is None:
            skip.append(_IMPRESSIONS_TEMPLATE)
        files = target.render_tree(context, skip=tuple(skip), names={"__package__": package})
        source = f"src/{package}"
        for service in services:
            files[f"{source}/services/{service.module}.py"] = target.render(
                _SERVICE_TEMPLATE, **_service_context(service)
            )
        files |= _type_modules(api, types, target, source)
        messages = target.run_plugin(
            _PLUGIN, _PLUGIN_OPTIONS, (*target.files, *target.dependencies)
        )
        formatted = {
            path: format_python(content, path, package) if _is_formatted(path, package) else content
            for path, content in files.items()
        }
        made = {f"{source}/_messages/{path}": content for path, content in messages.items()}
        return {**formatted, **made}


LANGUAGE = PythonLanguage()


def _is_formatted(path: str, package: str) -> bool:
    # An __init__ imports for others, which looks unused.
    return path.endswith(".py") and path != f"src/{package}/services/__init__.py"


def _exports(api: Api) -> list[str]:
    names = [*_PUBLIC, f"{pascal(api.name)}Error"]
    names += [error_name(reason.name) for reason in api.error_reasons]
    if api.impressions is not None:
        names.append("ImpressionTracker")
    return sorted(names)


def _service_context(service: PythonService) -> dict[str, object]:
    return {
        "service": service.service,
        "class_name": service.class_name,
        "methods": service.methods,
        "field_types": service.field_types,
        "imports": service.imports,
        "docstring": docstring,
        "docstring_module": lambda docs: docstring(docs, 0),
    }


def _type_modules(api: Api, types: PythonTypes, target: Target, source: str) -> dict[str, bytes]:
    """Return the public modules of the API's packages: `v1.py`, `admin/v1.py`."""
    files: dict[str, bytes] = {}
    for package in (*api.packages, "google.protobuf"):
        names = sorted(
            types.name(each.full_name)
            for each in api.types()
            if each.package == package and not types.is_unwrapped(each.full_name)
        )
        if not names:
            continue
        is_own = package in api.packages
        parts = types.module(package) if is_own else ("google",)
        for depth in range(1, len(parts)):
            outer = f"{source}/{'/'.join(parts[:depth])}/__init__.py"
            files[outer] = f'"""Packages of {api.name}."""\n'.encode()
        files[f"{source}/{'/'.join(parts)}.py"] = target.render(
            _PACKAGE_TEMPLATE,
            title=f"Messages and enums of {package}.",
            module=f"{types.package}._messages.{package}",
            names=names,
        )
    return files


def _queue(api: Api) -> tuple[Service, Method] | None:
    return next((pair for pair in api.methods() if pair[1].event_queue), None)


def _queue_context(api: Api, types: PythonTypes) -> dict[str, object]:
    found = _queue(api)
    if found is None or (fields := found[1].event_queue) is None:
        return {"queue": None}
    service, method = found
    event = api.message(method.input).field(fields.events_field).type_name
    return {
        "queue": {
            "method": _constant(service, method),
            "event": types.reference(event),
            "events_field": field_name(fields.events_field),
            "event_id_field": field_name(fields.event_id_field),
            "event_time_field": field_name(fields.event_time_field),
            "sent_time_field": field_name(fields.sent_time_field),
            "results_field": field_name(fields.results_field),
            "error_field": field_name(fields.error_field),
            "max_events": fields.max_events,
        }
    }


def _constant(service: Service, method: Method) -> str:
    return f"{field_name(accessor(service.name))}.{upper_snake(method.name)}"


def _impression_context(api: Api, types: PythonTypes) -> dict[str, object]:
    found = api.impressions
    if found is None:
        return {"impression": None, "slates": (), "subject_parameters": ""}
    event = api.message(found.event)
    kind = event.field(found.type_field).type_name
    subjects = [field_name(name) for name in found.subject_fields]
    slates = {m.output: (s, m) for s, m in api.methods() if m.slate}
    return {
        "impression": {
            "package": types.import_of(event.package),
            "event": types.reference(found.event),
            "item": types.reference(found.item),
            "type": types.reference(kind),
            "shown": types.enum_member(kind, found.impression_type),
            "clicked": types.enum_member(kind, found.click_type) if found.click_type else "",
            "type_field": field_name(found.type_field),
            "items_field": field_name(found.items_field),
            "item_id": field_name(found.item_id_field),
            "position": field_name(found.position_field) if found.position_field else "",
            "token": field_name(found.attribution_token_field),
        },
        "slates": [
            {"reply": types.reference(reply), "method": _constant(*of)}
            for reply, of in slates.items()
        ],
        "subject_parameters": "".join(
            f"{'*, ' if n == 0 else ''}{name}: str | None = None, "
            for n, name in enumerate(subjects)
        ),
        "subject_arguments": ", ".join(f"{name}={name}" for name in subjects),
        "subject_dict": f"{{{', '.join(f'{name!r}: {name}' for name in subjects)}}}",
    }


def _sample(api: Api, types: PythonTypes) -> dict[str, object]:
    """Return what README and quickstart call: the methods with the policies they show."""
    calls = [(s, m) for s, m in api.methods() if not m.is_streaming and not m.operation_response]
    service, method = next(
        ((s, m) for s, m in calls if m.paging and m.slate),
        next(((s, m) for s, m in calls if m.paging), calls[0]),
    )
    subject = next((path for path in method.subject_fields if "." not in path), "")
    return {
        "path": method.path[1:],
        "accessor": field_name(accessor(service.name)),
        "method": snake(method.name),
        "reply": types.reference(method.output),
        "subject": field_name(subject) if subject else "",
        "listed": field_name(method.paging.items_field) if method.paging else "",
        "page_size": field_name(method.paging.page_size_field) if method.paging else "",
        "page_token": field_name(method.paging.page_token_field) if method.paging else "",
        "is_slate": bool(method.slate and api.impressions),
        "is_paged": bool(method.paging),
    }


def _type_imports(api: Api, types: PythonTypes) -> str:
    """Return imports of all public modules; those that are not used are taken out afterwards."""
    return "\n".join(types.import_of(package) for package in api.packages)
