"""TV: one strictly ES5 file over XMLHttpRequest, with typings; JSON by the methods' REST form.

What apps on devices may call: unary methods of scope client that have an http binding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import Api, Method, Service
from sdk.generator.language import Language, Target, UnsupportedApiError
from sdk.generator.languages.tv_names import json_name
from sdk.generator.languages.tv_quickstart import quickstart
from sdk.generator.languages.tv_runtime import Runtime, offered
from sdk.generator.languages.tv_typings import Typings
from sdk.generator.naming import pascal

# The runtime's parts; `lib/__name__.js` includes them.
_PARTS = ("src/",)


@dataclass(frozen=True, slots=True)
class Tv:
    """Makes the TV package."""

    name: str = "tv"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        """Return the package; see `Language.generate`."""
        services = offered(api)
        if not services:
            raise UnsupportedApiError(
                "tv: no unary method of scope client has a google.api.http binding"
            )
        return target.render_tree(
            self._context(api, services), skip=_PARTS, names={"__name__": api.name}
        )

    def _context(
        self, api: Api, services: list[tuple[Service, tuple[Method, ...]]]
    ) -> dict[str, Any]:
        methods = [method for _, offers in services for method in offers]
        title = pascal(api.name)
        has_queue = any(method.event_queue for method in methods)
        runtime = Runtime(api, services)
        return {
            "api": api,
            "title": title,
            "package": f"{api.name}-tv",
            "base_error": f"{title}Error",
            "reason_lines": runtime.reason_lines(),
            "messages": runtime.messages(),
            "services": runtime.services(),
            "typings": Typings(api, services).context(),
            "quickstart": quickstart(api, services),
            "has_cache": any(method.cache for method in methods),
            "has_paging": any(method.paging for method in methods),
            "has_queue": has_queue,
            "impressions": _impressions(api, methods) if has_queue else None,
        }


def _impressions(api: Api, methods: list[Method]) -> dict[str, str] | None:
    """Return the JSON names that the tracker reads and writes."""
    found = api.impressions
    slate = next((method for method in methods if method.slate), None)
    if found is None or slate is None or slate.slate is None:
        return None
    event, item = api.message(found.event), api.message(found.item)
    reply = api.message(slate.output)
    listed = api.message(reply.field(slate.slate.items_field).type_name)
    has_position = found.position_field and slate.slate.position_field
    return {
        "type": json_name(event, found.type_field),
        "impression_type": found.impression_type,
        "click_type": found.click_type,
        "listed": json_name(event, found.items_field),
        "item_id": json_name(item, found.item_id_field),
        "position": json_name(item, found.position_field) if has_position else "",
        "token": json_name(event, found.attribution_token_field),
        "slate_item_id": json_name(listed, slate.slate.item_id_field),
        "slate_position": json_name(listed, slate.slate.position_field) if has_position else "",
        "slate_token": json_name(reply, slate.slate.attribution_token_field),
    }


LANGUAGE: Language = Tv()
