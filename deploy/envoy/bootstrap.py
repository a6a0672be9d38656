"""Puts the configuration of the whole edge together."""

from __future__ import annotations

import json

from deploy.envoy.clusters import clusters
from deploy.envoy.contract import EdgeContract
from deploy.envoy.filters import http_filters
from deploy.envoy.routes import route_configuration
from deploy.envoy.settings import EdgeSettings
from deploy.envoy.typed import Config, typed

LISTENER = "edge"
_HEAP = "envoy.resource_monitors.fixed_heap"
# The transcoder keeps here what it replaces; callers' own would be logged instead of what they did.
_ORIGINAL = ("x-envoy-original-method", "x-envoy-original-path")


def bootstrap(contract: EdgeContract, settings: EdgeSettings) -> Config:
    """Return what Envoy is started with."""
    return {
        "node": {"id": f"{contract.name}-edge", "cluster": contract.name},
        "admin": {"address": _address("127.0.0.1", settings.admin_port)},
        "overload_manager": _overload(settings),
        "static_resources": {
            "listeners": [_listener(contract, settings)],
            "clusters": clusters(settings),
        },
    }


def to_json(config: Config) -> str:
    """Return the file's text, the same for the same configuration."""
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def _listener(contract: EdgeContract, settings: EdgeSettings) -> Config:
    manager = typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=LISTENER,
        # HTTP/1.1 and HTTP/2 on one port, told apart by their first bytes.
        codec_type="AUTO",
        route_config=route_configuration(contract, settings),
        http_filters=http_filters(contract, settings),
        access_log=_access_log(str(settings.access_log)) if settings.access_log else [],
        local_reply_config=_local_replies(),
        generate_request_id=True,
        # The outermost script names the request in replies: a server may know it by another id.
        preserve_external_request_id=True,
        use_remote_address=True,
        xff_num_trusted_hops=settings.trusted_hops,
        # No address may steer the edge by x-envoy headers.
        internal_address_config={},
        early_header_mutation_extensions=[_without(_ORIGINAL)],
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="KEEP_UNCHANGED",
        # Of a call on which nothing moves; streams have a limit of their own.
        stream_idle_timeout="60s",
        request_headers_timeout="10s",
        common_http_protocol_options={
            "idle_timeout": "300s",
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        http2_protocol_options={
            "max_concurrent_streams": 256,
            "connection_keepalive": {"interval": "30s", "timeout": "10s"},
        },
        server_name=f"{contract.name}-edge",
    )
    chain: Config = {
        "filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
        ]
    }
    if settings.tls is not None:
        chain["transport_socket"] = _tls(settings)
    return {
        "name": LISTENER,
        "address": _address(settings.host, settings.port),
        # JSON requests are held whole until they are turned into messages.
        "per_connection_buffer_limit_bytes": settings.max_request_bytes + 1024 * 1024,
        "filter_chains": [chain],
    }


def _overload(settings: EdgeSettings) -> Config:
    """Refuse connections beyond a number, and calls beyond a size of memory, rather than crash."""
    connections = typed(
        "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=settings.max_connections,
    )
    heap = typed(
        "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
        max_heap_size_bytes=settings.max_memory_bytes,
    )
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            {
                "name": "envoy.resource_monitors.global_downstream_max_connections",
                "typed_config": connections,
            },
            {"name": _HEAP, "typed_config": heap},
        ],
        "actions": [
            _beyond("envoy.overload_actions.shrink_heap", 0.9),
            _beyond("envoy.overload_actions.stop_accepting_requests", 0.95),
        ],
    }


def _beyond(action: str, part: float) -> Config:
    """Do something while more than a part of the memory is in use."""
    return {"name": action, "triggers": [{"name": _HEAP, "threshold": {"value": part}}]}


def _access_log(path: str) -> list[Config]:
    """Write a JSON line a request, with nothing of credentials, query strings or bodies."""
    fields = {
        "time": "%START_TIME%",
        "method": "%REQ(X-ENVOY-ORIGINAL-METHOD?:METHOD)%",
        "path": "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
        "route": "%ROUTE_NAME%",
        "protocol": "%PROTOCOL%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "duration_ms": "%DURATION%",
        "upstream": "%UPSTREAM_HOST%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    }
    kind = "extensions.access_loggers.file.v3.FileAccessLog"
    formatters = [
        {
            "name": "envoy.formatter.req_without_query",
            "typed_config": typed("extensions.formatter.req_without_query.v3.ReqWithoutQuery"),
        }
    ]
    log_format = {"json_format": fields, "formatters": formatters}
    return [
        {
            "name": "envoy.access_loggers.file",
            "typed_config": typed(kind, path=path, log_format=log_format),
        }
    ]


def _without(names: tuple[str, ...]) -> Config:
    """Take headers away from requests before anything reads them."""
    kind = "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": typed(kind, mutations=[{"remove": name} for name in names]),
    }


def _local_replies() -> Config:
    """Tell the outermost script why Envoy itself refuses a request, and which verb it has.

    Refusals for want of memory pass by it, and so would what they say.
    """
    refusal = {"comparison": {"op": "GE", "value": {"default_value": 400, "runtime_key": "edge"}}}
    why = {"header": {"key": "x-edge-details", "value": "%RESPONSE_CODE_DETAILS%"}}
    verb = {"header": {"key": "x-edge-verb", "value": "%REQ(:METHOD)%"}}
    later = {"header": {"key": "retry-after", "value": "1"}}
    kind = "extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    is_overload = typed(kind, expression="response.code_details == 'overload'")
    overload = {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": is_overload,
        }
    }
    return {
        "mappers": [
            {"filter": overload, "headers_to_add": [later]},
            {"filter": {"status_code_filter": refusal}, "headers_to_add": [why, verb]},
        ]
    }


def _tls(settings: EdgeSettings) -> Config:
    assert settings.tls is not None
    certificate = {
        "certificate_chain": {"filename": str(settings.tls.certificate)},
        "private_key": {"filename": str(settings.tls.key)},
    }
    common = {
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificates": [certificate],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
    }
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": typed(
            "extensions.transport_sockets.tls.v3.DownstreamTlsContext", common_tls_context=common
        ),
    }


def _address(host: str, port: int) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}
