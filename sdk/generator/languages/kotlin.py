"""The Kotlin package for Android: gRPC on OkHttp, lite protobuf, coroutines, no reflection."""

from __future__ import annotations

from dataclasses import dataclass

from sdk.generator.api_model import Api, ErrorReason
from sdk.generator.language import Target, without_operators
from sdk.generator.languages.jvm import Imports, class_names, doc_comment, with_packages
from sdk.generator.languages.jvm_views import Views, quickstart
from sdk.generator.naming import pascal

_JAVA, _MAIN = "src/main/java", "src/main/kotlin"
_EXAMPLE = "examples/quickstart/src/main/kotlin"
# What the templates may name; each file imports those that it does.
_OTHERS = (
    "com.google.protobuf.InvalidProtocolBufferException",
    "com.google.protobuf.Timestamp",
    "io.grpc.MethodDescriptor.MethodType",
    "io.grpc.Status.Code",
    "java.util.concurrent.ConcurrentHashMap",
    "kotlin.time.Duration.Companion.milliseconds",
    "kotlinx.coroutines.CoroutineScope",
    "kotlinx.coroutines.Dispatchers",
    "kotlinx.coroutines.Job",
    "kotlinx.coroutines.SupervisorJob",
    "kotlinx.coroutines.cancel",
    "kotlinx.coroutines.flow.Flow",
    "kotlinx.coroutines.flow.first",
    "kotlinx.coroutines.flow.flowOf",
)
_EXAMPLE_OTHERS = (
    "java.io.File",
    "kotlin.time.Duration.Companion.nanoseconds",
    "kotlinx.coroutines.cancelAndJoin",
    "kotlinx.coroutines.coroutineScope",
    "kotlinx.coroutines.flow.count",
    "kotlinx.coroutines.launch",
    "kotlinx.coroutines.runBlocking",
)
_INTERNAL = ("Caller", "EventBatches", "ReplyCache", "Sdk")
_TRANSPORT = ("CachePolicy", "GrpcTransport", "RpcMethod", "Transport")
# Names of the package's own classes, and of Kotlin's, that the templates use.
_OWN = """
CallOptions ClientOptions Credentials DeadlineExceededException EventQueue EventQueueOptions
FileEventStore Hooks ImpressionTracker Interceptor Paged Subject Telemetry
"""
_KOTLIN = ("Boolean", "ByteArray", "Deprecated", "Int", "List", "Long", "String", "System", "Unit")
_BOXED = {"Integer": "Int"}


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A reason and the class of its exception."""

    reason: str
    class_name: str
    retry: str
    docs: str


class Kotlin:
    """Makes the package for Android and Android TV."""

    name = "kotlin"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package, without services that only operators may call.

        Messages of others are generated too, below the package's own name: apps may bring theirs.
        """
        api = without_operators(api)
        google = f"io.{api.name}"
        descriptors = with_packages(
            target.descriptor_set, target.files, relocated=google, kept=target.dependencies
        )
        image = descriptors.SerializeToString(deterministic=True)
        files = target.files_of(api)
        run = target.plugins.run_protoc
        messages = run(image, {"java": "lite"}, (*files, *target.dependencies))
        builders = run(image, {"kotlin": "lite"}, files)
        facade = _Facade(api, target, class_names(descriptors))
        return {
            **{f"{_JAVA}/{path}": content for path, content in messages.items()},
            **{f"{_MAIN}/{path}": content for path, content in builders.items()},
            **facade.runtime(),
            **facade.services(),
            **facade.events(),
            **facade.quickstart(),
        }


class _Facade:
    """Everything but the messages."""

    def __init__(self, api: Api, target: Target, classes: dict[str, str]) -> None:
        self._api = api
        self._target = target
        self._views = Views(api, classes, _BOXED)
        self._package = f"io.{api.name}.sdk"
        self._google = f"io.{api.name}.google"
        self._product = pascal(api.name)
        self._main = f"{_MAIN}/{self._package.replace('.', '/')}"
        self._others = (
            *_OTHERS,
            f"{self._google}.rpc.Status",
            *(f"{self._package}.internal.{name}" for name in _INTERNAL),
            *(f"{self._package}.transport.{name}" for name in _TRANSPORT),
        )
        self._taken = {name: f"kotlin.{name}" for name in _KOTLIN}
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
        """Return the client and its services."""
        files = {}
        for service in self._api.services:
            imports = self._imports()
            view = self._views.service(service, imports)
            files[view.class_name] = self._render("Service", imports, service=view)
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

    def quickstart(self) -> dict[str, bytes]:
        """Return an example that runs."""
        imports = Imports("", self._taken)
        example = quickstart(self._api, self._views, imports)
        queue = self._views.queue(imports)
        own = (f"{self._package}.{name}" for name in (*_OWN.split(), *self._product_names()))
        content = self._render(
            "Quickstart",
            imports,
            (*_EXAMPLE_OTHERS, *own),
            example=example,
            event=queue.event if queue else "",
        )
        return {f"{_EXAMPLE}/Quickstart.kt": content}

    def _product_names(self) -> tuple[str, str]:
        return f"{self._product}Client", f"{self._product}Exception"

    def _context(self) -> dict[str, object]:
        imports = Imports("", self._taken)
        return {
            "api": self._api,
            "package": self._package,
            "google": self._google,
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
        given = {**self._context(), "doc": doc_comment, **context}
        template = f"parts/{part}.kt.jinja"
        body = self._target.render(template, imports=[], **given).decode()
        needed = sorted(imports.needed(body, *(others or self._others)), key=_import_order)
        return self._target.render(template, imports=needed, **given)

    def _in_main(self, files: dict[str, bytes]) -> dict[str, bytes]:
        return {f"{self._main}/{name}.kt": content for name, content in files.items()}


def _import_order(name: str) -> tuple[bool, str]:
    """Return the place that Kotlin's formatters give an import: java and kotlin come last."""
    return name.startswith(("java.", "javax.", "kotlin.")), name


def _error(reason: ErrorReason) -> ErrorView:
    return ErrorView(
        reason=reason.name,
        class_name=f"{pascal(reason.name.removesuffix('_EXCEPTION'))}Exception",
        retry=reason.retry.name,
        docs=doc_comment(reason.docs or f"{reason.name}."),
    )


LANGUAGE = Kotlin()
