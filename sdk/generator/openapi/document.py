"""The whole document."""

from __future__ import annotations

from sdk.generator.api_model import ErrorReason
from sdk.generator.openapi.operations import STATUS, Operations
from sdk.generator.openapi.schemas import Json, Schemas, describe
from sdk.generator.openapi.source import Source

_ERRORS = """\
Errors are `google.rpc.Status` in JSON. Its first detail is `google.rpc.ErrorInfo`: act on its
`reason` (the schema `ErrorReason` has them all), not on the message. Others, by reason, are
`google.rpc.BadRequest`, `google.rpc.ResourceInfo` and `google.rpc.RetryInfo`.

Fields and enum values may be added at any time: ignore those that you don't know. Fields that have
their default are left out of replies."""


def openapi_document(source: Source) -> Json:
    """Return the OpenAPI document of all methods that have a REST form."""
    schemas = Schemas(source)
    operations = Operations(source, schemas)
    paths: dict[str, Json] = {}
    tags = []
    for service in source.services:
        bound = [method for method in service.methods if method.http is not None]
        if bound:
            tags.append({"name": service.name, "description": describe(service.docs)})
        for method in bound:
            assert method.http is not None
            path, operation = operations.operation(service, method, method.http)
            paths.setdefault(path, {})[method.http.verb.lower()] = operation
    error = {
        "description": "Any other error.",
        "content": {"application/json": {"schema": schemas.of_type(STATUS)}},
    }
    title = source.api.name.capitalize()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title} API",
            "version": source.api.version,
            "description": "\n\n".join(filter(None, (describe(source.api.docs), _ERRORS))),
        },
        "servers": [{"url": "/", "description": "The edge that serves this document's API."}],
        "tags": tags,
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**schemas.components(), "ErrorReason": _reasons(source.api.error_reasons)},
            "responses": {"Error": error},
            "parameters": _parameters(),
            "headers": _headers(),
            "securitySchemes": _security(),
        },
    }


def _reasons(reasons: tuple[ErrorReason, ...]) -> Json:
    lines = [f"- `{reason.name}`: {describe(reason.docs)}" for reason in reasons]
    return {
        "type": "string",
        "description": "\n".join(("Reasons of errors, each with its code.", "", *lines)),
        "examples": [reason.name for reason in reasons],
    }


def _security() -> Json:
    scopes = "Scopes are ordered: client, partner, admin; each includes those before it."
    return {
        "apiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "x-api-key",
            "description": f"A key of the deployment. {scopes}",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": f"A token of the identity provider. {scopes}",
        },
    }


def _parameters() -> Json:
    def header(name: str, description: str, **schema: object) -> Json:
        return {
            "name": name,
            "in": "header",
            "description": description,
            "schema": {"type": "string", **schema},
        }

    return {
        "IdempotencyKey": header(
            "Idempotency-Key", "The same for all attempts of one call.", maxLength=128
        ),
        "IfNoneMatch": header("If-None-Match", "Tag of the reply that the caller has."),
        "RequestId": header(
            "X-Request-Id", "Chosen by the caller; comes back in every reply.", maxLength=128
        ),
        "Timeout": header(
            "Grpc-Timeout",
            "The time left for the call, such as `1500m` (milliseconds) or `2S`.",
            pattern="^[0-9]{1,8}[HMSmun]$",
        ),
    }


def _headers() -> Json:
    def header(description: str, kind: str = "string") -> Json:
        return {"description": description, "schema": {"type": kind}}

    return {
        "Age": header("Seconds since the reply was made.", "integer"),
        "Cache-Control": header("How long anyone may keep the reply."),
        "ETag": header("Weak; changes with what is shown."),
        "Retry-After": header("Seconds to wait before the next attempt.", "integer"),
    }
