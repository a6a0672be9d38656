"""Files of a folder at `/`, by Envoy itself."""

from __future__ import annotations

from deploy.envoy.settings import EdgeSettings
from deploy.envoy.typed import Config, http_filter, typed

# Names of routes; the outermost script sets their cache-control.
STATIC, IMMUTABLE = "static", "immutable"
_READS: Config = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
_KIND = "file_server.v3.FileServerConfig"
_CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "mjs": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
# `app-3fa9c2d1.js`: a bundler's name with a digest; another content has another name.
_DIGESTED = r"/.*[.-][0-9A-Za-z_]{8,}\.[a-z0-9]+"
# What a folder often holds without being meant to be seen: `.env`, `.git/config`; but for what is
# meant to be found there (RFC 8615). The filter decodes what is escaped.
_HIDDEN = r".*/(\.|%2[eE]).*"
_WELL_KNOWN = r"/\.well-known(/[0-9A-Za-z_-][0-9A-Za-z._-]*)+"


def file_server_filter() -> Config:
    """Return the filter; it acts on the routes that name a folder only."""
    return http_filter("file_server", _KIND, manager_config={"thread_pool": {"thread_count": 1}})


def static_routes(settings: EdgeSettings, action: Config) -> list[Config]:
    """Return the routes for everything that is no call; `action` is never reached."""
    if settings.static is None:
        return []
    folder = settings.static.resolve()
    serve = typed(
        f"extensions.filters.http.{_KIND}",
        path_mappings=[{"request_path_prefix": "/", "file_path_prefix": f"{folder}/"}],
        content_types=_CONTENT_TYPES,
        default_content_type="application/octet-stream",
        directory_behaviors=[{"default_file": "index.html"}],
        manager_config={"thread_pool": {"thread_count": 1}},
    )
    hidden = {"safe_regex": {"regex": _HIDDEN}, "headers": [_READS]}
    nowhere = {"status": 404, "body": {"inline_string": "Not Found"}}
    return [
        _route(STATIC, {"safe_regex": {"regex": _WELL_KNOWN}}, serve, action),
        {"name": STATIC, "match": hidden, "direct_response": nowhere},
        _route(IMMUTABLE, {"safe_regex": {"regex": _DIGESTED}}, serve, action),
        _route(STATIC, {"prefix": "/"}, serve, action),
    ]


def _route(name: str, match: Config, serve: Config, action: Config) -> Config:
    return {
        "name": name,
        "match": {**match, "headers": [_READS]},
        "route": action,
        "typed_per_filter_config": {"envoy.filters.http.file_server": serve},
    }
