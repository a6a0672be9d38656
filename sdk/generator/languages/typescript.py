"""TypeScript, for browsers and Node: messages by protoc-gen-es, all else by templates.

Every service is a class in a file of its own, so that an application bundles only those it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import Api
from sdk.generator.language import Language, Target, UnsupportedApiError, without_operators
from sdk.generator.languages.typescript_names import jsdoc
from sdk.generator.languages.typescript_pruning import prune
from sdk.generator.languages.typescript_quickstart import quickstart
from sdk.generator.languages.typescript_services import service_context, summary
from sdk.generator.naming import error_name, pascal

_HEADER = "// Generated from the contract. Change the contract or the generator, not this file."
_PLUGIN = "protoc-gen-es"
_OPTIONS = "target=ts,import_extension=js"
# Errors that the client itself makes; a reason of such a name is that error.
_OWN_ERRORS = {"DeadlineExceededError", "CancelledError"}
_SERVICE = "src/services/service.ts.jinja"
_BARREL = "src/messages.ts.jinja"


@dataclass(frozen=True, slots=True)
class TypeScript:
    """Makes the npm package."""

    name: str = "typescript"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package; see `Language.generate`."""
        api = without_operators(api)
        if not api.services:
            raise UnsupportedApiError("typescript: every service is for operators only")
        context = self._context(api)
        skip = [_SERVICE, _BARREL]
        if context["quickstart"] is None:
            skip.append("examples/")
        files = target.render_tree(context, skip=tuple(skip))
        for service in api.services:
            view = service_context(api, service)
            path = f"src/services/{view['service']['module']}.ts"
            if path in files:
                raise UnsupportedApiError(f"typescript: two services are named as {path}")
            files[path] = target.render(_SERVICE, **context | view)
        for package in context["packages"]:
            path = f"src/{package['entry']}.ts"
            if path in files:
                raise UnsupportedApiError(f"typescript: no package may end in {package['entry']}")
            files[path] = target.render(_BARREL, **context | package)
        own = target.files_of(api)
        messages = prune(target, api).run_plugin(_PLUGIN, _OPTIONS, (*own, *target.dependencies))
        return files | {f"src/gen/{path}": content for path, content in messages.items()}

    def _context(self, api: Api) -> dict[str, Any]:
        services = [summary(service) for service in api.services]
        reasons = _reasons(api)
        base = f"{pascal(api.name)}Error"
        own = [f"{reason['type']}" for reason in reasons]
        return {
            "api": api,
            "header": _HEADER,
            "package": f"@{api.name}/sdk",
            "title": pascal(api.name),
            "error_base": base,
            "reasons": reasons,
            "error_exports": sorted({base, *_OWN_ERRORS, *own}),
            "services": services,
            "tracker": _tracker(api, services),
            "packages": [_package(api, name) for name in api.packages],
            "quickstart": quickstart(api),
            "sizes": _sizes(api, services),
        }


def _sizes(api: Api, services: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the services of a typical page: those with slates and with events, else the first."""
    wanted = {
        service.name for service, method in api.methods() if method.slate or method.event_queue
    }
    chosen = [each for each in services if each["name"] in wanted] or services[:1]
    return {"services": chosen, "classes": [each["class_name"] for each in chosen]}


def _tracker(api: Api, services: list[dict[str, Any]]) -> dict[str, Any] | None:
    if api.impressions is None:
        return None
    return next((each for each in services if each["has_queue"]), None)


def _reasons(api: Api) -> list[dict[str, Any]]:
    return [
        {
            "name": reason.name,
            "type": error_name(reason.name),
            "is_own": error_name(reason.name) in _OWN_ERRORS,
            "retry": reason.retry.value,
            "docs": jsdoc(reason.docs or reason.code),
        }
        for reason in api.error_reasons
    ]


def _package(api: Api, name: str) -> dict[str, Any]:
    """Return the entry that a proto package's messages are imported from: `@shortlist/sdk/v1`."""
    entry = name.removeprefix(f"{api.name}.").replace(".", "-")
    files = sorted(
        {each.file for each in api.messages if each.package == name}
        | {each.file for each in api.enums if each.package == name}
        | {each.file for each in api.services if each.package == name}
    )
    modules = [f"./gen/{file.removesuffix('.proto')}_pb.js" for file in files]
    return {"package_name": name, "entry": entry, "modules": modules}


LANGUAGE: Language = TypeScript()
