"""Serves `/metrics` over HTTP on a port of its own."""

from __future__ import annotations

import errno

from prometheus_client import CollectorRegistry, start_http_server

from server.observability.settings import MetricsSettings


class MetricsEndpoint:
    """An HTTP server in a thread of its own, so that a scrape never waits for a request."""

    def __init__(self, settings: MetricsSettings, registry: CollectorRegistry) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be listened on; the message names setting and remedy.
        """
        address = f"{settings.host}:{settings.port}"
        try:
            self._server, self._thread = start_http_server(
                settings.port, addr=settings.host, registry=registry
            )
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            reason = "is in use" if in_use else f"cannot be listened on ({error.strerror})"
            raise OSError(
                f"observability.metrics: {address} {reason}; choose another port, or 0 for any"
            ) from error
        self.port = int(self._server.server_port)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
