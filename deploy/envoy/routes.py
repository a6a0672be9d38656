"""Which request goes where: one route a method, then REST, then files.

The transcoder and the bridges turn every call into gRPC before the router. REST and JSON requests
start on a route named `unknown` and move to their method's route when the transcoder knows them;
the admission script refuses what is still there.
"""

from __future__ import annotations

from deploy.envoy.clusters import cluster_name
from deploy.envoy.contract import (
    HEALTH_SERVICE,
    REFLECTION_SERVICES,
    EdgeContract,
    EdgeMethod,
)
from deploy.envoy.cors import cors_policy
from deploy.envoy.settings import EdgeSettings
from deploy.envoy.static_files import static_routes
from deploy.envoy.typed import Config, duration, typed

# Names of routes that the scripts know, and the header by which callers' quotas are told apart.
UNKNOWN = "unknown"
CALLER_HEADER = "x-edge-caller"
_OPTIONS: Config = {"name": ":method", "string_match": {"exact": "OPTIONS"}}
_STREAM_IDLE = "3600s"
_RETRIES = 2
# gRPC codes that Envoy can retry by name.
_RETRY_ON = {
    "CANCELLED": "cancelled",
    "DEADLINE_EXCEEDED": "deadline-exceeded",
    "INTERNAL": "internal",
    "RESOURCE_EXHAUSTED": "resource-exhausted",
    "UNAVAILABLE": "unavailable",
}


def route_configuration(contract: EdgeContract, settings: EdgeSettings) -> Config:
    """Return the only virtual host's routes, first match first."""
    return {
        "name": "edge",
        "virtual_hosts": [
            {
                "name": "edge",
                "domains": ["*"],
                "typed_per_filter_config": {
                    "envoy.filters.http.cors": cors_policy(settings, contract.name)
                },
                "request_headers_to_remove": [CALLER_HEADER],
                "routes": [
                    *(_json_route(service, settings) for service in contract.services),
                    *(_method_route(method, settings) for method in contract.methods),
                    *(_service_route(name, settings) for name in _plumbing(contract)),
                    *(_unknown({"prefix": p}, settings) for p in contract.rest_prefixes),
                    # Preflights, which the CORS filter answers on any route that leads somewhere.
                    _unknown({"prefix": "/", "headers": [_OPTIONS]}, settings),
                    *static_routes(settings, action(settings)),
                    _unknown({"prefix": "/"}, settings),
                ],
            }
        ],
    }


def _plumbing(contract: EdgeContract) -> tuple[str, ...]:
    """Return services whose unknown methods the server itself refuses, and those without policy."""
    return (*contract.services, HEALTH_SERVICE, *REFLECTION_SERVICES)


def _unknown(match: Config, settings: EdgeSettings) -> Config:
    """Return a route that leads nowhere by itself; CORS ignores routes without an upstream.

    What starts here is for the transcoder: the bridge would send a server JSON in gRPC frames.
    """
    bridge_off = typed("config.route.v3.FilterConfig", disabled=True)
    return {
        "name": UNKNOWN,
        "match": match,
        "route": action(settings),
        "typed_per_filter_config": {"envoy.filters.http.connect_grpc_bridge": bridge_off},
    }


def _json_route(service: str, settings: EdgeSettings) -> Config:
    """Match Connect calls in JSON."""
    json_type = {"name": "content-type", "string_match": {"prefix": "application/json"}}
    return _unknown({"prefix": f"/{service}/", "headers": [json_type]}, settings)


def _method_route(method: EdgeMethod, settings: EdgeSettings) -> Config:
    upstream = action(settings)
    if not method.is_streaming:
        upstream["retry_policy"] = retry_policy(method)
    longest = {"grpc_timeout_header_max": duration(settings.max_call_s)}
    if method.deadline_s:
        longest["max_stream_duration"] = duration(method.deadline_s)
    elif method.is_streaming:
        longest["max_stream_duration"] = "0s"
    else:
        longest["max_stream_duration"] = duration(settings.max_call_s)
    upstream["max_stream_duration"] = longest
    if method.is_streaming:
        upstream["idle_timeout"] = _STREAM_IDLE
    return {"name": method.path, "match": {"path": method.path}, "route": upstream}


def _service_route(service: str, settings: EdgeSettings) -> Config:
    return {"name": service, "match": {"prefix": f"/{service}/"}, "route": action(settings)}


def action(settings: EdgeSettings) -> Config:
    """Return where calls go; the time of a call is limited as a whole, not until its reply."""
    upstream: Config = {"timeout": "0s"}
    weights = [
        {"name": cluster_name(each), "weight": each.weight}
        for each in settings.upstreams
        if each.weight
    ]
    if len(weights) == 1:
        return {**upstream, "cluster": weights[0]["name"]}
    return {**upstream, "weighted_clusters": {"clusters": weights}}


def retry_policy(method: EdgeMethod) -> Config:
    """Retry what never reached a server; idempotent calls also by the contract's codes."""
    conditions = ["connect-failure", "refused-stream"]
    if method.is_idempotent:
        conditions += ["reset-before-request", "reset"]
        conditions += [_RETRY_ON[code] for code in method.retryable_codes if code in _RETRY_ON]
    return {
        "retry_on": ",".join(conditions),
        "num_retries": _RETRIES,
        "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.25s"},
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": typed(
                    "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                ),
            }
        ],
        "host_selection_retry_max_attempts": 3,
    }
