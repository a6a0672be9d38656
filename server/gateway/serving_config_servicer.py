"""shortlist.admin.v1.ServingConfigService."""

from __future__ import annotations

import hashlib

from google.protobuf.empty_pb2 import Empty

from server.core.errors import InvalidRequestError, UnknownServingConfigError
from server.core.surface import Surface
from server.gateway.call import Call
from server.gateway.constraints import Constraints
from server.gateway.tokens import DIGEST_BYTES, Tokens
from server.gateway.translation.message_masks import masked
from server.gateway.translation.serving_configs import (
    FIXED,
    PREFIX,
    path_of,
    serving_config_message,
    surface_message,
    surface_name,
    surface_to_core,
)
from server.gateway.translation.violations import by_path
from server.gen.shortlist.admin.v1 import serving_config_pb2
from server.gen.shortlist.admin.v1 import serving_config_service_pb2 as service
from server.orchestrator.surface_changes.editor import SurfaceEditor

DEFAULT_PAGE_SIZE = 100
_LISTING = hashlib.sha256(b"servingConfigs").digest()[:DIGEST_BYTES]


class ServingConfigServicer:
    """Keeps the surfaces."""

    def __init__(self, editor: SurfaceEditor, tokens: Tokens, constraints: Constraints) -> None:
        self._editor = editor
        self._tokens = tokens
        self._constraints = constraints

    async def get_serving_config(
        self, request: service.GetServingConfigRequest, call: Call
    ) -> serving_config_pb2.ServingConfig:
        """Return one surface."""
        return serving_config_message(self._editor.surface(surface_name(request.name)))

    async def list_serving_configs(
        self, request: service.ListServingConfigsRequest, call: Call
    ) -> service.ListServingConfigsResponse:
        """Return a page of surfaces, by name."""
        token = request.page_token
        after = self._tokens.read_list_page(token, _LISTING) if token else ""
        limit = request.page_size or DEFAULT_PAGE_SIZE
        found = [each for each in self._editor.surfaces() if each.name > after]
        response = service.ListServingConfigsResponse(
            serving_configs=map(serving_config_message, found[:limit])
        )
        if len(found) > limit:
            response.next_page_token = self._tokens.list_page(found[limit - 1].name, _LISTING)
        return response

    async def create_serving_config(
        self, request: service.CreateServingConfigRequest, call: Call
    ) -> serving_config_pb2.ServingConfig:
        """Create a surface."""
        message = serving_config_pb2.ServingConfig()
        message.CopyFrom(request.serving_config)
        if request.serving_config_id:
            name = PREFIX + request.serving_config_id
            if message.name not in ("", name):
                raise InvalidRequestError.of(
                    "serving_config_id", "differs from the id in serving_config.name"
                )
            message.name = name
        self._constraints.require(message, "serving_config.")
        surface = surface_to_core(message)
        with by_path(path_of):
            created = await self._editor.create_surface(
                surface, validate_only=request.validate_only
            )
        return serving_config_message(created)

    async def update_serving_config(
        self, request: service.UpdateServingConfigRequest, call: Call
    ) -> serving_config_pb2.ServingConfig:
        """Change a surface."""
        written = request.serving_config
        name = surface_name(written.name)

        def changed(current: Surface | None) -> Surface:
            if current is not None:
                before = surface_message(current)
                after = masked(before, written, request.update_mask, fixed=FIXED)
                return surface_to_core(after)
            if not request.allow_missing:
                raise UnknownServingConfigError(name)
            return surface_to_core(written)

        with by_path(_request_path):
            updated = await self._editor.update_surface(
                name, changed, etag=written.etag, validate_only=request.validate_only
            )
        return serving_config_message(updated)

    async def delete_serving_config(
        self, request: service.DeleteServingConfigRequest, call: Call
    ) -> Empty:
        """Delete what was written of a surface."""
        try:
            await self._editor.delete_surface(
                surface_name(request.name), etag=request.etag, validate_only=request.validate_only
            )
        except UnknownServingConfigError:
            if not request.allow_missing:
                raise
        return Empty()


def _request_path(key: str) -> str:
    # What the change itself finds wrong is said in the request's words already.
    is_path = key == "update_mask" or key.startswith("serving_config.")
    return key if is_path else path_of(key)
