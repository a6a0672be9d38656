"""One method as one OpenAPI operation."""

from __future__ import annotations

from collections.abc import Iterator

from sdk.generator.api_model import Field, HttpBinding, Kind, Message, Method, Service
from sdk.generator.openapi.errors import errors_by_status
from sdk.generator.openapi.paths import Path, openapi_path
from sdk.generator.openapi.schemas import Json, Schemas, describe
from sdk.generator.openapi.source import Source

STATUS = "google.rpc.Status"
COMMON_PARAMETERS = ("RequestId", "IdempotencyKey", "Timeout")
_WELL_KNOWN = "google.protobuf."


class Operations:
    """Builds operations; what they refer to is put into the schemas."""

    def __init__(self, source: Source, schemas: Schemas) -> None:
        self._source = source
        self._schemas = schemas

    def operation(self, service: Service, method: Method, http: HttpBinding) -> tuple[str, Json]:
        """Return a method's path and what OpenAPI says of it."""
        request = self._source.message(method.input)
        path = openapi_path(http.path)
        summary, _, rest = describe(method.docs).partition(". ")
        operation: Json = {
            "tags": [service.name],
            "operationId": f"{service.name}_{method.name}",
            "summary": f"{summary.rstrip('.')}.",
            "description": rest.strip(),
            "security": [{"apiKey": [method.scope.value]}, {"token": [method.scope.value]}],
            "x-idempotent": method.is_idempotent,
            "parameters": [
                *self._path_parameters(request, path),
                *self._query_parameters(request, http),
                *({"$ref": f"#/components/parameters/{name}"} for name in COMMON_PARAMETERS),
            ],
        }
        if not operation["description"]:
            del operation["description"]
        if method.is_deprecated:
            operation["deprecated"] = True
        if method.default_deadline_ms:
            operation["x-default-deadline"] = f"{method.default_deadline_ms / 1000:g}s"
        if http.body:
            operation["requestBody"] = self._body(request, http)
        operation["responses"] = self._responses(service, method, http)
        if method.cache and method.cache.is_shared and http.verb == "GET":
            operation["parameters"].append({"$ref": "#/components/parameters/IfNoneMatch"})
        return path.template, operation

    def _path_parameters(self, request: Message, path: Path) -> Iterator[Json]:
        for parameter in path.parameters:
            field = self._field(request, parameter.field)
            docs = describe(field.docs)
            if parameter.pattern:
                docs = f"Part of `{field.name}`, `{parameter.pattern}`. {docs}"
            yield {
                "name": parameter.name,
                "in": "path",
                "required": True,
                "description": docs.strip(),
                "schema": {"type": "string"},
            }

    def _query_parameters(self, request: Message, http: HttpBinding) -> Iterator[Json]:
        if http.body == "*":
            return
        taken = {*http.path_fields, http.body}
        yield from self._leaves(request, "", taken, ())

    def _leaves(
        self, message: Message, prefix: str, taken: set[str], inside: tuple[str, ...]
    ) -> Iterator[Json]:
        """Yield a parameter for each plain value; a nested one's name has dots."""
        for field in message.fields:
            name = f"{prefix}{field.name}"
            if name in taken or field.is_map:
                continue
            if field.kind is Kind.MESSAGE and not field.type_name.startswith(_WELL_KNOWN):
                if not field.is_repeated and field.type_name not in inside:
                    nested = self._source.message(field.type_name)
                    yield from self._leaves(nested, f"{name}.", taken, (*inside, field.type_name))
                continue
            schema = self._schemas.of_field(field)
            docs = schema.pop("description", "")
            yield {
                "name": name,
                "in": "query",
                **({"required": True} if field.is_required else {}),
                **({"description": docs} if docs else {}),
                "schema": schema,
            }

    def _body(self, request: Message, http: HttpBinding) -> Json:
        if http.body == "*":
            schema = self._schemas.of_type(request.full_name)
        else:
            schema = self._schemas.of_field(request.field(http.body))
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def _responses(self, service: Service, method: Method, http: HttpBinding) -> Json:
        reply: Json = {
            "description": "Done.",
            "content": {"application/json": {"schema": self._schemas.of_type(method.output)}},
        }
        if method.operation_response:
            reply["description"] = (
                f"Begun: the operation's response is `{method.operation_response}`, its metadata "
                f"`{method.operation_metadata}`."
            )
        responses: Json = {"200": reply}
        if method.cache and method.cache.is_shared and http.verb == "GET":
            reply["headers"] = {
                name: {"$ref": f"#/components/headers/{name}"}
                for name in ("Age", "Cache-Control", "ETag")
            }
            responses["304"] = {"description": "Unchanged since the tag in `If-None-Match`."}
        errors = errors_by_status(method, service, self._source.api.error_reasons)
        for status, reasons in errors.items():
            responses[str(status)] = {
                "description": ", ".join(f"`{reason.name}`" for reason in reasons),
                "content": {"application/json": {"schema": self._schemas.of_type(STATUS)}},
                **(
                    {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
                    if status == 429
                    else {}
                ),
            }
        responses["default"] = {"$ref": "#/components/responses/Error"}
        return responses

    def _field(self, message: Message, path: str) -> Field:
        first, _, rest = path.partition(".")
        field = message.field(first)
        return self._field(self._source.message(field.type_name), rest) if rest else field
