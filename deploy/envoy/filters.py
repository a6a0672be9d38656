"""The HTTP filters, in the order in which a request passes them; a reply passes them backwards."""

from __future__ import annotations

import base64

from deploy.envoy.clusters import cluster_name
from deploy.envoy.contract import EdgeContract
from deploy.envoy.routes import CALLER_HEADER
from deploy.envoy.scripts import admission_filter, packed_filter, replies_filter, upstream_filter
from deploy.envoy.settings import EdgeSettings, JwtSettings, LimitSettings
from deploy.envoy.static_files import file_server_filter
from deploy.envoy.transcoding import transcoder_descriptors
from deploy.envoy.typed import Config, http_filter, typed

_COMPRESSED_TYPES = [
    {"prefix": "text/"},
    {"prefix": "application/json"},
    {"prefix": "application/manifest+json"},
    {"exact": "application/proto"},
    {"exact": "image/svg+xml"},
]
HEALTH_PATH = "/healthz"
_SMALLEST_COMPRESSED_BYTES = 256


def http_filters(contract: EdgeContract, settings: EdgeSettings) -> list[Config]:
    """Return the filter chain."""
    return [
        _health(settings),
        http_filter("cors", "cors.v3.Cors"),
        _compressor("brotli", quality=4),
        _compressor("gzip", compression_level="COMPRESSION_LEVEL_4"),
        packed_filter(),
        _decompressor(),
        replies_filter(contract, settings),
        http_filter("grpc_web", "grpc_web.v3.GrpcWeb"),
        http_filter("connect_grpc_bridge", "connect_grpc_bridge.v3.FilterConfig"),
        _transcoder(contract, settings),
        *([_jwt(settings.auth.jwt)] if settings.auth.jwt else []),
        admission_filter(contract, settings),
        _limits(settings.limits),
        upstream_filter(),
        *([file_server_filter()] if settings.static else []),
        http_filter("router", "router.v3.Router", suppress_envoy_headers=True),
    ]


def _health(settings: EdgeSettings) -> Config:
    """Answer load balancers: 200 while the largest pool has a healthy server, else 503.

    A canary that fails must not take the edge out of service.
    """
    path = {"name": ":path", "string_match": {"exact": HEALTH_PATH}}
    largest = max(settings.upstreams, key=lambda upstream: upstream.weight)
    healthy = {cluster_name(largest): {"value": 1}}
    return http_filter(
        "health_check",
        "health_check.v3.HealthCheck",
        pass_through_mode=False,
        headers=[path],
        cluster_min_healthy_percentages=healthy,
    )


def _compressor(library: str, **options: object) -> Config:
    kind = library.capitalize()
    compressor = {
        "name": library,
        "typed_config": typed(f"extensions.compression.{library}.compressor.v3.{kind}", **options),
    }
    common = {
        "min_content_length": _SMALLEST_COMPRESSED_BYTES,
        "content_type_matcher": _COMPRESSED_TYPES,
    }
    return {
        **http_filter(
            "compressor",
            "compressor.v3.Compressor",
            compressor_library=compressor,
            choose_first=library == "brotli",
            response_direction_config={"common_config": common},
        ),
        "name": f"envoy.filters.http.compressor.{library}",
    }


def _decompressor() -> Config:
    """Unpack requests, which Connect's clients may compress: the transcoder reads plain JSON."""
    kind = "extensions.compression.gzip.decompressor.v3.Gzip"
    off = {"enabled": {"default_value": False, "runtime_key": "edge.decompress_replies"}}
    return http_filter(
        "decompressor",
        "decompressor.v3.Decompressor",
        decompressor_library={"name": "gzip", "typed_config": typed(kind)},
        request_direction_config={"advertise_accept_encoding": False},
        response_direction_config={"common_config": off},
    )


def _transcoder(contract: EdgeContract, settings: EdgeSettings) -> Config:
    descriptors = base64.b64encode(transcoder_descriptors(contract)).decode()
    return http_filter(
        "grpc_json_transcoder",
        "grpc_json_transcoder.v3.GrpcJsonTranscoder",
        proto_descriptor_bin=descriptors,
        services=list(contract.services),
        convert_grpc_status=True,
        # Ids may hold any printable character but a slash, in templates of several segments too.
        url_unescape_spec="ALL_CHARACTERS_EXCEPT_SLASH",
        # Newer clients' fields and parameters are no error, as in gRPC.
        ignore_unknown_query_parameters=True,
        # As forms and browsers' URLSearchParams write spaces.
        query_param_unescape_plus=True,
        request_validation_options={"reject_unknown_method": False},
        print_options={"always_print_primitive_fields": False, "always_print_enums_as_ints": False},
        max_request_body_size=settings.max_request_bytes,
        max_response_body_size=4 * settings.max_request_bytes,
    )


def _jwt(jwt: JwtSettings) -> Config:
    """Refuse bad tokens; a missing one may be an API key's call, which admission decides."""
    provider = {
        "issuer": jwt.issuer,
        "audiences": list(jwt.audience),
        "local_jwks": {"filename": str(jwt.jwks)},
        # Not from the address as well, which is Envoy's default: addresses end up in logs.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "forward": True,
        "payload_in_metadata": "claims",
        "clock_skew_seconds": jwt.leeway_s,
        "require_expiration": True,
    }
    either = [{"provider_name": "tokens"}, {"allow_missing": {}}]
    return http_filter(
        "jwt_authn",
        "jwt_authn.v3.JwtAuthentication",
        providers={"tokens": provider},
        rules=[{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": either}}}],
    )


def _limits(limits: LimitSettings) -> Config:
    """Limit each caller, and all together; who asks for pages is known by the address."""
    enabled = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return http_filter(
        "local_ratelimit",
        "local_ratelimit.v3.LocalRateLimit",
        stat_prefix="edge",
        token_bucket=_bucket(limits.total_rate, limits.total_burst),
        filter_enabled=enabled,
        filter_enforced=enabled,
        rate_limits=[
            {
                "actions": [
                    {"request_headers": {"header_name": CALLER_HEADER, "descriptor_key": "caller"}}
                ]
            }
        ],
        descriptors=[
            {
                # Without a value, each caller has a bucket of its own.
                "entries": [{"key": "caller"}],
                "token_bucket": _bucket(limits.per_caller_rate, limits.per_caller_burst),
            }
        ],
        max_dynamic_descriptors=limits.callers,
    )


def _bucket(rate: int, burst: int) -> Config:
    return {"max_tokens": burst, "tokens_per_fill": rate, "fill_interval": "1s"}
