"""The Java package: gRPC on Netty, full protobuf messages, synchronous calls and futures."""

from __future__ import annotations

from dataclasses import dataclass

from sdk.generator.api_model import Api, ErrorReason
from sdk.generator.language import Target
from sdk.generator.languages.java_layout import fitted
from sdk.generator.languages.jvm import Imports, class_names, java_doc, with_packages
from sdk.generator.languages.jvm_views import Views, quickstart
from sdk.generator.naming import pascal

_MAIN = "src/main/java"
_EXAMPLE = "examples/quickstart/src/main/java"
# What the templates may name; each file imports those that it does.
_OTHERS = (
    "com.google.longrunning.Operation",
    "com.google.protobuf.Timestamp",
    "com.google.rpc.Status",
    "io.grpc.MethodDescriptor.MethodType",
    "io.grpc.Status.Code",
    "io.grpc.stub.ClientCalls",
    "io.grpc.stub.StreamObserver",
    "java.time.Duration",
    "java.time.Instant",
    "java.util.ArrayList",
    "java.util.List",
    "java.util.Objects",
    "java.util.Optional",
    "java.util.Set",
    "java.util.concurrent.CompletableFuture",
    "java.util.concurrent.ConcurrentHashMap",
    "java.util.function.Consumer",
    "java.util.stream.Collectors",
)
_INTERNAL = ("Caller", "EventBatches", "Sdk", "Streams")
_TRANSPORT = ("GrpcTransport", "RpcMethod", "Transport")
# Classes of the package itself that the templates use; like those of java.lang they need no import.
_OWN = """
CallOptions Credentials DeadlineExceededException EventQueue EventQueueOptions Hooks
ImpressionTracker Interceptor Paged QueuedEvents RunningOperation Subject Telemetry
"""
_JAVA_LANG = ("Override", "String", "System")


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A reason and the class of its exception."""

    reason: str
    class_name: str
    retry: str
    docs: str


class Java:
    """Makes the package for partners' backends."""

    name = "java"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package; messages of others come from `proto-google-common-protos`."""
        descriptors = with_packages(target.descriptor_set, target.files)
        messages = target.plugins.run_protoc(
            descriptors.SerializeToString(deterministic=True), {"java": ""}, target.files
        )
        facade = _Facade(api, target, class_names(descriptors))
        return {
            **{f"{_MAIN}/{path}": content for path, content in messages.items()},
            **facade.runtime(),
            **facade.services(),
            **facade.events(),
            **facade.errors(),
            **facade.quickstart(),
        }


class _Facade:
    """Everything but the messages."""

    def __init__(self, api: Api, target: Target, classes: dict[str, str]) -> None:
        self._api = api
        self._target = target
        self._views = Views(api, classes)
        self._package = f"io.{api.name}.sdk"
        self._product = pascal(api.name)
        self._main = f"{_MAIN}/{self._package.replace('.', '/')}"
        self._others = (
            *_OTHERS,
            *(f"{self._package}.internal.{name}" for name in _INTERNAL),
            *(f"{self._package}.transport.{name}" for name in _TRANSPORT),
        )
        self._taken = {name: f"java.lang.{name}" for name in _JAVA_LANG}
        self._taken |= {name: f"{self._package}.{name}" for name in _OWN.split()}
        self._taken |= {each.rsplit(".", 1)[-1]: each for each in self._others}
        self._errors = tuple(_error(reason) for reason in api.error_reasons)

    def runtime(self) -> dict[str, bytes]:
        """Return what is the same for every API but for names."""
        return self._target.render_tree(
            self._context(),
            skip=("parts/",),
            names={"__package__": self._package.replace(".", "/"), "__product__": self._product},
        )

    def services(self) -> dict[str, bytes]:
        """Return the client, its services, and operations if there are any."""
        files = {}
        for service in self._api.services:
            imports = self._imports()
            view = self._views.service(service, imports)
            files[view.class_name] = self._render("Service", imports, service=view)
        if any(method.operation_response for _, method in self._api.methods()):
            files["RunningOperation"] = self._render("RunningOperation", self._imports())
        imports = self._imports()
        files[f"{self._product}Client"] = self._render(
            "Client",
            imports,
            services=[self._views.service(each, imports) for each in self._api.services],
            queue=self._views.queue(imports),
            slates=self._views.slates(imports) if self._api.impressions else (),
        )
        return self._in_main(files)

    def events(self) -> dict[str, bytes]:
        """Return what the event queue and the impression tracker need, if the API has events."""
        imports = self._imports()
        files = {}
        if (queue := self._views.queue(imports)) is not None:
            files["QueuedEvents"] = self._render("QueuedEvents", imports, queue=queue)
        if (impressions := self._views.impressions(imports)) is not None:
            items = {slate.item: slate for slate in self._views.slates(imports)}
            for part in ("Subject", "ImpressionTracker"):
                files[part] = self._render(
                    part, imports, impressions=impressions, items=tuple(items.values())
                )
        return self._in_main(files)

    def errors(self) -> dict[str, bytes]:
        """Return an exception for each reason."""
        return self._in_main(
            {
                f"errors/{error.class_name}": self._render("Error", self._imports(), error=error)
                for error in self._errors
            }
        )

    def quickstart(self) -> dict[str, bytes]:
        """Return an example that runs."""
        imports = Imports("", self._taken)
        example = quickstart(self._api, self._views, imports)
        own = (f"{self._package}.{name}" for name in (*_OWN.split(), *self._product_names()))
        others = (*self._others, *own)
        content = self._render("Quickstart", imports, others, example=example)
        return {f"{_EXAMPLE}/Quickstart.java": content}

    def _product_names(self) -> tuple[str, str]:
        return f"{self._product}Client", f"{self._product}Exception"

    def _context(self) -> dict[str, object]:
        imports = Imports("", self._taken)
        return {
            "api": self._api,
            "package": self._package,
            "product": self._product,
            "errors": self._errors,
            "example": quickstart(self._api, self._views, imports),
            "services": [self._views.service(each, imports) for each in self._api.services],
            "has_events": self._views.queue(imports) is not None,
        }

    def _imports(self) -> Imports:
        return Imports(self._package, self._taken)

    def _render(
        self, part: str, imports: Imports, others: tuple[str, ...] = (), **context: object
    ) -> bytes:
        """Render a file twice: what it has to import is known when its body is there."""
        given = {**self._context(), "java_doc": java_doc, **context}
        template = f"parts/{part}.java.jinja"
        body = self._target.render(template, imports=[], **given).decode()
        needed = imports.needed(body, *(others or self._others))
        return fitted(self._target.render(template, imports=needed, **given).decode()).encode()

    def _in_main(self, files: dict[str, bytes]) -> dict[str, bytes]:
        return {f"{self._main}/{name}.java": content for name, content in files.items()}


def _error(reason: ErrorReason) -> ErrorView:
    return ErrorView(
        reason=reason.name,
        class_name=f"{pascal(reason.name.removesuffix('_EXCEPTION'))}Exception",
        retry=reason.retry.name,
        docs=java_doc(reason.docs or f"{reason.name}."),
    )


LANGUAGE = Java()
