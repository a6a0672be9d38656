"""The pools of servers behind the edge: health, outliers, limits."""

from __future__ import annotations

from deploy.envoy.settings import EdgeSettings, UpstreamSettings
from deploy.envoy.typed import Config, typed

_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def cluster_name(upstream: UpstreamSettings) -> str:
    """Return the name that routes and statistics use."""
    return f"upstream_{upstream.name}"


def clusters(settings: EdgeSettings) -> list[Config]:
    """Return one cluster for each pool."""
    return [_cluster(each) for each in settings.upstreams]


def _cluster(upstream: UpstreamSettings) -> Config:
    keepalive = {"interval": "30s", "timeout": "5s"}
    cluster: Config = {
        "name": cluster_name(upstream),
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "lb_policy": "LEAST_REQUEST",
        "ignore_health_on_host_removal": True,
        "load_assignment": {
            "cluster_name": cluster_name(upstream),
            "endpoints": [{"lb_endpoints": [_endpoint(each) for each in upstream.endpoints]}],
        },
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS: typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions",
                explicit_http_config={
                    "http2_protocol_options": {
                        "connection_keepalive": keepalive,
                        # All callers share these connections, and gRPC's C core remembers a header
                        # that it could not parse: with a table of headers one caller's nonsense
                        # would fail the calls of others.
                        "hpack_table_size": 0,
                    }
                },
            )
        },
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "2s",
                "no_traffic_interval": "2s",
                # A server that came back is used again within half a second.
                "unhealthy_interval": "0.5s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
                "grpc_health_check": {},
            }
        ],
        "outlier_detection": {
            "consecutive_5xx": 10,
            "consecutive_gateway_failure": 5,
            "interval": "2s",
            "base_ejection_time": "5s",
            "max_ejection_percent": 50,
        },
        # With most servers unhealthy, refuse at once rather than try them all.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": 1024,
                    "max_pending_requests": 4096,
                    "max_requests": 16384,
                    "retry_budget": {"budget_percent": {"value": 20}, "min_retry_concurrency": 3},
                }
            ]
        },
    }
    if upstream.certificate_authority is not None:
        cluster["transport_socket"] = _tls(upstream)
    return cluster


def _endpoint(address: str) -> Config:
    host, _, port = address.rpartition(":")
    socket = {"address": host.strip("[]"), "port_value": int(port)}
    return {"endpoint": {"address": {"socket_address": socket}}}


def _tls(upstream: UpstreamSettings) -> Config:
    authority = {"trusted_ca": {"filename": str(upstream.certificate_authority)}}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": typed(
            "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            sni=upstream.endpoints[0].rpartition(":")[0],
            common_tls_context={"alpn_protocols": ["h2"], "validation_context": authority},
        ),
    }
